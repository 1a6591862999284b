//! A run in text: a line per case, then what it came to.

use std::fmt::Write as _;
use std::time::Duration;

use badrdp_client_probe::report::style::{self, paint, verbatim};
use badrdp_client_probe::report::{ladder, leak};
use badrdp_scenarios::Scenario;

use super::{Told, complaint, duty, last_lines, shell, style_of};
use crate::check::expectations::Recorded;
use crate::check::{Class, Summary, Verdict};

/// How many of the client's last lines are shown of a case that is not as recorded.
const LINES: usize = 3;
/// Characters that are shown of each.
const WIDTH: usize = 400;

/// How wide the columns are.
#[derive(Clone, Copy, Debug)]
pub struct Columns {
    ids: usize,
    terminal: Option<usize>,
}

impl Columns {
    /// Mark, verdict, stage and time, with the gaps between all columns.
    const REST: usize = 2 + 2 + 20 + 2 + 26 + 2 + 8;

    /// For these scenarios; what does not fit `terminal` where it is one goes to a line of its own.
    #[must_use]
    pub fn of(scenarios: &[Scenario], terminal: Option<usize>) -> Self {
        let ids = scenarios.iter().map(|scenario| scenario.id.chars().count()).max().unwrap_or(0);
        Self { ids, terminal }
    }

    /// The first line of a case; `head` is its mark.
    fn line(self, head: &str, told: &Told) -> String {
        let checked = &told.checked;
        let Verdict { class, stage, detail, .. } = &checked.verdict;
        let (class, stage, id) = (class.name(), stage.name(), &checked.scenario.id);
        let (width, took) = (self.ids, time(checked.outcome.took));
        let whole = width + Self::REST + 2 + detail.chars().count();
        let detail = verbatim(detail);
        if self.terminal.is_some_and(|terminal| terminal < width + Self::REST) {
            return format!("{head} {}  {class}\n  {stage}, {}: {detail}\n", verbatim(id), took.trim_start());
        }
        let gap = if self.terminal.is_some_and(|terminal| terminal < whole) { "\n  " } else { "  " };
        let (id, took) = (verbatim(format!("{id:<width$}")), paint(style::DIM, took));
        format!("{head} {id}  {class:<20}  {stage:<26}  {took}{gap}{detail}\n")
    }
}

