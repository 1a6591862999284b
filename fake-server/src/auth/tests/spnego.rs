//! SPNEGO: who is understood, and the exchange of mechListMICs.

use badrdp_proto::pdu::credssp::spnego::{MechToken, Mechanism as Oid, NegState, SpnegoToken, mech_type_list};
use badrdp_proto::pdu::credssp::{NegoToken, NtlmToken};
use badrdp_scenarios::model::Mechanism;

use super::raw::Raw;
use super::*;

const NTLM: &[u8] = Oid::NTLM;
const WINDOWS: [&[u8]; 3] = [Oid::MS_KERBEROS, Oid::KERBEROS, Oid::NTLM];

fn types(oids: &[&[u8]]) -> Vec<Oid> {
    oids.iter().map(|oid| Oid(oid.to_vec())).collect()
}

fn init(oids: &[&[u8]], token: Option<MechToken>) -> NegoToken {
    let init = SpnegoToken::Init { mech_types: types(oids), mech_token: token, mech_list_mic: None };
    NegoToken::Spnego(Box::new(init))
}

fn resp(token: NtlmToken, mic: Option<Vec<u8>>) -> NegoToken {
    NegoToken::Spnego(Box::new(SpnegoToken::Resp {
        neg_state: Some(NegState::ACCEPT_INCOMPLETE),
        supported_mech: None,
        response_token: Some(MechToken::Ntlm(token)),
        mech_list_mic: mic,
    }))
}

/// `negState`, whether a mechanism was selected and which, the NTLM message, the mechListMIC.
type Answer = (Option<NegState>, Option<Vec<u8>>, Option<NtlmToken>, Option<Vec<u8>>);

fn answer(reply: TsRequest) -> Answer {
    let Some([NegoToken::Spnego(token)]) = reply.nego_tokens.as_deref() else { panic!("{reply:?}") };
    let SpnegoToken::Resp { neg_state, supported_mech, response_token, mech_list_mic } = token.as_ref().clone() else {
        panic!("{token:?}")
    };
    let ntlm = response_token.map(|token| match token {
        MechToken::Ntlm(token) => token,
        MechToken::Unknown(other) => panic!("{other:?}"),
    });
    (neg_state, supported_mech.map(|oid| oid.0), ntlm, mech_list_mic)
}

/// Up to the client's AUTHENTICATE_MESSAGE.
fn answered(raw: &mut Raw, host: &AuthHost, oids: &[&[u8]]) -> NtlmToken {
    let negotiate = raw.negotiate();
    let challenge = if oids[0] == NTLM {
        let (state, selected, challenge, mic) = answer(raw.say(host, init(oids, Some(MechToken::Ntlm(negotiate)))));
        assert_eq!((state, selected.as_deref(), mic), (Some(NegState::ACCEPT_INCOMPLETE), Some(NTLM), None));
        challenge
    } else {
        let kerberos = MechToken::Unknown(b"an optimistic AP-REQ".to_vec());
        let selected = answer(raw.say(host, init(oids, Some(kerberos))));
        assert_eq!(selected, (Some(NegState::REQUEST_MIC), Some(NTLM.to_vec()), None, None));
        let (state, selected, challenge, mic) = answer(raw.say(host, resp(negotiate, None)));
        assert_eq!((state, selected, mic), (Some(NegState::ACCEPT_INCOMPLETE), None, None), "it was selected before");
        challenge
    };
    raw.authenticate(&challenge.unwrap())
}

fn mic(raw: &mut Raw, oids: &[&[u8]]) -> Vec<u8> {
    raw.session.as_mut().unwrap().0.sign_apart(&mech_type_list(&types(oids))).to_vec()
}

/// Whether the server's mechListMIC is right.
fn verifies(raw: &mut Raw, oids: &[&[u8]], mic: Option<Vec<u8>>) -> bool {
    mic.unwrap() == raw.session.as_mut().unwrap().1.sign_apart(&mech_type_list(&types(oids)))
}

