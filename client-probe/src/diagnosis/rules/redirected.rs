//! The host sends the client on to another one.

use badrdp_proto::pdu::redirection::ServerRedirection;
use badrdp_proto::pdu::x224::ConnectionRequest;
use badrdp_proto::transcript::{Event, StayedAway};

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

/// A routing token that no Connection Request can hold: whoever follows cannot bring it, and arrives anywhere.
pub(super) const TOKEN_TOO_LONG: Rule = Rule {
    id: "redirection-token-too-long",
    class: Class::Condition,
    verdict: Verdict::Broken,
    check: token_too_long,
    advice: &session::TOKEN_TOO_LONG,
};

fn token_too_long(view: &View<'_>) -> Option<Seen> {
    let (entry, redirection) = view.redirection()?;
    let token = redirection.load_balance_info.as_deref()?;
    let length = token.strip_suffix(b"\r\n").unwrap_or(token).len();
    let most = ConnectionRequest::LONGEST_TOKEN;
    let title = format!(
        "the host redirects with a routing token of {length} bytes, and a client can bring {most} of them at most"
    );
    // The token itself may be long beyond reading.
    (length > most).then(|| Seen::new(entry.stage, title).evidence(format!("routing token: {length} bytes")))
}

fn check(view: &View<'_>) -> Option<Seen> {
    let (entry, redirection) = view.redirection()?;
    let stayed = view.last(|event| match event {
        Event::StayedAway(StayedAway::AnotherHost(_) | StayedAway::Nowhere) => Some(()),
        _ => None,
    });
    let title = format!("the host redirects the client {}", to(redirection));
    Some(
        Seen::new(entry.stage, title)
            .evidence(view.quote(entry))
            .evidence_if(stayed.map(|(entry, ())| view.quote(entry))),
    )
}

/// The target, the token, or both.
fn to(redirection: &ServerRedirection) -> String {
    let names = [&redirection.target_net_address, &redirection.target_fqdn, &redirection.target_netbios_name];
    let target = names.into_iter().flatten().next().map(|name| format!("{name:?}"));
    let token = redirection.load_balance_info.as_deref().map(|token| {
        let token = token.strip_suffix(b"\r\n").unwrap_or(token);
        match token.len() {
            0..=ConnectionRequest::LONGEST => format!("the routing token \"{}\"", token.escape_ascii()),
            length => format!("a routing token of {length} bytes"),
        }
    });
    match (target, token) {
        (Some(target), None) => format!("to {target}"),
        (Some(target), Some(token)) => format!("to {target}, with {token}"),
        (None, Some(token)) => format!("with {token}"),
        (None, None) => "and names no target".to_owned(),
    }
}
