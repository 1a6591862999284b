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
            "capabilitySetType",
            "xfreerdp exit code",
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
    assert_eq!(name("hybrid_ex"), Some("PROTOCOL_HYBRID_EX"));
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
    let hint = |code| explain(code, None).unknown[0].hints[0].clone();
    assert!(hint(0xd000_006d).text.contains("the NTSTATUS 0xc000006d"));
    assert!(hint(0x0001_abcd).text.contains("the ERRINFO 0xabcd"));
    assert_eq!(hint(0x0002_abcd).evidence, Evidence::Reported);
    assert!(hint(300).text.contains("id of a Windows event") && hint(300).evidence == Evidence::Inferred);
    assert!(!explain(0x904, Some(0x5_0000)).known);
    assert!(!explain(0xffff_0000, Some(7)).known);
}

#[test]
fn no_line_of_text_is_wider_than_a_terminal() {
    let mut texts: Vec<String> = names().map(|name| text(&explain_name(name).unwrap())).collect();
    texts.extend([0, 3, 7, 0x104, 0x5507, u32::MAX].map(|code| text(&explain(code, None))));
    texts.extend([0, 7, 0x11, 0x10c9, 0xffff].map(|extended| text(&explain(0x904, Some(extended)))));
    for line in texts.iter().flat_map(|text| text.lines()) {
        assert!(line.len() <= 100 && line.is_ascii(), "{line}");
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

#[test]
fn every_code_of_the_vocabulary_is_explained_with_advice_or_with_the_reason_for_none() {
    for space in SPACES {
        assert!(space::WIRE.iter().any(|(title, _)| *title == space.title), "{} is not looked up", space.title);
        for known in space.known {
            let number = u32::try_from(known.number).unwrap();
            let named = explain_name(known.name).unwrap();
            let of_space = |meaning: &&Meaning| meaning.space == Space::Wire(space.title) && meaning.number == number;
            let meaning = named.meanings.iter().find(of_space).unwrap();
            let bare = explain(number, None);
            assert_eq!(bare.meanings.iter().filter(of_space).count(), 1, "{}: {}", space.title, known.name);
            let advised = !meaning.remedies.is_empty() || !meaning.fixes.is_empty();
            assert_ne!(advised, meaning.no_advice.is_some(), "{}: {}", space.title, known.name);
        }
    }
}

#[test]
fn whom_the_list_of_no_advice_names_exists() {
    let (names, titles) = no_advice::names();
    for name in names {
        assert!(SPACES.iter().any(|space| space.known.iter().any(|known| known.name == name)), "{name}");
    }
    for title in titles {
        assert!(SPACES.iter().any(|space| space.title == title), "{title}");
    }
}

#[test]
fn every_row_of_mstsc_events_and_exit_codes_says_what_to_do_or_that_it_is_the_clients_own() {
    for (space, rows) in [
        (Space::Mstsc, mstsc::ROWS),
        (Space::Mstsc, gateway::ROWS),
        (Space::WindowsEvent, events::ROWS),
        (Space::XfreerdpExit, peers::EXITS),
        (Space::FreerdpError, peers::CONNECT_ERRORS),
    ] {
        for row in rows {
            let meanings = lookup::in_space(space, row.number);
            let meaning = meanings.iter().find(|meaning| meaning.meaning == row.meaning).unwrap();
            let advised = !meaning.remedies.is_empty() || !meaning.fixes.is_empty();
            // The user's own doing, and what the client alone knows.
            let own = space == Space::Mstsc && matches!(row.number, 0x1 | 0x2 | 0x608 | 0x1407);
            assert!(advised || own, "{} {:#x}", space.title(), row.number);
        }
    }
}

#[test]
fn a_fix_says_what_it_can_break_and_is_for_codes_that_exist() {
    let mut ids = BTreeSet::new();
    for fix in fixes::ALL {
        assert!(ids.insert(fix.id), "{} stands twice", fix.id);
        assert!(!fix.steps.is_empty() && !fix.risk.is_empty() && !fix.undo.is_empty(), "{}", fix.id);
        assert!(fixes_for::TABLE.iter().any(|(_, used, ..)| used.id == fix.id), "{} is for no code", fix.id);
    }
    for (key, fix, evidence, why) in fixes_for::TABLE {
        assert!(!why.is_empty() && *evidence != Evidence::Observed, "{}", fix.id);
        let exists = |space| move |code: &u32| !lookup::in_space(space, *code).is_empty();
        let all = match key {
            fixes_for::For::Mstsc(codes) => codes.iter().all(exists(Space::Mstsc)),
            fixes_for::For::Extended(codes) => codes.iter().all(exists(Space::MstscExtended)),
            fixes_for::For::Events(codes) => codes.iter().all(exists(Space::WindowsEvent)),
            fixes_for::For::Exits(codes) => codes.iter().all(exists(Space::XfreerdpExit)),
            fixes_for::For::Named(names) => {
                names.iter().all(|name| SPACES.iter().any(|space| space.known.iter().any(|known| known.name == *name)))
            }
        };
        assert!(all, "{key:?}");
    }
}

#[test]
fn what_the_folklore_advises_is_there_and_called_folklore() {
    let of = |code, extended, id: &str| {
        let meanings = explain(code, extended).meanings;
        let all: Vec<Advised> = meanings.into_iter().flat_map(|meaning| meaning.fixes).collect();
        all.iter().find(|advised| advised.fix.id == id).map(|advised| advised.evidence)
    };
    for id in ["check-profile-list", "check-ntuser-dat", "sfc-and-dism", "clean-mslicensing"] {
        assert_eq!(of(0x904, Some(7), id), Some(Evidence::Folklore), "{id}");
    }
    assert_eq!(of(0x808, None, "clean-mslicensing"), Some(Evidence::Reported));
    assert_eq!(of(0x1b07, None, "renew-issued-certificate"), Some(Evidence::Documented));
    assert_eq!(of(0x1d07, None, "synchronize-clocks"), Some(Evidence::Documented));
    assert_eq!(of(0xb09, None, "nla-off-as-a-test"), Some(Evidence::Folklore));
    // With an extended code TLS had worked; alone 0x904 may be a close in TLS.
    assert_eq!(of(0x904, None, "check-tls-policy"), Some(Evidence::Inferred));
    assert_eq!(of(0x904, Some(0), "check-tls-policy"), Some(Evidence::Inferred));
    assert_eq!(of(0x904, Some(7), "check-tls-policy"), None);
    // The surest comes first.
    for name in names() {
        let meanings = explain_name(name).unwrap().meanings;
        assert!(meanings.iter().all(|meaning| meaning.fixes.is_sorted_by_key(|advised| advised.evidence)), "{name}");
    }
}

#[test]
fn a_word_names_the_space_of_a_number() {
    let first = |word, code| explain_in(word, code).unwrap().meanings.first().map(|meaning| meaning.meaning);
    assert_eq!(first("tls", 40), Some("no acceptable set of parameters: often no common cipher suite"));
    assert_eq!(first("EVENT", 1057), Some("the host could not make its self-signed certificate"));
    assert_eq!(explain_in("event", 226).unwrap().meanings.len(), 2);
    assert_eq!(explain_in("mcs", 3).unwrap().meanings.len(), 2);
    assert_eq!(explain_in("xfreerdp", 7).unwrap().meanings[0].meaning, "the server denied the connection");
    let neither = explain_in("tls", 41_000).unwrap();
    assert!(!neither.known && neither.unknown.len() == 1 && neither.unknown[0].hints.is_empty());
    assert_eq!(explain_in("weather", 1), None);
    for word in words() {
        assert!(is_space(word), "{word}");
    }
}

#[test]
fn the_likeliest_space_of_a_number_is_told_with_the_reason() {
    let first = |code| {
        let explanation = explain(code, None);
        (explanation.meanings[0].space, explanation.likely.map(|likely| likely.evidence))
    };
    let judged = Some(Evidence::Inferred);
    assert_eq!(first(131), (Space::XfreerdpExit, judged));
    assert_eq!(first(0x104), (Space::Mstsc, judged));
    assert_eq!(first(1028), (Space::Mstsc, judged));
    assert_eq!(first(21), (Space::WindowsEvent, judged));
    assert_eq!(first(40), (Space::WindowsEvent, judged));
    // One meaning needs no choice.
    assert_eq!(first(0xc000_006d), (Space::Wire("TSRequest.errorCode (NTSTATUS)"), None));
    assert_eq!(explain(0x0001_0007, None).meanings[0].name, Some("ERRINFO_SERVER_DENIED_CONNECTION"));
    assert_eq!(explain(0x0002_000c, None).meanings[0].stage, Some(Stage::ConnectionInitiation));
}
