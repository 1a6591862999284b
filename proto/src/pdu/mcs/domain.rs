//! MCS domain PDUs: everything after MCS Connect, in PER.
//!
//! T.125 section 7. The first byte holds the PDU's choice in its upper six bits; what follows in
//! the lower two depends on the PDU. A Result or Reason straddles the first two bytes.

use super::{
    AttachUserConfirm, ChannelJoinConfirm, ChannelJoinRequest, DisconnectProviderUltimatum, ErectDomainRequest,
};
use crate::pdu::{Context, Data, Message, Side, channel};
use crate::vocab::codes::{McsReason, McsResult};
use crate::wire::layer::Layer;
use crate::wire::read::{Read, all, be_u16, end, field, refuse, to_end, u8};
use crate::wire::write::{Encoder, Writer};
use crate::wire::{ber, per};

const ERECT_DOMAIN_REQUEST: u8 = 1;
const DISCONNECT_PROVIDER_ULTIMATUM: u8 = 8;
const ATTACH_USER_REQUEST: u8 = 10;
const ATTACH_USER_CONFIRM: u8 = 11;
const CHANNEL_JOIN_REQUEST: u8 = 14;
const CHANNEL_JOIN_CONFIRM: u8 = 15;
const SEND_DATA_REQUEST: u8 = 25;
const SEND_DATA_INDICATION: u8 = 26;

/// User channel ids start here (T.125 7, part 1).
const USER_ID_MINIMUM: u16 = 1001;
/// High priority, and both the first and the last segment.
const PRIORITY_HIGH_WHOLE: u8 = 0x70;

/// Reads one domain PDU.
pub(in crate::pdu) fn read<'a>(i: &'a [u8], context: &Context) -> Read<'a, Message> {
    let (body, first) = field("MCS.choice", u8)(i)?;
    match first >> 2 {
        ERECT_DOMAIN_REQUEST => to_end("McsErectDomainRequest", erect_domain)(body),
        DISCONNECT_PROVIDER_ULTIMATUM => to_end("McsDisconnectProviderUltimatum", |i| ultimatum(i, first))(body),
        _ if first == ber::SEQUENCE && context.from == Side::Client => {
            to_end("McsDisconnectProviderUltimatum", ultimatum_in_ber)(i)
        }
        ATTACH_USER_REQUEST => to_end("McsAttachUserRequest", |i| Ok((i, Message::McsAttachUserRequest)))(body),
        ATTACH_USER_CONFIRM => to_end("McsAttachUserConfirm", |i| attach_confirm(i, first))(body),
        CHANNEL_JOIN_REQUEST => to_end("McsChannelJoinRequest", join_request)(body),
        CHANNEL_JOIN_CONFIRM => to_end("McsChannelJoinConfirm", |i| join_confirm(i, first))(body),
        SEND_DATA_REQUEST if context.from == Side::Client => send_data(body, context),
        SEND_DATA_INDICATION if context.from == Side::Server => send_data(body, context),
        _ => {
            let expected = match context.from {
                Side::Client => "the choice of an MCS PDU that a client sends (0x64 carries data)",
                Side::Server => "the choice of an MCS PDU that a server sends (0x68 carries data)",
            };
            field("MCS.choice", |i| refuse(i, expected, first.into()))(i)
        }
    }
}

fn erect_domain(i: &[u8]) -> Read<'_, Message> {
    // rdesktop writes two 16-bit numbers in place of PER integers, whose length would be zero here.
    if let &[0, height, 0, interval] = i {
        let request = ErectDomainRequest { sub_height: height.into(), sub_interval: interval.into() };
        return Ok((i.split_at(i.len()).1, Message::McsErectDomainRequest(request)));
    }
    let (i, sub_height) = field("subHeight", per::integer)(i)?;
    let (i, sub_interval) = field("subInterval", per::integer)(i)?;
    Ok((i, Message::McsErectDomainRequest(ErectDomainRequest { sub_height, sub_interval })))
}

fn ultimatum(i: &[u8], first: u8) -> Read<'_, Message> {
    let (i, second) = field("reason", u8)(i)?;
    let reason = McsReason((first & 0x03) << 1 | second >> 7);
    Ok((i, Message::McsDisconnectProviderUltimatum(DisconnectProviderUltimatum { reason })))
}

