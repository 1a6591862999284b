//! How a run ends: with every scenario played, and nothing left behind.

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
    cases_that_wait_for_an_earlier_one_do_not_end_the_run,
    the_client_is_told_the_internet_protocol,
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

/// With two jobs, up to 16 cases are under way or wait to be reported. The first of them ends after the other 15.
#[cfg(unix)]
fn cases_that_wait_for_an_earlier_one_do_not_end_the_run() {
    let room = Room::new();
    let ran = room.path("ran");
    std::fs::create_dir(&ran).expect("a directory");
    let script = r#"
        set -- "$1" "$2/$(echo "$1" | tr / _)" "$2"
        if [ -e "$3/first" ]; then : > "$2"; exit; fi
        : > "$3/first"
        while [ "$(ls "$3" | wc -l)" -lt 16 ]; do sleep 0.02; done"#;
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_badrdp"))
        .args(["check", "mcs/disconnect-reasons", "--jobs", "2", "--deadline", "60s", "--json"])
        .args(["--", "sh", "-c", script, "sh", "{scenario}"])
        .arg(&ran)
        .output()
        .expect("badrdp runs");
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("a document");
    let theme = badrdp::scenarios::catalog().iter().filter(|s| s.id.starts_with("mcs/disconnect-reasons/")).count();
    assert!(theme > 16, "{theme}");
    assert_eq!(document["scenarios"].as_array().map(Vec::len), Some(theme), "{}", text(&output.stderr));
}

#[cfg(unix)]
fn the_client_is_told_the_internet_protocol() {
    let room = Room::new();
    let told = room.path("families");
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_badrdp"))
        .args(["check", "healthy/tls-1.3", "healthy/ipv6/tls", "--jobs", "1", "--"])
        .args(["sh", "-c", r#"echo "$1 $2" >> "$3""#, "sh", "{scenario}", "{family}"])
        .arg(&told)
        .output()
        .expect("badrdp runs");
    let told = room.read("families");
    assert!(told.contains("healthy/tls-1.3 4\n"), "{told}{}", text(&output.stderr));
    // Where this machine has no IPv6, nothing is run over it.
    let ipv6 = std::net::TcpListener::bind(("::1", 0)).is_ok();
    assert_eq!(told.contains("healthy/ipv6/tls 6\n"), ipv6, "{told}");
}
