//! Reports and expectation files, as their readers see them.

use crate::support::{Room, text};
use crate::trials;

trials!(
    a_known_failure_is_exit_code_0_and_one_that_passes_is_1,
    what_is_recorded_is_known_the_next_time,
    a_crash_is_not_taken_back_by_another_try,
    what_is_not_as_recorded_is_tried_again_if_asked_for_and_told,
    junit_and_tap_tell_failures_known_ones_and_what_is_not_applicable,
    artefacts_hold_the_case_and_no_password,
    a_pipe_gets_plain_marks_and_the_clients_own_words,
    a_client_that_says_too_much_does_not_fill_the_table,
    what_cannot_be_written_is_known_before_a_client_runs,
    github_gets_an_annotation_for_each_failure,
    a_quiet_run_prints_what_is_not_as_recorded_and_saves_everything,
);

const KNOWN: &str =
    "[[expect]]\nscenarios = [\"tls/certificate-*\"]\nverdict = \"accepted-bad-server\"\nreason = \"it asks nobody\"\n";

fn a_known_failure_is_exit_code_0_and_one_that_passes_is_1() {
    let room = Room::new();
    std::fs::write(room.path("known.toml"), KNOWN).expect("a file");
    let known = room.path("known.toml").display().to_string();
    let arguments = ["tls/certificate-expired", "--expect", &known];
    let output = room.check(&arguments, "accepts");
    let stdout = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{stdout}");
    assert!(stdout.contains("known: it asks nobody") && stdout.ends_with("\n1 known failure\n"), "{stdout}");
    let output = room.check(&arguments, "leaves");
    let stdout = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "never met: {stdout}");
    let output = room.check(&["tls/certificate-expired", "--expect", &known, "--stdin", "yes\n"], "warns");
    let stdout = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{stdout}");
    assert!(stdout.contains("recorded is: accepted-bad-server by"), "{stdout}");
    assert!(stdout.ends_with("\n1 recorded failure that passes\n"), "{stdout}");
}

fn what_is_recorded_is_known_the_next_time() {
    let room = Room::new();
    let file = room.path("recorded.toml").display().to_string();
    let output = room.check(&["tls/certificate-expired", "healthy/tls-1.3", "--record", &file], "accepts");
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stdout));
    let output = room.check(&["tls/certificate-expired", "healthy/tls-1.3", "--expect", &file], "accepts");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
}

fn what_is_not_as_recorded_is_tried_again_if_asked_for_and_told() {
    let room = Room::new();
    let path = |name: &str| room.path(name).display().to_string();
    let (junit, tap) = (path("junit.xml"), path("run.tap"));
    let arguments = ["tls/certificate-expired", "--retries", "2", "--junit", &junit, "--tap", &tap];
    let output = room.check(&arguments, "accepts-at-first");
    let stdout = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{stdout}");
    assert!(stdout.contains("\n  try 1: accepted-bad-server: "), "{stdout}");
    assert!(!stdout.contains("try 2"), "it passed at the second: {stdout}");
    assert!(stdout.ends_with("\n1 that was as recorded only when it was tried again\n"), "{stdout}");
    let junit = room.read("junit.xml");
    assert!(junit.contains("failures=\"0\"") && junit.contains("<flakyFailure"), "{junit}");
    let tap = room.read("run.tap");
    let (line, rest) = tap.lines().nth(2).zip(tap.lines().nth(3)).expect("two lines");
    assert_eq!(line, "ok 1 - tls/certificate-expired");
    assert!(rest.starts_with("# try 1: accepted-bad-server: "), "{tap}");
    let output = room.check(&[&arguments[..], &["--json"]].concat(), "accepts");
    assert_eq!(output.status.code(), Some(1), "it never passes");
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let case = &document["scenarios"][0];
    assert_eq!(case["earlier"].as_array().map(Vec::len), Some(2), "{case}");
    assert_eq!(case["earlier"][0]["class"], "accepted-bad-server", "{case}");
    assert_eq!(document["summary"]["retried"], serde_json::json!([]));
    assert_eq!(document["summary"]["unexpected"], serde_json::json!(["tls/certificate-expired"]));
}

fn a_crash_is_not_taken_back_by_another_try() {
    let room = Room::new();
    let output = room.check(&["healthy/tls-1.3", "--retries", "2"], "crashes-at-first");
    let stdout = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{stdout}");
    assert!(stdout.contains("crashed") && !stdout.contains("try 1"), "{stdout}");
}

