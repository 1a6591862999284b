//! A client that comes back: with a reconnect cookie, or sent elsewhere.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests say what they expect")]

mod common;

use badrdp_proto::connect::{ClientConfig, CookieCheck, CookieVerdict, ServerConfig, Step};
use badrdp_proto::pdu::auto_reconnect::{ClientCookie, ServerCookie};
use badrdp_proto::pdu::client_info::{ClientInfo, Secret, SecretBytes};
use badrdp_proto::pdu::gcc::{ClientBlock, ClientCluster};
use badrdp_proto::pdu::redirection::ServerRedirection;
use badrdp_proto::pdu::x224::{NegotiationRequest, Token};
use badrdp_proto::pdu::{ChannelPdu, Context, Data, Expect, Message, Side, decode};
use badrdp_proto::transcript::{Direction, Event, Transcript};
use badrdp_proto::vocab::{MessageKind, Stage};
use common::{Pair, ladder};

const BITS: [u8; 16] = *b"0123456789abcdef";

fn gives_a_cookie() -> ServerConfig {
    let steps = vec![Step::Logon, Step::ReconnectCookie, Step::Draw];
    ServerConfig { steps, auto_reconnect_random: BITS, session_id: 5, ..ServerConfig::default() }
}

fn knows_a_cookie() -> ServerConfig {
    let cookies = vec![ServerCookie { logon_id: 5, random_bits: BITS }];
    ServerConfig { cookies, auto_reconnect_random: [7; 16], ..gives_a_cookie() }
}

/// What a server that knows a cookie says to this answer, and the pair as it ends.
fn come_back(server: ServerConfig, answer: ClientCookie) -> Pair {
    let client = ClientConfig { reconnect: Some(answer), ..ClientConfig::default() };
    let mut pair = Pair::new(client, server);
    pair.drive();
    pair
}

fn verdict(pair: &Pair) -> (Option<u32>, CookieVerdict) {
    let [CookieCheck { logon_id, verdict }] = pair.cookies.as_slice() else { panic!("{:?}", pair.cookies) };
    (*logon_id, *verdict)
}

/// How often Auto-Reconnect Status came, and whether ahead of the logon notice.
fn statuses(pair: Pair) -> (usize, bool) {
    let (client, _) = pair.finish();
    let kinds: Vec<_> = ladder(&client).into_iter().map(|(_, kind)| kind).collect();
    let place = |wanted| kinds.iter().position(|kind| *kind == wanted);
    let first = place(MessageKind::AutoReconnectStatus);
    let count = kinds.iter().filter(|kind| **kind == MessageKind::AutoReconnectStatus).count();
    (count, first.is_some_and(|first| Some(first) < place(MessageKind::SaveSessionInfo)))
}

fn cookie() -> ServerCookie {
    let mut first = Pair::new(ClientConfig::default(), gives_a_cookie());
    first.drive();
    assert_eq!(first.cookies, [], "a client without a cookie is not judged");
    first.client.machine_mut().take_cookie().unwrap()
}

#[test]
fn the_cookie_of_one_connection_opens_the_next() {
    let cookie = cookie();
    assert_eq!(cookie, ServerCookie { logon_id: 5, random_bits: BITS });
    let mut second = come_back(knows_a_cookie(), cookie.answer());
    assert_eq!(verdict(&second), (Some(5), CookieVerdict::Accepted));
    assert_eq!(second.server.machine().facts().reconnected, Some(cookie));
    assert!(second.client.machine().is_active() && second.drawn == 1);
    // The cookie is a new one by then (MS-RDPBCGR 1.3.1.5).
    assert_eq!(second.client.machine_mut().take_cookie().unwrap().random_bits, [7; 16]);
    assert_eq!(statuses(second), (0, false));
}

#[test]
fn a_wrong_proof_is_told_and_the_logon_goes_on_as_usual() {
    let mut wrong = cookie().answer();
    wrong.security_verifier[3] ^= 1;
    let unknown = ClientCookie { logon_id: 6, ..cookie().answer() };
    let declines = ServerConfig { refuse_cookies: true, ..knows_a_cookie() };
    for (server, answer, logon_id, expected) in [
        (knows_a_cookie(), wrong, 5, CookieVerdict::WrongVerifier),
        (declines.clone(), wrong, 5, CookieVerdict::WrongVerifier),
        (declines, cookie().answer(), 5, CookieVerdict::Declined),
        (knows_a_cookie(), unknown, 6, CookieVerdict::UnknownLogon),
        (gives_a_cookie(), cookie().answer(), 5, CookieVerdict::UnknownLogon),
    ] {
        let pair = come_back(server, answer);
        assert_eq!(verdict(&pair), (Some(logon_id), expected));
        assert_eq!(pair.server.machine().facts().reconnected, None);
        assert!(pair.client.machine().is_active() && pair.drawn == 1, "the session comes all the same");
        assert_eq!(statuses(pair), (1, true), "{expected:?}");
    }
}

#[test]
fn the_status_pdu_has_the_bytes_of_the_specification() {
    let mut wrong = cookie().answer();
    wrong.security_verifier = [0; 16];
    let (client, _) = come_back(knows_a_cookie(), wrong).finish();
    let bytes = client.entries.iter().find_map(|entry| match &entry.event {
        Event::Message { kind: MessageKind::AutoReconnectStatus, bytes, .. } => Some(bytes.clone()),
        _ => None,
    });
    // Behind TPKT, X.224 and MCS: totalLength 22, PDUTYPE_DATAPDU, pduSource 0; PDUTYPE2_ARC_STATUS_PDU; arcStatus 0.
    let bytes = bytes.unwrap();
    assert_eq!(bytes.get(14..20).unwrap(), [22, 0, 0x17, 0, 0, 0]);
    assert_eq!((bytes.get(28), bytes.get(32..).unwrap()), (Some(&50), [0; 4].as_slice()));
}

