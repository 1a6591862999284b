//! Many scenarios behind one port: each way of naming one, and what becomes of a name that comes too late.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "tests state what they expect"
)]

mod common;

use std::collections::BTreeSet;
use std::time::Duration;

use badrdp_fake_server::{FakeServer, Options, SharedPort, SharedPortError, VerifyError};
use badrdp_proto::connect::{AuthFailure, Blame, ClientConfig, Failure};
use badrdp_proto::pdu::Message;
use badrdp_proto::pdu::x224::{ConnectionRequest, NegotiationRequest, Protocols, Token};
use badrdp_proto::transcript::{Chosen, Event, Named, Transcript};
use badrdp_proto::vocab::codes::NtStatus;
use badrdp_proto::vocab::{MessageKind, Stage};
use badrdp_scenarios::{Scenario, catalog, find};
use common::{Auth, Peer, read_to_close, tls_client_for};
use rustls::{CertificateError, Error};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const NO_DATA: &str = "negotiation/no-data";
const EXPIRED: &str = "tls/certificate-expired";
const DENIED: &str = "last-mile/server-denied-connection";
const DISABLED: &str = "nla/account-state/disabled";

async fn everything() -> SharedPort {
    let options = Options { budget: Duration::from_secs(5), ..Options::default() };
    SharedPort::start_with(catalog().to_vec(), options).await.unwrap()
}

fn scenario(id: &str) -> &'static Scenario {
    find(id).unwrap()
}

/// What the transcript says of the choice; it must say it once.
fn chosen(transcript: &Transcript) -> Chosen {
    let mut all = transcript.entries.iter().filter_map(|entry| match &entry.event {
        Event::Chosen(chosen) => Some(chosen.clone()),
        _ => None,
    });
    let one = all.next().unwrap_or_else(|| panic!("nothing was chosen: {transcript:#?}"));
    assert_eq!(all.next(), None);
    one
}

/// The first bytes that a Connection Request with this token is answered with.
async fn confirm(port: &SharedPort, token: Option<Token>) -> Vec<u8> {
    let negotiation = Some(NegotiationRequest { flags: 0, requested_protocols: Protocols::SSL });
    let request = ConnectionRequest { token, negotiation, ..ConnectionRequest::default() };
    let mut stream = TcpStream::connect(port.addr()).await.unwrap();
    stream.write_all(&Message::X224ConnectionRequest(request).encode()).await.unwrap();
    stream.shutdown().await.unwrap();
    let (bytes, end) = read_to_close(&mut stream).await;
    end.unwrap();
    bytes
}

/// A client that offers TLS, says this name in its ClientHello and this user in its Client Info.
async fn peer(port: &SharedPort, server_name: &str, user: &str) -> Peer {
    let tls = tls_client_for(port.ca_certificate(), server_name);
    let user = Some((String::new(), user.to_owned()));
    let config = ClientConfig { protocols: Protocols::SSL, user, ..ClientConfig::default() };
    Peer::connect_to(port.addr(), tls, config).await
}

async fn go(peer: &mut Peer) -> bool {
    peer.go(|message| vec![message.encode()]).await
}

/// Ends the client, and waits until the server has noticed.
async fn leave(port: &SharedPort, peer: Peer) {
    drop(peer);
    tokio::time::timeout(Duration::from_secs(30), port.finished()).await.unwrap();
}

#[tokio::test]
async fn the_cookie_names_a_scenario_in_every_form() {
    let port = everything().await;
    let scenario = scenario(NO_DATA);
    let names = [
        scenario.id.clone(),
        scenario.code(),
        scenario.label(),
        scenario.code().to_uppercase(),
        format!("PC\\{NO_DATA}"),
    ];
    for name in &names {
        let cookie = Some(Token::Cookie(name.clone().into_bytes()));
        assert_eq!(confirm(&port, cookie).await.len(), 11, "{name}: a confirm without negotiation data");
    }
    port.wait_finished(names.len() as u64).await;
    let said: Vec<_> = port.transcripts(NO_DATA).iter().map(chosen).collect();
    let expected = names.map(|name| Chosen { scenario: NO_DATA.to_owned(), by: Named::Cookie(name), too_late: None });
    assert_eq!(said, expected);
    assert_eq!(port.verify(NO_DATA), Ok(()));
    assert_eq!(port.verify(EXPIRED), Err(VerifyError::NoConnection));
    assert_eq!(port.unplayed(), []);
}

