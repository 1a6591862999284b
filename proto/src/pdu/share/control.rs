//! Share Control header, and what stands behind it by `pduType`.
//!
//! MS-RDPBCGR 2.2.8.1.1.1.1: the low nibble of pduType is the type, the next nibble the version (1).

use super::{FlowPdu, ShareData, UnknownShareControl};
use crate::pdu::ChannelPdu;
use crate::pdu::activation::{ConfirmActive, DeactivateAll, DemandActive};
use crate::pdu::redirection::ServerRedirection;
use crate::pdu::text::length16;
use crate::wire::Layer;
use crate::wire::read::{Read, field, le_u16, length_of, rest};
use crate::wire::write::{Encoder, Writer};

const DEMAND_ACTIVE: u16 = 0x11;
const CONFIRM_ACTIVE: u16 = 0x13;
const DEACTIVATE_ALL: u16 = 0x16;
const DATA: u16 = 0x17;
const SERVER_REDIRECTION: u16 = 0x1a;
/// Server Redirection without the version nibble.
const SERVER_REDIRECTION_BARE: u16 = 0x0a;

/// `totalLength` of a T.128 flow PDU; no Share Control PDU that MCS can carry is so long.
const FLOW_MARKER: u16 = 0x8000;
/// Bytes of a flow PDU.
const FLOW_LENGTH: usize = 8;

/// Whether a T.128 flow PDU stands in front.
fn is_flow(i: &[u8]) -> bool {
    i.starts_with(&FLOW_MARKER.to_le_bytes())
}

/// The Share Control PDUs that stand one behind the other in `i`, if there are several and their
/// lengths add up: T.128 lets a server do that, and FreeRDP and rdesktop go along.
pub(in crate::pdu) fn bundled(i: &[u8]) -> Option<Vec<&[u8]>> {
    let mut parts = Vec::new();
    let mut left = i;
    while let &[length_low, length_high, type_low, type_high, ..] = left {
        let pdu_type = u16::from_le_bytes([type_low, type_high]);
        let length = match u16::from_le_bytes([length_low, length_high]) {
            FLOW_MARKER => FLOW_LENGTH,
            length if length >= 4 && pdu_type & 0xfff0 == 0x10 => usize::from(length),
            _ => return None,
        };
        let (part, rest) = left.split_at_checked(length)?;
        parts.push(part);
        left = rest;
    }
    (left.is_empty() && parts.len() > 1).then_some(parts)
}

/// Whether a Share Control header stands in front, where a basic security header may stand as well.
///
/// Share Control (MS-RDPBCGR 2.2.8.1.1.1.1): `totalLength` is the length of it all, and `pduType`
/// has version 1 in its second nibble and nothing above. Under a basic security header the same
/// bytes are `flags` and `flagsHi`: flags that happen to be the length (0x0080 and 128 bytes, for a
/// licensing PDU) are not enough, because `flagsHi` is zero unless it is garbage of just this form.
pub(in crate::pdu) fn looks_like_share(i: &[u8]) -> bool {
    match i {
        _ if is_flow(i) => true,
        &[length_low, length_high, type_low, type_high, ..] => {
            usize::from(u16::from_le_bytes([length_low, length_high])) == i.len()
                && u16::from_le_bytes([type_low, type_high]) & 0xfff0 == 0x10
        }
        _ => false,
    }
}

