//! `badrdp check`: a client against every broken server, with a verdict.

mod merge;
mod outputs;

use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime};

use anyhow::Context as _;
use badrdp::Scenario;
use badrdp::check::expectations::{self, Expectations};
use badrdp::check::profile::Profile;
use badrdp::check::report::{Told, github, text};
use badrdp::check::{CheckError, Checked, Options, Summary, check};
use badrdp_client_probe::report::style::{self, paint};
use clap::{Args, Subcommand};
use tokio::sync::watch;

use self::outputs::Outputs;
use crate::commands::filter::Filter;
use crate::commands::progress::Progress;
use crate::commands::{select, serve};
use crate::{exit, output};

#[derive(Debug, Args)]
#[command(after_help = HELP, args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
#[command(subcommand_help_heading = "Of several runs", disable_help_subcommand = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command_of_runs: Option<OfRuns>,
    /// Scenarios: ids, or a prefix of them such as `tls`; all when none is given
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    /// Scenarios of a file of your own (may be repeated)
    #[arg(long, value_name = "FILE")]
    file: Vec<PathBuf>,
    #[command(flatten)]
    filter: Filter,
    /// The client's profile: one that is built in, or a file whose name ends in .toml
    #[arg(long, value_name = "NAME|FILE")]
    client: Option<String>,
    /// Failures that are known, with their reasons
    #[arg(long, value_name = "FILE")]
    expect: Option<PathBuf>,
    /// Write a file for --expect that records the failures of this run
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    /// Print everything that was seen of each case
    #[arg(short, long)]
    verbose: bool,
    /// Print only what is not as recorded, or was only at another try, and what the run came to
    #[arg(short, long, conflicts_with_all = ["verbose", "json"])]
    quiet: bool,
    /// Print one JSON document
    #[arg(long, conflicts_with = "verbose")]
    json: bool,
    /// Write that document to this file, for `check merge`
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
    /// Write JUnit XML to this file
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Write TAP 14 to this file
    #[arg(long, value_name = "FILE")]
    tap: Option<PathBuf>,
    /// Write a web page to this file, with a row for each scenario, and every case to open
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write the artefacts of each case to a directory of its own below this one
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Cases under way at the same time [default: 8 for each core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=512))]
    jobs: Option<u16>,
    /// How long the client may take in one case [default: 15s, or what its profile says]
    #[arg(long, value_name = "DURATION", value_parser = crate::duration::parse)]
    deadline: Option<Duration>,
    /// How often a case that is not as recorded is played again; what it came to before is told
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u8).range(..=10))]
    retries: u8,
    /// How long a session is looked at before the client is ended
    #[arg(long, value_name = "DURATION", value_parser = crate::duration::parse, default_value = "1s")]
    linger: Duration,
    /// Seed of everything that the servers choose at random
    #[arg(long, default_value_t = 0, value_name = "N")]
    seed: u64,
    /// Give the client an X display (Xvfb)
    #[arg(long)]
    display: bool,
    /// What the client reads on its standard input; may have placeholders
    #[arg(long, value_name = "TEXT")]
    stdin: Option<String>,
    /// A variable of the client's environment, which is empty otherwise (may be repeated; VALUE may have placeholders)
    #[arg(long, value_name = "NAME=VALUE", value_parser = variable)]
    env: Vec<(String, String)>,
    /// Print a built-in profile, to begin one of your own with
    #[arg(long, value_name = "NAME", exclusive = true)]
    show_profile: Option<String>,
    /// Print the script of a profile whose client is started by hand
    #[arg(long, value_name = "NAME", exclusive = true)]
    show_script: Option<String>,
    /// The client's command line, in place of its profile's
    #[arg(last = true, value_name = "CLIENT")]
    command: Vec<String>,
}

#[derive(Debug, Subcommand)]
enum OfRuns {
    /// Put saved runs of several clients beside each other
    Merge(merge::Arguments),
}

