//! Encoding any message, layer by layer.

use super::Message;
use crate::wire::{NoTap, Tap};

/// Encodes `message` from the inside out, showing each sealed layer to `tap`.
#[must_use]
pub fn encode(message: &Message, tap: &mut dyn Tap) -> Vec<u8> {
    let _ = (message, tap);
    Vec::new()
}

impl Message {
    /// Encodes the message honestly.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        encode(self, &mut NoTap)
    }
}
