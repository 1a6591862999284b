//! The host selected standard RDP security though better was offered.

use badrdp_proto::pdu::x224::Protocols;

use super::{Class, Evidence, Rule, Seen, Verdict, View};
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
    let seen = Seen::new(entry.stage, "the host selects standard RDP security, without TLS")
        .evidence(view.quote(entry))
        .evidence(format!("offered: {offered}"));
    Some(if offered.contains(Protocols::SSL) {
        seen
    } else {
        seen.cause(
            Evidence::Reported,
            "TLS without CredSSP was not offered: xrdp, which has no CredSSP, then selects this though it can do TLS. Offer both: `--protocols ssl,hybrid`",
        )
    })
}
