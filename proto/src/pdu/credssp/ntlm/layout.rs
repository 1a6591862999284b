//! Where the named fields of an NTLM message lie in its bytes.
//!
//! MS-NLMP 2.2.1. For the seam: what does not fit has no name, and nothing is refused.

use core::ops::Range;

use super::{av_id, message_type};
use crate::wire::layer::Field;

/// A payload that the header describes by length, space and offset.
struct Payload {
    at: usize,
    /// The three numbers, then the payload itself.
    names: [&'static str; 4],
}

macro_rules! payload {
    ($at:literal $name:literal) => {
        Payload {
            at: $at,
            names: [concat!($name, "Len"), concat!($name, "MaxLen"), concat!($name, "BufferOffset"), $name],
        }
    };
}

/// The shape of one of the three messages.
struct Shape {
    block: &'static str,
    /// Fixed fields: name, place, and whether they are numbers.
    fixed: &'static [(&'static str, Range<usize>, bool)],
    payloads: &'static [Payload],
    version: usize,
    mic: Option<Range<usize>>,
}

const NEGOTIATE: Shape = Shape {
    block: "NEGOTIATE_MESSAGE",
    fixed: &[("NegotiateFlags", 12..16, true)],
    payloads: &[payload!(16 "DomainName"), payload!(24 "Workstation")],
    version: 32,
    mic: None,
};

const CHALLENGE: Shape = Shape {
    block: "CHALLENGE_MESSAGE",
    fixed: &[("NegotiateFlags", 20..24, true), ("ServerChallenge", 24..32, false), ("Reserved", 32..40, false)],
    payloads: &[payload!(12 "TargetName"), payload!(40 "TargetInfo")],
    version: 48,
    mic: None,
};

const AUTHENTICATE: Shape = Shape {
    block: "AUTHENTICATE_MESSAGE",
    fixed: &[("NegotiateFlags", 60..64, true)],
    payloads: &[
        payload!(12 "LmChallengeResponse"),
        payload!(20 "NtChallengeResponse"),
        payload!(28 "DomainName"),
        payload!(36 "UserName"),
        payload!(44 "Workstation"),
        payload!(52 "EncryptedRandomSessionKey"),
    ],
    version: 64,
    mic: Some(72..88),
};

/// `VERSION`, MS-NLMP 2.2.2.10.
const VERSION: &[(&str, Range<usize>)] = &[
    ("ProductMajorVersion", 0..1),
    ("ProductMinorVersion", 1..2),
    ("ProductBuild", 2..4),
    ("Reserved", 4..7),
    ("NTLMRevisionCurrent", 7..8),
];

/// Every named field, in the header's order; those of `VERSION` and of each `AV_PAIR` once more by their own names.
pub(super) fn fields(message: &[u8]) -> Vec<Field> {
    let mut fields = Vec::new();
    let mut add = |block, name, range: Range<usize>, little_endian| {
        if range.end <= message.len() {
            fields.push(Field { block, name, range, little_endian });
        }
    };
    let shape = match number(message, 8, 4) {
        Some(kind) if kind == message_type::NEGOTIATE as usize => &NEGOTIATE,
        Some(kind) if kind == message_type::CHALLENGE as usize => &CHALLENGE,
        Some(kind) if kind == message_type::AUTHENTICATE as usize => &AUTHENTICATE,
        _ => return fields,
    };
    add(shape.block, "Signature", 0..8, false);
    add(shape.block, "MessageType", 8..12, true);
    let payloads: Vec<_> = shape.payloads.iter().map(|payload| (payload, place(message, payload.at))).collect();
    for (payload, _) in &payloads {
        let [length, space, offset, _] = payload.names;
        add(shape.block, length, payload.at..payload.at + 2, true);
        add(shape.block, space, payload.at + 2..payload.at + 4, true);
        add(shape.block, offset, payload.at + 4..payload.at + 8, true);
    }
    for (name, range, is_number) in shape.fixed {
        add(shape.block, name, range.clone(), *is_number);
    }
    let first = payloads.iter().filter_map(|(_, range)| range.as_ref()).map(|range| range.start).min();
    let header = first.unwrap_or(message.len());
    if header >= shape.version + 8 {
        add(shape.block, "Version", shape.version..shape.version + 8, true);
        for (name, range) in VERSION {
            add("VERSION", name, shape.version + range.start..shape.version + range.end, true);
        }
    }
    if let Some(mic) = shape.mic.clone().filter(|mic| header >= mic.end) {
        add(shape.block, "MIC", mic, false);
    }
    for (payload, range) in payloads {
        let Some(range) = range else { continue };
        let [.., name] = payload.names;
        add(shape.block, name, range.clone(), false);
        if name == "TargetInfo" {
            for (block, name, range, is_number) in av_pairs(message, range) {
                add(block, name, range, is_number);
            }
        }
    }
    fields
}

