//! Whose software answers, from its quirks. Every one of them can be imitated, so nothing here is certain.

use badrdp_proto::pdu::mcs::ConnectResponse;
use badrdp_proto::pdu::x224::{NegotiationRequest, Protocols};
use badrdp_proto::transcript::HostIdentity;
use badrdp_proto::vocab::codes::NegotiationFailureCode;

use super::ask::{Answer, Reply};
use crate::diagnosis::Evidence;
use crate::report::host::number;

/// A family of servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// Microsoft's.
    Windows,
    /// xrdp.
    Xrdp,
    /// FreeRDP's shadow server, gnome-remote-desktop, weston and others that are made with FreeRDP's library.
    FreeRdp,
    /// IronRDP.
    IronRdp,
}

impl Family {
    /// For people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Windows => "Windows",
            Self::Xrdp => "xrdp",
            Self::FreeRdp => "made with FreeRDP",
            Self::IronRdp => "IronRDP",
        }
    }
}

/// How sure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sure {
    /// One weak sign, or signs that contradict each other.
    Hint,
    /// Several signs, or one that no other server known here shows.
    Likely,
}

/// One sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sign {
    /// What it speaks for.
    pub families: Vec<Family>,
    /// What was seen, and what that is known of.
    pub text: String,
    /// How that is known.
    pub evidence: Evidence,
    /// How much it weighs: 3 is shown by no other server known here.
    pub weight: u8,
}

/// The conclusion.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fingerprint {
    /// The family that most speaks for, and how sure that is.
    pub family: Option<(Family, Sure)>,
    /// Which servers of the family fit, where that shows.
    pub member: Option<&'static str>,
    /// Everything that speaks for or against.
    pub signs: Vec<Sign>,
}

/// `SRC-REF` of Windows' and xrdp's Connection Confirm.
const WINDOWS_REFERENCE: u16 = 0x1234;

/// `maxChannelIds` of xrdp's Connect Response; others have 34.
const XRDP_CHANNELS: u32 = 22;
/// GCC's `nodeID` and MCS' `calledConnectId` in IronRDP's.
const IRONRDP_IDS: (u16, u32) = (1002, 1);

