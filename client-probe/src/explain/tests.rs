#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeSet;

use badrdp_proto::vocab::code::Code as _;
use badrdp_proto::vocab::codes::{ErrorInfo, NegotiationFailureCode, NtStatus, SPACES};

use super::*;

fn spaces(code: u32) -> Vec<&'static str> {
    explain(code, None).meanings.iter().map(|meaning| meaning.space.title()).collect()
}

#[test]
fn seven_is_a_refusal_in_one_space_and_success_in_another() {
    assert_eq!(
        spaces(7),
        [
            "mstsc extended reason",
            "SetErrorInfo.errorInfo",
            "LICENSE_ERROR_MESSAGE.dwErrorCode",
            "MCS Result",
            "mstsc OnFatalError"
        ]
    );
    let meanings = explain(7, None).meanings;
    assert_eq!(meanings[0].name, Some("exDiscReasonServerDeniedConnection"));
    assert_eq!(meanings[2].name, Some("STATUS_VALID_CLIENT"));
}

#[test]
fn numbers_shared_by_primary_and_extended_lists_show_both() {
    let meanings = explain(0x104, None).meanings;
    assert_eq!(meanings[0].name, Some("disconnectReasonDNSLookupFailed"));
    assert_eq!(meanings[1].name, Some("exDiscReasonLicenseHwidDoesntMatchLicense"));
    let meanings = explain(0x10a, None).meanings;
    assert_eq!(meanings[0].meaning, "the smart card service stopped on the client");
    assert_eq!(meanings[1].name, Some("exDiscReasonLicenseNoRemoteConnections"));
    assert_eq!(spaces(3)[..2], ["mstsc discReason", "mstsc extended reason"]);
}

#[test]
fn an_extended_code_decides_the_space() {
    let explanation = explain(0x904, Some(7));
    assert!(explanation.known);
    let titles: Vec<_> = explanation.meanings.iter().map(|meaning| meaning.space).collect();
    assert_eq!(titles, [Space::Mstsc, Space::MstscExtended]);
    assert_eq!(explanation.meanings[0].evidence, Evidence::Documented);
    assert_eq!(explanation.meanings[0].wire.as_ref().unwrap().evidence, Evidence::Inferred);
}

#[test]
fn the_famous_pair_claims_no_more_than_its_evidence() {
    let pair = explain(0x904, Some(7)).pair.unwrap();
    let verdict = |part: &str| pair.causes.iter().find(|cause| cause.claim.contains(part)).unwrap().verdict;
    assert_eq!(verdict("limit of connections"), Evidence::Documented);
    assert_eq!(verdict("bastion"), Evidence::Reported);
    assert_eq!(verdict("expired RDP certificate"), Evidence::Inferred);
    assert_eq!(verdict("MSLicensing"), Evidence::Folklore);
    assert_eq!(verdict("profile"), Evidence::Folklore);
    assert!(!pair.check.is_empty());
    // What happens on the wire is nowhere documented for mstsc.
    let wire = pair.implies.iter().find(|claim| claim.text.contains("Disconnect Provider Ultimatum")).unwrap();
    assert_eq!(wire.evidence, Evidence::Inferred);
}

#[test]
fn every_error_info_explains_alone_and_as_an_extended_code() {
    for known in ErrorInfo::KNOWN {
        let number = u32::try_from(known.number).unwrap();
        let alone = explain(number, None);
        assert!(alone.meanings.iter().any(|meaning| meaning.name == Some(known.name)), "{}", known.name);
        assert!(explain(0x904, Some(number)).known, "{}", known.name);
        assert!(explain(0x904, Some(number)).pair.is_some(), "{}", known.name);
        assert_eq!(explain_name(known.name).unwrap().code, Some(number));
    }
}

#[test]
fn every_name_of_every_space_is_found() {
    let all: BTreeSet<_> = names().collect();
    for known in SPACES.iter().flat_map(|space| space.known) {
        assert!(all.contains(known.name), "{}", known.name);
    }
    for name in all {
        let meanings = explain_name(name).unwrap().meanings;
        assert!(meanings.iter().any(|meaning| meaning.name == Some(name)), "{name}");
    }
}

