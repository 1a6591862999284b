//! NLA: every finding, and what tells neighbours apart.
#![allow(clippy::unwrap_used, reason = "tests state what they expect")]

use badrdp_proto::connect::{AuthFailure, Blame, CloseKind, TlsFailure, TlsFailureKind};
use badrdp_proto::pdu::Message;
use badrdp_proto::pdu::credssp::TsRequest;
use badrdp_proto::pdu::x224::{ConnectionRequest, NegotiationAnswer, NegotiationRequest, Protocols};
use badrdp_proto::transcript::{CertificateProblem, Event, HostIdentity, Transcript};
use badrdp_proto::vocab::code::Code as _;
use badrdp_proto::vocab::codes::{EarlyUserAuthorizationResult, NtStatus};
use badrdp_proto::vocab::{MessageKind, Stage};
use badrdp_proto::wire::Reason;

use crate::diagnosis::fixture::nla::{CHALLENGE, identity, refusal, ts_request, version_of};
use crate::diagnosis::fixture::{ALL, Story};
use crate::diagnosis::{Diagnosis, Evidence, Finding, Verdict, diagnose};

fn challenged() -> Story {
    Story::nla(Protocols::HYBRID).challenged()
}

fn authenticated() -> Story {
    Story::nla(Protocols::HYBRID).authenticated()
}

fn failed(failure: AuthFailure) -> Transcript {
    authenticated().fail(Blame::Auth(failure))
}

fn refused(status: NtStatus) -> Transcript {
    authenticated().got(refusal(status)).fail(Blame::Auth(AuthFailure::Refused(status)))
}

fn early(result: EarlyUserAuthorizationResult) -> Transcript {
    let story = Story::nla(Protocols::HYBRID_EX).delegated().got(Message::EarlyUserAuthResult(result));
    story.refused(MessageKind::EarlyUserAuthResult)
}

fn alert(story: Story) -> Transcript {
    let failure = TlsFailure { kind: TlsFailureKind::AlertReceived(80), after: None };
    story.event(Event::TlsFailed(failure.clone())).fail(Blame::Tls(failure))
}

fn remote_guard() -> Story {
    let negotiation = NegotiationRequest { flags: NegotiationRequest::REMOTE_GUARD, requested_protocols: ALL };
    let request = ConnectionRequest { negotiation: Some(negotiation), ..ConnectionRequest::default() };
    let answer = NegotiationAnswer::Response {
        flags: NegotiationRequest::ANSWERS_REMOTE_GUARD,
        selected_protocol: Protocols::HYBRID,
    };
    let story = Story::connected().at(Stage::ConnectionInitiation).sent(Message::X224ConnectionRequest(request));
    story.answered(Some(answer)).at(Stage::Nla)
}

fn old() -> HostIdentity {
    HostIdentity { credssp_version: 2, ..identity() }
}

fn skewed(seconds: i64) -> Transcript {
    let identity = HostIdentity { skew: Some(seconds), ..identity() };
    Story::nla(Protocols::HYBRID).challenged_by(identity).fail(Blame::Auth(AuthFailure::NoCredentials))
}

