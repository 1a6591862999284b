//! The probe against ports that speak anything but RDP, on loopback.
#![allow(clippy::unwrap_used, reason = "a test that cannot listen on loopback must stop")]

use std::future::Future;
use std::time::Duration;

use badrdp_client_probe::diagnosis::Verdict;
use badrdp_client_probe::{Diagnosis, Options, Roots, Target, diagnose, probe};
use badrdp_proto::connect::CloseKind;
use badrdp_proto::transcript::{Event, Transcript};
use badrdp_proto::vocab::{MessageKind, Stage};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// Connection Confirm that selects TLS.
const SELECTS_SSL: &[u8] = &[3, 0, 0, 19, 14, 0xd0, 0, 0, 0x12, 0x34, 0, 2, 1, 8, 0, 1, 0, 0, 0];

fn options() -> Options {
    Options {
        budget: Duration::from_millis(300),
        connect_budget: Duration::from_secs(1),
        roots: Roots::Only(Vec::new()),
        ..Options::default()
    }
}

/// Probes a port on which `peer` handles the one connection.
async fn against<F>(peer: impl FnOnce(TcpStream) -> F + Send + 'static) -> (Transcript, Diagnosis)
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        peer(stream).await;
    });
    let transcript = probe(&Target { host: "127.0.0.1".to_owned(), port }, &options()).await;
    server.abort();
    let diagnosis = diagnose(&transcript);
    (transcript, diagnosis)
}

/// Reads the Connection Request, then answers.
async fn answer(mut stream: TcpStream, bytes: &[u8]) -> TcpStream {
    let mut header = [0; 4];
    stream.read_exact(&mut header).await.unwrap();
    // TPKT: the whole length stands in the last two bytes.
    let [_, _, high, low] = header;
    let mut request = vec![0; usize::from(u16::from_be_bytes([high, low])) - header.len()];
    stream.read_exact(&mut request).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    stream
}

/// Keeps the connection open until the probe gives up.
async fn hold(mut stream: TcpStream) {
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest).await;
}

fn first(diagnosis: &Diagnosis) -> (&str, Stage, Verdict) {
    let id = diagnosis.findings.first().map_or("", |finding| finding.id);
    (id, diagnosis.stage, diagnosis.verdict)
}

#[tokio::test]
async fn a_closed_port_refuses() {
    let port = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap().port()
    };
    let transcript = probe(&Target { host: "127.0.0.1".to_owned(), port }, &options()).await;
    assert_eq!(first(&diagnose(&transcript)), ("connection-refused", Stage::Tcp, Verdict::Unreachable));
}

#[tokio::test]
async fn a_name_that_cannot_exist_does_not_resolve() {
    let target = Target { host: "no host has spaces".to_owned(), port: 3389 };
    let transcript = probe(&target, &options()).await;
    assert_eq!(first(&diagnose(&transcript)), ("name-not-resolved", Stage::Tcp, Verdict::Unreachable));
}

#[tokio::test]
async fn silence_ends_with_the_budget() {
    let (transcript, diagnosis) = against(hold).await;
    assert_eq!(first(&diagnosis), ("silent", Stage::ConnectionInitiation, Verdict::Broken));
    let timed_out = transcript.entries.iter().find(|entry| entry.event == Event::TimedOut).unwrap();
    assert!(timed_out.at >= Duration::from_millis(300), "{:?}", timed_out.at);
    assert_eq!(transcript.entries.first().map(|entry| entry.stage), Some(Stage::Tcp));
}

#[tokio::test]
async fn half_an_answer_is_not_silence() {
    let (_, diagnosis) =
        against(|stream| async move { hold(answer(stream, SELECTS_SSL.split_at(9).0).await).await }).await;
    assert_eq!(first(&diagnosis), ("stalled", Stage::ConnectionInitiation, Verdict::Broken));
}

