//! The host promised signs of life and sends none.

use badrdp_proto::connect::Blame;
use badrdp_proto::pdu::ChannelPdu;
use badrdp_proto::vocab::Stage;

use super::{Class, Rule, Seen, Verdict, View};
use crate::diagnosis::advice::session;

/// A session that is silent for longer than its heartbeats allow.
pub(super) const RULE: Rule = Rule {
    id: "heartbeat-lost",
    class: Class::Ending,
    verdict: Verdict::Broken,
    check,
    advice: &session::HEARTBEAT_LOST,
};

fn check(view: &View<'_>) -> Option<Seen> {
    let (Stage::Active, Blame::Stalled) = view.blame()? else {
        return None;
    };
    let (entry, (heartbeat, silence)) = view.channel_pdu(|pdu| match pdu {
        ChannelPdu::Heartbeat(heartbeat) => heartbeat.lost_after().map(|silence| (*heartbeat, silence)),
        _ => None,
    })?;
    let title = format!(
        "the host promised a heartbeat every {:?} and then says nothing for {silence:?}",
        core::time::Duration::from_secs(heartbeat.period.into())
    );
    Some(
        Seen::new(Stage::Active, title)
            .evidence(view.quote(entry))
            .evidence_if(view.timed_out().map(|entry| view.quote(entry))),
    )
}
