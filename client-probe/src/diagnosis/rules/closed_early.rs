//! The host closes before the session, and nothing says why.

use badrdp_proto::connect::{Blame, CloseKind};
use badrdp_proto::vocab::{MessageKind, Stage};

use super::nla_ended::{credentials, credentials_refused};
use super::{Class, Rule, Seen, Verdict, View};
use crate::diagnosis::advice::stream;

/// TCP FIN between messages.
pub(super) const CLOSED: Rule = Rule {
    id: "closed-early",
    class: Class::Ending,
    verdict: Verdict::Broken,
    check: |view| check(view, CloseKind::Fin, "closes"),
    advice: &stream::CLOSED,
};

/// TCP RST: data that the host had sent may be lost with it.
pub(super) const RESET: Rule = Rule {
    id: "reset-early",
    class: Class::Ending,
    verdict: Verdict::Broken,
    check: |view| check(view, CloseKind::Reset, "resets"),
    advice: &stream::RESET,
};

fn check(view: &View<'_>, wanted: CloseKind, verb: &str) -> Option<Seen> {
    let (stage, Blame::Closed(kind)) = view.blame()? else {
        return None;
    };
    if *kind != wanted {
        return None;
    }
    let title = match view.last_received() {
        None => format!("the host {verb} the connection without a word; the Connection Request was sent"),
        Some(_) if view.credentials_unanswered() => format!("the host {verb} the connection after the credentials"),
        Some(MessageKind::TsRequest) => format!("the host {verb} the connection after its proof of the key"),
        Some(kind) if stage == Stage::BasicSettingsExchange && view.does_nla() => {
            format!("the host {verb} the connection behind the logon, after {kind}")
        }
        // The first close behind a certificate is often the host's own trouble with TLS or with the client.
        Some(kind) if stage == Stage::BasicSettingsExchange && view.secured() => {
            format!("the host {verb} the connection behind TLS, after {kind}")
        }
        Some(kind) => format!("the host {verb} the connection after {kind}"),
    };
    let title = if view.no_close_notify().is_some() { format!("{title}, without ending TLS") } else { title };
    let last_sent = view.last_sent().filter(|_| !view.heard_anything());
    let last_sent = last_sent.or_else(|| credentials(view));
    let seen = Seen::new(stage, title);
    let seen = if view.credentials_unanswered() { credentials_refused(view, seen) } else { seen };
    Some(
        seen.evidence_if(last_sent.map(|entry| view.quote(entry)))
            .evidence_if(view.received(Some).map(|(entry, _)| view.quote(entry)))
            .evidence_if(view.no_close_notify().map(|entry| view.quote(entry)))
            .evidence_if(view.close().map(|(entry, _)| view.quote(entry))),
    )
}
