//! `run` in text: a line per scenario.

use std::fmt::Write as _;
use std::time::Duration;

use badrdp::Scenario;
use badrdp::replay::Replay;
use badrdp_client_probe::report;
use badrdp_client_probe::report::style::{self, paint, verbatim};
use badrdp_proto::transcript::disclosures;

use super::pool::{Ended, Tally};
use crate::output;

/// How wide each column is, so that a run of any selection is aligned.
#[derive(Debug)]
pub(super) struct Columns {
    id: usize,
    stage: usize,
    finding: usize,
    /// What is left for the summary; none: all that it needs.
    summary: Option<usize>,
}

impl Columns {
    /// Mark, time and the gaps between the columns.
    const REST: usize = 2 + 2 + 2 + 2 + 9;
    /// Less of a summary than this says nothing.
    const SUMMARY: usize = 16;

    pub(super) fn of(scenarios: &[Scenario], width: Option<usize>) -> Self {
        let widest = |of: fn(&Scenario) -> usize| scenarios.iter().map(of).max().unwrap_or(0);
        let id = widest(|scenario| scenario.id.len());
        let stage = widest(|scenario| scenario.expect_probe.stage.name().len());
        let finding = widest(|scenario| scenario.expect_probe.finding.as_deref().unwrap_or(HEALTHY).len());
        match width.map(|width| width.checked_sub(id + stage + finding + Self::REST)) {
            None => Self { id, stage, finding, summary: None },
            Some(Some(room)) if room >= 2 + Self::SUMMARY => Self { id, stage, finding, summary: Some(room - 2) },
            Some(Some(_)) => Self { id, stage, finding, summary: Some(0) },
            // A narrow terminal: better unaligned than broken over two lines.
            Some(_) => Self { id: 0, stage: 0, finding: 0, summary: Some(0) },
        }
    }

    fn summary(&self, text: &str) -> String {
        match self.summary {
            None => format!("  {}", verbatim(text)),
            Some(0) => String::new(),
            Some(room) => format!("  {}", verbatim(output::fit(text, room))),
        }
    }
}

/// What stands in place of a finding where nothing is wrong.
const HEALTHY: &str = "healthy";

/// What became of a scenario: one line, the problems, and with `verbose` the ladder.
pub(super) fn text(ended: &Ended, columns: &Columns, verbose: bool) -> String {
    let mut text = match ended {
        Ended::Replayed(replay) => line(replay, columns),
        Ended::Failed { scenario, .. } => format!("{} {}\n", paint(style::BAD, "✗"), verbatim(&scenario.id)),
    };
    for problem in ended.problems() {
        let _ = writeln!(text, "  {}: {problem}", paint(style::BAD, "not as expected"));
    }
    if let Some(why) = ended.not_applicable() {
        let _ = writeln!(text, "  {}, because {why}", paint(style::WARN, "not applicable"));
    }
    if let (Ended::Replayed(replay), true) = (ended, verbose) {
        text.push_str(&ladder(replay));
    }
    text
}

fn line(replay: &Replay, columns: &Columns) -> String {
    let (style, mark) = match (replay.as_expected(), &replay.not_applicable) {
        (true, _) => (style::GOOD, "✓"),
        (false, Some(_)) => (style::WARN, "–"),
        (false, None) => (style::BAD, "✗"),
    };
    let Columns { id, stage, finding, .. } = *columns;
    let concluded = replay.diagnosis.findings.first().map_or(HEALTHY, |finding| finding.id);
    let tail = format!("{:>6} ms{}", replay.took.as_millis(), columns.summary(&replay.scenario.summary));
    format!(
        "{} {:<id$}  {:<stage$}  {concluded:<finding$}  {}\n",
        paint(style, mark),
        replay.scenario.id,
        replay.diagnosis.stage.name(),
        paint(style::DIM, if id == 0 { tail.trim_start() } else { &tail }),
    )
}

