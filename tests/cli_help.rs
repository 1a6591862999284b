//! What `--help` promises, and the log that it mentions.
#![allow(clippy::unwrap_used, reason = "tests state what they expect")]

use std::process::{Command, Output};

fn badrdp(arguments: &[&str], log: Option<&str>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_badrdp"));
    command.args(arguments).env("COLUMNS", "80").env_remove("BADRDP_LOG");
    if let Some(log) = log {
        command.env("BADRDP_LOG", log);
    }
    command.output().unwrap()
}

#[test]
fn every_command_explains_itself_in_80_columns() {
    for command in
        ["", "run", "serve", "probe", "explain", "scenario", "scenario list", "scenario show", "scenario check"]
    {
        let arguments: Vec<_> = command.split_whitespace().chain(["--help"]).collect();
        let output = badrdp(&arguments, None);
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), b"".as_slice()), "{command}");
        assert!(text.contains("Usage: badrdp"), "{text}");
        // Clap wraps what it knows; what stands below the options is wrapped by hand.
        let (_, below) = text.split_once("Print help").unwrap();
        for line in below.lines() {
            assert!(line.chars().count() <= 80, "{command}: {line}");
        }
    }
}

#[test]
fn the_log_is_on_stderr_and_only_when_asked_for() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let quiet = badrdp(&["probe", &port.to_string()], None);
    assert_eq!((quiet.status.code(), quiet.stderr.as_slice()), (Some(3), b"".as_slice()));
    let debug = badrdp(&["probe", &port.to_string()], Some("debug"));
    assert!(String::from_utf8(debug.stderr).unwrap().contains(&port.to_string()));
    assert_eq!(debug.stdout.len(), quiet.stdout.len(), "nothing of it on stdout");
}
