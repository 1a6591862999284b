//! Several runs beside each other: scenarios by clients.
//!
//! A matrix is made from what `badrdp check --json` printed and from nothing else, so that runs of different days,
//! machines and versions can be held against each other. Whose words it is made of is not known here: what a field holds
//! is bounded where it is shown, and escaped by the page's templates.

mod json;
mod merge;
mod page;
mod run;
mod text;

#[cfg(test)]
mod tests;

pub use json::document;
pub use merge::{Column, Matrix, MergeError, Row, Source, merge};
pub use page::{PageError, write};
pub use run::{Case, MAX_BYTES, ReadError, Run};
pub use text::{counts, summary};
