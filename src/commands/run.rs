//! `badrdp run`: replays scenarios on loopback, fake server and probe in one process.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use badrdp::Scenario;
use badrdp::replay::{self, Replay, replay};
use badrdp_client_probe::report;
use clap::Args;
use tokio::sync::Semaphore;

use crate::commands::select;
use crate::{exit, output};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Scenarios to replay: ids, or a prefix of them such as `tls`; all when none is given
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    /// Replay a scenario file of your own (may be repeated)
    #[arg(long, value_name = "FILE")]
    file: Vec<std::path::PathBuf>,
    /// Print each connection's decoded ladder
    #[arg(short, long)]
    verbose: bool,
    /// Print one JSON document
    #[arg(long, conflicts_with = "verbose")]
    json: bool,
    /// Seed of everything that the server chooses at random
    #[arg(long, default_value_t = 0, value_name = "N")]
    seed: u64,
    /// The longest silence that the probe accepts
    #[arg(long, default_value = "1s", value_name = "DURATION", value_parser = crate::duration::parse)]
    budget: Duration,
    /// Scenarios under way at the same time
    #[arg(long, default_value_t = 16, value_name = "N")]
    jobs: usize,
}

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
    let permits = Arc::new(Semaphore::new(arguments.jobs.max(1)));
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
            output::print(&text(&replay, arguments.verbose))?;
        }
        replays.push(replay);
    }
    let unexpected = replays.iter().filter(|replay| !replay.as_expected()).count();
    if arguments.json {
        output::print(&format!("{:#}\n", json(&replays)))?;
    } else {
        output::print(&summary(&replays, unexpected, started.elapsed()))?;
    }
    Ok(if unexpected == 0 { exit::AS_EXPECTED } else { exit::NOT_AS_EXPECTED })
}

/// One line; with `verbose` the ladder below it.
fn text(replay: &Replay, verbose: bool) -> String {
    use std::fmt::Write as _;
    let good = anstyle::AnsiColor::Green.on_default();
    let bad = anstyle::AnsiColor::Red.on_default().bold();
    let dim = anstyle::Style::new().dimmed();
    let (style, mark) = if replay.as_expected() { (good, "✓") } else { (bad, "✗") };
    let concluded = replay.diagnosis.findings.first().map_or("healthy", |finding| finding.id);
    let mut line = String::new();
    let _ = writeln!(
        line,
        "{style}{mark}{style:#} {:<44} {:<25} {:<30} {dim}{:>6} ms  {}{dim:#}",
        replay.scenario.id,
        replay.diagnosis.stage.name(),
        concluded,
        replay.took.as_millis(),
        replay.scenario.summary,
    );
    for problem in &replay.problems {
        let _ = writeln!(line, "  {bad}not as expected{bad:#}: {problem}");
    }
    if verbose {
        for transcript in &replay.server {
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
    let seconds = took.as_secs_f64();
    let noun = if total == 1 { "scenario" } else { "scenarios" };
    let mut text = match unexpected {
        0 if total == 1 => format!("\n1 scenario, as expected, in {seconds:.1} s\n"),
        0 => format!("\n{total} scenarios, all as expected, in {seconds:.1} s\n"),
        n => format!("\n{total} {noun}, {n} not as expected, in {seconds:.1} s:\n"),
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
