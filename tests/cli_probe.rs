//! `badrdp probe` with a user: where the password comes from, and where it does not go.
#![allow(clippy::expect_used, clippy::panic, reason = "tests say what they expect")]

mod peers;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, SystemTime};

use badrdp::proto::transcript::{Delegated, Event};
use badrdp::scenarios::model::Account;
use badrdp::{FakeServer, Scenario, ServerOptions};
use peers::{Peer, program, secret, until};
use tempfile::TempDir;

const MARKER: &str = "Quizzaciously7";
const LIMIT: Duration = Duration::from_secs(30);

/// A host that lets alice in with the marker, and a certificate that can be trusted.
struct Host {
    runtime: tokio::runtime::Runtime,
    server: FakeServer,
    files: TempDir,
}

impl Host {
    fn start(id: &str) -> Self {
        Self::serve(badrdp::scenario(id).expect("a built-in scenario"))
    }

    fn serve(mut scenario: Scenario) -> Self {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        scenario.server.accounts = vec![Account { password: MARKER.to_owned(), ..Account::default() }];
        let options = ServerOptions { now: SystemTime::now(), ..ServerOptions::default() };
        let server = runtime.block_on(FakeServer::start_with(scenario, options)).expect("a loopback port");
        let files = tempfile::tempdir().expect("a temporary directory");
        std::fs::write(files.path().join("ca.pem"), server.ca_certificate_pem()).expect("a file");
        Self { runtime, server, files }
    }

    /// A file that only its owner can read.
    fn file(&self, name: &str, contents: &[u8]) -> PathBuf {
        let path = self.files.path().join(name);
        std::fs::write(&path, contents).expect("a file");
        set_mode(&path, 0o600);
        path
    }

    /// `badrdp probe` of this host, which trusts its certificate.
    fn probe(&self, arguments: &[&str]) -> Command {
        let mut command = badrdp(&["probe", &self.server.addr().to_string(), "--ca"]);
        command.arg(self.files.path().join("ca.pem")).args(arguments);
        command
    }

    /// What the clients delegated.
    fn delegated(&self) -> Vec<Delegated> {
        self.runtime.block_on(self.server.finished());
        let entries = self.server.transcripts().into_iter().flat_map(|transcript| transcript.entries);
        entries
            .filter_map(|entry| match entry.event {
                Event::Delegated(delegated) => Some(delegated),
                _ => None,
            })
            .collect()
    }
}

fn set_mode(path: &std::path::Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("an own file");
}

fn badrdp(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_badrdp"));
    command.args(arguments).env("NO_COLOR", "1").env_remove("BADRDP_PASSWORD").env_remove("BADRDP_LOG");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn run(command: &mut Command) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = Peer::spawn(command).wait(LIMIT);
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (status.code(), text(stdout), text(stderr))
}

#[test]
fn every_source_of_the_password_works() {
    let host = Host::start("healthy/nla/hybrid");
    let user = ["--user", "alice"];
    let file = host.file("password", format!("{MARKER}\r\na second line\n").as_bytes());
    let wrong = host.file("wrong", b"another\n");
    let file = file.to_str().expect("UTF-8");

    let mut commands = vec![host.probe(&user), host.probe(&user), host.probe(&user)];
    let [from_file, from_environment, from_both] = commands.as_mut_slice() else { panic!("three") };
    from_file.args(["--password-file", file]);
    from_environment.env("BADRDP_PASSWORD", MARKER);
    from_both.args(["--password-file", file]).env("BADRDP_PASSWORD", "another");
    for command in &mut commands {
        let (code, stdout, stderr) = run(command);
        assert_eq!((code, stderr.as_str()), (Some(0), ""), "{stdout}");
    }

    let mut child = host.probe(&user);
    let mut child = Peer::spawn(child.args(["--password-file", "-"]).stdin(Stdio::piped()));
    child.0.stdin.take().expect("piped").write_all(format!("{MARKER}\n").as_bytes()).expect("it reads");
    assert_eq!(child.wait(LIMIT).status.code(), Some(0));

    let whom = Delegated { cred_type: 1, domain: String::new(), user: "alice".to_owned(), secret_length: MARKER.len() };
    assert_eq!(host.delegated(), vec![whom; 4]);

    let (code, stdout, _) = run(host.probe(&user).arg("--password-file").arg(wrong));
    assert_eq!(code, Some(1), "{stdout}");
    assert_eq!(host.delegated().len(), 4);
}

