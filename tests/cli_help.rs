//! What `--help` promises, and the log that it mentions.
#![allow(clippy::unwrap_used, reason = "tests state what they expect")]

use std::process::{Command, Output};

/// What stands below the options.
fn below(arguments: &[&str], columns: &str) -> String {
    let help = Command::new(env!("CARGO_BIN_EXE_badrdp"))
        .args(arguments)
        .arg("--help")
        .env("COLUMNS", columns)
        .output()
        .unwrap();
    assert_eq!((help.status.code(), help.stderr.as_slice()), (Some(0), b"".as_slice()), "{arguments:?}");
    let text = String::from_utf8(help.stdout).unwrap();
    assert!(text.contains("Usage: badrdp"), "{text}");
    text.split_once("Print version").unwrap().1.to_owned()
}

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
    for command in [
        "",
        "run",
        "serve",
        "probe",
        "check",
        "check merge",
        "explain",
        "scenario",
        "scenario list",
        "scenario show",
        "scenario check",
        "scenario coverage",
        "scenario new",
        "scenario schema",
    ] {
        let arguments: Vec<_> = command.split_whitespace().collect();
        // Clap breaks long lines wherever it must: what is wrapped by hand for 80 columns is the same at 100.
        assert_eq!(below(&arguments, "80"), below(&arguments, "100"), "{command}");
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
