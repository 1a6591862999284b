//! What Windows shows and logs where a finding is true: the dialog in words, what happens where there is no dialog, and
//! the events to look at on both sides.
//!
//! Codes stand with a finding's advice; their words and the meaning of events in `explain`. None of it was tried on mstsc.

use badrdp_proto::pdu::Side;

use super::{Evidence, Finding, MstscCode};
use crate::explain::{Words, events_of, words_for};

/// What Windows shows and logs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Windows {
    /// What mstsc's dialog is taken to show.
    pub codes: Vec<Shown>,
    /// What happens where no code is known, or beside the code.
    pub instead: Option<(Evidence, &'static str)>,
    /// Events to look at, those of the client first.
    pub events: Vec<WindowsEvent>,
}

/// A code of mstsc's dialog, and its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The code.
    pub code: MstscCode,
    /// What the dialog says beside it.
    pub words: Option<Words>,
}

/// An event of a Windows log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindowsEvent {
    /// Its id.
    pub id: u32,
    /// The log, or the source and the log.
    pub log: &'static str,
    /// Whose machine's.
    pub side: Side,
    /// What it says.
    pub meaning: &'static str,
    /// The number that stands in it: in event 1026 mstsc's code in decimal.
    pub reason: Option<u32>,
}

/// Client: disconnected, with the code as its reason.
const DISCONNECTED: u32 = 1026;
/// From here on a code is an HRESULT, which is no reason of event 1026.
const HRESULT: u32 = 0x8000_0000;

/// What is known of findings beyond their codes.
struct Row {
    ids: &'static [&'static str],
    instead: Option<(Evidence, &'static str)>,
    /// Besides 1026, which comes with every code.
    events: &'static [u32],
}

const fn row(ids: &'static [&'static str], events: &'static [u32]) -> Row {
    Row { ids, instead: None, events }
}

const fn instead(ids: &'static [&'static str], events: &'static [u32], evidence: Evidence, text: &'static str) -> Row {
    Row { ids, instead: Some((evidence, text)), events }
}

const WARNING: &str = "a warning that the user can pass, where the client tries to authenticate the host (`authentication level:i:2`); none at 0, no connection at 1";
const HARMLESS: &str =
    "nothing: it stops no client that has something better in common with the host, and mstsc connects without a word";
const CONNECTS: &str = "nothing: mstsc connects without a word";

