//! What `serve` prints while connections go on.

use std::sync::Arc;

use badrdp::Scenario;
use badrdp_fake_server::{Observer, Seen};

use super::ladder::Ladder;
use super::leaks::Leaks;
use crate::output;

/// Ladders and leaks, live.
#[derive(Debug, Default)]
pub(super) struct Live {
    ladder: Ladder,
    leaks: Leaks,
}

impl Live {
    /// Prints what happens; `label` names the connection.
    pub(super) fn observer(self: &Arc<Self>, label: fn(&Seen<'_>) -> String) -> Observer {
        let live = Arc::clone(self);
        Arc::new(move |seen| {
            let label = label(seen);
            let text = live.ladder.entry(&label, seen.peer, seen.entry) + &live.leaks.entry(&label, seen.entry);
            if !text.is_empty()
                && let Err(error) = output::report(&text)
            {
                tracing::debug!(%error, "cannot print");
            }
        })
    }

    /// How many secrets were given away so far.
    pub(super) fn leaks(&self) -> usize {
        self.leaks.total()
    }
}

/// A connection of a port's own: `#3`.
pub(super) fn number(seen: &Seen<'_>) -> String {
    format!("#{}", seen.number)
}

/// A connection of one port among many: `tls-hgnzm#3`.
pub(super) fn code_and_number(seen: &Seen<'_>) -> String {
    format!("{}#{}", Scenario::code_of(seen.scenario), seen.number)
}