#[test]
fn ntlm_is_selected_wherever_it_stands_and_both_mics_are_right() {
    let host = alice();
    for oids in [&[NTLM][..], &[NTLM, Oid::KERBEROS], &WINDOWS] {
        let mut raw = Raw::new(&host);
        let token = answered(&mut raw, &host, oids);
        let ours = mic(&mut raw, oids);
        let (state, selected, ntlm, theirs) = answer(raw.say(&host, resp(token, Some(ours))));
        assert_eq!((state, selected, ntlm), (Some(NegState::ACCEPT_COMPLETED), None, None));
        assert!(verifies(&mut raw, oids, theirs));
        let request = raw.bind(None, 6);
        let sealed = raw.ask(&host, request).pub_key_auth.unwrap();
        assert!(raw.unseal(&sealed).is_some(), "sequence numbers and cipher agree after the MICs");
    }
}

#[test]
fn the_proof_of_the_key_may_come_with_the_last_token() {
    let host = alice();
    let mut raw = Raw::new(&host);
    let token = answered(&mut raw, &host, &WINDOWS);
    let ours = mic(&mut raw, &WINDOWS);
    let request = raw.bind(Some(resp(token, Some(ours))), 6);
    let reply = raw.ask(&host, request);
    let sealed = reply.pub_key_auth.clone().unwrap();
    let (.., theirs) = answer(reply);
    assert!(verifies(&mut raw, &WINDOWS, theirs));
    assert!(raw.unseal(&sealed).is_some());
}

#[test]
fn a_first_choice_without_its_token_is_asked_for_it() {
    let host = alice();
    let mut raw = Raw::new(&host);
    let selected = answer(raw.say(&host, init(&[NTLM], None)));
    assert_eq!(selected, (Some(NegState::ACCEPT_INCOMPLETE), Some(NTLM.to_vec()), None, None));
    let negotiate = raw.negotiate();
    assert!(answer(raw.say(&host, resp(negotiate, None))).2.is_some());
}

#[test]
fn a_mech_list_mic_that_is_wrong_or_missing_ends_it() {
    let host = alice();
    let refused = |oids: &[&[u8]], has_mic, mic: &dyn Fn(&mut Raw) -> Option<Vec<u8>>| {
        let mut raw = Raw { has_mic, ..Raw::new(&host) };
        let token = answered(&mut raw, &host, oids);
        let mic = mic(&mut raw);
        let request = TsRequest { nego_tokens: Some(vec![resp(token, mic)]), ..raw.request() };
        raw.refused(&host, request)
    };
    let expected = || Refused::with(0x8009_030f, AuthFailure::MechListMic);
    assert_eq!(refused(&WINDOWS, false, &|_| None), expected(), "not the first choice");
    assert_eq!(refused(&[NTLM], true, &|_| None), expected(), "NTLM has a MIC of its own");
    assert_eq!(refused(&[NTLM], false, &|_| Some(vec![1; 16])), expected());
    // Somebody took Kerberos off the list on the way.
    assert_eq!(refused(&[NTLM], true, &|raw| Some(mic(raw, &WINDOWS))), expected());
}

#[test]
fn where_neither_side_needs_a_mech_list_mic_none_is_sent() {
    let host = alice();
    let mut raw = Raw { has_mic: false, ..Raw::new(&host) };
    let token = answered(&mut raw, &host, &[NTLM]);
    let last = answer(raw.say(&host, resp(token, None)));
    assert_eq!(last, (Some(NegState::ACCEPT_COMPLETED), None, None, None));
    let request = raw.bind(None, 6);
    let sealed = raw.ask(&host, request).pub_key_auth.unwrap();
    assert!(raw.unseal(&sealed).is_some());
}

/// What the first token leads to.
fn opened(mechanism: Mechanism, token: impl FnOnce(&mut Raw) -> NegoToken) -> Result<TsRequest, Refused> {
    let mut host = alice();
    host.nla.mechanism = mechanism;
    let mut raw = Raw::new(&host);
    let token = token(&mut raw);
    let request = TsRequest { nego_tokens: Some(vec![token]), ..raw.request() };
    match raw.call(&host, request) {
        AuthReply::Send(reply) => Ok(*reply),
        AuthReply::Failed { last, failure, ending } => Err(Refused::of(last, failure, ending)),
        other => panic!("{other:?}"),
    }
}

