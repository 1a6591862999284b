//! Clients that come again: the server is another one by then, and knows the cookie that it gave.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "tests state what they expect"
)]

mod common;

use std::path::Path;
use std::time::Duration;

use badrdp_fake_server::{FakeServer, Options, SharedPort, VerifyError};
use badrdp_proto::connect::{ClientConfig, CookieCheck, CookieVerdict};
use badrdp_proto::pdu::auto_reconnect::ClientCookie;
use badrdp_proto::pdu::x224::{ConnectionRequest, NegotiationRequest, Protocols, Token};
use badrdp_proto::pdu::{Message, Side};
use badrdp_proto::transcript::{Event, Transcript};
use badrdp_proto::vocab::MessageKind;
use badrdp_scenarios::{Scenario, load_str};
use common::{Peer, read_to_close, request, tls_client_for};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

const HEAD: &str = "summary = \"s\"\nspec = [\"RFC 1\"]\nexpect.client = { must = \"connect\", because = \"b\" }\n\
                    expect.probe = { stage = \"active\" }\n";

fn scenario(text: &str) -> Scenario {
    load_str(Path::new("test/again.toml"), &format!("{HEAD}{text}"))
        .unwrap_or_else(|wrong| panic!("{wrong:?}"))
        .remove(0)
}

/// Refuses in another way each time.
fn three() -> Scenario {
    scenario(
        "probe.follow = true\nserver.negotiation.failure = \"SSL_REQUIRED_BY_SERVER\"\n\
         [[connection]]\nfrom = 2\nserver.negotiation.failure = \"HYBRID_REQUIRED_BY_SERVER\"\n\
         [[connection]]\nfrom = 4\nfault = [{ at = \"X224ConnectionConfirm\", omit = true, then = \"fin\" }]\n",
    )
}

async fn start(scenario: Scenario) -> FakeServer {
    FakeServer::start_with(scenario, Options { budget: Duration::from_secs(5), ..Options::default() }).await.unwrap()
}

/// The failure code of the next connection's confirm; none where nothing came.
async fn refusal(server: &FakeServer) -> Option<u8> {
    let mut stream = TcpStream::connect(server.addr()).await.unwrap();
    stream.write_all(&request()).await.unwrap();
    let (bytes, _) = read_to_close(&mut stream).await;
    drop(stream);
    server.finished().await;
    bytes.get(15).copied()
}

#[tokio::test]
async fn each_connection_meets_what_is_for_it_and_those_behind_it() {
    let server = start(three()).await;
    assert_eq!(server.verify(), Err(VerifyError::NoConnection));
    assert_eq!(refusal(&server).await, Some(1));
    let never = |line, from| Err(VerifyError::NeverCame { file: "test/again.toml".to_owned(), line, from });
    assert_eq!(server.verify(), never(7, 2));
    assert_eq!(refusal(&server).await, Some(5));
    assert_eq!(server.verify(), never(10, 4));
    assert_eq!(refusal(&server).await, Some(5));
    assert_eq!(refusal(&server).await, None);
    assert_eq!(server.verify(), Ok(()));
    assert_eq!(refusal(&server).await, None, "the last is for all that follow");
    let message = never(7, 2).unwrap_err().to_string();
    let expected = "the [[connection]] at line 7 of test/again.toml was never reached: no client came 2 times";
    assert_eq!(message, expected);
}

#[tokio::test]
async fn a_fault_of_a_later_connection_must_fire_there() {
    let scenario = scenario(
        "[probe]\nfollow = true\n[[connection]]\nfrom = 2\nfault = [{ at = \"FontMap\", omit = true }]\n\
         server.mcs.skip_channel_join = true\n",
    );
    let server = start(scenario).await;
    for _ in 0..2 {
        assert!(refusal(&server).await.is_some());
    }
    let Err(VerifyError::NeverFired { line: 9, anchor, .. }) = server.verify() else { panic!("{:?}", server.verify()) };
    assert_eq!(anchor, "FontMap");
}

