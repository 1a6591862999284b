//! `run --repeat N`: what fails now and then.

use std::fmt::Write as _;
use std::time::Instant;

use badrdp::Scenario;
use badrdp_client_probe::report;
use badrdp_client_probe::report::style::{self, paint};
use serde_json::json;

use super::lines::time;
use super::pool::Tally;
use super::{Arguments, pool};
use crate::commands::progress::Progress;
use crate::output;

/// A scenario that was not as expected at least once.
struct Flake {
    id: String,
    times: u32,
    /// The round in which it was so first, from 1, and its first problem then.
    first: (u32, String),
}

/// Replays everything `times` times, round by round; the value is the exit code.
pub(super) async fn run(scenarios: &[Scenario], times: u32, arguments: &Arguments) -> anyhow::Result<u8> {
    let started = Instant::now();
    let total = scenarios.len();
    let mut progress = Progress::new(total.saturating_mul(usize::try_from(times)?));
    let mut flakes: Vec<Flake> = Vec::new();
    let mut unexpected = 0;
    let mut all = Tally::default();
    for round in 1..=times {
        let begun = Instant::now();
        let before = unexpected;
        let mut tally = Tally::default();
        let ran = pool::replays(scenarios.iter().cloned(), arguments.options(), arguments.jobs, |ended| {
            tally.count(&ended);
            if let Some(problem) = ended.problems().first() {
                unexpected += 1;
                note(&mut flakes, &ended.scenario().id, round, problem);
            }
            progress.step(unexpected, "not as expected");
            Ok(())
        });
        ran.await?;
        all.not_applicable = all.not_applicable.max(tally.not_applicable);
        all.unexpected.append(&mut tally.unexpected);
        if !arguments.json {
            let wrong = match unexpected - before {
                0 => "all as expected".to_owned(),
                n => paint(style::BAD, format!("{n} not as expected")),
            };
            progress.report(&format!("round {round} of {times}: {wrong}, {}\n", time(begun.elapsed())))?;
        }
    }
    drop(progress);
    if arguments.json {
        output::print(&format!("{:#}\n", document(&flakes, all.not_applicable, total, times)))?;
    } else {
        output::report(&summary(&flakes, all.not_applicable, total, times, &time(started.elapsed())))?;
    }
    Ok(all.code())
}

fn note(flakes: &mut Vec<Flake>, id: &str, round: u32, problem: &str) {
    match flakes.iter_mut().find(|flake| flake.id == id) {
        Some(flake) => flake.times += 1,
        None => flakes.push(Flake { id: id.to_owned(), times: 1, first: (round, problem.to_owned()) }),
    }
}

fn summary(flakes: &[Flake], not_applicable: usize, total: usize, times: u32, took: &str) -> String {
    let scenarios = if total == 1 { "1 scenario".to_owned() } else { format!("{total} scenarios") };
    let mut text = match flakes.len() {
        0 if not_applicable > 0 => {
            format!(
                "\n{scenarios}, {times} times: {not_applicable} not applicable, the others as expected, in {took}\n"
            )
        }
        0 => format!("\n{scenarios}, {times} times: all as expected, in {took}\n"),
        n => format!("\n{scenarios}, {times} times: {n} not always as expected, in {took}:\n"),
    };
    for Flake { id, times: wrong, first: (round, problem) } in flakes {
        let mark = paint(style::BAD, "✗");
        let _ = writeln!(text, "  {mark} {id}  {wrong} of {times} times; first in round {round}: {problem}");
    }
    text
}

fn document(flakes: &[Flake], not_applicable: usize, total: usize, times: u32) -> serde_json::Value {
    let row = |flake: &Flake| {
        let (round, problem) = &flake.first;
        json!({ "id": flake.id, "not_as_expected": flake.times, "first": { "round": round, "problem": problem } })
    };
    json!({
        "schema": report::json::SCHEMA,
        "rounds": times,
        "flakes": flakes.iter().map(row).collect::<Vec<_>>(),
        "summary": { "total": total, "not_always_as_expected": flakes.len(), "not_applicable": not_applicable },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flake_is_told_with_how_often_and_its_first_problem() {
        let mut flakes = Vec::new();
        note(&mut flakes, "tls/alert/close-notify", 3, "expected `tls-alert`, got `stalled`");
        note(&mut flakes, "tls/alert/close-notify", 7, "another");
        note(&mut flakes, "mcs/gcc", 9, "a fault never fired");
        let text = anstream::adapter::strip_str(&summary(&flakes, 0, 492, 20, "270.1 s")).to_string();
        let expected = "\n492 scenarios, 20 times: 2 not always as expected, in 270.1 s:\n  \
            ✗ tls/alert/close-notify  2 of 20 times; first in round 3: expected `tls-alert`, got `stalled`\n  \
            ✗ mcs/gcc  1 of 20 times; first in round 9: a fault never fired\n";
        assert_eq!(text, expected);
        assert_eq!(summary(&[], 0, 1, 2, "8 ms"), "\n1 scenario, 2 times: all as expected, in 8 ms\n");
        let some = "\n9 scenarios, 2 times: 1 not applicable, the others as expected, in 8 ms\n";
        assert_eq!(summary(&[], 1, 9, 2, "8 ms"), some);
        let document = document(&flakes, 0, 492, 20);
        assert_eq!(document.pointer("/flakes/0/not_as_expected"), Some(&json!(2)), "{document}");
    }
}