/// Every message, as the server saw it.
fn ladder(replay: &Replay) -> String {
    let mut text = String::new();
    for transcript in &replay.server {
        let _ = writeln!(text, "    {}", paint(style::DIM, "the server's view: → sent, ← received"));
        for entry in &transcript.entries {
            let _ = writeln!(text, "    {}", report::ladder::line(entry));
        }
        for disclosure in disclosures(transcript) {
            let _ = writeln!(text, "    {}", paint(style::WARN, report::leak::line(&disclosure)));
        }
    }
    text.push('\n');
    text
}

/// The last words: how many, how many of them not as expected or not applicable, and which.
pub(super) fn summary(tally: &Tally, took: Duration) -> String {
    let took = time(took);
    let Tally { total, unexpected, not_applicable } = tally;
    let noun = if *total == 1 { "scenario" } else { "scenarios" };
    let passed = total - unexpected.len() - not_applicable;
    let words = match (unexpected.len(), not_applicable) {
        (0, 0) if *total == 1 => "as expected".to_owned(),
        (0, 0) => "all as expected".to_owned(),
        (0, n) => format!("{n} not applicable, {passed} as expected"),
        (n, 0) => format!("{n} not as expected"),
        (n, m) => format!("{n} not as expected, {m} not applicable"),
    };
    let colon = if unexpected.is_empty() { "" } else { ":" };
    let mut text = format!("{total} {noun}, {words}, in {took}{colon}\n");
    text.extend(unexpected.iter().map(|id| format!("  {id}\n")));
    text
}

/// `812 ms`, `13.4 s`.
pub(super) fn time(took: Duration) -> String {
    match took.as_millis() {
        ms @ 0..1000 => format!("{ms} ms"),
        _ => format!("{:.1} s", took.as_secs_f64()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_words_count_each_outcome() {
        let words = |total, unexpected: &[&str], not_applicable| {
            let unexpected = unexpected.iter().map(ToString::to_string).collect();
            summary(&Tally { total, unexpected, not_applicable }, Duration::from_millis(8))
        };
        assert_eq!(words(1, &[], 0), "1 scenario, as expected, in 8 ms\n");
        assert_eq!(words(3, &[], 0), "3 scenarios, all as expected, in 8 ms\n");
        assert_eq!(words(3, &["a/b"], 0), "3 scenarios, 1 not as expected, in 8 ms:\n  a/b\n");
        assert_eq!(words(3, &[], 1), "3 scenarios, 1 not applicable, 2 as expected, in 8 ms\n");
        assert_eq!(words(3, &["a/b"], 1), "3 scenarios, 1 not as expected, 1 not applicable, in 8 ms:\n  a/b\n");
    }

    #[test]
    fn columns_are_as_wide_as_the_selection_needs() {
        let all = badrdp::scenarios::catalog();
        let longest = all.iter().map(|scenario| scenario.id.len()).max();
        let columns = Columns::of(all, None);
        assert_eq!((Some(columns.id), columns.summary), (longest, None), "a pipe gets whole lines");
        let one: Vec<_> = all.iter().filter(|scenario| scenario.id == "tls/key-unusable").cloned().collect();
        let Columns { id, stage, finding, .. } = Columns::of(&one, None);
        assert_eq!((id, stage, finding), (16, 3, 10));
    }

    #[test]
    fn a_terminal_is_never_left_by_a_summary() {
        let one: Vec<_> =
            badrdp::scenarios::catalog().iter().filter(|scenario| scenario.id == "tls/key-unusable").cloned().collect();
        let fixed = 16 + 3 + 10 + Columns::REST;
        assert_eq!(Columns::of(&one, Some(fixed + 2 + 20)).summary, Some(20));
        let tight = Columns::of(&one, Some(fixed));
        assert_eq!((tight.id, tight.summary), (16, Some(0)), "no room for the summary: dropped");
        assert_eq!(Columns::of(&one, Some(fixed - 1)).id, 0, "no room for the columns: not aligned");
    }
}
