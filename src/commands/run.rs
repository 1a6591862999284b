//! `badrdp run`: replays scenarios on loopback, fake server and probe in one process.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use badrdp::Scenario;
use badrdp::replay::{self, Replay, replay};
use badrdp_client_probe::report;
use badrdp_client_probe::report::style::{self, paint};
use clap::Args;
use tokio::sync::Semaphore;

use crate::commands::select;
use crate::{exit, output};

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(crate) struct Arguments {
    /// Scenarios to replay: ids, or a prefix of them such as `tls`; all when none is given
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    /// Replay a scenario file of your own (may be repeated)
    #[arg(long, value_name = "FILE")]
    file: Vec<std::path::PathBuf>,
    /// Print every message of each connection, as the server saw it
    #[arg(short, long)]
    verbose: bool,
    /// Print one JSON document
    #[arg(long, conflicts_with = "verbose")]
    json: bool,
    /// Seed of everything that the server chooses at random
    #[arg(long, default_value_t = 0, value_name = "N")]
    seed: u64,
    /// The longest silence that the probe accepts
    #[arg(long, default_value = "3s", value_name = "DURATION", value_parser = crate::duration::parse)]
    budget: Duration,
    /// Scenarios under way at the same time
    #[arg(long, default_value_t = 16, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: u16,
}

const HELP: &str = "\
Each line says what was replayed, where the probe stopped, what it found (or
`healthy`), the time it took, and what is broken. The mark says whether that is
what the scenario's file expects.

Examples:
  badrdp run tls                                all that is about TLS
  badrdp run tls/certificate-expired --verbose  one scenario, message by message
  badrdp run --file my-scenario.toml

Exit codes:
  0  every scenario ended as its file says
  1  some did not
  2  wrong usage or a wrong scenario file";

/// Runs the command; the value is the exit code.
pub(crate) fn main(arguments: Arguments) -> anyhow::Result<u8> {
    let scenarios = select::scenarios(&arguments.ids, &arguments.file)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    runtime.block_on(run(scenarios, &arguments))
}

async fn run(scenarios: Vec<Scenario>, arguments: &Arguments) -> anyhow::Result<u8> {
    let started = Instant::now();
    let options =
        Arc::new(replay::Options { seed: arguments.seed, budget: arguments.budget, ..replay::Options::default() });
    let permits = Arc::new(Semaphore::new(arguments.jobs.into()));
    let columns = Columns::of(&scenarios, output::width());
    let tasks: Vec<_> = scenarios
        .into_iter()
        .map(|scenario| {
            let (options, permits) = (Arc::clone(&options), Arc::clone(&permits));
            tokio::spawn(async move {
                let _permit = permits.acquire_owned().await;
                replay(&scenario, &options).await.with_context(|| format!("cannot replay {}", scenario.id))
            })
        })
        .collect();
    let mut replays = Vec::with_capacity(tasks.len());
    // In the catalogue's order, each as soon as all before it are done.
    for task in tasks {
        let replay = task.await.context("a replay was cut short")??;
        if !arguments.json {
            output::print(&text(&replay, &columns, arguments.verbose))?;
        }
        replays.push(replay);
    }
    let unexpected = replays.iter().filter(|replay| !replay.as_expected()).count();
    if arguments.json {
        output::print(&format!("{:#}\n", json(&replays)))?;
    } else {
        let gap = if arguments.verbose { "" } else { "\n" };
        output::print(&format!("{gap}{}", summary(&replays, unexpected, started.elapsed())))?;
    }
    Ok(if unexpected == 0 { exit::AS_EXPECTED } else { exit::NOT_AS_EXPECTED })
}

/// How wide each column is, so that a run of any selection is aligned.
#[derive(Debug)]
struct Columns {
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

    fn of(scenarios: &[Scenario], width: Option<usize>) -> Self {
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
            None => format!("  {text}"),
            Some(0) => String::new(),
            Some(room) => format!("  {}", output::fit(text, room)),
        }
    }
}

/// What stands in place of a finding where nothing is wrong.
const HEALTHY: &str = "healthy";

/// One line; with `verbose` the ladder below it.
fn text(replay: &Replay, columns: &Columns, verbose: bool) -> String {
    use std::fmt::Write as _;
    let (style, mark) = if replay.as_expected() { (style::GOOD, "✓") } else { (style::BAD, "✗") };
    let Columns { id, stage, finding, .. } = *columns;
    let concluded = replay.diagnosis.findings.first().map_or(HEALTHY, |finding| finding.id);
    let tail = format!("{:>6} ms{}", replay.took.as_millis(), columns.summary(&replay.scenario.summary));
    let mut line = String::new();
    let _ = writeln!(
        line,
        "{} {:<id$}  {:<stage$}  {concluded:<finding$}  {}",
        paint(style, mark),
        replay.scenario.id,
        replay.diagnosis.stage.name(),
        paint(style::DIM, if id == 0 { tail.trim_start() } else { &tail }),
    );
    for problem in &replay.problems {
        let _ = writeln!(line, "  {}: {problem}", paint(style::BAD, "not as expected"));
    }
    if verbose {
        for transcript in &replay.server {
            let _ = writeln!(line, "    {}", paint(style::DIM, "the server's view: → sent, ← received"));
            for entry in &transcript.entries {
                let _ = writeln!(line, "    {}", report::ladder::line(entry));
            }
        }
        line.push('\n');
    }
    line
}

fn summary(replays: &[Replay], unexpected: usize, took: Duration) -> String {
    let total = replays.len();
    let took = match took.as_millis() {
        ms @ 0..1000 => format!("{ms} ms"),
        _ => format!("{:.1} s", took.as_secs_f64()),
    };
    let noun = if total == 1 { "scenario" } else { "scenarios" };
    let mut text = match unexpected {
        0 if total == 1 => format!("1 scenario, as expected, in {took}\n"),
        0 => format!("{total} scenarios, all as expected, in {took}\n"),
        n => format!("{total} {noun}, {n} not as expected, in {took}:\n"),
    };
    for replay in replays.iter().filter(|replay| !replay.as_expected()) {
        text.push_str(&format!("  {}\n", replay.scenario.id));
    }
    text
}

fn json(replays: &[Replay]) -> serde_json::Value {
    let scenarios: Vec<_> = replays
        .iter()
        .map(|replay| {
            serde_json::json!({
                "id": replay.scenario.id,
                "summary": replay.scenario.summary,
                "expected": {
                    "stage": replay.scenario.expect_probe.stage.name(),
                    "finding": replay.scenario.expect_probe.finding,
                },
                "as_expected": replay.as_expected(),
                "problems": replay.problems,
                "diagnosis": report::json::diagnosis(&replay.diagnosis),
                "client": report::json::transcript(&replay.client),
                "server": replay.server.iter().map(report::json::transcript).collect::<Vec<_>>(),
                "took_ms": replay.took.as_secs_f64() * 1000.0,
            })
        })
        .collect();
    let unexpected = replays.iter().filter(|replay| !replay.as_expected()).count();
    serde_json::json!({
        "schema": report::json::SCHEMA,
        "scenarios": scenarios,
        "summary": { "total": replays.len(), "not_as_expected": unexpected },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

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
