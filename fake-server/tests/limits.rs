//! Clients that misbehave: deadlines end, caps hold, and others are still served.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "tests state what they expect"
)]

mod common;

use std::time::{Duration, Instant};

use badrdp_fake_server::MAX_CONNECTIONS;
use badrdp_proto::connect::{Blame, TlsFailureKind};
use badrdp_proto::pdu::Message;
use badrdp_proto::pdu::fast_path::{Input, InputEvent};
use badrdp_proto::transcript::{Event, Transcript};
use badrdp_proto::vocab::MessageKind;
use badrdp_scenarios::model::Operator;
use common::{Peer, fault, read_to_close, request, scenario, start, start_with_budget, transcript};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Long enough for a busy host, short enough for a test.
const BUDGET: Duration = Duration::from_millis(100);

fn cause(transcript: &Transcript) -> Blame {
    transcript.failure.clone().unwrap().cause
}

/// Writes a byte now and then until the server closes; how long that took.
async fn drip(mut stream: TcpStream, byte: u8) -> Duration {
    let started = Instant::now();
    let mut pause = tokio::time::interval(BUDGET / 4);
    let mut answer = [0; 64];
    loop {
        tokio::select! {
            _ = pause.tick() => {
                if stream.write_all(&[byte]).await.is_err() {
                    return started.elapsed();
                }
            }
            read = stream.read(&mut answer) => {
                if matches!(read, Ok(0) | Err(_)) {
                    return started.elapsed();
                }
            }
        }
    }
}

#[tokio::test]
async fn a_client_that_drips_is_not_listened_to_for_ever() {
    let server = start_with_budget(scenario(Vec::new()), BUDGET).await;
    let mut stream = TcpStream::connect(server.addr()).await.unwrap();
    // A TPKT of 0x0300 bytes, one at a time: never silent for long.
    stream.write_all(&[3, 0, 3, 0]).await.unwrap();
    let took = tokio::time::timeout(BUDGET * 60, drip(stream, 0)).await.unwrap();
    assert!(took >= BUDGET * 2, "{took:?}: slow is not silent");
    assert_eq!(cause(&transcript(&server).await), Blame::Stalled);
}

#[tokio::test]
async fn a_client_that_drips_its_client_hello_is_not_listened_to_for_ever() {
    let server = start_with_budget(scenario(Vec::new()), BUDGET).await;
    let mut stream = TcpStream::connect(server.addr()).await.unwrap();
    // A record of 0x0800 bytes with a ClientHello that never gets there.
    stream.write_all(&[request(), vec![22, 3, 1, 8, 0, 1, 0, 7, 0xfc, 3, 3]].concat()).await.unwrap();
    tokio::time::timeout(BUDGET * 60, drip(stream, 0)).await.unwrap();
    let cause = cause(&transcript(&server).await);
    assert!(matches!(&cause, Blame::Tls(failure) if failure.kind == TlsFailureKind::TimedOut), "{cause:?}");
}

#[tokio::test]
async fn garbage_is_refused_at_its_first_byte() {
    let server = start(scenario(Vec::new())).await;
    let mut stream = TcpStream::connect(server.addr()).await.unwrap();
    stream.write_all(&vec![0xa5; 64 * 1024]).await.unwrap();
    assert_eq!(read_to_close(&mut stream).await.0, b"");
    drop(stream);
    assert!(matches!(cause(&transcript(&server).await), Blame::NotAFrame(_)));
}

#[tokio::test]
async fn a_length_of_4_gib_is_refused_before_it_is_waited_for() {
    let server = start(scenario(Vec::new())).await;
    let mut peer = Peer::connect(&server).await;
    let active = peer
        .go(|message| {
            let mut bytes = message.encode();
            if message.kind() == MessageKind::McsConnectInitial {
                // The Connect-Initial's own length, in BER's long form of four digits.
                bytes.truncate(9);
                bytes.extend([0x84, 0xff, 0xff, 0xff, 0xff, 0]);
                bytes[2..4].copy_from_slice(&15_u16.to_be_bytes());
            }
            vec![bytes]
        })
        .await;
    assert!(!active);
    drop(peer);
    assert!(matches!(cause(&transcript(&server).await), Blame::Malformed(_)));
}

