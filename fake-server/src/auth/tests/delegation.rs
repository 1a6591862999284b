//! What clients delegate, and who may be logged on with it.

use badrdp_proto::wire::ber;

use super::super::ntlm_crypto::unicode;
use super::raw::Raw;
use super::*;

fn element(tag: u8, contents: &[u8]) -> Vec<u8> {
    [&[tag], ber::length_prefix(contents.len()).as_slice(), contents].concat()
}

fn octets(number: u8, contents: &[u8]) -> Vec<u8> {
    element(ber::CONTEXT | number, &element(ber::OCTET_STRING, contents))
}

fn text(number: u8, text: &str) -> Vec<u8> {
    octets(number, &unicode(text))
}

fn credentials(cred_type: u8, inner: &[u8]) -> Vec<u8> {
    let cred_type = element(ber::CONTEXT, &element(ber::INTEGER, &[cred_type]));
    element(ber::SEQUENCE, &[cred_type, octets(1, inner)].concat())
}

fn password(domain: &str, user: &str, password: &str) -> Vec<u8> {
    credentials(1, &element(ber::SEQUENCE, &[text(0, domain), text(1, user), text(2, password)].concat()))
}

fn noted(cred_type: u32, domain: &str, user: &str, secret_length: usize) -> Option<Delegated> {
    Some(Delegated { cred_type, domain: domain.to_owned(), user: user.to_owned(), secret_length })
}

/// What becomes of these credentials, and what is noted of them.
fn delegate(host: &AuthHost, credentials: &[u8]) -> (Option<&'static str>, Option<Delegated>) {
    let mut raw = Raw::new(host);
    raw.bound(host);
    let request = raw.delegate(credentials);
    let why = match raw.call(host, request) {
        AuthReply::Done { last: None } => None,
        AuthReply::Failed { last: None, failure: AuthFailure::Credentials(why), ending: Ending::Fin } => Some(why),
        other => panic!("{other:?}"),
    };
    (why, raw.delegated())
}

#[test]
fn passwords_are_those_of_the_account_in_any_form_of_its_name() {
    let host = alice();
    for (domain, user) in [("EXAMPLE", "alice"), ("", "ALICE"), ("", "alice@example.test")] {
        let (why, delegated) = delegate(&host, &password(domain, user, "Passw0rd!"));
        assert_eq!((why, delegated), (None, noted(1, domain, user, 9)));
    }
    let wrong = Some("they are not those of the account");
    assert_eq!(delegate(&host, &password("", "alice", "Пароль")), (wrong, noted(1, "", "alice", 6)));
    let unknown = Some("they name no account");
    assert_eq!(delegate(&host, &password("", "bob", "Passw0rd!")), (unknown, noted(1, "", "bob", 9)));
}

#[test]
fn somebody_else_whose_account_is_not_in_order_is_not_logged_on() {
    let host = host(vec![account("alice", None, None), account("bob", None, Some(NtStatus::STATUS_ACCOUNT_DISABLED))]);
    let wrong = Some("they are not those of the account");
    assert_eq!(delegate(&host, &password("", "bob", "Passw0rd!")), (wrong, noted(1, "", "bob", 9)));
}

#[test]
fn empty_credentials_need_restricted_admin() {
    let mut host = alice();
    let why = Some("they are empty, and Restricted Admin mode is not supported");
    assert_eq!(delegate(&host, &password("", "", "")), (why, noted(1, "", "", 0)));
    host.nla.restricted_admin = true;
    assert_eq!(delegate(&host, &password("", "", "")), (None, noted(1, "", "", 0)));
    // Half empty is not empty.
    assert_eq!(delegate(&host, &password("", "alice", "")).0, Some("they are not those of the account"));
}

#[test]
fn remote_guard_is_a_key_of_the_profile_and_smart_cards_are_not() {
    let mut host = alice();
    let guard = credentials(6, b"tickets");
    let why = Some("Remote Credential Guard is not supported");
    assert_eq!(delegate(&host, &guard), (why, noted(6, "", "", 7)));
    host.nla.remote_guard = true;
    assert_eq!(delegate(&host, &guard), (None, noted(6, "", "", 7)));

    let csp_data = element(ber::CONTEXT | 1, &element(ber::SEQUENCE, &[]));
    let card = |hints: &[u8]| {
        let inner = [text(0, "1234").as_slice(), &csp_data, hints].concat();
        credentials(2, &element(ber::SEQUENCE, &inner))
    };
    let why = Some("smart cards are not supported");
    let hints = [text(2, "alice"), text(3, "EXAMPLE")].concat();
    assert_eq!(delegate(&host, &card(&hints)), (why, noted(2, "EXAMPLE", "alice", 4)));
    assert_eq!(delegate(&host, &card(&[])), (why, noted(2, "", "", 4)));
    assert_eq!(delegate(&host, &credentials(9, b"what")), (Some("their type is unknown"), noted(9, "", "", 4)));
}

#[test]
fn what_is_no_ts_credentials_is_noted_as_nothing() {
    let host = alice();
    let whole = password("EXAMPLE", "alice", "Passw0rd!");
    for end in 0..whole.len() {
        assert_eq!(delegate(&host, &whole[..end]), (Some("authInfo holds no TSCredentials"), None), "{end} bytes");
    }
}

#[test]
fn an_error_code_is_not_sent_once_the_client_has_gone_on() {
    let host = alice();
    for (request, failure) in [
        (TsRequest { auth_info: Some(vec![3; 40]), ..TsRequest::default() }, AuthFailure::Unsealable("authInfo")),
        (TsRequest::default(), AuthFailure::Missing("authInfo")),
    ] {
        let mut raw = Raw::new(&host);
        raw.bound(&host);
        let request = TsRequest { version: 6, ..request };
        assert_eq!(raw.refused(&host, request), Refused { code: None, failure, ending: Ending::Fin });
    }
}
