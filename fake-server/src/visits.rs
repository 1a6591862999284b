//! How often each client came: one attempt can be several connections.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::{Duration, Instant};

/// A client that stays away for so long begins anew.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(60);
/// Clients that are remembered; past this all that are gone are forgotten early.
const MOST: usize = 1024;

/// The connections of each client's newest attempt.
///
/// Clients are told apart by address: what they say of themselves comes too late, and may be the same for all.
#[derive(Debug, Default)]
pub(crate) struct Visits(HashMap<IpAddr, Visit>);

#[derive(Debug)]
struct Visit {
    count: u32,
    /// Connections that are open.
    open: u32,
    /// When the newest began or ended.
    last: Instant,
}

impl Visits {
    /// A client came.
    pub(crate) fn add(&mut self, client: IpAddr, now: Instant) {
        self.forget(now);
        let visit = self.0.entry(client).or_insert(Visit { count: 0, open: 0, last: now });
        visit.count = visit.count.saturating_add(1);
        visit.open = visit.open.saturating_add(1);
        visit.last = now;
    }

    /// A connection of the client has ended.
    pub(crate) fn left(&mut self, client: IpAddr, now: Instant) {
        if let Some(visit) = self.0.get_mut(&client) {
            visit.open = visit.open.saturating_sub(1);
            visit.last = now;
        }
    }

    /// How often the client came in its newest attempt.
    pub(crate) fn of(&mut self, client: IpAddr, now: Instant) -> u32 {
        self.forget(now);
        self.0.get(&client).map_or(0, |visit| visit.count)
    }

    /// When the client's newest connection began or ended.
    pub(crate) fn last(&mut self, client: IpAddr, now: Instant) -> Option<Instant> {
        self.forget(now);
        self.0.get(&client).map(|visit| visit.last)
    }

    fn forget(&mut self, now: Instant) {
        let crowded = self.0.len() >= MOST;
        self.0.retain(|_, visit| {
            visit.open > 0 || (!crowded && now.saturating_duration_since(visit.last) < FORGOTTEN_AFTER)
        });
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const ALICE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
    const BOB: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 2));

    #[test]
    fn each_client_has_its_own_count_and_begins_anew_after_a_while() {
        let mut visits = Visits::default();
        let start = Instant::now();
        let later = |seconds| start + Duration::from_secs(seconds);
        visits.add(ALICE, start);
        visits.left(ALICE, later(1));
        visits.add(ALICE, later(2));
        visits.add(BOB, later(2));
        assert_eq!((visits.of(ALICE, later(2)), visits.of(BOB, later(2))), (2, 1));
        // An open connection is not forgotten, however long it stays.
        assert_eq!(visits.of(ALICE, later(1000)), 2);
        visits.left(ALICE, later(1000));
        assert_eq!(visits.of(ALICE, later(1059)), 2);
        assert_eq!(visits.of(ALICE, later(1060)), 0);
    }

    #[test]
    fn a_crowd_is_not_remembered() {
        let mut visits = Visits::default();
        let now = Instant::now();
        for number in 0..2 * MOST {
            let client = IpAddr::V4(Ipv4Addr::from(u32::try_from(number).unwrap_or_default()));
            visits.add(client, now);
            visits.left(client, now);
            assert!(visits.0.len() <= MOST);
        }
        visits.add(ALICE, now);
        assert_eq!(visits.of(ALICE, now), 1);
    }
}
