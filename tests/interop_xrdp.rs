//! The probe against a real xrdp: the stages and the verdict that the host deserves.
#![allow(clippy::expect_used, clippy::panic, reason = "tests say what they expect")]

mod peers;

use badrdp::client_probe::diagnosis::Verdict;
use badrdp::client_probe::{Diagnosis, License, LicenseSecrets, Options, Roots, Target, diagnose, probe};
use badrdp::proto::transcript::{Direction, Transcript};
use badrdp::proto::vocab::{MessageKind, Stage};
use peers::hosts::{Host, xrdp};

fn examine(host: &Host, options: Options) -> (Transcript, Diagnosis) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let target = Target { host: "127.0.0.1".to_owned(), port: host.port };
    let transcript = runtime.block_on(probe(&target, &options));
    let diagnosis = diagnose(&transcript);
    (transcript, diagnosis)
}

#[test]
fn a_licence_exchange_with_xrdp_is_a_formality_declined_or_not() {
    let host = xrdp(&[], false);
    let secrets = LicenseSecrets::random().expect("random numbers");
    for (license, answer) in [
        (License::Decline, MessageKind::LicenseErrorAlert),
        (License::New(secrets.clone()), MessageKind::NewLicenseRequest),
        (License::Stored(secrets, vec![7; 40]), MessageKind::LicenseInfo),
    ] {
        let roots = Roots::Only(vec![host.certificate()]);
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
    let host = xrdp(&[], false);
    let options = Options {
        roots: Roots::Only(vec![host.certificate()]),
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
    let host = xrdp(&[], false);
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
    let host = xrdp(&[("security_layer", "rdp"), ("crypt_level", "high")], false);
    let (_, diagnosis) = examine(&host, Options::default());
    let ids: Vec<_> = diagnosis.findings.iter().map(|finding| finding.id).collect();
    assert_eq!(ids.first(), Some(&"standard-rdp-security-only"), "{diagnosis:#?}");
}

#[test]
fn an_xrdp_that_insists_on_tls_says_so_to_a_client_without() {
    let host = xrdp(&[("security_layer", "tls")], false);
    let options = Options { protocols: badrdp::proto::pdu::x224::Protocols::RDP, ..Options::default() };
    let (_, diagnosis) = examine(&host, options);
    assert_eq!(diagnosis.findings.first().map(|finding| finding.id), Some("ssl-required"), "{diagnosis:#?}");
}
