//! `run --chaos N`: random scenarios, each held against what must hold for all of them.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use badrdp::chaos::{Outcome, judge};
use badrdp::replay::Options;
use badrdp::{Scenario, scenarios};
use badrdp_client_probe::report::style::{self, paint};
use tokio::sync::Semaphore;
use tokio::task::{JoinError, JoinHandle};

use super::lines::time;
use super::pool::{WAITING, panic_words};
use crate::commands::progress::Progress;
use crate::{exit, output};

/// The longest silence where none is asked for: many random faults end in one.
pub(super) const BUDGET: Duration = Duration::from_secs(1);

/// What a run of random scenarios came to.
#[derive(Debug, Default)]
struct Sum {
    /// How often each finding came first, `healthy` among them.
    findings: BTreeMap<&'static str, u32>,
    not_applicable: u32,
    broken: Vec<String>,
}

/// Replays `count` random scenarios; the value is the exit code.
pub(super) async fn run(count: u32, out: Option<&Path>, options: Options, jobs: u16) -> anyhow::Result<u8> {
    let started = Instant::now();
    let seed = options.seed;
    let mut progress = Progress::new(usize::try_from(count)?);
    let mut sum = Sum::default();
    let drawn = (0..count).map(|number| scenarios::chaos::scenario(seed, number.into()));
    judged(drawn, &options, jobs, |scenario, ended| {
        let (broken, file) = match ended {
            Ok(outcome) => {
                let outcome = outcome.with_context(|| format!("cannot replay {}", scenario.id))?;
                sum.count(&outcome);
                (outcome.broken, outcome.file)
            }
            Err(error) => {
                let file = scenarios::write::to_toml(&scenario).unwrap_or_default();
                (vec![format!("the probe panicked: {}", panic_words(error))], file)
            }
        };
        if !broken.is_empty() {
            sum.broken.push(scenario.id.clone());
            progress.report(&told(&scenario, &broken, &file, out)?)?;
        }
        progress.step(sum.broken.len(), "broken");
        Ok(())
    })
    .await?;
    drop(progress);
    output::report(&sum.text(count, seed, started.elapsed()))?;
    Ok(if sum.broken.is_empty() { exit::AS_EXPECTED } else { exit::NOT_AS_EXPECTED })
}

type Judged = Result<Outcome, badrdp_fake_server::StartError>;

/// Judges each of `drawn`, `jobs` at a time; `take` gets what became of each, in order.
async fn judged(
    drawn: impl Iterator<Item = Scenario>,
    options: &Options,
    jobs: u16,
    mut take: impl FnMut(Scenario, Result<Judged, JoinError>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let permits = Arc::new(Semaphore::new(jobs.into()));
    let mut drawn = drawn;
    let mut under_way: VecDeque<(Scenario, JoinHandle<Judged>)> = VecDeque::new();
    loop {
        while under_way.len() < usize::from(jobs) * WAITING
            && let Some(scenario) = drawn.next()
        {
            let (permits, options, played) = (Arc::clone(&permits), options.clone(), scenario.clone());
            let task = tokio::spawn(async move {
                let _permit = permits.acquire_owned().await;
                judge(&played, &options).await
            });
            under_way.push_back((scenario, task));
        }
        let Some((scenario, task)) = under_way.pop_front() else { return Ok(()) };
        take(scenario, task.await)?;
    }
}

/// What does not hold, and the file that shows it again.
fn told(scenario: &Scenario, broken: &[String], file: &str, out: Option<&Path>) -> anyhow::Result<String> {
    let mut text = format!("{} {}  {}\n", paint(style::BAD, "✗"), scenario.id, scenario.summary);
    for what in broken {
        let _ = writeln!(text, "  {}: {what}", paint(style::BAD, "does not hold"));
    }
    match out {
        Some(directory) => {
            let path = keep(directory, scenario, file)?;
            let _ = writeln!(text, "  its file: {}", path.display());
        }
        None => {
            let _ = write!(text, "  its file:\n\n{file}\n");
        }
    }
    Ok(text)
}

/// Writes the file of a random scenario; the name is its own number.
pub(crate) fn keep(directory: &Path, scenario: &Scenario, file: &str) -> anyhow::Result<PathBuf> {
    let path = directory.join(scenario.source.file_name().unwrap_or(scenario.source.as_os_str()));
    let written = std::fs::create_dir_all(directory).and_then(|()| std::fs::write(&path, file));
    written.with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}

impl Sum {
    fn count(&mut self, outcome: &Outcome) {
        if outcome.not_applicable.is_some() {
            self.not_applicable += 1;
        } else {
            *self.findings.entry(outcome.finding).or_default() += 1;
        }
    }

    fn text(&self, count: u32, seed: u64, took: Duration) -> String {
        let noun = if count == 1 { "scenario" } else { "scenarios" };
        let words = match self.broken.len() {
            0 => "all that must hold holds".to_owned(),
            1 => "1 shows what must not be".to_owned(),
            many => format!("{many} show what must not be"),
        };
        let mut text = format!("\n{count} random {noun}, seed {seed}: {words}, in {}\n", time(took));
        let mut findings: Vec<(&str, u32)> = self.findings.iter().map(|(id, times)| (*id, *times)).collect();
        findings.sort_by_key(|(id, times)| (core::cmp::Reverse(*times), *id));
        for (id, times) in findings {
            let _ = writeln!(text, "  {times:>6}  {id}");
        }
        if self.not_applicable > 0 {
            let _ = writeln!(text, "  {:>6}  not applicable: no fault met anything to change", self.not_applicable);
        }
        text.extend(self.broken.iter().map(|id| format!("  {} {id}\n", paint(style::BAD, "✗"))));
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_names_findings_by_how_often_they_came() {
        let findings = BTreeMap::from([("closed-early", 2), ("healthy", 5), ("alert", 2)]);
        let sum = Sum { findings, not_applicable: 1, broken: Vec::new() };
        let expected = "\n10 random scenarios, seed 7: all that must hold holds, in 8 ms\n       5  healthy\n       \
                        2  alert\n       2  closed-early\n       \
                        1  not applicable: no fault met anything to change\n";
        assert_eq!(sum.text(10, 7, Duration::from_millis(8)), expected);
        let sum = Sum { broken: vec!["chaos/7-3".to_owned()], ..Sum::default() };
        let text = anstream::adapter::strip_str(&sum.text(1, 7, Duration::ZERO)).to_string();
        assert_eq!(text, "\n1 random scenario, seed 7: 1 shows what must not be, in 0 ms\n  ✗ chaos/7-3\n");
    }
}
