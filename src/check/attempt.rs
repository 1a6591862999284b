//! Several connections of one client run are one attempt: they come to one port, soon after each other.

use std::collections::BTreeSet;
use std::time::Duration;

use badrdp_fake_server::FakeServer;
use badrdp_proto::connect::Ending;
use badrdp_proto::transcript::{Event, Transcript};
use tokio::time::Instant;

use super::profile::Profile;
use super::verdict::{Evidence, Verdict, judge};
use super::{Class, Facts, Outcome};

/// Groups the connections of a port into attempts, where nobody says when a client was started.
#[derive(Clone, Debug)]
pub struct Attempts {
    /// A pause after which a connection begins a new attempt.
    gap: Duration,
    /// Connections that are open.
    open: BTreeSet<u64>,
    /// When the last one was closed.
    closed: Option<Instant>,
    /// Connections of the attempt that goes on.
    current: Vec<u64>,
}

impl Attempts {
    /// Clients that come again by themselves do so within this time; xfreerdp and mstsc within one second.
    pub const GAP: Duration = Duration::from_secs(3);

    /// With this pause between attempts.
    #[must_use]
    pub const fn new(gap: Duration) -> Self {
        Self { gap, open: BTreeSet::new(), closed: None, current: Vec::new() }
    }

    /// A connection was opened; what it gives is an attempt that is complete.
    pub fn opened(&mut self, number: u64, now: Instant) -> Option<Vec<u64>> {
        let complete = self.complete(now);
        self.open.insert(number);
        self.current.push(number);
        complete
    }

    /// A connection was closed; said again, nothing changes.
    pub fn closed(&mut self, number: u64, now: Instant) {
        if self.open.remove(&number) {
            self.closed = Some(now);
        }
    }

    /// Learns from an event of a connection; what it gives is an attempt that is complete.
    pub fn see(&mut self, number: u64, event: &Event, now: Instant) -> Option<Vec<u64>> {
        match event {
            Event::Connected { .. } => return self.opened(number, now),
            // A server that falls silent leaves the connection to its client.
            Event::Closed { how: Ending::Stall, .. } => {}
            Event::PeerClosed(_) | Event::TlsFailed(_) | Event::Closed { .. } => self.closed(number, now),
            _ => {}
        }
        None
    }

    /// The attempt that is complete by now: nothing is open, and nothing came for a while.
    pub fn complete(&mut self, now: Instant) -> Option<Vec<u64>> {
        let due = self.due().is_some_and(|due| due <= now);
        (due && !self.current.is_empty()).then(|| std::mem::take(&mut self.current))
    }

    /// When the attempt that goes on is complete, if nothing comes until then.
    #[must_use]
    pub fn due(&self) -> Option<Instant> {
        self.closed.filter(|_| self.open.is_empty() && !self.current.is_empty()).map(|closed| closed + self.gap)
    }

    /// What is left, complete or not.
    pub fn rest(&mut self) -> Option<Vec<u64>> {
        (!self.current.is_empty()).then(|| std::mem::take(&mut self.current))
    }
}

/// The verdict about an attempt at `server`: of a client whose process nobody here sees. `numbers` are those of its
/// connections; none where nothing is kept of them.
#[must_use]
pub fn verdict_of(server: &FakeServer, numbers: &[u64]) -> Option<Verdict> {
    let kept = server.disclosures().into_iter().map(|(number, _)| number).zip(server.transcripts());
    let connections: Vec<Transcript> =
        kept.filter(|(number, _)| numbers.contains(number)).map(|(_, connection)| connection).collect();
    if connections.is_empty() {
        return None;
    }
    let scenario = server.scenario();
    let mut verdict = judge(&Evidence {
        scenario,
        connections: &connections,
        verified: &server.verify(),
        outcome: &Outcome::unseen(),
        profile: &Profile::default(),
        honest: None,
    });
    // That every fault fired at some time says nothing about this attempt.
    if scenario.all_faults().next().is_some() && !Facts::of(&connections).lied && !verdict.class.is_neutral() {
        verdict.class = Class::NotApplicable;
        verdict.detail = "because nothing was changed on the wire in this attempt".to_owned();
    }
    Some(verdict)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_soon_after_each_other_are_one_attempt() {
        let mut attempts = Attempts::new(Duration::from_secs(3));
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        assert_eq!(attempts.opened(1, at(0)), None);
        attempts.closed(1, at(1));
        assert_eq!(attempts.opened(2, at(2)), None, "a fallback");
        assert_eq!(attempts.complete(at(60)), None, "a session that stays up");
        attempts.closed(2, at(70));
        attempts.closed(1, at(71));
        assert_eq!(attempts.due(), Some(at(73)));
        assert_eq!(attempts.complete(at(72)), None);
        assert_eq!(attempts.opened(3, at(74)), Some(vec![1, 2]), "another client, or the same started again");
        assert_eq!(attempts.rest(), Some(vec![3]));
        assert_eq!(attempts.rest(), None);
    }
}
