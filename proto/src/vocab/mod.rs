//! The vocabulary: every stage, message and code is declared once, here.

pub mod code;
pub mod codes;
mod kind;
mod stage;

pub use kind::{MessageKind, Sender};
pub use stage::Stage;
