//! What goes on at a case's server, as it happens: when a session has been up for long enough.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use badrdp_fake_server::{Observer, Seen};
use badrdp_proto::connect::Ending;
use badrdp_proto::transcript::Event;
use badrdp_scenarios::Scenario;
use badrdp_scenarios::model::Operator;
use tokio::sync::watch;
use tokio::time::Instant;

/// Waits of a scenario that are waited for, at most.
const MOST: Duration = Duration::from_secs(10);

/// What goes on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct State {
    /// Sessions that are up, by connection, and since when.
    sessions: BTreeMap<u64, Instant>,
    /// Connections that are open.
    open: BTreeSet<u64>,
    /// When a connection was last opened or closed.
    changed: Option<Instant>,
}

impl State {
    /// Since when a session is up.
    pub(super) fn session(&self) -> Option<Instant> {
        self.sessions.values().min().copied()
    }

    /// Since when all that there was is over; none where there was nothing, or something is open.
    pub(super) fn over(&self) -> Option<Instant> {
        self.changed.filter(|_| self.open.is_empty())
    }

    fn see(&mut self, seen: &Seen<'_>) {
        let now = Instant::now();
        match &seen.entry.event {
            Event::Connected { .. } => {
                self.open.insert(seen.number);
                self.changed = Some(now);
            }
            Event::Activated => {
                self.sessions.entry(seen.number).or_insert(now);
            }
            // A server that falls silent leaves the connection to its client.
            Event::Closed { how: Ending::Stall, .. } => {}
            Event::PeerClosed(_) | Event::TlsFailed(_) | Event::Closed { .. } => {
                self.sessions.remove(&seen.number);
                self.open.remove(&seen.number);
                self.changed = Some(now);
            }
            _ => {}
        }
    }
}

/// An observer, and what it sees.
pub(super) fn watched() -> (Observer, watch::Receiver<State>) {
    let (sender, receiver) = watch::channel(State::default());
    let observer: Observer = Arc::new(move |seen| {
        let matters = matches!(
            seen.entry.event,
            Event::Connected { .. }
                | Event::Activated
                | Event::PeerClosed(_)
                | Event::TlsFailed(_)
                | Event::Closed { .. }
        );
        if matters {
            sender.send_modify(|state| state.see(seen));
        }
    });
    (observer, receiver)
}

/// How long the scenario's own waits are.
pub(super) fn waits(scenario: &Scenario) -> Duration {
    let of = |operator: &Operator| match operator {
        Operator::Wait(time) => *time,
        _ => Duration::ZERO,
    };
    let faults = scenario.all_faults().filter_map(|fault| fault.operator.as_ref());
    faults.map(of).fold(Duration::ZERO, Duration::saturating_add).min(MOST)
}
