//! The ids of channels: chosen ones are used everywhere, and nobody shares one.
#![allow(clippy::expect_used, clippy::panic, reason = "tests say what they expect")]

mod common;

use std::collections::BTreeSet;

use badrdp_proto::connect::{ClientConfig, SERVER_CHANNEL, ServerConfig};
use badrdp_proto::pdu::{ChannelPdu, Message, Side};
use badrdp_proto::vocab::MessageKind;
use common::{Pair, ladder};

fn pair(channels: usize, server: ServerConfig) -> Pair {
    let channels = (0..channels).map(|number| format!("chan{number}")).collect();
    let mut pair = Pair::new(ClientConfig { channels, ..ClientConfig::default() }, server);
    pair.drive();
    assert!(pair.client.machine().is_active() && pair.server.machine().is_active());
    pair
}

#[test]
fn a_chosen_io_channel_carries_everything() {
    for id in [0, 1, 1004, 1006, 65_534, 65_535] {
        let pair = pair(2, ServerConfig { io_channel: id, ..ServerConfig::default() });
        let (client, server) = (pair.client.machine().facts(), pair.server.machine().facts());
        assert_eq!((client.io_channel, server.io_channel), (id, id));
        assert_eq!((&client.channels, client.user_channel), (&server.channels, server.user_channel));
        let (transcript, _) = pair.finish();
        let joined = transcript.messages().any(|(_, _, message)| {
            matches!(message, Some(Message::McsChannelJoinRequest(request)) if request.channel_id == id)
        });
        assert!(joined, "{id}");
        for (_, kind, message) in transcript.messages() {
            if let Some(Message::Data(data)) = message {
                assert_eq!(data.channel_id, id, "{kind}");
            }
        }
    }
}

#[test]
fn every_channel_has_an_id_of_its_own() {
    for (io_channel, message_channel) in [(1003, Some(1008)), (1004, Some(1005)), (1006, None), (1003, Some(1020))] {
        let pair = pair(12, ServerConfig { io_channel, message_channel, ..ServerConfig::default() });
        let facts = pair.server.machine().facts();
        let mut ids: Vec<u16> = facts.channels.clone();
        ids.extend([SERVER_CHANNEL, facts.io_channel, facts.user_channel]);
        ids.extend(facts.message_channel);
        assert_eq!(facts.message_channel.is_some(), message_channel.is_none_or(|id| id != 0));
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{facts:?}");
    }
}

#[test]
fn a_message_channel_of_zero_is_told_and_never_joined() {
    let pair = pair(1, ServerConfig { message_channel: Some(0), ..ServerConfig::default() });
    assert_eq!(pair.client.machine().facts().message_channel, None);
    assert_eq!(pair.server.machine().facts().message_channel, None);
    let (client, _) = pair.finish();
    let response = client.messages().find_map(|(_, _, message)| match message {
        Some(Message::McsConnectResponse(response)) => Some(response.clone()),
        _ => None,
    });
    assert!(format!("{response:?}").contains("mcs_channel_id: 0"), "{response:?}");
    // User, I/O and one static channel.
    let joins = ladder(&client).iter().filter(|(_, kind)| *kind == MessageKind::McsChannelJoinRequest).count();
    assert_eq!(joins, 3);
}

#[test]
fn default_ids_are_those_of_windows() {
    let pair = pair(1, ServerConfig::default());
    let facts = pair.server.machine().facts();
    assert_eq!((facts.io_channel, facts.channels.as_slice()), (1003, [1004].as_slice()));
    assert_eq!((facts.message_channel, facts.user_channel), (Some(1005), 1006));
    let (_, server) = pair.finish();
    let initiators: BTreeSet<u16> = server
        .messages()
        .filter_map(|(_, _, message)| match message {
            Some(Message::Data(data)) if data.from == Side::Server => Some(data.initiator),
            Some(Message::Data(data)) if matches!(data.pdu, ChannelPdu::ClientInfo(_)) => Some(data.initiator),
            _ => None,
        })
        .collect();
    assert_eq!(initiators, BTreeSet::from([SERVER_CHANNEL, 1006]));
}
