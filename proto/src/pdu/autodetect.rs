//! PDUs of the message channel: auto-detect, multitransport bootstrapping, heartbeat.
//!
//! MS-RDPBCGR 2.2.14, 2.2.15, 2.2.16. Each stands behind a basic security header.

use super::text::count;
use crate::wire::Layer;
use crate::wire::read::{Read, array, field, le_u16, le_u32, refuse, rest, u8};
use crate::wire::write::Encoder;

/// Server Auto-Detect Request: headerLength u8, headerTypeId u8 = 0, sequenceNumber u16 le, requestType u16 le, body.
/// MS-RDPBCGR 2.2.14.1, 2.2.14.3.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the specification's fields in wire order")]
pub struct Request {
    pub sequence_number: u16,
    pub request_type: u16,
    /// Bytes behind `requestType`.
    pub body: Vec<u8>,
}

/// Client Auto-Detect Response: headerTypeId = 1. MS-RDPBCGR 2.2.14.2, 2.2.14.4.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the specification's fields in wire order")]
pub struct Response {
    pub sequence_number: u16,
    pub response_type: u16,
    /// Bytes behind `responseType`.
    pub body: Vec<u8>,
}

/// Initiate Multitransport Request. MS-RDPBCGR 2.2.15.1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the specification's fields in wire order")]
pub struct InitiateMultitransportRequest {
    pub request_id: u32,
    pub requested_protocol: u16,
    pub reserved: u16,
    pub security_cookie: [u8; 16],
}

/// Initiate Multitransport Response. MS-RDPBCGR 2.2.15.2.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the specification's fields in wire order")]
pub struct InitiateMultitransportResponse {
    pub request_id: u32,
    pub hr_response: u32,
}

/// Heartbeat. MS-RDPBCGR 2.2.16.1: reserved u8, period u8 (seconds), count1 u8, count2 u8.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the specification's fields in wire order")]
pub struct Heartbeat {
    pub reserved: u8,
    pub period: u8,
    pub count1: u8,
    pub count2: u8,
}

const TYPE_ID_REQUEST: u8 = 0;
const TYPE_ID_RESPONSE: u8 = 1;
/// Bytes of the header that every auto-detect message has.
const HEADER: u8 = 6;
/// Bandwidth Measure Payload and the Stop of connect time: the payload is not part of the header.
const WITH_PAYLOAD: [u16; 2] = [0x0002, 0x002b];

fn seal_message(
    encoder: &mut Encoder<'_>,
    type_id: u8,
    sequence_number: u16,
    (type_name, message_type): (&'static str, u16),
    body: &[u8],
) -> Vec<u8> {
    let counted = if type_id == TYPE_ID_REQUEST && WITH_PAYLOAD.contains(&message_type) { 2 } else { body.len() };
    let header_length = HEADER.saturating_add(u8::try_from(counted).unwrap_or(u8::MAX));
    encoder.seal(Layer::Payload, |w| {
        w.u8("headerLength", header_length);
        w.u8("headerTypeId", type_id);
        w.u16_le("sequenceNumber", sequence_number);
        w.u16_le(type_name, message_type);
        w.bytes("body", body);
    })
}

fn read_message<'a>(
    i: &'a [u8],
    type_id: u8,
    expected: &'static str,
    type_name: &'static str,
) -> Read<'a, (u16, u16, &'a [u8])> {
    let (i, _) = field("headerLength", |at: &'a [u8]| {
        let (i, length) = u8(at)?;
        if length < HEADER { refuse(at, "6 or more", length.into()) } else { Ok((i, length)) }
    })(i)?;
    let (i, _) = field("headerTypeId", |at: &'a [u8]| {
        let (i, got) = u8(at)?;
        if got == type_id { Ok((i, got)) } else { refuse(at, expected, got.into()) }
    })(i)?;
    let (i, sequence_number) = field("sequenceNumber", le_u16)(i)?;
    let (i, message_type) = field(type_name, le_u16)(i)?;
    let (i, body) = rest(i)?;
    Ok((i, (sequence_number, message_type, body)))
}

impl Request {
    pub(super) fn seal(&self, encoder: &mut Encoder<'_>) -> Vec<u8> {
        let request_type = ("requestType", self.request_type);
        seal_message(encoder, TYPE_ID_REQUEST, self.sequence_number, request_type, &self.body)
    }

