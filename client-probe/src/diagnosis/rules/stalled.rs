//! The host says nothing.

use badrdp_proto::connect::Blame;
use badrdp_proto::transcript::Event;
use badrdp_proto::vocab::Stage;

use super::nla_ended::{credentials, credentials_refused};
use super::{Class, Rule, Seen, Verdict, View};
use crate::diagnosis::Evidence;
use crate::diagnosis::advice::{mstsc, stream};

/// Not a byte since TCP connected: whether RDP listens there at all is open.
pub(super) const SILENT: Rule =
    Rule { id: "silent", class: Class::Ending, verdict: Verdict::Broken, check: silent, advice: &stream::SILENT };

/// The host spoke, then stopped.
pub(super) const STALLED: Rule =
    Rule { id: "stalled", class: Class::Ending, verdict: Verdict::Broken, check: stalled, advice: &stream::STALLED };

fn silent(view: &View<'_>) -> Option<Seen> {
    let (stage, Blame::Stalled) = view.blame()? else {
        return None;
    };
    if view.heard_anything() {
        return None;
    }
    let budget = view.transcript().budget;
    let seen = Seen::new(stage, format!("the port accepts the connection and says nothing for {budget:?}"));
    Some(
        seen.evidence_if(view.last_sent().map(|entry| view.quote(entry)))
            .evidence_if(view.timed_out().map(|entry| view.quote(entry))),
    )
}

fn stalled(view: &View<'_>) -> Option<Seen> {
    let (stage, Blame::Stalled) = view.blame()? else {
        return None;
    };
    let budget = view.transcript().budget;
    let after = match view.last_received() {
        Some(_) if view.credentials_unanswered() => " after the credentials".to_owned(),
        Some(kind) => format!(" after {kind}"),
        None => String::new(),
    };
    // Bytes of an answer are there: whether they dripped or stopped, it never came to its end.
    let partial = match (view.undecodable(), view.timed_out()) {
        (Some(part), Some(end)) if part.at == end.at => match &part.event {
            Event::Undecodable { length, .. } => Some(*length),
            _ => None,
        },
        _ => None,
    };
    let title = match partial {
        Some(length) => format!("the host sends {length} bytes of an answer and not the rest{after}"),
        None => format!("the host says nothing for {budget:?}{after}"),
    };
    let seen = Seen::new(stage, title);
    let seen = if view.credentials_unanswered() { credentials_refused(view, seen) } else { seen };
    let seen = seen
        .evidence_if(credentials(view).map(|entry| view.quote(entry)))
        .evidence_if(view.received(Some).map(|(entry, _)| view.quote(entry)))
        .evidence_if(view.undecodable().map(|entry| view.quote(entry)))
        .evidence_if(view.timed_out().map(|entry| view.quote(entry)));
    // The licence exchange has a timer and a code of its own.
    Some(if stage == Stage::Licensing { seen.mstsc(vec![mstsc(0x908, 0, Evidence::Documented)]) } else { seen })
}
