//! The seam: an edit at a layer leaves it as edited, and carriers outside carry it honestly.

use badrdp_proto::pdu::{Message, decode, encode, specimen};
use badrdp_proto::vocab::MessageKind;
use badrdp_proto::wire::layer::Layered;
use badrdp_proto::wire::{Layer, Tap};

use crate::support::cut;

/// Overwrites one named field.
struct Set {
    layer: Layer,
    path: &'static str,
    bytes: Vec<u8>,
    fired: u32,
}

impl Tap for Set {
    fn tap(&mut self, sealed: &mut Layered) {
        let found = sealed.fields.iter().find(|field| field.path() == self.path).filter(|_| sealed.layer == self.layer);
        if let Some(range) = found.map(|field| field.range.clone()) {
            sealed.bytes.splice(range, self.bytes.iter().copied());
            self.fired += 1;
        }
    }
}

fn set(kind: MessageKind, layer: Layer, path: &'static str, bytes: &[u8]) -> Vec<u8> {
    let mut tap = Set { layer, path, bytes: bytes.to_vec(), fired: 0 };
    let frame = encode(&specimen::specimen(kind).unwrap(), &mut tap);
    assert_eq!(tap.fired, 1, "{kind} {path}");
    frame
}

#[test]
fn a_field_set_through_the_tap_is_the_field_that_is_read() {
    let kind = MessageKind::McsConnectResponse;
    let frame = set(kind, Layer::Gcc, "TS_UD_SC_MCS_MSGCHANNEL.MCSChannelID", &[0x34, 0x12]);
    let Ok(Message::McsConnectResponse(response)) = decode(&frame, &specimen::context(kind)) else { panic!() };
    let expected = badrdp_proto::pdu::gcc::ServerMessageChannel { mcs_channel_id: 0x1234 };
    assert!(response.blocks.contains(&badrdp_proto::pdu::gcc::ServerBlock::MessageChannel(expected)));

    // Fields behind a prefix that is written last are found as well.
    let frame = set(kind, Layer::Mcs, "domainParameters.maxUserIds", &[0x44]);
    let Ok(Message::McsConnectResponse(response)) = decode(&frame, &specimen::context(kind)) else { panic!() };
    assert_eq!(response.domain_parameters.max_user_ids, 0x44);
    let frame = set(kind, Layer::Mcs, "result", &[14]);
    let Ok(Message::McsConnectResponse(response)) = decode(&frame, &specimen::context(kind)) else { panic!() };
    assert_eq!(response.result.0, 14);
}

#[test]
fn only_the_field_s_bytes_change() {
    let kind = MessageKind::X224ConnectionConfirm;
    let honest = specimen::specimen(kind).unwrap().encode();
    let edited = set(kind, Layer::X224, "RDP_NEG_RSP.selectedProtocol", &[0xaa, 0xbb, 0xcc, 0xdd]);
    let changed: Vec<_> = (0..honest.len()).filter(|&at| honest[at] != edited[at]).collect();
    assert_eq!(changed, [15, 16, 17, 18]);
    assert_eq!(edited.len(), honest.len());
}

#[test]
fn carriers_take_the_length_that_the_tap_left() {
    let message = specimen::specimen(MessageKind::McsConnectResponse).unwrap();
    let honest = message.encode();
    for keep in [0, 1, 40] {
        let frame = cut(&message, Layer::Gcc, keep);
        assert!(frame.len() < honest.len());
        let tpkt = usize::from(u16::from_be_bytes([frame[2], frame[3]]));
        assert_eq!(tpkt, frame.len());
        // BER: 7f 66, then one byte of length while the rest is below 128 bytes.
        assert_eq!(usize::from(frame[9]), frame.len() - 10, "cut to {keep}");
    }
}

#[test]
fn a_layer_too_large_for_its_carriers_does_not_wrap_their_lengths() {
    struct Grow;
    impl Tap for Grow {
        fn tap(&mut self, sealed: &mut Layered) {
            if sealed.layer == Layer::Mcs {
                sealed.bytes.resize(70_000, 0);
            }
        }
    }
    let frame = encode(&Message::McsAttachUserRequest, &mut Grow);
    assert_eq!(frame.len(), 70_007);
    assert_eq!(frame[2..4], [0xff, 0xff]);
}
