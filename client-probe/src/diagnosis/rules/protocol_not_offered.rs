//! The host selected what nobody offered.

use badrdp_proto::pdu::x224::Protocols;

use super::{Class, Rule, Seen, Verdict, View};
use crate::diagnosis::advice::negotiation;

/// `selectedProtocol` is not one of the protocols offered, or more than one bit.
///
/// Selecting 0, standard RDP security, is another matter: servers do it as a fallback.
pub(super) const RULE: Rule = Rule {
    id: "protocol-not-offered",
    class: Class::Ending,
    verdict: Verdict::Broken,
    check,
    advice: &negotiation::PROTOCOL_NOT_OFFERED,
};

fn check(view: &View<'_>) -> Option<Seen> {
    let (entry, selected) = view.selected()?;
    let offered = view.offered();
    if selected == Protocols::RDP || (offered.contains(selected) && selected.0.count_ones() == 1) {
        return None;
    }
    Some(
        Seen::new(entry.stage, format!("the host selects {selected}, which was not offered"))
            .evidence(view.quote(entry))
            .evidence(format!("offered: {offered}")),
    )
}
