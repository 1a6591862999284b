//! What an MCS channel carries: sealing, reading, facts and secrets of each [`ChannelPdu`].

use core::ops::Range;

use super::{ChannelPdu, Context, Data, Side};
use crate::wire::read::{Read, refuse};
use crate::wire::write::Encoder;

/// Seals the layers of a channel's PDU (payload, then security or share), to be carried in MCS Send Data.
pub(crate) fn seal(data: &Data, encoder: &mut Encoder<'_>) -> Vec<u8> {
    let _ = (data, encoder);
    Vec::new()
}

/// Reads all of `i`, the user data of MCS Send Data.
pub(crate) fn read<'a>(i: &'a [u8], from: Side, channel_id: u16, context: &Context) -> Read<'a, ChannelPdu> {
    let _ = (from, channel_id, context);
    refuse(i, "a channel PDU", 0)
}

/// One short phrase, without secrets.
pub(crate) fn fact(pdu: &ChannelPdu) -> String {
    let _ = pdu;
    String::new()
}

/// Where a secret lies, in bytes from the payload's start.
pub(crate) fn secret_span(pdu: &ChannelPdu, payload_len: usize) -> Option<Range<usize>> {
    let _ = (pdu, payload_len);
    None
}

/// Replaces every secret by as many `*`.
pub(crate) fn redact(pdu: &mut ChannelPdu) {
    let _ = pdu;
}