/// rdesktop writes its ultimatum in BER, a sequence without a choice. PER would read that as a
/// detach user request, which no RDP client sends.
fn ultimatum_in_ber(i: &[u8]) -> Read<'_, Message> {
    let (left, i) = ber::value(ber::SEQUENCE, "a SEQUENCE (0x30)")(i)?;
    let (i, reason) = field("reason", |i| {
        let (left, number) = ber::integer(i)?;
        match u8::try_from(number) {
            Ok(number @ 0..=7) => Ok((left, McsReason(number))),
            _ => refuse(i, "an MCS Reason (0 to 7)", number.into()),
        }
    })(i)?;
    let (i, _) = field("nonStandardParameters", ber::value(ber::SEQUENCE, "a SEQUENCE (0x30)"))(i)?;
    let (_, ()) = end(i)?;
    Ok((left, Message::McsDisconnectProviderUltimatum(DisconnectProviderUltimatum { reason })))
}

fn attach_confirm(i: &[u8], first: u8) -> Read<'_, Message> {
    let (i, result) = field("result", |i| result(i, first))(i)?;
    let (i, initiator) = match first & 0x02 {
        0 => (i, None),
        _ => optional(field("initiator", per::integer16(USER_ID_MINIMUM))(i)?),
    };
    Ok((i, Message::McsAttachUserConfirm(AttachUserConfirm { result, initiator })))
}

fn join_request(i: &[u8]) -> Read<'_, Message> {
    let (i, initiator) = field("initiator", per::integer16(USER_ID_MINIMUM))(i)?;
    let (i, channel_id) = field("channelId", be_u16)(i)?;
    Ok((i, Message::McsChannelJoinRequest(ChannelJoinRequest { initiator, channel_id })))
}

fn join_confirm(i: &[u8], first: u8) -> Read<'_, Message> {
    let (i, result) = field("result", |i| result(i, first))(i)?;
    let (i, initiator) = field("initiator", per::integer16(USER_ID_MINIMUM))(i)?;
    let (i, requested) = field("requested", be_u16)(i)?;
    let (i, channel_id) = match first & 0x02 {
        0 => (i, None),
        _ => optional(field("channelId", be_u16)(i)?),
    };
    Ok((i, Message::McsChannelJoinConfirm(ChannelJoinConfirm { result, initiator, requested, channel_id })))
}

fn optional<T>((i, value): (&[u8], T)) -> (&[u8], Option<T>) {
    (i, Some(value))
}

/// A Result: the lowest bit of the first byte, then the three highest bits of the second.
///
/// FreeRDP and IronRDP write the number into the second byte as a whole; where PER's own bits are
/// zero and the padding is not, that is what it must be.
fn result(i: &[u8], first: u8) -> Read<'_, McsResult> {
    let (i, second) = u8(i)?;
    let straddled = (first & 0x01) << 3 | second >> 5;
    let padding = second & 0x1f;
    Ok((i, McsResult(if straddled == 0 { padding } else { straddled })))
}

fn send_data<'a>(i: &'a [u8], context: &Context) -> Read<'a, Message> {
    let (i, initiator) = field("MCS.initiator", per::integer16(USER_ID_MINIMUM))(i)?;
    let (i, channel_id) = field("MCS.channelId", be_u16)(i)?;
    let (i, _) = field("MCS.dataPriority", u8)(i)?;
    let (i, payload) = field("MCS.length", per::octets)(i)?;
    let (i, ()) = field("MCS.userData", end)(i)?;
    let pdu = all(payload, |i| channel::read(i, context.from, channel_id, context))?;
    Ok((i, Message::Data(Data { from: context.from, initiator, channel_id, pdu })))
}

/// Where the user data of a Send Data frame starts, if the frame's lengths agree with each other.
pub(in crate::pdu) fn payload_start(frame: &[u8]) -> Option<usize> {
    // TPKT, X.224 Data, then choice, initiator, channelId and dataPriority.
    let (payload, says) = per::length(frame.get(4 + 3 + 6..)?).ok()?;
    (says == payload.len()).then(|| frame.len() - says)
}

/// The channel of a Send Data frame.
pub(in crate::pdu) fn channel(frame: &[u8]) -> Option<u16> {
    sent_data(frame)?;
    frame.get(4 + 3 + 3..)?.first_chunk().map(|id| u16::from_be_bytes(*id))
}

/// The carriers in front of a Send Data frame's user data, for `length` bytes of it.
pub(in crate::pdu) fn recarried(carriers: &[u8], length: usize) -> Vec<u8> {
    let mut frame = carriers.get(..4 + 3 + 6).unwrap_or(carriers).to_vec();
    frame.extend_from_slice(per::length_prefix(length).as_slice());
    let whole = u16::try_from(frame.len() + length).unwrap_or(u16::MAX).to_be_bytes();
    if let Some(slot) = frame.get_mut(2..4) {
        slot.copy_from_slice(&whole);
    }
    frame
}

