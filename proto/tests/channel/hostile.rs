//! Bytes that are cut or flipped are refused or understood, and never panic.

use badrdp_proto::pdu::specimen::{context, specimen};
use badrdp_proto::pdu::{Message, Side, decode};
use badrdp_proto::vocab::MessageKind;

use super::{carry, kinds, payload_of};

/// Decodes; what decodes must mean the same after it was encoded again.
fn survives(kind: MessageKind, frame: &[u8], what: &str) -> bool {
    let context = context(kind);
    match decode(frame, &context) {
        Ok(message) => {
            let again = decode(&message.encode(), &context);
            assert_eq!(again.as_ref(), Ok(&message), "{kind}, {what}: {frame:02x?}");
            true
        }
        Err(error) => {
            assert!(error.offset <= frame.len(), "{kind}, {what}: {error}");
            false
        }
    }
}

#[test]
fn frames_cut_anywhere_are_refused() {
    for kind in kinds() {
        let frame = specimen(kind).unwrap().encode();
        for length in 0..frame.len() {
            assert!(!survives(kind, &frame[..length], "cut"), "{kind} cut to {length} bytes was accepted");
        }
    }
}

#[test]
fn payloads_cut_inside_honest_carriers_are_survived() {
    for kind in kinds() {
        let Some(message @ Message::Data(_)) = specimen(kind) else { continue };
        let Message::Data(data) = &message else { continue };
        let payload = payload_of(&message);
        assert_eq!(decode(&carry(&payload, data.from, data.channel_id), &context(kind)).unwrap().kind(), kind);
        for length in 0..payload.len() {
            survives(kind, &carry(&payload[..length], data.from, data.channel_id), "payload cut");
        }
    }
}

/// A Share Control PDU cut short with its own length corrected: the bodies' own checks are all that is left.
#[test]
fn share_bodies_cut_short_are_survived() {
    for kind in kinds() {
        let Some(message @ Message::Data(_)) = specimen(kind) else { continue };
        let Message::Data(data) = &message else { continue };
        let mut payload = payload_of(&message);
        if payload.len() != usize::from(u16::from_le_bytes([payload[0], payload[1]])) {
            continue;
        }
        while payload.len() > 4 {
            payload.pop();
            let length = u16::try_from(payload.len()).unwrap().to_le_bytes();
            payload[..2].copy_from_slice(&length);
            survives(kind, &carry(&payload, data.from, data.channel_id), "share cut");
        }
    }
}

#[test]
fn flipped_bytes_are_survived() {
    for kind in kinds() {
        let message = specimen(kind).unwrap();
        let frame = message.encode();
        for at in 0..frame.len() {
            for flip in [0x01, 0x10, 0x80, 0xff] {
                let mut frame = frame.clone();
                frame[at] ^= flip;
                survives(kind, &frame, &format!("byte {at} ^ {flip:#x}"));
            }
        }
    }
}

#[test]
fn a_huge_count_does_not_allocate() {
    // Target Net Addresses that claim four thousand million addresses in four bytes.
    let mut payload = vec![0, 0, 0x1a, 0, 0xea, 3, 0, 0, 0, 4, 20, 0, 0, 0, 0, 0, 0, 8, 0, 0];
    payload.extend_from_slice(&4u32.to_le_bytes());
    payload.extend_from_slice(&u32::MAX.to_le_bytes());
    let length = u16::try_from(payload.len()).unwrap().to_le_bytes();
    payload[..2].copy_from_slice(&length);
    let error = super::read(&payload, badrdp_proto::pdu::Expect::Share, Side::Server).unwrap_err();
    assert!(error.path.ends_with("TargetNetAddresses.address.length"), "{error}");
}
