#![allow(clippy::unwrap_used, clippy::panic, reason = "tests state what they expect")]

use badrdp_proto::connect::{AuthFailure, Blame, CloseKind, TlsFailureKind};
use badrdp_proto::pdu::Message;
use badrdp_proto::pdu::credssp::ntlm::{TargetInfo, Version};
use badrdp_proto::pdu::x224::{ConnectionRequest, NegotiationAnswer, NegotiationRequest, Protocols};
use badrdp_proto::transcript::{
    CertificateProblem, ConnectFailure, Delegated, Direction, Event, HostIdentity, Posture, Transcript,
};
use badrdp_proto::vocab::codes::{EarlyUserAuthorizationResult, NegotiationFailureCode, NtStatus};
use badrdp_proto::vocab::{MessageKind, Stage};
use serde_json::Value;

use super::text::Detail;
use super::{host, json, ladder, printable, text};
use crate::diagnose;
use crate::diagnosis::fixture::{ALL, Story, error_info, logon, nla};

fn plain(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

fn report(transcript: &Transcript, detail: Detail) -> String {
    plain(&text::report(transcript, &diagnose(transcript), detail))
}

#[test]
fn a_record_with_a_gap_says_so() {
    let transcript = Transcript { dropped: 7, ..denied() };
    assert!(report(&transcript, Detail::Stages).contains("7 entries from the middle were not kept"));
    assert_eq!(json::transcript(&transcript).get("dropped"), Some(&7.into()));
    assert!(!report(&denied(), Detail::Stages).contains("not kept"));
}

fn selects_rdp() -> Option<NegotiationAnswer> {
    Some(NegotiationAnswer::Response { flags: 1, selected_protocol: Protocols::RDP })
}

fn denied() -> Transcript {
    Story::active().got(logon()).got(error_info(7)).closed(CloseKind::Fin)
}

#[test]
fn a_denied_connection_in_full() {
    insta::assert_snapshot!(report(&denied(), Detail::Messages));
}

#[test]
fn a_healthy_host_by_stage() {
    insta::assert_snapshot!(report(&Story::active().drawn().done(), Detail::Stages));
}

#[test]
fn a_host_with_two_certificate_problems_by_stage() {
    let problems = vec![CertificateProblem::Expired, CertificateProblem::SelfSigned];
    let transcript = Story::secured_as(Protocols::SSL, problems).licensed().activate().drawn().done();
    insta::assert_snapshot!(report(&transcript, Detail::Stages));
}

#[test]
fn prose_is_wrapped_where_the_caller_says() {
    let transcript = Story::unreachable(ConnectFailure::Refused);
    let report = plain(&text::report_within(&transcript, &diagnose(&transcript), Detail::Stages, 60));
    let (_, prose) = report.split_once("Expected").unwrap();
    for line in prose.lines() {
        assert!(line.chars().count() <= 60, "{line}");
    }
}

#[test]
fn a_refused_port() {
    insta::assert_snapshot!(report(&Story::unreachable(ConnectFailure::Refused), Detail::Stages));
}

#[test]
fn nla_is_no_failure_of_the_host() {
    let transcript = Story::secured_as(Protocols::HYBRID, Vec::new())
        .at(Stage::Nla)
        .challenged()
        .fail(Blame::Auth(AuthFailure::NoCredentials));
    insta::assert_snapshot!(report(&transcript, Detail::Stages));
}

#[test]
fn the_probes_own_limit_is_not_blamed_on_the_host() {
    // Only standard RDP security was offered, and its encryption is not spoken.
    let story = Story::asked(Protocols::RDP).answered(selects_rdp()).at(Stage::BasicSettingsExchange);
    let transcript = story.fail(Blame::Local("encryption is not spoken here"));
    assert_eq!(
        report(&transcript, Detail::Stages).lines().skip_while(|line| !line.starts_with("Verdict")).collect::<Vec<_>>(),
        [
            "Verdict: the probe cannot go further",
            "    the probe stops at basic-settings-exchange: encryption is not spoken here"
        ]
    );
}

#[test]
fn a_host_is_not_blamed_for_what_was_not_offered() {
    let refusal =
        NegotiationAnswer::Failure { flags: 0, failure_code: NegotiationFailureCode::SSL_NOT_ALLOWED_BY_SERVER };
    let mind = "TLS without CredSSP was not offered";
    for (answer, ending) in [(selects_rdp(), "encryption"), (Some(refusal), "refused")] {
        let with = |offered| report(&Story::asked(offered).answered(answer).fail(Blame::Local(ending)), Detail::Stages);
        assert!(with(Protocols::HYBRID).contains(mind), "{ending}");
        assert!(!with(ALL).contains(mind), "{ending}");
    }
}

#[test]
fn what_was_not_seen_to_the_end_is_not_said_to_work() {
    let story = Story::secured_as(Protocols::HYBRID, vec![CertificateProblem::SelfSigned]).at(Stage::Nla);
    let transcript = story.fail(Blame::Auth(AuthFailure::NoCredentials));
    let verdict = plain(&text::verdict(&diagnose(&transcript)));
    assert!(verdict.starts_with("Verdict: answers, with a problem: the certificate is self-signed"), "{verdict}");
}

#[test]
fn a_failed_connection_names_the_addresses_that_were_tried() {
    let report = report(&Story::unreachable(ConnectFailure::TimedOut), Detail::Stages);
    assert!(report.contains("no answer within the budget (tried 192.0.2.7)"), "{report}");
}

#[test]
fn a_version_mismatch_by_stage() {
    insta::assert_snapshot!(report(&Story::tls(TlsFailureKind::AlertReceived(70)), Detail::Stages));
}

#[test]
fn the_json_form() {
    let transcript = denied();
    insta::assert_snapshot!(format!("{:#}", json::report(&transcript, &diagnose(&transcript))));
}

#[test]
fn tls_record_lengths_are_masked() {
    let event = Event::TlsRecord {
        direction: Direction::Received,
        kind: MessageKind::TlsServerHello,
        length: 127,
        fact: "TLS 1.3".to_owned(),
        altered: Vec::new(),
    };
    let json = json::transcript(&Story::selected(Protocols::SSL).at(Stage::Tls).event(event).stalled());
    let entries = json.get("entries").and_then(|entries| entries.as_array()).unwrap();
    let record = entries.iter().find(|entry| entry.get("event").unwrap() == "tls-record").unwrap();
    assert_eq!(record.get("length").unwrap(), "masked");
}

#[test]
fn alterations_stand_at_the_end_of_the_line() {
    let mut transcript = Story::asked(ALL).done();
    let entry = transcript.entries.get_mut(1).unwrap();
    let Event::Message { altered, .. } = &mut entry.event else { panic!("the request") };
    altered.push("x224 cut to 4 bytes".to_owned());
    let line = plain(&ladder::line(entry));
    assert!(line.ends_with("  altered: x224 cut to 4 bytes"), "{line}");
}

#[test]
fn a_hostile_peer_cannot_paint_the_terminal() {
    assert_eq!(printable("a\u{1b}[2Jb\u{202e}c"), "a\\u{1b}[2Jb\\u{202e}c");
    let facts = crate::diagnosis::fixture::certificate(vec![CertificateProblem::SelfSigned]);
    let facts = badrdp_proto::transcript::CertificateFacts { subject: "CN=\u{1b}]0;owned\u{7}".to_owned(), ..facts };
    let transcript =
        Story::selected(Protocols::SSL).at(Stage::Tls).event(Event::Certificate(facts)).closed(CloseKind::Fin);
    let report = text::report(&transcript, &diagnose(&transcript), Detail::Messages);
    assert!(!report.contains("\u{1b}]"), "{report:?}");
}

#[test]
fn every_line_of_a_ladder_names_its_message() {
    for entry in &denied().entries {
        if let Event::Message { kind, message, .. } = &entry.event {
            let line = plain(&ladder::line(entry));
            assert!(line.contains(kind.name()), "{line}");
            let fact = message.as_deref().map(Message::fact).unwrap();
            assert!(line.contains(&fact), "{line}");
        }
    }
}

#[test]
fn a_refused_logon_in_full() {
    let status = NtStatus::STATUS_ACCOUNT_DISABLED;
    let story = Story::nla(Protocols::HYBRID_EX).authenticated().got(nla::refusal(status));
    insta::assert_snapshot!(report(&story.fail(Blame::Auth(AuthFailure::Refused(status))), Detail::Messages));
}

#[test]
fn a_healthy_logon_by_stage() {
    let granted = Message::EarlyUserAuthResult(EarlyUserAuthorizationResult::AUTHZ_SUCCESS);
    let transcript = Story::nla(Protocols::HYBRID_EX).delegated().got(granted).licensed().activate().drawn().done();
    insta::assert_snapshot!(report(&transcript, Detail::Stages));
}

#[test]
fn a_logon_alone_by_stage() {
    let granted = Message::EarlyUserAuthResult(EarlyUserAuthorizationResult::AUTHZ_SUCCESS);
    insta::assert_snapshot!(report(&Story::nla(Protocols::HYBRID_EX).delegated().got(granted).done(), Detail::Stages));
}

#[test]
fn credentials_that_are_kept_by_stage() {
    let story = Story::secured_as(Protocols::HYBRID, vec![CertificateProblem::SelfSigned]).given().at(Stage::Nla);
    let transcript = story.sent(nla::ts_request(Some(nla::NEGOTIATE))).challenged();
    insta::assert_snapshot!(report(&transcript.fail(Blame::Auth(AuthFailure::Withheld)), Detail::Stages));
}

#[test]
fn an_old_host_with_a_wrong_clock_by_stage() {
    let target = TargetInfo {
        netbios_computer: Some("OLD".to_owned()),
        netbios_domain: Some("OLD".to_owned()),
        ..TargetInfo::default()
    };
    let version = Some(Version { major: 6, minor: 1, build: 7601, revision: 15 });
    let old = HostIdentity { target, version, clock: Some(0), skew: Some(-3723), credssp_version: 2 };
    let transcript = Story::nla(Protocols::HYBRID).challenged_by(old).fail(Blame::Auth(AuthFailure::NoCredentials));
    insta::assert_snapshot!(report(&transcript, Detail::Stages));
}

#[test]
fn a_challenge_as_json() {
    let transcript = Story::nla(Protocols::HYBRID).challenged().fail(Blame::Auth(AuthFailure::NoCredentials));
    let json = json::report(&transcript, &diagnose(&transcript));
    insta::assert_snapshot!(format!("{:#}", json.get("host").unwrap()));
    let entries = json.pointer("/transcript/entries").and_then(|entries| entries.as_array()).unwrap();
    let credssp: Vec<_> =
        entries.iter().filter(|entry| entry.get("kind").is_some_and(|kind| kind == "TsRequest")).collect();
    assert_eq!(credssp.len(), 2);
    for entry in credssp {
        assert_eq!(entry.get("bytes").unwrap(), "masked");
    }
    let identity = entries.iter().find(|entry| entry.get("event").is_some_and(|event| event == "identity")).unwrap();
    assert_eq!(identity.get("netbios_computer").unwrap(), "BADRDP");
    for field in ["clock", "skew"] {
        assert_eq!(identity.get(field).unwrap(), "masked", "{field}");
    }
}

#[test]
fn what_json_says_of_nla_is_known() {
    let host = |transcript: Transcript| {
        let host = json::report(&transcript, &diagnose(&transcript));
        let at = |path: &str| host.pointer(path).cloned().unwrap_or_default();
        (at("/host/nla/required"), at("/host/credentials/outcome"))
    };
    let required =
        NegotiationAnswer::Failure { flags: 0, failure_code: NegotiationFailureCode::HYBRID_REQUIRED_BY_SERVER };
    let refused = Story::asked(Protocols::SSL).answered(Some(required)).refused(MessageKind::X224ConnectionConfirm);
    assert_eq!(host(refused), (true.into(), Value::Null));
    assert_eq!(host(Story::secured().given().licensed().activate().done()), (false.into(), "not-checked".into()));
    assert_eq!(host(Story::nla(Protocols::HYBRID).delegated().done()), (Value::Null, "accepted".into()));
    let status = AuthFailure::Refused(NtStatus::STATUS_LOGON_FAILURE);
    let refused = Story::nla(Protocols::HYBRID).authenticated().fail(Blame::Auth(status));
    let credentials = json::report(&refused, &diagnose(&refused)).pointer("/host/credentials").cloned().unwrap();
    assert_eq!(credentials.get("status").unwrap(), "0xc000006d");
    assert_eq!(credentials.get("status_name").unwrap(), "STATUS_LOGON_FAILURE");
    assert_eq!(host(refused), (Value::Null, "refused".into()));
    let silent = Story::nla(Protocols::HYBRID_EX).delegated().stalled();
    assert_eq!(host(silent), (Value::Null, "authenticated".into()));
}

#[test]
fn the_servers_own_events_read_as_prose() {
    let line = |event| {
        let transcript = Story::selected(Protocols::HYBRID).at(Stage::Nla).event(event).stalled();
        transcript.entries.iter().rev().nth(1).map(ladder::quote).unwrap()
    };
    let posture = |acceptable, binds_key| {
        line(Event::Posture(Posture { certificate: "expired".to_owned(), acceptable, binds_key }))
    };
    assert_eq!(posture(true, true), "shows: expired certificate");
    assert_eq!(
        posture(false, false),
        "shows: expired certificate, which a client has reason to refuse; CredSSP will not prove its key"
    );
    let delegated = |cred_type, user: &str, secret_length| {
        let (domain, user) = ("EXAMPLE".to_owned(), user.to_owned());
        line(Event::Delegated(Delegated { cred_type, domain, user, secret_length }))
    };
    assert_eq!(delegated(1, "alice", 9), "was given: the password of EXAMPLE\\alice, 9 characters");
    assert_eq!(delegated(1, "", 0), "was given: empty credentials, as in Restricted Admin mode");
    assert_eq!(delegated(2, "alice", 4), "was given: the smart card PIN of EXAMPLE\\alice, 4 characters");
    assert_eq!(delegated(6, "", 812), "was given: Remote Credential Guard, 812 bytes");
    assert_eq!(delegated(9, "", 3), "was given: credentials of the unknown kind 9, 3 bytes");
}

#[test]
fn clocks_are_compared_to_ten_seconds() {
    let spans = [(599, "10 min ahead of"), (-604, "10 min behind"), (-3723, "1 h 2 min behind"), (14, "10 s ahead of")];
    for (skew, text) in spans {
        assert_eq!(host::apart(skew), text);
    }
    assert_eq!(host::apart(i64::MIN), "106751991167300 d 15 h behind");
    let clock = |skew| {
        let identity = HostIdentity { skew: Some(skew), ..nla::identity() };
        report(&Story::nla(Protocols::HYBRID).challenged_by(identity).stalled(), Detail::Stages)
    };
    assert!(clock(-10).contains("2026-01-01 00:00 UTC, as on this machine"));
    assert!(clock(11).contains("2026-01-01 00:00 UTC, 10 s ahead of this machine's"));
}

#[test]
fn only_releases_that_are_certain_are_named() {
    let release = |build| host::release(Version { major: 10, minor: 0, build, revision: 15 });
    assert_eq!(release(17763), Some("Windows 10 1809 or Server 2019"));
    // Builds that updates and editions share are numbers only.
    assert_eq!((release(19041), release(26100), release(1)), (None, None, None));
}

#[test]
fn restricted_admin_mode_gives_no_password() {
    let negotiation = NegotiationRequest { flags: NegotiationRequest::RESTRICTED_ADMIN, requested_protocols: ALL };
    let request = ConnectionRequest { negotiation: Some(negotiation), ..ConnectionRequest::default() };
    let answer = NegotiationAnswer::Response { flags: 0, selected_protocol: Protocols::HYBRID };
    let story = Story::connected().given().sent(Message::X224ConnectionRequest(request)).answered(Some(answer));
    let report = report(&story.at(Stage::Nla).delegated().done(), Detail::Stages);
    let words: Vec<_> = report.split_whitespace().collect();
    assert!(words.join(" ").contains("in Restricted Admin mode: the host was given no password"), "{report}");
}
