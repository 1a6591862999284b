//! Network characteristics detection, heartbeats and side transports, field by field (MS-RDPBCGR 2.2.14 to 2.2.16).

use badrdp_proto::pdu::autodetect::{NetworkCharacteristics, Request, RequestBody, Response, ResponseBody};
use badrdp_proto::pdu::message_channel::{Heartbeat, InitiateMultitransportResponse};
use badrdp_proto::pdu::{ChannelPdu, Expect, Side};
use badrdp_proto::vocab::MessageKind;

use super::{payload, read};

/// A security header with these flags, then the bytes.
fn secured(flags: u16, bytes: &[u8]) -> Vec<u8> {
    [&flags.to_le_bytes()[..], &[0, 0], bytes].concat()
}

#[track_caller]
fn both_ways(from: Side, bytes: &[u8], kind: MessageKind, pdu: ChannelPdu) {
    assert_eq!(pdu.kind(), kind);
    let decoded = read(bytes, if from == Side::Server { Expect::Licensing } else { Expect::ClientInfo }, from);
    assert_eq!(decoded, Ok(pdu.clone()));
    assert_eq!(payload(pdu), bytes);
}

#[track_caller]
fn request(bytes: &[u8], kind: MessageKind, request_type: u16, body: RequestBody) {
    let pdu = ChannelPdu::AutoDetectRequest(Request { sequence_number: 0x0102, request_type, body });
    both_ways(Side::Server, &secured(0x1000, bytes), kind, pdu);
}

#[track_caller]
fn response(bytes: &[u8], kind: MessageKind, response_type: u16, body: ResponseBody) {
    let pdu = ChannelPdu::AutoDetectResponse(Response { sequence_number: 0x0102, response_type, body });
    both_ways(Side::Client, &secured(0x2000, bytes), kind, pdu);
}

#[test]
fn requests() {
    for (low, high) in [(0x01, 0x10), (0x01, 0x00)] {
        let request_type = u16::from_le_bytes([low, high]);
        request(&[6, 0, 2, 1, low, high], MessageKind::RttMeasureRequest, request_type, RequestBody::Rtt);
    }
    for (low, high) in [(0x14, 0x10), (0x14, 0x00), (0x14, 0x01)] {
        let request_type = u16::from_le_bytes([low, high]);
        let bytes = [6, 0, 2, 1, low, high];
        request(&bytes, MessageKind::BandwidthMeasureStart, request_type, RequestBody::BandwidthStart);
    }
    let body = RequestBody::BandwidthPayload(vec![7, 8, 9]);
    request(&[8, 0, 2, 1, 2, 0, 3, 0, 7, 8, 9], MessageKind::BandwidthMeasurePayload, 0x0002, body);
    let body = RequestBody::BandwidthStop(Some(vec![7]));
    request(&[8, 0, 2, 1, 0x2b, 0, 1, 0, 7], MessageKind::BandwidthMeasureStop, 0x002b, body);
    for high in [0x04, 0x06] {
        let bytes = [6, 0, 2, 1, 0x29, high];
        let body = RequestBody::BandwidthStop(None);
        request(&bytes, MessageKind::BandwidthMeasureStop, u16::from_le_bytes([0x29, high]), body);
    }
    request(&[8, 0, 2, 1, 0x99, 0x09, 5, 6], MessageKind::AutoDetectRequest, 0x0999, RequestBody::Unknown(vec![5, 6]));
}

#[test]
fn characteristics_have_the_fields_that_their_type_names() {
    let kind = MessageKind::NetworkCharacteristicsResult;
    let known = |base_rtt, bandwidth| NetworkCharacteristics { base_rtt, bandwidth, average_rtt: 3 };
    for (length, request_type, numbers, known) in [
        (0x0e, 0x0840, vec![1, 3], known(Some(1), None)),
        (0x0e, 0x0880, vec![2, 3], known(None, Some(2))),
        (0x12, 0x08c0, vec![1, 2, 3], known(Some(1), Some(2))),
    ] {
        assert_eq!(known.request_type(), request_type);
        let fields: Vec<u8> = numbers.iter().flat_map(|number: &u32| number.to_le_bytes()).collect();
        let head = [&[length, 0, 2, 1][..], &request_type.to_le_bytes()].concat();
        request(&[head, fields].concat(), kind, request_type, RequestBody::NetworkCharacteristics(known));
    }
}

