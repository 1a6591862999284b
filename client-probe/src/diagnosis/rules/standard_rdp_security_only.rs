//! The host selected standard RDP security though better was offered.

use badrdp_proto::pdu::x224::Protocols;

use super::{Class, Rule, Seen, Verdict, View};
use crate::diagnosis::advice::negotiation;

/// `selectedProtocol` is 0: no TLS, and nobody knows who answers.
pub(super) const RULE: Rule = Rule {
    id: "standard-rdp-security-only",
    class: Class::Condition,
    verdict: Verdict::Degraded,
    check,
    advice: &negotiation::STANDARD_RDP_SECURITY_ONLY,
};

fn check(view: &View<'_>) -> Option<Seen> {
    let (entry, Protocols::RDP) = view.selected()? else {
        return None;
    };
    let offered = view.offered();
    if offered == Protocols::RDP {
        return None;
    }
    Some(
        Seen::new(entry.stage, "the host selects standard RDP security, without TLS")
            .evidence(view.quote(entry))
            .evidence(format!("offered: {offered}")),
    )
}