#[tokio::test]
async fn the_routing_token_names_a_scenario_bare_and_as_msts() {
    let port = everything().await;
    let code = scenario(NO_DATA).code();
    for token in [NO_DATA.to_owned(), code.clone(), format!("Cookie: msts={code}"), format!("msts={NO_DATA}")] {
        let bytes = confirm(&port, Some(Token::Routing(token.clone().into_bytes()))).await;
        assert_eq!(bytes.len(), 11, "{token}");
    }
    port.wait_finished(4).await;
    let last = port.transcripts(NO_DATA).last().map(chosen).unwrap();
    assert_eq!(last.by, Named::RoutingToken(format!("msts={NO_DATA}")));
}

#[tokio::test]
async fn names_that_are_none_lead_to_a_healthy_server() {
    let port = everything().await;
    let cookies = [None, Some("eltons"), Some(""), Some("tls"), Some("tls-hgnzm-and-more"), Some("\u{0}\u{1b}[31m")];
    for cookie in cookies {
        let token = cookie.map(|cookie| Token::Cookie(cookie.as_bytes().to_vec()));
        assert_eq!(confirm(&port, token).await.len(), 19, "{cookie:?}");
    }
    port.wait_finished(cookies.len() as u64).await;
    for transcript in port.unplayed() {
        let Chosen { scenario, by, too_late } = chosen(&transcript);
        assert_eq!((scenario.as_str(), by, too_late), ("one-port/healthy", Named::Nothing, None));
    }
    assert_eq!(port.unplayed().len(), cookies.len());
}

#[tokio::test]
async fn the_server_name_names_a_scenario_whose_certificate_is_then_shown() {
    let port = everything().await;
    let code = scenario(EXPIRED).code();
    for name in ["tls-certificate-expired.badrdp.test".to_owned(), format!("{code}.badrdp.test")] {
        let mut peer = peer(&port, &name, "").await;
        assert!(!go(&mut peer).await);
        let expired = matches!(
            &peer.tls_error,
            Some(Error::InvalidCertificate(CertificateError::Expired | CertificateError::ExpiredContext { .. }))
        );
        assert!(expired, "{name}: {:?}", peer.tls_error);
        leave(&port, peer).await;
        let said = chosen(port.transcripts(EXPIRED).last().unwrap());
        assert_eq!((said.by, said.too_late), (Named::ServerName(name), None));
    }
}

#[tokio::test]
async fn the_good_certificate_is_for_every_label() {
    let port = everything().await;
    let mut peer = peer(&port, "healthy-tls-1-3.badrdp.test", "").await;
    assert!(go(&mut peer).await, "{:?}", peer.tls_error);
    leave(&port, peer).await;
    assert_eq!(port.transcripts("healthy/tls-1.3")[0].failure, None);
}

#[tokio::test]
async fn the_user_name_names_a_scenario_that_begins_behind_it() {
    let port = everything().await;
    let mut peer = peer(&port, "localhost", &scenario(DENIED).code()).await;
    go(&mut peer).await;
    while !peer.read().await.is_empty() {}
    leave(&port, peer).await;
    let transcript = port.transcripts(DENIED).remove(0);
    assert_eq!(chosen(&transcript).by, Named::UserName(scenario(DENIED).code()));
    assert_eq!(port.verify(DENIED), Ok(()));
    let kinds: BTreeSet<_> = transcript.messages().map(|(_, kind, _)| kind).collect();
    assert!(kinds.contains(&MessageKind::SetErrorInfo), "{kinds:?}");
}

#[tokio::test]
async fn what_the_client_has_seen_already_is_named_and_nothing_of_the_scenario_is_played() {
    let port = everything().await;
    let late = [
        ("localhost", EXPIRED, "its TlsServerHello is another than the client has seen by then"),
        ("localhost", NO_DATA, "its X224ConnectionConfirm is another than the client has seen by then"),
        ("localhost", first("mcs/gcc/"), "its McsConnectResponse is another than the client has seen by then"),
        (
            "negotiation-no-data.badrdp.test",
            "",
            "its X224ConnectionConfirm is another than the client has seen by then",
        ),
    ];
    for (server_name, user, why) in late {
        let mut peer = peer(&port, server_name, user).await;
        assert!(go(&mut peer).await, "healthy to the end: {:?}", peer.tls_error);
        leave(&port, peer).await;
        let said = chosen(port.unplayed().last().unwrap());
        let id = if user.is_empty() { NO_DATA } else { user };
        assert_eq!((said.scenario.as_str(), said.too_late.as_deref()), (id, Some(why)));
        assert_eq!(port.transcripts(id), [], "{id}");
        assert_eq!(port.verify(id), Err(VerifyError::NoConnection));
    }
}