/// What a client of this configuration sends of this kind, decoded from its bytes.
fn sent(config: ClientConfig, kind: MessageKind) -> Message {
    let mut pair = Pair::new(config, ServerConfig::default());
    pair.drive();
    let (client, _) = pair.finish();
    of_kind(&client, kind)
}

fn of_kind(transcript: &Transcript, kind: MessageKind) -> Message {
    let found = transcript.messages().find(|(direction, found, _)| *found == kind && *direction == Direction::Sent);
    found.unwrap().2.unwrap().clone()
}

#[test]
fn a_connection_request_carries_a_token_or_a_cookie_and_a_correlation_id() {
    let config = ClientConfig {
        cookie: Some("alice".to_owned()),
        routing_token: Some(b"msts=1.2.0".to_vec()),
        correlation_id: Some(*b"correlation id 1"),
        ..ClientConfig::default()
    };
    let request = sent(config, MessageKind::X224ConnectionRequest);
    let fact = request.fact();
    let bytes = request.encode();
    let context = Context {
        from: Side::Client,
        io_channel: 0,
        message_channel: None,
        device_channel: None,
        expect: Expect::X224,
    };
    let Message::X224ConnectionRequest(request) = decode(&bytes, &context).unwrap() else { panic!("{bytes:?}") };
    assert_eq!(request.token, Some(Token::Routing(b"msts=1.2.0".to_vec())), "the cookie makes way");
    let flags = request.negotiation.unwrap().flags;
    assert_eq!(flags, NegotiationRequest::CORRELATION_INFO_PRESENT);
    assert_eq!(request.correlation.unwrap().correlation_id, *b"correlation id 1");
    let expected = "routing token \"msts=1.2.0\", correlation id 636f7272656c6174696f6e2069642031";
    assert!(fact.ends_with(expected), "{fact}");
}

#[test]
fn a_correlation_id_that_breaks_a_rule_is_told() {
    let fact = |id: [u8; 16]| {
        let config = ClientConfig { correlation_id: Some(id), ..ClientConfig::default() };
        sent(config, MessageKind::X224ConnectionRequest).fact()
    };
    let mut id = [1; 16];
    assert!(fact(id).ends_with("0101"));
    id[7] = 0x0d;
    assert!(fact(id).ends_with("(it may not hold 0d)"));
    for first in [0, 0xf4] {
        id[0] = first;
        assert!(fact(id).ends_with("(its first byte may be neither 00 nor f4)"));
    }
}

#[test]
fn a_redirected_client_asks_for_its_session_and_logs_on_as_it_was_told() {
    let redirection = ServerRedirection {
        session_id: 3,
        load_balance_info: Some(b"TestRoutingToken\r\n".to_vec()),
        user_name: Some("bob".to_owned()),
        password: Some(SecretBytes(b"s\0e\0\0\0".to_vec())),
        ..ServerRedirection::default()
    };
    let server = ServerConfig { redirection: Some(Box::new(redirection)), ..ServerConfig::default() };
    let mut first = Pair::new(ClientConfig::default(), server);
    first.drive();
    let got = first.client.machine_mut().take_redirection().unwrap();
    assert_eq!((got.session_id, got.password.as_ref().unwrap().0.as_slice()), (3, b"s\0e\0\0\0".as_slice()));
    let (client, server) = first.finish();
    assert_eq!(client.failure.unwrap().stage, Stage::CapabilitiesExchange);
    assert!(!ladder(&server).iter().any(|(_, kind)| *kind == MessageKind::DemandActive));

    let config = ClientConfig {
        redirected_session: Some(3),
        user: Some(("EXAMPLE".to_owned(), "bob".to_owned())),
        ..ClientConfig::default()
    };
    let Message::McsConnectInitial(initial) = sent(config.clone(), MessageKind::McsConnectInitial) else { panic!() };
    let cluster = initial.blocks.iter().find_map(|block| match block {
        ClientBlock::Cluster(cluster) => Some(*cluster),
        _ => None,
    });
    assert_eq!(cluster, Some(ClientCluster { flags: 0xf, redirected_session_id: 3 }));
    assert!(Message::McsConnectInitial(initial).fact().contains("asks for session 3"));

    let mut pair = Pair::new(config, ServerConfig::default());
    pair.client.machine_mut().give_password(Secret("secret".to_owned()));
    pair.drive();
    // The record masks the password.
    let info = of_kind(&pair.finish().0, MessageKind::ClientInfo);
    let Message::Data(Data { pdu: ChannelPdu::ClientInfo(info), .. }) = info else { panic!("{info:?}") };
    assert_eq!((info.flags & ClientInfo::AUTOLOGON, info.password.0.as_str()), (ClientInfo::AUTOLOGON, "******"));
}

#[test]
fn client_info_says_over_which_internet_protocol_it_comes() {
    for (ipv6, family, address) in [(false, 2, "0.0.0.0"), (true, 23, "::")] {
        let info = sent(ClientConfig { ipv6, ..ClientConfig::default() }, MessageKind::ClientInfo);
        let Message::Data(Data { pdu: ChannelPdu::ClientInfo(info), .. }) = info else { panic!("{info:?}") };
        let extra = info.extra_info.unwrap();
        assert_eq!((extra.client_address_family, extra.client_address.as_str()), (family, address));
    }
}