/// Looks at the answers, at the Connect Response, and at what NLA told.
pub(crate) fn guess(
    answers: &[Answer],
    response: Option<&ConnectResponse>,
    identity: Option<&HostIdentity>,
) -> Fingerprint {
    use Family::{FreeRdp, IronRdp, Windows, Xrdp};
    let mut signs = Vec::new();
    let mut sign = |weight, evidence, families: &[Family], text: String| {
        signs.push(Sign { families: families.to_vec(), text, evidence, weight });
    };
    let source = answers.iter().find_map(|answer| answer.source);
    match source {
        Some(WINDOWS_REFERENCE) => {
            let text = "source reference 0x1234 in the Connection Confirm, as Windows and xrdp have".to_owned();
            sign(1, Evidence::Observed, &[Windows, Xrdp], text);
        }
        Some(0) => {
            let text = "source reference 0 in the Connection Confirm, as FreeRDP and IronRDP have".to_owned();
            sign(1, Evidence::Observed, &[FreeRdp, IronRdp], text);
        }
        _ => {}
    }
    let unasked = |answer: &&Answer| {
        let asked = answer.asked.protocols.unwrap_or_default();
        asked != Protocols::RDP && !asked.contains(Protocols::SSL) && answer.selected() == Some(Protocols::RDP)
    };
    if let Some(answer) = answers.iter().find(unasked) {
        let text = format!("standard RDP security selected when {} was asked for, which xrdp does", answer.asked);
        sign(3, Evidence::Observed, &[Xrdp], text);
    }
    if let Some(answer) = answers.iter().find(|answer| matches!(answer.reply, Reply::McsDisconnect(_))) {
        let text = format!("an MCS disconnect in answer to {}, which xrdp sends", answer.asked);
        sign(3, Evidence::Observed, &[Xrdp], text);
    }
    let odd = |answer: &&Answer| {
        let asked = answer.asked.protocols.unwrap_or_default();
        asked != Protocols::RDP
            && !asked.contains(Protocols::SSL)
            && answer.reply == Reply::Refused(NegotiationFailureCode::SSL_NOT_ALLOWED_BY_SERVER)
    };
    let does_tls = answers.iter().any(|answer| answer.selected() == Some(Protocols::SSL));
    if let Some(answer) = answers.iter().find(odd).filter(|_| does_tls) {
        let text =
            format!("\"TLS not allowed\" in answer to {} from a host that does TLS, as FreeRDP says", answer.asked);
        sign(3, Evidence::Observed, &[FreeRdp], text);
    }
    let dropped = |answer: &&Answer| matches!(answer.reply, Reply::Closed | Reply::Reset);
    if let Some(answer) = answers.iter().find(dropped).filter(|_| source == Some(0)) {
        let text = format!("{} refused by a close without an answer, as older IronRDP does", answer.asked);
        sign(3, Evidence::Inferred, &[IronRdp], text);
    }
    if let Some(response) = response {
        if response.domain_parameters.max_channel_ids == XRDP_CHANNELS {
            sign(2, Evidence::Observed, &[Xrdp], "22 channel ids in the domain parameters, as xrdp has".to_owned());
        }
        if (response.node_id, response.called_connect_id) == IRONRDP_IDS {
            let text = "node id 1002 and connect id 1 in the Connect Response, as IronRDP has".to_owned();
            sign(2, Evidence::Inferred, &[IronRdp], text);
        }
    }
    let flags = answers.iter().find_map(|answer| match answer.reply {
        Reply::Selected { flags, .. } => Some(flags),
        _ => None,
    });
    let both = NegotiationRequest::ANSWERS_RESTRICTED_ADMIN | NegotiationRequest::ANSWERS_REMOTE_GUARD;
    if flags.is_some_and(|flags| flags & both != 0) {
        let text = "restricted admin or remote credential guard on offer, which Windows has".to_owned();
        sign(1, Evidence::Inferred, &[Windows], text);
    }
    if let Some(version) = identity.and_then(|identity| identity.version) {
        let text = format!("NTLM version {}", number(version));
        if (version.major, version.minor, version.build) == (6, 1, 7601) {
            let text = format!("{text}: the number in FreeRDP's source; Windows 7 SP1 says so too");
            // The two have different source references: with FreeRDP's, the number is no longer ambiguous.
            let weight = if source == Some(0) { 2 } else { 1 };
            sign(weight, Evidence::Observed, &[FreeRdp], text);
        } else if version.major >= 6 {
            sign(1, Evidence::Inferred, &[Windows], format!("{text}, as a Windows has"));
        }
    }
    let family = conclude(&signs);
    let member = match (family, flags) {
        (Some((FreeRdp, _)), Some(3)) => Some("the shadow server or gnome-remote-desktop, by the flags of its answers"),
        (Some((FreeRdp, _)), Some(1)) => Some("weston, by the flags of its answers"),
        _ => None,
    };
    Fingerprint { family, member, signs }
}

/// The family with the most weight; a tie is no answer.
fn conclude(signs: &[Sign]) -> Option<(Family, Sure)> {
    let families = [Family::Windows, Family::Xrdp, Family::FreeRdp, Family::IronRdp];
    let weigh = |family: Family| -> u8 {
        signs.iter().filter(|sign| sign.families.contains(&family)).map(|sign| sign.weight).sum()
    };
    let mut ranked: Vec<_> = families.into_iter().map(|family| (weigh(family), family)).collect();
    ranked.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    let [(best, family), (second, _), ..] = ranked.as_slice() else {
        return None;
    };
    match best.saturating_sub(*second) {
        0 => None,
        lead => Some((*family, if *best >= 3 && lead >= 2 { Sure::Likely } else { Sure::Hint })),
    }
}

#[cfg(test)]
#[path = "fingerprint_tests.rs"]
mod tests;