static ROWS: &[Row] = &[
    row(&["name-not-resolved", "connection-refused", "connect-timed-out", "host-unreachable"], &[]),
    row(&["speaks-http", "speaks-ssh", "speaks-tls", "not-rdp"], &[]),
    row(&["silent", "stalled", "tls-stalled", "x224-disconnected", "closed-early", "reset-early"], &[131, 261]),
    row(&["server-denied-connection", "error-info"], &[40]),
    row(&["session-ended"], &[24, 39, 40, 1502, 1508, 1511, 1515]),
    instead(
        &["logon-error"],
        &[],
        Evidence::Documented,
        "a message of the host's logon inside the session; the client itself shows no code",
    ),
    instead(
        &["redirected"],
        &[],
        Evidence::Documented,
        "nothing: the client goes on to where the host sends it by itself (MS-RDPBCGR 3.2.5.13)",
    ),
    row(&["redirection-loop", "redirection-token-too-long"], &[DISCONNECTED]),
    instead(
        &["ssl-required"],
        &[DISCONNECTED],
        Evidence::Inferred,
        "mstsc offers TLS by itself, and so meets this only where CredSSP alone is offered; then it comes again with TLS",
    ),
    instead(
        &["ssl-not-allowed"],
        &[DISCONNECTED],
        Evidence::Inferred,
        "mstsc comes again with standard RDP security, unless policy demands better",
    ),
    row(&["no-server-certificate"], &[DISCONNECTED, 1057, 1058, 36_870, 36_872]),
    row(
        &["inconsistent-flags", "client-certificate-required", "negotiation-refused", "protocol-not-offered"],
        &[DISCONNECTED],
    ),
    row(&["nla-required"], &[]),
    row(&["tls-version-mismatch"], &[36_871, 36_874, 36_888]),
    row(&["tls-handshake-failure"], &[36_874, 36_888]),
    row(&["tls-alert"], &[36_887, 36_888]),
    row(&["tls-plain-text"], &[]),
    row(&["tls-message-too-large"], &[DISCONNECTED, 36_887]),
    row(&["tls-closed"], &[1057, 1058, 36_870, 36_871, 36_872, 36_874]),
    row(&["restricted-admin-not-offered", "remote-guard-not-offered", "remote-guard-needs-kerberos"], &[]),
    row(
        &[
            "nla-without-credentials",
            "credentials-withheld",
            "credentials-not-checked",
            "license-exchange-required",
            "clock-skew",
        ],
        &[],
    ),
    row(&["logon-refused", "nla-closed", "nla-reset", "nla-stalled", "credssp-field-missing"], &[140, 4625]),
    row(&["nla-alert"], &[140, 4625, 36_888]),
    row(
        &[
            "credssp-version-too-old",
            "public-key-mismatch",
            "public-key-nonce-ignored",
            "public-key-not-incremented",
            "sealed-message-altered",
            "credssp-version-changed",
            "spnego-rejected",
            "spnego-mechanism-unsupported",
            "logon-token-malformed",
            "mech-list-mic-wrong",
        ],
        &[DISCONNECTED],
    ),
    instead(
        &["early-user-auth-denied"],
        &[DISCONNECTED, 1149],
        Evidence::Reported,
        "a message that the user account is not authorized for remote login",
    ),
    row(&["early-user-auth-undefined"], &[DISCONNECTED]),
    row(&["mcs-connect-refused", "mcs-attach-refused", "mcs-join-refused"], &[DISCONNECTED, 226]),
    row(&["mcs-disconnected"], &[226]),
    row(&["license-exchange-failed"], &[50, 1004, 1010]),
    row(&["license-refused"], &[1004, 1010, 1088]),
    row(&["frame-cut-short", "frame-malformed", "unexpected-message"], &[226]),
    instead(
        &["heartbeat-lost"],
        &[],
        Evidence::Documented,
        "the client takes the connection for lost, and reconnects by itself (MS-RDPBCGR 2.2.16.1)",
    ),
    instead(
        &["credssp-vulnerable"],
        &[],
        Evidence::Documented,
        "clients with the update of May 2018 may refuse such a host, as their setting for encryption oracles says; older ones connect without a word",
    ),
    instead(&["certificate-expired"], &[1057, 1058], Evidence::Documented, WARNING),
    instead(
        &[
            "certificate-not-yet-valid",
            "certificate-no-server-auth",
            "certificate-name-mismatch",
            "certificate-self-signed",
            "certificate-no-intermediate",
            "certificate-untrusted-issuer",
        ],
        &[],
        Evidence::Documented,
        WARNING,
    ),
    row(&["certificate-unreadable", "certificate-weak-signature", "certificate-weak-key"], &[]),
    row(&["certificate-chain-signature-weak"], &[]),
    row(&["certificate-changed"], &[]),
    instead(
        &["certificate-expires-soon"],
        &[1057, 1058],
        Evidence::Inferred,
        "nothing yet; once it has ended, what an expired certificate shows: a warning, or error code 0x1b07",
    ),
    instead(
        &["no-negotiation-data", "standard-rdp-security-only"],
        &[],
        Evidence::Documented,
        "the host cannot prove who it is: a warning that the user can pass, where the client tries to authenticate the host (`authentication level:i:2`)",
    ),
    instead(
        &["reconnect-refused"],
        &[],
        Evidence::Inferred,
        "the session's own logon screen, in place of the session as it was left",
    ),
    instead(&["nothing-drawn"], &[21, 22], Evidence::Reported, "a black screen, without any message (FreeRDP#8107)"),
    // Weaknesses.
    instead(&["standard-rdp-security-accepted", "nla-not-enforced"], &[], Evidence::Inferred, HARMLESS),
    instead(&["rdp-encryption-weak"], &[], Evidence::Inferred, CONNECTS),
    instead(
        &["nla-not-offered"],
        &[],
        Evidence::Inferred,
        "the host's own logon screen; the code only where policy demands that the password is typed",
    ),
    row(&["tls-too-old"], &[36_871, 36_874]),
    instead(&["ssl-3.0-accepted", "tls-1.0-accepted", "tls-1.1-accepted"], &[], Evidence::Inferred, HARMLESS),
    instead(
        &[
            "cipher-unauthenticated",
            "cipher-null",
            "cipher-export",
            "cipher-des",
            "cipher-rc4",
            "cipher-3des",
            "no-forward-secrecy",
            "dh-weak",
            "tls-signature-weak",
        ],
        &[],
        Evidence::Inferred,
        HARMLESS,
    ),
    instead(&["no-secure-renegotiation", "tls-compression"], &[], Evidence::Inferred, CONNECTS),
];

