#![allow(clippy::panic, reason = "a finding without an example must stop the test")]

mod again;
mod nla;

use badrdp_proto::connect::{AuthFailure, Blame, CloseKind, LicenseFailure, TlsFailureKind};
use badrdp_proto::pdu::redirection::ServerRedirection;
use badrdp_proto::pdu::session_info::SaveSessionInfo;
use badrdp_proto::pdu::share::ShareDataPdu;
use badrdp_proto::pdu::x224::{DisconnectRequest, NegotiationAnswer, Protocols, TpduError};
use badrdp_proto::pdu::{ChannelPdu, Message};
use badrdp_proto::transcript::{CertificateProblem as Problem, ConnectFailure, Event, Transcript};
use badrdp_proto::vocab::codes::{
    LicenseErrorCode, LicenseStateTransition, LogonErrorData, LogonErrorType, McsResult, NegotiationFailureCode,
};
use badrdp_proto::vocab::{MessageKind, Stage};
use badrdp_proto::wire::Reason;

use super::fixture::{
    ALL, Story, channel, connect_response, declined, error_info, heartbeat, join_confirm, license, license_request,
    logon, share, ultimatum,
};
use super::{Evidence, Verdict, diagnose, finding_ids};

const CONFIRM: MessageKind = MessageKind::X224ConnectionConfirm;

fn refusal(code: u32) -> Transcript {
    let failure_code = NegotiationFailureCode(code);
    Story::asked(ALL).answered(Some(NegotiationAnswer::Failure { flags: 0, failure_code })).refused(CONFIRM)
}

fn with_certificate(problem: Problem) -> Transcript {
    Story::secured_as(Protocols::SSL, vec![problem]).licensed().activate().drawn().done()
}

fn settings() -> Story {
    Story::secured().at(Stage::BasicSettingsExchange)
}

fn channels() -> Story {
    settings().got(connect_response(McsResult::RT_SUCCESSFUL, 0, 0)).at(Stage::ChannelConnection)
}

fn logon_error(kind: LogonErrorType) -> Message {
    let logon_error = Some((kind, LogonErrorData::LOGON_FAILED_OTHER));
    share(ShareDataPdu::SaveSessionInfo(SaveSessionInfo::Extended { auto_reconnect: None, logon_error }))
}

fn unexpected(expected: &'static [MessageKind]) -> Transcript {
    channels().got(logon()).fail(Blame::Unexpected { expected, got: MessageKind::SaveSessionInfo })
}

fn invalid() -> Reason {
    Reason::Invalid { expected: "1", got: 2 }
}

