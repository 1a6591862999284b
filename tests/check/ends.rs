//! How a run ends: with every scenario played, and nothing left behind.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::{Room, lives, text};
use crate::trials;

trials!(
    the_children_of_a_client_are_ended_with_it,
    a_profile_says_how_long_a_client_may_stay_behind_its_connection,
    a_daemon_that_a_client_leaves_is_ended_with_it,
    ctrl_c_ends_the_clients_and_leaves_nothing_behind,
    the_end_of_the_terminal_ends_the_clients_too,
    a_client_that_only_connects_has_connected,
    the_environment_can_name_the_passwords_file_too,
    a_run_without_a_client_says_how_to_name_one,
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

fn a_profile_says_how_long_a_client_may_stay_behind_its_connection() {
    let room = Room::new();
    let profile = room.read("mock.toml");
    std::fs::write(room.path("mock.toml"), format!("after_close = \"300ms\"\n{profile}")).expect("a profile");
    let arguments = ["healthy/tls-1.3", "--deadline", "60s", "--json"];
    let output = room.check(&arguments, "hangs-behind-the-end");
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let case = &document["scenarios"][0];
    assert_eq!(case["verdict"]["class"], "hung", "{case}");
    let detail = case["verdict"]["detail"].as_str().expect("text");
    assert!(detail.ends_with("its connection is over, and its process did not end"), "{detail}");
    assert!(case["outcome"]["took_ms"].as_f64().expect("a number") < 30_000.0, "{case}");
}

fn a_daemon_that_a_client_leaves_is_ended_with_it() {
    let room = Room::new();
    let output = room.check(&["healthy/tls-1.3"], "leaves-a-daemon");
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stdout));
    // Its connection has ended with it: nobody waited for that in vain.
    assert!(!text(&output.stderr).contains("a connection did not end"), "{}", text(&output.stderr));
    let daemon = room.read("told");
    until("the daemon has ended", || !lives(&daemon));
    assert_eq!(room.left(), [] as [PathBuf; 0]);
}

/// Whatever the machine is busy with: who connects and ends at once is no client that never connected.
fn a_client_that_only_connects_has_connected() {
    let room = Room::new();
    let output = room.check(&["healthy", "--json"], "leaves");
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let cases = document["scenarios"].as_array().expect("cases");
    // The mock client does not read the brackets of an IPv6 address.
    let cases: Vec<_> =
        cases.iter().filter(|case| !case["id"].as_str().is_some_and(|id| id.contains("ipv6"))).collect();
    let without: Vec<_> =
        cases.iter().filter(|case| case["verdict"]["connections"] == 0).map(|case| &case["id"]).collect();
    assert!(cases.len() > 20 && without.is_empty(), "{without:?}");
}

fn the_environment_can_name_the_passwords_file_too() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_badrdp"));
    command.args(["check", "healthy/tls-1.3", "--json", "--env", "FILE={password_file}"]);
    let output = command.args(["--", "sh", "-c", "wc -l < $FILE"]).output().expect("badrdp runs");
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(document["scenarios"][0]["outcome"]["stdout"], "1\n", "{document:#}");
}

fn a_run_without_a_client_says_how_to_name_one() {
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_badrdp"));
        command.arg("check").args(arguments).output().expect("badrdp runs")
    };
    for arguments in [&[][..], &["healthy/tls-1.3"]] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(2));
        let said = text(&output.stderr);
        assert!(said.starts_with("badrdp: which client? Write `--client NAME` (freerdp2, "), "{said}");
    }
}

#[cfg(unix)]
fn ctrl_c_ends_the_clients_and_leaves_nothing_behind() {
    stopped_by(rustix::process::Signal::INT);
}

#[cfg(unix)]
fn the_end_of_the_terminal_ends_the_clients_too() {
    stopped_by(rustix::process::Signal::HUP);
}

/// The same command, started with every signal's default action.
#[cfg(unix)]
fn with_default_signals(command: &Command) -> Command {
    let mut wrapped = Command::new("env");
    wrapped.arg("--default-signal").arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => wrapped.env(name, value),
            None => wrapped.env_remove(name),
        };
    }
    wrapped
}

