//! `badrdp run` as a user types it.
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "tests say what they expect")]

mod peers;

use std::process::{Command, Output};

use peers::program;

fn badrdp(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_badrdp")).args(arguments).output().expect("badrdp runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

/// Drops every `*_ms` field, at any depth.
fn without_durations(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::Object(map) => {
            map.retain(|key, _| !key.ends_with("_ms"));
            map.values_mut().for_each(without_durations);
        }
        serde_json::Value::Array(values) => values.iter_mut().for_each(without_durations),
        _ => {}
    }
}

fn json(arguments: &[&str]) -> serde_json::Value {
    let output = badrdp(arguments);
    assert_eq!(output.status.code(), Some(0), "{}{}", text(&output.stdout), text(&output.stderr));
    let mut value = serde_json::from_slice(&output.stdout).expect("JSON");
    without_durations(&mut value);
    value
}

#[test]
fn every_scenario_has_its_line_and_the_last_line_counts_them() {
    let output = badrdp(&["run", "healthy"]);
    let stdout = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{stdout}");
    let lines = stdout.lines().filter(|line| line.starts_with('+')).count();
    let healthy = badrdp::scenarios::catalog().iter().filter(|scenario| scenario.id.starts_with("healthy/"));
    assert_eq!(lines, healthy.count());
    assert!(stdout.contains(&format!("{lines} scenarios, all as expected")), "{stdout}");
}

#[test]
fn two_runs_give_the_same_bytes_once_durations_are_dropped() {
    let first = json(&["run", "--json"]);
    let second = json(&["run", "--json"]);
    let scenarios = |value: &serde_json::Value| value["scenarios"].as_array().expect("scenarios").clone();
    for (one, two) in scenarios(&first).iter().zip(scenarios(&second)) {
        assert_eq!(*one, two, "{}", one["id"]);
    }
    assert_eq!(first, second);
    assert_eq!(scenarios(&first).len(), badrdp::scenarios::catalog().len());
    assert_eq!(first["schema"], 1);
}

#[test]
fn another_seed_is_another_transcript() {
    let run = |seed| json(&["run", "healthy/logon-notice", "--json", "--seed", seed]);
    assert_eq!(run("1"), run("1"));
    assert_ne!(run("1"), run("2"));
}

#[test]
fn verbose_shows_where_a_fault_was_applied() {
    let output = badrdp(&["run", "mcs/connect-response-cut-short", "--verbose"]);
    let stdout = text(&output.stdout);
    assert!(stdout.contains("McsConnectResponse"), "{stdout}");
    assert!(stdout.contains("altered"), "{stdout}");
}

#[test]
fn a_prefix_means_all_below_it() {
    let value = json(&["run", "negotiation", "--json"]);
    let ids: Vec<_> =
        value["scenarios"].as_array().expect("scenarios").iter().filter_map(|s| s["id"].as_str()).collect();
    assert!(ids.len() > 5 && ids.iter().all(|id| id.starts_with("negotiation/")), "{ids:?}");
}

#[test]
fn an_unknown_id_names_the_nearest_and_exits_2() {
    let output = badrdp(&["run", "tls/certificate-expird"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("tls/certificate-expired"), "{}", text(&output.stderr));
}

#[test]
fn a_scenario_that_does_not_end_as_its_file_says_exits_1() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let file = directory.path().join("wrong.toml");
    std::fs::write(
        &file,
        "summary = \"a healthy host that claims to be broken\"\nspec = [\"MS-RDPBCGR 1.3.1.1\"]\n[expect.probe]\nstage = \"tls\"\nfinding = \"certificate-expired\"\n[expect.client]\nmust = \"connect\"\nbecause = \"nothing is wrong\"\n",
    )
    .expect("a file");
    let output = badrdp(&["run", "--file", file.to_str().expect("UTF-8")]);
    let stdout = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{stdout}{}", text(&output.stderr));
    assert!(stdout.contains("not as expected"), "{stdout}");
}

#[test]
fn a_fault_that_this_client_never_meets_is_not_applicable() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let file = directory.path().join("never.toml");
    std::fs::write(
        &file,
        "summary = \"a fault at a join that never comes\"\nspec = [\"MS-RDPBCGR 2.2.1.9\"]\n[[fault]]\nat = \"McsChannelJoinConfirm\"\noccurrence = 99\nomit = true\n[expect.probe]\nstage = \"active\"\n[expect.client]\nmust = \"connect\"\nbecause = \"nothing is wrong\"\n",
    )
    .expect("a file");
    let run = ["run", "tls/key-unusable", "--file", file.to_str().expect("UTF-8")];
    let output = badrdp(&run);
    let stdout = text(&output.stdout);
    assert_eq!(output.status.code(), Some(4), "{stdout}{}", text(&output.stderr));
    assert!(stdout.contains("  not applicable, because line 3 waits for McsChannelJoinConfirm number 99"), "{stdout}");
    assert!(stdout.contains("\n- ") && !stdout.contains("\nx "), "{stdout}");
    assert!(stdout.contains("\n2 scenarios, 1 not applicable, 1 as expected, in "), "{stdout}");

    let value: serde_json::Value =
        serde_json::from_slice(&badrdp(&[&run[..], &["--json"]].concat()).stdout).expect("JSON");
    assert_eq!((&value["summary"]["not_applicable"], &value["summary"]["not_as_expected"]), (&1.into(), &0.into()));
    assert_eq!(value["scenarios"][1]["as_expected"], false);
    assert!(value["scenarios"][1]["not_applicable"].as_str().is_some_and(|why| why.starts_with("line 3")));

    let repeated = badrdp(&[&run[..], &["--repeat", "2"]].concat());
    assert_eq!(repeated.status.code(), Some(4));
    let stdout = text(&repeated.stdout);
    assert!(stdout.contains("2 times: 1 not applicable, the others as expected"), "{stdout}");
}