fn junit_and_tap_tell_failures_known_ones_and_what_is_not_applicable() {
    let room = Room::new();
    std::fs::write(room.path("known.toml"), KNOWN).expect("a file");
    let path = |name: &str| room.path(name).display().to_string();
    let (known, junit, tap) = (path("known.toml"), path("junit.xml"), path("run.tap"));
    let scenarios = ["tls/certificate-expired", "healthy/tls-1.3", "mcs/attach-refused/no-such-channel"];
    let arguments = [&scenarios[..], &["--expect", &known, "--junit", &junit, "--tap", &tap]].concat();
    let output = room.check(&arguments, "accepts");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
    let junit = room.read("junit.xml");
    assert!(junit.contains("tests=\"3\"") && junit.contains("failures=\"0\""), "{junit}");
    assert!(junit.contains("<skipped message=\"known: it asks nobody (accepted-bad-server"), "{junit}");
    let tap = room.read("run.tap");
    assert!(
        tap.starts_with("TAP version 14\n1..3\nnot ok 1 - tls/certificate-expired # TODO it asks nobody\n"),
        "{tap}"
    );
    assert!(
        tap.contains("\nok 2 - healthy/tls-1.3\n") && tap.contains("  verdict: \"accepted-bad-server\"\n"),
        "{tap}"
    );
    let arguments = ["healthy/tls-1.3", "--junit", &path("bad.xml"), "--tap", &path("bad.tap")];
    let output = room.check(&arguments, "leaves");
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stdout));
    let junit = room.read("bad.xml");
    assert!(junit.contains("<failure message=\"refused-good-server: ended at"), "{junit}");
    assert!(room.read("bad.tap").contains("\nnot ok 1 - healthy/tls-1.3\n  ---\n"), "{}", room.read("bad.tap"));
}

fn artefacts_hold_the_case_and_no_password() {
    let room = Room::new();
    let out = room.path("out").display().to_string();
    let output =
        room.check(&["nla/wrong-password/logon-failure", "healthy/tls-1.3", "--out", &out], "tells-the-password");
    assert_eq!(output.status.code(), Some(1), "{}{}", text(&output.stdout), text(&output.stderr));
    let case = |name: &str| room.read(&format!("out/healthy/tls-1.3/{name}"));
    assert!(case("ladder.txt").contains("connection 1, as the server saw it"), "{}", case("ladder.txt"));
    assert!(case("stderr.txt").contains("error: {password} was refused"), "{}", case("stderr.txt"));
    assert!(case("reproduce.txt").starts_with("badrdp serve healthy/tls-1.3 "), "{}", case("reproduce.txt"));
    for name in ["case.json", "ladder.txt", "stdout.txt", "stderr.txt", "reproduce.txt"] {
        assert!(!case(name).contains("Passw0rd!"), "{name} has the password");
    }
    let document: serde_json::Value = serde_json::from_str(&case("case.json")).expect("JSON");
    assert_eq!(document["verdict"]["class"], "refused-good-server");
}

fn a_pipe_gets_plain_marks_and_the_clients_own_words() {
    let room = Room::new();
    let output = room.check(&["healthy/tls-1.3", "--verbose"], "speaks-in-marks");
    let stdout = text(&output.stdout);
    let words = "größer → ✓ ✗ – ○ …";
    assert!(stdout.starts_with("x healthy/tls-1.3  ") && stdout.contains(&format!("\n  | {words}\n")), "{stdout}");
    assert!(stdout.contains(", as the server saw it: > sent, < received\n"), "{stdout}");
    assert!(stdout.replace(words, "").is_ascii(), "{stdout}");
}

fn a_client_that_says_too_much_does_not_fill_the_table() {
    let room = Room::new();
    let output = room.check(&["healthy/tls-1.3"], "says-too-much");
    let stdout = text(&output.stdout);
    assert!(stdout.contains("it says \"much much ") && stdout.contains("\n  | much much "), "{stdout}");
    assert!(stdout.lines().all(|line| line.chars().count() < 500), "{stdout}");
}

fn what_cannot_be_written_is_known_before_a_client_runs() {
    let room = Room::new();
    let nowhere = room.path("nowhere/file").display().to_string();
    for option in ["--junit", "--tap", "--html", "--record"] {
        let output = room.check(&["healthy/tls-1.3", option, &nowhere], "tells-its-id");
        let stderr = text(&output.stderr);
        assert_eq!((output.status.code(), text(&output.stdout).as_str()), (Some(2), ""), "{option}: {stderr}");
        assert_eq!(stderr, format!("badrdp: cannot write {nowhere}: No such file or directory (os error 2)\n"));
        assert!(!room.path("told").exists(), "{option}");
    }
}

fn github_gets_an_annotation_for_each_failure() {
    let room = Room::new();
    let mut command = room.command(&["healthy/tls-1.3"], "leaves");
    let output = command.env("GITHUB_ACTIONS", "true").output().expect("badrdp runs");
    let stdout = text(&output.stdout);
    assert!(stdout.contains("::error title=mock%3A healthy/tls-1.3::refused-good-server: ended at"), "{stdout}");
}

fn a_quiet_run_prints_what_is_not_as_recorded_and_saves_everything() {
    let room = Room::new();
    let saved = room.path("run.json").display().to_string();
    let arguments = ["tls/certificate-expired", "healthy/tls-1.3", "--quiet", "--save", &saved];
    let output = room.check(&arguments, "accepts");
    let stdout = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{stdout}");
    assert!(stdout.contains("tls/certificate-expired") && !stdout.contains("healthy/tls-1.3"), "{stdout}");
    assert!(stdout.contains(": 2 scenarios in "), "{stdout}");
    let document: serde_json::Value = serde_json::from_str(&room.read("run.json")).expect("JSON");
    assert_eq!(document["kind"], "check");
    assert_eq!(document["summary"]["unexpected"], serde_json::json!(["tls/certificate-expired"]));
    let output = room.check(&["healthy/tls-1.3", "--quiet"], "accepts");
    assert_eq!(text(&output.stdout).lines().filter(|line| line.contains("healthy/")).count(), 0);
}