/// A transcript of which the finding must be the first, and a near miss that must not have it at all.
fn example(id: &str) -> (Transcript, Transcript) {
    let healthy = || Story::active().drawn().done();
    let tcp = Story::unreachable;
    let x224 = || Story::asked(ALL);
    let license_abort = LicenseStateTransition::ST_TOTAL_ABORT;
    match id {
        "name-not-resolved" => (tcp(ConnectFailure::NameNotResolved), tcp(ConnectFailure::TimedOut)),
        "connection-refused" => (tcp(ConnectFailure::Refused), x224().closed(CloseKind::Reset)),
        "connect-timed-out" => (tcp(ConnectFailure::TimedOut), x224().stalled()),
        "host-unreachable" => (tcp(ConnectFailure::Unreachable), tcp(ConnectFailure::Refused)),
        "speaks-http" => (x224().foreign(b"HTTP/1.1 400 Bad Request\r\n"), x224().foreign(b"HTTPS only\r\n")),
        "speaks-ssh" => (x224().foreign(b"SSH-2.0-OpenSSH_9.2\r\n"), x224().foreign(b"SSH?")),
        "speaks-tls" => (x224().foreign(&[0x15, 3, 1, 0, 2, 2, 70]), x224().foreign(&[0x15, 7, 1, 0, 2])),
        "not-rdp" => (x224().foreign(&[0xff; 8]), settings().foreign(&[0xff; 8])),
        "server-denied-connection" => (
            Story::active().got(logon()).got(error_info(7)).closed(CloseKind::Fin),
            Story::active().got(error_info(0)).closed(CloseKind::Fin),
        ),
        "error-info" => (
            Story::active().got(error_info(0x17)).closed(CloseKind::Fin),
            Story::active().got(error_info(7)).closed(CloseKind::Fin),
        ),
        "logon-error" => (
            Story::active().got(logon_error(LogonErrorType(0xffff_fffd))).closed(CloseKind::Fin),
            Story::active().got(logon_error(LogonErrorType::LOGON_MSG_SESSION_CONTINUE)).closed(CloseKind::Fin),
        ),
        "redirected" => {
            let redirection =
                ServerRedirection { target_net_address: Some("192.0.2.7".to_owned()), ..ServerRedirection::default() };
            let pdu = channel(ChannelPdu::ServerRedirection(Box::new(redirection)));
            let story = Story::secured().licensed().at(Stage::CapabilitiesExchange).got(pdu);
            (story.refused(MessageKind::ServerRedirection), healthy())
        }
        "ssl-required" => (refusal(1), refusal(2)),
        "ssl-not-allowed" => (refusal(2), refusal(3)),
        "no-server-certificate" => (refusal(3), refusal(4)),
        "inconsistent-flags" => (refusal(4), refusal(5)),
        "nla-required" => (refusal(5), refusal(6)),
        "client-certificate-required" => (refusal(6), refusal(1)),
        "negotiation-refused" => (refusal(0x2a), refusal(6)),
        "protocol-not-offered" => (
            Story::selected(Protocols::RDSTLS).fail(Blame::Violated("one of the protocols offered")),
            Story::selected(Protocols::RDP).closed(CloseKind::Fin),
        ),
        "x224-disconnected" => (
            x224()
                .got(Message::X224DisconnectRequest(DisconnectRequest::default()))
                .refused(MessageKind::X224DisconnectRequest),
            refusal(1),
        ),
        "tls-version-mismatch" => {
            (Story::tls(TlsFailureKind::LegacyVersion(0x0301)), Story::tls(TlsFailureKind::AlertReceived(71)))
        }
        "tls-handshake-failure" => {
            (Story::tls(TlsFailureKind::AlertReceived(40)), Story::tls(TlsFailureKind::AlertReceived(80)))
        }
        "tls-alert" => (Story::tls(TlsFailureKind::AlertReceived(80)), Story::tls(TlsFailureKind::AlertReceived(70))),
        "tls-message-too-large" => {
            let ended = |why: &str| Story::tls(TlsFailureKind::AlertSent(Some(50), why.to_owned()));
            (ended(crate::tls::TOO_LARGE), ended("bad record"))
        }
        "tls-plain-text" => (
            Story::tls(TlsFailureKind::NotTls(b"oops".to_vec())),
            Story::tls(TlsFailureKind::AlertSent(Some(50), "bad record".to_owned())),
        ),
        "tls-closed" => (Story::tls(TlsFailureKind::Closed(CloseKind::Reset)), settings().closed(CloseKind::Reset)),
        "tls-stalled" => (Story::tls(TlsFailureKind::TimedOut), settings().stalled()),
        "mcs-connect-refused" => (
            settings().got(connect_response(McsResult::RT_SUCCESSFUL, 2, 0)).refused(MessageKind::McsConnectResponse),
            settings().got(connect_response(McsResult::RT_SUCCESSFUL, 0, 0)).closed(CloseKind::Fin),
        ),
        "mcs-attach-refused" => {
            let confirm = |result, initiator| {
                Message::McsAttachUserConfirm(badrdp_proto::pdu::mcs::AttachUserConfirm { result, initiator })
            };
            (
                channels().got(confirm(McsResult::RT_TOO_MANY_USERS, None)).refused(MessageKind::McsAttachUserConfirm),
                channels().got(confirm(McsResult::RT_SUCCESSFUL, Some(1004))).closed(CloseKind::Fin),
            )
        }
        "mcs-join-refused" => (
            channels().got(join_confirm(McsResult::RT_NO_SUCH_CHANNEL)).refused(MessageKind::McsChannelJoinConfirm),
            channels().got(join_confirm(McsResult::RT_SUCCESSFUL)).fail(Blame::Violated("another channel")),
        ),
        "mcs-disconnected" => (
            channels().got(ultimatum()).refused(MessageKind::McsDisconnectProviderUltimatum),
            Story::active().got(ultimatum()).refused(MessageKind::McsDisconnectProviderUltimatum),
        ),
        "license-refused" => (
            channels()
                .at(Stage::Licensing)
                .got(license(LicenseErrorCode::STATUS_VALID_CLIENT, license_abort))
                .refused(MessageKind::LicenseErrorAlert),
            Story::secured().licensed().closed(CloseKind::Fin),
        ),
        "license-exchange-required" => {
            let story = || channels().at(Stage::Licensing).got(license_request());
            (story().sent(declined()).closed(CloseKind::Fin), story().closed(CloseKind::Fin))
        }
        "license-exchange-failed" => {
            let story = || channels().at(Stage::Licensing).got(license_request());
            let failure = LicenseFailure::Mac(MessageKind::PlatformChallenge);
            (story().fail(Blame::License(failure)), story().sent(declined()).closed(CloseKind::Fin))
        }
        "session-ended" => (
            Story::active().got(ultimatum()).refused(MessageKind::McsDisconnectProviderUltimatum),
            Story::secured().licensed().at(Stage::ConnectionFinalization).closed(CloseKind::Fin),
        ),
        "frame-cut-short" => (settings().undecodable(Reason::EndOfInput), settings().undecodable(invalid())),
        "frame-malformed" => (settings().undecodable(invalid()), settings().closed(CloseKind::FinMidFrame { have: 3 })),
        "unexpected-message" => (unexpected(&[MessageKind::McsAttachUserConfirm]), settings().closed(CloseKind::Fin)),
        "silent" => (x224().stalled(), Story::selected(Protocols::SSL).stalled()),
        "stalled" => (settings().stalled(), x224().stalled()),
        "closed-early" => (settings().closed(CloseKind::Fin), settings().closed(CloseKind::Reset)),
        "reset-early" => (settings().closed(CloseKind::Reset), settings().closed(CloseKind::Fin)),
        "certificate-unreadable" => (with_certificate(Problem::Unreadable("short".to_owned())), healthy()),
        "certificate-expired" => (with_certificate(Problem::Expired), with_certificate(Problem::NotYetValid)),
        "certificate-not-yet-valid" => (with_certificate(Problem::NotYetValid), with_certificate(Problem::Expired)),
        "certificate-no-server-auth" => (with_certificate(Problem::NoServerAuth), with_certificate(Problem::Expired)),
        "certificate-name-mismatch" => (with_certificate(Problem::NameMismatch), with_certificate(Problem::SelfSigned)),
        "certificate-self-signed" => {
            (with_certificate(Problem::SelfSigned), with_certificate(Problem::UntrustedIssuer))
        }
        "certificate-no-intermediate" => {
            (with_certificate(Problem::NoIntermediate), with_certificate(Problem::UntrustedIssuer))
        }
        "certificate-weak-signature" => {
            (with_certificate(Problem::WeakSignature("SHA-1".to_owned())), with_certificate(Problem::SelfSigned))
        }
        "certificate-weak-key" => {
            (with_certificate(Problem::WeakKey("RSA 1024".to_owned())), with_certificate(Problem::Expired))
        }
        "certificate-untrusted-issuer" => {
            (with_certificate(Problem::UntrustedIssuer), with_certificate(Problem::SelfSigned))
        }
        "no-negotiation-data" => {
            (x224().answered(None).licensed().activate().drawn().done(), Story::selected(Protocols::RDP).stalled())
        }
        "standard-rdp-security-only" => (
            Story::selected(Protocols::RDP)
                .at(Stage::BasicSettingsExchange)
                .got(connect_response(McsResult::RT_SUCCESSFUL, 0, 2))
                .fail(Blame::Local("encryption is not spoken here")),
            x224().answered(None).stalled(),
        ),
        "heartbeat-lost" => (
            Story::active().got(heartbeat(1, 2)).stalled(),
            // Nothing was promised.
            Story::active().got(heartbeat(1, 0)).stalled(),
        ),
        "nothing-drawn" => (Story::active().got(logon()).done(), Story::active().got(logon()).closed(CloseKind::Fin)),
        "redirection-token-too-long" | "redirection-loop" | "reconnect-refused" | "certificate-changed" => {
            again::example(id)
        }
        other => nla::example(other),
    }
}

