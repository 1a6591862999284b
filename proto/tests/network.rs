//! Both machines measure the network, send heartbeats and ask for side transports, in virtual time.
#![allow(clippy::expect_used, clippy::panic, reason = "tests say what they expect")]

mod common;

use core::time::Duration;

use badrdp_proto::connect::{ClientConfig, Machine, Measure, NegotiationPolicy, ServerConfig, SideTransport, Step};
use badrdp_proto::pdu::autodetect::{NetworkCharacteristics, Response, ResponseBody};
use badrdp_proto::pdu::specimen::specimen;
use badrdp_proto::pdu::{ChannelPdu, Data, Message, Side};
use badrdp_proto::transcript::{Direction, Transcript};
use badrdp_proto::vocab::{MessageKind, Stage};
use common::{Pair, ladder};

use MessageKind::{
    BandwidthMeasurePayload as Payload, BandwidthMeasureResults as Results, BandwidthMeasureStart as Start,
    BandwidthMeasureStop as Stop, LicenseErrorAlert as License, NetworkCharacteristicsResult as Characteristics,
    RttMeasureRequest as Ask, RttMeasureResponse as Answer,
};

const KNOWN: NetworkCharacteristics =
    NetworkCharacteristics { base_rtt: Some(20), bandwidth: Some(100_000), average_rtt: 25 };

fn measuring(auto_detect: &[Measure]) -> ServerConfig {
    ServerConfig { auto_detect: auto_detect.to_vec(), ..ServerConfig::default() }
}

fn pair(client: ClientConfig, server: ServerConfig) -> Pair {
    let mut pair = Pair::new(client, server);
    pair.drive();
    pair
}

/// What stands between Client Info and Demand Active, as the client saw it.
fn between(transcript: &Transcript) -> Vec<(&'static str, MessageKind)> {
    let all = ladder(transcript);
    let from = all.iter().position(|(_, kind)| *kind == MessageKind::ClientInfo).expect("a Client Info");
    let to = all.iter().position(|(_, kind)| *kind == MessageKind::DemandActive).expect("a Demand Active");
    all.get(from + 1..to).expect("in order").to_vec()
}

/// Every answer: response type, number, body.
fn answers(transcript: &Transcript) -> Vec<Response> {
    let sent = transcript.messages().filter(|(direction, ..)| *direction == Direction::Sent);
    sent.filter_map(|(_, _, message)| match message {
        Some(Message::Data(Data { pdu: ChannelPdu::AutoDetectResponse(response), .. })) => Some(response.clone()),
        _ => None,
    })
    .collect()
}

#[test]
fn a_round_trip_is_measured_ahead_of_licensing() {
    let pair = pair(ClientConfig::default(), measuring(&[Measure::Rtt, Measure::Rtt]));
    assert!(pair.client.machine().is_active());
    let (client, server) = pair.finish();
    assert_eq!(between(&client), [("<-", Ask), ("->", Answer), ("<-", Ask), ("->", Answer), ("<-", License)]);
    let numbers: Vec<_> =
        answers(&client).iter().map(|answer| (answer.sequence_number, answer.response_type)).collect();
    assert_eq!(numbers, [(1, 0), (2, 0)]);
    let stage = |transcript: &Transcript| {
        let found = transcript.entries.iter().find(
            |entry| matches!(&entry.event, badrdp_proto::transcript::Event::Message { kind, .. } if *kind == Ask),
        );
        found.map(|entry| entry.stage)
    };
    assert_eq!(stage(&server), Some(Stage::SecureSettingsExchange));
}

#[test]
fn the_results_count_payloads_and_milliseconds() {
    let payloads = [Measure::BandwidthPayload(15_992); 10];
    let all =
        [&[Measure::BandwidthStart][..], &payloads, &[Measure::BandwidthStop(15_992), Measure::Characteristics(KNOWN)]];
    let mut pair = Pair::new(ClientConfig::default(), measuring(&all.concat()));
    pair.drive();
    assert_eq!(pair.client.machine().facts().network, Some(KNOWN));
    let (client, _) = pair.finish();
    let kinds: Vec<_> = between(&client).into_iter().map(|(_, kind)| kind).collect();
    assert_eq!((kinds.first(), kinds.get(10), kinds.get(11)), (Some(&Start), Some(&Payload), Some(&Stop)));
    assert_eq!(kinds.get(12..), Some([Results, Characteristics, License].as_slice()));
    // The stop is number 12; all came at one moment, and 1 ms is the least.
    let body = ResponseBody::BandwidthResults { time_delta: 1, byte_count: 11 * 15_992 };
    assert_eq!(answers(&client), [Response { sequence_number: 12, response_type: 0x0003, body }]);
}

