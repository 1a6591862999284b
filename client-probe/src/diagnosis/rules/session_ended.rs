//! The session was reached and the host ended it.

use badrdp_proto::connect::{Blame, CloseKind};
use badrdp_proto::vocab::MessageKind;

use super::{Class, Rule, Seen, Verdict, View};
use crate::diagnosis::advice::{SOCKET_CLOSED, SOCKET_RESET, mstsc, session};
use crate::diagnosis::{Evidence, MstscCode};

/// A close, a reset or an MCS disconnect behind a complete handshake, without error info.
pub(super) const RULE: Rule = Rule {
    id: "session-ended",
    class: Class::Ending,
    verdict: Verdict::Broken,
    check,
    advice: &session::SESSION_ENDED,
};

fn check(view: &View<'_>) -> Option<Seen> {
    if !view.active() {
        return None;
    }
    let (stage, blame) = view.blame()?;
    let (how, codes): (&str, Vec<MstscCode>) = match blame {
        Blame::Refused(MessageKind::McsDisconnectProviderUltimatum) => {
            ("ends it with an MCS disconnect", vec![mstsc(3, 0, Evidence::Inferred)])
        }
        Blame::Closed(CloseKind::Fin) if view.no_close_notify().is_some() => {
            ("closes the connection without ending TLS", SOCKET_CLOSED.to_vec())
        }
        Blame::Closed(CloseKind::Fin) => ("closes the connection", SOCKET_CLOSED.to_vec()),
        Blame::Closed(CloseKind::Reset) => ("resets the connection", SOCKET_RESET.to_vec()),
        _ => return None,
    };
    Some(
        Seen::new(stage, format!("the session starts, then the host {how} and gives no reason"))
            .evidence_if(view.ultimatum().map(|(entry, _)| view.quote(entry)))
            .evidence_if(view.no_close_notify().map(|entry| view.quote(entry)))
            .evidence_if(view.close().map(|(entry, _)| view.quote(entry)))
            .mstsc(codes),
    )
}
