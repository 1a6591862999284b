//! Both machines open device redirection.
#![allow(clippy::expect_used, clippy::panic, reason = "tests say what they expect")]

mod common;

use badrdp_proto::connect::{ClientConfig, ServerConfig, Step};
use badrdp_proto::pdu::device::{Device, DeviceMessage, DeviceRedirection};
use badrdp_proto::pdu::{ChannelPdu, Data, Message, Side};
use badrdp_proto::vocab::MessageKind;
use common::{Pair, ladder};

fn pair(channels: &[&str]) -> Pair {
    let channels = channels.iter().map(|name| (*name).to_owned()).collect();
    let steps = vec![Step::Logon, Step::OpenDevices, Step::Draw];
    let mut pair = Pair::new(
        ClientConfig { channels, ..ClientConfig::default() },
        ServerConfig { steps, ..ServerConfig::default() },
    );
    pair.drive();
    assert!(pair.client.machine().is_active());
    assert_eq!(pair.drawn, 1, "the session goes on meanwhile");
    pair
}

#[test]
fn it_opens_on_its_own_channel_in_order() {
    let pair = pair(&["cliprdr", "rdpdr"]);
    let facts = pair.server.machine().facts();
    assert_eq!((facts.device_channel, pair.client.machine().facts().device_channel), (Some(1005), Some(1005)));
    assert!(!pair.client.machine().is_opening_devices());
    let (client, _) = pair.finish();
    let opening: Vec<_> =
        ladder(&client).into_iter().filter(|(_, kind)| kind.spec().starts_with("MS-RDPEFS")).collect();
    assert_eq!(
        opening,
        [
            ("<-", MessageKind::DeviceServerAnnounce),
            ("->", MessageKind::DeviceClientAnnounce),
            ("->", MessageKind::DeviceClientName),
            ("<-", MessageKind::DeviceServerCapability),
            ("<-", MessageKind::DeviceClientIdConfirm),
            ("->", MessageKind::DeviceClientCapability),
            ("->", MessageKind::DeviceListAnnounce),
        ]
    );
    for (_, _, message) in client.messages() {
        if let Some(Message::Data(Data { channel_id, pdu: ChannelPdu::DeviceRedirection(_), .. })) = message {
            assert_eq!(*channel_id, 1005);
        }
    }
}

#[test]
fn a_client_without_the_channel_gets_nothing() {
    for channels in [&["cliprdr"][..], &[]] {
        let pair = pair(channels);
        assert_eq!(pair.skipped, ["the client did not ask for the channel rdpdr"]);
        let (client, _) = pair.finish();
        assert!(!ladder(&client).iter().any(|(_, kind)| kind.spec().starts_with("MS-RDPEFS")));
    }
}

#[test]
fn every_device_gets_its_answer() {
    let mut pair = pair(&["rdpdr"]);
    let device = |device_id| Device { device_type: 8, device_id, preferred_dos_name: [0; 8], device_data: Vec::new() };
    let pdu = ChannelPdu::DeviceRedirection(DeviceRedirection::whole(DeviceMessage::ListAnnounce(vec![
        device(4),
        device(9),
    ])));
    pair.server.receive(&Message::Data(Data { from: Side::Client, initiator: 1006, channel_id: 1004, pdu }).encode());
    pair.drive();
    let (client, _) = pair.finish();
    let replies: Vec<u32> = client
        .messages()
        .filter_map(|(_, _, message)| match message {
            Some(Message::Data(Data { pdu: ChannelPdu::DeviceRedirection(pdu), .. })) => match pdu.message {
                DeviceMessage::Reply { device_id, result_code: 0 } => Some(device_id),
                _ => None,
            },
            _ => None,
        })
        .collect();
    assert_eq!(replies, [4, 9]);
}
