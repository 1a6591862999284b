//! Auto-detect messages as bytes, as kinds and as facts.

use super::{NetworkCharacteristics, Request, RequestBody, Response, ResponseBody};
use crate::pdu::text::{count, length16};
use crate::vocab::MessageKind;
use crate::wire::Layer;
use crate::wire::read::{Read, bytes, field, le_u16, le_u32, refuse, rest, u8};
use crate::wire::write::{Encoder, Writer};

const TYPE_ID_REQUEST: u8 = 0;
const TYPE_ID_RESPONSE: u8 = 1;
/// Bytes of the header that every auto-detect message has.
const HEADER: usize = 6;

fn seal_message(
    encoder: &mut Encoder<'_>,
    type_id: u8,
    sequence_number: u16,
    (type_name, message_type): (&'static str, u16),
    (counted, body): (usize, impl FnOnce(&mut Writer)),
) -> Vec<u8> {
    encoder.seal(Layer::Payload, |w| {
        w.u8("headerLength", u8::try_from(HEADER + counted).unwrap_or(u8::MAX));
        w.u8("headerTypeId", type_id);
        w.u16_le("sequenceNumber", sequence_number);
        w.u16_le(type_name, message_type);
        body(w);
    })
}

fn read_message<'a>(i: &'a [u8], type_id: u8, expected: &'static str, type_name: &'static str) -> Read<'a, (u16, u16)> {
    let (i, _) = field("headerLength", |at: &'a [u8]| {
        let (i, length) = u8(at)?;
        if usize::from(length) < HEADER { refuse(at, "6 or more", length.into()) } else { Ok((i, length)) }
    })(i)?;
    let (i, _) = field("headerTypeId", |at: &'a [u8]| {
        let (i, got) = u8(at)?;
        if got == type_id { Ok((i, got)) } else { refuse(at, expected, got.into()) }
    })(i)?;
    let (i, sequence_number) = field("sequenceNumber", le_u16)(i)?;
    let (i, message_type) = field(type_name, le_u16)(i)?;
    Ok((i, (sequence_number, message_type)))
}

/// payloadLength u16 le, payload.
fn read_payload(i: &[u8]) -> Read<'_, Vec<u8>> {
    let (i, length) = field("payloadLength", le_u16)(i)?;
    let (i, payload) = field("payload", bytes(length.into()))(i)?;
    Ok((i, payload.to_vec()))
}

fn write_payload(w: &mut Writer, payload: &[u8]) {
    w.u16_le("payloadLength", length16(payload.len()));
    w.bytes("payload", payload);
}

impl RequestBody {
    /// Bytes of the body that count as header: all but a payload.
    fn counted(&self) -> usize {
        match self {
            Self::Rtt | Self::BandwidthStart | Self::BandwidthStop(None) => 0,
            Self::BandwidthPayload(_) | Self::BandwidthStop(Some(_)) => 2,
            Self::NetworkCharacteristics(known) => {
                4 * (1 + usize::from(known.base_rtt.is_some()) + usize::from(known.bandwidth.is_some()))
            }
            Self::Unknown(body) => body.len(),
        }
    }

    fn write(&self, w: &mut Writer) {
        match self {
            Self::Rtt | Self::BandwidthStart | Self::BandwidthStop(None) => {}
            Self::BandwidthPayload(payload) | Self::BandwidthStop(Some(payload)) => write_payload(w, payload),
            Self::NetworkCharacteristics(known) => {
                if let Some(base_rtt) = known.base_rtt {
                    w.u32_le("baseRTT", base_rtt);
                }
                if let Some(bandwidth) = known.bandwidth {
                    w.u32_le("bandwidth", bandwidth);
                }
                w.u32_le("averageRTT", known.average_rtt);
            }
            Self::Unknown(body) => w.bytes("body", body),
        }
    }

    fn read(i: &[u8], request_type: u16) -> Read<'_, Self> {
        match request_type {
            Request::RTT | Request::RTT_CONNECTING => Ok((i, Self::Rtt)),
            Request::BANDWIDTH_START | Request::BANDWIDTH_START_CONNECTING | Request::BANDWIDTH_START_LOSSY => {
                Ok((i, Self::BandwidthStart))
            }
            Request::BANDWIDTH_PAYLOAD => {
                let (i, payload) = read_payload(i)?;
                Ok((i, Self::BandwidthPayload(payload)))
            }
            Request::BANDWIDTH_STOP_CONNECTING => {
                let (i, payload) = read_payload(i)?;
                Ok((i, Self::BandwidthStop(Some(payload))))
            }
            Request::BANDWIDTH_STOP | Request::BANDWIDTH_STOP_LOSSY => Ok((i, Self::BandwidthStop(None))),
            Request::CHARACTERISTICS | Request::CHARACTERISTICS_RTT | Request::CHARACTERISTICS_BANDWIDTH => {
                let (i, base_rtt) = optional("baseRTT", request_type != Request::CHARACTERISTICS_BANDWIDTH, i)?;
                let (i, bandwidth) = optional("bandwidth", request_type != Request::CHARACTERISTICS_RTT, i)?;
                let (i, average_rtt) = field("averageRTT", le_u32)(i)?;
                Ok((i, Self::NetworkCharacteristics(NetworkCharacteristics { base_rtt, bandwidth, average_rtt })))
            }
            _ => rest(i).map(|(i, body)| (i, Self::Unknown(body.to_vec()))),
        }
    }
}

fn optional<'a>(name: &'static str, there: bool, i: &'a [u8]) -> Read<'a, Option<u32>> {
    if there { field(name, le_u32)(i).map(|(i, value)| (i, Some(value))) } else { Ok((i, None)) }
}

