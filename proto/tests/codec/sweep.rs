//! Nothing panics, whatever was cut off or flipped, and errors point into the frame.

use badrdp_proto::pdu::{Message, decode, encode, specimen};
use badrdp_proto::vocab::MessageKind;
use badrdp_proto::wire::Layer;

use crate::support::{Layers, all_specimens, cut, survives, vectors};

/// Makes TPKT and X.224 agree with the length of a frame that was cut, so that the cut is found
/// further in.
fn with_honest_lengths(mut frame: Vec<u8>) -> Vec<u8> {
    let length = u16::try_from(frame.len()).unwrap().to_be_bytes();
    if frame.first() == Some(&3) && frame.len() > 5 {
        frame[2..4].copy_from_slice(&length);
        if frame[5] != 0xf0 {
            frame[4] = u8::try_from(frame.len() - 5).unwrap();
        }
    }
    frame
}

#[test]
fn every_prefix_of_every_vector() {
    for vector in vectors() {
        for keep in 0..vector.bytes.len() {
            let prefix = &vector.bytes[..keep];
            assert!(survives(prefix, &vector.context).is_none(), "{} cut to {keep} decodes", vector.name);
            survives(&with_honest_lengths(prefix.to_vec()), &vector.context);
        }
    }
}

#[test]
fn every_layer_of_every_specimen_cut_at_every_byte() {
    for (kind, message, context) in all_specimens() {
        let mut cuts = 0;
        for layer in specimen::layers(kind) {
            for keep in 0..message.encode().len() {
                let frame = cut(&message, layer, keep);
                survives(&frame, &context);
                survives(&with_honest_lengths(frame), &context);
                cuts += 1;
            }
        }
        assert!(cuts > 0, "{kind} was never cut");
    }
}

#[test]
fn every_byte_of_every_vector_and_specimen_flipped() {
    let vectors = vectors().into_iter().map(|vector| (vector.bytes, vector.context));
    let specimens = all_specimens().into_iter().map(|(_, message, context)| (message.encode(), context));
    for (frame, context) in vectors.chain(specimens) {
        for at in 0..frame.len() {
            for mask in [0x01, 0x02, 0x40, 0x80, 0xff] {
                let mut flipped = frame.clone();
                flipped[at] ^= mask;
                survives(&flipped, &context);
            }
        }
    }
}

/// What was decoded from damaged bytes is a message like any other: it encodes to what decodes to it.
#[test]
fn what_decodes_after_a_flip_round_trips() {
    let mut decoded = 0;
    for (kind, message, context) in all_specimens() {
        let frame = message.encode();
        for at in 0..frame.len() {
            let mut flipped = frame.clone();
            flipped[at] ^= 0x01;
            if let Some(message) = survives(&flipped, &context) {
                decoded += 1;
                assert_eq!(decode(&message.encode(), &context).as_ref(), Ok(&message), "{kind} flipped at byte {at}");
            }
        }
    }
    assert!(decoded > 100, "only {decoded} flips decoded");
}

#[test]
fn gcc_blocks_cut_inside_honest_carriers_name_the_block() {
    let Some(message @ Message::McsConnectResponse(_)) = specimen::specimen(MessageKind::McsConnectResponse) else {
        panic!()
    };
    let context = specimen::context(MessageKind::McsConnectResponse);
    let error = decode(&cut(&message, Layer::Gcc, 14), &context).unwrap_err();
    assert_eq!(error.path, "McsConnectResponse.TS_UD_SC_CORE.header.length");
    assert!(error.reason.is_cut_short());
    assert!(error.to_string().ends_with("says 16 bytes, 14 are there"), "{error}");
}

#[test]
fn a_cut_at_any_layer_is_told_from_a_wrong_value() {
    let kinds =
        [MessageKind::X224ConnectionConfirm, MessageKind::McsConnectResponse, MessageKind::McsAttachUserConfirm];
    for kind in kinds {
        let (message, context) = (specimen::specimen(kind).unwrap(), specimen::context(kind));
        for layer in specimen::layers(kind).into_iter().filter(|layer| *layer != Layer::Tpkt) {
            let frame = cut(&message, layer, usize::MAX);
            assert_eq!(decode(&frame, &context).as_ref(), Ok(&message));
            let mut layers = Layers::default();
            let _ = encode(&message, &mut layers);
            let whole = layers.0.iter().find(|sealed| sealed.layer == layer).unwrap().bytes.len();
            let error = decode(&cut(&message, layer, whole - 1), &context).unwrap_err();
            assert!(error.reason.is_cut_short(), "{kind} {layer}: {error}");
        }
    }
}
