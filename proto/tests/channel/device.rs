//! Device redirection, field by field (MS-RDPEFS 2.2.2).

use badrdp_proto::pdu::device::{Announce, Capability, ClientName, Device, DeviceMessage, DeviceRedirection};
use badrdp_proto::pdu::specimen::DEVICE_CHANNEL;
use badrdp_proto::pdu::{ChannelPdu, Expect, Message, Side, decode};
use badrdp_proto::vocab::MessageKind;
use badrdp_proto::wire::DecodeError;

use super::{carry, expecting, payload};

/// One chunk with these flags.
fn chunk(flags: u32, bytes: &[u8]) -> Vec<u8> {
    let length = u32::try_from(bytes.len()).unwrap().to_le_bytes();
    [&length[..], &flags.to_le_bytes(), bytes].concat()
}

fn read(payload: &[u8], from: Side) -> Result<ChannelPdu, DecodeError> {
    match decode(&carry(payload, from, DEVICE_CHANNEL), &expecting(Expect::Share, from))? {
        Message::Data(data) => Ok(data.pdu),
        other => panic!("not channel data: {other:?}"),
    }
}

#[track_caller]
fn both_ways(from: Side, bytes: &[u8], kind: MessageKind, message: DeviceMessage) {
    let bytes = chunk(0x13, bytes);
    let pdu = ChannelPdu::DeviceRedirection(DeviceRedirection::whole(message));
    assert_eq!(pdu.kind(), kind);
    assert_eq!(read(&bytes, from), Ok(pdu.clone()));
    assert_eq!(payload(pdu), bytes);
}

#[test]
fn every_message_of_the_opening() {
    let announce = Announce { version_major: 1, version_minor: 12, client_id: 3 };
    let fields = [1, 0, 12, 0, 3, 0, 0, 0];
    let bytes = |packet: [u8; 2], rest: &[u8]| [&[0x72, 0x44][..], &packet, rest].concat();
    let bytes_of = bytes([0x6e, 0x49], &fields);
    both_ways(Side::Server, &bytes_of, MessageKind::DeviceServerAnnounce, DeviceMessage::ServerAnnounce(announce));
    // One number, two directions.
    let same = bytes([0x43, 0x43], &fields);
    both_ways(Side::Client, &same, MessageKind::DeviceClientAnnounce, DeviceMessage::ClientAnnounce(announce));
    both_ways(Side::Server, &same, MessageKind::DeviceClientIdConfirm, DeviceMessage::ClientIdConfirm(announce));
    let name = ClientName { unicode_flag: 1, code_page: 0, computer_name: vec![b'P', 0, 0, 0] };
    let bytes_of = bytes([0x4e, 0x43], &[1, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, b'P', 0, 0, 0]);
    both_ways(Side::Client, &bytes_of, MessageKind::DeviceClientName, DeviceMessage::ClientName(name));
    let smartcard = vec![Capability { capability_type: 5, version: 1, data: Vec::new() }];
    let fields = [1, 0, 0, 0, 5, 0, 8, 0, 1, 0, 0, 0];
    let bytes_of = bytes([0x50, 0x53], &fields);
    let message = DeviceMessage::ServerCapability(smartcard.clone());
    both_ways(Side::Server, &bytes_of, MessageKind::DeviceServerCapability, message);
    let bytes_of = bytes([0x50, 0x43], &fields);
    let message = DeviceMessage::ClientCapability(smartcard);
    both_ways(Side::Client, &bytes_of, MessageKind::DeviceClientCapability, message);
    let drive =
        Device { device_type: 8, device_id: 1, preferred_dos_name: *b"C:\0\0\0\0\0\0", device_data: vec![9, 9] };
    let fields = [&[1, 0, 0, 0, 8, 0, 0, 0, 1, 0, 0, 0][..], b"C:\0\0\0\0\0\0", &[2, 0, 0, 0, 9, 9]].concat();
    let bytes_of = bytes([0x41, 0x44], &fields);
    both_ways(Side::Client, &bytes_of, MessageKind::DeviceListAnnounce, DeviceMessage::ListAnnounce(vec![drive]));
    let bytes_of = bytes([0x72, 0x64], &[1, 0, 0, 0, 0xbb, 0, 0, 0xc0]);
    let message = DeviceMessage::Reply { device_id: 1, result_code: 0xc000_00bb };
    both_ways(Side::Server, &bytes_of, MessageKind::DeviceReply, message);
    let other = DeviceMessage::Other { component: 0x4472, packet_id: 0x554c, body: Vec::new() };
    both_ways(Side::Server, &bytes([0x4c, 0x55], &[]), MessageKind::DeviceMessage, other);
}

