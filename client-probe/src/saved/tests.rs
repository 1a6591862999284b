#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests state what they expect")]

use badrdp_proto::connect::{AuthFailure, Blame, CloseKind, Ending, LicenseFailure, TlsFailure, TlsFailureKind};
use badrdp_proto::pdu::x224::Protocols;
use badrdp_proto::transcript::{CertificateProblem, ConnectFailure, Direction, Event, NlaRequirement, Transcript};
use badrdp_proto::vocab::MessageKind;
use badrdp_proto::vocab::codes::NtStatus;
use badrdp_proto::wire::{DecodeError, FrameError, Reason};
use serde_json::json;

use super::*;
use crate::diagnose;
use crate::diagnosis::fixture::{Story, error_info};
use crate::report::json::report;

fn document(transcript: &Transcript) -> Value {
    report(transcript, &diagnose(transcript))
}

/// A hand-made transcript with the bytes that its messages have.
fn with_bytes(mut transcript: Transcript) -> Transcript {
    for entry in &mut transcript.entries {
        if let Event::Message { message: Some(message), bytes, .. } = &mut entry.event {
            *bytes = message.encode();
        }
    }
    transcript
}

/// A session that the host ends for a reason.
fn denied() -> Value {
    document(&with_bytes(Story::active().got(error_info(7)).closed(CloseKind::Fin)))
}

fn read_one(document: &Value) -> Result<Transcript, ReadError> {
    let mut all = read(document.to_string().as_bytes())?;
    assert_eq!(all.len(), 1);
    Ok(all.remove(0).transcript)
}

fn why(json: &str) -> String {
    read(json.as_bytes()).unwrap_err().to_string()
}

fn frame_error() -> FrameError {
    FrameError::NotAFrame { expected: "a TPKT", head: b"HTTP/1.1".as_slice().into() }
}

fn reasons() -> Vec<Reason> {
    vec![
        Reason::EndOfInput,
        Reason::LeftOver(3),
        Reason::Invalid { expected: "0x30", got: u64::MAX },
        Reason::Length { says: 9, have: 4 },
        Reason::TooLarge { cap: 31, got: 32 },
    ]
}

fn auth_failures() -> Vec<AuthFailure> {
    vec![
        AuthFailure::Refused(NtStatus::STATUS_LOGON_FAILURE),
        AuthFailure::PublicKeyMismatch,
        AuthFailure::NonceIgnored,
        AuthFailure::NotIncremented,
        AuthFailure::Unsealable("pubKeyAuth"),
        AuthFailure::Missing("pubKeyAuth"),
        AuthFailure::VersionChanged { from: 6, to: 2 },
        AuthFailure::VersionTooOld(2),
        AuthFailure::MechanismRejected,
        AuthFailure::MechanismUnsupported("Kerberos".to_owned()),
        AuthFailure::BadToken("it is empty".to_owned()),
        AuthFailure::MechListMic,
        AuthFailure::MessageIntegrity,
        AuthFailure::NoCredentials,
        AuthFailure::Withheld,
        AuthFailure::NoRestrictedAdmin,
        AuthFailure::NoRemoteGuard,
        AuthFailure::Credentials("they are empty"),
        AuthFailure::Local("no ticket".to_owned()),
    ]
}

fn license_failures() -> Vec<LicenseFailure> {
    vec![
        LicenseFailure::Certificate("there is none".to_owned()),
        LicenseFailure::KeyExchange,
        LicenseFailure::Mac(MessageKind::PlatformChallenge),
        LicenseFailure::Unreadable(MessageKind::NewLicense, "it is empty".to_owned()),
        LicenseFailure::Premaster,
        LicenseFailure::Challenge,
        LicenseFailure::Hardware,
        LicenseFailure::Local("a limit"),
    ]
}

fn tls_failures() -> Vec<TlsFailure> {
    let kinds = [
        TlsFailureKind::AlertReceived(40),
        TlsFailureKind::AlertSent(Some(42), "a reason".to_owned()),
        TlsFailureKind::AlertSent(None, "a reason".to_owned()),
        TlsFailureKind::LegacyVersion(0x0301),
        TlsFailureKind::LegacyAccepted(0x0302),
        TlsFailureKind::NotTls(vec![0, 255]),
        TlsFailureKind::Closed(CloseKind::Reset),
        TlsFailureKind::TimedOut,
        TlsFailureKind::Unfinished(7),
    ];
    kinds.map(|kind| TlsFailure { kind, after: Some(MessageKind::TlsServerHello) }).into()
}

