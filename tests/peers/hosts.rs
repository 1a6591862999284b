//! Real hosts that nobody here wrote, each on a port of its own: xrdp, FreeRDP's shadow server, OpenSSL's TLS.
#![allow(dead_code, clippy::expect_used, clippy::panic, reason = "a test helper: what is missing is a failed test")]

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::{Display, Peer, program, until};

/// The password of `alice` on the shadow server.
pub(crate) const PASSWORD: &str = "S3cret!";

/// How long a host may take to listen.
const LIMIT: Duration = Duration::from_secs(20);

/// A host, which ends with the test.
pub(crate) struct Host {
    pub(crate) port: u16,
    _process: Peer,
    directory: tempfile::TempDir,
    _display: Option<Display>,
}

impl Host {
    /// Its own certificate in DER.
    pub(crate) fn certificate(&self) -> Vec<u8> {
        let output = Command::new(program("openssl", "openssl"))
            .args(["x509", "-outform", "der", "-in"])
            .arg(self.directory.path().join("cert.pem"))
            .output()
            .expect("openssl runs");
        output.stdout
    }
}

pub(crate) fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|free| free.local_addr()).expect("a port").port()
}

fn listening(what: &str, port: u16) {
    until(what, LIMIT, || TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok());
}

/// Makes `cert.pem` and `key.pem`: RSA with so many bits, signed with this hash, for so many days, for `rdphost.test`.
fn certificate(directory: &Path, bits: u32, hash: &str, days: u32) {
    let made = Command::new(program("openssl", "openssl"))
        .args(["req", "-x509", "-nodes", "-subj", "/CN=rdphost.test", &format!("-{hash}")])
        .args(["-newkey", &format!("rsa:{bits}"), "-days", &days.to_string()])
        .arg("-keyout")
        .arg(directory.join("key.pem"))
        .arg("-out")
        .arg(directory.join("cert.pem"))
        .stderr(Stdio::null())
        .status()
        .expect("openssl runs");
    assert!(made.success());
}

/// xrdp with these settings in place of the first of each in its xrdp.ini. No session can be had there.
pub(crate) fn xrdp(settings: &[(&str, &str)], weak_certificate: bool) -> Host {
    let port = free_port();
    xrdp_at(&format!("tcp://127.0.0.1:{port}"), port, settings, weak_certificate)
}

/// As [`xrdp`], at an address as its `port` has it: `tcp://:3390` is every address, for a network namespace only.
pub(crate) fn xrdp_at(address: &str, port: u16, settings: &[(&str, &str)], weak_certificate: bool) -> Host {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = |name: &str| directory.path().join(name).display().to_string();
    for entry in std::fs::read_dir("/etc/xrdp").expect("xrdp's configuration") {
        let entry = entry.expect("a directory entry");
        // The package's own key may be a dangling link; ours replaces it.
        if entry.path().is_file() {
            std::fs::copy(entry.path(), directory.path().join(entry.file_name())).expect("a copy");
        }
    }
    for file in ["cert.pem", "key.pem"] {
        let _ = std::fs::remove_file(directory.path().join(file));
    }
    if weak_certificate {
        certificate(directory.path(), 1024, "sha1", 1);
    } else {
        certificate(directory.path(), 2048, "sha256", 365);
    }
    let own = [
        ("port", address.to_owned()),
        ("certificate", path("cert.pem")),
        ("key_file", path("key.pem")),
        // It writes each line to the disk before it goes on.
        ("LogFile", "/dev/null".to_owned()),
        ("EnableSyslog", "false".to_owned()),
    ];
    let file = directory.path().join("xrdp.ini");
    let mut text = std::fs::read_to_string(&file).expect("xrdp.ini");
    let given = settings.iter().map(|(key, value)| (*key, (*value).to_owned()));
    for (key, value) in own.into_iter().chain(given) {
        let start = text.find(&format!("\n{key}=")).or_else(|| text.find(&format!("\n#{key}="))).map(|at| at + 1);
        let start = start.unwrap_or_else(|| panic!("xrdp.ini has no `{key}`"));
        let end = text.get(start..).and_then(|rest| rest.find('\n')).map_or(text.len(), |length| start + length);
        text.replace_range(start..end, &format!("{key}={value}"));
    }
    std::fs::write(&file, text).expect("xrdp.ini can be written");
    let _ = std::fs::create_dir_all("/run/xrdp/sockdir");
    let mut command = Command::new(program("xrdp", "xrdp"));
    command.args(["--nodaemon", "-c", &path("xrdp.ini")]);
    let process = Peer::spawn(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()));
    listening("xrdp listens", port);
    Host { port, _process: process, directory, _display: None }
}

/// FreeRDP's shadow server with the account `alice`; with NLA it takes nothing else.
pub(crate) fn shadow(nla: bool) -> Host {
    let display = Display::start();
    let directory = tempfile::tempdir().expect("a temporary directory");
    let sam = directory.path().join("sam");
    let hash = Command::new(program("winpr-hash", "winpr-utils"))
        .args(["-u", "alice", "-p", PASSWORD, "-f", "sam"])
        .output()
        .expect("winpr-hash runs");
    std::fs::write(&sam, hash.stdout).expect("the SAM file can be written");
    let port = free_port();
    let mut command = display.command(&program("freerdp-shadow-cli", "freerdp2-shadow-x11"));
    command.args([&format!("/port:{port}"), "/bind-address:127.0.0.1"]);
    if nla {
        command.args(["+auth", "/sec:nla"]).arg(format!("/sam-file:{}", sam.display()));
    } else {
        command.arg("-auth");
    }
    let process = Peer::spawn(command.stdout(Stdio::null()).stderr(Stdio::null()));
    listening("the shadow server listens", port);
    Host { port, _process: process, directory, _display: Some(display) }
}

/// OpenSSL's test server with these settings: plain TLS, one connection after the other.
pub(crate) fn openssl(settings: &[&str]) -> Host {
    let directory = tempfile::tempdir().expect("a temporary directory");
    certificate(directory.path(), 2048, "sha256", 365);
    let port = free_port();
    let mut command = Command::new(program("openssl", "openssl"));
    command.args(["s_server", "-www", "-accept", &format!("127.0.0.1:{port}")]).args(settings);
    command.arg("-cert").arg(directory.path().join("cert.pem")).arg("-key").arg(directory.path().join("key.pem"));
    let process = Peer::spawn(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()));
    listening("openssl listens", port);
    Host { port, _process: process, directory, _display: None }
}