#[test]
fn names_are_found_in_any_case_and_without_their_prefix() {
    let name = |text: &str| explain_name(text).map(|explanation| explanation.meanings[0].name.unwrap());
    assert_eq!(name("errinfo_license_no_license"), Some("ERRINFO_LICENSE_NO_LICENSE"));
    assert_eq!(name("ServerDeniedConnection"), Some("exDiscReasonServerDeniedConnection"));
    assert_eq!(name("AtClientWinsockFDCLOSE"), Some("disconnectReasonAtClientWinsockFDCLOSE"));
    assert_eq!(name("hybrid-required-by-server"), Some("HYBRID_REQUIRED_BY_SERVER"));
    // FreeRDP spells it with underscores.
    assert_eq!(name("ERRINFO_UNKNOWN_PDU_TYPE"), Some("ERRINFO_UNKNOWNPDUTYPE"));
    for bad in ["", "_", "NO_SUCH_NAME", "\u{df}"] {
        assert_eq!(name(bad), None, "{bad:?}");
    }
    // A name that stands in several spaces gives them all.
    let spaces: Vec<_> = explain_name("LOGON_FAILURE").unwrap().meanings.iter().map(|m| m.space.title()).collect();
    assert_eq!(spaces, ["mstsc discReason", "TSRequest.errorCode (NTSTATUS)", "RDSTLS resultCode"]);
}

#[test]
fn tables_are_sorted_unique_and_speak_plainly() {
    for rows in [mstsc::ROWS, gateway::ROWS, extended::ROWS, extended::FATAL_ROWS] {
        assert!(rows.is_sorted_by(|a, b| a.number < b.number));
        for row in rows {
            assert!(!row.meaning.is_empty() && !row.meaning.ends_with('.'), "{:#x}", row.number);
            assert!(!row.wire.ends_with('.'), "{:#x}", row.number);
        }
    }
}

#[test]
fn every_note_belongs_to_a_code_and_only_one_note_does() {
    let mut seen = BTreeSet::new();
    for name in advice::names() {
        assert!(seen.insert(name), "{name} has two notes");
        let spaces = SPACES.iter().filter(|space| space.known.iter().any(|known| known.name == name)).count();
        assert_eq!(spaces, 1, "{name} must name one code");
    }
}

#[test]
fn every_place_of_a_space_belongs_to_a_space() {
    for (title, _) in space::WIRE {
        assert!(SPACES.iter().any(|space| space.title == *title), "{title}");
    }
}

#[test]
fn what_windows_shows_for_codes_of_the_wire_is_inferred_and_known() {
    let denied = mstsc_for_error_info(ErrorInfo::ERRINFO_SERVER_DENIED_CONNECTION);
    assert_eq!(denied.map(|seen| (seen.code, seen.extended)), [(0x904, 7), (3, 7)]);
    let nla = mstsc_for_negotiation_failure(NegotiationFailureCode::HYBRID_REQUIRED_BY_SERVER).unwrap();
    assert_eq!((nla.code, nla.evidence), (0xb09, Evidence::Inferred));
    assert_eq!(mstsc_for_nt_status(NtStatus::STATUS_ACCESS_DENIED), None);
    for known in NtStatus::KNOWN {
        let status = NtStatus(u32::try_from(known.number).unwrap());
        if let Some(seen) = mstsc_for_nt_status(status) {
            assert_eq!(seen.evidence, Evidence::Inferred);
            assert!(lookup::primary(seen.code).is_some(), "{}: {:#x}", known.name, seen.code);
        }
    }
}

#[test]
fn codes_name_the_findings_of_the_probe() {
    let findings = |code| explain(code, None).meanings.into_iter().next().unwrap().findings;
    assert_eq!(findings(0xb07), ["logon-refused"]);
    assert_eq!(findings(0xc000_0072), ["logon-refused"]);
    assert_eq!(findings(0xb09), ["nla-required"]);
    assert_eq!(findings(0xe09), ["restricted-admin-not-offered"]);
    assert!(findings(0x8009_0302).contains(&"credssp-version-too-old"));
    assert!(findings(0x8009_030c).contains(&"logon-refused"));
    assert!(findings(0x904).contains(&"closed-early"));
    assert_eq!(findings(0xb08), [""; 0]);
    let ids = crate::diagnosis::finding_ids();
    let all = names().flat_map(|name| explain_name(name).unwrap().meanings);
    for meaning in all {
        for finding in &meaning.findings {
            assert!(ids.contains(finding), "{finding} of {:?}", meaning.name);
        }
    }
}

