//! Sans-IO RDP: codecs, both connection machines, and the transcript.
//!
//! Nothing here touches a clock, a socket, randomness, the environment or stdout; time, random
//! bytes and configuration arrive as arguments. See `ARCHITECTURE.md` for the rooms.
#![warn(missing_docs)]

pub mod connect;
pub mod pdu;
pub mod session;
pub mod transcript;
pub mod vocab;
pub mod wire;