/// A transcript of which the finding must be the first, and a near miss that must not have it at all.
pub(super) fn example(id: &str) -> (Transcript, Transcript) {
    use AuthFailure as F;
    let hybrid = || Story::nla(Protocols::HYBRID);
    match id {
        "restricted-admin-not-offered" => (failed(F::NoRestrictedAdmin), failed(F::NoRemoteGuard)),
        "remote-guard-not-offered" => (failed(F::NoRemoteGuard), failed(F::NoRestrictedAdmin)),
        "remote-guard-needs-kerberos" => {
            let own = || Blame::Auth(F::Local("Kerberos".to_owned()));
            (remote_guard().fail(own()), authenticated().fail(own()))
        }
        "nla-without-credentials" => (challenged().fail(Blame::Auth(F::NoCredentials)), failed(F::Withheld)),
        "credentials-withheld" => (challenged().fail(Blame::Auth(F::Withheld)), failed(F::NoCredentials)),
        "logon-refused" => (refused(NtStatus::STATUS_LOGON_FAILURE), authenticated().closed(CloseKind::Fin)),
        "credssp-version-too-old" => (
            hybrid().challenged_by(old()).fail(Blame::Auth(F::VersionTooOld(2))),
            hybrid().challenged_by(old()).closed(CloseKind::Fin),
        ),
        "public-key-mismatch" => (failed(F::PublicKeyMismatch), failed(F::NonceIgnored)),
        "public-key-nonce-ignored" => (failed(F::NonceIgnored), failed(F::NotIncremented)),
        "public-key-not-incremented" => (failed(F::NotIncremented), failed(F::PublicKeyMismatch)),
        "sealed-message-altered" => (failed(F::Unsealable("pubKeyAuth")), failed(F::Missing("pubKeyAuth"))),
        "credssp-field-missing" => (failed(F::Missing("pubKeyAuth")), failed(F::Unsealable("pubKeyAuth"))),
        "credssp-version-changed" => (failed(F::VersionChanged { from: 6, to: 2 }), failed(F::VersionTooOld(2))),
        "spnego-rejected" => (failed(F::MechanismRejected), failed(F::MechanismUnsupported("Kerberos".to_owned()))),
        "spnego-mechanism-unsupported" => {
            (failed(F::MechanismUnsupported("Kerberos".to_owned())), failed(F::MechanismRejected))
        }
        "logon-token-malformed" => (failed(F::BadToken("short".to_owned())), failed(F::MechListMic)),
        "mech-list-mic-wrong" => (failed(F::MechListMic), failed(F::MessageIntegrity)),
        "early-user-auth-denied" => {
            (early(EarlyUserAuthorizationResult::AUTHZ_ACCESS_DENIED), early(EarlyUserAuthorizationResult(1)))
        }
        "early-user-auth-undefined" => {
            (early(EarlyUserAuthorizationResult(1)), early(EarlyUserAuthorizationResult::AUTHZ_ACCESS_DENIED))
        }
        "nla-alert" => (alert(authenticated()), alert(Story::selected(Protocols::HYBRID).at(Stage::Tls))),
        "nla-closed" => (hybrid().closed(CloseKind::Fin), hybrid().closed(CloseKind::Reset)),
        "nla-reset" => (hybrid().closed(CloseKind::Reset), hybrid().closed(CloseKind::Fin)),
        "nla-stalled" => (hybrid().stalled(), Story::secured().at(Stage::BasicSettingsExchange).stalled()),
        "credssp-vulnerable" => {
            let on = |identity| hybrid().challenged_by(identity).sent(ts_request(None));
            let done = |story: Story| story.at(Stage::BasicSettingsExchange).licensed().activate().drawn().done();
            (done(on(old())), done(on(identity())))
        }
        "clock-skew" => (skewed(-301), skewed(300)),
        "credentials-not-checked" => {
            let on = |story: Story| story.licensed().activate().drawn().done();
            (on(Story::secured().given()), on(Story::secured()))
        }
        other => panic!("no example for {other}"),
    }
}

fn first(transcript: &Transcript) -> Finding {
    diagnose(transcript).findings.into_iter().next().unwrap()
}

fn ids(diagnosis: &Diagnosis) -> Vec<&'static str> {
    diagnosis.findings.iter().map(|finding| finding.id).collect()
}

#[test]
fn every_status_of_the_reference_has_the_code_that_mstsc_is_taken_to_show() {
    let table = [
        (0xc000_006d, 0x807),
        (0xc000_006a, 0x807),
        (0xc000_0064, 0xa07),
        (0xc000_006e, 0xc07),
        (0xc000_006f, 0x1007),
        (0xc000_0070, 0x1107),
        (0xc000_0071, 0xf07),
        (0xc000_0072, 0xb07),
        (0xc000_0193, 0xe07),
        (0xc000_0224, 0x1207),
        (0xc000_0234, 0xd07),
        (0xc000_015b, 0x1307),
        (0xc000_005e, 0x1807),
        (0xc000_0233, 0x1807),
        (0xc000_018b, 0x1807),
        (0xc000_018c, 0x1807),
        (0xc000_018d, 0x1807),
        (0xc000_0133, 0x1d07),
        (0xc000_0380, 0x1c07),
        (0xc000_0381, 0x2207),
        (0xc000_0408, 0x1407),
    ];
    for (status, code) in table {
        let found = first(&refused(NtStatus(status)));
        let codes: Vec<_> = found.mstsc.iter().map(|mstsc| (mstsc.code, mstsc.extended, mstsc.evidence)).collect();
        assert_eq!(codes, [(code, 0, Evidence::Inferred)], "{status:#x}");
    }
    // For these the reference knows none.
    for status in [0xc000_0022, 0xc000_035b, 0xc000_0388, 0xc000_0413, 0xc000_dead] {
        assert!(first(&refused(NtStatus(status))).mstsc.is_empty(), "{status:#x}");
    }
}