#[cfg(unix)]
fn stopped_by(signal: rustix::process::Signal) {
    let room = Room::new();
    let tap = room.path("run.tap").display().to_string();
    let scenarios = ["healthy/tls-1.3", "healthy/tls-1.2"];
    let arguments = [&scenarios[..], &["--deadline", "60s", "--jobs", "1", "--tap", &tap]].concat();
    let command = room.command(&arguments, "tells-its-id");
    // Whoever runs the tests may have it that SIGHUP is ignored, and badrdp would respect that.
    let mut command = with_default_signals(&command);
    let mut run = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("badrdp runs");
    until("the client runs", || room.path("told").exists());
    let client = room.read("told");
    assert!(lives(&client) && !room.left().is_empty());
    let id = rustix::process::Pid::from_raw(i32::try_from(run.id()).expect("a number")).expect("a process");
    rustix::process::kill_process(id, signal).expect("it can be signalled");
    until("badrdp has ended", || run.try_wait().expect("a child can be waited for").is_some());
    let output = run.wait_with_output().expect("output");
    assert_eq!(output.status.code(), Some(130), "{}", text(&output.stderr));
    // A case that was cut short says nothing of the client.
    let said = text(&output.stdout);
    assert!(
        said.starts_with("\nmock: 0 scenarios in ") && said.contains(" s; stopped, 2 not played to the end\n"),
        "{said}"
    );
    assert!(said.ends_with("\nnothing was learned of this client\n"), "{said}");
    assert_eq!(room.read("run.tap"), "TAP version 14\n1..2\nBail out! the run was stopped\n");
    until("the client has ended", || !lives(&client));
    assert_eq!(room.left(), [] as [PathBuf; 0]);
}

fn a_client_that_is_not_there_is_told_and_is_exit_code_3() {
    let output = Command::new(env!("CARGO_BIN_EXE_badrdp"))
        .args(["check", "healthy/tls-1.3", "--", "no-such-client", "{host}:{port}"])
        .output()
        .expect("badrdp runs");
    assert_eq!(output.status.code(), Some(3));
    assert!(text(&output.stderr).contains("`no-such-client` is not installed"), "{}", text(&output.stderr));
}

fn an_unknown_placeholder_is_told_and_is_exit_code_2() {
    let output = Command::new(env!("CARGO_BIN_EXE_badrdp"))
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
    let theme: Vec<_> = badrdp::scenarios::catalog().iter().map(|scenario| scenario.id.as_str()).collect();
    let theme: Vec<_> = theme.into_iter().filter(|id| id.starts_with("mcs/disconnect-reasons/")).collect();
    // The first client waits for what the 15 others leave behind.
    let script = r#"
        if [ "$1" != "$3" ]; then : > "$2/$(echo "$1" | tr / _)"; exit; fi
        while [ "$(ls "$2" | wc -l)" -lt 15 ]; do sleep 0.02; done"#;
    let output = Command::new(env!("CARGO_BIN_EXE_badrdp"))
        .args(["check", "mcs/disconnect-reasons", "--jobs", "2", "--deadline", "60s", "--json"])
        .args(["--", "sh", "-c", script, "sh", "{scenario}"])
        .arg(&ran)
        .arg(theme[0])
        .output()
        .expect("badrdp runs");
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("a document");
    assert!(theme.len() > 16, "{theme:?}");
    let scenarios = document["scenarios"].as_array().expect("a list");
    assert_eq!(scenarios.len(), theme.len(), "{}", text(&output.stderr));
    let took = scenarios[0]["outcome"]["took_ms"].as_f64().expect("a number");
    assert!(took < 60_000.0, "the first was let go by the others, not by its deadline");
}

#[cfg(unix)]
fn the_client_is_told_the_internet_protocol() {
    let room = Room::new();
    let told = room.path("families");
    let output = Command::new(env!("CARGO_BIN_EXE_badrdp"))
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
