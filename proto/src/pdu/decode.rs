//! Decoding any frame, by what the connection waits for.

use nom::combinator::map;

use super::mcs::{connect, domain};
use super::x224::codec::{self as x224, Tpdu};
use super::{Message, Side, credssp, fast_path, share};
use crate::wire::frame::opens_ts_request;
use crate::wire::read::{Read, all, field, whole};
use crate::wire::{DecodeError, ber};

/// What must be known from outside the frame to decode it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Context {
    /// Who sent the frame.
    pub from: Side,
    /// The I/O channel's id.
    pub io_channel: u16,
    /// The message channel's id, where one was opened.
    pub message_channel: Option<u16>,
    /// The static virtual channel of device redirection, where the client has it.
    pub device_channel: Option<u16>,
    /// Which family of PDUs the connection is in.
    pub expect: Expect,
}

/// Which family of PDUs stands on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// CredSSP: one `TSRequest` in DER, without any carrier.
    CredSsp,
    /// The Early User Authorization Result: 4 bytes, without any carrier; or a `TSRequest` with an error code.
    EarlyUserAuth,
    /// X.224 connection TPDUs (connection initiation). A Data TPDU is decoded as MCS all the same.
    X224,
    /// MCS Connect Initial and Response in BER, then other MCS PDUs in PER; from a server perhaps a `TSRequest`.
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
    whole(frame, "", |i| read(i, context))
}

/// A frame for each of the Share Control PDUs that one MCS Send Data on the I/O channel carries;
/// `None` where it carries one, as almost all do.
///
/// Each gets carriers of its own, so that it is a message like any other.
#[must_use]
pub fn unbundle(frame: &[u8], context: &Context) -> Option<Vec<Vec<u8>>> {
    if !matches!(context.expect, Expect::Share | Expect::Licensing) {
        return None;
    }
    let start = domain::payload_start(frame).filter(|_| domain::channel(frame) == Some(context.io_channel))?;
    let (carriers, payload) = frame.split_at_checked(start)?;
    let parts = share::bundled(payload)?;
    let alone = |part: &[u8]| [domain::recarried(carriers, part.len()).as_slice(), part].concat();
    Some(parts.into_iter().map(alone).collect())
}

fn read<'a>(frame: &'a [u8], context: &Context) -> Read<'a, Message> {
    match context.expect {
        Expect::CredSsp => return credssp::read(frame),
        // In place of the two, a server may say in a TSRequest why it refuses the credentials.
        Expect::EarlyUserAuth if opens_ts_request(frame) => return credssp::read(frame),
        Expect::Mcs if context.from == Side::Server && frame.first() == Some(&ber::SEQUENCE) => {
            return credssp::read(frame);
        }
        Expect::EarlyUserAuth => return credssp::read_early_user_auth(frame),
        _ => {}
    }
    match (frame.first(), context.from) {
        // The lowest two bits of a fast-path header are zero, those of a TPKT are not.
        (Some(first), Side::Client) if first & 0x03 == 0 => {
            field("FastPathInput", map(fast_path::read_input, Message::FastPathInput))(frame)
        }
        (Some(first), Side::Server) if first & 0x03 == 0 => {
            field("FastPathOutput", map(fast_path::read_output, Message::FastPathOutput))(frame)
        }
        _ => match x224::read(frame)? {
            (left, Tpdu::Connection(message)) => Ok((left, message)),
            (left, Tpdu::Data(data)) => {
                let message = if connect::starts(data) {
                    all(data, connect::read)?
                } else {
                    all(data, |i| domain::read(i, context))?
                };
                Ok((left, message))
            }
        },
    }
}
