//! The Connection Confirm carries no negotiation data.

use super::{Class, Rule, Seen, Verdict, View};
use crate::diagnosis::advice::negotiation;

/// Absent is not zero: such a host is old, or someone strips the answer.
pub(super) const RULE: Rule = Rule {
    id: "no-negotiation-data",
    class: Class::Condition,
    verdict: Verdict::Degraded,
    check,
    advice: &negotiation::NO_NEGOTIATION_DATA,
};

fn check(view: &View<'_>) -> Option<Seen> {
    let (entry, None) = view.negotiation()? else {
        return None;
    };
    let title = "the host confirms without negotiation data: it knows standard RDP security only";
    Some(Seen::new(entry.stage, title).evidence(view.quote(entry)).evidence(format!("offered: {}", view.offered())))
}
