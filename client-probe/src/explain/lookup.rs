//! From a number or a name to its meanings.

use std::collections::HashSet;

use badrdp_proto::vocab::Stage;
use badrdp_proto::vocab::code::Known;
use badrdp_proto::vocab::codes::{self, ErrorInfo, NtStatus, SPACES, SecurityStatus};

use super::row::{self, Row, Source};
use super::space::WIRE;
use super::{Claim, Meaning, Space, advice, claim, events, extended, finding, fixes_for, gateway, general};
use super::{mstsc, no_advice, peers, seen};
use crate::diagnosis::{Evidence, MstscCode, logon_remedies};

/// Title of the ERRINFO space.
const ERROR_INFO: &str = "SetErrorInfo.errorInfo";
/// Title of the space of refused logons.
pub(super) const NT_STATUS: &str = "TSRequest.errorCode (NTSTATUS)";

/// The meaning of a primary code.
pub(super) fn primary(code: u32) -> Option<Meaning> {
    primary_row(code).map(|row| of_row(row, Space::Mstsc, code))
}

/// The table's row of a primary code.
pub(super) fn primary_row(code: u32) -> Option<&'static Row> {
    primary_rows().find(|row| row.number == code)
}

/// The meaning of an extended code: named, in the protocol range, or at least an ERRINFO of the same number.
pub(super) fn extended(code: u32) -> Option<Meaning> {
    let errinfo = known_in(ERROR_INFO, code).filter(|_| code != 0);
    let row = extended::ROWS
        .iter()
        .find(|row| row.number == code)
        .or_else(|| extended::PROTOCOL_RANGE.contains(&code).then_some(&extended::IN_PROTOCOL_RANGE));
    let mut meaning = match (row, errinfo) {
        (Some(row), _) => of_row(row, Space::MstscExtended, code),
        (None, Some(known)) => Meaning {
            evidence: Evidence::Inferred,
            source: "in no list of extended reasons; read as the ERRINFO of the same number",
            ..of_row(&row::row(code, "", known.sentence, Source::Reference), Space::MstscExtended, code)
        },
        (None, None) => return None,
    };
    if let Some(known) = errinfo {
        // The two lists agree number by number; that the one feeds the other is our inference.
        meaning.wire = Some(claim(Evidence::Inferred, format!("a Set Error Info PDU with {}", known.name)));
    }
    Some(meaning)
}

/// Every meaning of a bare number, the likeliest first.
pub(super) fn everywhere(code: u32) -> Vec<Meaning> {
    let wire = WIRE.iter().map(|(title, _)| Space::Wire(title));
    let mut order = vec![Space::Mstsc, Space::MstscExtended, Space::FreerdpError, Space::WindowsEvent];
    order.extend(wire);
    order.extend([Space::Protocol, Space::ResponseFlag, Space::XfreerdpExit, Space::MstscFatal]);
    if EXIT_CODES.contains(&code) {
        order.insert(0, Space::XfreerdpExit);
    }
    let mut seen = HashSet::new();
    order.retain(|space| seen.insert(*space));
    order.into_iter().flat_map(|space| in_space(space, code)).collect()
}

/// What a process says at its end when it failed in a way of its own; smaller numbers are common to all.
const EXIT_CODES: core::ops::RangeInclusive<u32> = 128..=255;

/// Every meaning of a number in one space: one, as a rule.
pub(super) fn in_space(space: Space, code: u32) -> Vec<Meaning> {
    let rows = |rows: &'static [Row]| -> Vec<Meaning> {
        rows.iter().filter(|row| row.number == code).map(|row| of_row(row, space, code)).collect()
    };
    match space {
        Space::Mstsc => primary(code).into_iter().collect(),
        Space::MstscExtended => {
            let named = extended::ROWS.iter().any(|row| row.number == code) || known_in(ERROR_INFO, code).is_some();
            named.then(|| extended(code)).flatten().into_iter().collect()
        }
        Space::MstscFatal => rows(extended::FATAL_ROWS),
        Space::WindowsEvent => rows(events::ROWS),
        Space::Protocol => rows(peers::PROTOCOLS),
        Space::ResponseFlag => rows(peers::RESPONSE_FLAGS),
        Space::XfreerdpExit if (1..=12).contains(&code) => exit_by_error_info(code).into_iter().collect(),
        Space::XfreerdpExit => rows(peers::EXITS),
        Space::FreerdpError => {
            let error_info = peers::error_info(code).map(|code| in_space(Space::Wire(ERROR_INFO), code));
            match error_info.and_then(|mut meanings| meanings.pop()) {
                Some(error_info) => vec![Meaning { space, number: code, ..error_info }],
                None => rows(peers::CONNECT_ERRORS),
            }
        }
        Space::Wire(title) => {
            let known = known_in(title, code).map(|known| of_known(title, spec_of(title), known));
            let other = (title == ERROR_INFO && code == PEER_DISCONNECTED).then(peer_disconnected);
            known.into_iter().chain(other).collect()
        }
    }
}

