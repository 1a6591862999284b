//! The session starts and stays black.

use badrdp_proto::vocab::Stage;

use super::{Class, Rule, Seen, Verdict, View};
use crate::diagnosis::advice::session;

/// Active, and no graphics for as long as the probe lingered.
pub(super) const RULE: Rule = Rule {
    id: "nothing-drawn",
    class: Class::Condition,
    verdict: Verdict::Degraded,
    check,
    advice: &session::NOTHING_DRAWN,
};

fn check(view: &View<'_>) -> Option<Seen> {
    // A session that the host ended has its own finding.
    if !view.active() || view.drawn() || view.blame().is_some() || view.error_info().is_some() {
        return None;
    }
    let activated = view
        .transcript()
        .entries
        .iter()
        .rfind(|entry| matches!(entry.event, badrdp_proto::transcript::Event::Activated))?;
    Some(Seen::new(Stage::Active, "the session starts and draws nothing").evidence(view.quote(activated)))
}