#[test]
fn a_refused_logon_is_mended_in_the_same_way_whoever_names_it() {
    let remedies = |name: &str| explain_name(name).unwrap().meanings[0].remedies;
    for (mstsc, status) in [
        ("SSL_ERR_ACCOUNT_DISABLED", "STATUS_ACCOUNT_DISABLED"),
        ("SSL_ERR_LOGON_FAILURE", "STATUS_LOGON_FAILURE"),
        ("SSL_ERR_PASSWORD_MUST_CHANGE", "STATUS_PASSWORD_MUST_CHANGE"),
    ] {
        assert_eq!(remedies(mstsc), remedies(status), "{status}");
    }
    assert!(remedies("STATUS_PASSWORD_EXPIRED").iter().any(|remedy| remedy.contains("since NLA cannot")));
    // 0x1307 has no name of Microsoft's, and one status alone.
    assert_eq!(explain(0x1307, None).meanings[0].remedies, remedies("STATUS_LOGON_TYPE_NOT_GRANTED"));
}

#[test]
fn an_unknown_number_says_so_and_gives_only_its_shape() {
    let explanation = explain(0x5507, None);
    assert!(!explanation.known && explanation.meanings.is_empty());
    let unknown = &explanation.unknown[0];
    assert_eq!(unknown.bytes, "00 00 55 07");
    assert_eq!(unknown.hints[0].evidence, Evidence::Inferred);
    assert!(unknown.hints[0].text.contains("TLS or CredSSP"));
    assert!(explain(0x0005_5599, None).unknown[0].hints.is_empty());
    assert!(!explain(0x904, Some(0x5_0000)).known);
    assert!(!explain(0xffff_0000, Some(7)).known);
}

#[test]
fn no_line_of_text_is_wider_than_a_terminal() {
    let mut texts: Vec<String> = names().map(|name| text(&explain_name(name).unwrap())).collect();
    texts.extend([0, 3, 7, 0x104, 0x5507, u32::MAX].map(|code| text(&explain(code, None))));
    texts.extend([0, 7, 0x11, 0x10c9, 0xffff].map(|extended| text(&explain(0x904, Some(extended)))));
    for line in texts.iter().flat_map(|text| text.lines()) {
        assert!(line.chars().count() <= 80, "{line}");
        assert_eq!(line, line.trim_end(), "stray space");
    }
}

#[test]
fn scenarios_are_found_by_the_numbers_of_mstsc_only() {
    assert_eq!(explain(0x904, Some(7)).tags(), ["0x904", "0x7"]);
    assert_eq!(explain(0x904, Some(0)).tags(), ["0x904"]);
    assert_eq!(explain(0xc000_006d, None).tags(), [""; 0]);
    // Those of a refused logon are found by the words that their finding must say.
    assert_eq!(explain(0xc000_006d, None).says(), ["STATUS_LOGON_FAILURE"]);
    assert_eq!(explain(0xb07, None).says(), ["STATUS_ACCOUNT_DISABLED"]);
    assert_eq!(explain(0x904, Some(7)).says(), [""; 0]);
    assert_eq!(explain_name("ServerDeniedConnection").unwrap().tags(), ["0x7"]);
}

#[test]
fn scenarios_are_listed_by_directory_with_cases_folded() {
    let mut explanation = explain(0x904, Some(7));
    explanation.scenarios = ["last-mile/denied", "tls/alert/40", "tls/alert/70", "tls/alerts/1", "last-mile/quiet"]
        .map(String::from)
        .to_vec();
    let text = text(&explanation);
    let (_, list) = text.split_once("Scenarios tagged 0x904").unwrap();
    assert_eq!(list.lines().skip(1).collect::<Vec<_>>(), ["   last-mile/ denied, quiet", "   tls/ alert, alerts/1"]);
}
