//! The host says nothing.

use badrdp_proto::connect::Blame;
use badrdp_proto::vocab::Stage;

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
    let after = view.last_received().map(|kind| format!(" after {kind}")).unwrap_or_default();
    let seen = Seen::new(stage, format!("the host says nothing for {budget:?}{after}"))
        .evidence_if(view.received(Some).map(|(entry, _)| view.quote(entry)))
        .evidence_if(view.undecodable().map(|entry| view.quote(entry)))
        .evidence_if(view.timed_out().map(|entry| view.quote(entry)));
    // The licence exchange has a timer and a code of its own.
    Some(if stage == Stage::Licensing { seen.mstsc(vec![mstsc(0x908, 0, Evidence::Documented)]) } else { seen })
}