#[test]
fn every_status_with_a_name_has_causes_and_remedies_of_its_own() {
    let other = first(&refused(NtStatus(0xc000_dead))).causes;
    for known in NtStatus::KNOWN {
        let found = first(&refused(NtStatus(u32::try_from(known.number).unwrap())));
        assert!(found.title.contains(known.name), "{}", found.title);
        assert_ne!(found.causes, other, "{}", known.name);
        assert!(!found.remedies.is_empty(), "{}", known.name);
    }
}

#[test]
fn an_sspi_code_is_shown_by_a_dialog_of_its_own() {
    let codes = |status| first(&refused(NtStatus(status))).mstsc.iter().map(|code| code.code).collect::<Vec<_>>();
    assert_eq!(codes(0x8009_030c), [0x8009_030c]);
    assert_eq!(codes(0x8009_0311), [0x1807]);
}

#[test]
fn a_refusal_in_answer_to_the_credentials_says_so() {
    let status = NtStatus::STATUS_ACCESS_DENIED;
    let story = Story::nla(Protocols::HYBRID).delegated().at(Stage::BasicSettingsExchange).got(refusal(status));
    let found = first(&story.at(Stage::Nla).fail(Blame::Auth(AuthFailure::Refused(status))));
    assert_eq!(found.id, "logon-refused");
    assert!(found.evidence.iter().any(|line| line.contains("in answer to the delegated credentials")));
    assert!(!first(&refused(status)).evidence.iter().any(|line| line.contains("delegated")));
}

#[test]
fn a_refusal_names_user_status_and_meaning() {
    let title = |status| first(&refused(NtStatus(status))).title;
    assert_eq!(
        title(0xc000_0072),
        "EXAMPLE\\alice cannot log on: the account is disabled (STATUS_ACCOUNT_DISABLED, 0xc0000072)"
    );
    assert!(title(0x8009_030c).contains("(SEC_E_LOGON_DENIED, 0x8009030c)"));
    assert_eq!(title(0xc000_dead), "EXAMPLE\\alice cannot log on: the host says 0xc000dead, which has no known name");
    assert_eq!(diagnose(&refused(NtStatus::STATUS_ACCOUNT_DISABLED)).verdict, Verdict::Refused);
}

#[test]
fn refusals_differ_in_what_helps() {
    let remedies = |status| first(&refused(status)).remedies.join("; ");
    assert!(remedies(NtStatus::STATUS_ACCOUNT_DISABLED).contains("Enable-ADAccount"));
    assert!(remedies(NtStatus::STATUS_PASSWORD_MUST_CHANGE).contains("change the password another way first"));
    assert!(remedies(NtStatus(0xc000_dead)).contains("badrdp explain"));
    let causes = first(&refused(NtStatus::STATUS_PASSWORD_EXPIRED)).causes;
    assert!(causes.iter().any(|(evidence, text)| *evidence == Evidence::Documented && text.contains("NLA cannot")));
}

#[test]
fn credentials_that_are_kept_name_the_certificates_problem_whose_finding_follows() {
    let problems = vec![CertificateProblem::SelfSigned, CertificateProblem::NameMismatch];
    let story = Story::secured_as(Protocols::HYBRID, problems).given().at(Stage::Nla).challenged();
    let diagnosis = diagnose(&story.fail(Blame::Auth(AuthFailure::Withheld)));
    assert_eq!(ids(&diagnosis), ["credentials-withheld", "certificate-name-mismatch", "certificate-self-signed"]);
    let title = &diagnosis.findings.first().unwrap().title;
    assert!(title.contains("EXAMPLE\\alice") && title.contains("(self-signed, for another name)"), "{title}");
    assert_eq!(diagnosis.verdict, Verdict::Degraded);
}