/// Seals a Share Control PDU; `None` for a PDU that has no Share Control header.
pub(in crate::pdu) fn seal(pdu: &ChannelPdu, encoder: &mut Encoder<'_>) -> Option<Vec<u8>> {
    let (pdu_type, pdu_source) = match pdu {
        ChannelPdu::DemandActive(pdu) => (DEMAND_ACTIVE, pdu.pdu_source),
        ChannelPdu::ConfirmActive(pdu) => (CONFIRM_ACTIVE, pdu.pdu_source),
        ChannelPdu::DeactivateAll(pdu) => (DEACTIVATE_ALL, pdu.pdu_source),
        ChannelPdu::ServerRedirection(pdu) => (SERVER_REDIRECTION, pdu.pdu_source),
        ChannelPdu::ShareData(pdu) => (DATA, pdu.pdu_source),
        ChannelPdu::UnknownShareControl(pdu) => (pdu.pdu_type, pdu.pdu_source),
        ChannelPdu::Flow(pdu) => return Some(seal_flow(pdu, encoder)),
        _ => return None,
    };
    let body = |w: &mut Writer| match pdu {
        ChannelPdu::DemandActive(pdu) => w.block("TS_DEMAND_ACTIVE_PDU", |w| pdu.write(w)),
        ChannelPdu::ConfirmActive(pdu) => w.block("TS_CONFIRM_ACTIVE_PDU", |w| pdu.write(w)),
        ChannelPdu::DeactivateAll(pdu) => w.block("TS_DEACTIVATE_ALL_PDU", |w| pdu.write(w)),
        ChannelPdu::ServerRedirection(pdu) => w.block("RDP_SERVER_REDIRECTION_PACKET", |w| pdu.write(w)),
        ChannelPdu::ShareData(pdu) => pdu.write(w),
        ChannelPdu::UnknownShareControl(pdu) => w.bytes("body", &pdu.body),
        _ => {}
    };
    let sealed = encoder.seal(Layer::Share, |w| {
        w.block("TS_SHARECONTROLHEADER", |w| {
            w.u16_le("totalLength", 0);
            w.u16_le("pduType", pdu_type);
            w.u16_le("pduSource", pdu_source);
        });
        body(w);
        w.patch(0, &length16(w.len()).to_le_bytes());
    });
    Some(sealed)
}

fn seal_flow(pdu: &FlowPdu, encoder: &mut Encoder<'_>) -> Vec<u8> {
    encoder.seal(Layer::Share, |w| {
        w.u16_le("flowMarker", FLOW_MARKER);
        w.bytes("body", &pdu.body);
    })
}

/// Reads a Share Control PDU that takes up all of `i`.
pub(in crate::pdu) fn read(i: &[u8]) -> Read<'_, ChannelPdu> {
    if is_flow(i) {
        let (i, _) = field("flowMarker", le_u16)(i)?;
        let (i, body) = rest(i)?;
        return Ok((i, ChannelPdu::Flow(FlowPdu { body: body.to_vec() })));
    }
    let (i, (pdu_type, source)) = field("TS_SHARECONTROLHEADER", read_header)(i)?;
    match pdu_type {
        DEMAND_ACTIVE => {
            let (i, pdu) = field("TS_DEMAND_ACTIVE_PDU", |i| DemandActive::read(i, source))(i)?;
            Ok((i, ChannelPdu::DemandActive(Box::new(pdu))))
        }
        CONFIRM_ACTIVE => {
            let (i, pdu) = field("TS_CONFIRM_ACTIVE_PDU", |i| ConfirmActive::read(i, source))(i)?;
            Ok((i, ChannelPdu::ConfirmActive(Box::new(pdu))))
        }
        DEACTIVATE_ALL => {
            let (i, pdu) = field("TS_DEACTIVATE_ALL_PDU", |i| DeactivateAll::read(i, source))(i)?;
            Ok((i, ChannelPdu::DeactivateAll(pdu)))
        }
        SERVER_REDIRECTION | SERVER_REDIRECTION_BARE => {
            let (i, pdu) = field("RDP_SERVER_REDIRECTION_PACKET", |i| ServerRedirection::read(i, source))(i)?;
            Ok((i, ChannelPdu::ServerRedirection(Box::new(pdu))))
        }
        DATA => {
            let (i, pdu) = ShareData::read(i, source)?;
            Ok((i, ChannelPdu::ShareData(pdu)))
        }
        _ => {
            let (i, body) = rest(i)?;
            let pdu = UnknownShareControl { pdu_type, pdu_source: source, body: body.to_vec() };
            Ok((i, ChannelPdu::UnknownShareControl(pdu)))
        }
    }
}

fn read_header(i: &[u8]) -> Read<'_, (u16, u16)> {
    let all = i;
    let (i, _) = field("totalLength", |at| {
        let (i, length) = le_u16(at)?;
        length_of(all, at, i, length)
    })(i)?;
    let (i, pdu_type) = field("pduType", le_u16)(i)?;
    // Windows: XP ends a Deactivate All here.
    if i.is_empty() && pdu_type == DEACTIVATE_ALL {
        return Ok((i, (pdu_type, 0)));
    }
    let (i, pdu_source) = field("pduSource", le_u16)(i)?;
    Ok((i, (pdu_type, pdu_source)))
}
