//! X.224 itself refuses.

use badrdp_proto::pdu::Message;

use super::{Class, Rule, Seen, Verdict, View};
use crate::diagnosis::advice::negotiation;

/// A Disconnect Request or an Error TPDU in place of the Connection Confirm.
pub(super) const RULE: Rule = Rule {
    id: "x224-disconnected",
    class: Class::Ending,
    verdict: Verdict::Broken,
    check,
    advice: &negotiation::X224_DISCONNECTED,
};

fn check(view: &View<'_>) -> Option<Seen> {
    let (entry, title) = view.received(|message| match message {
        Message::X224DisconnectRequest(_) => Some("the host disconnects at the X.224 layer"),
        Message::X224Error(_) => Some("the host rejects the request at the X.224 layer"),
        _ => None,
    })?;
    Some(Seen::new(entry.stage, title).evidence(view.quote(entry)))
}
