#![allow(clippy::unwrap_used, clippy::panic, reason = "tests state what they expect")]

use badrdp_proto::connect::{Blame, CloseKind, TlsFailureKind};
use badrdp_proto::pdu::Message;
use badrdp_proto::pdu::x224::{NegotiationAnswer, Protocols};
use badrdp_proto::transcript::{CertificateProblem, ConnectFailure, Direction, Event, Transcript};
use badrdp_proto::vocab::codes::NegotiationFailureCode;
use badrdp_proto::vocab::{MessageKind, Stage};

use super::text::Detail;
use super::{json, ladder, printable, text};
use crate::diagnose;
use crate::diagnosis::fixture::{ALL, Story, error_info, logon};

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
    let transcript =
        Story::secured_as(Protocols::HYBRID, Vec::new()).at(Stage::Nla).fail(Blame::Local("no credentials"));
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
    let transcript = story.fail(Blame::Local("no credentials"));
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
