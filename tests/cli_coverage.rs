//! `badrdp scenario coverage` as a user runs it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::process::{Command, Output};

use badrdp_scenarios::coverage::{Standing, coverage, owed};
use badrdp_scenarios::{catalog, suites};

fn badrdp(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_badrdp")).args(["scenario", "coverage"]).args(arguments).output().unwrap()
}

fn stdout(arguments: &[&str]) -> String {
    let output = badrdp(arguments);
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn every_row_stands_in_the_list() {
    let text = stdout(&[]);
    for row in suites::rows() {
        let line = text.lines().find(|line| line.split_whitespace().nth(1) == Some(&row.id));
        assert!(line.is_some_and(|line| line.contains(row.class.name())), "{}", row.id);
    }
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
    let refused = text.lines().skip_while(|line| !line.contains(" C037 ")).nth(1).unwrap();
    assert_eq!(refused.trim(), "mcs/join-refused/user-channel");
}

#[test]
fn only_what_is_open() {
    let text = stdout(&["--open"]);
    let open: Vec<_> = coverage(catalog()).into_iter().filter(|line| line.standing() == Standing::Open).collect();
    assert_eq!(text.lines().filter(|line| line.starts_with("x ")).count(), open.len());
    assert!(!text.lines().any(|line| line.starts_with("+ ")), "{text}");
    assert!(text.contains("Totals  + covered, - explained, x open\n"), "{text}");
}

#[test]
fn coverage_as_json() {
    let json: serde_json::Value = serde_json::from_str(&stdout(&["--json"])).unwrap();
    assert_eq!(json["schema"], 1);
    let row = json["rows"].as_array().unwrap().iter().find(|row| row["id"] == "C037").unwrap();
    assert_eq!((row["standing"].as_str(), row["class"].as_str()), (Some("covered"), Some("must")));
    assert_eq!(row["scenarios"], serde_json::json!(["mcs/join-refused/user-channel"]));
    let rows: u64 = json["totals"].as_object().unwrap().values().map(|total| total["rows"].as_u64().unwrap()).sum();
    assert_eq!(usize::try_from(rows).unwrap(), suites::rows().len());
}

#[test]
fn the_check_fails_where_a_row_is_owed() {
    let output = badrdp(&["--check"]);
    let lines = coverage(catalog());
    let owed = owed(&lines);
    assert_eq!(output.status.code(), Some(i32::from(!owed.is_empty())));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(owed.iter().all(|line| stderr.contains(&line.row.id)), "{stderr}");
}
