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
    /// Wire bytes in all entries that are kept.
    bytes: usize,
    /// Entries in front of the gap, once there is one.
    head: Option<usize>,
    recorded: u64,
}

impl Recorder {
    /// Entries kept per connection; a session that runs for days must not fill the memory.
    const MAX_ENTRIES: usize = 4096;
    /// Wire bytes kept per connection. Decoded, they may take up an order of magnitude more.
    const MAX_BYTES: usize = 8 * 1024 * 1024;
    /// Entries kept behind the gap: how a connection ended matters as much as how it began.
    const TAIL: usize = 64;

    /// An empty record of `side`'s view.
    #[must_use]
    pub const fn new(side: Side, budget: Duration) -> Self {
        Self { side, budget, entries: Vec::new(), bytes: 0, head: None, recorded: 0 }
    }

    /// From now on this is the longest silence that is accepted.
    pub(crate) const fn set_budget(&mut self, budget: Duration) {
        self.budget = budget;
    }

    /// Adds an entry. Past the caps, what lies between the beginning and the last entries goes.
    pub fn record(&mut self, at: Duration, stage: Stage, event: Event) -> &Entry {
        self.bytes += wire_bytes(&event);
        self.entries.push(Entry { at, stage, event });
        self.recorded += 1;
        while self.is_over() {
            let head = *self.head.get_or_insert(self.entries.len().saturating_sub(Self::TAIL));
            // The newest entry stays, whatever its size.
            if head + 1 >= self.entries.len() {
                break;
            }
            self.bytes -= wire_bytes(&self.entries.remove(head).event);
        }
        #[expect(clippy::expect_used, reason = "one entry was pushed in the line above")]
        self.entries.last().expect("an entry was just pushed")
    }

    fn is_over(&self) -> bool {
        let count = self.entries.len();
        let tail = self.head.map_or(0, |head| count - head.min(count));
        count > Self::MAX_ENTRIES || self.bytes > Self::MAX_BYTES || tail > Self::TAIL
    }

    /// Entries so far.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// How many entries were ever recorded, dropped ones included.
    #[must_use]
    pub const fn recorded(&self) -> u64 {
        self.recorded
    }

    /// The finished transcript.
    #[must_use]
    pub fn finish(self, stage: Stage, failure: Option<Failure>) -> Transcript {
        let dropped = self.recorded - self.entries.len() as u64;
        Transcript { side: self.side, budget: self.budget, entries: self.entries, dropped, stage, failure }
    }
}

const fn wire_bytes(event: &Event) -> usize {
    match event {
        Event::Message { bytes, .. } | Event::Undecodable { bytes, .. } => bytes.len(),
        _ => 0,
    }
}