#[test]
fn time_is_what_the_owner_of_the_clock_says() {
    for (measure_time, expected) in [(true, 250), (false, 1)] {
        let client = ClientConfig { measure_time, ..ClientConfig::default() };
        let steps = vec![Step::Measure(Measure::BandwidthStart), Step::Logon, Step::Measure(Measure::BandwidthStop(0))];
        let mut pair = Pair::new(client, ServerConfig { steps, ..ServerConfig::default() });
        pair.drive_to(MessageKind::FontList);
        // The server's last words, each at its own time.
        let mut frames = Vec::new();
        pair.server.receive(&specimen(MessageKind::FontList).expect("a specimen").encode());
        while let Some(output) = pair.server.poll(pair.now) {
            if let badrdp_proto::connect::Output::Send(message) = output {
                frames.push(message);
            }
        }
        let notice =
            frames.iter().find(|message| message.kind() == MessageKind::SaveSessionInfo).map(|m| m.encode().len());
        for message in frames {
            if message.kind() == Stop {
                pair.now += Duration::from_millis(250);
            }
            pair.client.receive(&message.encode());
            while let Some(output) = pair.client.poll(pair.now) {
                if let badrdp_proto::connect::Output::Send(message) = output {
                    pair.client.sent(pair.now, message.kind(), Some(&message), &message.encode(), Vec::new());
                }
            }
        }
        let (client, _) = pair.finish();
        let byte_count = notice.and_then(|length| u32::try_from(length).ok()).expect("a logon notice");
        let body = ResponseBody::BandwidthResults { time_delta: expected, byte_count };
        assert_eq!(answers(&client), [Response { sequence_number: 2, response_type: 0x000b, body }]);
    }
}

#[test]
fn a_session_is_measured_without_waiting() {
    let steps = vec![Step::Logon, Step::Measure(Measure::Rtt), Step::Draw];
    let pair = pair(ClientConfig::default(), ServerConfig { steps, ..ServerConfig::default() });
    assert_eq!(pair.drawn, 1);
    let (client, _) = pair.finish();
    assert_eq!(answers(&client), [Response { sequence_number: 1, response_type: 0, body: ResponseBody::Rtt }]);
}

#[test]
fn a_stop_without_a_start_has_no_answer_and_nobody_waits_for_one() {
    let pair = pair(ClientConfig::default(), measuring(&[Measure::BandwidthStop(8), Measure::Rtt]));
    let (client, _) = pair.finish();
    assert_eq!(between(&client), [("<-", Stop), ("<-", Ask), ("->", Answer), ("<-", License)]);
}

#[test]
fn a_client_that_cannot_be_asked_is_not() {
    // No message channel, by the server's choice or because extended blocks are not announced.
    let silent = NegotiationPolicy { flags: 0, ..NegotiationPolicy::default() };
    let steps =
        vec![Step::Measure(Measure::Rtt), Step::Heartbeat { period: 1, count1: 1, count2: 2 }, Step::Logon, Step::Draw];
    let asks = ServerConfig {
        auto_detect: vec![Measure::Rtt],
        side_transports: vec![SideTransport::Reliable],
        steps,
        ..ServerConfig::default()
    };
    for server in
        [ServerConfig { message_channel: Some(0), ..asks.clone() }, ServerConfig { negotiation: silent, ..asks }]
    {
        let pair = pair(ClientConfig { side_transports: 0x05, ..ClientConfig::default() }, server);
        assert!(pair.client.machine().is_active());
        assert_eq!(pair.skipped.len(), 4, "{:?}", pair.skipped);
        assert!(pair.skipped.iter().all(|because| because.contains("message channel") || because.contains("announce")));
        let (client, _) = pair.finish();
        assert_eq!(between(&client), [("<-", License)]);
        assert!(!ladder(&client).iter().any(|(_, kind)| [Ask, MessageKind::Heartbeat].contains(kind)));
    }
}