/// The first scenario below this directory.
fn first(directory: &str) -> &'static str {
    catalog().iter().map(|scenario| scenario.id.as_str()).find(|id| id.starts_with(directory)).unwrap()
}

#[tokio::test]
async fn a_client_that_offers_nla_alone_names_a_scenario_by_its_logon() {
    let port = everything().await;
    let code = scenario(DISABLED).code();
    let tls = tls_client_for(port.ca_certificate(), "localhost");
    let config = ClientConfig { protocols: Protocols::HYBRID, ..ClientConfig::default() };
    let mut peer = Peer::connect_to(port.addr(), tls, config).await;
    peer.auth = Some(Auth { user: code.clone(), ..Auth::new("Passw0rd!") });
    assert!(!go(&mut peer).await);
    leave(&port, peer).await;
    let transcript = port.transcripts(DISABLED).remove(0);
    assert_eq!(chosen(&transcript).by, Named::UserName(code));
    let Some(Failure { stage: Stage::Nla, cause: Blame::Auth(AuthFailure::Refused(status)), .. }) = transcript.failure
    else {
        panic!("{:?}", transcript.failure);
    };
    assert_eq!(status, NtStatus::STATUS_ACCOUNT_DISABLED);
}

#[tokio::test]
async fn a_scenario_that_is_named_by_cookie_knows_the_name_as_its_users() {
    let port = everything().await;
    let id = "healthy/nla/hybrid";
    let config = |user: &str| ClientConfig { cookie: Some(user.to_owned()), ..ClientConfig::default() };
    for user in [scenario(id).code(), id.to_owned()] {
        let tls = tls_client_for(port.ca_certificate(), "localhost");
        let mut peer = Peer::connect_to(port.addr(), tls, config(&user)).await;
        peer.auth = Some(Auth { user, ..Auth::new("Passw0rd!") });
        assert!(go(&mut peer).await);
        leave(&port, peer).await;
    }
    assert_eq!(port.transcripts(id).len(), 2);
}

#[tokio::test]
async fn a_scenario_behind_a_shared_port_shows_what_it_shows_alone() {
    let port = everything().await;
    let alone = FakeServer::start(scenario("healthy/tls-1.2").clone()).await.unwrap();
    let cookie = ClientConfig {
        cookie: Some("healthy/tls-1.2".to_owned()),
        protocols: Protocols::SSL,
        ..ClientConfig::default()
    };
    let tls = |ca: &[u8]| tls_client_for(ca, "localhost");
    let mut one = Peer::connect_to(port.addr(), tls(port.ca_certificate()), cookie.clone()).await;
    let mut other = Peer::connect_to(alone.addr(), tls(alone.ca_certificate()), cookie).await;
    assert!(go(&mut one).await && go(&mut other).await);
    drop(other);
    alone.finished().await;
    leave(&port, one).await;
    let sent = |transcript: &Transcript| {
        let messages = transcript.entries.iter().filter_map(|entry| match &entry.event {
            Event::Message { kind, bytes, .. } => Some((*kind, entry.stage, bytes.clone())),
            _ => None,
        });
        messages.collect::<Vec<_>>()
    };
    assert_eq!(sent(&port.transcripts("healthy/tls-1.2")[0]), sent(&alone.transcripts()[0]));
}

#[tokio::test]
async fn a_request_that_arrives_byte_by_byte_names_a_scenario_all_the_same() {
    let port = everything().await;
    let token = Some(Token::Cookie(NO_DATA.as_bytes().to_vec()));
    let request = Message::X224ConnectionRequest(ConnectionRequest { token, ..ConnectionRequest::default() }).encode();
    let mut stream = TcpStream::connect(port.addr()).await.unwrap();
    stream.set_nodelay(true).unwrap();
    for byte in request {
        stream.write_all(&[byte]).await.unwrap();
    }
    let mut confirm = [0; 11];
    stream.read_exact(&mut confirm).await.unwrap();
    assert_eq!(confirm[3], 11);
}

#[tokio::test]
async fn scenarios_of_one_name_are_refused() {
    let one = scenario(EXPIRED).clone();
    let other = Scenario { id: "tls-certificate/expired".to_owned(), ..one.clone() };
    let error = SharedPort::start(vec![one, other]).await.unwrap_err();
    let SharedPortError::SameName { name, ids } = &error else { panic!("{error}") };
    assert_eq!(name, "tls-certificate-expired");
    assert_eq!((ids.0.as_str(), ids.1.as_str()), (EXPIRED, "tls-certificate/expired"));
}
