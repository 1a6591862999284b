//! Random scenarios: what must hold for each of them, whatever it is.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "tests say what they expect")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::time::Duration;

use badrdp::chaos::judge;
use badrdp::replay::{Options, replay};
use badrdp::scenarios::{chaos, load_str};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// Judged in one test.
const COUNT: u64 = 320;
/// Under way at the same time: most of them wait for something.
const JOBS: usize = 48;

/// What silences cost; a busy machine is given more where one of them seems to break something.
fn options() -> Options {
    Options { budget: Duration::from_millis(700), ..Options::default() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_that_must_hold_holds_for_random_scenarios() {
    let permits = Arc::new(Semaphore::new(JOBS));
    let mut under_way = JoinSet::new();
    for number in 0..COUNT {
        let permits = Arc::clone(&permits);
        under_way.spawn(async move {
            let _permit = permits.acquire().await;
            judge(&chaos::scenario(2026, number), &options()).await.expect("a loopback port")
        });
    }
    let (mut broken, mut healthy, mut not_applicable) = (Vec::new(), 0, 0);
    while let Some(judged) = under_way.join_next().await {
        let outcome = judged.expect("nothing panics");
        healthy += usize::from(outcome.finding == badrdp::chaos::HEALTHY);
        not_applicable += usize::from(outcome.not_applicable.is_some());
        for what in &outcome.broken {
            broken.push(format!("{}: {what}\n{}", outcome.scenario.id, outcome.file));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    // A generator that breaks nothing, or everything, would not test much.
    assert!((40..240).contains(&healthy), "{healthy} of {COUNT} healthy");
    assert!(not_applicable < 60, "{not_applicable} of {COUNT} change nothing");
}

/// The file alone is enough to see it again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_file_of_a_random_scenario_is_replayed_as_it_says() {
    let mut replayed = 0;
    for number in 0..12 {
        let outcome = judge(&chaos::scenario(5, number), &options()).await.unwrap();
        if outcome.not_applicable.is_some() {
            continue;
        }
        let loaded = load_str(&outcome.scenario.source, &outcome.file).unwrap().remove(0);
        assert_eq!(loaded, outcome.scenario);
        let again = replay(&loaded, &Options::default()).await.unwrap();
        assert_eq!(again.problems, [] as [String; 0], "{}", outcome.file);
        replayed += 1;
    }
    assert!(replayed > 6, "{replayed}");
}

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_badrdp")).arg("run").args(arguments).output().expect("badrdp runs")
}

#[test]
fn run_chaos_sums_up_what_was_found() {
    let output = run(&["--chaos", "10", "--seed", "3"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.starts_with("\n10 random scenarios, seed 3: all that must hold holds, in "), "{text}");
    let counts = text.lines().skip(2).map(|line| line.trim().split_once("  ").unwrap().0.parse::<u32>().unwrap());
    assert_eq!(counts.sum::<u32>(), 10, "{text}");
}

#[test]
fn options_that_mean_nothing_with_chaos_are_refused() {
    for other in [
        ["--tag", "0x904"].as_slice(),
        &["--stage", "tls"],
        &["--covers", "C001"],
        &["--spec", "2.2.8"],
        &["--file", "a.toml"],
        &["--repeat", "2"],
        &["--json"],
        &["--verbose"],
        &["tls"],
    ] {
        let output = run(&[["--chaos", "1"].as_slice(), other].concat());
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{other:?}: {error}");
        assert!(error.contains("cannot be used with"), "{error}");
    }
    assert_eq!(run(&["--out", "a"]).status.code(), Some(2), "--out without --chaos");
    assert_eq!(run(&["--chaos", "0"]).status.code(), Some(2));
}

/// Each connection meets the next scenario, is told which, and its file shows it again alone.
#[test]
fn serve_chaos_names_each_connections_scenario_and_keeps_its_file() {
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("chaos");
    let mut served = Command::new(env!("CARGO_BIN_EXE_badrdp"))
        .args(["serve", "--chaos", "--seed", "7", "--listen", "0", "--out"])
        .arg(&out)
        .env("NO_COLOR", "1")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(served.stdout.take().unwrap()).lines().map(Result::unwrap);
    let greeting = lines.next().unwrap();
    let addr = greeting.strip_prefix("chaos, seed 7, listens on ").unwrap().to_owned();
    let mut files = Vec::new();
    for number in 1..=3 {
        let mut client = std::net::TcpStream::connect(&addr).unwrap();
        let file = lines.find_map(|line| Some(line.strip_prefix(&format!("#{number} its file: "))?.to_owned()));
        files.push(file.unwrap());
        client.write_all(b"\x03\x00\x00\x0b\x06\xe0\x00\x00\x00\x00\x00").unwrap();
    }
    served.kill().unwrap();
    served.wait().unwrap();
    let mut drawn = 0_u64..;
    for file in files {
        let path = std::path::Path::new(&file);
        let text = std::fs::read_to_string(path).unwrap();
        let loaded = load_str(path, &text).unwrap().remove(0);
        // In the sequence's order; what changes nothing is passed over.
        let found = drawn.by_ref().take(8).map(|number| chaos::scenario(7, number)).find(|next| next.id == loaded.id);
        assert_eq!(found.unwrap().server, loaded.server, "{file}");
        let again = run(&["--file", &file]);
        assert_eq!(again.status.code(), Some(0), "{}", String::from_utf8_lossy(&again.stdout));
    }
}

#[test]
fn serve_options_that_mean_nothing_with_chaos_are_refused() {
    for other in [["--all"].as_slice(), &["--one-port"], &["--tag", "0x904"], &["--file", "a.toml"], &["tls"]] {
        let arguments = [["serve", "--chaos"].as_slice(), other].concat();
        let output = Command::new(env!("CARGO_BIN_EXE_badrdp")).args(&arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{other:?}");
    }
}