#[test]
fn a_client_that_knows_the_network_ends_the_measurement() {
    let mut pair =
        Pair::new(ClientConfig::default(), measuring(&[Measure::Rtt, Measure::BandwidthStart, Measure::Rtt]));
    pair.drive_to(Answer);
    let channel_id = pair.server.machine().facts().message_channel.expect("a message channel");
    let body = ResponseBody::NetworkCharacteristicsSync { bandwidth: 1000, rtt: 5 };
    let pdu = ChannelPdu::AutoDetectResponse(Response { sequence_number: 1, response_type: 0x18, body });
    let data = Data { from: Side::Client, initiator: 1006, channel_id, pdu };
    pair.server.receive(&Message::Data(data).encode());
    while pair.server.poll(pair.now).is_some() {}
    assert_eq!(pair.server.machine().wants().kinds, [MessageKind::ConfirmActive], "licensing is behind it");
}

#[test]
fn another_number_is_not_the_answer() {
    let mut pair = Pair::new(ClientConfig::default(), measuring(&[Measure::Rtt]));
    pair.drive_to(Answer);
    let channel_id = pair.server.machine().facts().message_channel.expect("a message channel");
    let mut answer = |sequence_number| {
        let pdu =
            ChannelPdu::AutoDetectResponse(Response { sequence_number, response_type: 0, body: ResponseBody::Rtt });
        pair.server.receive(&Message::Data(Data { from: Side::Client, initiator: 1006, channel_id, pdu }).encode());
        while pair.server.poll(pair.now).is_some() {}
        pair.server.machine().wants().kinds
    };
    assert_eq!(answer(9), [Answer, Results]);
    assert_eq!(answer(1), [MessageKind::ConfirmActive]);
}

#[test]
fn heartbeats_are_kept_for_whoever_has_a_clock() {
    let steps = vec![Step::Logon, Step::Heartbeat { period: 1, count1: 1, count2: 2 }, Step::Draw];
    let pair = pair(ClientConfig::default(), ServerConfig { steps, ..ServerConfig::default() });
    let heartbeat = pair.client.machine().facts().heartbeat.expect("a heartbeat");
    assert_eq!((heartbeat.period, heartbeat.count1, heartbeat.count2), (1, 1, 2));
    assert!(pair.client.machine().is_active());
}

#[test]
fn only_announced_side_transports_are_asked_for_and_each_is_declined() {
    for (announced, asked) in [(0, 0), (0x01, 1), (0x04, 1), (0x05, 2)] {
        let side_transports = vec![SideTransport::Reliable, SideTransport::Lossy];
        let server = ServerConfig { side_transports, side_transport_cookie: [7; 16], ..ServerConfig::default() };
        let pair = pair(ClientConfig { side_transports: announced, ..ClientConfig::default() }, server);
        assert!(pair.client.machine().is_active());
        assert_eq!(pair.skipped.len(), 2 - asked);
        let (client, _) = pair.finish();
        let count = |wanted| ladder(&client).iter().filter(|(_, kind)| *kind == wanted).count();
        assert_eq!(count(MessageKind::InitiateMultitransportRequest), asked);
        assert_eq!(count(MessageKind::InitiateMultitransportResponse), asked);
        // The cookie stands for a secret.
        assert!(!client.messages().any(|(_, _, message)| format!("{message:?}").contains("[7, 7, 7")), "{announced}");
    }
}

#[test]
fn who_comes_back_tells_what_is_known_and_nothing_is_measured_again() {
    let all = [Measure::Rtt, Measure::BandwidthStart, Measure::BandwidthStop(64), Measure::Characteristics(KNOWN)];
    let client = ClientConfig { network: Some(KNOWN), ..ClientConfig::default() };
    let (client, _) = pair(client, measuring(&all)).finish();
    let body = ResponseBody::NetworkCharacteristicsSync { bandwidth: 100_000, rtt: 25 };
    let sync = Response { sequence_number: 1, response_type: Response::CHARACTERISTICS_SYNC, body };
    assert_eq!(answers(&client), [sync]);
    assert_eq!(between(&client).first(), Some(&("<-", Ask)));
    assert_eq!(between(&client).last(), Some(&("<-", License)));
    assert_eq!(between(&client).len(), 3);
    // Without the bandwidth there is nothing to tell: the round trip is measured.
    let half = NetworkCharacteristics { bandwidth: None, ..KNOWN };
    let client = ClientConfig { network: Some(half), ..ClientConfig::default() };
    let (client, _) = pair(client, measuring(&all)).finish();
    assert_eq!(answers(&client).first().map(|answer| answer.response_type), Some(Response::RTT));
}
