//! What real peers send between the messages that move a connection on.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests say what they expect"
)]

mod common;

use core::time::Duration;

use badrdp_proto::connect::{ClientConfig, IO_CHANNEL, Machine as _, Output, SERVER_CHANNEL, ServerConfig, Step};
use badrdp_proto::pdu::share::{FlowPdu, ShareData, ShareDataPdu, UnknownShareControl};
use badrdp_proto::pdu::specimen::specimen;
use badrdp_proto::pdu::{ChannelPdu, Data, Message, Side};
use badrdp_proto::vocab::MessageKind;
use badrdp_proto::vocab::codes::ErrorInfo;
use common::{Pair, ladder};

const NOW: Duration = Duration::ZERO;

fn from_server(pdu: ChannelPdu) -> Message {
    Message::Data(Data { from: Side::Server, initiator: SERVER_CHANNEL, channel_id: IO_CHANNEL, pdu })
}

fn share(data: ShareDataPdu) -> Message {
    from_server(ChannelPdu::ShareData(ShareData {
        pdu_source: SERVER_CHANNEL,
        share_id: 0x0001_03ea,
        stream_id: 1,
        data,
    }))
}

fn flow() -> Message {
    from_server(ChannelPdu::Flow(FlowPdu { body: vec![0, 0x41, 0, 0, 0xea, 3] }))
}

fn unknown() -> Message {
    from_server(ChannelPdu::UnknownShareControl(UnknownShareControl {
        pdu_type: 0x0015,
        pdu_source: 1002,
        body: vec![1],
    }))
}

/// One frame that carries the user data of all of these.
fn bundle(messages: &[Message]) -> Vec<u8> {
    // All specimens here are shorter than 128 bytes: the PER length is one byte.
    let payload: Vec<u8> = messages.iter().flat_map(|message| message.encode()[14..].to_vec()).collect();
    let mut frame = vec![3, 0, 0, 0, 2, 0xf0, 0x80, 0x68, 0, 1, 3, 0xeb, 0x70];
    frame.extend((u16::try_from(payload.len()).unwrap() | 0x8000).to_be_bytes());
    frame.extend(payload);
    let length = u16::try_from(frame.len()).unwrap().to_be_bytes();
    frame[2..4].copy_from_slice(&length);
    frame
}

/// Everything that a server sends in finalization, with what may stand between.
fn finalization() -> Vec<Message> {
    let control = |action| share(ShareDataPdu::Control { action, grant_id: 0, control_id: 0 });
    vec![
        share(ShareDataPdu::Synchronize { message_type: 1, target_user: 1006 }),
        share(ShareDataPdu::SetErrorInfo(ErrorInfo(0))),
        control(4),
        flow(),
        share(ShareDataPdu::MonitorLayout(vec![0; 4])),
        unknown(),
        control(2),
        share(ShareDataPdu::FontMap { number_entries: 0, total_num_entries: 0, map_flags: 3, entry_size: 4 }),
    ]
}

/// A client that has just answered Demand Active.
fn in_finalization() -> Pair {
    let mut pair = Pair::new(ClientConfig::default(), ServerConfig::default());
    pair.drive_to(MessageKind::ConfirmActive);
    while pair.client.poll(NOW).is_some() {}
    pair
}

#[track_caller]
fn hears(pair: &mut Pair, frame: &[u8]) {
    pair.client.receive(frame);
    while pair.client.poll(NOW).is_some() {}
    assert_eq!(pair.client.machine().failure(), None);
}

#[test]
fn what_stands_between_finalization_pdus_is_passed_over() {
    let mut pair = in_finalization();
    for message in finalization() {
        assert!(!pair.client.machine().is_active());
        hears(&mut pair, &message.encode());
    }
    assert!(pair.client.machine().is_active());
}

#[test]
fn several_share_control_pdus_in_one_frame_are_several_messages() {
    let mut pair = in_finalization();
    let wanted: Vec<_> = finalization().iter().map(|message| ("<-", message.kind())).collect();
    hears(&mut pair, &bundle(&finalization()));
    assert!(pair.client.machine().is_active());
    let (client, _) = pair.finish();
    assert!(ladder(&client).ends_with(&wanted), "{:?}", ladder(&client));
}

#[test]
fn a_font_map_without_a_body_ends_finalization() {
    let mut pair = in_finalization();
    hears(&mut pair, &share(ShareDataPdu::FontMapWithoutBody).encode());
    assert!(pair.client.machine().is_active());
}

#[test]
fn flow_control_may_stand_ahead_of_demand_active() {
    let mut pair = Pair::new(ClientConfig::default(), ServerConfig::default());
    pair.drive_to(MessageKind::ClientInfo);
    hears(&mut pair, &flow().encode());
    hears(&mut pair, &specimen(MessageKind::LicenseErrorAlert).unwrap().encode());
    hears(&mut pair, &bundle(&[flow(), unknown()]));
    hears(&mut pair, &specimen(MessageKind::DemandActive).unwrap().encode());
}

/// Input that the client sent before it saw Deactivate All arrives behind it.
#[test]
fn input_under_way_survives_deactivation() {
    for kind in [MessageKind::FastPathInput, MessageKind::InputEvents] {
        let steps = vec![Step::Deactivate, Step::Draw];
        let mut pair = Pair::new(ClientConfig::default(), ServerConfig { steps, ..ServerConfig::default() });
        pair.drive_to(MessageKind::FontList);
        let font_list =
            share(ShareDataPdu::FontList { number_fonts: 0, total_num_fonts: 0, list_flags: 3, entry_size: 50 });
        let Message::Data(font_list) = font_list else { panic!("a Font List") };
        let user = pair.server.machine().facts().user_channel;
        let font_list = Message::Data(Data { from: Side::Client, initiator: user, ..font_list });
        pair.server.receive(&font_list.encode());
        pair.server.receive(&specimen(kind).unwrap().encode());
        let mut sent = Vec::new();
        while let Some(output) = pair.server.poll(NOW) {
            if let Output::Send(message) = output {
                sent.push(message.kind());
            }
        }
        assert!(sent.ends_with(&[MessageKind::DeactivateAll, MessageKind::DemandActive]), "{sent:?}");
        assert_eq!(pair.server.machine().failure(), None, "{kind}");
    }
}