#[tokio::test]
async fn a_handshake_that_drips_comes_to_its_end() {
    let drip = |stream| async move {
        // A TLS record of 16 KiB whose bytes come one at a time, each well within the budget.
        let mut stream = answer(stream, SELECTS_SSL).await;
        for byte in [0x16, 3, 3, 0x40, 0].into_iter().chain(std::iter::repeat(0)) {
            if stream.write_all(&[byte]).await.is_err() {
                return;
            }
            // The host under test drips: the time between its bytes is the input, for which no event stands.
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let walk = tokio::time::timeout(Duration::from_secs(60), against(drip));
    let (transcript, _) = walk.await.unwrap();
    assert_eq!(transcript.stage, Stage::Tls);
}

#[tokio::test]
async fn other_protocols_are_named() {
    let cases: [(&'static [u8], &str); 5] = [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "speaks-http"),
        (b"SSH-2.0-OpenSSH_9.2p1\r\n", "speaks-ssh"),
        (&[0x15, 3, 1, 0, 2, 2, 70], "speaks-tls"),
        (&[0xde, 0xad, 0xbe, 0xef], "not-rdp"),
        (b"220 mail.test ESMTP\r\n", "not-rdp"),
    ];
    for (bytes, id) in cases {
        let (_, diagnosis) = against(move |stream| async move { hold(answer(stream, bytes).await).await }).await;
        assert_eq!(first(&diagnosis), (id, Stage::ConnectionInitiation, Verdict::NotRdp));
    }
}

/// A web server answers only once it has read a line; the cookie's CR LF ends one.
#[tokio::test]
async fn a_server_that_reads_lines_shows_itself() {
    let (_, diagnosis) = against(|mut stream| async move {
        let mut byte = [0];
        while byte != *b"\n" {
            stream.read_exact(&mut byte).await.unwrap();
        }
        stream.write_all(b"<!DOCTYPE HTML>\n<html>Bad request syntax</html>").await.unwrap();
        hold(stream).await;
    })
    .await;
    assert_eq!(first(&diagnosis), ("speaks-http", Stage::ConnectionInitiation, Verdict::NotRdp));
}

#[tokio::test]
async fn fin_and_rst_are_told_apart() {
    let (_, diagnosis) = against(|stream| async move { drop(answer(stream, b"").await) }).await;
    assert_eq!(first(&diagnosis).0, "closed-early");
    let (_, diagnosis) = against(|stream| async move {
        let stream = answer(stream, b"").await;
        stream.set_zero_linger().unwrap();
    })
    .await;
    assert_eq!(first(&diagnosis).0, "reset-early");
}

#[tokio::test]
async fn a_frame_that_ends_early_is_cut_short() {
    let (_, diagnosis) = against(|stream| async move { drop(answer(stream, SELECTS_SSL.split_at(9).0).await) }).await;
    assert_eq!(first(&diagnosis), ("frame-cut-short", Stage::ConnectionInitiation, Verdict::Broken));
}

#[tokio::test]
async fn a_frame_cannot_claim_less_than_its_header() {
    let (_, diagnosis) = against(|stream| async move { hold(answer(stream, &[3, 0, 0, 2, 0]).await).await }).await;
    assert_eq!(first(&diagnosis), ("frame-malformed", Stage::ConnectionInitiation, Verdict::Broken));
}

#[tokio::test]
async fn tls_failures_are_sorted() {
    let alert = |description| [0x15, 3, 3, 0, 2, 2, description];
    let cases: [(Vec<u8>, &str); 4] = [
        (alert(40).to_vec(), "tls-handshake-failure"),
        (alert(70).to_vec(), "tls-version-mismatch"),
        (alert(80).to_vec(), "tls-alert"),
        (b"Segmentation fault\n".to_vec(), "tls-plain-text"),
    ];
    for (bytes, id) in cases {
        let (_, diagnosis) = against(move |stream| async move {
            let mut stream = answer(stream, SELECTS_SSL).await;
            let mut hello = [0; 5];
            stream.read_exact(&mut hello).await.unwrap();
            stream.write_all(&bytes).await.unwrap();
            hold(stream).await;
        })
        .await;
        assert_eq!(first(&diagnosis), (id, Stage::Tls, Verdict::Broken));
    }
}

#[tokio::test]
async fn bytes_ahead_of_the_tls_switch_are_not_lost() {
    let ahead = [SELECTS_SSL, &[0x15, 3, 3, 0, 2, 2, 40]].concat();
    let (transcript, diagnosis) = against(move |stream| async move { hold(answer(stream, &ahead).await).await }).await;
    assert_eq!(first(&diagnosis).0, "tls-handshake-failure");
    let alert = transcript.entries.iter().find_map(|entry| match &entry.event {
        Event::TlsRecord { length, fact, .. } if fact.contains("handshake_failure") => Some(*length),
        _ => None,
    });
    assert_eq!(alert, Some(7));
}

#[tokio::test]
async fn tls_that_closes_or_stalls_is_told_apart() {
    async fn read_hello(stream: TcpStream) -> TcpStream {
        let mut stream = answer(stream, SELECTS_SSL).await;
        let mut buffer = vec![0; 4096];
        assert!(stream.read(&mut buffer).await.unwrap() > 5);
        stream
    }
    let (_, diagnosis) = against(|stream| async move { drop(read_hello(stream).await) }).await;
    assert_eq!(first(&diagnosis), ("tls-closed", Stage::Tls, Verdict::Broken));
    let (_, diagnosis) = against(|stream| async move {
        let stream = read_hello(stream).await;
        stream.set_zero_linger().unwrap();
    })
    .await;
    assert_eq!(first(&diagnosis), ("tls-closed", Stage::Tls, Verdict::Broken));
    let (_, diagnosis) = against(|stream| async move { hold(read_hello(stream).await).await }).await;
    assert_eq!(first(&diagnosis), ("tls-stalled", Stage::Tls, Verdict::Broken));
}

#[tokio::test]
async fn the_peer_sees_a_fin_when_the_probe_gives_up() {
    let (sender, receiver) = tokio::sync::oneshot::channel();
    let (_, diagnosis) = against(move |stream| async move {
        let mut stream = answer(stream, b"SSH-2.0-test\r\n").await;
        let mut rest = Vec::new();
        let end = stream.read_to_end(&mut rest).await.map_err(|error| error.kind());
        let _ = sender.send(end);
    })
    .await;
    assert_eq!(first(&diagnosis).0, "speaks-ssh");
    assert_eq!(receiver.await.unwrap(), Ok(0));
}

/// The RST is there as a rule before the probe writes, and then the write hears of it first.
#[tokio::test]
async fn a_reset_is_one_even_where_a_write_was_told() {
    for _ in 0..20 {
        let (transcript, _) = against(|stream| async move {
            // Without negotiation data: the probe goes on in plain text at once.
            let stream = answer(stream, &[3, 0, 0, 11, 6, 0xd0, 0, 0, 0x12, 0x34, 0]).await;
            stream.set_zero_linger().unwrap();
        })
        .await;
        let closed = transcript.entries.iter().find_map(|entry| match entry.event {
            Event::PeerClosed(kind) => Some(kind),
            _ => None,
        });
        assert_eq!(closed, Some(CloseKind::Reset));
    }
}

/// TLS tells of a broken record before what was decrypted ahead of it, where both arrive together.
#[tokio::test]
async fn what_came_ahead_of_a_tls_failure_is_heard() {
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = rcgen::CertificateParams::new(["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            rustls::pki_types::PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        )
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(std::sync::Arc::new(config));
    let (transcript, diagnosis) = against(move |stream| async move {
        let stream = answer(stream, SELECTS_SSL).await;
        let mut stream = acceptor.accept(stream).await.unwrap();
        let mut initial = [0; 4];
        stream.read_exact(&mut initial).await.unwrap();
        let (socket, tls) = stream.get_mut();
        // MCS Disconnect Provider Ultimatum, then a record that nobody can open, in one segment.
        std::io::Write::write_all(&mut tls.writer(), &[3, 0, 0, 9, 2, 0xf0, 0x80, 0x21, 0x80]).unwrap();
        let mut records = Vec::new();
        tls.write_tls(&mut records).unwrap();
        records.extend([0x17, 3, 3, 0, 20]);
        records.extend([0; 20]);
        socket.write_all(&records).await.unwrap();
        hold(stream.into_inner().0).await;
    })
    .await;
    assert_eq!(first(&diagnosis), ("mcs-disconnected", Stage::BasicSettingsExchange, Verdict::Broken));
    let disconnected = |entry: &badrdp_proto::transcript::Entry| {
        matches!(&entry.event, Event::Message { kind: MessageKind::McsDisconnectProviderUltimatum, .. })
    };
    assert!(transcript.entries.iter().any(disconnected), "{transcript:#?}");
}
