#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;

use super::*;
use crate::vocab::{MessageKind, Stage};

/// What every sentence of the vocabulary must be: short prose that fits behind a colon.
fn assert_sentence(of: &str, sentence: &str) {
    assert!(!sentence.trim().is_empty(), "{of}: empty sentence");
    assert_eq!(sentence, sentence.trim(), "{of}: stray space");
    assert!(!sentence.ends_with('.'), "{of}: final full stop");
    let first: Vec<char> = sentence.chars().take_while(|c| c.is_alphanumeric()).collect();
    // A sentence may open with a name such as `MCS`, `TLS` or `X`; prose opens in lower case.
    let prose = first.first().is_some_and(|c| c.is_lowercase());
    let name = NAMES.iter().any(|name| sentence.starts_with(name));
    assert!(prose || name, "{of}: starts like a sentence of its own: {sentence}");
}

/// Proper names that may open a sentence.
const NAMES: &[&str] =
    &["MCS", "X.224", "CredSSP", "Client Info", "Confirm Active", "Demand Active", "GDI+", "GCC", "Kerberos", "TLS"];

#[test]
fn names_and_numbers_are_unique_in_every_space() {
    let mut titles = BTreeSet::new();
    for space in SPACES {
        assert!(titles.insert(space.title), "{} stands twice", space.title);
        assert!(!space.spec.is_empty(), "{}: no specification", space.title);
        assert!(!space.known.is_empty(), "{}: no codes", space.title);
        let mut names = BTreeSet::new();
        let mut numbers = BTreeSet::new();
        for known in space.known {
            assert!(names.insert(known.name), "{}: {} stands twice", space.title, known.name);
            assert!(numbers.insert(known.number), "{}: {:#x} stands twice", space.title, known.number);
        }
    }
}

#[test]
fn every_sentence_is_one_lower_case_sentence() {
    for space in SPACES {
        for known in space.known {
            assert_sentence(known.name, known.sentence);
        }
    }
    for stage in Stage::ALL {
        assert_sentence(stage.name(), stage.sentence());
    }
    for kind in MessageKind::ALL {
        assert_sentence(kind.name(), kind.sentence());
    }
}

#[test]
fn every_code_comes_back_from_its_name() {
    fn round_trip<C: Code>(from_name: fn(&str) -> Option<C>) {
        for known in C::KNOWN {
            let code = from_name(known.name).unwrap();
            assert_eq!(code.number(), known.number);
            assert_eq!(code.name(), Some(known.name));
        }
        assert_eq!(from_name("NO_SUCH_NAME"), None);
    }
    round_trip(NegotiationFailureCode::from_name);
    round_trip(X224DisconnectReason::from_name);
    round_trip(X224RejectCause::from_name);
    round_trip(TlsAlert::from_name);
    round_trip(NtStatus::from_name);
    round_trip(SecurityStatus::from_name);
    round_trip(EarlyUserAuthorizationResult::from_name);
    round_trip(RdstlsResult::from_name);
    round_trip(McsResult::from_name);
    round_trip(GccResult::from_name);
    round_trip(McsReason::from_name);
    round_trip(LicenseMessageType::from_name);
    round_trip(LicenseErrorCode::from_name);
    round_trip(LicenseStateTransition::from_name);
    round_trip(CapabilitySetType::from_name);
    round_trip(ErrorInfo::from_name);
    round_trip(LogonErrorType::from_name);
    round_trip(LogonErrorData::from_name);
}

#[test]
fn stages_and_kinds_come_back_from_their_names() {
    let mut names = BTreeSet::new();
    for stage in Stage::ALL {
        assert!(names.insert(stage.name()), "{stage} stands twice");
        assert_eq!(stage.name().parse(), Ok(*stage));
    }
    let mut names = BTreeSet::new();
    for kind in MessageKind::ALL {
        assert!(names.insert(kind.name()), "{kind} stands twice");
        assert_eq!(kind.name().parse(), Ok(*kind));
    }
}

#[test]
fn a_number_without_a_name_is_shown_in_hex() {
    assert_eq!(ErrorInfo(0xdead).to_string(), "0xdead (no known name)");
    assert_eq!(ErrorInfo::ERRINFO_SERVER_DENIED_CONNECTION.to_string(), "ERRINFO_SERVER_DENIED_CONNECTION (0x7)");
}
