//! What a session writes down: nothing secret, nothing without end.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests say what they expect"
)]

mod common;

use core::time::Duration;

use badrdp_proto::connect::{Client, ClientConfig, ServerConfig};
use badrdp_proto::pdu::specimen::specimen;
use badrdp_proto::pdu::{ChannelPdu, Data, Message};
use badrdp_proto::session::Session;
use badrdp_proto::transcript::{Event, Transcript};
use badrdp_proto::vocab::MessageKind;
use common::Pair;

const NOW: Duration = Duration::ZERO;

/// A pair whose server waits for Client Info, or is past it.
fn pair_at(kind: MessageKind) -> Pair {
    let mut pair = Pair::new(ClientConfig::default(), ServerConfig::default());
    pair.drive_to(kind);
    pair
}

/// The specimen's Client Info on this channel.
fn client_info(channel_id: u16) -> Vec<u8> {
    let Some(Message::Data(data)) = specimen(MessageKind::ClientInfo) else { panic!("no client info") };
    Message::Data(Data { channel_id, ..data }).encode()
}

/// The transcript's bytes in one, for a search.
fn all_bytes(transcript: &Transcript) -> Vec<u8> {
    let bytes = transcript.entries.iter().flat_map(|entry| match &entry.event {
        Event::Message { bytes, message, .. } => {
            [bytes.clone(), message.as_ref().map(|message| message.encode()).unwrap_or_default()].concat()
        }
        Event::Undecodable { bytes, .. } => bytes.clone(),
        Event::NotAFrame(error) => format!("{error:?}").into_bytes(),
        _ => Vec::new(),
    });
    bytes.collect()
}

fn password() -> Vec<u8> {
    "specimen".encode_utf16().flat_map(u16::to_le_bytes).collect()
}

#[track_caller]
fn shows_no(secret: &[u8], transcript: &Transcript) {
    assert!(!transcript.entries.is_empty());
    assert!(!all_bytes(transcript).windows(secret.len()).any(|part| part == secret));
}

#[test]
fn client_info_in_any_place_shows_no_password() {
    let io = badrdp_proto::connect::IO_CHANNEL;
    // On the I/O channel and on one that does not exist; in its place, far too early, and twice.
    for kind in [MessageKind::ClientInfo, MessageKind::McsErectDomainRequest, MessageKind::ConfirmActive] {
        for channel in [io, 2000] {
            if kind == MessageKind::ConfirmActive && channel != io {
                continue;
            }
            let mut pair = pair_at(kind);
            pair.server.receive(&client_info(channel));
            while pair.server.poll(NOW).is_some() {}
            shows_no(&password(), &pair.server.finish());
        }
    }
}

#[test]
fn client_info_that_cannot_be_decoded_shows_no_password() {
    for kind in [MessageKind::ClientInfo, MessageKind::McsErectDomainRequest, MessageKind::ConfirmActive] {
        let mut pair = pair_at(kind);
        let mut frame = client_info(badrdp_proto::connect::IO_CHANNEL);
        // cbDomain.
        frame[15 + 4 + 8] = 0xff;
        pair.server.receive(&frame);
        while pair.server.poll(NOW).is_some() {}
        shows_no(&password(), &pair.server.finish());
    }
}

#[test]
fn half_a_client_info_shows_no_password() {
    let mut pair = pair_at(MessageKind::ClientInfo);
    let frame = client_info(badrdp_proto::connect::IO_CHANNEL);
    pair.server.receive(&frame[..frame.len() - 1]);
    while pair.server.poll(NOW).is_some() {}
    pair.server.timed_out(NOW);
    shows_no(&password(), &pair.server.finish());
}

#[test]
fn the_rest_of_a_client_info_that_was_cut_wrongly_shows_no_password() {
    let mut pair = pair_at(MessageKind::ClientInfo);
    pair.server.receive(&password());
    while pair.server.poll(NOW).is_some() {}
    shows_no(&password()[1..], &pair.server.finish());
}

#[test]
fn a_redirection_that_cannot_be_decoded_shows_no_password() {
    let mut pair = pair_at(MessageKind::ConfirmActive);
    let secret: Vec<u8> = "secret".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut frame = specimen(MessageKind::ServerRedirection).unwrap().encode();
    assert!(frame.windows(secret.len()).any(|part| part == secret));
    // The packet's own Flags.
    frame[15 + 8] = 0xff;
    pair.client.receive(&frame);
    while pair.client.poll(NOW).is_some() {}
    shows_no(&secret, &pair.client.finish());
}

#[test]
fn the_side_transports_cookie_is_not_written_down() {
    let message = specimen(MessageKind::InitiateMultitransportRequest).unwrap();
    let Message::Data(Data { pdu: ChannelPdu::InitiateMultitransportRequest(request), .. }) = &message else {
        panic!("no request")
    };
    let mut session = Session::new(Client::new(ClientConfig::default()), Duration::from_secs(1));
    session.sent(NOW, message.kind(), Some(&message), &message.encode(), Vec::new());
    shows_no(&request.security_cookie, &session.finish());
}
