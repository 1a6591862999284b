//! NTLM messages, written.

use super::{Challenge, Negotiate, NtlmToken, SIGNATURE, TargetInfo, Version, av_id, flags, layout, message_type};
use crate::pdu::text::{length16, length32, to_utf16};
use crate::wire::Layer;
use crate::wire::write::Encoder;

/// Bytes of CHALLENGE_MESSAGE and of NEGOTIATE_MESSAGE in front of `Version`.
const CHALLENGE_HEADER: usize = 48;
const NEGOTIATE_HEADER: usize = 32;
/// Bytes of `Version`.
const VERSION: usize = 8;

/// Seals a message as it is, its fields named.
pub(in crate::pdu::credssp) fn seal(token: &NtlmToken, encoder: &mut Encoder<'_>) -> Vec<u8> {
    encoder.seal(Layer::Ntlm, |w| {
        w.carry(&token.0);
        if w.keeps_fields() {
            for field in layout::fields(&token.0) {
                w.name(field);
            }
        }
    })
}

/// Windows: `Version` behind the header, then target name and target info without a gap.
pub(super) fn challenge(challenge: &Challenge) -> Vec<u8> {
    let target_name = text(&challenge.target_name, challenge.flags);
    let target_info =
        if challenge.flags & flags::TARGET_INFO == 0 { Vec::new() } else { av_pairs(&challenge.target_info) };
    let name_at = CHALLENGE_HEADER + version(challenge.version).len();
    let mut bytes = header(message_type::CHALLENGE);
    bytes.extend(place(target_name.len(), name_at));
    bytes.extend(challenge.flags.to_le_bytes());
    bytes.extend(challenge.server_challenge);
    bytes.extend([0; 8]);
    bytes.extend(place(target_info.len(), name_at + target_name.len()));
    bytes.extend(version(challenge.version));
    bytes.extend(target_name);
    bytes.extend(target_info);
    bytes
}

pub(super) fn negotiate(negotiate: &Negotiate) -> Vec<u8> {
    let domain = oem(negotiate.domain.as_deref().unwrap_or_default());
    let workstation = oem(negotiate.workstation.as_deref().unwrap_or_default());
    let workstation_at = NEGOTIATE_HEADER + version(negotiate.version).len();
    let mut bytes = header(message_type::NEGOTIATE);
    bytes.extend(negotiate.flags.to_le_bytes());
    bytes.extend(place(domain.len(), workstation_at + workstation.len()));
    bytes.extend(place(workstation.len(), workstation_at));
    bytes.extend(version(negotiate.version));
    bytes.extend(workstation);
    bytes.extend(domain);
    bytes
}

fn header(message_type: u32) -> Vec<u8> {
    [SIGNATURE.as_slice(), &message_type.to_le_bytes()].concat()
}

/// Length, space and offset of a payload.
fn place(length: usize, offset: usize) -> Vec<u8> {
    let length = length16(length).to_le_bytes();
    [length.as_slice(), &length, &length32(offset).to_le_bytes()].concat()
}

fn version(version: Option<Version>) -> Vec<u8> {
    version.map_or_else(Vec::new, |Version { major, minor, build, revision }| {
        let [low, high] = build.to_le_bytes();
        let bytes: [u8; VERSION] = [major, minor, low, high, 0, 0, 0, revision];
        bytes.to_vec()
    })
}

fn text(text: &str, negotiated: u32) -> Vec<u8> {
    if negotiated & flags::UNICODE == 0 { oem(text) } else { to_utf16(text) }
}

/// The OEM character set is not told; what is no Latin-1 becomes `?`.
fn oem(text: &str) -> Vec<u8> {
    text.chars().map(|letter| u8::try_from(letter).unwrap_or(b'?')).collect()
}

/// Windows: domain before computer, NetBIOS before DNS, then the tree, flags and clock; `MsvAvEOL` last.
pub(super) fn av_pairs(info: &TargetInfo) -> Vec<u8> {
    let names = [
        (av_id::NB_DOMAIN_NAME, &info.netbios_domain),
        (av_id::NB_COMPUTER_NAME, &info.netbios_computer),
        (av_id::DNS_DOMAIN_NAME, &info.dns_domain),
        (av_id::DNS_COMPUTER_NAME, &info.dns_computer),
        (av_id::DNS_TREE_NAME, &info.dns_tree),
    ];
    let mut bytes = Vec::new();
    let mut add = |id: u16, value: &[u8]| {
        bytes.extend(id.to_le_bytes());
        bytes.extend(length16(value.len()).to_le_bytes());
        bytes.extend(value);
    };
    for (id, name) in names {
        if let Some(name) = name {
            add(id, &to_utf16(name));
        }
    }
    if let Some(flags) = info.flags {
        add(av_id::FLAGS, &flags.to_le_bytes());
    }
    if let Some(timestamp) = info.timestamp {
        add(av_id::TIMESTAMP, &timestamp.to_le_bytes());
    }
    for (id, value) in &info.other {
        add(*id, value);
    }
    add(av_id::EOL, &[]);
    bytes
}