#[test]
fn the_general_capability_is_as_long_as_it_says() {
    let pdu = DeviceMessage::ServerCapability(vec![Capability::general()]);
    let bytes = payload(ChannelPdu::DeviceRedirection(DeviceRedirection::whole(pdu)));
    // Chunk header, RDPDR_HEADER, count and padding; then type 1, 44 bytes, version 2.
    assert_eq!(bytes.get(16..24), Some([1, 0, 44, 0, 2, 0, 0, 0].as_slice()));
    assert_eq!(bytes.len(), 16 + 44);
}

#[test]
fn parts_and_compressed_data_stay_as_they_came() {
    for flags in [0x01, 0x02, 0x00, 0x0020_0003] {
        let bytes = chunk(flags, &[0x72, 0x44, 0x6e, 0x49]);
        assert_eq!(read(&bytes, Side::Server), Ok(ChannelPdu::VirtualChannel(bytes)), "{flags:#x}");
    }
}

#[test]
fn what_is_too_short_is_refused() {
    let confirm = [&[0x72, 0x44, 0x43, 0x43][..], &[1, 0, 12, 0, 3, 0, 0]].concat();
    let name = [&[0x72, 0x44, 0x4e, 0x43][..], &[1, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 0]].concat();
    let devices = [&[0x72, 0x44, 0x41, 0x44][..], &[255, 255, 255, 255]].concat();
    let capability = [&[0x72, 0x44, 0x50, 0x43][..], &[1, 0, 0, 0, 5, 0, 7, 0, 1, 0, 0, 0]].concat();
    for (bytes, path) in [
        (confirm, "ClientId"),
        (name, "ComputerName"),
        (devices, "DEVICE_ANNOUNCE.DeviceType"),
        (capability, "CAPABILITY_HEADER.CapabilityLength"),
        (vec![0x72], "RDPDR_HEADER.Component"),
    ] {
        let error = read(&chunk(3, &bytes), Side::Client).unwrap_err();
        assert!(error.path.ends_with(path), "{error}");
    }
    let mut wrong = chunk(3, &[0x72, 0x44, 0x4c, 0x55]);
    wrong[0] = 5;
    let error = read(&wrong, Side::Server).unwrap_err();
    assert!(error.path.ends_with("CHANNEL_PDU_HEADER.length"), "{error}");
}

#[test]
fn facts_tell_names_and_numbers() {
    let fact = |message| {
        let pdu = ChannelPdu::DeviceRedirection(DeviceRedirection::whole(message));
        Message::Data(badrdp_proto::pdu::Data { from: Side::Client, initiator: 1008, channel_id: 1005, pdu }).fact()
    };
    let name = |unicode_flag, bytes: &[u8]| {
        DeviceMessage::ClientName(ClientName { unicode_flag, code_page: 0, computer_name: bytes.to_vec() })
    };
    assert_eq!(fact(name(1, &[b'P', 0, b'C', 0, 0, 0])), "\"PC\"");
    assert_eq!(fact(name(0, b"PC\0")), "\"PC\"");
    assert_eq!(fact(DeviceMessage::ServerCapability(vec![Capability::general()])), "1 capability");
    assert_eq!(fact(DeviceMessage::ListAnnounce(Vec::new())), "0 devices");
}