fn bare(raw: &mut Raw) -> NegoToken {
    NegoToken::Ntlm(raw.negotiate())
}

fn wrapped(raw: &mut Raw) -> NegoToken {
    init(&[NTLM], Some(MechToken::Ntlm(raw.negotiate())))
}

#[test]
fn a_profile_may_understand_one_form_only() {
    let bad = |what: &str| Err(Refused::with(0x8009_0308, AuthFailure::BadToken(what.to_owned())));
    let is_challenge = |reply: Result<TsRequest, Refused>| reply.unwrap().ntlm().is_some();
    assert!(is_challenge(opened(Mechanism::Any, bare)) && is_challenge(opened(Mechanism::Any, wrapped)));
    assert!(is_challenge(opened(Mechanism::Ntlm, bare)) && is_challenge(opened(Mechanism::Spnego, wrapped)));
    assert_eq!(opened(Mechanism::Ntlm, wrapped), bad("SPNEGO, where bare NTLM is due"));
    assert_eq!(opened(Mechanism::Spnego, bare), bad("bare NTLM, where SPNEGO is due"));
}

#[test]
fn without_a_common_mechanism_spnego_is_rejected_and_bare_ntlm_is_not_supported() {
    let mut host = alice();
    let reject = |host: &AuthHost, oids: &[&[u8]]| {
        let mut raw = Raw::new(host);
        let request = TsRequest { nego_tokens: Some(vec![init(oids, None)]), ..raw.request() };
        let AuthReply::Failed { last, failure, ending } = raw.call(host, request) else { panic!("it is rejected") };
        assert_eq!((failure, ending), (AuthFailure::MechanismRejected, Ending::Fin));
        answer(*last.unwrap())
    };
    let rejected = (Some(NegState::REJECT), None, None, None);
    assert_eq!(reject(&host, &[Oid::KERBEROS]), rejected);
    host.nla.mechanism = Mechanism::Reject;
    assert_eq!(reject(&host, &WINDOWS), rejected);
    let forbidden = Refused::status(NtStatus::STATUS_NOT_SUPPORTED);
    assert_eq!(opened(Mechanism::Reject, bare).unwrap_err(), forbidden);
    assert_eq!(opened(Mechanism::Kerberos, bare).unwrap_err(), forbidden);
}

#[test]
fn kerberos_is_selected_offered_or_not_and_goes_nowhere() {
    let selected = |oids: &[&[u8]]| answer(opened(Mechanism::Kerberos, |_| init(oids, None)).unwrap());
    let state = Some(NegState::ACCEPT_INCOMPLETE);
    assert_eq!(selected(&[NTLM]), (state, Some(Oid::KERBEROS.to_vec()), None, None));
    assert_eq!(selected(&WINDOWS), (state, Some(Oid::MS_KERBEROS.to_vec()), None, None));
    let mut host = alice();
    host.nla.mechanism = Mechanism::Kerberos;
    let mut raw = Raw::new(&host);
    raw.say(&host, init(&WINDOWS, None));
    let request = TsRequest { nego_tokens: Some(vec![init(&WINDOWS, None)]), ..raw.request() };
    let failure = AuthFailure::MechanismUnsupported("Kerberos".to_owned());
    assert_eq!(raw.refused(&host, request), Refused::with(0x8009_0308, failure));
}

#[test]
fn the_form_cannot_change_on_the_way() {
    let host = alice();
    let mut raw = Raw::new(&host);
    let token = answered(&mut raw, &host, &[NTLM]);
    let request = TsRequest { nego_tokens: Some(vec![NegoToken::Ntlm(token)]), ..raw.request() };
    let bad = |what: &str| Refused::with(0x8009_0308, AuthFailure::BadToken(what.to_owned()));
    assert_eq!(raw.refused(&host, request), bad("no SPNEGO token"));
    let mut raw = Raw::new(&host);
    let token = raw.answered(&host);
    let request = TsRequest { nego_tokens: Some(vec![resp(token, None)]), ..raw.request() };
    assert_eq!(raw.refused(&host, request), bad("no NTLM message"));
}
