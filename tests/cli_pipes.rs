//! What goes into a pipe or a file: the marks of reports are plain ASCII there, whatever the command.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::process::Command;

/// What reports are drawn with on a terminal.
const MARKS: [char; 7] = ['✓', '✗', '–', '○', '→', '←', '…'];

fn printed(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_badrdp")).args(arguments).output().unwrap();
    String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap()
}

#[test]
fn no_command_draws_its_marks_into_a_pipe() {
    let commands: [&[&str]; 13] = [
        &["--help"],
        &["run", "tls/key-unusable", "healthy/tls-1.3", "--verbose"],
        &["run", "tls/key-unusable", "--repeat", "2"],
        &["run", "--chaos", "3"],
        &["check", "tls/key-unusable", "--", "false"],
        &["check", "--help"],
        &["scenario", "coverage"],
        &["scenario", "coverage", "--help"],
        &["scenario", "list"],
        &["scenario", "show", "tls/key-unusable"],
        &["explain", "0x808"],
        &["explain", "tls-closed"],
        &["probe", "127.0.0.1:1", "--quick"],
    ];
    for command in commands {
        let text = printed(command);
        assert!(text.len() > 20, "{command:?}: {text}");
        let drawn: Vec<&str> = text.lines().filter(|line| line.contains(MARKS)).collect();
        assert!(drawn.is_empty() && !text.contains('\u{1b}'), "{command:?}: {drawn:#?}");
    }
}
