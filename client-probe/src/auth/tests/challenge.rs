//! What hosts say in place of a challenge, and what a challenge says of them.

use badrdp_proto::pdu::credssp::NtlmToken;
use badrdp_proto::pdu::credssp::ntlm::{Challenge, TargetInfo, Version};
use badrdp_proto::pdu::credssp::spnego::{MechToken, Mechanism, NegState, SpnegoToken};

use super::*;

/// How the probe ends when its first message is answered with these tokens.
fn answered(spnego: bool, tokens: Option<Vec<NegoToken>>) -> AuthFailure {
    let mut walk = Walk::new(&with(|options| options.credssp.spnego = spnego), true);
    walk.begin();
    let failure = walk.fails(TsRequest { version: 6, nego_tokens: tokens, ..TsRequest::default() });
    assert_eq!(walk.sent.len(), 1);
    failure
}

fn resp(neg_state: NegState, mechanism: Option<&[u8]>, token: Option<NtlmToken>) -> NegoToken {
    NegoToken::Spnego(Box::new(SpnegoToken::Resp {
        neg_state: Some(neg_state),
        supported_mech: mechanism.map(|oid| Mechanism(oid.to_vec())),
        response_token: token.map(MechToken::Ntlm),
        mech_list_mic: None,
    }))
}

#[test]
fn spnego_can_refuse_or_choose_another() {
    for spnego in [false, true] {
        let rejected = resp(NegState::REJECT, None, None);
        assert_eq!(answered(spnego, Some(vec![rejected])), AuthFailure::MechanismRejected);
        let kerberos = resp(NegState::REQUEST_MIC, Some(Mechanism::KERBEROS), None);
        let unsupported = AuthFailure::MechanismUnsupported("Kerberos".to_owned());
        assert_eq!(answered(spnego, Some(vec![kerberos])), unsupported);
    }
}

#[test]
fn what_is_no_challenge_is_a_bad_token() {
    let challenge = Challenge::default().to_token();
    let cut = NtlmToken(challenge.0.iter().copied().take(20).collect());
    let mut walk = Walk::new(&options(), true);
    let negotiate = walk.begin().ntlm().unwrap().clone();
    let says = |spnego, token| match answered(spnego, Some(vec![token])) {
        AuthFailure::BadToken(why) => why,
        other => panic!("{other:?}"),
    };
    assert_eq!(says(false, NegoToken::Ntlm(negotiate)), "NTLM NEGOTIATE in place of CHALLENGE");
    assert!(says(false, NegoToken::Ntlm(cut)).contains("at byte"));
    assert_eq!(says(false, NegoToken::Unknown(b"HTTP/1.1".to_vec())), "it is neither NTLM nor SPNEGO");
    assert_eq!(says(true, NegoToken::Ntlm(challenge.clone())), "bare NTLM in answer to SPNEGO");
    let wrapped = resp(NegState::ACCEPT_INCOMPLETE, Some(Mechanism::NTLM), Some(challenge));
    assert_eq!(says(false, wrapped), "SPNEGO in answer to bare NTLM");
    let empty = resp(NegState::ACCEPT_INCOMPLETE, Some(Mechanism::NTLM), None);
    assert_eq!(says(true, empty), "SPNEGO without an NTLM challenge");
    assert_eq!(answered(false, None), AuthFailure::Missing("negoTokens"));
    assert_eq!(answered(false, Some(Vec::new())), AuthFailure::Missing("negoTokens"));
}

#[test]
fn a_list_of_mechanisms_that_somebody_changed_is_told() {
    type Change = fn(&mut SpnegoToken);
    let changes: [(Change, &AuthFailure); 4] = [
        (|token| *mic(token) = None, &AuthFailure::MechListMic),
        (|token| *mic(token).as_mut().unwrap().last_mut().unwrap() ^= 1, &AuthFailure::MechListMic),
        (|token| *mic(token).as_mut().unwrap().get_mut(6).unwrap() ^= 1, &AuthFailure::MechListMic),
        (
            |token| {
                *token = SpnegoToken::Resp {
                    neg_state: Some(NegState::REJECT),
                    supported_mech: None,
                    response_token: None,
                    mech_list_mic: None,
                }
            },
            &AuthFailure::MechanismRejected,
        ),
    ];
    for (change, expected) in changes {
        let mut walk = Walk::new(&with(|options| options.credssp.spnego = true), true);
        let mut server = SspiServer::new(&walk.key, 6, true);
        walk.begin();
        let mut next = |walk: &Walk| match server.take(walk.sent.last().unwrap()) {
            Said::Reply(reply) => reply,
            Said::Delegated(_) => panic!("too early"),
        };
        let challenge = next(&walk);
        let answer = walk.take(challenge).unwrap();
        assert!(answer.pub_key_auth.is_none(), "nothing is sealed before the lists are compared");
        let mut completion = next(&walk);
        match completion.nego_tokens.as_mut().unwrap().first_mut().unwrap() {
            NegoToken::Spnego(token) => change(token),
            other => panic!("{other:?}"),
        }
        assert_eq!(walk.fails(completion), *expected);
    }
}

fn mic(token: &mut SpnegoToken) -> &mut Option<Vec<u8>> {
    match token {
        SpnegoToken::Init { mech_list_mic, .. } | SpnegoToken::Resp { mech_list_mic, .. } => mech_list_mic,
    }
}

#[test]
fn the_host_is_known_by_its_challenge() {
    let target_info = TargetInfo { netbios_computer: Some("PC7".to_owned()), ..TargetInfo::default() };
    let version = Some(Version { major: 10, minor: 0, build: 20348, revision: 15 });
    let challenge = Challenge { target_info: target_info.clone(), version, flags: 0x0280_0001, ..Challenge::default() };
    let mut walk = Walk::new(&with(|options| options.credentials = None), true);
    walk.begin();
    walk.fails(TsRequest {
        version: 3,
        nego_tokens: Some(vec![NegoToken::Ntlm(challenge.to_token())]),
        ..TsRequest::default()
    });
    let identity = walk.auth.identity.take().unwrap();
    assert_eq!(identity, HostIdentity { target: target_info, version, clock: None, skew: None, credssp_version: 3 });
}