/// xfreerdp's smallest exit codes are ERRINFOs, once the session runs.
fn exit_by_error_info(code: u32) -> Option<Meaning> {
    let known = known_in(ERROR_INFO, code)?;
    let why = Source::Reports("FreeRDP's source, read and not run: ERRINFO of the same number, once the session runs");
    let meaning = of_row(&row::row(code, "", known.sentence, why), Space::XfreerdpExit, code);
    Some(Meaning { remedies: of_known(ERROR_INFO, "", known).remedies, ..meaning })
}

/// Why the first of several meanings is the likeliest. Our judgement.
pub(super) fn likely(meanings: &[Meaning]) -> Option<Claim> {
    let [first, _, ..] = meanings else { return None };
    let why = match first.space {
        Space::XfreerdpExit => {
            "numbers from 128 to 255 are mostly exit codes; of a process that a signal ended a shell says 128 and the \
             signal's number"
        }
        Space::Mstsc => "mstsc's dialog and its event 1026 are where most people meet a number",
        Space::MstscExtended => {
            "no primary code of mstsc has this number, so it is the second one of its dialog, or the ERRINFO behind that"
        }
        Space::WindowsEvent => "Event Viewer shows numbers like this one, and mstsc has no such code",
        Space::FreerdpError => "FreeRDP writes class and number in one",
        _ => "neither mstsc nor Event Viewer has it; the lists of the wire follow by how often people quote them",
    };
    Some(claim(Evidence::Inferred, why))
}

/// Every meaning of a name: exact first, then without prefixes.
pub(super) fn by_name(name: &str) -> Vec<Meaning> {
    let wanted = plain(name);
    if wanted.is_empty() {
        return Vec::new();
    }
    let exact: Vec<Meaning> = named().filter(|meaning| plain(meaning.name.unwrap_or("")) == wanted).collect();
    if !exact.is_empty() {
        return exact;
    }
    named().filter(|meaning| plain(without_prefix(meaning.name.unwrap_or(""))) == wanted).collect()
}

/// Every name of every space.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    named().filter_map(|meaning| meaning.name)
}

fn primary_rows() -> impl Iterator<Item = &'static Row> {
    mstsc::ROWS.iter().chain(gateway::ROWS)
}

fn named() -> impl Iterator<Item = Meaning> {
    let primary = primary_rows().map(|row| of_row(row, Space::Mstsc, row.number));
    let extended = extended::ROWS.iter().filter_map(|row| extended(row.number));
    let wire = SPACES.iter().flat_map(|space| space.known.iter().map(|known| of_known(space.title, space.spec, known)));
    let bits = [(Space::Protocol, peers::PROTOCOLS), (Space::ResponseFlag, peers::RESPONSE_FLAGS)];
    let bits = bits.into_iter().flat_map(|(space, rows)| rows.iter().map(move |row| of_row(row, space, row.number)));
    primary.chain(extended).filter(|meaning| meaning.name.is_some()).chain(wire).chain(bits)
}

/// A name as people type it: case, underscores and dashes do not matter.
fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

const PREFIXES: &[&str] = &[
    "disconnectReason",
    "exDiscReason",
    "SSL_ERR_",
    "ERRINFO_",
    "STATUS_",
    "SEC_E_",
    "RDSTLS_RESULT_",
    "PROTOCOL_",
    "RT_",
    "RN_",
    "ERR_",
];

fn without_prefix(name: &'static str) -> &'static str {
    PREFIXES.iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap_or(name)
}

fn known_in(title: &str, number: u32) -> Option<&'static Known> {
    let space = SPACES.iter().find(|space| space.title == title)?;
    space.known.iter().find(|known| known.number == u64::from(number))
}

fn spec_of(title: &str) -> &'static str {
    SPACES.iter().find(|space| space.title == title).map_or("", |space| space.spec)
}

