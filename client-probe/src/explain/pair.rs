//! Pairs of primary and extended code: what the two together say.

use badrdp_proto::vocab::code::Code as _;
use badrdp_proto::vocab::codes::ErrorInfo;
use serde::Serialize;

use super::{Claim, claim};
use crate::diagnosis::Evidence;

/// What a primary and an extended code say together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Pair {
    /// In one line.
    pub headline: String,
    /// What the pair implies, with how sure that is.
    pub implies: Vec<Claim>,
    /// What is said about the pair's causes, judged.
    pub causes: Vec<JudgedClaim>,
    /// What to check, in this order.
    pub check: Vec<&'static str>,
}

/// A cause that people name, and what it is worth.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct JudgedClaim {
    /// The claim.
    pub claim: &'static str,
    /// How well it stands.
    #[serde(serialize_with = "super::as_word")]
    pub verdict: Evidence,
    /// Why.
    pub why: &'static str,
}

const fn judged(claim: &'static str, verdict: Evidence, why: &'static str) -> JudgedClaim {
    JudgedClaim { claim, verdict, why }
}

/// The pair's entry: written by hand for the famous ones, composed for the others.
pub(super) fn of(code: u32, extended: u32) -> Option<Pair> {
    match (code, extended) {
        (0x904, 0x7) => Some(closed_after_denial()),
        (0x904, 0) => Some(closed_without_reason()),
        (0x3, 0x7) => Some(ended_after_denial()),
        (0x3, 0x10..=0x12) => Some(display(extended)),
        (0x904 | 0x3, _) => said_why(code, extended),
        _ => None,
    }
}

fn closed_after_denial() -> Pair {
    use Evidence::{Documented, Folklore, Inferred, Reported};
    Pair {
        headline: "the server said that it denies the connection, then TCP closed".to_owned(),
        implies: vec![
            claim(
                Documented,
                "0x904 names an event at the client, not a cause: the socket closed. 0x7 is the server's word: it \
                 denied the connection.",
            ),
            claim(
                Inferred,
                "The 7 arrives as a Set Error Info PDU with ERRINFO_SERVER_DENIED_CONNECTION: both lists give the \
                 number the same meaning.",
            ),
            claim(
                Documented,
                "Set Error Info needs a working MCS connection, goes only to clients that announce \
                 RNS_UD_CS_SUPPORT_ERRINFO_PDU, and obliges the server to disconnect.",
            ),
            claim(
                Inferred,
                "So the network, the negotiation, TLS and (where used) NLA had already succeeded; the server refused \
                 afterwards and closed TCP without an MCS Disconnect Provider Ultimatum. With one, expect 0x3/0x7.",
            ),
            claim(
                Inferred,
                "None of this was tried on mstsc; the numbers and names are Microsoft's, the link is ours.",
            ),
        ],
        causes: vec![
            judged(
                "remote connections are not enabled, or the limit of connections is reached",
                Documented,
                "Microsoft's web sample gives these as hints for the extended code 7",
            ),
            judged(
                "network trouble",
                Documented,
                "fits 0x904 by its name, and is a third hint of the sample for 7; but by definition 7 is a refusal \
                 that the server chose to send",
            ),
            judged(
                "a gateway or bastion in between",
                Reported,
                "tp4a/teleport#301: Windows 2016 and later behind a proxying bastion",
            ),
            judged(
                "a wrong password on a server without NLA that is built on ironrdp-acceptor",
                Reported,
                "read in its source: it sends Set Error Info 7 when Client Info does not match, then stops",
            ),
            judged(
                "an expired RDP certificate",
                Inferred,
                "plausible for 0x904 alone: a server that cannot open its key drops TCP during TLS. It cannot explain \
                 the 7, which needs TLS to have worked. A client that dislikes the certificate reports 0x1B07 or warns",
            ),
            judged(
                "TLS version mismatch",
                Inferred,
                "plausible for 0x904 with extended 0: Schannel logs event 36871 and the server closes. It cannot \
                 explain the 7",
            ),
            judged(
                "NLA settings do not match",
                Folklore,
                "a host that requires NLA says so with RDP_NEG_FAILURE 5, and mstsc has 0xB09 for it",
            ),
            judged(
                "the client's MSLicensing store is damaged, or cannot store the licence",
                Folklore,
                "licensing has codes of its own: 0x808, 0x908 and extended 0x100 to 0x10B; 0x10B is the store",
            ),
            judged(
                "the user's profile is broken (NTUSER.DAT, ProfileList, an unresolvable SID)",
                Folklore,
                "no source ties 7 to profiles. Documented profile trouble is events 1502, 1508, 1511 and 1515 and a \
                 temporary profile, while RDP itself is healthy",
            ),
        ],
        check: vec![
            "The server first, since it chose to refuse: its TerminalServices-LocalSessionManager and \
             RemoteConnectionManager logs in the second of the failure.",
            "Whether remote connections are enabled and whether the limit of connections is reached.",
            "Whether the user may log on through Remote Desktop Services. That has codes of its own (0x9), but costs a \
             minute.",
            "What stands in between: connect without the gateway or bastion.",
            "`badrdp probe HOST`: if it sees the server close before MCS, the trouble is an earlier one than the 7 says.",
            "At the client, event 1026 shows only the 2308; the extended code is only in the dialog.",
        ],
    }
}