#[test]
fn every_finding_has_an_example_of_which_it_is_the_first_and_a_near_miss() {
    for id in finding_ids() {
        let (transcript, near_miss) = example(id);
        let found: Vec<_> = diagnose(&transcript).findings.iter().map(|finding| finding.id).collect();
        assert_eq!(found.first(), Some(&id), "{found:?}");
        let missed: Vec<_> = diagnose(&near_miss).findings.iter().map(|finding| finding.id).collect();
        assert!(!missed.contains(&id), "{id} in its near miss: {missed:?}");
    }
}

/// With `close_notify` and without it the finding is the same, and its title is not.
#[test]
fn tcp_that_ends_without_ending_tls_is_told_apart() {
    let title = |story: Story| {
        let found = diagnose(&story.closed(CloseKind::Fin)).findings;
        found.first().map(|found| found.title.clone()).unwrap_or_default()
    };
    let session = || Story::active().got(logon());
    let (ended, cut) = (title(session()), title(session().event(Event::NoCloseNotify)));
    assert!(!ended.contains("TLS"), "{ended}");
    assert_eq!(cut, "the session starts, then the host closes the connection without ending TLS and gives no reason");
    let (ended, cut) = (title(settings()), title(settings().event(Event::NoCloseNotify)));
    assert_eq!(cut, format!("{ended}, without ending TLS"));
}

#[test]
fn ids_are_unique() {
    let mut ids = finding_ids();
    ids.sort_unstable();
    let count = ids.len();
    ids.dedup();
    assert_eq!(ids.len(), count);
}

