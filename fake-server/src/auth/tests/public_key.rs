//! The binding to the TLS key: what is demanded, and each way to answer it.

use badrdp_proto::pdu::credssp::NegoToken;
use badrdp_scenarios::model::PublicKeyAnswer;

use super::raw::{NONCE, Raw, hash};
use super::*;

const MAGIC: &[u8] = b"CredSSP Server-To-Client Binding Hash\0";

/// The server's answer, opened.
fn answer(how: PublicKeyAnswer, version: u32) -> Option<Vec<u8>> {
    let mut host = alice();
    host.nla.public_key = how;
    let mut raw = Raw { version, ..Raw::new(&host) };
    let reply = raw.bound(&host);
    assert_eq!((reply.version, reply.nego_tokens, reply.error_code), (6, None, None));
    raw.unseal(&reply.pub_key_auth?)
}

fn plus_one() -> Vec<u8> {
    [&[0, 0, b't' + 1], &KEY[3..]].concat()
}

#[test]
fn the_honest_answer_has_the_form_of_the_lower_version() {
    for version in [2, 3, 4] {
        assert_eq!(answer(PublicKeyAnswer::Honest, version), Some(plus_one()), "version {version}");
    }
    for version in [5, 6, 7] {
        assert_eq!(answer(PublicKeyAnswer::Honest, version), Some(hash(MAGIC, &NONCE, KEY)), "version {version}");
    }
}

#[test]
fn each_other_answer_changes_what_it_says_and_nothing_else() {
    let mut other = KEY.to_vec();
    *other.last_mut().unwrap() ^= 0xff;
    assert_eq!(answer(PublicKeyAnswer::WrongKey, 6), Some(hash(MAGIC, &NONCE, &other)));
    assert_eq!(answer(PublicKeyAnswer::WrongKey, 4), Some([&plus_one()[..3], &other[3..]].concat()));
    assert_eq!(answer(PublicKeyAnswer::NonceIgnored, 6), Some(hash(MAGIC, &[0; 32], KEY)));
    assert_eq!(answer(PublicKeyAnswer::NonceIgnored, 4), Some(plus_one()));
    assert_eq!(answer(PublicKeyAnswer::NotIncremented, 4), Some(KEY.to_vec()));
    assert_eq!(answer(PublicKeyAnswer::NotIncremented, 6), Some(hash(MAGIC, &NONCE, KEY)));
    for version in [4, 6] {
        assert_eq!(answer(PublicKeyAnswer::Unsealed, version), None);
        assert_eq!(answer(PublicKeyAnswer::Missing, version), None);
    }
}

#[test]
fn an_unsealed_answer_holds_the_right_bytes_and_a_missing_one_is_not_there() {
    let sealed = |how| {
        let mut host = alice();
        host.nla.target.timestamp = false;
        host.nla.public_key = how;
        Raw::new(&host).bound(&host).pub_key_auth
    };
    let honest = sealed(PublicKeyAnswer::Honest).unwrap();
    let unsealed = sealed(PublicKeyAnswer::Unsealed).unwrap();
    let differing: Vec<_> = (0..honest.len()).filter(|at| honest[*at] != unsealed[*at]).collect();
    assert_eq!((differing, honest.len()), (vec![4], unsealed.len()));
    assert_eq!(sealed(PublicKeyAnswer::Missing), None);
}

/// Up to the message with `pubKeyAuth`, which `change` spoils.
fn refused(change: impl FnOnce(&mut TsRequest)) -> Refused {
    let host = alice();
    let mut raw = Raw::new(&host);
    let token = raw.answered(&host);
    let mut request = raw.bind(Some(NegoToken::Ntlm(token)), 6);
    change(&mut request);
    raw.refused(&host, request)
}

#[test]
fn a_client_that_saw_another_key_is_turned_away() {
    let host = alice();
    for version in [4, 6] {
        let mut raw = Raw { version, key: b"another key", ..Raw::new(&host) };
        let token = raw.answered(&host);
        let request = raw.bind(Some(NegoToken::Ntlm(token)), version);
        let mismatch = Refused::with(0x8009_030f, AuthFailure::PublicKeyMismatch);
        assert_eq!(raw.refused(&host, request), mismatch, "version {version}");
    }
}

#[test]
fn what_cannot_be_opened_or_is_missing_is_told() {
    let unsealable = Refused::with(0x8009_030f, AuthFailure::Unsealable("pubKeyAuth"));
    assert_eq!(refused(|request| request.pub_key_auth.as_mut().unwrap()[20] ^= 1), unsealable);
    assert_eq!(refused(|request| request.pub_key_auth = Some(vec![1; 3])), unsealable);
    let missing = Refused::with(0x8009_0308, AuthFailure::Missing("clientNonce"));
    assert_eq!(refused(|request| request.client_nonce = None), missing);
    let short = Refused::with(0x8009_0308, AuthFailure::BadToken("clientNonce has not 32 bytes".to_owned()));
    assert_eq!(refused(|request| request.client_nonce = Some(vec![1; 31])), short);
}

#[test]
fn the_proof_may_come_in_a_message_of_its_own_but_must_come() {
    let host = alice();
    let mut raw = Raw::new(&host);
    let token = raw.answered(&host);
    let request = TsRequest { nego_tokens: Some(vec![NegoToken::Ntlm(token)]), ..raw.request() };
    assert_eq!(raw.call(&host, request), AuthReply::Wait);
    let request = raw.bind(None, 6);
    assert!(raw.ask(&host, request).pub_key_auth.is_some());

    let mut raw = Raw::new(&host);
    let token = raw.answered(&host);
    let request = TsRequest { nego_tokens: Some(vec![NegoToken::Ntlm(token)]), ..raw.request() };
    assert_eq!(raw.call(&host, request), AuthReply::Wait);
    let request = raw.request();
    let missing = Refused::with(0x8009_0308, AuthFailure::Missing("pubKeyAuth"));
    assert_eq!(raw.refused(&host, request), missing);
}