#[test]
fn responses() {
    response(&[6, 1, 2, 1, 0, 0], MessageKind::RttMeasureResponse, 0, ResponseBody::Rtt);
    for response_type in [0x03, 0x0b] {
        let bytes = [0x0e, 1, 2, 1, response_type, 0, 10, 0, 0, 0, 0, 0x40, 0, 0];
        let body = ResponseBody::BandwidthResults { time_delta: 10, byte_count: 0x4000 };
        response(&bytes, MessageKind::BandwidthMeasureResults, response_type.into(), body);
    }
    let bytes = [0x0e, 1, 2, 1, 0x18, 0, 1, 0, 0, 0, 2, 0, 0, 0];
    let body = ResponseBody::NetworkCharacteristicsSync { bandwidth: 1, rtt: 2 };
    response(&bytes, MessageKind::NetworkCharacteristicsSync, 0x18, body);
    response(&[7, 1, 2, 1, 0x77, 0, 4], MessageKind::AutoDetectResponse, 0x77, ResponseBody::Unknown(vec![4]));
}

#[test]
fn what_does_not_fit_its_type_is_refused() {
    for (bytes, path) in [
        // A payload that is shorter, or longer, than its length.
        (&[8, 0, 2, 1, 2, 0, 4, 0, 7, 8, 9][..], "autoDetectReqPduData.payload"),
        (&[8, 0, 2, 1, 2, 0, 2, 0, 7, 8, 9], ""),
        // Bytes behind a round-trip request; a header that is too short; an answer's type.
        (&[6, 0, 2, 1, 1, 0, 9], ""),
        (&[5, 0, 2, 1, 1, 0], "headerLength"),
        (&[6, 1, 2, 1, 1, 0], "headerTypeId"),
        (&[0x12, 0, 2, 1, 0xc0, 8, 1, 0, 0, 0, 2, 0, 0, 0], "averageRTT"),
    ] {
        let error = read(&secured(0x1000, bytes), Expect::Licensing, Side::Server).unwrap_err();
        assert!(error.path.ends_with(path), "{error}");
    }
}

#[test]
fn facts_tell_what_was_measured() {
    let fact = |body| {
        let pdu = ChannelPdu::AutoDetectRequest(Request { sequence_number: 4, request_type: 0x0bad, body });
        let data = badrdp_proto::pdu::Data { from: Side::Server, initiator: 1002, channel_id: 1007, pdu };
        badrdp_proto::pdu::Message::Data(data).fact()
    };
    assert_eq!(fact(RequestBody::Rtt), "number 4");
    assert_eq!(fact(RequestBody::BandwidthPayload(vec![0; 3])), "number 4, 3 bytes of payload");
    let known = NetworkCharacteristics { base_rtt: Some(1), bandwidth: Some(2), average_rtt: 3 };
    assert_eq!(fact(RequestBody::NetworkCharacteristics(known)), "number 4, round trip 3 ms, at best 1 ms, 2 kbit/s");
    assert_eq!(fact(RequestBody::Unknown(Vec::new())), "requestType 0xbad, number 4");
}

#[test]
fn heartbeats_promise_by_period_and_count() {
    let heartbeat = |period, count2| Heartbeat { reserved: 0, period, count1: 1, count2 };
    let bytes = secured(0x4000, &[0, 1, 1, 2]);
    both_ways(Side::Server, &bytes, MessageKind::Heartbeat, ChannelPdu::Heartbeat(heartbeat(1, 2)));
    assert_eq!(heartbeat(3, 5).lost_after(), Some(core::time::Duration::from_secs(15)));
    assert_eq!((heartbeat(0, 5).lost_after(), heartbeat(3, 0).lost_after()), (None, None));
}

#[test]
fn a_side_transport_is_declined_with_e_abort() {
    let pdu = InitiateMultitransportResponse { request_id: 7, hr_response: 0x8000_4004 };
    let bytes = secured(0x0004, &[7, 0, 0, 0, 0x04, 0x40, 0, 0x80]);
    let pdu = ChannelPdu::InitiateMultitransportResponse(pdu);
    both_ways(Side::Client, &bytes, MessageKind::InitiateMultitransportResponse, pdu);
}