#[test]
fn every_finding_says_what_a_person_needs() {
    for id in finding_ids() {
        let diagnosis = diagnose(&example(id).0);
        for finding in &diagnosis.findings {
            assert!(!finding.title.is_empty() && !finding.expected.is_empty(), "{id}");
            assert!(!finding.causes.is_empty() && !finding.remedies.is_empty(), "{id}");
            let evidence = &finding.evidence;
            assert!(!evidence.is_empty() || id == "certificate-unreadable", "{id}: {evidence:?}");
            for code in &finding.mstsc {
                assert_ne!(code.evidence, Evidence::Observed, "{id}: no transcript shows what mstsc says");
            }
        }
    }
}

#[test]
fn a_drawn_session_is_healthy() {
    let diagnosis = diagnose(&Story::active().drawn().done());
    assert_eq!((diagnosis.verdict, diagnosis.stage), (Verdict::Healthy, Stage::Active));
    assert_eq!(diagnosis.findings, []);
}

#[test]
fn verdicts_follow_the_first_finding() {
    let verdict = |id: &str| diagnose(&example(id).0).verdict;
    assert_eq!(verdict("connection-refused"), Verdict::Unreachable);
    assert_eq!(verdict("speaks-http"), Verdict::NotRdp);
    assert_eq!(verdict("silent"), Verdict::Broken);
    assert_eq!(verdict("certificate-expired"), Verdict::Degraded);
    assert_eq!(verdict("nla-without-credentials"), Verdict::NeedsCredentials);
    assert_eq!(verdict("license-exchange-required"), Verdict::NeedsCredentials);
}

#[test]
fn what_ended_the_connection_comes_before_the_certificate() {
    let transcript = Story::secured_as(Protocols::SSL, vec![Problem::Expired, Problem::NameMismatch])
        .at(Stage::BasicSettingsExchange)
        .closed(CloseKind::Fin);
    let diagnosis = diagnose(&transcript);
    let ids: Vec<_> = diagnosis.findings.iter().map(|finding| finding.id).collect();
    assert_eq!(ids, ["closed-early", "certificate-expired", "certificate-name-mismatch"]);
    assert_eq!((diagnosis.verdict, diagnosis.stage), (Verdict::Broken, Stage::BasicSettingsExchange));
}

#[test]
fn a_host_that_only_wants_a_logon_is_judged_by_its_certificate() {
    let transcript = Story::secured_as(Protocols::HYBRID, vec![Problem::SelfSigned])
        .at(Stage::Nla)
        .fail(Blame::Auth(AuthFailure::NoCredentials));
    let diagnosis = diagnose(&transcript);
    let ids: Vec<_> = diagnosis.findings.iter().map(|finding| finding.id).collect();
    assert_eq!(ids, ["certificate-self-signed", "nla-without-credentials"]);
    assert_eq!((diagnosis.verdict, diagnosis.stage), (Verdict::Degraded, Stage::Tls));
}

#[test]
fn the_ultimatum_decides_what_mstsc_is_taken_to_show_for_0x7() {
    let codes = |transcript| {
        let diagnosis = diagnose(&transcript);
        diagnosis
            .findings
            .iter()
            .flat_map(|finding| &finding.mstsc)
            .map(|code| (code.code, code.extended))
            .collect::<Vec<_>>()
    };
    let denied = || Story::active().got(error_info(7));
    assert_eq!(codes(denied().closed(CloseKind::Fin)), [(0x904, 7)]);
    assert_eq!(codes(denied().got(ultimatum()).refused(MessageKind::McsDisconnectProviderUltimatum)), [(3, 7)]);
}

#[test]
fn a_stall_in_licensing_has_a_code_of_its_own() {
    let diagnosis = diagnose(&channels().at(Stage::Licensing).stalled());
    let codes: Vec<_> = diagnosis.findings.iter().flat_map(|finding| &finding.mstsc).map(|code| code.code).collect();
    assert_eq!(codes, [0x908]);
}

#[test]
fn x224_error_counts_as_a_disconnect() {
    let transcript = Story::asked(ALL).got(Message::X224Error(TpduError::default())).refused(MessageKind::X224Error);
    let found = diagnose(&transcript).findings;
    assert_eq!(found.first().map(|finding| finding.id), Some("x224-disconnected"));
}

#[test]
fn alternatives_are_listed_as_prose() {
    let expected = |transcript| diagnose(&transcript).findings.into_iter().map(|finding| finding.expected).next();
    let one = expected(unexpected(&[MessageKind::Synchronize]));
    assert_eq!(one.as_deref(), Some("Synchronize"));
    let three = expected(unexpected(&[MessageKind::Synchronize, MessageKind::Control, MessageKind::FontMap]));
    assert_eq!(three.as_deref(), Some("Synchronize, Control or FontMap"));
}
