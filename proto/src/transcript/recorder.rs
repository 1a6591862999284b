//! Records a transcript as it happens.

use core::time::Duration;

use super::{Entry, Event, Transcript};
use crate::connect::Failure;
use crate::pdu::Side;
use crate::vocab::Stage;

/// Collects entries; every arrow of a connection leaves exactly one.
#[derive(Debug)]
pub struct Recorder {
    side: Side,
    budget: Duration,
    entries: Vec<Entry>,
    cap: usize,
    recorded: u64,
}

impl Recorder {
    /// Entries kept per connection; a session that runs for days must not fill the memory.
    const CAP: usize = 4096;

    /// An empty record of `side`'s view.
    #[must_use]
    pub const fn new(side: Side, budget: Duration) -> Self {
        Self { side, budget, entries: Vec::new(), cap: Self::CAP, recorded: 0 }
    }

    /// Adds an entry. Past the cap only the last entry is replaced.
    pub fn record(&mut self, at: Duration, stage: Stage, event: Event) -> &Entry {
        if self.entries.len() >= self.cap {
            self.entries.pop();
        }
        self.entries.push(Entry { at, stage, event });
        self.recorded += 1;
        #[expect(clippy::expect_used, reason = "one entry was pushed in the line above")]
        self.entries.last().expect("an entry was just pushed")
    }

    /// Entries so far.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// How many entries were ever recorded, those past the cap included.
    #[must_use]
    pub const fn recorded(&self) -> u64 {
        self.recorded
    }

    /// The finished transcript.
    #[must_use]
    pub fn finish(self, stage: Stage, failure: Option<Failure>) -> Transcript {
        Transcript { side: self.side, budget: self.budget, entries: self.entries, stage, failure }
    }
}
