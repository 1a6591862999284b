//! What `serve` says of a client that is gone: the verdict of `badrdp check`, as far as the wire shows it.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};

use badrdp::check::report::style_of;
use badrdp::check::{Attempts, Verdict, verdict_of};
use badrdp_client_probe::report::style::{self, paint, verbatim};
use badrdp_fake_server::{FakeServer, Observer, Seen};
use badrdp_scenarios::Scenario;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use crate::output;

/// Attempts that go on, by the scenario's id.
#[derive(Debug, Default)]
pub(super) struct Verdicts {
    attempts: Mutex<HashMap<String, Attempts>>,
    /// Attempts that are complete, with the scenario's id.
    complete: Mutex<Vec<(String, Vec<u64>)>>,
    changed: Notify,
}

impl Verdicts {
    /// An observer that does what `then` does, too.
    pub(super) fn observer(self: &Arc<Self>, then: Observer) -> Observer {
        let verdicts = Arc::clone(self);
        Arc::new(move |seen| {
            then(seen);
            verdicts.see(seen);
        })
    }

    fn see(&self, seen: &Seen<'_>) {
        let mut attempts = self.attempts.lock().unwrap_or_else(PoisonError::into_inner);
        let attempts = attempts.entry(seen.scenario.to_owned()).or_insert_with(|| Attempts::new(Attempts::GAP));
        let due = attempts.due();
        if let Some(complete) = attempts.see(seen.number, &seen.entry.event, Instant::now()) {
            self.done(seen.scenario, complete);
        }
        if attempts.due() != due {
            self.changed.notify_one();
        }
    }

    fn done(&self, scenario: &str, numbers: Vec<u64>) {
        self.complete.lock().unwrap_or_else(PoisonError::into_inner).push((scenario.to_owned(), numbers));
        self.changed.notify_one();
    }

    /// Tells the verdict of each attempt that is complete, for ever.
    pub(super) async fn tell(&self, servers: &[&FakeServer]) -> anyhow::Result<Infallible> {
        loop {
            let due = self.collect(Instant::now());
            output::report(&self.told(servers))?;
            match due {
                Some(due) => tokio::select! {
                    () = sleep_until(due) => {}
                    () = self.changed.notified() => {}
                },
                None => self.changed.notified().await,
            }
        }
    }

    /// The verdicts of all that is left, complete or not.
    pub(super) fn rest(&self, servers: &[&FakeServer]) -> String {
        let mut attempts = self.attempts.lock().unwrap_or_else(PoisonError::into_inner);
        for (scenario, attempts) in attempts.iter_mut() {
            if let Some(numbers) = attempts.rest() {
                self.done(scenario, numbers);
            }
        }
        drop(attempts);
        self.told(servers)
    }

    /// Takes what is complete by now; the value is when the next one is due.
    fn collect(&self, now: Instant) -> Option<Instant> {
        let mut attempts = self.attempts.lock().unwrap_or_else(PoisonError::into_inner);
        for (scenario, attempts) in attempts.iter_mut() {
            if let Some(numbers) = attempts.complete(now) {
                self.done(scenario, numbers);
            }
        }
        attempts.values().filter_map(Attempts::due).min()
    }

    fn told(&self, servers: &[&FakeServer]) -> String {
        let complete = std::mem::take(&mut *self.complete.lock().unwrap_or_else(PoisonError::into_inner));
        let line = |(scenario, numbers): &(String, Vec<u64>)| {
            let server = servers.iter().find(|server| server.scenario().id == *scenario)?;
            let verdict = verdict_of(server, numbers)?;
            let label = if servers.len() > 1 { Scenario::code_of(scenario) } else { String::new() };
            Some(format!("{} {}\n", paint(style::DIM, label + &connections(numbers)), shown(&verdict)))
        };
        complete.iter().filter_map(line).collect()
    }
}

/// `#3`, `#3-#5`.
fn connections(numbers: &[u64]) -> String {
    match numbers {
        [] => String::new(),
        [one] => format!("#{one}"),
        [first, .., last] => format!("#{first}-#{last}"),
    }
}

fn shown(verdict: &Verdict) -> String {
    format!("verdict: {} {}", paint(style_of(verdict.class), verdict.class.name()), verbatim(&verdict.detail))
}
