//! Exit codes, documented in `badrdp --help`.

/// Everything was as expected.
pub(crate) const AS_EXPECTED: u8 = 0;
/// Something was not as expected, or the probe diagnosed a failure.
pub(crate) const NOT_AS_EXPECTED: u8 = 1;
/// Wrong usage or a wrong scenario file.
pub(crate) const USAGE: u8 = 2;
/// The peer could not be reached.
pub(crate) const UNREACHABLE: u8 = 3;
/// The client to be checked could not be started.
pub(crate) const NOT_STARTED: u8 = 3;
/// Several hosts: stopped by Ctrl-C, as shells say it.
pub(crate) const INTERRUPTED: u8 = 130;
/// Nothing went wrong, but the faults of some scenarios cannot be reached with this client.
pub(crate) const NOT_APPLICABLE: u8 = 4;
