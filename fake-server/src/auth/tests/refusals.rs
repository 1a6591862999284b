//! Who is refused, and how each is told.

use badrdp_proto::pdu::credssp::NegoToken;
use badrdp_scenarios::model::Refusal;

use super::raw::Raw;
use super::*;

const FAILED: AuthFailure = AuthFailure::Refused(NtStatus::STATUS_LOGON_FAILURE);

fn judged(raw: &mut Raw, host: &AuthHost) -> Refused {
    let token = raw.answered(host);
    // With the proof of the key beside it, as most clients send it.
    let request = raw.bind(Some(NegoToken::Ntlm(token)), raw.version);
    raw.refused(host, request)
}

#[test]
fn every_state_of_an_account_is_told_by_its_own_status() {
    for status in [
        NtStatus::STATUS_ACCOUNT_DISABLED,
        NtStatus::STATUS_ACCOUNT_LOCKED_OUT,
        NtStatus::STATUS_ACCOUNT_EXPIRED,
        NtStatus::STATUS_PASSWORD_EXPIRED,
        NtStatus::STATUS_PASSWORD_MUST_CHANGE,
        NtStatus::STATUS_INVALID_LOGON_HOURS,
        NtStatus::STATUS_INVALID_WORKSTATION,
        NtStatus::STATUS_LOGON_TYPE_NOT_GRANTED,
        NtStatus(0xc012_3456),
    ] {
        let host = host(vec![account("alice", None, Some(status))]);
        assert_eq!(judged(&mut Raw::new(&host), &host), Refused::status(status));
    }
}

#[test]
fn passwords_and_users_that_are_wrong_get_the_profiles_answers() {
    let mut host = alice();
    host.nla.wrong_password = NtStatus::STATUS_WRONG_PASSWORD;
    host.nla.unknown_user = NtStatus::STATUS_NO_SUCH_USER;
    let mut raw = Raw { password: "passw0rd!", ..Raw::new(&host) };
    assert_eq!(judged(&mut raw, &host), Refused::status(NtStatus::STATUS_WRONG_PASSWORD));
    let mut raw = Raw { user: "bob", ..Raw::new(&host) };
    assert_eq!(judged(&mut raw, &host), Refused::status(NtStatus::STATUS_NO_SUCH_USER));
    host.nla.refuse = Some(NtStatus::STATUS_NO_LOGON_SERVERS);
    assert_eq!(judged(&mut Raw::new(&host), &host), Refused::status(NtStatus::STATUS_NO_LOGON_SERVERS));
}

#[test]
fn names_of_every_form_reach_the_account() {
    let host = alice();
    for (user, domain) in [("ALICE", "EXAMPLE"), ("alice@example.test", ""), ("alice", "")] {
        let mut raw = Raw { user, domain, ..Raw::new(&host) };
        assert!(raw.bound(&host).pub_key_auth.is_some(), "{domain}\\{user}");
    }
}

#[test]
fn a_refusal_is_told_as_the_profile_says() {
    for (refusal, code, ending) in [
        (Refusal::ErrorCode, Some(0xc000_006d), Ending::Fin),
        (Refusal::Alert, None, Ending::TlsAlert(80)),
        (Refusal::Fin, None, Ending::Fin),
        (Refusal::Rst, None, Ending::Rst),
        (Refusal::Stall, None, Ending::Stall),
    ] {
        let expected = || Refused { code, failure: FAILED, ending };
        let mut host = alice();
        host.nla.refusal = refusal;
        let mut raw = Raw { password: "wrong", ..Raw::new(&host) };
        assert_eq!(judged(&mut raw, &host), expected(), "{refusal:?}");

        // Where no code may be sent, the other key says.
        let mut host = alice();
        host.nla.refusal_without_code = refusal;
        for version in [2, 5] {
            let mut raw = Raw { version, password: "wrong", ..Raw::new(&host) };
            assert_eq!(judged(&mut raw, &host), expected(), "{refusal:?} to version {version}");
        }
        for version in [3, 4, 6, 7] {
            let mut raw = Raw { version, password: "wrong", ..Raw::new(&host) };
            assert_eq!(judged(&mut raw, &host), Refused::status(NtStatus::STATUS_LOGON_FAILURE));
        }
    }
}

#[test]
fn a_refusal_message_says_nothing_but_version_and_code() {
    let mut host = alice();
    host.nla.version = 4;
    let mut raw = Raw { password: "wrong", ..Raw::new(&host) };
    let token = raw.answered(&host);
    let request = raw.bind(Some(NegoToken::Ntlm(token)), 4);
    let AuthReply::Failed { last, .. } = raw.call(&host, request) else { panic!("it is refused") };
    let error_code = Some(NtStatus::STATUS_LOGON_FAILURE);
    assert_eq!(*last.unwrap(), TsRequest { version: 4, error_code, ..TsRequest::default() });
}

#[test]
fn a_client_below_the_lowest_version_is_refused_at_its_first_message() {
    let mut host = alice();
    host.nla.min_client_version = 5;
    for (version, code, ending) in
        [(2, None, Ending::TlsAlert(80)), (3, Some(0x8009_0302), Ending::Fin), (4, Some(0x8009_0302), Ending::Fin)]
    {
        let mut raw = Raw { version, ..Raw::new(&host) };
        let request = TsRequest { nego_tokens: Some(vec![NegoToken::Ntlm(raw.negotiate())]), ..raw.request() };
        let expected = Refused { code, failure: AuthFailure::VersionTooOld(version), ending };
        assert_eq!(raw.refused(&host, request), expected);
    }
    for version in [5, 6] {
        let mut raw = Raw { version, ..Raw::new(&host) };
        assert!(raw.bound(&host).pub_key_auth.is_some());
    }
}

#[test]
fn a_version_that_changes_on_the_way_is_refused() {
    let host = alice();
    let mut raw = Raw::new(&host);
    let token = raw.answered(&host);
    raw.version = 4;
    let request = raw.bind(Some(NegoToken::Ntlm(token)), 4);
    let failure = AuthFailure::VersionChanged { from: 6, to: 4 };
    assert_eq!(raw.refused(&host, request), Refused::with(0x8009_030f, failure));
}

#[test]
fn a_message_without_a_token_or_with_rubbish_is_a_bad_token() {
    let host = alice();
    let mut raw = Raw::new(&host);
    let request = raw.request();
    let missing = Refused::with(0x8009_0308, AuthFailure::Missing("negoTokens"));
    assert_eq!(raw.refused(&host, request), missing);
    let mut raw = Raw::new(&host);
    let token = NegoToken::Unknown(b"rubbish".to_vec());
    let request = TsRequest { nego_tokens: Some(vec![token]), ..raw.request() };
    let rubbish = AuthFailure::BadToken("neither NTLM nor SPNEGO".to_owned());
    assert_eq!(raw.refused(&host, request), Refused::with(0x8009_0308, rubbish));
    // Nothing is said to a peer after the end, not even the challenge it asks for.
    let request = TsRequest { nego_tokens: Some(vec![NegoToken::Ntlm(raw.negotiate())]), ..raw.request() };
    let over = AuthFailure::BadToken("a message behind the last one".to_owned());
    assert_eq!(raw.refused(&host, request), Refused::with(0x8009_0308, over));
}
