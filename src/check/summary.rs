//! How a run went: how many cases came to what, and which not as recorded.

use super::expectations::Recorded;
use super::profile::shortened;
use super::{Checked, Counts};

/// How a run went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Cases by their verdict's class.
    pub classes: Counts,
    /// Cases that are neither good nor recorded.
    pub unexpected: Vec<String>,
    /// Cases that are recorded as failures and are none.
    pub unexpected_good: Vec<String>,
    /// Cases that are recorded as failures, and are.
    pub known: usize,
    /// Cases that were as recorded only when they were tried again.
    pub retried: Vec<String>,
    /// Scenarios that were not played to the end, because the run ended before.
    pub left: usize,
    /// Cases in which the client connected.
    pub connected: usize,
    /// The last words of a client that did not connect.
    pub last_words: Option<String>,
}

impl Summary {
    /// Counts a case.
    pub fn count(&mut self, checked: &Checked, recorded: &Recorded) {
        self.classes.add(checked.verdict.class);
        if !checked.earlier.is_empty() && recorded.is_as_recorded() {
            self.retried.push(checked.scenario.id.clone());
        }
        match recorded {
            Recorded::Good | Recorded::Neutral => {}
            Recorded::Known(_) => self.known += 1,
            Recorded::Bad(_) => self.unexpected.push(checked.scenario.id.clone()),
            Recorded::UnexpectedlyGood(_) => self.unexpected_good.push(checked.scenario.id.clone()),
        }
        if checked.verdict.connections > 0 {
            self.connected += 1;
        } else if self.last_words.is_none() && !checked.command.is_empty() {
            let words =
                checked.outcome.last_words().map_or_else(String::new, |words| format!(": {}", shortened(words)));
            self.last_words = Some(format!("{}{words}", checked.outcome.end));
        }
    }

    /// Whether everything is good or recorded, and nothing recorded is good.
    #[must_use]
    pub const fn as_recorded(&self) -> bool {
        self.unexpected.is_empty() && self.unexpected_good.is_empty()
    }
}
