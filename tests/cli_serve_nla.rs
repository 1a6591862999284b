//! `badrdp serve` with NLA, as a user runs it: who may log on, and what the client gave away.
#![allow(clippy::expect_used, reason = "tests say what they expect")]

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};

/// Ends with the test, whatever becomes of it.
struct Served {
    child: Child,
    stdout: BufReader<ChildStdout>,
    seen: String,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Served {
    fn start(id: &str) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_badrdp"))
            .args(["serve", id, "--listen", "127.0.0.1:0"])
            .env("NO_COLOR", "1")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("badrdp runs");
        let stdout = BufReader::new(child.stdout.take().expect("piped"));
        Self { child, stdout, seen: String::new() }
    }

    /// Everything printed until a line holds `words`.
    fn until(&mut self, words: &str) -> &str {
        while !self.seen.lines().any(|line| line.contains(words)) {
            assert_ne!(self.stdout.read_line(&mut self.seen).expect("text"), 0, "no `{words}` in {}", self.seen);
        }
        &self.seen
    }

    fn addr(&mut self) -> String {
        let greeting = self.until("listens on");
        greeting.lines().next().and_then(|line| line.rsplit(' ').next()).expect("an address").to_owned()
    }
}

/// Logs on, and says how `probe` exits.
fn probe(addr: &str, password: &str) -> Option<i32> {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let file = directory.path().join("password");
    std::fs::write(&file, password).expect("a file");
    let mut command = Command::new(env!("CARGO_BIN_EXE_badrdp"));
    command.args(["probe", addr, "--user", "EXAMPLE\\alice", "--accept-certificate", "--password-file"]).arg(&file);
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().expect("badrdp runs").code()
}

#[test]
fn the_accounts_are_shown_and_every_leak_is_told() {
    let mut served = Served::start("nla/certificate/expired-accepted");
    let addr = served.addr();
    let greeting = served.until("Ctrl-C").to_owned();
    assert!(
        greeting.contains("test account   user, password and state, from the scenario's file: no secrets"),
        "{greeting}"
    );
    assert!(greeting.contains("alice  Passw0rd!  ok\n"), "{greeting}");

    assert_eq!(probe(&addr, "Passw0rd!"), Some(1), "an expired certificate");
    let seen = served.until("password (9 characters)").to_owned();
    let server = "at stage nla, to a server with an expired certificate";
    let response = seen.lines().find(|line| line.contains("leak: NTLMv2 response (")).expect("a response");
    assert!(response.starts_with("#1 leak: ") && response.contains("bytes) of EXAMPLE\\alice"), "{response}");
    assert!(response.ends_with(&format!("{server}, before any proof of its key")), "{response}");
    let password = format!(
        "#1 leak: password (9 characters) in TSCredentials of EXAMPLE\\alice {server}, which had proved its key\n"
    );
    assert!(seen.contains(&password), "{seen}");
    let ladder = seen.replacen(&greeting, "", 1);
    assert!(!ladder.contains("Passw0rd!"), "the secret itself is not shown: {ladder}");
}

#[cfg(unix)]
#[test]
fn a_wrong_password_gives_the_response_away_and_nothing_more() {
    use std::io::Read as _;

    let mut served = Served::start("healthy/nla-logon/hybrid");
    let addr = served.addr();
    assert_eq!(probe(&addr, "hunter2"), Some(1));
    let seen = served.until(" closed ").to_owned();
    assert_eq!(seen.lines().filter(|line| line.contains(" leak: ")).count(), 1, "{seen}");
    assert!(seen.contains("to a server with a good certificate, before any proof of its key"), "{seen}");

    let interrupted = Command::new("kill").args(["-INT", &served.child.id().to_string()]).status().expect("kill runs");
    assert!(interrupted.success());
    let mut rest = String::new();
    served.stdout.read_to_string(&mut rest).expect("text");
    assert!(rest.contains("; 1 secret was given away\n"), "{rest}");
}
