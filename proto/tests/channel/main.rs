//! Codecs of what MCS channels and fast-path carry.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

mod auto_detect;
mod device;
mod differential;
mod forms;
mod hostile;
mod secrets;
mod vectors;

use badrdp_proto::pdu::specimen::{DEVICE_CHANNEL, IO_CHANNEL, MESSAGE_CHANNEL, context, specimen};
use badrdp_proto::pdu::{ChannelPdu, Context, Data, Expect, Message, Side, decode, encode};
use badrdp_proto::vocab::MessageKind;
use badrdp_proto::wire::{DecodeError, Layer, Layered, Tap};

/// Every kind that an MCS channel or fast-path carries.
fn kinds() -> Vec<MessageKind> {
    let ours = |kind: &MessageKind| {
        matches!(specimen(*kind), Some(Message::Data(_) | Message::FastPathInput(_) | Message::FastPathOutput(_)))
    };
    let kinds: Vec<MessageKind> = MessageKind::ALL.iter().copied().filter(ours).collect();
    assert_eq!(kinds.len(), 57, "{kinds:?}");
    kinds
}

/// Wraps a payload in honest TPKT, X.224 and MCS Send Data.
fn carry(payload: &[u8], from: Side, channel_id: u16) -> Vec<u8> {
    let choice = if from == Side::Client { 0x64 } else { 0x68 };
    let mut frame = vec![3, 0, 0, 0, 2, 0xf0, 0x80, choice, 0, 7];
    frame.extend_from_slice(&channel_id.to_be_bytes());
    frame.push(0x70);
    frame.extend_from_slice(&(u16::try_from(payload.len()).unwrap() | 0x8000).to_be_bytes());
    frame.extend_from_slice(payload);
    let length = u16::try_from(frame.len()).unwrap().to_be_bytes();
    frame[2..4].copy_from_slice(&length);
    frame
}

fn expecting(expect: Expect, from: Side) -> Context {
    Context {
        from,
        io_channel: IO_CHANNEL,
        message_channel: Some(MESSAGE_CHANNEL),
        device_channel: Some(DEVICE_CHANNEL),
        expect,
    }
}

/// Decodes a payload on the I/O channel.
fn read(payload: &[u8], expect: Expect, from: Side) -> Result<ChannelPdu, DecodeError> {
    match decode(&carry(payload, from, IO_CHANNEL), &expecting(expect, from))? {
        Message::Data(data) => Ok(data.pdu),
        other => panic!("not channel data: {other:?}"),
    }
}

/// Encodes what a channel carries, without its carriers.
fn payload(pdu: ChannelPdu) -> Vec<u8> {
    let data = Data { from: Side::Server, initiator: 1002, channel_id: IO_CHANNEL, pdu };
    payload_of(&Message::Data(data))
}

fn payload_of(message: &Message) -> Vec<u8> {
    #[derive(Debug, Default)]
    struct Last(Vec<u8>);
    impl Tap for Last {
        fn tap(&mut self, sealed: &mut Layered) {
            if matches!(sealed.layer, Layer::Payload | Layer::Security | Layer::Share) {
                self.0.clone_from(&sealed.bytes);
            }
        }
    }
    let mut last = Last::default();
    let _ = encode(message, &mut last);
    last.0
}

#[test]
fn every_specimen_comes_back() {
    for kind in kinds() {
        let message = specimen(kind).unwrap();
        assert_eq!(message.kind(), kind);
        let frame = message.encode();
        assert_eq!(decode(&frame, &context(kind)), Ok(message), "{kind}");
    }
}

#[test]
fn every_specimen_has_a_fact() {
    for kind in kinds() {
        assert_ne!(specimen(kind).unwrap().fact(), "", "{kind}");
    }
}