impl Finding {
    /// What a Windows user would see, and the events to look at.
    #[must_use]
    pub fn windows(&self) -> Windows {
        Windows::of(self.id, &self.mstsc)
    }
}

impl Windows {
    /// What is known of a finding with this id, where mstsc is taken to show these codes.
    pub(super) fn of(id: &str, mstsc: &[MstscCode]) -> Self {
        let row = ROWS.iter().find(|row| row.ids.contains(&id));
        let codes = mstsc.iter().map(|code| Shown { code: *code, words: words_for(*code) }).collect();
        let reasons = mstsc.iter().map(|code| code.code).filter(|code| *code < HRESULT);
        let ended = reasons
            .flat_map(|reason| of(DISCONNECTED).map(move |event| WindowsEvent { reason: Some(reason), ..event }));
        let mut events: Vec<WindowsEvent> = ended.collect();
        let others = row.into_iter().flat_map(|row| row.events.iter().copied());
        // Where its reason is known, it stands there already.
        let known = |id: &u32| *id == DISCONNECTED && !mstsc.is_empty();
        events.extend(others.filter(|id| !known(id)).flat_map(of));
        events.sort_by_key(|event| event.side == Side::Server);
        Self { codes, instead: row.and_then(|row| row.instead), events }
    }
}

/// Events of this id, on either side.
fn of(id: u32) -> impl Iterator<Item = WindowsEvent> {
    events_of(id).map(move |(log, side, meaning)| WindowsEvent { id, log, side, meaning, reason: None })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::diagnosis::finding_ids;
    use crate::survey::weakness_ids;

    #[test]
    fn every_finding_and_weakness_has_one_row_and_no_row_is_for_nothing() {
        let mut rows: BTreeMap<&str, u32> = BTreeMap::new();
        for id in ROWS.iter().flat_map(|row| row.ids) {
            *rows.entry(id).or_default() += 1;
        }
        let twice: Vec<_> = rows.iter().filter(|(_, count)| **count > 1).collect();
        assert!(twice.is_empty(), "{twice:?}");
        let known: Vec<&str> = finding_ids().into_iter().chain(weakness_ids()).collect();
        let missing: Vec<_> = known.iter().filter(|id| !rows.contains_key(*id)).collect();
        assert!(missing.is_empty(), "no row: {missing:?}");
        let idle: Vec<_> = rows.keys().filter(|id| !known.contains(id)).collect();
        assert!(idle.is_empty(), "no such finding: {idle:?}");
    }

    #[test]
    fn every_event_is_one_that_explain_knows_and_says_where_it_is_logged() {
        for id in ROWS.iter().flat_map(|row| row.events).chain(&[DISCONNECTED]) {
            let events: Vec<_> = of(*id).collect();
            assert!(!events.is_empty(), "event {id}");
            assert!(events.iter().all(|event| !event.log.is_empty() && !event.meaning.is_empty()), "{events:?}");
        }
    }
}
