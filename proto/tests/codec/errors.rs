//! Errors name the field, the byte and the reason.

use badrdp_proto::pdu::{Message, Side, decode, specimen};
use badrdp_proto::vocab::MessageKind;
use badrdp_proto::wire::Layer;

use crate::support::{context, cut, hex};

#[track_caller]
fn error(from: Side, frame: &str) -> String {
    decode(&hex(frame), &context(from)).expect_err("must not decode").to_string()
}

#[test]
fn tpkt_and_length_indicator() {
    let client = |frame| error(Side::Client, frame);
    assert_eq!(client("0700 000b 06e0 0000 0000 00"), "TPKT.version at byte 0: expected 3, got 0x7");
    assert_eq!(client("0300 000c 06e0 0000 0000 00"), "TPKT.length at byte 2: says 12 bytes, 11 are there");
    assert_eq!(client("0300 000b 07e0 0000 0000 00"), "X224.li at byte 4: says 7 bytes, 6 are there");
    assert_eq!(client("0300 0008 03f0 8028"), "X224.li at byte 4: expected 2, got 0x3");
    assert_eq!(client("0300 0008 02f0 0028"), "X224.eot at byte 6: expected 0x80 (the last and only TPDU), got 0x0");
    assert_eq!(client("0300 0007 0260 80").split(": expected").next(), Some("X224.code at byte 5"));
}

#[test]
fn negotiation_structures() {
    let server = |frame| error(Side::Server, frame);
    assert_eq!(
        server("0300 0013 0ed0 0000 1234 00 02 00 0900 0000 0000"),
        "X224ConnectionConfirm.RDP_NEG_RSP.length at byte 13: expected 8, got 0x9"
    );
    assert_eq!(
        server("0300 0011 0cd0 0000 1234 00 03 00 0800 0500"),
        "X224ConnectionConfirm.RDP_NEG_FAILURE.failureCode at byte 15: end of input"
    );
    assert_eq!(
        server("0300 0013 0ed0 0000 1234 00 04 00 0800 0000 0000"),
        "X224ConnectionConfirm.rdpNegData.type at byte 11: expected 0x02 (RDP_NEG_RSP) or 0x03 (RDP_NEG_FAILURE), got 0x4"
    );
    assert_eq!(
        server("0300 0014 0fd0 0000 1234 00 02 00 0800 0100 0000 ff"),
        "X224ConnectionConfirm at byte 19: 1 bytes left over"
    );
    assert_eq!(
        error(Side::Client, "0300 000f 0ae0 0000 0000 00 436f 6f6b"),
        "X224ConnectionRequest.routingToken at byte 11: end of input"
    );
}

#[test]
fn data_in_the_wrong_direction_is_refused() {
    let got = error(Side::Server, "0300 000f 02f0 80 64 0006 03eb 70 01 00");
    assert!(got.starts_with("MCS.choice at byte 7: expected the choice of an MCS PDU that a server sends"), "{got}");
    assert!(got.ends_with("got 0x64"), "{got}");
}

#[test]
fn mcs_lengths_that_lie() {
    assert_eq!(
        error(Side::Server, "0300 000f 02f0 80 68 0001 03eb 70 02 00"),
        "MCS.length at byte 13: says 2 bytes, 1 are there"
    );
    assert_eq!(
        error(Side::Server, "0300 000e 02f0 80 7f66 05 0a01 0e"),
        "TPKT.length at byte 2: says 14 bytes, 13 are there"
    );
    assert_eq!(
        error(Side::Server, "0300 000d 02f0 80 7f66 05 0a01 0e"),
        "McsConnectResponse.length at byte 9: says 5 bytes, 3 are there"
    );
    assert_eq!(
        error(Side::Server, "0300 000d 02f0 80 7f66 80 0a01 0e"),
        "McsConnectResponse.length at byte 9: expected a definite length of at most 4 bytes, got 0x80"
    );
}

#[test]
fn counts_are_capped_before_anything_is_allocated() {
    let kind = MessageKind::McsConnectInitial;
    let Some(Message::McsConnectInitial(mut initial)) = specimen::specimen(kind) else { panic!() };
    initial.blocks.retain(|block| matches!(block, badrdp_proto::pdu::gcc::ClientBlock::Network(_)));
    let mut frame = Message::McsConnectInitial(initial).encode();
    let at = frame.windows(4).position(|part| part == [0x03, 0xc0, 0x2c, 0x00]).unwrap() + 4;
    frame[at..at + 4].copy_from_slice(&u32::MAX.to_le_bytes());
    let error = decode(&frame, &specimen::context(kind)).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("McsConnectInitial.TS_UD_CS_NET.channelCount at byte {at}: 4294967295 is above the cap of 31")
    );
}

#[test]
fn trailing_bytes_are_never_swallowed() {
    for kind in [MessageKind::McsErectDomainRequest, MessageKind::McsAttachUserRequest] {
        let mut frame = specimen::specimen(kind).unwrap().encode();
        frame.push(0);
        frame[3] += 1;
        let error = decode(&frame, &specimen::context(kind)).unwrap_err();
        assert_eq!(error.offset, frame.len() - 1, "{kind}: {error}");
        assert!(error.to_string().ends_with("1 bytes left over"), "{kind}: {error}");
    }
}

#[test]
fn a_payload_cut_to_nothing_is_an_error_with_a_path() {
    for &kind in MessageKind::ALL {
        let layers = specimen::layers(kind);
        let Some(message) = specimen::specimen(kind) else { continue };
        if layers.contains(&Layer::Mcs) {
            let frame = cut(&message, Layer::Mcs, 0);
            let error = decode(&frame, &specimen::context(kind)).unwrap_err();
            assert_eq!(error.to_string(), "MCS.choice at byte 7: end of input", "{kind}");
        }
    }
}
