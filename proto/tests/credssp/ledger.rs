//! The leak ledger: what a client gave away, to what kind of server.

use core::time::Duration;

use badrdp_proto::connect::TlsFacts;
use badrdp_proto::pdu::credssp::{NegoToken, NtlmToken, TsRequest};
use badrdp_proto::pdu::{ChannelPdu, Data, Message, Side, specimen};
use badrdp_proto::transcript::{
    Delegated, Direction, Disclosure, Entry, Event, Posture, Proof, Secret, Transcript, disclosures,
};
use badrdp_proto::vocab::{MessageKind, Stage};

use super::{authenticate, in_spnego, message, token};

/// A server's view of one connection; events a millisecond apart.
fn ledger(events: Vec<Event>) -> Vec<Disclosure> {
    disclosures(&transcript(Side::Server, events))
}

fn transcript(side: Side, events: Vec<Event>) -> Transcript {
    let at = |number| Duration::from_millis(number);
    let entries = (1..).zip(events).map(|(number, event)| Entry { at: at(number), stage: Stage::Nla, event }).collect();
    Transcript { side, budget: Duration::from_secs(1), entries, dropped: 0, stage: Stage::Active, failure: None }
}

/// A message as a recorder keeps it.
fn event(direction: Direction, message: &Message) -> Event {
    let mut bytes = message.encode();
    for span in message.secret_spans(&bytes) {
        bytes[span].fill(b'*');
    }
    let kept = Some(Box::new(message.redacted()));
    Event::Message { direction, kind: message.kind(), message: kept, bytes, altered: Vec::new() }
}

fn received(message: &Message) -> Event {
    event(Direction::Received, message)
}

fn answer(token: &NtlmToken) -> Event {
    let nego_tokens = Some(vec![in_spnego(token)]);
    received(&message(TsRequest { version: 6, nego_tokens, ..TsRequest::default() }))
}

fn proof() -> TsRequest {
    TsRequest { version: 6, pub_key_auth: Some(vec![7; 48]), ..TsRequest::default() }
}

fn posture(certificate: &str, acceptable: bool, binds_key: bool) -> Event {
    Event::Posture(Posture { certificate: certificate.to_owned(), acceptable, binds_key })
}

fn tls() -> Event {
    Event::TlsReady(TlsFacts::default())
}

fn delegated(cred_type: u32, user: &str, secret_length: usize) -> Event {
    Event::Delegated(Delegated { cred_type, domain: "EXAMPLE".to_owned(), user: user.to_owned(), secret_length })
}

fn client_info(password: &str) -> Event {
    let Some(Message::Data(mut data)) = specimen::specimen(MessageKind::ClientInfo) else { panic!() };
    let ChannelPdu::ClientInfo(info) = &mut data.pdu else { panic!() };
    info.password.0 = password.to_owned();
    received(&Message::Data(Data { ..data }))
}

fn only(mut ledger: Vec<Disclosure>) -> Disclosure {
    assert_eq!(ledger.len(), 1, "{ledger:?}");
    ledger.remove(0)
}

#[test]
fn a_whole_logon_in_order() {
    let ledger = ledger(vec![
        posture("expired", false, true),
        tls(),
        answer(&token("tsrequest-freerdp-authenticate")),
        event(Direction::Sent, &message(proof())),
        delegated(1, "alice", 7),
        client_info("secret"),
    ]);
    let seen: Vec<_> = ledger.iter().map(|one| (one.at.as_millis(), one.secret, one.length, one.faced.proof)).collect();
    assert_eq!(
        seen,
        [
            (3, Secret::NtlmV2Response, 264, Proof::None),
            (5, Secret::DelegatedPassword, 7, Proof::Honest),
            (6, Secret::ClientInfoPassword, 6, Proof::Honest),
        ]
    );
    for one in &ledger {
        assert_eq!(one.account, ("EXAMPLE".to_owned(), "alice".to_owned()));
        assert_eq!((one.faced.encrypted, one.faced.acceptable), (true, false));
        assert_eq!(one.faced.certificate.as_deref(), Some("expired"));
        assert_eq!(one.stage, Stage::Nla);
    }
}

#[test]
fn responses_are_told_apart_by_their_length() {
    let given =
        |token: &NtlmToken| ledger(vec![answer(token)]).pop().map(|one| (one.secret, one.length, one.account.1));
    let user = "User".to_owned();
    let v1 = token("tsrequest-authenticate-v1");
    assert_eq!(given(&v1), Some((Secret::NtlmV1Response, 24, user.clone())));
    assert_eq!(given(&token("tsrequest-authenticate-v2")), Some((Secret::NtlmV2Response, 84, user.clone())));
    assert_eq!(given(&token("tsrequest-freerdp-negotiate")), None);
    // An LM response alone is one too; neither of them is an anonymous client.
    let without = |at: &[usize]| {
        let mut token = v1.clone();
        for &at in at {
            token.0[at..at + 2].fill(0);
        }
        assert_eq!(authenticate(&token).user, user);
        token
    };
    assert_eq!(given(&without(&[20])), Some((Secret::NtlmV1Response, 24, user.clone())));
    assert_eq!(given(&without(&[12])), Some((Secret::NtlmV1Response, 24, user.clone())));
    assert_eq!(given(&without(&[12, 20])), None);
    // The one zero byte of an anonymous client's LM response (MS-NLMP 3.2.5.1.2).
    let mut anonymous = without(&[20]);
    anonymous.0[12] = 1;
    assert_eq!(given(&anonymous), None);
}