#[tokio::test]
async fn behind_one_port_each_scenario_counts_its_own_connections() {
    let names = ["three", "also"];
    let both = names.map(|name| Scenario { id: format!("test/{name}"), ..three() });
    let options = Options { budget: Duration::from_secs(5), ..Options::default() };
    let port = SharedPort::start_with(both.to_vec(), options).await.unwrap();
    let mut count = 0;
    let mut refusal = async |name: &str| {
        let token = Some(Token::Cookie(format!("test/{name}").into_bytes()));
        let negotiation = Some(NegotiationRequest { flags: 0, requested_protocols: Protocols::SSL });
        let request = ConnectionRequest { token, negotiation, ..ConnectionRequest::default() };
        let mut stream = TcpStream::connect(port.addr()).await.unwrap();
        stream.write_all(&Message::X224ConnectionRequest(request).encode()).await.unwrap();
        let (bytes, _) = read_to_close(&mut stream).await;
        count += 1;
        port.wait_finished(count).await;
        bytes.get(15).copied()
    };
    assert_eq!(refusal("three").await, Some(1));
    assert_eq!(refusal("also").await, Some(1));
    assert_eq!(refusal("three").await, Some(5));
    assert_eq!(refusal("three").await, Some(5));
    assert_eq!(refusal("three").await, None);
    assert_eq!(refusal("also").await, Some(5));
    assert_eq!(port.verify("test/three"), Ok(()));
    assert!(matches!(port.verify("test/also"), Err(VerifyError::NeverCame { from: 4, .. })));
}

fn gives_cookies() -> Scenario {
    scenario("[server.session]\nsteps = [\"logon\", \"reconnect-cookie\"]\n")
}

/// A session with this proof; the cookie that it was given.
async fn session(server: &FakeServer, reconnect: Option<ClientCookie>) -> ClientCookie {
    let config = ClientConfig { protocols: Protocols::SSL, reconnect, ..ClientConfig::default() };
    let tls = tls_client_for(server.ca_certificate(), "localhost");
    let mut peer = Peer::connect_to(server.addr(), tls, config).await;
    assert!(peer.go(|message| vec![message.encode()]).await, "the session is active");
    let cookie = loop {
        while peer.session.poll(Duration::ZERO).is_some() {}
        if let Some(cookie) = peer.session.machine_mut().take_cookie() {
            break cookie;
        }
        let bytes = peer.read().await;
        assert!(!bytes.is_empty(), "the server gives a cookie");
        peer.session.receive(&bytes);
    };
    drop(peer);
    server.finished().await;
    cookie.answer()
}

fn checks(transcripts: &[Transcript]) -> Vec<Option<CookieVerdict>> {
    let check = |transcript: &Transcript| {
        transcript.entries.iter().find_map(|entry| match entry.event {
            Event::CookieChecked(CookieCheck { verdict, .. }) => Some(verdict),
            _ => None,
        })
    };
    transcripts.iter().map(check).collect()
}

#[tokio::test]
async fn a_cookie_opens_one_session_and_every_connection_has_its_own() {
    let server = start(gives_cookies()).await;
    let first = session(&server, None).await;
    let second = session(&server, Some(first)).await;
    assert_ne!(first, second);
    // Used up.
    session(&server, Some(first)).await;
    session(&server, Some(second)).await;
    let mut wrong = second;
    wrong.security_verifier[0] ^= 1;
    session(&server, Some(wrong)).await;
    let expected = [
        None,
        Some(CookieVerdict::Accepted),
        Some(CookieVerdict::WrongVerifier),
        Some(CookieVerdict::Accepted),
        Some(CookieVerdict::WrongVerifier),
    ];
    assert_eq!(checks(&server.transcripts()), expected);
    let told =
        |transcript: &Transcript| transcript.messages().any(|(_, kind, _)| kind == MessageKind::AutoReconnectStatus);
    assert_eq!(server.transcripts().iter().map(told).collect::<Vec<_>>(), [false, false, true, false, true]);
}

#[tokio::test]
async fn neither_cookie_nor_proof_is_in_a_transcript() {
    let server = start(gives_cookies()).await;
    let first = session(&server, None).await;
    session(&server, Some(first)).await;
    let text = format!("{:?}", server.transcripts());
    let proof = format!("{:?}", first.security_verifier);
    let inner = proof.trim_matches(['[', ']']);
    assert!(!text.contains(inner), "the proof");
    assert!(text.contains("42, 42, 42, 42, 42, 42, 42, 42, 42, 42, 42, 42, 42, 42, 42, 42"), "it is masked");
    assert_eq!(server.transcripts()[0].side, Side::Server);
}
