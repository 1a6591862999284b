//! NLA over loopback: a client that was not written here logs on, or is told why not.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "tests state what they expect"
)]

mod common;

use std::time::Duration;

use badrdp_fake_server::FakeServer;
use badrdp_proto::connect::{AuthFailure, Blame, ClientConfig, Ending, Machine as _};
use badrdp_proto::pdu::x224::{NegotiationRequest, Protocols};
use badrdp_proto::transcript::{Delegated, Event, Faced, Posture, Proof, Secret, Transcript};
use badrdp_proto::vocab::codes::{EarlyUserAuthorizationResult, NtStatus};
use badrdp_proto::vocab::{MessageKind, Stage};
use badrdp_scenarios::Scenario;
use badrdp_scenarios::model::{Certificate, Key, Operator, PublicKeyAnswer, Refusal};
use common::{Auth, Peer, fault, start, transcript};
use rustls::{AlertDescription, Error};

const PASSWORD: &str = "Passw0rd!";

fn scenario(protocols: Protocols) -> Scenario {
    let mut scenario = common::scenario(Vec::new());
    scenario.server.security = protocols;
    scenario
}

async fn peer(server: &FakeServer, auth: Auth) -> Peer {
    let mut peer = Peer::connect_as(server, ClientConfig::default()).await;
    peer.auth = Some(auth);
    peer
}

/// Whether the client reached a session; then the server's transcript.
async fn log_on(server: &FakeServer, auth: Auth) -> (bool, Peer, Transcript) {
    let mut peer = peer(server, auth).await;
    let active = peer.go(|message| vec![message.encode()]).await;
    tokio::io::AsyncWriteExt::shutdown(&mut peer.stream).await.ok();
    let transcript = transcript(server).await;
    (active, peer, transcript)
}

fn kinds(transcript: &Transcript, stage: Stage) -> Vec<MessageKind> {
    let at = transcript.entries.iter().filter(|entry| entry.stage == stage);
    at.filter_map(|entry| match &entry.event {
        Event::Message { kind, .. } => Some(*kind),
        _ => None,
    })
    .collect()
}

fn posture(transcript: &Transcript) -> Option<Posture> {
    transcript.entries.iter().find_map(|entry| match &entry.event {
        Event::Posture(posture) => Some(posture.clone()),
        _ => None,
    })
}

#[tokio::test]
async fn hybrid_and_hybrid_ex_lead_to_a_session_with_either_key_and_form() {
    for (protocols, results) in [(Protocols::HYBRID, 0), (Protocols::HYBRID_EX, 1)] {
        for (key, spnego, messages) in [(Key::Ecdsa, false, 5), (Key::Rsa, true, 7)] {
            let mut scenario = scenario(protocols);
            scenario.server.tls.key = key;
            let server = start(scenario).await;
            let (active, peer, transcript) = log_on(&server, Auth { spnego, ..Auth::new(PASSWORD) }).await;
            assert!(active, "{protocols} {key:?}: {:?}", transcript.failure);
            assert!(peer.session.machine().facts().logged_on);
            let mut expected = vec![MessageKind::TsRequest; messages];
            expected.extend(vec![MessageKind::EarlyUserAuthResult; results]);
            assert_eq!(kinds(&transcript, Stage::Nla), expected);
        }
    }
}

#[tokio::test]
async fn the_record_says_what_was_faced_and_what_was_delegated_in_its_place() {
    let server = start(scenario(Protocols::HYBRID)).await;
    let (_, _, transcript) = log_on(&server, Auth::new(PASSWORD)).await;
    let events: Vec<_> = transcript.entries.iter().map(|entry| &entry.event).collect();
    let at = |wanted: &dyn Fn(&Event) -> bool| events.iter().position(|event| wanted(event)).unwrap();
    let ready = at(&|event| matches!(event, Event::TlsReady(_)));
    let shown = Posture { certificate: "good".to_owned(), acceptable: true, binds_key: true };
    assert_eq!(*events[ready + 1], Event::Posture(shown));
    let delegated =
        Delegated { cred_type: 1, domain: "EXAMPLE".to_owned(), user: "alice".to_owned(), secret_length: 9 };
    let noted = at(&|event| *event == Event::Delegated(delegated.clone()));
    let before = events[noted - 1];
    assert!(matches!(before, Event::Message { kind: MessageKind::TsRequest, .. }), "{before:?}");
}

#[tokio::test]
async fn only_a_good_certificate_is_acceptable_and_only_an_honest_answer_binds() {
    for (word, kind) in Certificate::NAMES {
        let mut scenario = scenario(Protocols::SSL);
        scenario.server.tls.certificate = *kind;
        scenario.server.nla.public_key = PublicKeyAnswer::WrongKey;
        let server = start(scenario).await;
        let mut peer = Peer::connect(&server).await;
        peer.tls = common::careless_tls_client();
        assert!(peer.go(|message| vec![message.encode()]).await, "{word}");
        drop(peer);
        let acceptable = matches!(kind, Certificate::Good | Certificate::Intermediate);
        let shown = Posture { certificate: (*word).to_owned(), acceptable, binds_key: false };
        assert_eq!(posture(&transcript(&server).await), Some(shown));
    }
}