/// Where a message holds its header and its names: nothing secret.
pub(in crate::pdu::credssp) fn harmless(message: &[u8]) -> Vec<Range<usize>> {
    const SECRET: [&str; 3] = ["LmChallengeResponse", "NtChallengeResponse", "EncryptedRandomSessionKey"];
    fields(message).into_iter().filter(|field| !SECRET.contains(&field.name)).map(|field| field.range).collect()
}

/// The payload that the header at `at` describes, where it is not empty.
fn place(message: &[u8], at: usize) -> Option<Range<usize>> {
    let length = number(message, at, 2).filter(|length| *length > 0)?;
    let start = number(message, at + 4, 4)?;
    Some(start..start.checked_add(length)?)
}

/// A number with its little end first.
fn number(message: &[u8], at: usize, width: usize) -> Option<usize> {
    let digits = message.get(at..at + width)?;
    Some(digits.iter().rev().fold(0, |sum, digit| sum << 8 | usize::from(*digit)))
}

type Named = (&'static str, &'static str, Range<usize>, bool);

/// Each pair's value as `AV_PAIR.MsvAv…`, its header as `MsvAv….AvId` and `MsvAv….AvLen`.
fn av_pairs(message: &[u8], list: Range<usize>) -> Vec<Named> {
    let mut found = Vec::new();
    let mut at = list.start;
    while let (Some(id), Some(length)) = (number(message, at, 2), number(message, at + 2, 2)) {
        let value = at + 4..at + 4 + length;
        if value.end > list.end {
            break;
        }
        let name = u16::try_from(id).map_or("MsvAvUnknown", av_name);
        let is_number = matches!(name, "MsvAvFlags" | "MsvAvTimestamp");
        found.push((name, "AvId", at..at + 2, true));
        found.push((name, "AvLen", at + 2..at + 4, true));
        found.push(("AV_PAIR", name, value.clone(), is_number));
        if id == usize::from(av_id::EOL) {
            break;
        }
        at = value.end;
    }
    found
}

const fn av_name(id: u16) -> &'static str {
    match id {
        av_id::EOL => "MsvAvEOL",
        av_id::NB_COMPUTER_NAME => "MsvAvNbComputerName",
        av_id::NB_DOMAIN_NAME => "MsvAvNbDomainName",
        av_id::DNS_COMPUTER_NAME => "MsvAvDnsComputerName",
        av_id::DNS_DOMAIN_NAME => "MsvAvDnsDomainName",
        av_id::DNS_TREE_NAME => "MsvAvDnsTreeName",
        av_id::FLAGS => "MsvAvFlags",
        av_id::TIMESTAMP => "MsvAvTimestamp",
        av_id::SINGLE_HOST => "MsvAvSingleHost",
        av_id::TARGET_NAME => "MsvAvTargetName",
        av_id::CHANNEL_BINDINGS => "MsvAvChannelBindings",
        _ => "MsvAvUnknown",
    }
}
