//! Replays in parallel, told in order.

use std::any::Any;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use badrdp::Scenario;
use badrdp::replay::{Options, Replay, replay};
use tokio::sync::Semaphore;
use tokio::task::{JoinError, JoinHandle};
use tokio::time::timeout;

use crate::exit;

/// Replays that may wait for an earlier one, for each that is under way: memory stays flat behind one that stalls.
pub(super) const WAITING: usize = 16;
/// Budgets that a replay has in all: the probe gives a host that drips 12, then it lingers.
const BUDGETS: u32 = 14;
/// What it has besides: connecting, and the server's own patience.
const BESIDES: Duration = Duration::from_secs(40);

/// What became of a scenario.
pub(super) enum Ended {
    /// It was replayed.
    Replayed(Box<Replay>),
    /// It came to no end.
    Failed {
        /// The scenario.
        scenario: Box<Scenario>,
        /// Why, in one phrase.
        problems: [String; 1],
    },
}

impl Ended {
    pub(super) fn scenario(&self) -> &Scenario {
        match self {
            Self::Replayed(replay) => &replay.scenario,
            Self::Failed { scenario, .. } => scenario,
        }
    }

    /// What was not as expected, one phrase each.
    pub(super) fn problems(&self) -> &[String] {
        match self {
            Self::Replayed(replay) => &replay.problems,
            Self::Failed { problems, .. } => problems,
        }
    }

    /// Why this client cannot play it.
    pub(super) fn not_applicable(&self) -> Option<&str> {
        match self {
            Self::Replayed(replay) => replay.not_applicable.as_deref(),
            Self::Failed { .. } => None,
        }
    }
}

/// How many scenarios came to what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// All of them.
    pub(super) total: usize,
    /// Those that were not as expected.
    pub(super) unexpected: Vec<String>,
    /// Those that this client cannot play.
    pub(super) not_applicable: usize,
}

impl Tally {
    pub(super) fn count(&mut self, ended: &Ended) {
        self.total += 1;
        self.not_applicable += usize::from(ended.not_applicable().is_some());
        if !ended.problems().is_empty() {
            self.unexpected.push(ended.scenario().id.clone());
        }
    }

    /// The exit code.
    pub(super) const fn code(&self) -> u8 {
        match (self.unexpected.is_empty(), self.not_applicable) {
            (false, _) => exit::NOT_AS_EXPECTED,
            (true, 0) => exit::AS_EXPECTED,
            (true, _) => exit::NOT_APPLICABLE,
        }
    }
}

/// Replays `scenarios`, `jobs` at a time; `take` gets what became of each, in order.
pub(super) async fn replays(
    scenarios: impl IntoIterator<Item = Scenario>,
    options: Options,
    jobs: u16,
    mut take: impl FnMut(Ended) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let permits = Arc::new(Semaphore::new(jobs.into()));
    let mut scenarios = scenarios.into_iter();
    let mut under_way = VecDeque::new();
    loop {
        while under_way.len() < usize::from(jobs) * WAITING
            && let Some(scenario) = scenarios.next()
        {
            let task = start(scenario.clone(), options.clone(), Arc::clone(&permits));
            under_way.push_back((scenario, task));
        }
        let Some((scenario, task)) = under_way.pop_front() else { return Ok(()) };
        let failed = |problem| Ended::Failed { scenario: Box::new(scenario), problems: [problem] };
        take(match task.await {
            Ok(Some(replay)) => Ended::Replayed(Box::new(replay?)),
            Ok(None) => failed(format!("it did not end within {:?}", limit(options.budget))),
            Err(error) => failed(format!("the probe panicked: {}", panic_words(error))),
        })?;
    }
}

fn start(scenario: Scenario, options: Options, permits: Arc<Semaphore>) -> JoinHandle<Option<anyhow::Result<Replay>>> {
    tokio::spawn(async move {
        let _permit = permits.acquire_owned().await;
        let replayed = timeout(limit(options.budget), replay(&scenario, &options)).await.ok()?;
        Some(replayed.with_context(|| format!("cannot replay {}", scenario.id)))
    })
}

/// The longest time that a replay may take, whatever the server does.
fn limit(budget: Duration) -> Duration {
    budget * BUDGETS + BESIDES
}

/// What a task's panic said.
pub(super) fn panic_words(error: JoinError) -> String {
    match error.try_into_panic() {
        Ok(payload) => words(&*payload).to_owned(),
        Err(error) => error.to_string(),
    }
}

/// What a panic said.
fn words(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a word")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests state what they expect")]
    use super::*;

    fn healthy(id: &str) -> Scenario {
        Scenario { id: id.to_owned(), ..badrdp::scenario("healthy/tls-1.3").unwrap() }
    }

    #[tokio::test]
    async fn what_was_started_first_is_told_first_however_many_run() {
        let ids: Vec<_> = (0..12).map(|number| format!("test/{number}")).collect();
        for jobs in [2, 16] {
            let mut told = Vec::new();
            let scenarios = ids.iter().map(|id| healthy(id));
            let took = replays(scenarios, Options::default(), jobs, |ended| {
                assert_eq!(ended.problems(), [] as [String; 0]);
                told.push(ended.scenario().id.clone());
                Ok(())
            });
            took.await.unwrap();
            assert_eq!(told, ids, "{jobs} jobs");
        }
    }

    #[test]
    fn a_panic_is_quoted() {
        assert_eq!(words(&"a word"), "a word");
        assert_eq!(words(&"a word".to_owned()), "a word");
        assert_eq!(words(&7_u8), "without a word");
    }
}
