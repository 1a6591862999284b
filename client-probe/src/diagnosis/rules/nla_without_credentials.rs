//! The host wants a user before the session.

use badrdp_proto::connect::Blame;
use badrdp_proto::vocab::Stage;

use super::{Class, Rule, Seen, Verdict, View};
use crate::diagnosis::advice::negotiation;

/// NLA was selected, TLS is up, and the probe has no credentials: no failure of the host.
pub(super) const RULE: Rule = Rule {
    id: "nla-without-credentials",
    class: Class::Ending,
    verdict: Verdict::NeedsCredentials,
    check,
    advice: &negotiation::NLA_WITHOUT_CREDENTIALS,
};

fn check(view: &View<'_>) -> Option<Seen> {
    let (Stage::Nla, Blame::Local(_)) = view.blame()? else {
        return None;
    };
    let (entry, selected) = view.selected()?;
    let title = format!("the host requires a logon before the session ({selected}); the probe has no credentials");
    Some(Seen::new(Stage::Nla, title).evidence(view.quote(entry)))
}