fn blames() -> Vec<Blame> {
    let decode = |reason| Blame::Malformed(DecodeError { path: "a.b".to_owned(), offset: 7, reason });
    let close = [CloseKind::Fin, CloseKind::FinMidFrame { have: 3 }, CloseKind::Reset];
    let frame = [frame_error(), FrameError::TooShort { says: 1, needs: 4 }, FrameError::TooLarge { says: 70_000 }];
    let mut all = vec![
        Blame::Refused(MessageKind::McsConnectResponse),
        Blame::Unexpected { expected: &[MessageKind::FontMap, MessageKind::Control], got: MessageKind::SetErrorInfo },
        Blame::Unexpected { expected: &[], got: MessageKind::SetErrorInfo },
        Blame::Violated("a rule"),
        Blame::Stalled,
        Blame::Local("a limit"),
    ];
    all.extend(reasons().into_iter().map(decode));
    all.extend(close.map(Blame::Closed));
    all.extend(frame.map(Blame::NotAFrame));
    all.extend(tls_failures().into_iter().map(Blame::Tls));
    all.extend(auth_failures().into_iter().map(Blame::Auth));
    all.extend(license_failures().into_iter().map(Blame::License));
    all
}

#[test]
fn every_kind_of_failure_comes_back() {
    for blame in blames() {
        let transcript = Story::connected().fail(blame.clone());
        assert_eq!(read_one(&document(&transcript)).unwrap().failure.unwrap().cause, blame);
    }
}

#[test]
fn every_kind_of_event_comes_back() {
    let error = |reason| DecodeError { path: "a".to_owned(), offset: 1, reason };
    let undecodable =
        reasons().into_iter().map(|reason| Event::Undecodable { bytes: vec![1, 2], length: 2, error: error(reason) });
    let connect = ["x"].map(|words| ConnectFailure::Other(words.to_owned())).into_iter();
    let connect = connect.chain([
        ConnectFailure::NameNotResolved,
        ConnectFailure::Refused,
        ConnectFailure::TimedOut,
        ConnectFailure::Unreachable,
    ]);
    let connect = connect.map(|failure| Event::ConnectFailed { failure, tried: vec![[192, 0, 2, 7].into()] });
    let known =
        [NlaRequirement::Required, NlaRequirement::Optional, NlaRequirement::Unknown].map(Event::NlaRequirement);
    let how = [Ending::Fin, Ending::TcpFin, Ending::Rst, Ending::TlsAlert(80), Ending::Stall];
    let closed = how.map(|how| Event::Closed { how, altered: Some("by a fault".to_owned()) });
    let mut events = vec![
        Event::NotAFrame(frame_error()),
        Event::HalfClosed { altered: None },
        Event::HalfClosed { altered: Some("so".to_owned()) },
        Event::Credentials { domain: String::new(), user: "alice".to_owned() },
        Event::Activated,
        Event::NoCloseNotify,
        Event::TimedOut,
        Event::PeerClosed(CloseKind::FinMidFrame { have: 5 }),
    ];
    events.extend(undecodable.chain(connect).chain(known).chain(closed));
    events.extend(tls_failures().into_iter().map(Event::TlsFailed));
    let problems = vec![
        CertificateProblem::Expired,
        CertificateProblem::NotYetValid,
        CertificateProblem::NameMismatch,
        CertificateProblem::SelfSigned,
        CertificateProblem::UntrustedIssuer,
        CertificateProblem::NoIntermediate,
        CertificateProblem::NoServerAuth,
        CertificateProblem::WeakSignature("SHA-1".to_owned()),
        CertificateProblem::WeakKey("RSA 1024".to_owned()),
        CertificateProblem::Unreadable("at (byte 7)".to_owned()),
    ];
    let secured = Story::secured_as(Protocols::SSL, problems);
    let transcript = with_bytes(events.into_iter().fold(secured, Story::event).fail(Blame::Stalled));
    let read = read_one(&document(&transcript)).unwrap();
    for (read, live) in read.entries.iter().zip(&transcript.entries) {
        assert_eq!(read.event, live.event);
    }
    assert_eq!(read, transcript);
}

#[test]
fn several_documents_in_a_row_are_read() {
    let one = document(&Story::unreachable(ConnectFailure::Refused));
    let mut two = document(&Story::connected().fail(Blame::Stalled));
    two["target"] = json!({ "host": "pc", "port": 3389 });
    let all = read(format!("{one}\n{two:#}\n").as_bytes()).unwrap();
    assert_eq!(all.len(), 2);
    assert_eq!((&all[0].target, all[1].target.as_ref().unwrap().port), (&None, 3389));
}

#[test]
fn the_hosts_clock_is_read_from_where_it_is_not_masked() {
    let story = Story::secured_as(Protocols::HYBRID, Vec::new());
    let transcript = with_bytes(story.at(Stage::Nla).challenged().fail(Blame::Auth(AuthFailure::NoCredentials)));
    let mut document = document(&transcript);
    document["host"]["identity"]["skew"] = json!(3600);
    let read = read_one(&document).unwrap();
    assert!(diagnose(&read).findings.iter().any(|finding| finding.id == "clock-skew"));
}

#[test]
fn what_is_not_ours_is_named_for_what_it_is() {
    assert_eq!(why(" \n"), "the file is empty");
    assert!(why("<html>").contains("line 1 column 1"), "{}", why("<html>"));
    assert!(why("{\"a\": 1}").starts_with("no field `schema`"));
    assert_eq!(why("{\"schema\": 2, \"transcript\": 7}"), "schema 2: this version reads schema 1");
    assert!(why("{\"schema\": 1, \"meanings\": []}").contains("nothing to diagnose"));
    assert!(why("[1, 2]").contains("line 1"));
    assert!(matches!(read(&vec![b' '; MAX_BYTES + 1]), Err(ReadError::TooLarge)));
}