#[test]
fn a_host_without_the_fix_is_told_of_even_without_credentials() {
    let story = Story::nla(Protocols::HYBRID).challenged_by(old());
    let diagnosis = diagnose(&story.fail(Blame::Auth(AuthFailure::NoCredentials)));
    assert_eq!(ids(&diagnosis), ["credssp-vulnerable", "nla-without-credentials"]);
    // Where it is refused for that, once is enough.
    let story = Story::nla(Protocols::HYBRID).challenged_by(old());
    assert_eq!(ids(&diagnose(&story.fail(Blame::Auth(AuthFailure::VersionTooOld(2))))), ["credssp-version-too-old"]);
}

#[test]
fn a_version_that_only_repeats_the_probes_own_proves_nothing() {
    let story = Story::secured_as(Protocols::HYBRID, Vec::new())
        .at(Stage::Nla)
        .sent(version_of(2, ts_request(Some(1))))
        .got(version_of(2, ts_request(Some(CHALLENGE))));
    let diagnosis = diagnose(&story.fail(Blame::Auth(AuthFailure::NoCredentials)));
    assert_eq!(ids(&diagnosis), ["nla-without-credentials"]);
}

#[test]
fn endings_without_a_code_say_after_which_message_and_what_was_due() {
    let ending = |story: Story| {
        let found = first(&story.closed(CloseKind::Fin));
        (found.title, found.expected, found.causes.first().unwrap().1.clone())
    };
    let says = |(title, expected, cause): (String, String, String), after: &str, due: &str, why: &str| {
        assert_eq!(title, format!("the host closes the connection {after}"));
        assert!(expected.contains(due) && cause.contains(why), "{after}: {expected}; {cause}");
    };
    says(ending(Story::nla(Protocols::HYBRID)), "after the NTLM NEGOTIATE", "CHALLENGE", "cannot or may not do NTLM");
    says(ending(authenticated()), "after the NTLM AUTHENTICATE", "errorCode", "refuses the logon");
    let reset = Story::nla(Protocols::HYBRID).delegated().at(Stage::BasicSettingsExchange);
    let found = first(&reset.clone().closed(CloseKind::Reset));
    assert_eq!(
        (found.id, found.title.as_str()),
        ("reset-early", "the host resets the connection after the credentials")
    );
    // The answer to the challenge could not be sent any more.
    let challenged = first(&Story::nla(Protocols::HYBRID).challenged().closed(CloseKind::Reset));
    assert_eq!(challenged.title, "the host resets the connection after its NTLM CHALLENGE");
    assert!(challenged.expected.contains("AUTHENTICATE"), "{}", challenged.expected);
    let proof = TsRequest { version: 6, pub_key_auth: Some(vec![0; 48]), ..TsRequest::default() };
    let proved = authenticated().got(Message::TsRequest(Box::new(proof))).at(Stage::BasicSettingsExchange);
    assert_eq!(
        first(&proved.closed(CloseKind::Reset)).title,
        "the host resets the connection after its proof of the key"
    );
    let found = first(&reset.stalled());
    assert_eq!((found.id, found.title.as_str()), ("stalled", "the host says nothing for 10s after the credentials"));
    says(
        ending(Story::nla(Protocols::HYBRID_EX).delegated()),
        "after the credentials",
        "Early User Authorization Result",
        "the logon itself had succeeded",
    );
    let nothing = Story::secured_as(Protocols::HYBRID, Vec::new()).at(Stage::Nla);
    says(ending(nothing), "after the TLS handshake", "a TSRequest", "service failed");
}

