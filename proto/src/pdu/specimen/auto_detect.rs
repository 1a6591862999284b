//! Specimens of network characteristics detection.

use crate::pdu::ChannelPdu;
use crate::pdu::autodetect::{NetworkCharacteristics, Request, RequestBody, Response, ResponseBody};
use crate::vocab::MessageKind;

/// A representative message of an auto-detect kind.
pub(super) fn specimen(kind: MessageKind) -> Option<ChannelPdu> {
    let request =
        |request_type, body| ChannelPdu::AutoDetectRequest(Request { sequence_number: 1, request_type, body });
    let response =
        |response_type, body| ChannelPdu::AutoDetectResponse(Response { sequence_number: 1, response_type, body });
    let pdu = match kind {
        MessageKind::RttMeasureRequest => request(Request::RTT_CONNECTING, RequestBody::Rtt),
        MessageKind::BandwidthMeasureStart => request(Request::BANDWIDTH_START_CONNECTING, RequestBody::BandwidthStart),
        MessageKind::BandwidthMeasurePayload => {
            request(Request::BANDWIDTH_PAYLOAD, RequestBody::BandwidthPayload(vec![0xaa, 0xbb, 0xcc, 0xdd]))
        }
        MessageKind::BandwidthMeasureStop => {
            request(Request::BANDWIDTH_STOP_CONNECTING, RequestBody::BandwidthStop(Some(vec![0xaa, 0xbb, 0xcc])))
        }
        MessageKind::NetworkCharacteristicsResult => {
            let known = NetworkCharacteristics { base_rtt: Some(20), bandwidth: Some(100_000), average_rtt: 25 };
            request(known.request_type(), RequestBody::NetworkCharacteristics(known))
        }
        MessageKind::AutoDetectRequest => request(0x0bad, RequestBody::Unknown(vec![1, 2])),
        MessageKind::RttMeasureResponse => response(Response::RTT, ResponseBody::Rtt),
        MessageKind::BandwidthMeasureResults => response(
            Response::BANDWIDTH_RESULTS_CONNECTING,
            ResponseBody::BandwidthResults { time_delta: 10, byte_count: 0x4000 },
        ),
        MessageKind::NetworkCharacteristicsSync => response(
            Response::CHARACTERISTICS_SYNC,
            ResponseBody::NetworkCharacteristicsSync { bandwidth: 100_000, rtt: 20 },
        ),
        MessageKind::AutoDetectResponse => response(0x0bad, ResponseBody::Unknown(vec![1, 2])),
        _ => return None,
    };
    Some(pdu)
}