#[test]
fn the_prompt_does_not_show_the_password() {
    let host = Host::start("healthy/nla/hybrid");
    let probe = host.probe(&["--user", "EXAMPLE\\alice"]);
    // A terminal of its own, which says its name and then records all that is on it.
    let words: Vec<_> = [probe.get_program()].into_iter().chain(probe.get_args()).map(quoted).collect();
    let mut terminal = Command::new(program("script", "bsdutils"));
    terminal.args(["--quiet", "--return", "--command", &format!("tty; {}", words.join(" ")), "/dev/null"]);
    terminal.env("NO_COLOR", "1").env_remove("BADRDP_PASSWORD");
    let mut terminal = Peer::spawn(terminal.stdin(Stdio::piped()).stdout(Stdio::piped()));
    let mut shown = BufReader::new(terminal.0.stdout.take().expect("piped"));
    let mut name = String::new();
    shown.read_line(&mut name).expect("text");
    // Who types ahead of the prompt sees what he types.
    until("the terminal stops showing what is typed", LIMIT, || {
        let settings = Command::new("stty").args(["-a", "-F", name.trim()]).output().expect("stty runs");
        String::from_utf8_lossy(&settings.stdout).split_whitespace().any(|setting| setting == "-echo")
    });
    terminal.0.stdin.as_mut().expect("piped").write_all(format!("{MARKER}\n").as_bytes()).expect("it reads");
    let mut rest = Vec::new();
    shown.read_to_end(&mut rest).expect("it ends");
    let text = String::from_utf8_lossy(&rest).into_owned();
    assert!(text.contains("Password of EXAMPLE\\alice: "), "{text}");
    assert_eq!(terminal.wait(LIMIT).status.code(), Some(0), "{text}");
    assert_eq!(host.delegated().len(), 1, "{text}");
    secret::assert_free_of(MARKER, "the terminal", &rest);
}

fn quoted(word: &std::ffi::OsStr) -> String {
    format!("'{}'", word.to_str().expect("UTF-8"))
}

#[test]
fn without_a_terminal_the_three_ways_are_named() {
    let mut command = Command::new(program("setsid", "util-linux"));
    let probe = badrdp(&["probe", "127.0.0.1:1", "--user", "alice"]);
    command.arg("--wait").arg(probe.get_program()).args(probe.get_args()).env_remove("BADRDP_PASSWORD");
    let (code, stdout, stderr) = run(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()));
    assert_eq!((code, stdout.as_str()), (Some(2), ""));
    for way in ["alice needs a password", "--password-file FILE", "BADRDP_PASSWORD", "a terminal"] {
        assert!(stderr.contains(way), "{stderr}");
    }
}

#[test]
fn a_password_file_that_will_not_do_says_why() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = |name: &str| directory.path().join(name).display().to_string();
    std::fs::write(path("empty"), "").expect("a file");
    std::fs::write(path("latin"), b"p\xe4ssword\n").expect("a file");
    for (file, why) in [("empty", "there is nothing in it"), ("latin", "no UTF-8"), ("missing", "No such file")] {
        let file = path(file);
        let (code, stdout, stderr) =
            run(&mut badrdp(&["probe", "127.0.0.1:1", "--user", "a", "--password-file", &file]));
        assert_eq!((code, stdout.as_str()), (Some(2), ""));
        assert!(stderr.contains("cannot read a password from") && stderr.contains(why), "{stderr}");
    }
}

#[test]
fn a_password_file_that_others_can_read_is_warned_of() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = directory.path().join("password");
    std::fs::write(&path, MARKER).expect("a file");
    for (mode, warned) in [(0o600, false), (0o640, true), (0o604, true)] {
        set_mode(&path, mode);
        let mut probe = badrdp(&["probe", "127.0.0.1:1", "--user", "alice", "--password-file"]);
        let (code, _, stderr) = run(probe.arg(&path));
        assert_eq!(code, Some(3), "nothing listens there");
        assert_eq!(stderr.contains("can be read by other users"), warned, "{mode:o}: {stderr}");
    }
}