#[test]
fn a_version_that_may_get_no_error_code_is_named_as_the_reason() {
    let causes = |version| {
        let story = Story::secured_as(Protocols::HYBRID, Vec::new()).at(Stage::Nla);
        let found = first(&alert(story.challenged().sent(version_of(version, ts_request(Some(3))))));
        found.causes.into_iter().map(|(_, text)| text).collect::<Vec<_>>().join("; ")
    };
    assert!(causes(2).contains("the probe said CredSSP version 2, to which no error code may be sent"));
    assert!(causes(5).contains("version 5"));
    assert!(!causes(6).contains("may be sent"));
    let host = HostIdentity { credssp_version: 5, ..identity() };
    let story = Story::nla(Protocols::HYBRID).challenged_by(host).sent(ts_request(Some(3)));
    assert!(first(&alert(story)).causes.iter().any(|(_, text)| text.contains("the host speaks CredSSP version 5")));
}

#[test]
fn alerts_before_nla_stay_with_tls() {
    let found = first(&alert(Story::selected(Protocols::HYBRID).at(Stage::Tls)));
    assert_eq!(found.id, "tls-alert");
    let failure = TlsFailure { kind: TlsFailureKind::AlertReceived(70), after: None };
    let story = authenticated().event(Event::TlsFailed(failure.clone()));
    assert_eq!(first(&story.fail(Blame::Tls(failure))).id, "nla-alert");
}

#[test]
fn a_close_right_behind_the_credentials_may_be_about_them() {
    let about = |story: Story| {
        let found = first(&story.at(Stage::BasicSettingsExchange).closed(CloseKind::Fin));
        assert_eq!(found.id, "closed-early");
        assert_eq!(found.title.ends_with("after the credentials"), found.evidence.join(" ").contains("→ TsRequest"));
        found.causes.iter().any(|(evidence, text)| *evidence == Evidence::Inferred && text.contains("delegated"))
    };
    assert!(about(Story::nla(Protocols::HYBRID).delegated()));
    // With HYBRID_EX the host has said that the user may connect.
    let granted = Message::EarlyUserAuthResult(EarlyUserAuthorizationResult::AUTHZ_SUCCESS);
    assert!(!about(Story::nla(Protocols::HYBRID_EX).delegated().got(granted)));
    assert!(!about(Story::secured()));
}

#[test]
fn a_probe_that_only_checks_the_logon_leaves_a_healthy_host() {
    let diagnosis = diagnose(&Story::nla(Protocols::HYBRID).delegated().done());
    assert_eq!((diagnosis.verdict, diagnosis.complete), (Verdict::Healthy, false));
    assert_eq!(diagnose(&authenticated().done()).verdict, Verdict::Broken);
}

#[test]
fn the_probes_own_limit_is_no_finding() {
    let diagnosis = diagnose(&failed(AuthFailure::Local("NTLM cannot be started".to_owned())));
    assert_eq!((diagnosis.verdict, ids(&diagnosis).len()), (Verdict::Degraded, 0));
}

#[test]
fn the_proof_alone_and_an_empty_request_are_told_from_tokens() {
    let proof = TsRequest { version: 6, pub_key_auth: Some(vec![0; 48]), ..TsRequest::default() };
    let story = challenged().sent(Message::TsRequest(Box::new(proof)));
    assert_eq!(
        first(&story.closed(CloseKind::Reset)).title,
        "the host resets the connection after the probe's pubKeyAuth"
    );
}

#[test]
fn frames_that_make_no_sense_are_called_credssp() {
    let found = |transcript| first(&transcript);
    let cut = found(Story::nla(Protocols::HYBRID).closed(CloseKind::FinMidFrame { have: 7 }));
    assert_eq!(cut.title, "the host closes in the middle of a CredSSP message, after 7 of its bytes");
    let foreign = found(Story::nla(Protocols::HYBRID).foreign(&[3, 0, 0, 11]));
    assert_eq!(foreign.id, "frame-malformed");
    assert!(foreign.expected.contains("0x30"), "{}", foreign.expected);
    assert!(foreign.causes.first().unwrap().1.contains("does not do CredSSP"));
    assert!(foreign.evidence.join(" ").contains("→ TsRequest: v6, NTLM NEGOTIATE"));
    // A SEQUENCE with an impossible length is CredSSP, badly spoken.
    let indefinite = found(Story::nla(Protocols::HYBRID).foreign(&[0x30, 0x80]));
    assert!(!indefinite.causes.iter().any(|(_, text)| text.contains("does not do CredSSP")));
    let result = found(Story::nla(Protocols::HYBRID_EX).delegated().closed(CloseKind::FinMidFrame { have: 2 }));
    assert_eq!(result.title, "the host closes in the middle of its answer to the credentials, after 2 of its bytes");
    let wrong = found(Story::nla(Protocols::HYBRID).undecodable(Reason::Invalid { expected: "0x30", got: 3 }));
    assert!(wrong.title.starts_with("a CredSSP message of 90 bytes cannot be decoded"), "{}", wrong.title);
}