#[test]
fn kinds_of_credentials() {
    let given = |event| {
        let one = only(ledger(vec![event]));
        (one.secret, one.length)
    };
    assert_eq!(given(delegated(1, "alice", 8)), (Secret::DelegatedPassword, 8));
    assert_eq!(given(delegated(1, "alice", 0)), (Secret::DelegatedPassword, 0), "blank, and so it is known");
    assert_eq!(given(delegated(1, "", 0)), (Secret::EmptyCredentials, 0));
    assert_eq!(given(delegated(2, "", 4)), (Secret::DelegatedPin, 4));
    assert_eq!(given(delegated(6, "alice", 900)), (Secret::RemoteGuardCredentials, 900));
    assert_eq!(given(delegated(5, "alice", 9)), (Secret::OtherCredentials, 9));
}

#[test]
fn a_client_info_without_a_password_gives_nothing_away() {
    assert_eq!(ledger(vec![client_info("")]), []);
    let one = only(ledger(vec![client_info("pass\u{1f511}")]));
    assert_eq!((one.secret, one.length), (Secret::ClientInfoPassword, 6), "UTF-16 units");
}

#[test]
fn what_the_client_faced() {
    let faced = |mut events: Vec<Event>| {
        events.push(delegated(1, "alice", 8));
        only(ledger(events)).faced
    };
    // Without TLS no certificate was seen, whatever the server has.
    let open = faced(vec![posture("valid", true, true)]);
    assert_eq!((open.encrypted, open.certificate, open.acceptable), (false, None, false));
    let good = faced(vec![posture("valid", true, true), tls()]);
    assert_eq!((good.encrypted, good.certificate.as_deref(), good.acceptable), (true, Some("valid"), true));
    assert_eq!(good.proof, Proof::None);
    let unknown = faced(vec![tls()]);
    assert_eq!((unknown.encrypted, unknown.certificate, unknown.acceptable), (true, None, false));
}

#[test]
fn a_proof_is_judged_by_the_bytes_that_left() {
    let proved = |binds_key, sent: Event| {
        only(ledger(vec![posture("valid", true, binds_key), tls(), sent, delegated(1, "alice", 8)])).faced.proof
    };
    let sent = |meant: &TsRequest, bytes: Vec<u8>| Event::Message {
        direction: Direction::Sent,
        kind: MessageKind::TsRequest,
        message: Some(Box::new(message(meant.clone()))),
        bytes,
        altered: vec!["a phrase".to_owned()],
    };
    let honest = message(proof()).encode();
    assert_eq!(proved(true, sent(&proof(), honest.clone())), Proof::Honest);
    assert_eq!(proved(false, sent(&proof(), honest.clone())), Proof::Wrong);
    let mut altered = honest.clone();
    *altered.last_mut().unwrap() ^= 1;
    assert_eq!(proved(true, sent(&proof(), altered)), Proof::Wrong);
    assert_eq!(proved(true, sent(&proof(), Vec::new())), Proof::None, "kept from the wire");
    assert_eq!(proved(true, sent(&proof(), honest[..20].to_vec())), Proof::None, "no client reads it");
    let raw = Event::Message {
        direction: Direction::Sent,
        kind: MessageKind::TsRequest,
        message: None,
        bytes: honest,
        altered: vec!["replaced".to_owned()],
    };
    assert_eq!(proved(true, raw), Proof::Wrong, "bytes that stand in for a proof");
    // A challenge proves nothing, nor does what the client itself sends.
    let challenge =
        TsRequest { nego_tokens: Some(vec![NegoToken::Ntlm(token("tsrequest-challenge-v2"))]), ..TsRequest::default() };
    assert_eq!(proved(true, event(Direction::Sent, &message(challenge))), Proof::None);
    assert_eq!(proved(true, received(&message(proof()))), Proof::None);
}

#[test]
fn a_clients_own_view_is_no_ledger() {
    let events = vec![answer(&token("tsrequest-authenticate-v2")), delegated(1, "alice", 8), client_info("secret")];
    assert_eq!(disclosures(&transcript(Side::Server, events.clone())).len(), 3);
    assert_eq!(disclosures(&transcript(Side::Client, events)), []);
}
