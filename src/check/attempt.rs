//! Several connections of one client run are one attempt: they come to one port, soon after each other.

use std::time::Duration;

use tokio::time::Instant;

/// Groups the connections of a port into attempts, where nobody says when a client was started.
#[derive(Clone, Debug)]
pub struct Attempts {
    /// A pause after which a connection begins a new attempt.
    gap: Duration,
    /// Connections that are open.
    open: u64,
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
        Self { gap, open: 0, closed: None, current: Vec::new() }
    }

    /// A connection was opened; what it gives is an attempt that is complete.
    pub fn opened(&mut self, number: u64, now: Instant) -> Option<Vec<u64>> {
        let complete = self.complete(now);
        self.open += 1;
        self.current.push(number);
        complete
    }

    /// A connection was closed.
    pub const fn closed(&mut self, now: Instant) {
        self.open = self.open.saturating_sub(1);
        self.closed = Some(now);
    }

    /// The attempt that is complete by now: nothing is open, and nothing came for a while.
    pub fn complete(&mut self, now: Instant) -> Option<Vec<u64>> {
        let due = self.due().is_some_and(|due| due <= now);
        (due && !self.current.is_empty()).then(|| std::mem::take(&mut self.current))
    }

    /// When the attempt that goes on is complete, if nothing comes until then.
    #[must_use]
    pub fn due(&self) -> Option<Instant> {
        self.closed.filter(|_| self.open == 0 && !self.current.is_empty()).map(|closed| closed + self.gap)
    }

    /// What is left, complete or not.
    pub fn rest(&mut self) -> Option<Vec<u64>> {
        (!self.current.is_empty()).then(|| std::mem::take(&mut self.current))
    }
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
        attempts.closed(at(1));
        assert_eq!(attempts.opened(2, at(2)), None, "a fallback");
        assert_eq!(attempts.complete(at(60)), None, "a session that stays up");
        attempts.closed(at(70));
        assert_eq!(attempts.due(), Some(at(73)));
        assert_eq!(attempts.complete(at(72)), None);
        assert_eq!(attempts.opened(3, at(74)), Some(vec![1, 2]), "another client, or the same started again");
        assert_eq!(attempts.rest(), Some(vec![3]));
        assert_eq!(attempts.rest(), None);
    }
}
