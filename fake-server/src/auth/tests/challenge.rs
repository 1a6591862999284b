//! What the challenge says, and what of an AUTHENTICATE_MESSAGE is believed.

use badrdp_proto::pdu::credssp::ntlm::{Challenge, NtlmMessage, TargetInfo, Version, flags, unix_seconds};
use badrdp_proto::pdu::credssp::{NegoToken, NtlmToken};
use badrdp_scenarios::model::Target;

use super::raw::{Raw, Response};
use super::*;

const BAD_TOKEN: u32 = 0x8009_0308;
const ALTERED: u32 = 0x8009_030f;

fn challenge(host: &AuthHost, number: u64, asked: u32) -> (NtlmToken, Challenge) {
    let mut raw = Raw::new(host);
    raw.flags = asked;
    let negotiate = raw.negotiate();
    let offered = ntlm::Offered::answer(host, Acceptor::challenge(host, number), &negotiate).unwrap();
    let NtlmMessage::Challenge(read) = offered.challenge.read().unwrap() else { panic!("no challenge") };
    (offered.challenge, read)
}

const ASKED: u32 = flags::UNICODE | flags::REQUEST_TARGET | flags::VERSION | flags::EXTENDED_SESSIONSECURITY;

#[test]
fn the_challenge_says_what_the_profile_says_of_the_host() {
    let mut host = alice();
    host.nla.target.clock = -600;
    let (_, read) = challenge(&host, 1, ASKED);
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(read.target_name, "EXAMPLE");
    assert_eq!(read.version, Some(Version { major: 10, minor: 0, build: 20348, revision: 15 }));
    let told = flags::NTLM | flags::TARGET_INFO | flags::TARGET_TYPE_DOMAIN;
    assert_eq!(read.flags, ASKED | told);
    let TargetInfo { timestamp, .. } = read.target_info;
    let expected = TargetInfo {
        netbios_computer: text("BADRDP"),
        netbios_domain: text("EXAMPLE"),
        dns_computer: text("badrdp.example.test"),
        dns_domain: text("example.test"),
        dns_tree: text("example.test"),
        flags: None,
        timestamp,
        other: Vec::new(),
    };
    assert_eq!(read.target_info, expected);
    let late = unix_seconds(timestamp.unwrap()) - (host.now - 600);
    assert!((0..60).contains(&late), "{late} s");
}

#[test]
fn what_a_profile_leaves_out_is_left_out() {
    let mut host = alice();
    host.nla.target = Target {
        netbios_computer: "LONELY".to_owned(),
        netbios_domain: "Lonely".to_owned(),
        dns_tree: String::new(),
        os: None,
        timestamp: false,
        ..Target::default()
    };
    let (_, read) = challenge(&host, 1, ASKED);
    assert_eq!((read.target_name.as_str(), read.version), ("LONELY", None));
    assert_eq!((read.target_info.dns_tree, read.target_info.timestamp), (None, None));
    assert_eq!(read.flags & (flags::VERSION | flags::TARGET_TYPE_SERVER), flags::TARGET_TYPE_SERVER);
}

#[test]
fn the_server_challenge_is_the_seeds_and_the_connections() {
    let mut host = alice();
    // The clock goes on between two challenges.
    host.nla.target.timestamp = false;
    let of = |host: &AuthHost, number| challenge(host, number, ASKED).0;
    let first = of(&host, 1);
    assert_eq!(first, of(&host, 1));
    assert_ne!(first, of(&host, 2));
    host.seed = 1;
    assert_ne!(first, of(&host, 1));
}

fn judged(raw: &mut Raw, host: &AuthHost) -> Refused {
    let token = raw.answered(host);
    let request = TsRequest { nego_tokens: Some(vec![NegoToken::Ntlm(token)]), ..raw.request() };
    raw.refused(host, request)
}

fn bad(what: &str) -> Refused {
    Refused::with(BAD_TOKEN, AuthFailure::BadToken(what.to_owned()))
}

#[test]
fn ntlm_v1_and_nobody_fail_to_log_on() {
    let host = alice();
    for response in [Response::V1, Response::Anonymous] {
        let mut raw = Raw { response, has_mic: false, ..Raw::new(&host) };
        assert_eq!(judged(&mut raw, &host), Refused::status(NtStatus::STATUS_LOGON_FAILURE));
    }
}

#[test]
fn a_client_may_leave_the_domain_out_of_its_key() {
    let host = alice();
    let mut raw = Raw { response: Response::V2WithoutDomain, ..Raw::new(&host) };
    assert!(raw.bound(&host).pub_key_auth.is_some());
}

