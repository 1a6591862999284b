//! Bytes: reading with named fields, writing with named spans, and framing.

pub mod frame;
pub mod layer;
pub mod read;
pub mod tls_record;
pub mod write;

pub use frame::{FrameBuffer, FrameError, Framing};
pub use layer::{Layer, Layered, NoTap, Tap};
pub use read::{DecodeError, Reason};
