//! Where the layers of an honest message lie in its bytes, read from the bytes alone.

use std::ops::Range;

use badrdp::proto::vocab::MessageKind;
use badrdp::proto::wire::Layer;

/// MCS Send Data Indication, T.125 7: the choice's number in the upper six bits.
const SEND_DATA_INDICATION: u8 = 26 << 2;
/// First byte of MCS Connect Response's tag.
const CONNECT: u8 = 0x7f;
/// `NTLMSSP\0`.
const NTLM: &[u8] = b"NTLMSSP\0";

/// Every layer, outermost first.
pub(crate) fn layers(kind: MessageKind, bytes: &[u8]) -> Vec<(Layer, Range<usize>)> {
    let end = bytes.len();
    match bytes.first() {
        _ if matches!(kind, MessageKind::TsRequest | MessageKind::EarlyUserAuthResult) => {
            let mut layers = vec![(Layer::CredSsp, 0..end)];
            if let Some(token) = octets(bytes, 0..end, &|token| matches!(token.first(), Some(0x60 | 0xa1))) {
                layers.push((Layer::Spnego, token.clone()));
                let ntlm = octets(bytes, token, &|token| token.starts_with(NTLM));
                layers.extend(ntlm.map(|ntlm| (Layer::Ntlm, ntlm)));
            } else if let Some(ntlm) = octets(bytes, 0..end, &|token| token.starts_with(NTLM)) {
                layers.push((Layer::Ntlm, ntlm));
            }
            layers
        }
        Some(3) => {
            let mut layers = vec![(Layer::Tpkt, 0..end), (Layer::X224, 4..end)];
            // Data TPDU.
            if bytes[5] == 0xf0 {
                layers.push((Layer::Mcs, 7..end));
                layers.extend(in_mcs(kind, bytes));
            }
            layers
        }
        _ => vec![(Layer::FastPath, 0..end)],
    }
}

fn in_mcs(kind: MessageKind, bytes: &[u8]) -> Vec<(Layer, Range<usize>)> {
    let end = bytes.len();
    match bytes[7] {
        CONNECT => {
            let user_data = octets(bytes, 7..end, &|octets| octets.starts_with(&[0, 5, 0, 0x14, 0x7c, 0, 1]));
            let Some(user_data) = user_data else { return Vec::new() };
            // The GCC PDU ahead of its user data: connectPDU's length, choice, nodeID, tag, result, sets, choice, key.
            vec![(Layer::Gcc, behind_per(bytes, user_data.start + 7 + 1 + 1 + 2 + 2 + 1 + 1 + 1 + 1 + 4)..end)]
        }
        SEND_DATA_INDICATION => {
            let carried = behind_per(bytes, 7 + 6)..end;
            // Auto-detection, multitransport, heartbeats: what the message channel carries.
            let on_message_channel = ["2.2.14.", "2.2.15.", "2.2.16."]
                .iter()
                .any(|section| kind.spec().strip_prefix("MS-RDPBCGR ").is_some_and(|spec| spec.starts_with(section)));
            let licensing = ["MS-RDPELE ", "MS-RDPBCGR 2.2.1.12"].iter().any(|prefix| kind.spec().starts_with(prefix));
            let secured = licensing || on_message_channel;
            match kind {
                _ if secured => vec![(Layer::Security, carried.clone()), (Layer::Payload, carried.start + 4..end)],
                _ if kind.spec().starts_with("MS-RDPEFS") => vec![(Layer::Payload, carried)],
                MessageKind::VirtualChannelData => vec![(Layer::Payload, carried)],
                _ => vec![(Layer::Share, carried)],
            }
        }
        _ => Vec::new(),
    }
}

/// The offset behind a PER length of one byte or two.
fn behind_per(bytes: &[u8], at: usize) -> usize {
    if bytes[at] & 0x80 == 0 { at + 1 } else { at + 2 }
}

/// Contents of the first OCTET STRING among DER values, nested ones too, that `wanted` takes.
fn octets(bytes: &[u8], within: Range<usize>, wanted: &dyn Fn(&[u8]) -> bool) -> Option<Range<usize>> {
    let mut at = within.start;
    while at < within.end {
        let value = der(bytes, at)?;
        if value.content.end > within.end {
            return None;
        }
        if value.tag == 0x04 && wanted(&bytes[value.content.clone()]) {
            return Some(value.content);
        }
        // The constructed bit.
        if value.tag & 0x20 != 0
            && let Some(found) = octets(bytes, value.content.clone(), wanted)
        {
            return Some(found);
        }
        at = value.content.end;
    }
    None
}

/// A DER value.
pub(crate) struct Der {
    pub(crate) tag: u8,
    /// Where its length stands.
    pub(crate) length: Range<usize>,
    pub(crate) content: Range<usize>,
}

/// Reads tag and length.
pub(crate) fn der(bytes: &[u8], at: usize) -> Option<Der> {
    let tag = *bytes.get(at)?;
    // The only tags of two bytes here are those of MCS Connect.
    let start = if tag & 0x1f == 0x1f { at + 2 } else { at + 1 };
    let first = usize::from(*bytes.get(start)?);
    let (behind, length) = if first < 0x80 {
        (start + 1, first)
    } else {
        let digits = bytes.get(start + 1..start + 1 + (first & 0x7f))?;
        (start + 1 + digits.len(), digits.iter().fold(0, |sum, digit| sum << 8 | usize::from(*digit)))
    };
    (behind + length <= bytes.len()).then_some(Der { tag, length: start..behind, content: behind..behind + length })
}
