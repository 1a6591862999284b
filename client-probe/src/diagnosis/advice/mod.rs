//! Causes and remedies, as data: what rules say beyond what they see.
//!
//! Every cause carries how sure it is. What is only repeated on the web is marked as folklore,
//! and no Windows code is claimed more surely than its source allows.

pub(crate) mod certificate;
pub(super) mod credssp;
pub(super) mod foreign;
pub(super) mod licensing;
pub(super) mod logon;
pub(super) mod mcs;
pub(super) mod negotiation;
pub(super) mod nla;
pub(super) mod session;
pub(super) mod stream;
pub(super) mod tcp;
pub(super) mod tls;

use super::{Evidence, MstscCode};

/// What to say about one finding.
#[derive(Debug)]
pub(crate) struct Advice {
    /// What was expected at that point.
    pub(crate) expected: &'static str,
    /// Likely causes, the likeliest first.
    pub(crate) causes: &'static [(Evidence, &'static str)],
    /// What fixes it, in the order in which to try.
    pub(crate) remedies: &'static [&'static str],
    /// What mstsc shows.
    pub(crate) mstsc: &'static [MstscCode],
}

/// A code pair of mstsc's dialog.
pub(crate) const fn mstsc(code: u32, extended: u32, evidence: Evidence) -> MstscCode {
    MstscCode { code, extended, evidence }
}

/// SEC_E_UNSUPPORTED_FUNCTION, as the dialog shows it: the function requested is not supported.
pub(crate) const UNSUPPORTED_FUNCTION: u32 = 0x8009_0302;

/// "The socket closed" and no error info: what a close without a reason is taken to show.
pub(super) const SOCKET_CLOSED: &[MstscCode] = &[mstsc(0x904, 0, Evidence::Inferred)];

/// recv() or send() failed: what a reset is taken to show, as the client reads or writes.
pub(super) const SOCKET_RESET: &[MstscCode] =
    &[mstsc(0x404, 0, Evidence::Inferred), mstsc(0x304, 0, Evidence::Inferred)];

/// "Protocol error" of a client that cannot read what came.
pub(super) const PROTOCOL_ERROR: &[MstscCode] = &[mstsc(0xd06, 0, Evidence::Inferred)];

/// "Protocol error" of a client that met another protocol on the port.
pub(super) const OTHER_PROTOCOL: &[MstscCode] =
    &[mstsc(0x1104, 0, Evidence::Inferred), mstsc(0xd06, 0, Evidence::Inferred)];