#[tokio::test]
async fn the_ledger_of_each_connection_stands_under_its_number() {
    let server = start(scenario(Protocols::HYBRID)).await;
    for password in ["wrong", PASSWORD] {
        let mut peer = peer(&server, Auth::new(password)).await;
        peer.go(|message| vec![message.encode()]).await;
        drop(peer);
        server.finished().await;
    }
    let ledger = server.disclosures();
    let told: Vec<_> = ledger
        .iter()
        .map(|(number, told)| (*number, told.iter().map(|one| (one.secret, one.faced.proof)).collect::<Vec<_>>()))
        .collect();
    let response = (Secret::NtlmV2Response, Proof::None);
    assert_eq!(told[0], (1, vec![response]));
    assert_eq!(told[1], (2, vec![response, (Secret::DelegatedPassword, Proof::Honest)]));
    let delegated = &ledger[1].1[1];
    assert_eq!((delegated.length, delegated.account.1.as_str()), (9, "alice"));
    let faced = Faced { encrypted: true, certificate: Some("good".to_owned()), acceptable: true, proof: Proof::Honest };
    assert_eq!(delegated.faced, faced);
}

#[tokio::test]
async fn a_wrong_password_is_told_by_its_code_and_no_secret_is_in_the_record() {
    let server = start(scenario(Protocols::HYBRID)).await;
    let (active, peer, transcript) = log_on(&server, Auth::new("marker-of-a-password")).await;
    assert!(!active);
    let failed = Blame::Auth(AuthFailure::Refused(NtStatus::STATUS_LOGON_FAILURE));
    assert_eq!(transcript.failure.as_ref().unwrap().cause, failed);
    let cause = format!("{:?}", peer.session.machine().failure());
    assert!(cause.contains("returned an error status"), "{cause}");
    let everything = format!("{transcript:?}");
    let marker: String = "marker".encode_utf16().flat_map(u16::to_le_bytes).map(|byte| format!("{byte}, ")).collect();
    assert!(!everything.contains("marker") && !everything.contains(&marker), "a secret is in the record");
}

#[tokio::test]
async fn where_no_code_may_be_sent_the_client_sees_an_alert() {
    for version in [2, 5] {
        let mut scenario = scenario(Protocols::HYBRID);
        scenario.server.nla.version = version;
        let server = start(scenario).await;
        let (active, peer, _) = log_on(&server, Auth { version, ..Auth::new("wrong") }).await;
        assert!(!active);
        assert_eq!(peer.tls_error, Some(Error::AlertReceived(AlertDescription::InternalError)));
    }
}

#[tokio::test]
async fn each_other_way_to_refuse_is_seen_on_the_wire() {
    for (refusal, ending) in [(Refusal::Fin, Ending::Fin), (Refusal::Rst, Ending::Rst), (Refusal::Stall, Ending::Stall)]
    {
        let mut scenario = scenario(Protocols::HYBRID);
        scenario.server.nla.refusal = refusal;
        let server = start(scenario).await;
        let mut peer = peer(&server, Auth::new("wrong")).await;
        let went = peer.go(|message| vec![message.encode()]);
        if refusal == Refusal::Stall {
            // However long a client waits: it is told nothing.
            let went = tokio::time::timeout(Duration::from_millis(200), went).await;
            assert!(went.is_err(), "{went:?}");
        } else {
            assert!(!went.await, "{refusal:?}");
        }
        drop(peer);
        let transcript = transcript(&server).await;
        let closed = Event::Closed { how: ending, altered: None };
        assert!(transcript.entries.iter().any(|entry| entry.event == closed), "{refusal:?}: {transcript:#?}");
    }
}

#[tokio::test]
async fn the_early_result_can_deny_the_user() {
    let mut scenario = scenario(Protocols::HYBRID_EX);
    scenario.server.nla.early_user_auth = EarlyUserAuthorizationResult::AUTHZ_ACCESS_DENIED;
    let server = start(scenario).await;
    let (active, peer, transcript) = log_on(&server, Auth::new(PASSWORD)).await;
    assert!(!active && !peer.session.machine().facts().logged_on);
    assert_eq!(kinds(&transcript, Stage::Nla).last(), Some(&MessageKind::EarlyUserAuthResult));
}

#[tokio::test]
async fn an_alert_can_stand_in_the_place_of_any_ts_request() {
    let mut scenario = scenario(Protocols::HYBRID);
    let mut alert = fault(MessageKind::TsRequest, Some(Operator::Alert(80)), None);
    alert.at.occurrence = Some(2);
    scenario.faults = vec![alert];
    let server = start(scenario).await;
    let (active, peer, _) = log_on(&server, Auth::new(PASSWORD)).await;
    assert!(!active);
    assert_eq!(peer.tls_error, Some(Error::AlertReceived(AlertDescription::InternalError)));
    server.verify().unwrap();
}

#[tokio::test]
async fn supported_logon_modes_are_in_the_negotiation_response_unless_the_scenario_says_otherwise() {
    const EXTENDED: u8 = 1;
    let both = NegotiationRequest::ANSWERS_RESTRICTED_ADMIN | NegotiationRequest::ANSWERS_REMOTE_GUARD;
    for (restricted_admin, remote_guard, flags, expected) in [
        (false, false, None, EXTENDED),
        (true, false, None, EXTENDED | NegotiationRequest::ANSWERS_RESTRICTED_ADMIN),
        (false, true, None, EXTENDED | NegotiationRequest::ANSWERS_REMOTE_GUARD),
        (true, true, None, EXTENDED | both),
        (true, true, Some(0), 0),
    ] {
        let mut scenario = scenario(Protocols::HYBRID);
        scenario.server.nla.restricted_admin = restricted_admin;
        scenario.server.nla.remote_guard = remote_guard;
        scenario.server.negotiation.flags = flags;
        let server = start(scenario).await;
        let (_, peer, _) = log_on(&server, Auth::new(PASSWORD)).await;
        assert_eq!(peer.session.machine().facts().response_flags, expected);
    }
}
