//! Codecs against bytes from the specifications, against themselves, and against `ironrdp-pdu`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may stop at the first surprise"
)]

mod differential;
mod errors;
mod facts;
mod framing;
mod seam;
mod specimens;
mod support;
mod sweep;
mod vectors;