impl Request {
    pub(in crate::pdu) fn seal(&self, encoder: &mut Encoder<'_>) -> Vec<u8> {
        let request_type = ("requestType", self.request_type);
        let body = (self.body.counted(), |w: &mut Writer| self.body.write(w));
        seal_message(encoder, TYPE_ID_REQUEST, self.sequence_number, request_type, body)
    }

    pub(in crate::pdu) fn read(i: &[u8]) -> Read<'_, Self> {
        let (i, (sequence_number, request_type)) =
            read_message(i, TYPE_ID_REQUEST, "0 (auto-detect request)", "requestType")?;
        let (i, body) = RequestBody::read(i, request_type)?;
        Ok((i, Self { sequence_number, request_type, body }))
    }

    pub(in crate::pdu) const fn kind(&self) -> MessageKind {
        match self.body {
            RequestBody::Rtt => MessageKind::RttMeasureRequest,
            RequestBody::BandwidthStart => MessageKind::BandwidthMeasureStart,
            RequestBody::BandwidthPayload(_) => MessageKind::BandwidthMeasurePayload,
            RequestBody::BandwidthStop(_) => MessageKind::BandwidthMeasureStop,
            RequestBody::NetworkCharacteristics(_) => MessageKind::NetworkCharacteristicsResult,
            RequestBody::Unknown(_) => MessageKind::AutoDetectRequest,
        }
    }

    pub(in crate::pdu) fn fact(&self) -> String {
        let number = format!("number {}", self.sequence_number);
        match &self.body {
            RequestBody::Rtt | RequestBody::BandwidthStart | RequestBody::BandwidthStop(None) => number,
            RequestBody::BandwidthPayload(payload) | RequestBody::BandwidthStop(Some(payload)) => {
                format!("{number}, {} of payload", count(payload.len(), "byte"))
            }
            RequestBody::NetworkCharacteristics(NetworkCharacteristics { base_rtt, bandwidth, average_rtt }) => {
                let base = base_rtt.map_or_else(String::new, |rtt| format!(", at best {rtt} ms"));
                let bandwidth = bandwidth.map_or_else(String::new, |rate| format!(", {rate} kbit/s"));
                format!("{number}, round trip {average_rtt} ms{base}{bandwidth}")
            }
            RequestBody::Unknown(_) => format!("requestType {:#x}, {number}", self.request_type),
        }
    }
}

impl Response {
    pub(in crate::pdu) fn seal(&self, encoder: &mut Encoder<'_>) -> Vec<u8> {
        let response_type = ("responseType", self.response_type);
        let counted = match &self.body {
            ResponseBody::Rtt => 0,
            ResponseBody::BandwidthResults { .. } | ResponseBody::NetworkCharacteristicsSync { .. } => 8,
            ResponseBody::Unknown(body) => body.len(),
        };
        let body = |w: &mut Writer| match &self.body {
            ResponseBody::Rtt => {}
            ResponseBody::BandwidthResults { time_delta, byte_count } => {
                w.u32_le("timeDelta", *time_delta);
                w.u32_le("byteCount", *byte_count);
            }
            ResponseBody::NetworkCharacteristicsSync { bandwidth, rtt } => {
                w.u32_le("bandwidth", *bandwidth);
                w.u32_le("rtt", *rtt);
            }
            ResponseBody::Unknown(body) => w.bytes("body", body),
        };
        seal_message(encoder, TYPE_ID_RESPONSE, self.sequence_number, response_type, (counted, body))
    }

    pub(in crate::pdu) fn read(i: &[u8]) -> Read<'_, Self> {
        let (i, (sequence_number, response_type)) =
            read_message(i, TYPE_ID_RESPONSE, "1 (auto-detect response)", "responseType")?;
        let (i, body) = match response_type {
            Self::RTT => (i, ResponseBody::Rtt),
            Self::BANDWIDTH_RESULTS_CONNECTING | Self::BANDWIDTH_RESULTS => {
                let (i, time_delta) = field("timeDelta", le_u32)(i)?;
                let (i, byte_count) = field("byteCount", le_u32)(i)?;
                (i, ResponseBody::BandwidthResults { time_delta, byte_count })
            }
            Self::CHARACTERISTICS_SYNC => {
                let (i, bandwidth) = field("bandwidth", le_u32)(i)?;
                let (i, rtt) = field("rtt", le_u32)(i)?;
                (i, ResponseBody::NetworkCharacteristicsSync { bandwidth, rtt })
            }
            _ => {
                let (i, body) = rest(i)?;
                (i, ResponseBody::Unknown(body.to_vec()))
            }
        };
        Ok((i, Self { sequence_number, response_type, body }))
    }

    pub(in crate::pdu) const fn kind(&self) -> MessageKind {
        match self.body {
            ResponseBody::Rtt => MessageKind::RttMeasureResponse,
            ResponseBody::BandwidthResults { .. } => MessageKind::BandwidthMeasureResults,
            ResponseBody::NetworkCharacteristicsSync { .. } => MessageKind::NetworkCharacteristicsSync,
            ResponseBody::Unknown(_) => MessageKind::AutoDetectResponse,
        }
    }

    pub(in crate::pdu) fn fact(&self) -> String {
        let number = format!("number {}", self.sequence_number);
        match &self.body {
            ResponseBody::Rtt => number,
            ResponseBody::BandwidthResults { time_delta, byte_count } => {
                format!("{number}, {byte_count} bytes in {time_delta} ms")
            }
            ResponseBody::NetworkCharacteristicsSync { bandwidth, rtt } => {
                format!("{number}, round trip {rtt} ms, {bandwidth} kbit/s")
            }
            ResponseBody::Unknown(_) => format!("responseType {:#x}, {number}", self.response_type),
        }
    }
}
