//! A run in text: a line per case, then what it came to.

use std::fmt::Write as _;
use std::time::Duration;

use badrdp_client_probe::report::style::{self, paint};
use badrdp_client_probe::report::{ladder, leak};
use badrdp_scenarios::Scenario;

use super::{Told, complaint, duty, last_lines, shell};
use crate::check::expectations::Recorded;
use crate::check::{Class, Summary};

/// How many of the client's last lines are shown of a case that is not as recorded.
const LINES: usize = 3;

/// How wide the column of ids is.
#[must_use]
pub fn widest(scenarios: &[Scenario]) -> usize {
    scenarios.iter().map(|scenario| scenario.id.chars().count()).max().unwrap_or(0)
}

/// What became of a case: one line, and more where it is not as recorded, or with `verbose`.
#[must_use]
pub fn case(told: &Told, width: usize, verbose: bool) -> String {
    let checked = &told.checked;
    let verdict = &checked.verdict;
    let (style, mark) = match (&told.recorded, verdict.class) {
        (Recorded::Good, _) => (style::GOOD, "✓"),
        (Recorded::Neutral, _) => (style::WARN, "–"),
        (Recorded::Known(_), _) => (style::WARN, "○"),
        (Recorded::Bad(_) | Recorded::UnexpectedlyGood(_), _) => (style::BAD, "✗"),
    };
    let mut text = format!(
        "{} {:<width$}  {:<20}  {:<26}  {}  {}\n",
        paint(style, mark),
        checked.scenario.id,
        verdict.class.name(),
        verdict.stage.name(),
        paint(style::DIM, time(checked.outcome.took)),
        verdict.detail,
    );
    match &told.recorded {
        Recorded::Known(reason) => {
            let _ = writeln!(text, "  {}: {reason}", paint(style::WARN, "known"));
        }
        Recorded::Bad(Some(listed)) | Recorded::UnexpectedlyGood(listed) => {
            let _ = writeln!(text, "  {}: {listed}", paint(style::BAD, "recorded is"));
        }
        _ => {}
    }
    for (place, earlier) in checked.earlier.iter().enumerate() {
        let _ = writeln!(text, "  {} {}: {earlier}", paint(style::WARN, "try"), place + 1);
    }
    let unexpected = complaint(told).is_some();
    if unexpected || verbose {
        let _ = writeln!(text, "  {}", paint(style::DIM, duty(&checked.scenario.expect_client)));
        let shown = if verbose { usize::MAX } else { LINES };
        for line in last_lines(&checked.outcome.stderr, shown) {
            let _ = writeln!(text, "  {} {line}", paint(style::DIM, "|"));
        }
    }
    if verbose {
        text.push_str(&evidence(told));
    }
    text
}

/// Everything that was seen of a case, as its artefact and as `--verbose` have it.
#[must_use]
pub fn evidence(told: &Told) -> String {
    let checked = &told.checked;
    let mut text = String::new();
    for (place, connection) in checked.connections.iter().enumerate() {
        let _ = writeln!(text, "    connection {}, as the server saw it: → sent, ← received", place + 1);
        for entry in &connection.entries {
            let _ = writeln!(text, "    {}", ladder::line(entry));
        }
        for (_, given) in checked.verdict.disclosures.iter().filter(|(of, _)| *of == place + 1) {
            let _ = writeln!(text, "    {}", paint(style::WARN, leak::line(given)));
        }
    }
    if !checked.command.is_empty() {
        let _ = writeln!(text, "    client: {}", shell(&checked.command));
    }
    let _ = writeln!(text, "    ended:  {} after {}", checked.outcome.end, time(checked.outcome.took).trim_start());
    for said in &checked.verdict.said {
        let _ = writeln!(text, "    says:   {} ({})", said.words, said.reason);
    }
    text.push('\n');
    text
}

/// `  812 ms`, `  13.4 s`.
fn time(took: Duration) -> String {
    match took.as_millis() {
        ms @ 0..10_000 => format!("{ms:>5} ms"),
        _ => format!("{:>6.1} s", took.as_secs_f64()),
    }
}

/// The last words of a run.
#[must_use]
pub fn summary(summary: &Summary, client: &str, took: Duration) -> String {
    let total = summary.total();
    let noun = if total == 1 { "scenario" } else { "scenarios" };
    let mut text = format!("\n{client}: {total} {noun} in {:.1} s\n", took.as_secs_f64());
    for class in Class::ALL.iter().filter(|class| summary.of(**class) > 0) {
        let style = if class.is_good() {
            style::GOOD
        } else if class.is_neutral() {
            style::DIM
        } else {
            style::BAD
        };
        let _ = writeln!(text, "  {:>5}  {}", summary.of(*class), paint(style, class.name()));
    }
    let mut words = vec![format!("{} known failures", summary.known)];
    if summary.known == 1 {
        words = vec!["1 known failure".to_owned()];
    }
    if summary.known == 0 {
        words.clear();
    }
    match summary.unexpected.len() {
        0 => {}
        1 => words.push("1 failure that is not recorded".to_owned()),
        many => words.push(format!("{many} failures that are not recorded")),
    }
    match summary.unexpected_good.len() {
        0 => {}
        1 => words.push("1 recorded failure that passes".to_owned()),
        many => words.push(format!("{many} recorded failures that pass")),
    }
    match summary.retried.len() {
        0 => {}
        1 => words.push("1 that was as recorded only when it was tried again".to_owned()),
        many => words.push(format!("{many} that were as recorded only when they were tried again")),
    }
    if words.is_empty() {
        words.push("nothing to complain of".to_owned());
    }
    let _ = writeln!(text, "{}", words.join(", "));
    text
}
