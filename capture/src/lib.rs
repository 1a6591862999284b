//! What a program's own sockets carried, written so that Wireshark opens it: pcapng with the TLS keys inside.
//!
//! There is no packet socket behind it, and no privilege needed: a [`Wire`] stands in the place of a TCP stream and
//! notes what passes through it. The packets are made up from that; the bytes, their order, the times and how each side
//! ended the connection are real.

mod capture;
mod conversation;
mod file;
mod keys;
mod packets;
mod pcapng;
mod recording;
mod wire;

pub use capture::{Capture, CaptureError, MAX_KEPT};
pub use conversation::{Conversation, Happening, Moment, Speaker};
pub use keys::KeyLine;
pub use pcapng::{EncodeError, Encoder};
pub use wire::Wire;
