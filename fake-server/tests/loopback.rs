//! The server over real loopback sockets, seen from the peer: what counts is what arrives.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "tests state what they expect"
)]

mod common;

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use badrdp_fake_server::{FakeServer, Options, Seen, StartError, VerifyError};
use badrdp_proto::connect::{Blame, CloseKind, Ending, TlsFailureKind};
use badrdp_proto::pdu::{Context, Expect, Message, Side, decode};
use badrdp_proto::transcript::{Direction, Event, Transcript};
use badrdp_proto::vocab::MessageKind;
use badrdp_proto::vocab::codes::NegotiationFailureCode;
use badrdp_proto::wire::Layer;
use badrdp_scenarios::model::{Operator, Place, Span, Then, Value};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use common::{fault, read_to_close, records, request, scenario, secure, start, tls_client};

fn options() -> Options {
    Options { budget: Duration::from_secs(5), ..Options::default() }
}

fn confirm(bytes: &[u8]) -> Message {
    let context = Context {
        from: Side::Server,
        io_channel: 1003,
        message_channel: None,
        device_channel: None,
        expect: Expect::X224,
    };
    decode(bytes, &context).unwrap()
}

/// Sends a Connection Request and reads until the server closes.
async fn ask(addr: SocketAddr) -> (Vec<u8>, std::io::Result<()>) {
    let mut stream = TcpStream::connect(addr).await.unwrap();
    stream.write_all(&request()).await.unwrap();
    read_to_close(&mut stream).await
}

/// X.224, then TLS; the server's own transcript of it.
async fn connect(server: &FakeServer) -> (Result<(), rustls::Error>, Transcript) {
    let mut stream = TcpStream::connect(server.addr()).await.unwrap();
    stream.write_all(&request()).await.unwrap();
    let mut bytes = [0; 19];
    stream.read_exact(&mut bytes).await.unwrap();
    let mut tls = tls_client(server.ca_certificate());
    let result = secure(&mut stream, &mut tls).await;
    drop(stream);
    server.wait_finished(1).await;
    (result, server.transcripts().remove(0))
}

