//! TLS alerts inside the session, as a client's TLS sees them.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "tests state what they expect"
)]

mod common;

use badrdp_proto::connect::{Ending, Step};
use badrdp_proto::transcript::Event;
use badrdp_proto::vocab::MessageKind;
use badrdp_scenarios::Scenario;
use badrdp_scenarios::model::{Operator, Then, TlsVersion, TlsVersionMax};
use common::{Peer, fault, read_to_close, request, scenario, start, transcript};
use rustls::{AlertDescription, Error};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

/// What the client's TLS says once the server has closed by FIN.
async fn last_words(peer: &mut Peer) -> Option<Error> {
    while !peer.read().await.is_empty() {}
    let (_, closed) = read_to_close(&mut peer.stream).await;
    closed.unwrap();
    peer.tls_error.clone()
}

/// A session in which the Connect Response is an alert.
async fn alerted(mut scenario: Scenario, description: u8) -> Option<Error> {
    scenario.faults = vec![fault(MessageKind::McsConnectResponse, Some(Operator::Alert(description)), None)];
    let server = start(scenario).await;
    let mut peer = Peer::connect(&server).await;
    assert!(!peer.go(|message| vec![message.encode()]).await, "the server ends it");
    server.verify().unwrap();
    last_words(&mut peer).await
}

#[tokio::test]
async fn every_cipher_suite_of_both_versions_carries_the_alert() {
    let suites = [
        (TlsVersion::V12, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"),
        (TlsVersion::V12, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"),
        (TlsVersion::V12, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"),
        (TlsVersion::V13, "TLS13_AES_128_GCM_SHA256"),
        (TlsVersion::V13, "TLS13_AES_256_GCM_SHA384"),
        (TlsVersion::V13, "TLS13_CHACHA20_POLY1305_SHA256"),
    ];
    for (version, suite) in suites {
        let mut scenario = scenario(Vec::new());
        scenario.server.tls.min = version;
        scenario.server.tls.max = TlsVersionMax(version);
        scenario.server.tls.ciphers = vec![suite.to_owned()];
        let alert = alerted(scenario, 80).await;
        assert_eq!(alert, Some(Error::AlertReceived(AlertDescription::InternalError)), "{suite}");
    }
}

#[tokio::test]
async fn the_alert_has_the_number_that_was_asked_for() {
    let alert = alerted(scenario(Vec::new()), 49).await;
    assert_eq!(alert, Some(Error::AlertReceived(AlertDescription::AccessDenied)));
}

#[tokio::test]
async fn the_record_says_what_stood_where() {
    let alert = fault(MessageKind::McsConnectResponse, Some(Operator::Alert(80)), None);
    let server = start(scenario(vec![alert])).await;
    let mut peer = Peer::connect(&server).await;
    assert!(!peer.go(|message| vec![message.encode()]).await, "the server ends it");
    drop(peer);
    let transcript = transcript(&server).await;
    let [.., response, closed] = transcript.entries.as_slice() else { panic!("{transcript:#?}") };
    let Event::Message { kind, bytes, altered, .. } = &response.event else { panic!("{response:#?}") };
    assert_eq!((*kind, bytes.len()), (MessageKind::McsConnectResponse, 0));
    assert_eq!(altered, &["alert 80 in its place (line 3)"]);
    let ending = Event::Closed { how: Ending::TlsAlert(80), altered: Some("alert 80 (line 3)".to_owned()) };
    assert_eq!(closed.event, ending);
}

#[tokio::test]
async fn an_active_session_can_end_with_an_alert() {
    let mut scenario = scenario(Vec::new());
    scenario.server.session.steps = vec![Step::Logon, Step::End(Ending::TlsAlert(90))];
    let server = start(scenario).await;
    let mut peer = Peer::active(&server).await;
    let alert = last_words(&mut peer).await;
    assert_eq!(alert, Some(Error::AlertReceived(AlertDescription::UserCanceled)));
}

#[tokio::test]
async fn without_tls_it_is_a_fin() {
    let end = Some(Then::End(Ending::TlsAlert(80)));
    let server = start(scenario(vec![fault(MessageKind::X224ConnectionConfirm, Some(Operator::Omit), end)])).await;
    let mut stream = TcpStream::connect(server.addr()).await.unwrap();
    stream.write_all(&request()).await.unwrap();
    let (bytes, closed) = read_to_close(&mut stream).await;
    assert_eq!(bytes, b"");
    closed.unwrap();
}
