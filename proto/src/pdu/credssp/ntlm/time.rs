//! FILETIME: 100 ns steps since 1601-01-01 UTC, MS-DTYP 2.3.3.

/// Steps in a second.
const STEPS: u64 = 10_000_000;
/// Seconds from 1601-01-01 to 1970-01-01.
const EPOCH: i64 = 11_644_473_600;

/// Unix seconds of a FILETIME, rounded down.
#[must_use]
pub const fn unix_seconds(filetime: u64) -> i64 {
    // A 64-bit count of 100 ns divided by ten million fits into 41 bits.
    (filetime / STEPS).cast_signed() - EPOCH
}

/// The FILETIME of Unix seconds; times outside its range become its ends.
#[must_use]
pub const fn filetime(unix_seconds: i64) -> u64 {
    let seconds = unix_seconds.saturating_add(EPOCH);
    if seconds < 0 { 0 } else { seconds.unsigned_abs().saturating_mul(STEPS) }
}