#[test]
fn a_field_that_is_wrong_is_named_with_its_line() {
    let good = denied();
    let broken = |change: fn(&mut Value)| {
        let mut document = good.clone();
        change(&mut document);
        why(&format!("{document:#}"))
    };
    let said = broken(|it| it["transcript"]["entries"][1]["kind"] = "NoSuchMessage".into());
    assert!(said.contains("`kind`: \"NoSuchMessage\"") && said.contains("at line"), "{said}");
    let said = broken(|it| it["transcript"]["entries"][1]["bytes"] = "0x".into());
    assert!(said.contains("`bytes`: not hex"), "{said}");
    let said = broken(|it| it["transcript"]["entries"][1]["bytes"] = "03000004".into());
    assert!(said.starts_with("transcript.entries[1]: `bytes` are no X224ConnectionRequest: "), "{said}");
    let said = broken(|it| it["transcript"]["entries"][0]["event"] = "rained".into());
    assert!(said.contains("`event`: \"rained\" is not known here"), "{said}");
    let said = broken(|it| it["transcript"]["entries"][0]["at_ms"] = json!(-1));
    assert!(said.contains("`at_ms`: -1 is no duration"), "{said}");
    let said = broken(|it| it["transcript"]["side"] = "server".into());
    assert!(said.contains("a server's transcript"), "{said}");
    let said = broken(|it| it["transcript"]["failure"]["blame"] = json!({ "is": "bored" }));
    assert!(said.contains("`failure`: `blame`: unknown variant `bored`"), "{said}");
    let said = broken(|it| it["transcript"]["budget_ms"] = json!(1e300));
    assert!(said.contains("`budget_ms`"), "{said}");
    let said = broken(|it| it["transcript"] = json!({}));
    assert!(said.contains("missing field"), "{said}");
}

#[test]
fn a_file_that_is_cut_short_is_refused_wherever_it_is_cut() {
    let text = denied().to_string();
    for end in 1..text.len() {
        let said = read(&text.as_bytes()[..end]).unwrap_err().to_string();
        // Where a number is cut, it is the number that is wrong.
        assert!(said.contains("EOF while parsing") || said.contains("invalid number"), "at {end}: {said}");
        assert!(said.contains("at line 1 column"), "at {end}: {said}");
    }
}

#[test]
fn no_flipped_byte_makes_the_reader_panic() {
    let short = Story::selected(Protocols::SSL).closed(CloseKind::Fin);
    let text = document(&with_bytes(short)).to_string().into_bytes();
    for at in 0..text.len() {
        for flip in [0x01, 0x10, 0x80] {
            let mut bytes = text.clone();
            bytes[at] ^= flip;
            for saved in read(&bytes).unwrap_or_default() {
                let _ = diagnose(&saved.transcript);
            }
        }
    }
}

#[test]
fn a_masked_request_tells_no_two_logons_apart() {
    let message = |nonce: u8| {
        badrdp_proto::pdu::Message::TsRequest(Box::new(badrdp_proto::pdu::credssp::TsRequest {
            version: 6,
            pub_key_auth: Some(vec![nonce; 8]),
            client_nonce: Some(vec![nonce; 32]),
            ..Default::default()
        }))
    };
    let story = |nonce| with_bytes(Story::connected().at(Stage::Nla).sent(message(nonce)).fail(Blame::Stalled));
    assert_eq!(document(&story(1)), document(&story(2)));
    let read = read_one(&document(&story(1))).unwrap();
    let facts: Vec<_> = read.messages().map(|(direction, _, message)| (direction, message.unwrap().fact())).collect();
    assert_eq!(facts, [(Direction::Sent, "v6, proof of the key".to_owned())]);
}

#[test]
fn connections_without_end_are_refused() {
    let nested = |times: usize| {
        let mut all = document(&with_bytes(Story::selected(Protocols::SSL).closed(CloseKind::Fin)));
        for _ in 1..times {
            let inner = all["transcript"].clone();
            all["transcript"]["entries"].as_array_mut().unwrap().push(json!({
                "at_ms": 1.0, "stage": "tcp", "event": "again", "fact": "", "why": "lost",
                "target": { "host": "pc", "port": 3389 }, "transcript": inner,
            }));
            // Only the innermost connection says more than that it was followed.
            let entries = all["transcript"]["entries"].as_array_mut().unwrap();
            let last = entries.pop().unwrap();
            *entries = vec![last];
        }
        read_one(&all).map(|_| ()).map_err(|error| error.to_string())
    };
    assert_eq!(nested(9), Ok(()));
    let refused = nested(10).unwrap_err();
    assert!(refused.contains("more than 8 connections follow each other"), "{refused}");
}
