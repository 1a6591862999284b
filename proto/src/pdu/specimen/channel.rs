//! Specimens of what MCS channels and fast-path carry.

use super::carried;
use crate::pdu::{ChannelPdu, Message};
use crate::vocab::MessageKind;

/// A representative message of a kind that an MCS channel or fast-path carries.
pub(super) fn specimen(kind: MessageKind) -> Option<Message> {
    match kind {
        MessageKind::VirtualChannelData => {
            // CHANNEL_PDU_HEADER: 4 bytes of data, first and last chunk.
            let bytes = [&4u32.to_le_bytes()[..], &3u32.to_le_bytes(), b"ping"].concat();
            Some(carried(kind, ChannelPdu::VirtualChannel(bytes)))
        }
        _ => None,
    }
}
