//! Encoding any message, layer by layer.

use super::{Data, Message, channel, fast_path};
use crate::wire::write::Encoder;
use crate::wire::{NoTap, Tap};

/// Encodes `message` from the inside out, showing each sealed layer to `tap`.
#[must_use]
pub fn encode(message: &Message, tap: &mut dyn Tap) -> Vec<u8> {
    let encoder = &mut Encoder::new(tap);
    match message {
        Message::FastPathInput(input) => fast_path::seal_input(input, encoder),
        Message::FastPathOutput(output) => fast_path::seal_output(output, encoder),
        Message::Data(data) => channel::seal(data, encoder),
        _ => Vec::new(),
    }
}

/// Length of the payload: what MCS Send Data carries.
pub(super) fn payload_len(data: &Data) -> usize {
    channel::seal(data, &mut Encoder::new(&mut NoTap)).len()
}

impl Message {
    /// Encodes the message honestly.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        encode(self, &mut NoTap)
    }
}