#[test]
fn a_host_that_refuses_old_clients_may_end_it_at_the_first_message() {
    let causes = |version| {
        let story = Story::secured_as(Protocols::HYBRID, Vec::new()).at(Stage::Nla);
        let found = first(&alert(story.sent(version_of(version, ts_request(Some(1))))));
        found.causes.into_iter().map(|(_, text)| text).collect::<Vec<_>>().join("; ")
    };
    assert!(causes(2).contains("the probe said CredSSP version 2") && causes(2).contains("Force Updated Clients"));
    assert!(!causes(6).contains("Force Updated Clients"));
}

#[test]
fn credentials_that_were_not_checked_say_whether_nla_was_offered() {
    let cause = |offered| {
        let answer = NegotiationAnswer::Response { flags: 0, selected_protocol: Protocols::SSL };
        let story = Story::asked(offered).given().answered(Some(answer));
        let found = first(&story.licensed().activate().drawn().done());
        assert_eq!(found.id, "credentials-not-checked");
        found.causes.first().unwrap().clone()
    };
    let (evidence, text) = cause(Protocols::SSL);
    assert!(evidence == Evidence::Observed && text.starts_with("NLA was not offered"), "{text}");
    assert!(cause(ALL).1.starts_with("NLA was offered, and the host did not select it"));
}

#[test]
fn a_foreign_key_is_shown_with_the_certificate() {
    let evidence = |failure| first(&failed(failure)).evidence.join("; ");
    assert!(evidence(AuthFailure::PublicKeyMismatch).contains("certificate: CN=host.test"));
    assert!(evidence(AuthFailure::PublicKeyMismatch).contains("NTLM AUTHENTICATE as EXAMPLE\\alice"));
    assert!(!evidence(AuthFailure::NonceIgnored).contains("CN=host.test"));
}

#[test]
fn a_rejection_behind_the_challenge_is_about_the_logon() {
    let rejected = |story: Story| first(&story.fail(Blame::Auth(AuthFailure::MechanismRejected)));
    let late = rejected(authenticated());
    assert_eq!((late.id, late.title.contains("rejects the logon")), ("spnego-rejected", true));
    assert!(late.causes.first().unwrap().1.contains("refuses the logon"));
    assert!(rejected(Story::nla(Protocols::HYBRID)).title.contains("every mechanism"));
}

#[test]
fn restricted_admin_that_is_offered_and_refused_is_named() {
    let flags = NegotiationRequest::RESTRICTED_ADMIN;
    let negotiation = NegotiationRequest { flags, requested_protocols: ALL };
    let request = ConnectionRequest { negotiation: Some(negotiation), ..ConnectionRequest::default() };
    let last = TsRequest { version: 6, auth_info: Some(vec![b'*'; 40]), ..TsRequest::default() };
    let story = |protocol| {
        let answer = NegotiationAnswer::Response { flags: 0, selected_protocol: protocol };
        let story = Story::connected().sent(Message::X224ConnectionRequest(request.clone())).answered(Some(answer));
        story.at(Stage::Nla).authenticated().got(ts_request(None)).sent(Message::TsRequest(Box::new(last.clone())))
    };
    let cause = |story: Story| first(&story.closed(CloseKind::Fin)).causes.first().unwrap().1.clone();
    assert!(cause(story(Protocols::HYBRID_EX)).contains("does not take empty credentials"));
    assert!(
        cause(story(Protocols::HYBRID).at(Stage::BasicSettingsExchange)).contains("does not take empty credentials")
    );
}
