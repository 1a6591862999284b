//! The handle as a test uses it: what it says is true at once.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "tests state what they expect"
)]

mod common;

use std::sync::Arc;
use std::time::Duration;

use badrdp_fake_server::{Certificates, FakeServer, Options, Seen, VerifyError};
use badrdp_proto::connect::Ending;
use badrdp_proto::transcript::Event;
use badrdp_proto::vocab::MessageKind;
use badrdp_scenarios::model::{Operator, Then};
use common::{Peer, fault, read_to_close, request, scenario, start};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

#[tokio::test]
async fn a_fault_has_fired_by_the_time_its_bytes_arrive() {
    let split = fault(MessageKind::X224ConnectionConfirm, Some(Operator::Split(vec![1])), None);
    let server = start(scenario(vec![split])).await;
    let mut stream = TcpStream::connect(server.addr()).await.unwrap();
    stream.write_all(&request()).await.unwrap();
    stream.read_exact(&mut [0; 1]).await.unwrap();
    // The connection is still open.
    assert_eq!(server.verify(), Ok(()));
}

#[tokio::test]
async fn finished_waits_for_every_connection_and_then_all_is_said() {
    let refuse = fault(MessageKind::X224ConnectionConfirm, Some(Operator::Omit), Some(Then::End(Ending::Fin)));
    let server = start(scenario(vec![refuse])).await;
    for number in 1..=3 {
        let mut stream = TcpStream::connect(server.addr()).await.unwrap();
        stream.write_all(&request()).await.unwrap();
        assert_eq!(read_to_close(&mut stream).await.0, b"");
        drop(stream);
        server.finished().await;
        assert_eq!(server.transcripts().len(), number);
        assert_eq!(server.verify(), Ok(()));
    }
}

#[tokio::test]
async fn who_has_connected_and_gone_before_anybody_looked_is_counted_and_this_process_is_not() {
    let server = start(scenario(Vec::new())).await;
    // On this runtime's one thread nobody accepts in the meantime.
    for _ in 0..5 {
        drop(std::net::TcpStream::connect(server.addr()).unwrap());
    }
    assert_eq!(server.accepted(), 0);
    server.caught_up().await;
    assert_eq!(server.accepted(), 5);
    server.everybody_left().await;
    assert_eq!(server.accepted(), 5);
    assert_eq!(server.transcripts().len(), 5);
}

#[tokio::test]
async fn finished_waits_for_a_first_connection() {
    let server = start(scenario(Vec::new())).await;
    let early = tokio::time::timeout(Duration::from_millis(20), server.finished()).await;
    assert!(early.is_err(), "nobody connected yet");
    assert_eq!(server.verify(), Err(VerifyError::NoConnection));
}

#[tokio::test]
async fn a_connection_whose_task_fails_has_ended_too() {
    let observer =
        |seen: &Seen<'_>| assert!(!matches!(seen.entry.event, Event::Connected { .. }), "an observer that panics");
    let options = Options { observer: Some(Arc::new(observer)), ..Options::default() };
    let server = FakeServer::start_with(scenario(Vec::new()), options).await.unwrap();
    let mut stream = TcpStream::connect(server.addr()).await.unwrap();
    read_to_close(&mut stream).await.1.ok();
    tokio::time::timeout(Duration::from_secs(5), server.finished()).await.unwrap();
    assert_eq!(server.transcripts(), []);
}

#[tokio::test]
async fn what_was_held_back_when_the_connection_ended_is_in_the_record() {
    let hold = fault(MessageKind::LicenseErrorAlert, Some(Operator::Hold(9)), None);
    let end = fault(MessageKind::DemandActive, Some(Operator::Omit), Some(Then::End(Ending::Fin)));
    let server = start(scenario(vec![hold, end])).await;
    let mut peer = Peer::connect(&server).await;
    assert!(!peer.go(|message| vec![message.encode()]).await, "the server ends it");
    drop(peer);
    server.finished().await;
    assert_eq!(server.verify(), Ok(()));
    let transcript = server.transcripts().remove(0);
    let held = transcript.entries.iter().find_map(|entry| match &entry.event {
        Event::Message { kind: MessageKind::LicenseErrorAlert, bytes, altered, .. } => Some((bytes, altered)),
        _ => None,
    });
    let (bytes, altered) = held.unwrap();
    assert!(bytes.is_empty());
    assert_eq!(
        altered,
        &["held back behind 9 later messages (line 3)", "not sent: the connection ended first"],
        "{transcript:#?}"
    );
}

#[tokio::test]
async fn a_fin_inside_tls_is_announced_by_close_notify() {
    let end = fault(MessageKind::DemandActive, Some(Operator::Omit), Some(Then::End(Ending::Fin)));
    let server = start(scenario(vec![end])).await;
    let mut peer = Peer::connect(&server).await;
    assert!(!peer.go(|message| vec![message.encode()]).await, "the server ends it");
    assert!(peer.tls.process_new_packets().unwrap().peer_has_closed());
}

#[tokio::test]
async fn wait_takes_its_time() {
    let time = Duration::from_millis(150);
    let wait = fault(MessageKind::X224ConnectionConfirm, Some(Operator::Wait(time)), None);
    let server = start(scenario(vec![wait])).await;
    let mut stream = TcpStream::connect(server.addr()).await.unwrap();
    let before = std::time::Instant::now();
    stream.write_all(&request()).await.unwrap();
    stream.read_exact(&mut [0; 19]).await.unwrap();
    assert!(before.elapsed() >= time);
}

#[tokio::test]
async fn a_server_shows_the_certificates_that_it_is_given() {
    let of = |seed| Options { seed, ..Options::default() };
    let start = |options: Options| FakeServer::start_with(scenario(Vec::new()), options);
    let given = Options { certificates: Some(Certificates::new(&of(7))), ..of(0) };
    let (given, seven, zero) = (start(given).await.unwrap(), start(of(7)).await.unwrap(), start(of(0)).await.unwrap());
    assert_eq!(given.ca_certificate(), seven.ca_certificate());
    assert_ne!(given.ca_certificate(), zero.ca_certificate());
}
