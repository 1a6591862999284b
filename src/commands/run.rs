//! `badrdp run`: replays scenarios on loopback, fake server and probe in one process.

pub(crate) mod chaos;
mod json;
mod lines;
mod pool;
mod repeat;

use std::time::{Duration, Instant};

use anyhow::Context as _;
use badrdp::Scenario;
use badrdp::replay::Options;
use clap::Args;

use self::lines::{Columns, summary, text};
use self::pool::Tally;

use crate::commands::filter::Filter;
use crate::commands::progress::Progress;
use crate::commands::select;
use crate::output;

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(crate) struct Arguments {
    /// Scenarios to replay: ids, or a prefix of them such as `tls`; all when none is given
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    /// Replay a scenario file of your own (may be repeated)
    #[arg(long, value_name = "FILE")]
    file: Vec<std::path::PathBuf>,
    #[command(flatten)]
    filter: Filter,
    /// Print every message of each connection, as the server saw it
    #[arg(short, long)]
    verbose: bool,
    /// Print one JSON document
    #[arg(long, conflicts_with = "verbose")]
    json: bool,
    /// Seed of everything that the server chooses at random
    #[arg(long, default_value_t = 0, value_name = "N")]
    seed: u64,
    /// The longest silence that the probe accepts [default: 3s, and 1s with --chaos]
    #[arg(long, value_name = "DURATION", value_parser = crate::duration::parse)]
    budget: Option<Duration>,
    /// Scenarios under way at the same time
    #[arg(long, default_value_t = 32, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: u16,
    /// Replay all of it this many times, and report what was not as expected every time
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), conflicts_with = "verbose")]
    repeat: Option<u32>,
    /// Replay this many random scenarios in place of the catalogue: healthy hosts with one to three faults that --seed
    /// chooses
    #[arg(
        long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..),
        conflicts_with_all = ["ids", "file", "stage", "tag", "covers", "spec", "verbose", "json", "repeat"]
    )]
    chaos: Option<u32>,
    /// With --chaos: write the files of what must not be to this directory, in place of printing them
    #[arg(long, value_name = "DIR", requires = "chaos")]
    out: Option<std::path::PathBuf>,
}

const HELP: &str = "\
Each line says what was replayed, where the probe stopped, what it found (or
`healthy`), the time it took, and what is broken. The mark says whether that is
what the scenario's file expects. A scenario whose fault waits for a message
that this client never gets, without the fault neither, is not applicable.

With --chaos no file says what is expected. What must hold all the same, and
what was found, is told: the probe ends, nothing panics, no stage is blamed
that was honest, nothing broken is called healthy, and a second replay comes
to the same. What does not hold is printed with the file that shows it again.

Examples:
  badrdp run tls                                all that is about TLS
  badrdp run tls/certificate-expired --verbose  one scenario, message by message
  badrdp run --file my-scenario.toml
  badrdp run --repeat 20                        what fails now and then?
  badrdp run --chaos 1000 --seed 7              what no file has thought of

Exit codes:
  0  every scenario ended as its file says
  1  some did not
  2  wrong usage or a wrong scenario file
  4  none went wrong, but some are not applicable";

/// Runs the command; the value is the exit code.
pub(crate) fn main(arguments: Arguments) -> anyhow::Result<u8> {
    let scenarios = match arguments.chaos {
        Some(_) => Vec::new(),
        None => select::scenarios(&arguments.ids, &arguments.file, &arguments.filter)?,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    match (arguments.chaos, arguments.repeat) {
        (Some(count), _) => {
            let out = arguments.out.as_deref();
            runtime.block_on(chaos::run(count, out, arguments.options(), arguments.jobs))
        }
        (None, Some(times)) => runtime.block_on(repeat::run(&scenarios, times, &arguments)),
        (None, None) => runtime.block_on(run(scenarios, &arguments)),
    }
}

impl Arguments {
    fn options(&self) -> Options {
        let usual = Options::default();
        let budget = self.budget.unwrap_or(if self.chaos.is_some() { chaos::BUDGET } else { usual.budget });
        Options { seed: self.seed, budget, ..usual }
    }
}

/// Replays each scenario once; the value is the exit code.
async fn run(scenarios: Vec<Scenario>, arguments: &Arguments) -> anyhow::Result<u8> {
    let started = Instant::now();
    let columns = Columns::of(&scenarios, output::width());
    let mut progress = Progress::new(scenarios.len());
    let mut tally = Tally::default();
    let mut documents = Vec::new();
    // In the catalogue's order, each as soon as all before it are done; none is kept.
    let ran = pool::replays(scenarios, arguments.options(), arguments.jobs, |ended| {
        tally.count(&ended);
        progress.step(tally.unexpected.len(), "not as expected");
        if arguments.json {
            documents.push(json::scenario(&ended));
            return Ok(());
        }
        progress.report(&text(&ended, &columns, arguments.verbose))
    });
    ran.await?;
    drop(progress);
    if arguments.json {
        output::print(&format!("{:#}\n", json::document(documents, &tally)))?;
    } else {
        let gap = if arguments.verbose { "" } else { "\n" };
        output::report(&format!("{gap}{}", summary(&tally, started.elapsed())))?;
    }
    Ok(tally.code())
}
