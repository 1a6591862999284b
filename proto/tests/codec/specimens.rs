//! Every specimen survives a round trip, and its fields are where they say.

use badrdp_proto::pdu::{Message, Side, decode, encode, mcs, specimen};
use badrdp_proto::vocab::MessageKind;
use badrdp_proto::vocab::codes::{McsReason, McsResult};
use badrdp_proto::wire::Layer;

use crate::support::{Layers, all_specimens, context};

#[test]
fn every_specimen_is_of_its_kind_and_decodes_to_itself() {
    for (kind, message, context) in all_specimens() {
        assert_eq!(message.kind(), kind);
        let frame = message.encode();
        assert_eq!(decode(&frame, &context), Ok(message), "{kind}: {frame:02x?}");
    }
}

#[test]
fn only_tls_records_have_no_specimen() {
    for &kind in MessageKind::ALL {
        let tls = matches!(kind, MessageKind::TlsClientHello | MessageKind::TlsServerHello | MessageKind::TlsAlert);
        assert_eq!(specimen::specimen(kind).is_none(), tls, "{kind}");
    }
}

#[test]
fn a_tap_that_only_looks_changes_nothing() {
    for (kind, message, _) in all_specimens() {
        let mut layers = Layers::default();
        let frame = encode(&message, &mut layers);
        assert_eq!(frame, message.encode(), "{kind}");
        let outermost = layers.0.last().expect("a frame has a layer");
        assert_eq!(outermost.bytes, frame, "{kind}");
    }
}

#[test]
fn layers_nest_and_fields_lie_inside_them() {
    for (kind, message, _) in all_specimens() {
        let mut layers = Layers::default();
        let _ = encode(&message, &mut layers);
        for pair in layers.0.windows(2) {
            let (inner, outer) = (&pair[0], &pair[1]);
            let found = outer.bytes.windows(inner.bytes.len().max(1)).any(|part| part == inner.bytes);
            assert!(found || inner.bytes.is_empty(), "{kind}: {} is not inside {}", inner.layer, outer.layer);
        }
        for layer in &layers.0 {
            for field in &layer.fields {
                let path = field.path();
                assert!(field.range.start <= field.range.end, "{kind} {path}");
                assert!(field.range.end <= layer.bytes.len(), "{kind} {path}");
            }
        }
    }
}

#[test]
fn fields_are_named_as_in_the_specification() {
    let has = |kind, layer: Layer, path: &str, width| {
        let fields = specimen::fields(kind);
        assert!(fields.contains(&(layer, path.to_owned(), width)), "{kind} {layer} {path} {width}: {fields:?}");
    };
    has(MessageKind::X224ConnectionRequest, Layer::Tpkt, "length", 2);
    has(MessageKind::X224ConnectionRequest, Layer::X224, "li", 1);
    has(MessageKind::X224ConnectionRequest, Layer::X224, "RDP_NEG_REQ.requestedProtocols", 4);
    has(MessageKind::X224ConnectionRequest, Layer::X224, "RDP_NEG_CORRELATION_INFO.correlationId", 16);
    has(MessageKind::X224ConnectionConfirm, Layer::X224, "RDP_NEG_RSP.selectedProtocol", 4);
    has(MessageKind::McsConnectInitial, Layer::Mcs, "targetParameters.maxMCSPDUsize", 3);
    has(MessageKind::McsConnectInitial, Layer::Gcc, "TS_UD_CS_CORE.clientName", 32);
    has(MessageKind::McsConnectInitial, Layer::Gcc, "TS_UD_CS_NET.channelDefArray", 36);
    has(MessageKind::McsConnectResponse, Layer::Mcs, "result", 1);
    has(MessageKind::McsConnectResponse, Layer::Mcs, "ConnectGCCPDU.h221Key", 4);
    has(MessageKind::McsConnectResponse, Layer::Gcc, "TS_UD_SC_NET.channelIdArray", 6);
    has(MessageKind::McsChannelJoinConfirm, Layer::Mcs, "channelId", 2);
    has(MessageKind::McsDisconnectProviderUltimatum, Layer::Mcs, "reason", 1);
    assert_eq!(specimen::layers(MessageKind::McsConnectResponse), [Layer::Gcc, Layer::Mcs, Layer::X224, Layer::Tpkt]);
}

#[test]
fn number_fields_know_their_byte_order() {
    let message = specimen::specimen(MessageKind::X224ConnectionConfirm).unwrap();
    let mut layers = Layers::default();
    let _ = encode(&message, &mut layers);
    let fields: Vec<_> = layers.0.iter().flat_map(|layer| &layer.fields).collect();
    let little = |name: &str| fields.iter().find(|field| field.name == name).unwrap().little_endian;
    assert!(little("selectedProtocol"));
    assert!(!little("srcRef"));
}

#[test]
fn every_mcs_result_and_reason_round_trips() {
    for number in 0..=15 {
        for initiator in [None, Some(1001), Some(u16::MAX)] {
            let confirm = mcs::AttachUserConfirm { result: McsResult(number), initiator };
            round_trip(Message::McsAttachUserConfirm(confirm), Side::Server);
        }
        for channel_id in [None, Some(0), Some(u16::MAX)] {
            let result = McsResult(number);
            let confirm = mcs::ChannelJoinConfirm { result, initiator: 1001, requested: 1003, channel_id };
            round_trip(Message::McsChannelJoinConfirm(confirm), Side::Server);
        }
    }
    for number in 0..=7 {
        let ultimatum = mcs::DisconnectProviderUltimatum { reason: McsReason(number) };
        round_trip(Message::McsDisconnectProviderUltimatum(ultimatum), Side::Client);
    }
}

#[test]
fn erect_domain_numbers_of_every_size_round_trip() {
    for (sub_height, sub_interval) in [(0, 0xff), (0x100, 0xffff), (0x1_0000, u32::MAX)] {
        let request = mcs::ErectDomainRequest { sub_height, sub_interval };
        round_trip(Message::McsErectDomainRequest(request), Side::Client);
    }
}

#[test]
fn a_refusal_without_gcc_round_trips() {
    let Some(Message::McsConnectResponse(mut response)) = specimen::specimen(MessageKind::McsConnectResponse) else {
        panic!()
    };
    response.result = McsResult(14);
    (response.node_id, response.tag, response.h221_key) = (0, 0, [0; 4]);
    response.blocks.clear();
    round_trip(Message::McsConnectResponse(response), Side::Server);
}

fn round_trip(message: Message, from: Side) {
    let frame = message.encode();
    assert_eq!(decode(&frame, &context(from)), Ok(message), "{frame:02x?}");
}