#[test]
fn options_that_make_no_sense_together_are_refused() {
    let cases: [(&[&str], &str); 10] = [
        (&["--password-file", "x"], "--user"),
        (&["--accept-certificate"], "--user"),
        (&["--auth-only"], "--user"),
        (&["--allow-vulnerable-credssp"], "--user"),
        (&["--remote-guard", "--user", "alice"], "cannot be used with"),
        (&["--remote-guard", "--restricted-admin"], "cannot be used with"),
        (&["--user", "EXAMPLE\\"], "a user has a name"),
        (&["--user", ""], "a user has a name"),
        (&["--credssp-version", "six"], "invalid digit"),
        (&["--password", MARKER], "--password"),
    ];
    for (arguments, why) in cases {
        let (code, stdout, stderr) = run(badrdp(&["probe", "127.0.0.1:1"]).args(arguments));
        assert_eq!((code, stdout.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(stderr.contains(why), "{arguments:?}: {stderr}");
    }
}

#[test]
fn a_version_that_nobody_knows_is_said_with_a_warning() {
    for (version, warned) in [("1", true), ("2", false), ("6", false), ("7", true)] {
        let (code, _, stderr) = run(&mut badrdp(&["probe", "127.0.0.1:1", "--credssp-version", version]));
        assert_eq!((code, stderr.contains("CredSSP has versions 2 to 6")), (Some(3), warned), "{version}: {stderr}");
    }
}

#[test]
fn a_host_whose_certificate_is_not_acceptable_gets_nothing() {
    let host = Host::start("healthy/nla/hybrid");
    let address = host.server.addr().to_string();
    let arguments = ["probe", &address, "--user", "alice"];
    let (code, stdout, _) = run(badrdp(&arguments).env("BADRDP_PASSWORD", MARKER));
    assert_eq!(code, Some(1), "{stdout}");
    assert!(host.server.disclosures().iter().all(|(_, secrets)| secrets.is_empty()), "{:?}", host.server.disclosures());
    assert_eq!(host.delegated(), []);
    run(badrdp(&arguments).arg("--accept-certificate").env("BADRDP_PASSWORD", MARKER));
    assert_eq!(host.delegated().len(), 1);
}

#[test]
fn restricted_admin_gives_the_host_no_password() {
    let host = Host::start("healthy/nla/hybrid");
    let (code, stdout, _) = run(host.probe(&["--user", "alice", "--restricted-admin"]).env("BADRDP_PASSWORD", MARKER));
    assert_eq!(code, Some(1), "the host does not offer it: {stdout}");
    assert_eq!(host.delegated(), []);
    let mut scenario = badrdp::scenario("healthy/nla/hybrid").expect("a built-in scenario");
    scenario.server.nla.restricted_admin = true;
    let host = Host::serve(scenario);
    let (code, stdout, _) = run(host.probe(&["--user", "alice", "--restricted-admin"]).env("BADRDP_PASSWORD", MARKER));
    assert_eq!(code, Some(0), "{stdout}");
    assert_eq!(host.delegated().iter().map(|delegated| delegated.secret_length).collect::<Vec<_>>(), [0]);
}

#[test]
fn no_output_and_no_log_holds_the_password() {
    let host = Host::start("healthy/nla/hybrid-ex");
    for extra in [&["--verbose"][..], &["--json"], &["--spnego", "--json"], &["--verbose", "--auth-only"]] {
        let mut probe = host.probe(&["--user", "alice"]);
        probe.args(extra).env("BADRDP_PASSWORD", MARKER).env("BADRDP_LOG", "trace,sspi=trace");
        let (code, stdout, stderr) = run(&mut probe);
        assert_eq!(code, Some(0), "{stdout}");
        assert!(stderr.contains("DEBUG badrdp"), "the log is on: {stderr}");
        assert!(!stderr.contains("sspi"), "{stderr}");
        secret::assert_free_of(MARKER, "the report", stdout.as_bytes());
        secret::assert_free_of(MARKER, "the log", stderr.as_bytes());
    }
    assert_eq!(host.delegated().len(), 4, "it was used all the same");
}

#[test]
fn the_command_line_does_not_hold_the_password() {
    // A host that says nothing, so that the probe can be looked at.
    let host = TcpListener::bind("127.0.0.1:0").expect("a loopback port");
    let address = host.local_addr().expect("bound").to_string();
    let directory = tempfile::tempdir().expect("a temporary directory");
    let file = directory.path().join("password");
    std::fs::write(&file, MARKER).expect("a file");
    set_mode(&file, 0o600);
    let mut probe = badrdp(&["probe", &address, "--user", "alice", "--password-file"]);
    let probe = Peer::spawn(probe.arg(&file));
    // Once it has connected, it has read the password.
    let (_connection, _) = host.accept().expect("the probe connects");
    let process = PathBuf::from(format!("/proc/{}", probe.0.id()));
    for of_process in ["cmdline", "environ", "comm"] {
        let text = std::fs::read(process.join(of_process)).expect("an own process");
        assert!(!text.is_empty());
        secret::assert_free_of(MARKER, of_process, &text);
    }
}
