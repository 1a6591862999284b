//! The host sends the client on to another one.

use badrdp_proto::pdu::ChannelPdu;

use super::{Class, Rule, Seen, Verdict, View};
use crate::diagnosis::advice::session;

/// Server Redirection: a connection broker does this, and the probe of this host ends here.
pub(super) const RULE: Rule = Rule {
    id: "redirected",
    class: Class::Ending,
    verdict: Verdict::NeedsCredentials,
    check,
    advice: &session::REDIRECTED,
};

fn check(view: &View<'_>) -> Option<Seen> {
    let (entry, redirection) = view.channel_pdu(|pdu| match pdu {
        ChannelPdu::ServerRedirection(redirection) => Some(redirection),
        _ => None,
    })?;
    let target = redirection.target_net_address.as_ref().or(redirection.target_fqdn.as_ref());
    let target = target.map_or_else(|| "another host".to_owned(), |name| format!("{name:?}"));
    Some(Seen::new(entry.stage, format!("the host redirects the client to {target}")).evidence(view.quote(entry)))
}
