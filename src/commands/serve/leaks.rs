//! The leak ledger of `serve`, line by line while a connection goes on.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use badrdp_client_probe::report::leak;
use badrdp_client_probe::report::style::{self, paint};
use badrdp_proto::pdu::Side;
use badrdp_proto::transcript::{Entry, Event, Transcript, disclosures};
use badrdp_proto::vocab::Stage;

/// Entries of one connection that are looked through: no honest client needs as many to log on.
const MOST: usize = 1000;

/// What the clients gave away.
#[derive(Debug, Default)]
pub(crate) struct Leaks {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Connections on which a secret can still be given away.
    open: HashMap<String, Open>,
    total: usize,
}

#[derive(Debug)]
struct Open {
    seen: Transcript,
    /// Secrets that were told already.
    told: usize,
}

impl Open {
    const fn new() -> Self {
        let seen = Transcript {
            side: Side::Server,
            budget: Duration::ZERO,
            entries: Vec::new(),
            dropped: 0,
            stage: Stage::Tcp,
            failure: None,
        };
        Self { seen, told: 0 }
    }
}

impl Leaks {
    /// What `entry` of the connection called `label` gives away, a line each; empty where it gives nothing away.
    pub(crate) fn entry(&self, label: &str, entry: &Entry) -> String {
        let mut state = self.state();
        // Behind Client Info there is nothing left to give away.
        if entry.stage > Stage::Licensing || matches!(entry.event, Event::Closed { .. }) {
            state.open.remove(label);
            return String::new();
        }
        if matches!(entry.event, Event::Connected { .. }) {
            state.open.insert(label.to_owned(), Open::new());
        }
        // A client may still close behind this side's end.
        let Some(open) = state.open.get_mut(label) else { return String::new() };
        if open.seen.entries.len() >= MOST {
            return String::new();
        }
        open.seen.stage = entry.stage;
        open.seen.entries.push(entry.clone());
        let found = disclosures(&open.seen);
        let fresh = found.get(open.told..).unwrap_or_default();
        open.told = found.len();
        let mut text = String::new();
        for disclosure in fresh {
            let prefix = paint(style::DIM, label);
            let _ = writeln!(text, "{prefix} {}", paint(style::WARN, leak::line(disclosure)));
        }
        state.total += fresh.len();
        text
    }

    /// How many secrets were given away so far.
    pub(crate) fn total(&self) -> usize {
        self.state().total
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
