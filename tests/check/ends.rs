//! What a run leaves behind: nothing.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::support::{Room, lives, text};
use crate::trials;

trials!(
    the_children_of_a_client_are_ended_with_it,
    ctrl_c_ends_the_clients_and_leaves_nothing_behind,
    a_client_that_is_not_there_is_told_and_is_exit_code_3,
    an_unknown_placeholder_is_told_and_is_exit_code_2,
    a_case_that_outlasts_the_others_does_not_end_the_run,
);

fn until(what: &str, mut done: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !done() {
        assert!(Instant::now() < deadline, "{what}: not in time");
        std::thread::park_timeout(Duration::from_millis(20));
    }
}

fn the_children_of_a_client_are_ended_with_it() {
    let room = Room::new();
    let output = room.check(&["healthy/tls-1.3"], "leaves-a-child");
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stdout));
    let child = room.read("told");
    until("the client's child has ended", || !lives(&child));
    assert_eq!(room.left(), [] as [PathBuf; 0]);
}

#[cfg(unix)]
fn ctrl_c_ends_the_clients_and_leaves_nothing_behind() {
    let room = Room::new();
    let mut command = room.command(&["healthy/tls-1.3", "--deadline", "60s"], "tells-its-id");
    let mut run = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("badrdp runs");
    until("the client runs", || room.path("told").exists());
    let client = room.read("told");
    assert!(lives(&client) && !room.left().is_empty());
    let id = rustix::process::Pid::from_raw(i32::try_from(run.id()).expect("a number")).expect("a process");
    rustix::process::kill_process(id, rustix::process::Signal::INT).expect("it can be signalled");
    let begun = Instant::now();
    until("badrdp has ended", || run.try_wait().expect("a child can be waited for").is_some());
    assert!(begun.elapsed() < Duration::from_secs(10));
    let output = run.wait_with_output().expect("output");
    assert_eq!(output.status.code(), Some(130), "{}", text(&output.stderr));
    until("the client has ended", || !lives(&client));
    assert_eq!(room.left(), [] as [PathBuf; 0]);
}

fn a_client_that_is_not_there_is_told_and_is_exit_code_3() {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_badrdp"))
        .args(["check", "healthy/tls-1.3", "--", "no-such-client", "{host}:{port}"])
        .output()
        .expect("badrdp runs");
    assert_eq!(output.status.code(), Some(3));
    assert!(text(&output.stderr).contains("`no-such-client` is not installed"), "{}", text(&output.stderr));
}

fn an_unknown_placeholder_is_told_and_is_exit_code_2() {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_badrdp"))
        .args(["check", "healthy/tls-1.3", "--", "true", "{hots}:{port}"])
        .output()
        .expect("badrdp runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("unknown placeholder `{hots}`"), "{}", text(&output.stderr));
}

#[cfg(unix)]
fn a_case_that_outlasts_the_others_does_not_end_the_run() {
    let ids: Vec<_> = badrdp::scenarios::catalog().iter().map(|one| one.id.as_str()).collect();
    let ids: Vec<_> = ids.into_iter().filter(|id| id.starts_with("healthy/")).collect();
    // The first case is at its deadline when the others are done; with two jobs there are more than wait for it.
    let script = format!("[ {{scenario}} != {} ] || exec sleep 60", ids[0]);
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_badrdp"))
        .args(["check", "healthy", "--jobs", "2", "--deadline", "3s", "--json", "--", "sh", "-c", &script])
        .output()
        .expect("badrdp runs");
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("a document");
    let scenarios = document["scenarios"].as_array().expect("scenarios");
    let ran: Vec<_> = scenarios.iter().map(|one| one["id"].as_str().expect("an id")).collect();
    assert!(ids.len() > 16, "there are more than wait for the first");
    assert_eq!(ran, ids);
}
