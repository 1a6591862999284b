//! The one fact that matters about each message, for ladders and reports.

use super::Message;

impl Message {
    /// One short phrase, without secrets: what a person wants to know of this message.
    #[must_use]
    pub fn fact(&self) -> String {
        String::new()
    }
}