fn tls_failure(transcript: &Transcript) -> TlsFailureKind {
    match &transcript.failure.as_ref().unwrap().cause {
        Blame::Tls(failure) => failure.kind.clone(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_healthy_server_goes_through_x224_and_tls() {
    let server = start(scenario(Vec::new())).await;
    let (result, transcript) = connect(&server).await;
    result.unwrap();
    let kinds: Vec<_> = transcript
        .entries
        .iter()
        .filter_map(|entry| match &entry.event {
            Event::Message { direction, kind, .. } | Event::TlsRecord { direction, kind, .. } => {
                Some((*direction, *kind))
            }
            _ => None,
        })
        .collect();
    assert_eq!(
        kinds,
        [
            (Direction::Received, MessageKind::X224ConnectionRequest),
            (Direction::Sent, MessageKind::X224ConnectionConfirm),
            (Direction::Received, MessageKind::TlsClientHello),
            (Direction::Sent, MessageKind::TlsServerHello),
        ]
    );
    let ready = transcript.entries.iter().find_map(|entry| match &entry.event {
        Event::TlsReady(facts) => Some(facts.clone()),
        _ => None,
    });
    let facts = ready.unwrap();
    assert_eq!((facts.version.as_str(), facts.server_name.as_deref()), ("TLS 1.3", Some("localhost")));
    assert!(facts.cipher_suite.starts_with("TLS_AES_"), "{}", facts.cipher_suite);
    server.verify().unwrap();
}

#[tokio::test]
async fn a_client_hello_sent_ahead_of_the_confirm_is_not_lost() {
    let server = start(scenario(Vec::new())).await;
    let mut stream = TcpStream::connect(server.addr()).await.unwrap();
    let mut tls = tls_client(server.ca_certificate());
    stream.write_all(&[request(), records(&mut tls)].concat()).await.unwrap();
    let mut bytes = [0; 19];
    stream.read_exact(&mut bytes).await.unwrap();
    secure(&mut stream, &mut tls).await.unwrap();
}

#[tokio::test]
async fn a_refusal_arrives_in_full_before_the_fin() {
    let mut scenario = scenario(Vec::new());
    scenario.server.negotiation.failure = Some(NegotiationFailureCode::HYBRID_REQUIRED_BY_SERVER);
    let server = start(scenario).await;
    let (bytes, closed) = ask(server.addr()).await;
    closed.unwrap();
    assert_eq!(bytes.len(), 19);
    assert_eq!(bytes[11..], [3, 0, 8, 0, 5, 0, 0, 0], "RDP_NEG_FAILURE, HYBRID_REQUIRED_BY_SERVER");
    assert_eq!(confirm(&bytes).kind(), MessageKind::X224ConnectionConfirm);
}

#[tokio::test]
async fn a_fin_does_not_destroy_data_when_the_client_was_still_talking() {
    let fin = fault(MessageKind::X224ConnectionConfirm, None, Some(Then::End(Ending::Fin)));
    let server = start(scenario(vec![fin])).await;
    let mut stream = TcpStream::connect(server.addr()).await.unwrap();
    // Unread bytes on the server's side would turn its close into RST.
    stream.write_all(&[request(), vec![0x16; 400_000]].concat()).await.unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();
    assert_eq!(bytes.len(), 19);
}

#[tokio::test]
async fn rst_resets() {
    let rst = fault(MessageKind::X224ConnectionConfirm, Some(Operator::Omit), Some(Then::End(Ending::Rst)));
    let server = start(scenario(vec![rst])).await;
    let (bytes, closed) = ask(server.addr()).await;
    assert_eq!(bytes, b"");
    assert_eq!(closed.unwrap_err().kind(), ErrorKind::ConnectionReset);
    server.wait_finished(1).await;
    let last = server.transcripts()[0].entries.last().unwrap().event.clone();
    assert_eq!(last, Event::Closed { how: Ending::Rst, altered: Some("rst (line 3)".to_owned()) });
    server.verify().unwrap();
}

#[tokio::test]
async fn stall_says_nothing_and_lasts_until_the_client_gives_up() {
    let stall = fault(MessageKind::X224ConnectionConfirm, Some(Operator::Omit), Some(Then::End(Ending::Stall)));
    let server = start(scenario(vec![stall])).await;
    let mut stream = TcpStream::connect(server.addr()).await.unwrap();
    stream.write_all(&request()).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();
    assert_eq!(bytes, b"");
    server.wait_finished(1).await;
    let events: Vec<_> =
        server.transcripts()[0].entries.iter().rev().take(2).map(|entry| entry.event.clone()).collect();
    let closed = Event::Closed { how: Ending::Stall, altered: Some("stall (line 3)".to_owned()) };
    assert_eq!(events, [Event::PeerClosed(CloseKind::Fin), closed]);
}

#[tokio::test]
async fn half_close_sends_fin_and_still_hears_the_client() {
    let half = fault(MessageKind::X224ConnectionConfirm, None, Some(Then::HalfClose));
    let server = start(scenario(vec![half])).await;
    let mut stream = TcpStream::connect(server.addr()).await.unwrap();
    stream.write_all(&request()).await.unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();
    assert_eq!(bytes.len(), 19);
    let mut tls = tls_client(server.ca_certificate());
    stream.write_all(&records(&mut tls)).await.unwrap();
    drop(stream);
    server.wait_finished(1).await;
    let transcript = server.transcripts().remove(0);
    let heard = transcript.entries.iter().any(
        |entry| matches!(&entry.event, Event::TlsRecord { direction: Direction::Received, kind, .. } if *kind == MessageKind::TlsClientHello),
    );
    assert!(heard, "{transcript:#?}");
}

#[tokio::test]
async fn split_pieces_arrive_whole_and_in_order() {
    let split =
        fault(MessageKind::X224ConnectionConfirm, Some(Operator::Split(vec![1, 4])), Some(Then::End(Ending::Fin)));
    let server = start(scenario(vec![split])).await;
    let (bytes, closed) = ask(server.addr()).await;
    closed.unwrap();
    assert_eq!(confirm(&bytes).kind(), MessageKind::X224ConnectionConfirm);
}

#[tokio::test]
async fn an_alert_in_place_of_the_server_hello_is_an_alert() {
    let alert = fault(MessageKind::TlsServerHello, Some(Operator::Alert(40)), Some(Then::End(Ending::Fin)));
    let server = start(scenario(vec![alert])).await;
    let (result, transcript) = connect(&server).await;
    assert_eq!(result, Err(rustls::Error::AlertReceived(rustls::AlertDescription::HandshakeFailure)));
    let sent = transcript.entries.iter().find_map(|entry| match &entry.event {
        Event::TlsRecord { direction: Direction::Sent, kind, length, fact, altered } => {
            Some((*kind, *length, fact.clone(), altered.clone()))
        }
        _ => None,
    });
    let altered = vec!["alert 40 in its place (line 3)".to_owned()];
    assert_eq!(sent, Some((MessageKind::TlsAlert, 7, "fatal handshake_failure (40)".to_owned(), altered)));
    server.verify().unwrap();
}

#[tokio::test]
async fn a_client_that_rejects_a_legacy_server_hello_is_heard() {
    let legacy = fault(MessageKind::TlsServerHello, Some(Operator::LegacyServerHello(0x0301)), None);
    let server = start(scenario(vec![legacy])).await;
    let (result, transcript) = connect(&server).await;
    result.unwrap_err();
    assert_eq!(tls_failure(&transcript), TlsFailureKind::AlertReceived(70), "protocol_version");
}

#[tokio::test]
async fn a_client_that_goes_on_after_a_legacy_server_hello_has_accepted_it() {
    let legacy = fault(MessageKind::TlsServerHello, Some(Operator::LegacyServerHello(0x0302)), None);
    let server = start(scenario(vec![legacy])).await;
    let mut stream = TcpStream::connect(server.addr()).await.unwrap();
    let mut tls = tls_client(server.ca_certificate());
    stream.write_all(&[request(), records(&mut tls)].concat()).await.unwrap();
    let mut head = [0; 19 + 11];
    stream.read_exact(&mut head).await.unwrap();
    assert_eq!(head[19..22], [22, 3, 2]);
    assert_eq!(head[28..30], [3, 2]);
    // A ClientKeyExchange, as a client that had no objection would send.
    stream.write_all(&[22, 3, 2, 0, 6, 16, 0, 0, 2, 0, 0]).await.unwrap();
    stream.shutdown().await.unwrap();
    server.wait_finished(1).await;
    assert_eq!(tls_failure(&server.transcripts()[0]), TlsFailureKind::LegacyAccepted(0x0302));
}

#[tokio::test]
async fn a_client_that_distrusts_the_certificate_is_heard() {
    let mut scenario = scenario(Vec::new());
    scenario.server.tls.certificate = badrdp_scenarios::model::Certificate::Expired;
    let server = start(scenario).await;
    let (result, transcript) = connect(&server).await;
    assert!(matches!(result, Err(rustls::Error::InvalidCertificate(_))), "{result:?}");
    assert_eq!(tls_failure(&transcript), TlsFailureKind::AlertReceived(45), "certificate_expired");
}

#[tokio::test]
async fn bytes_that_are_no_tls_are_named() {
    let server = start(scenario(Vec::new())).await;
    let mut stream = TcpStream::connect(server.addr()).await.unwrap();
    stream.write_all(&[request(), b"GET / HTTP/1.1\r\n".to_vec()].concat()).await.unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();
    drop(stream);
    server.wait_finished(1).await;
    assert_eq!(tls_failure(&server.transcripts()[0]), TlsFailureKind::NotTls(b"GET / HTTP/1.1\r\n".to_vec()));
}

#[tokio::test]
async fn a_silent_client_is_closed_after_the_budget() {
    let options = Options { budget: Duration::from_millis(50), ..Options::default() };
    let server = FakeServer::start_with(scenario(Vec::new()), options).await.unwrap();
    let mut stream = TcpStream::connect(server.addr()).await.unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();
    assert_eq!(bytes, b"");
    server.wait_finished(1).await;
    assert_eq!(server.transcripts()[0].failure.as_ref().unwrap().cause, Blame::Stalled);
}

#[tokio::test]
async fn verify_names_the_fault_that_never_fired() {
    let never = fault(MessageKind::DemandActive, Some(Operator::Omit), None);
    let place = Place { layer: Layer::X224, span: Span::Field("selectedProtocol".to_owned()) };
    let inert = fault(MessageKind::X224ConnectionConfirm, Some(Operator::Set(place, Value::Number(1))), None);
    let server = start(scenario(vec![never.clone()])).await;
    assert_eq!(server.verify(), Err(VerifyError::NoConnection));
    connect(&server).await.0.unwrap();
    assert_eq!(
        server.verify().unwrap_err().to_string(),
        "the fault at line 3 of loopback.toml never fired: DemandActive was never due"
    );

    let server = start(scenario(vec![inert])).await;
    connect(&server).await.0.unwrap();
    assert_eq!(
        server.verify().unwrap_err().to_string(),
        "the fault at line 3 of loopback.toml never fired: X224ConnectionConfirm was due, but the bytes are so already"
    );
}

#[tokio::test]
async fn a_port_in_use_and_a_foreign_address_are_told_apart() {
    let first = start(scenario(Vec::new())).await;
    let listen = |listen| FakeServer::start_with(scenario(Vec::new()), Options { listen, ..Options::default() });
    let error = listen(first.addr()).await.unwrap_err();
    assert!(matches!(error, StartError::InUse { addr } if addr == first.addr()), "{error:?}");
    // TEST-NET-1 (RFC 5737): no host has it.
    let error = listen("192.0.2.1:0".parse().unwrap()).await.unwrap_err();
    assert!(matches!(error, StartError::NoSuchAddress { .. }), "{error:?}");
}

#[tokio::test]
async fn dropping_the_handle_does_not_block_and_cuts_the_connections() {
    let stall = fault(MessageKind::X224ConnectionConfirm, Some(Operator::Omit), Some(Then::End(Ending::Stall)));
    let server = start(scenario(vec![stall])).await;
    let addr = server.addr();
    let mut stream = TcpStream::connect(addr).await.unwrap();
    stream.write_all(&request()).await.unwrap();
    let before = Instant::now();
    drop(server);
    assert!(before.elapsed() < Duration::from_millis(500));
    let mut bytes = Vec::new();
    // Closed or reset: both mean that nobody is there any more.
    stream.read_to_end(&mut bytes).await.ok();
    assert_eq!(bytes, b"");
    assert!(TcpStream::connect(addr).await.is_err());
}

#[tokio::test]
async fn the_observer_sees_every_entry_live_and_in_order() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&seen);
    let observer = move |seen: &Seen<'_>| {
        assert_eq!(seen.scenario, "test/loopback");
        sink.lock().unwrap().push((seen.number, seen.entry.event.clone()));
    };
    let options = Options { observer: Some(Arc::new(observer)), ..options() };
    let server = FakeServer::start_with(scenario(Vec::new()), options).await.unwrap();
    connect(&server).await.0.unwrap();
    let events: Vec<_> = server.transcripts()[0].entries.iter().map(|entry| (1, entry.event.clone())).collect();
    assert_eq!(*seen.lock().unwrap(), events);
}

#[tokio::test]
async fn two_servers_of_one_seed_show_the_same_certificate() {
    let ca = |seed| async move {
        let options = Options { seed, ..options() };
        FakeServer::start_with(scenario(Vec::new()), options).await.unwrap().ca_certificate().to_vec()
    };
    assert_eq!(ca(1).await, ca(1).await);
    assert_ne!(ca(1).await, ca(2).await);
}
