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

use badrdp_proto::connect::{Client, ClientConfig, CloseKind, Ending, ServerConfig};
use badrdp_proto::pdu::specimen::specimen;
use badrdp_proto::pdu::{ChannelPdu, Data, Message, Side};
use badrdp_proto::session::Session;
use badrdp_proto::transcript::{Direction, Event, Recorder, Transcript};
use badrdp_proto::vocab::{MessageKind, Stage};
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

fn recorder() -> Recorder {
    Recorder::new(Side::Client, Duration::from_secs(1))
}

fn chatter(number: u64, bytes: usize) -> (Duration, Event) {
    let (direction, kind) = (Direction::Received, MessageKind::VirtualChannelData);
    (
        Duration::from_micros(number),
        Event::Message { direction, kind, message: None, bytes: vec![0; bytes], altered: Vec::new() },
    )
}

/// The beginning and the end of a connection outlive any chatter between.
#[test]
fn a_record_without_end_keeps_how_it_began_and_how_it_ended() {
    for (messages, bytes) in [(10_000, 10), (2_000, 60_000)] {
        let mut recorder = recorder();
        recorder.record(NOW, Stage::Tcp, Event::Connected { peer: None });
        for number in 1..=messages {
            let (at, event) = chatter(number, bytes);
            recorder.record(at, Stage::Active, event);
        }
        let last = [Event::PeerClosed(CloseKind::Fin), Event::Closed { how: Ending::Fin, altered: None }];
        for event in last.clone() {
            assert_eq!(recorder.record(NOW, Stage::Active, event.clone()).event, event);
        }
        assert_eq!(recorder.recorded(), messages + 3);
        let transcript = recorder.finish(Stage::Active, None);
        let kept = transcript.entries.len() as u64;
        assert_eq!(kept + transcript.dropped, messages + 3);
        assert!(transcript.dropped > 0);
        assert!(kept <= 4096 && (kept - 3) * bytes as u64 <= 8 << 20, "{kept} entries of {bytes} bytes");
        let events: Vec<_> = transcript.entries.iter().map(|entry| &entry.event).collect();
        assert_eq!(events[0], &Event::Connected { peer: None });
        assert_eq!(events[events.len() - 2..], last.iter().collect::<Vec<_>>());
        // One gap, and the last messages before the end are there.
        let times: Vec<_> = transcript.entries[1..transcript.entries.len() - 2].iter().map(|entry| entry.at).collect();
        let gaps = times.windows(2).filter(|pair| pair[1] - pair[0] > Duration::from_micros(1)).count();
        assert_eq!((gaps, times.last()), (1, Some(&Duration::from_micros(messages))));
    }
}

#[test]
fn a_short_record_is_whole() {
    let mut recorder = recorder();
    for number in 0..4096 {
        let (at, event) = chatter(number, 1);
        recorder.record(at, Stage::Active, event);
    }
    let transcript = recorder.finish(Stage::Active, None);
    assert_eq!((transcript.entries.len(), transcript.dropped), (4096, 0));
}