fn closed_without_reason() -> Pair {
    use Evidence::{Documented, Inferred, Reported};
    Pair {
        headline: "TCP closed and the server never said why".to_owned(),
        implies: vec![
            claim(Documented, "0x904 names an event at the client, not a cause: the socket closed."),
            claim(
                Inferred,
                "No Set Error Info arrived, so the close may have come at any stage from the negotiation to the end of \
                 the connection sequence.",
            ),
        ],
        causes: vec![
            judged(
                "the server cannot open its certificate's key",
                Inferred,
                "Microsoft documents the server side (events 1057, 1058, Schannel 36870) and the texts \"internal \
                 error\" and \"can't connect\", but no code",
            ),
            judged(
                "no common TLS version or cipher suite",
                Inferred,
                "Schannel events 36871 and 36874; the server often closes without an alert",
            ),
            judged("it closes after the credentials were entered", Reported, "rustdesk#10125, dockur/windows#754"),
        ],
        check: vec![
            "`badrdp probe HOST`: it names the stage where the server closes.",
            "On the host: System log for Schannel, and events 1057 and 1058 of TerminalServices-RemoteConnectionManager.",
            "On the host: NETWORK SERVICE must be able to read the certificate's private key.",
        ],
    }
}

fn ended_after_denial() -> Pair {
    use Evidence::{Documented, Inferred, Reported};
    Pair {
        headline: "the server said that it denies the connection, then ended it in order".to_owned(),
        implies: vec![
            claim(Documented, "0x3: ended by the server. Extended 0x7: the server denied the connection."),
            claim(
                Inferred,
                "Set Error Info with ERRINFO_SERVER_DENIED_CONNECTION, then an MCS Disconnect Provider Ultimatum, then \
                 the close.",
            ),
        ],
        causes: vec![judged(
            "a display driver or graphics policy on the host",
            Reported,
            "web pages only, not in a tracker; they advise a newer driver and the WDDM policy off",
        )],
        check: vec!["The server's session logs in the second of the failure: it chose to refuse."],
    }
}

fn display(extended: u32) -> Pair {
    use Evidence::{Documented, Inferred, Reported};
    let why = ErrorInfo(extended).known().map_or("", |known| known.sentence);
    Pair {
        headline: format!("the server ended the session: {why}"),
        implies: vec![
            claim(Documented, "0x3: ended by the server. MS-RDPBCGR names the second number as an ERRINFO."),
            claim(Inferred, "The session had started: Set Error Info, then an MCS Disconnect Provider Ultimatum."),
        ],
        causes: vec![judged("a display driver or graphics policy on the host", Reported, "web reports")],
        check: vec![
            "The host's graphics driver, and events of Desktop Window Manager and of the display driver.",
            "The policy \"Use WDDM graphics display driver for Remote Desktop Connections\": try it disabled.",
        ],
    }
}

fn said_why(code: u32, extended: u32) -> Option<Pair> {
    let known = ErrorInfo(extended).known()?;
    let (how, wire) = match code {
        0x904 => ("TCP closed", "then TCP closed without an MCS Disconnect Provider Ultimatum."),
        _ => ("the server ended the session", "then an MCS Disconnect Provider Ultimatum and the close."),
    };
    Some(Pair {
        headline: format!("{how}, and before that the server said why: {}", known.sentence),
        implies: vec![claim(Evidence::Inferred, format!("Set Error Info with {}, {wire}", known.name))],
        causes: Vec::new(),
        check: vec!["The extended code: it is the server's reason. The primary code only says how the end came."],
    })
}