#[tokio::test]
async fn a_client_that_never_reads_is_given_up() {
    // More than the socket buffers of both sides hold.
    let flood = fault(MessageKind::X224ConnectionConfirm, Some(Operator::After(vec![0; 32 << 20])), None);
    let server = start_with_budget(scenario(vec![flood]), BUDGET).await;
    let mut stream = TcpStream::connect(server.addr()).await.unwrap();
    stream.write_all(&request()).await.unwrap();
    let transcript = transcript(&server).await;
    assert_eq!(cause(&transcript), Blame::Stalled);
    let events: Vec<_> = transcript.entries.iter().map(|entry| entry.event.clone()).collect();
    assert_eq!(events.iter().filter(|event| **event == Event::TimedOut).count(), 1, "it is waited for once");
    drop(stream);
}

#[tokio::test]
async fn a_flood_of_input_leaves_a_record_of_bounded_size() {
    let server = start(scenario(Vec::new())).await;
    let mut peer = Peer::active(&server).await;
    let events = vec![InputEvent::Mouse { pointer_flags: 0x0800, x: 1, y: 1 }; 255];
    let input = Message::FastPathInput(Input { flags: 0, events }).encode();
    for _ in 0..12 {
        peer.write(&input.repeat(1000)).await;
    }
    peer.stream.shutdown().await.unwrap();
    while !peer.read().await.is_empty() {}
    drop(peer);
    let transcript = transcript(&server).await;
    let kept = |event: &Event| match event {
        Event::Message { bytes, .. } | Event::Undecodable { bytes, .. } => bytes.len(),
        _ => 0,
    };
    let bytes: usize = transcript.entries.iter().map(|entry| kept(&entry.event)).sum();
    assert!((1..=8 << 20).contains(&bytes), "{bytes} bytes in {} entries", transcript.entries.len());
    assert!(transcript.dropped > 0, "the flood was larger than the cap");
    assert_eq!(transcript.failure, None, "input does no harm");
}

#[tokio::test]
async fn large_tls_records_that_arrive_together_are_all_read() {
    let server = start(scenario(Vec::new())).await;
    let mut peer = Peer::active(&server).await;
    let input = Message::FastPathInput(Input { flags: 0, events: vec![InputEvent::Sync { flags: 0 }; 100] }).encode();
    // Records of 10 kB, so that pieces of 16 KiB end in mid-record.
    let record = input.repeat(10_000 / input.len());
    let sent = 40 * (10_000 / input.len());
    let mut wire = Vec::new();
    for _ in 0..40 {
        std::io::Write::write_all(&mut peer.tls.writer(), &record).unwrap();
        wire.extend(common::records(&mut peer.tls));
    }
    peer.stream.write_all(&wire).await.unwrap();
    peer.stream.shutdown().await.unwrap();
    while !peer.read().await.is_empty() {}
    drop(peer);
    let transcript = transcript(&server).await;
    let heard = transcript
        .entries
        .iter()
        .filter(|entry| matches!(&entry.event, Event::Message { kind: MessageKind::FastPathInput, .. }));
    assert_eq!(heard.count(), sent, "{:?}", transcript.failure);
}

#[tokio::test]
async fn a_client_that_only_ends_tls_has_left() {
    let server = start(scenario(Vec::new())).await;
    let mut peer = Peer::active(&server).await;
    peer.tls.send_close_notify();
    let bytes = common::records(&mut peer.tls);
    peer.stream.write_all(&bytes).await.unwrap();
    // TCP stays open on this side.
    tokio::time::timeout(Duration::from_secs(3), read_to_close(&mut peer.stream)).await.unwrap().1.unwrap();
    drop(peer);
    let transcript = transcript(&server).await;
    assert!(transcript.entries.iter().any(|entry| matches!(entry.event, Event::PeerClosed(_))));
}

#[tokio::test]
async fn past_the_cap_clients_wait_and_are_served_in_turn() {
    // Those that wait fill the listener's queue, which holds 128 on some systems.
    const CLIENTS: usize = 3 * MAX_CONNECTIONS;
    // Those that wait are silent for as long as the others take.
    let server = start_with_budget(scenario(Vec::new()), Duration::from_secs(60)).await;
    let mut streams = Vec::new();
    for _ in 0..CLIENTS {
        streams.push(TcpStream::connect(server.addr()).await.unwrap());
    }
    let mut confirm = [0; 19];
    for (number, mut stream) in streams.into_iter().enumerate() {
        stream.write_all(&request()).await.unwrap();
        stream.read_exact(&mut confirm).await.unwrap();
        assert_eq!(confirm[..4], [3, 0, 0, 19]);
        let open = server.accepted() - u64::try_from(server.transcripts().len()).unwrap();
        assert!(usize::try_from(open).unwrap() <= MAX_CONNECTIONS, "{open} are open at client {number}");
    }
    server.wait_finished(CLIENTS as u64).await;
    assert_eq!(server.transcripts().len(), CLIENTS);
}