const HELP: &str = "\
The client is started once for each scenario, with a server of its own on
loopback, a home of its own and an empty environment, and is ended afterwards.
It runs in its home: files in its command line need whole paths.
In its command line {host} {port} {family} {user} {password} {password_file}
{domain} {ca} {dir} {display} {scenario} are filled in; {{ is a brace.

Verdicts: as-required, refused-right-reason, refused (it does not say why),
retried-then-refused, refused-wrong-reason, refused-good-server,
accepted-bad-server, downgraded, leaked-credentials, hung, crashed; and
not-applicable, unknown. docs/check.md says how each is come to.

Examples:
  badrdp check tls --client freerdp2
  badrdp check --display -- xfreerdp /v:{host}:{port} /u:{user} /p:{password}
  badrdp check --client freerdp2 --expect known.toml --junit report.xml
  badrdp check nla/wrong-password --client freerdp2 --verbose
  badrdp check tls --client rdesktop --save rdesktop.json
  badrdp check merge freerdp2.json rdesktop.json --html matrix.html

Exit codes:
  0  every verdict is good, or recorded in the --expect file
  1  some are not, or a recorded failure passes
  2  wrong usage, or a wrong scenario, profile or expectation file
  3  the client could not be started, or never connected
  130  stopped by Ctrl-C";

/// Runs the command; the value is the exit code.
pub(crate) fn main(arguments: Arguments) -> anyhow::Result<u8> {
    if let Some(OfRuns::Merge(arguments)) = arguments.command_of_runs {
        return merge::main(&arguments);
    }
    if let Some(name) = &arguments.show_profile {
        output::print(Profile::text(name)?)?;
        return Ok(exit::AS_EXPECTED);
    }
    if let Some(name) = &arguments.show_script {
        let script = Profile::find(name)?.script.with_context(|| format!("{name} has no script"))?;
        output::print(&script)?;
        return Ok(exit::AS_EXPECTED);
    }
    if arguments.client.is_none() && arguments.command.is_empty() {
        let known = Profile::names().collect::<Vec<_>>().join(", ");
        anyhow::bail!("which client? Write `--client NAME` ({known}, or a file), or its command line behind `--`");
    }
    let scenarios = select::scenarios(&arguments.ids, &arguments.file, &arguments.filter)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    runtime.block_on(run(scenarios, &arguments))
}

fn variable(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write NAME=VALUE".to_owned()),
    }
}

impl Arguments {
    fn profile(&self) -> anyhow::Result<Profile> {
        let mut profile = match &self.client {
            Some(name) => Profile::find(name)?,
            None => Profile::bare(self.command.clone()),
        };
        if !self.command.is_empty() {
            profile.command.clone_from(&self.command);
        }
        profile.display |= self.display;
        if self.stdin.is_some() {
            profile.stdin.clone_from(&self.stdin);
        }
        profile.env.extend(self.env.iter().cloned());
        Ok(profile)
    }

    /// Whether anything is made of the run besides what is printed.
    fn writes(&self) -> bool {
        let files = [&self.record, &self.junit, &self.tap, &self.html, &self.save, &self.out];
        files.iter().any(|file| file.is_some())
    }

    fn options(&self) -> anyhow::Result<Options> {
        let usual = Options::of(self.profile()?);
        Ok(Options {
            jobs: self.jobs.map_or(usual.jobs, usize::from),
            deadline: self.deadline.unwrap_or(usual.deadline),
            linger: self.linger,
            seed: self.seed,
            retries: self.retries,
            captures: self.out.clone(),
            ..usual
        })
    }
}

/// A run that ended early: the client's fault, that of a report, or nobody's.
enum Broken {
    Check(CheckError),
    Report(anyhow::Error),
    /// Whoever read stdout has gone, and nothing else is written.
    Unread,
}

impl From<CheckError> for Broken {
    fn from(error: CheckError) -> Self {
        Self::Check(error)
    }
}

async fn run(scenarios: Vec<Scenario>, arguments: &Arguments) -> anyhow::Result<u8> {
    let mut expectations = match &arguments.expect {
        Some(path) => Expectations::load(path)?,
        None => Expectations::default(),
    };
    let options = Options { expectations: expectations.clone(), ..arguments.options()? };
    let profile = options.profile.clone();
    let (started, begun) = (SystemTime::now(), Instant::now());
    let whole = arguments.file.is_empty() && scenarios.len() == badrdp::scenarios::catalog().len();
    let columns = text::Columns::of(&scenarios, output::width());
    let total = scenarios.len();
    let mut progress = Progress::new(scenarios.len());
    let mut summary = Summary::default();
    let mut outputs = Outputs::new(arguments, scenarios.len())?;
    let mut bad: Vec<Checked> = Vec::new();
    let stop = stopped()?;
    let mut take = |checked: Checked| -> anyhow::Result<()> {
        let recorded = expectations.recorded(&checked.scenario.id, checked.verdict.class);
        summary.count(&checked, &recorded);
        let told = Told { checked, recorded };
        progress.step(summary.unexpected.len() + summary.unexpected_good.len(), "not as recorded");
        outputs.take(&told, &profile.name)?;
        let shown = !arguments.quiet || !told.recorded.is_as_recorded() || !told.checked.earlier.is_empty();
        if !arguments.json && shown {
            progress.report(&text::case(&told, columns, arguments.verbose))?;
        }
        if arguments.record.is_some() && told.checked.verdict.class.is_bad() {
            bad.push(Checked { connections: Vec::new(), ..told.checked });
        }
        Ok(())
    };
    let take = |checked| match take(checked) {
        Err(error) => Err(Broken::Report(error)),
        Ok(()) if output::is_closed() && !arguments.writes() => Err(Broken::Unread),
        Ok(()) => Ok(()),
    };
    let ran = check(scenarios, options, stop.clone(), take).await;
    drop(progress);
    let took = begun.elapsed();
    summary.left = total - summary.classes.total();
    match ran {
        Ok(()) => {}
        Err(Broken::Unread) => return Ok(code(&summary)),
        Err(Broken::Report(error)) => return Err(error),
        Err(Broken::Check(error)) if error.is_about_the_start() => {
            anstream::eprintln!("badrdp: {:#}", anyhow::Error::new(error));
            return Ok(exit::NOT_STARTED);
        }
        // What there is by then is kept.
        Err(Broken::Check(error)) => {
            outputs.finish(&profile, &summary, started, took)?;
            return Err(error.into());
        }
    }
    if let Some(path) = &arguments.record {
        let text = expectations::record(bad.iter());
        std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    outputs.finish(&profile, &summary, started, took)?;
    if !arguments.json {
        output::report(&text::summary(&summary, &profile.name, took))?;
    }
    if whole && !*stop.borrow() {
        for idle in expectations.idle() {
            anstream::eprintln!("{}: {idle}", paint(style::WARN, "note"));
            if github::is_here() && !arguments.json {
                output::print(&github::notice(&idle))?;
            }
        }
    }
    if *stop.borrow() {
        return Ok(exit::INTERRUPTED);
    }
    if summary.connected == 0
        && let Some(words) = summary.last_words
    {
        anstream::eprintln!("badrdp: the client never connected: {words}");
        return Ok(exit::NOT_STARTED);
    }
    Ok(code(&summary))
}

const fn code(summary: &Summary) -> u8 {
    if summary.as_recorded() { exit::AS_EXPECTED } else { exit::NOT_AS_EXPECTED }
}

/// Turns true at Ctrl-C, or when the system asks to stop.
fn stopped() -> anyhow::Result<watch::Receiver<bool>> {
    let (sender, receiver) = watch::channel(false);
    let stop = serve::stop()?;
    tokio::spawn(async move {
        stop.await;
        if sender.send(true).is_ok() {
            // The receivers see it as long as somebody can send.
            sender.closed().await;
        }
    });
    Ok(receiver)
}