/// What became of a case: one line, and more where it is not as recorded, or with `verbose`.
#[must_use]
pub fn case(told: &Told, columns: Columns, verbose: bool) -> String {
    let checked = &told.checked;
    let verdict = &checked.verdict;
    let (style, mark) = match (&told.recorded, verdict.class) {
        (Recorded::Good, _) => (style::GOOD, "✓"),
        (Recorded::Neutral, _) => (style::WARN, "–"),
        (Recorded::Known(_), _) => (style::WARN, "○"),
        (Recorded::Bad(_) | Recorded::UnexpectedlyGood(_), _) => (style::BAD, "✗"),
    };
    let mut text = columns.line(&paint(style, mark), told);
    match &told.recorded {
        Recorded::Known(reason) => {
            let _ = writeln!(text, "  {}: {}", paint(style::WARN, "known"), verbatim(reason));
        }
        Recorded::Bad(Some(listed)) | Recorded::UnexpectedlyGood(listed) => {
            let _ = writeln!(text, "  {}: {}", paint(style::BAD, "recorded is"), verbatim(listed));
        }
        _ => {}
    }
    for (place, earlier) in checked.earlier.iter().enumerate() {
        let _ = writeln!(text, "  {} {}: {}", paint(style::WARN, "try"), place + 1, verbatim(earlier));
    }
    let unexpected = complaint(told).is_some();
    if unexpected || verbose {
        let _ = writeln!(text, "  {}", paint(style::DIM, verbatim(duty(&checked.scenario.expect_client))));
        let (lines, width) = if verbose { (usize::MAX, usize::MAX) } else { (LINES, WIDTH) };
        for line in last_lines(&checked.outcome.stderr, lines) {
            let (shown, cut) = match line.char_indices().nth(width) {
                Some((end, _)) => (line.get(..end).unwrap_or_default(), "…"),
                None => (line, ""),
            };
            let _ = writeln!(text, "  {} {}{cut}", paint(style::DIM, "|"), verbatim(shown));
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
        let _ = writeln!(text, "    client: {}", verbatim(shell(&checked.command)));
    }
    let _ = writeln!(text, "    ended:  {} after {}", checked.outcome.end, time(checked.outcome.took).trim_start());
    for said in &checked.verdict.said {
        let _ = writeln!(text, "    says:   {} ({})", verbatim(&said.words), said.reason);
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
    let total = summary.classes.total();
    let noun = if total == 1 { "scenario" } else { "scenarios" };
    let mut text = format!("\n{}: {total} {noun} in {:.1} s", verbatim(client), took.as_secs_f64());
    if summary.left > 0 {
        let _ = write!(text, "; stopped, {} not played to the end", summary.left);
    }
    text.push('\n');
    for class in Class::ALL.iter().filter(|class| summary.classes.of(**class) > 0) {
        let _ = writeln!(text, "  {:>5}  {}", summary.classes.of(*class), paint(style_of(*class), class.name()));
    }
    let mut words = Vec::new();
    let mut count = |count: usize, one: &str, many: &str| match count {
        0 => {}
        1 => words.push(format!("1 {one}")),
        _ => words.push(format!("{count} {many}")),
    };
    count(summary.known, "known failure", "known failures");
    count(summary.unexpected.len(), "failure that is not recorded", "failures that are not recorded");
    count(summary.unexpected_good.len(), "recorded failure that passes", "recorded failures that pass");
    count(
        summary.retried.len(),
        "that was as recorded only when it was tried again",
        "that were as recorded only when they were tried again",
    );
    if words.is_empty() {
        let any = summary.classes.count(Class::is_good) > 0;
        words.push(if any { "nothing to complain of" } else { "nothing was learned of this client" }.to_owned());
    }
    let _ = writeln!(text, "{}", words.join(", "));
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests state what they expect")]
    use super::*;
    use crate::check::{Checked, End, Outcome};

    fn told(detail: &str) -> Told {
        let scenario = crate::scenario("healthy/tls-1.3").unwrap();
        let verdict = Verdict {
            class: Class::AsRequired,
            detail: detail.to_owned(),
            stage: badrdp_proto::vocab::Stage::Active,
            connections: 1,
            said: Vec::new(),
            right: Vec::new(),
            disclosures: Vec::new(),
            time_to_detect: None,
        };
        let outcome = Outcome { end: End::Exited(0), took: Duration::from_millis(7), ..Outcome::unseen() };
        let started = std::time::SystemTime::UNIX_EPOCH;
        let checked = Checked {
            scenario,
            verdict,
            outcome,
            command: Vec::new(),
            connections: Vec::new(),
            started,
            earlier: Vec::new(),
        };
        Told { checked, recorded: Recorded::Good }
    }

    #[test]
    fn what_a_terminal_has_no_room_for_goes_to_the_next_line() {
        let told = told("a session, exit code 0");
        let at = |terminal| {
            let columns = Columns::of(std::slice::from_ref(&told.checked.scenario), terminal);
            anstream::adapter::strip_str(&case(&told, columns, false)).to_string()
        };
        let aligned = format!("✓ healthy/tls-1.3  {:<20}  {:<26}      7 ms", "as-required", "active");
        let whole = format!("{aligned}  a session, exit code 0\n");
        assert_eq!(at(None), whole);
        assert_eq!(at(Some(whole.trim_end().chars().count())), whole);
        let below = format!("{aligned}\n  a session, exit code 0\n");
        assert_eq!(at(Some(whole.trim_end().chars().count() - 1)), below);
        assert_eq!(at(Some(aligned.chars().count())), below);
        let narrow = "✓ healthy/tls-1.3  as-required\n  active, 7 ms: a session, exit code 0\n";
        assert_eq!(at(Some(aligned.chars().count() - 1)), narrow);
    }

    #[test]
    fn nothing_to_complain_of_is_said_of_clients_that_did_something_well() {
        let last = |classes: &[Class]| {
            let mut sum = Summary::default();
            classes.iter().for_each(|class| sum.classes.add(*class));
            summary(&sum, "mock", Duration::ZERO).lines().last().unwrap().to_owned()
        };
        assert_eq!(last(&[Class::NotApplicable, Class::Refused]), "nothing to complain of");
        assert_eq!(last(&[Class::NotApplicable, Class::Unknown]), "nothing was learned of this client");
    }
}
