//! A scenario's hosts: who the server is when a client comes first, and when it comes again.

use std::net::IpAddr;
use std::sync::Arc;

use badrdp_scenarios::Scenario;
use badrdp_scenarios::model::{Fault, ServerProfile};

use crate::book::Book;
use crate::host::Host;

/// The hosts of one scenario, by the number of the connection from which each plays.
pub(crate) struct Acts {
    pub(crate) book: Arc<Book>,
    first: Arc<Host>,
    later: Vec<(u32, Arc<Host>)>,
}

impl Acts {
    /// With a host for each part of the scenario that `host` makes.
    pub(crate) fn new<E>(book: Arc<Book>, host: impl Fn(usize) -> Result<Host, E>) -> Result<Self, E> {
        let first = Arc::new(host(0)?);
        let starts = book.scenario.later.iter().map(|later| later.from).enumerate();
        let later = starts.map(|(place, from)| Ok((from, Arc::new(host(place + 1)?))));
        Ok(Self { first, later: later.collect::<Result<_, E>>()?, book })
    }

    /// Who plays a client's first connection.
    pub(crate) const fn first(&self) -> &Arc<Host> {
        &self.first
    }

    /// Who plays when this client comes next.
    pub(crate) fn next(&self, client: IpAddr) -> &Arc<Host> {
        let nth = self.book.visits(client) + 1;
        let later = self.later.iter().rev().find(|(from, _)| *from <= nth);
        later.map_or(&self.first, |(_, host)| host)
    }
}

/// Server profile and faults of a part of the scenario: 0 is the first connection, n the nth `[[connection]]`.
pub(crate) fn part(scenario: &Scenario, part: usize) -> (&ServerProfile, &[Fault]) {
    match part.checked_sub(1).and_then(|place| scenario.later.get(place)) {
        Some(later) => (&later.server, &later.faults),
        None => (&scenario.server, &scenario.faults),
    }
}
