//! Decoding any frame, by what the connection waits for.

use nom::Parser as _;
use nom::combinator::map;

use super::{Data, Message, Side, channel, fast_path};
use crate::wire::DecodeError;
use crate::wire::read::whole;

/// What must be known from outside the frame to decode it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Context {
    /// Who sent the frame.
    pub from: Side,
    /// The I/O channel's id.
    pub io_channel: u16,
    /// The message channel's id, where one was opened.
    pub message_channel: Option<u16>,
    /// Which family of PDUs the connection is in.
    pub expect: Expect,
}

/// Which family of PDUs stands on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// X.224 connection TPDUs (connection initiation). A Data TPDU is decoded as MCS all the same.
    X224,
    /// MCS Connect Initial and Response in BER, then other MCS PDUs in PER.
    Mcs,
    /// On the I/O channel a basic security header stands in front: Client Info.
    ClientInfo,
    /// On the I/O channel a basic security header (licensing) or a Share Control header stands in front.
    Licensing,
    /// On the I/O channel a Share Control header stands in front.
    Share,
}

/// Decodes one frame.
///
/// # Errors
/// The path, offset and reason of the first field that does not fit.
pub fn decode(frame: &[u8], context: &Context) -> Result<Message, DecodeError> {
    whole(frame, "", |i| match frame.first() {
        Some(3) => {
            let pdu = |i| channel::read(i, context.from, context.io_channel, context);
            map(pdu, |pdu| {
                Message::Data(Data { from: context.from, initiator: 0, channel_id: context.io_channel, pdu })
            })
            .parse(i)
        }
        _ if context.from == Side::Client => map(fast_path::read_input, Message::FastPathInput).parse(i),
        _ => map(fast_path::read_output, Message::FastPathOutput).parse(i),
    })
}
