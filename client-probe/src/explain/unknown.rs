//! What can still be said of a number that stands in no list.

use serde::Serialize;

use super::{Claim, claim, extended};
use crate::diagnosis::Evidence;

/// A number without an entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unknown {
    /// The number.
    pub number: u32,
    /// Its bytes, most significant first.
    pub bytes: String,
    /// Whether it was asked for as an extended code.
    pub extended: bool,
    /// What its shape suggests.
    pub hints: Vec<Claim>,
}

impl Unknown {
    /// As [`Unknown::of`], for one space alone: its shape says nothing there.
    pub(super) fn in_space(number: u32) -> Self {
        Self { hints: Vec::new(), ..Self::of(number, false) }
    }

    pub(super) fn of(number: u32, extended: bool) -> Self {
        let [a, b, c, d] = number.to_be_bytes();
        let hints = if extended { Vec::new() } else { hints(number) };
        Self { number, bytes: format!("{a:02x} {b:02x} {c:02x} {d:02x}"), extended, hints }
    }
}

/// A number of an unlisted family is most often one of these.
const SMALL: core::ops::RangeInclusive<u32> = 1..=0xffff;

fn hints(number: u32) -> Vec<Claim> {
    let mut hints = Vec::new();
    if let Some(family) = family(number) {
        hints.push(family);
    }
    if extended::PROTOCOL_RANGE.contains(&number) {
        hints.push(claim(
            Evidence::Documented,
            "As mstsc's extended reason it lies in the range of internal protocol errors (0x1000 to 0x7fff).",
        ));
    }
    if hints.is_empty() && SMALL.contains(&number) {
        hints.push(claim(
            Evidence::Inferred,
            "It could be the id of a Windows event that is not about Remote Desktop, a Win32 error, or the exit status of \
             another program.",
        ));
    }
    hints
}

/// What the shape of a number suggests: facility bits where they are documented, subsystem byte where not.
fn family(number: u32) -> Option<Claim> {
    let [top, second, _, low] = number.to_be_bytes();
    Some(match (top, second) {
        (0x80, 0x09) => claim(Evidence::Documented, "Its shape is an HRESULT of the security facility (SEC_E_...)."),
        (0x80, 0x07) => claim(
            Evidence::Documented,
            format!("Its shape is an HRESULT that wraps the Win32 error {}.", number & 0xffff),
        ),
        (0x80..=0x8f, _) => claim(Evidence::Documented, "Its shape is an HRESULT of an error."),
        (0xd0..=0xdf, _) => claim(
            Evidence::Documented,
            format!("Its shape is an HRESULT that wraps the NTSTATUS {:#x}: explain that.", number & !0x1000_0000),
        ),
        (0xc0..=0xcf, _) => claim(Evidence::Documented, "Its shape is an NTSTATUS of an error."),
        (0x00, 0x01) => claim(
            Evidence::Reported,
            format!("In FreeRDP's log it would be the ERRINFO {:#x}, which has no known name.", number & 0xffff),
        ),
        (0x00, 0x02) => claim(Evidence::Reported, "In FreeRDP's log it would be an error of its class CONNECT."),
        (0x03, 0x00) => claim(
            Evidence::Inferred,
            "The prefix 0x03 is that of RD Gateway and Azure Virtual Desktop, so the gateway is where to look.",
        ),
        (0x02, 0x00) => claim(Evidence::Inferred, "The prefix 0x02 is that of RemoteApp."),
        (0, 0) => claim(
            Evidence::Inferred,
            format!("As mstsc's discReason its low byte {low:#04x} would mean {}.", subsystem(low)?),
        ),
        _ => return None,
    })
}

fn subsystem(low: u8) -> Option<&'static str> {
    Some(match low {
        0x04 => "the transport (sockets)",
        0x06 => "standard RDP security",
        0x07 => "TLS or CredSSP",
        0x08 => "the client's core, licensing or window",
        0x09 => "NLA policy",
        0x0a => "the smart card",
        _ => return None,
    })
}
