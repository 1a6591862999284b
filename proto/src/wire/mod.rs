//! Bytes: reading with named fields, writing with named spans, and framing.

pub mod ber;
pub mod frame;
pub mod layer;
pub mod per;
pub mod read;
pub mod text;
pub mod tls_record;
pub mod write;

pub use frame::{FrameBuffer, FrameError, Framing};
pub use layer::{Layer, Layered, NoTap, Tap};
pub use read::{DecodeError, Reason};
