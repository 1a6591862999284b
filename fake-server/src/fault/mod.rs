//! Faults: what a scenario changes between the honest machine and the wire.
//!
//! Pure: a [`Plan`] turns each message that the machine sends into [`Shaped`] entries, each with
//! the [`WireOp`]s that the socket loop carries out. It never sees a socket or a clock.
//!
//! Order within one message: byte edits while it is encoded (in the file's order), then the
//! message family (`omit`, `replace`, `duplicate`, `before`, `after`), then the transport family
//! (`split`, `drip`, `wait`), then `hold` and `merge`, and `then` last.

mod byte_ops;
mod message_ops;
mod plan;
mod transport_ops;

#[cfg(test)]
mod tests;

pub(crate) use plan::{Firing, HelloFault, Plan};

use std::time::Duration;

use badrdp_proto::connect::Ending;
use badrdp_proto::pdu::Message;
use badrdp_proto::vocab::MessageKind;
use bytes::Bytes;

/// One entry of the record, with what is done on the wire for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shaped {
    /// The message's kind; extra bytes have the kind of the message that they stand beside.
    pub(crate) kind: MessageKind,
    /// The message, where its bytes are as the machine meant them.
    pub(crate) message: Option<Message>,
    /// The bytes; empty for a message that is kept from the wire.
    pub(crate) bytes: Bytes,
    /// What was changed, one phrase each.
    pub(crate) altered: Vec<String>,
    /// What to do, in order.
    pub(crate) ops: Vec<WireOp>,
}

/// One thing to do on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum WireOp {
    /// One write: one segment, and inside TLS one record.
    Bytes(Bytes),
    /// Do nothing for a while.
    Wait(Duration),
    /// Close the sending half; which fault asks for it.
    HalfClose(String),
    /// End the connection; which fault asks for it.
    End(Ending, String),
}

impl Shaped {
    /// Bytes written in one piece.
    fn plain(kind: MessageKind, message: Option<Message>, bytes: Bytes) -> Self {
        let ops = if bytes.is_empty() { Vec::new() } else { vec![WireOp::Bytes(bytes.clone())] };
        Self { kind, message, bytes, altered: Vec::new(), ops }
    }

    /// Bytes that stand beside or in place of a message.
    fn extra(kind: MessageKind, bytes: &[u8], phrase: String) -> Self {
        Self { altered: vec![phrase], ..Self::plain(kind, None, Bytes::copy_from_slice(bytes)) }
    }
}

/// `1 byte`, `4 bytes`.
fn count(bytes: usize) -> String {
    if bytes == 1 { "1 byte".to_owned() } else { format!("{bytes} bytes") }
}