#[test]
fn sessions_without_key_exchange_or_mic_or_with_weaker_keys_work() {
    let host = alice();
    for without in [0, flags::KEY_EXCH, flags::KEY_128, flags::KEY_128 | flags::KEY_56] {
        for has_mic in [true, false] {
            let mut raw = Raw { has_mic, ..Raw::new(&host) };
            raw.flags &= !without;
            let sealed = raw.bound(&host).pub_key_auth.unwrap();
            assert!(raw.unseal(&sealed).is_some(), "without {without:#x}, MIC {has_mic}");
        }
    }
}

#[test]
fn without_unicode_or_extended_session_security_there_is_no_session() {
    let host = alice();
    let mut raw = Raw::new(&host);
    raw.flags &= !flags::UNICODE;
    let request = TsRequest { nego_tokens: Some(vec![NegoToken::Ntlm(raw.negotiate())]), ..raw.request() };
    assert_eq!(raw.refused(&host, request), bad("the client's NTLM speaks no Unicode"));
    let mut raw = Raw::new(&host);
    raw.flags &= !flags::EXTENDED_SESSIONSECURITY;
    let why = "the client's NTLM has no extended session security, so nothing can be sealed";
    assert_eq!(judged(&mut raw, &host), bad(why));
}

#[test]
fn a_message_that_was_changed_on_the_way_is_noticed() {
    let host = alice();
    // Each of the three messages: the MIC covers them all.
    let altered = Refused::with(ALTERED, AuthFailure::MessageIntegrity);
    let mut raw = Raw::new(&host);
    let mut token = raw.answered(&host);
    // In the version: no response covers it.
    token.0[65] ^= 1;
    let request = TsRequest { nego_tokens: Some(vec![NegoToken::Ntlm(token)]), ..raw.request() };
    assert_eq!(raw.refused(&host, request), altered);

    let mut raw = Raw::new(&host);
    let mut negotiate = raw.negotiate();
    negotiate.0[33] ^= 1;
    let reply = raw.say(&host, NegoToken::Ntlm(negotiate));
    let token = raw.authenticate(reply.ntlm().unwrap());
    let request = TsRequest { nego_tokens: Some(vec![NegoToken::Ntlm(token)]), ..raw.request() };
    assert_eq!(raw.refused(&host, request), altered);

    let mut raw = Raw::new(&host);
    let negotiate = raw.negotiate();
    let mut challenge = raw.say(&host, NegoToken::Ntlm(negotiate)).ntlm().unwrap().clone();
    // Its version.
    challenge.0[49] ^= 1;
    let token = raw.authenticate(&challenge);
    let request = TsRequest { nego_tokens: Some(vec![NegoToken::Ntlm(token)]), ..raw.request() };
    assert_eq!(raw.refused(&host, request), altered);
}

#[test]
fn a_message_integrity_code_that_was_taken_out_is_missed() {
    let host = alice();
    let mut raw = Raw::new(&host);
    let mut token = raw.answered(&host);
    // CVE-2019-1040: the payload moves up to where the MIC stood. The response, which nobody can change, tells of one.
    token.0.drain(72..88);
    for at in (12..60).step_by(8).map(|field| field + 4) {
        token.0[at] -= 16;
    }
    let request = TsRequest { nego_tokens: Some(vec![NegoToken::Ntlm(token)]), ..raw.request() };
    assert_eq!(raw.refused(&host, request), Refused::with(ALTERED, AuthFailure::MessageIntegrity));
}

#[test]
fn messages_out_of_order_are_bad_tokens() {
    let host = alice();
    let mut raw = Raw::new(&host);
    let negotiate = raw.negotiate();
    raw.say(&host, NegoToken::Ntlm(negotiate.clone()));
    let request = TsRequest { nego_tokens: Some(vec![NegoToken::Ntlm(negotiate)]), ..raw.request() };
    assert_eq!(raw.refused(&host, request), bad("another NTLM message where AUTHENTICATE_MESSAGE is due"));

    let mut raw = Raw::new(&host);
    let token = raw.answered(&host);
    let mut other = Raw::new(&host);
    let request = TsRequest { nego_tokens: Some(vec![NegoToken::Ntlm(token)]), ..raw.request() };
    assert_eq!(other.refused(&host, request), bad("another NTLM message where NEGOTIATE_MESSAGE is due"));
}
