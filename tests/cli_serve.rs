//! `badrdp serve` as a user runs it.
#![allow(clippy::unwrap_used, reason = "tests state what they expect")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Output, Stdio};

fn badrdp(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_badrdp"));
    command.args(arguments).env("NO_COLOR", "1");
    command
}

/// Exit code, stdout, stderr of a run that ends by itself.
fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = badrdp(arguments).output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

#[test]
fn an_unknown_scenario_is_a_usage_error_with_the_nearest_ids() {
    let (code, stdout, stderr) = run(&["serve", "healthy/tls13"]);
    assert_eq!((code, stdout.as_str()), (Some(2), ""));
    assert!(stderr.contains("no scenario has the id `healthy/tls13`; near it: healthy/tls-1.3"), "{stderr}");
}

#[test]
fn a_port_in_use_is_said_plainly() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = taken.local_addr().unwrap().to_string();
    let (code, stdout, stderr) = run(&["serve", "healthy/tls-1.3", "--listen", &addr]);
    assert_eq!((code, stdout.as_str()), (Some(2), ""));
    assert!(stderr.contains(&format!("cannot listen on {addr}: the port is in use")), "{stderr}");
}

#[test]
fn an_address_that_is_none_is_answered_with_examples() {
    let (code, _, stderr) = run(&["serve", "healthy/tls-1.3", "--listen", "pc.corp.example:3390"]);
    assert_eq!(code, Some(2));
    assert!(stderr.contains("such as 127.0.0.1:3390"), "{stderr}");
}

#[test]
fn a_family_is_no_scenario_and_its_members_are_listed() {
    let (code, _, stderr) = run(&["serve", "tls/version-too-old"]);
    assert_eq!(code, Some(2));
    let listed = "choose one of:\n  tls/version-too-old/tls-1.0\n  tls/version-too-old/tls-1.1\n";
    assert!(stderr.contains(listed), "{stderr}");
}

#[test]
fn a_name_that_no_certificate_can_have_is_said_plainly() {
    let (code, _, stderr) = run(&["serve", "healthy/tls-1.3", "--listen", "127.0.0.1:0", "--name", "höst"]);
    assert_eq!(code, Some(2));
    assert!(stderr.contains("cannot make the certificate for höst"), "{stderr}");
}

#[cfg(unix)]
#[test]
fn it_serves_until_interrupted_and_shows_each_connection() {
    let mut child = badrdp(&["serve", "negotiation/no-data", "--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    let addr = line.trim().rsplit(' ').next().unwrap().to_owned();

    let mut stream = TcpStream::connect(&addr).unwrap();
    // A Connection Request that offers TLS.
    stream.write_all(&[3, 0, 0, 19, 14, 0xe0, 0, 0, 0, 0, 0, 1, 0, 8, 0, 1, 0, 0, 0]).unwrap();
    let mut confirm = [0; 11];
    stream.read_exact(&mut confirm).unwrap();
    assert_eq!(confirm, [3, 0, 0, 11, 6, 0xd0, 0, 0, 0x12, 0x34, 0], "no negotiation data");
    drop(stream);

    let mut seen = String::new();
    // The server's own close is its last word on a connection.
    let closed = |line: &str| line.contains(" closed ") && !line.contains("closed by the peer");
    while !seen.lines().any(closed) {
        assert_ne!(stdout.read_line(&mut seen).unwrap(), 0, "{seen}");
    }
    assert!(seen.contains("#1 ←") && seen.contains("X224ConnectionConfirm"), "{seen}");

    let interrupted = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(interrupted.success());
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).unwrap();
    assert!(child.wait().unwrap().success());
    assert!(rest.contains("1 connection; the furthest ended in stage"), "{rest}");
}