#[test]
fn a_fault_that_another_one_hides_exits_1() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let file = directory.path().join("hidden.toml");
    std::fs::write(
        &file,
        "summary = \"a cut that hides what is behind it\"\nspec = [\"MS-RDPBCGR 2.2.1.4\"]\n[[fault]]\nat = \"McsConnectResponse\"\ntruncate = { layer = \"gcc\", keep = 10 }\n[[fault]]\nat = \"FontMap\"\nomit = true\n[expect.probe]\nstage = \"basic-settings-exchange\"\nfinding = \"frame-cut-short\"\n[expect.client]\nmust = \"disconnect\"\nbecause = \"the blocks are cut\"\n",
    )
    .expect("a file");
    let output = badrdp(&["run", "--file", file.to_str().expect("UTF-8")]);
    let stdout = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{stdout}{}", text(&output.stderr));
    assert!(stdout.contains("FontMap was never due"), "{stdout}");
}

#[test]
fn a_pipe_gets_whole_aligned_lines_without_colour() {
    let output = badrdp(&["run", "tls/alert", "tls/key-unusable"]);
    let stdout = text(&output.stdout);
    assert!(!stdout.contains('\u{1b}'), "{stdout:?}");
    let lines: Vec<_> = stdout.lines().filter(|line| line.starts_with('+')).collect();
    let column = |line: &str| line.find("  tls  ");
    assert!(lines.iter().all(|line| column(line).is_some() && column(line) == column(lines[0])), "{stdout}");
    let summary = &badrdp::scenario("tls/key-unusable").expect("a scenario").summary;
    assert!(lines.iter().any(|line| line.ends_with(summary)), "{stdout}");
    assert!(stdout.is_ascii(), "{stdout}");
}

#[test]
fn zero_jobs_are_refused() {
    let output = badrdp(&["run", "tls/alert", "--jobs", "0"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("0 is not in 1..=1024"), "{}", text(&output.stderr));
}

#[test]
fn a_file_that_cannot_be_used_says_why_and_exits_2() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = |name: &str| directory.path().join(name).display().to_string();
    std::fs::write(path("empty.toml"), "").expect("a file");
    std::fs::write(path("bytes.toml"), b"summary = \"\xff\"").expect("a file");
    for (file, why) in [
        (path("empty.toml"), "the file needs `summary`"),
        (path("bytes.toml"), "the file is not UTF-8"),
        (path("missing.toml"), "cannot open the file"),
        (directory.path().display().to_string(), "cannot "),
    ] {
        let output = badrdp(&["run", "--file", &file]);
        assert_eq!((output.status.code(), text(&output.stdout)), (Some(2), String::new()), "{file}");
        assert!(text(&output.stderr).contains(why), "{}", text(&output.stderr));
    }
}

#[test]
fn a_budget_shorter_than_the_host_takes_is_a_stall() {
    // The scenario waits 100 ms before its licensing PDU.
    let output = badrdp(&["run", "transport/slow/licensing", "--budget", "20ms"]);
    let stdout = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{stdout}");
    assert!(stdout.contains("expected no finding, got `stalled`"), "{stdout}");
}

#[test]
fn a_repeated_run_tells_what_was_not_as_expected_how_often_and_why() {
    let output = badrdp(&["run", "tls/key-unusable", "--repeat", "3"]);
    let stdout = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{stdout}");
    assert!(stdout.contains("round 3 of 3: all as expected, "), "{stdout}");
    assert!(stdout.contains("\n1 scenario, 3 times: all as expected, in "), "{stdout}");

    // The scenario waits 100 ms before its licensing PDU: with this budget it fails every time.
    let slow = ["run", "transport/slow/licensing", "tls/key-unusable", "--budget", "20ms", "--repeat", "2"];
    let output = badrdp(&slow);
    let stdout = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{stdout}");
    assert!(stdout.contains("2 scenarios, 2 times: 1 not always as expected, in "), "{stdout}");
    assert!(
        stdout.contains("transport/slow/licensing  2 of 2 times; first in round 1: expected the stage"),
        "{stdout}"
    );

    let output = badrdp(&[&slow[..], &["--json"]].concat());
    let value: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((value["rounds"].as_u64(), value["flakes"][0]["not_as_expected"].as_u64()), (Some(2), Some(2)));
}

#[test]
fn filters_choose_what_is_replayed() {
    let value = json(&["run", "--tag", "0x904", "--stage", "tls", "--json"]);
    let scenarios = value["scenarios"].as_array().expect("scenarios");
    assert!(!scenarios.is_empty());
    assert!(scenarios.iter().all(|scenario| scenario["expected"]["stage"] == "tls"), "{scenarios:?}");
}

#[test]
fn a_bar_is_on_terminals_only() {
    let command = format!("'{}' run tls/alert tls/certificate-expired negotiation", env!("CARGO_BIN_EXE_badrdp"));
    let piped = badrdp(&["run", "tls/alert", "tls/certificate-expired", "negotiation"]);
    assert_eq!((piped.status.code(), text(&piped.stderr)), (Some(0), String::new()));
    let mut terminal = Command::new(program("script", "bsdutils"));
    let shown = terminal.args(["--quiet", "--return", "--command", &command, "/dev/null"]).output().expect("it runs");
    let shown = text(&shown.stdout);
    assert!(shown.contains('█') && shown.contains("all as expected"), "{shown}");
    // It is wiped from the last line that it stood on.
    let last = shown.rsplit('█').next().unwrap_or_default();
    assert!(last.contains("\u{1b}[2K"), "{last:?}");
}
