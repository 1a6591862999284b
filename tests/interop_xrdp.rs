//! The probe against a real xrdp: the stages and the verdict that the host deserves.
#![allow(clippy::expect_used, clippy::panic, reason = "tests say what they expect")]

mod peers;

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use badrdp::client_probe::diagnosis::Verdict;
use badrdp::client_probe::{Diagnosis, License, LicenseSecrets, Options, Roots, Target, diagnose, probe};
use badrdp::proto::transcript::{Direction, Transcript};
use badrdp::proto::vocab::{MessageKind, Stage};
use peers::{Peer, program, until};

struct Xrdp {
    _process: Peer,
    directory: tempfile::TempDir,
    port: u16,
}

/// Starts xrdp with a certificate for `rdphost.test` and these extra settings, as far as the login screen.
fn xrdp(settings: &[(&str, &str)]) -> Xrdp {
    let xrdp = program("xrdp", "xrdp");
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = |name: &str| directory.path().join(name).display().to_string();
    for entry in std::fs::read_dir("/etc/xrdp").expect("xrdp's configuration") {
        let entry = entry.expect("a directory entry");
        // The package's own key may be a dangling link; ours replaces it.
        if entry.path().is_file() {
            std::fs::copy(entry.path(), directory.path().join(entry.file_name())).expect("a copy");
        }
    }
    let made = Command::new(program("openssl", "openssl"))
        .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=rdphost.test"])
        .args(["-keyout", &path("key.pem"), "-out", &path("cert.pem")])
        .stderr(Stdio::null())
        .status()
        .expect("openssl runs");
    assert!(made.success());
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|free| free.local_addr()).expect("a port").port();
    configure(
        &directory.path().join("xrdp.ini"),
        &[
            ("port", format!("tcp://127.0.0.1:{port}").as_str()),
            ("certificate", path("cert.pem").as_str()),
            ("key_file", path("key.pem").as_str()),
            ("LogFile", path("xrdp.log").as_str()),
            ("EnableSyslog", "false"),
        ]
        .into_iter()
        .chain(settings.iter().copied())
        .collect::<Vec<_>>(),
    );
    let _ = std::fs::create_dir_all("/run/xrdp/sockdir");
    let process = Peer::spawn(
        Command::new(xrdp)
            .args(["--nodaemon", "-c", &path("xrdp.ini")])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null()),
    );
    until("xrdp listens", Duration::from_secs(20), || TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok());
    Xrdp { _process: process, directory, port }
}

/// Sets each key where it stands first: later ones belong to sessions.
fn configure(file: &Path, settings: &[(&str, &str)]) {
    let mut text = std::fs::read_to_string(file).expect("xrdp.ini");
    for (key, value) in settings {
        let prefix = format!("{key}=");
        let mut done = false;
        text = text
            .lines()
            .map(|line| {
                if !done && line.starts_with(&prefix) {
                    done = true;
                    format!("{prefix}{value}\n")
                } else {
                    format!("{line}\n")
                }
            })
            .collect();
        assert!(done, "xrdp.ini has no `{key}`");
    }
    std::fs::write(file, text).expect("xrdp.ini can be written");
}

fn examine(host: &Xrdp, options: Options) -> (Transcript, Diagnosis) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let target = Target { host: "127.0.0.1".to_owned(), port: host.port };
    let transcript = runtime.block_on(probe(&target, &options));
    let diagnosis = diagnose(&transcript);
    (transcript, diagnosis)
}

fn certificate(host: &Xrdp) -> Vec<u8> {
    let output = Command::new(program("openssl", "openssl"))
        .args(["x509", "-outform", "der", "-in"])
        .arg(host.directory.path().join("cert.pem"))
        .output()
        .expect("openssl runs");
    output.stdout
}

/// xrdp asks for a licence and takes every answer.
#[test]
fn a_licence_exchange_with_xrdp_is_a_formality_declined_or_not() {
    let host = xrdp(&[]);
    let secrets = LicenseSecrets::random().expect("random numbers");
    for (license, answer) in [
        (License::Decline, MessageKind::LicenseErrorAlert),
        (License::New(secrets.clone()), MessageKind::NewLicenseRequest),
        (License::Stored(secrets, vec![7; 40]), MessageKind::LicenseInfo),
    ] {
        let roots = Roots::Only(vec![certificate(&host)]);
        let server_name = Some("rdphost.test".to_owned());
        let (transcript, diagnosis) = examine(&host, Options { license, roots, server_name, ..Options::default() });
        let licensing: Vec<_> = transcript
            .messages()
            .filter(|(_, kind, _)| kind.stage() == Stage::Licensing)
            .map(|(direction, kind, _)| (direction, kind))
            .collect();
        let ladder = [
            (Direction::Received, MessageKind::LicenseRequest),
            (Direction::Sent, answer),
            (Direction::Received, MessageKind::LicenseErrorAlert),
        ];
        assert_eq!(licensing, ladder);
        assert_eq!((diagnosis.verdict, diagnosis.stage), (Verdict::Healthy, Stage::Active), "{diagnosis:#?}");
    }
}

#[test]
fn a_trusted_xrdp_is_healthy_up_to_its_login_screen() {
    let host = xrdp(&[]);
    let options = Options {
        roots: Roots::Only(vec![certificate(&host)]),
        server_name: Some("rdphost.test".to_owned()),
        ..Options::default()
    };
    let (transcript, diagnosis) = examine(&host, options);
    assert_eq!(
        (diagnosis.verdict, diagnosis.stage),
        (Verdict::Healthy, Stage::Active),
        "{diagnosis:#?}\n{transcript:#?}"
    );
}

#[test]
fn a_self_signed_xrdp_is_reached_and_the_certificate_is_named() {
    let host = xrdp(&[]);
    let options = Options { roots: Roots::Only(Vec::new()), ..Options::default() };
    let (transcript, diagnosis) = examine(&host, options);
    assert_eq!(transcript.stage, Stage::Active);
    assert_eq!(diagnosis.verdict, Verdict::Degraded);
    let ids: Vec<_> = diagnosis.findings.iter().map(|finding| finding.id).collect();
    assert!(ids.contains(&"certificate-self-signed"), "{ids:?}");
    assert!(ids.contains(&"certificate-name-mismatch"), "{ids:?}");
}

#[test]
fn an_xrdp_with_standard_rdp_security_only_is_named_so() {
    let host = xrdp(&[("security_layer", "rdp"), ("crypt_level", "high")]);
    let (_, diagnosis) = examine(&host, Options::default());
    let ids: Vec<_> = diagnosis.findings.iter().map(|finding| finding.id).collect();
    assert_eq!(ids.first(), Some(&"standard-rdp-security-only"), "{diagnosis:#?}");
}

#[test]
fn an_xrdp_that_insists_on_tls_says_so_to_a_client_without() {
    let host = xrdp(&[("security_layer", "tls")]);
    let options = Options { protocols: badrdp::proto::pdu::x224::Protocols::RDP, ..Options::default() };
    let (_, diagnosis) = examine(&host, options);
    assert_eq!(diagnosis.findings.first().map(|finding| finding.id), Some("ssl-required"), "{diagnosis:#?}");
}