/// The user data of a frame that looks like Send Data, cut short or not.
pub(in crate::pdu) fn sent_data(frame: &[u8]) -> Option<&[u8]> {
    let choice = frame.get(4 + 3)? >> 2;
    let (payload, _) = per::length(frame.get(4 + 3 + 6..)?).ok()?;
    (frame.first() == Some(&3) && matches!(choice, SEND_DATA_REQUEST | SEND_DATA_INDICATION)).then_some(payload)
}

/// Seals Send Data around what the channel carries.
pub(in crate::pdu) fn seal_data(data: &Data, payload: &[u8], encoder: &mut Encoder<'_>) -> Vec<u8> {
    let choice = match data.from {
        Side::Client => SEND_DATA_REQUEST,
        Side::Server => SEND_DATA_INDICATION,
    };
    encoder.seal_around(Layer::Mcs, payload, |w| {
        w.u8("choice", choice << 2);
        per::write_integer16(w, "initiator", data.initiator, USER_ID_MINIMUM);
        w.u16_be("channelId", data.channel_id);
        w.u8("dataPriority", PRIORITY_HIGH_WHOLE);
        w.bytes("length", per::length_prefix(payload.len()).as_slice());
        w.carry(payload);
    })
}

/// Seals an Erect Domain Request.
pub(in crate::pdu) fn seal_erect_domain(pdu: &ErectDomainRequest, encoder: &mut Encoder<'_>) -> Vec<u8> {
    encoder.seal(Layer::Mcs, |w| {
        w.u8("choice", ERECT_DOMAIN_REQUEST << 2);
        per::write_integer(w, "subHeight", pdu.sub_height);
        per::write_integer(w, "subInterval", pdu.sub_interval);
    })
}

/// Seals an Attach User Request.
pub(in crate::pdu) fn seal_attach_request(encoder: &mut Encoder<'_>) -> Vec<u8> {
    encoder.seal(Layer::Mcs, |w| w.u8("choice", ATTACH_USER_REQUEST << 2))
}

/// Seals an Attach User Confirm.
pub(in crate::pdu) fn seal_attach_confirm(pdu: &AttachUserConfirm, encoder: &mut Encoder<'_>) -> Vec<u8> {
    encoder.seal(Layer::Mcs, |w| {
        write_result(w, ATTACH_USER_CONFIRM, pdu.initiator.is_some(), pdu.result);
        if let Some(initiator) = pdu.initiator {
            per::write_integer16(w, "initiator", initiator, USER_ID_MINIMUM);
        }
    })
}

/// Seals a Channel Join Request.
pub(in crate::pdu) fn seal_join_request(pdu: &ChannelJoinRequest, encoder: &mut Encoder<'_>) -> Vec<u8> {
    encoder.seal(Layer::Mcs, |w| {
        w.u8("choice", CHANNEL_JOIN_REQUEST << 2);
        per::write_integer16(w, "initiator", pdu.initiator, USER_ID_MINIMUM);
        w.u16_be("channelId", pdu.channel_id);
    })
}

/// Seals a Channel Join Confirm.
pub(in crate::pdu) fn seal_join_confirm(pdu: &ChannelJoinConfirm, encoder: &mut Encoder<'_>) -> Vec<u8> {
    encoder.seal(Layer::Mcs, |w| {
        write_result(w, CHANNEL_JOIN_CONFIRM, pdu.channel_id.is_some(), pdu.result);
        per::write_integer16(w, "initiator", pdu.initiator, USER_ID_MINIMUM);
        w.u16_be("requested", pdu.requested);
        if let Some(channel_id) = pdu.channel_id {
            w.u16_be("channelId", channel_id);
        }
    })
}

/// Seals a Disconnect Provider Ultimatum.
pub(in crate::pdu) fn seal_ultimatum(pdu: &DisconnectProviderUltimatum, encoder: &mut Encoder<'_>) -> Vec<u8> {
    let reason = pdu.reason.0 & 0x07;
    encoder.seal(Layer::Mcs, |w| {
        w.u8("choice", DISCONNECT_PROVIDER_ULTIMATUM << 2 | reason >> 1);
        // The reason's lowest bit; its upper two are the lowest of the choice's byte.
        w.u8("reason", reason << 7);
    })
}

fn write_result(w: &mut Writer, choice: u8, optional: bool, result: McsResult) {
    let result = result.0 & 0x0f;
    w.u8("choice", choice << 2 | u8::from(optional) << 1 | result >> 3);
    w.u8("result", result << 5);
}