fn of_row(row: &Row, space: Space, number: u32) -> Meaning {
    advised(Meaning {
        space,
        number,
        name: (!row.name.is_empty()).then_some(row.name),
        meaning: row.meaning,
        evidence: row.source.evidence(),
        source: row.source.words(),
        stage: row.stage,
        wire: (!row.wire.is_empty()).then(|| claim(Evidence::Inferred, row.wire)),
        dialog: (!row.dialog.is_empty()).then_some(row.dialog),
        reports: (!row.reports.is_empty()).then_some(row.reports),
        mstsc: Vec::new(),
        findings: if space == Space::Mstsc { finding::of_mstsc(number) } else { Vec::new() },
        // What a refused logon's own table says is more than the row does.
        remedies: match space {
            Space::Mstsc => finding::remedies(number, row.name).unwrap_or(row.remedies),
            _ => row.remedies,
        },
        fixes: Vec::new(),
        no_advice: None,
    })
}

/// The meaning with the fixes that are for it.
fn advised(meaning: Meaning) -> Meaning {
    let fixes = fixes_for::of(&meaning);
    Meaning { fixes, ..meaning }
}

fn of_known(title: &'static str, spec: &'static str, known: &'static Known) -> Meaning {
    let number = u32::try_from(known.number).unwrap_or(u32::MAX);
    let space = Space::Wire(title);
    let note = advice::of(known.name);
    let no_advice = no_advice::why(title, known.name);
    advised(Meaning {
        space,
        number,
        name: Some(known.name),
        meaning: known.sentence,
        evidence: Evidence::Documented,
        source: spec,
        stage: stage_of(title, number),
        wire: note.and_then(|note| (!note.wire.is_empty()).then(|| claim(note.evidence, note.wire))),
        dialog: None,
        reports: note.and_then(|note| (!note.reports.is_empty()).then_some(note.reports)),
        mstsc: seen_as(title, number),
        findings: finding::of_wire(title, number),
        remedies: match logon_remedies(NtStatus(number)).filter(|_| title == NT_STATUS) {
            Some(remedies) => remedies,
            None => match note.map(|note| note.remedies).filter(|remedies| !remedies.is_empty()) {
                Some(remedies) => remedies,
                None if no_advice.is_some() => &[],
                None => general::of(title, number),
            },
        },
        fixes: Vec::new(),
        no_advice,
    })
}

fn stage_of(title: &str, number: u32) -> Option<Stage> {
    match title {
        "RDP_NEG_FAILURE.failureCode" | "X.224 DR reason" | "X.224 ER reject cause" => {
            Some(Stage::ConnectionInitiation)
        }
        "TLS AlertDescription" => Some(Stage::Tls),
        NT_STATUS | "HRESULT" | "authorizationResult" | "RDSTLS resultCode" => Some(Stage::Nla),
        "GCC ConferenceCreateResponse.result" => Some(Stage::BasicSettingsExchange),
        "LICENSE_ERROR_MESSAGE.dwErrorCode"
        | "LICENSE_ERROR_MESSAGE.dwStateTransition"
        | "LICENSE_PREAMBLE.bMsgType" => Some(Stage::Licensing),
        "capabilitySetType" => Some(Stage::CapabilitiesExchange),
        "ErrorNotificationType" | "ErrorNotificationData" => Some(Stage::Active),
        "SetErrorInfo.errorInfo" => seen::error_info_stage(ErrorInfo(number)),
        _ => None,
    }
}

fn seen_as(title: &str, number: u32) -> Vec<MstscCode> {
    match title {
        "SetErrorInfo.errorInfo" if number != 0 => seen::mstsc_for_error_info(ErrorInfo(number)).to_vec(),
        NT_STATUS => seen::mstsc_for_nt_status(NtStatus(number)).into_iter().collect(),
        "HRESULT" => seen::mstsc_for_security_status(SecurityStatus(number)).into_iter().collect(),
        "RDP_NEG_FAILURE.failureCode" => {
            seen::mstsc_for_negotiation_failure(codes::NegotiationFailureCode(number)).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// A number that only FreeRDP's header names.
const PEER_DISCONNECTED: u32 = 0x1196;

fn peer_disconnected() -> Meaning {
    Meaning {
        space: Space::Wire("SetErrorInfo.errorInfo"),
        number: PEER_DISCONNECTED,
        name: None,
        meaning: "FreeRDP's header calls it \"peer disconnected\"; MS-RDPBCGR does not have it",
        evidence: Evidence::Reported,
        source: "FreeRDP's header",
        stage: None,
        wire: None,
        dialog: None,
        reports: None,
        mstsc: Vec::new(),
        findings: Vec::new(),
        remedies: general::of(ERROR_INFO, PEER_DISCONNECTED),
        fixes: Vec::new(),
        no_advice: None,
    }
}
