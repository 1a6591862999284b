//! The one fact that matters about each message, for ladders and reports.

use super::{Message, channel, fast_path};

impl Message {
    /// One short phrase, without secrets: what a person wants to know of this message.
    #[must_use]
    pub fn fact(&self) -> String {
        match self {
            Self::Data(data) => channel::fact(&data.pdu),
            Self::FastPathInput(input) => fast_path::fact_input(input),
            Self::FastPathOutput(output) => fast_path::fact_output(output),
            _ => String::new(),
        }
    }
}