    pub(super) fn read(i: &[u8]) -> Read<'_, Self> {
        let (i, (sequence_number, request_type, body)) =
            read_message(i, TYPE_ID_REQUEST, "0 (auto-detect request)", "requestType")?;
        Ok((i, Self { sequence_number, request_type, body: body.to_vec() }))
    }

    pub(super) fn fact(&self) -> String {
        let what = match self.request_type {
            0x0001 | 0x1001 => "round trip".to_owned(),
            0x0014 | 0x0114 | 0x1014 => "bandwidth start".to_owned(),
            0x0002 => "bandwidth payload".to_owned(),
            0x002b | 0x0429 | 0x0629 => "bandwidth stop".to_owned(),
            0x0840 | 0x0880 | 0x08c0 => "network characteristics".to_owned(),
            other => format!("requestType {other:#x}"),
        };
        format!("{what}, number {}", self.sequence_number)
    }
}

impl Response {
    pub(super) fn seal(&self, encoder: &mut Encoder<'_>) -> Vec<u8> {
        let response_type = ("responseType", self.response_type);
        seal_message(encoder, TYPE_ID_RESPONSE, self.sequence_number, response_type, &self.body)
    }

    pub(super) fn read(i: &[u8]) -> Read<'_, Self> {
        let (i, (sequence_number, response_type, body)) =
            read_message(i, TYPE_ID_RESPONSE, "1 (auto-detect response)", "responseType")?;
        Ok((i, Self { sequence_number, response_type, body: body.to_vec() }))
    }

    pub(super) fn fact(&self) -> String {
        let what = match self.response_type {
            0x0000 => "round trip".to_owned(),
            0x0003 | 0x000b => "bandwidth results".to_owned(),
            0x0018 => "known characteristics".to_owned(),
            other => format!("responseType {other:#x}"),
        };
        format!("{what}, number {}", self.sequence_number)
    }
}

impl InitiateMultitransportRequest {
    pub(super) fn seal(&self, encoder: &mut Encoder<'_>) -> Vec<u8> {
        encoder.seal(Layer::Payload, |w| {
            w.u32_le("requestId", self.request_id);
            w.u16_le("requestedProtocol", self.requested_protocol);
            w.u16_le("reserved", self.reserved);
            w.bytes("securityCookie", &self.security_cookie);
        })
    }

    pub(super) fn read(i: &[u8]) -> Read<'_, Self> {
        let (i, request_id) = field("requestId", le_u32)(i)?;
        let (i, requested_protocol) = field("requestedProtocol", le_u16)(i)?;
        let (i, reserved) = field("reserved", le_u16)(i)?;
        let (i, security_cookie) = field("securityCookie", array)(i)?;
        Ok((i, Self { request_id, requested_protocol, reserved, security_cookie }))
    }

    pub(super) fn fact(&self) -> String {
        let protocol = match self.requested_protocol {
            1 => "reliable UDP".to_owned(),
            2 => "lossy UDP".to_owned(),
            other => format!("protocol {other:#x}"),
        };
        format!("{protocol}, request {}", self.request_id)
    }
}

impl InitiateMultitransportResponse {
    pub(super) fn seal(&self, encoder: &mut Encoder<'_>) -> Vec<u8> {
        encoder.seal(Layer::Payload, |w| {
            w.u32_le("requestId", self.request_id);
            w.u32_le("hrResponse", self.hr_response);
        })
    }

    pub(super) fn read(i: &[u8]) -> Read<'_, Self> {
        let (i, request_id) = field("requestId", le_u32)(i)?;
        let (i, hr_response) = field("hrResponse", le_u32)(i)?;
        Ok((i, Self { request_id, hr_response }))
    }

    pub(super) fn fact(&self) -> String {
        format!("request {}, hrResponse {:#x}", self.request_id, self.hr_response)
    }
}

impl Heartbeat {
    pub(super) fn seal(&self, encoder: &mut Encoder<'_>) -> Vec<u8> {
        encoder.seal(Layer::Payload, |w| {
            w.u8("reserved", self.reserved);
            w.u8("period", self.period);
            w.u8("count1", self.count1);
            w.u8("count2", self.count2);
        })
    }

    pub(super) fn read(i: &[u8]) -> Read<'_, Self> {
        let (i, reserved) = field("reserved", u8)(i)?;
        let (i, period) = field("period", u8)(i)?;
        let (i, count1) = field("count1", u8)(i)?;
        let (i, count2) = field("count2", u8)(i)?;
        Ok((i, Self { reserved, period, count1, count2 }))
    }

    pub(super) fn fact(&self) -> String {
        format!("every {}", count(self.period.into(), "second"))
    }
}
