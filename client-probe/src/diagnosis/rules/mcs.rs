//! MCS refuses or ends: one finding per message that can.

use badrdp_proto::pdu::Message;
use badrdp_proto::vocab::codes::{GccResult, McsResult};

use super::{Class, Rule, Seen, Verdict, View};
use crate::diagnosis::advice::{Advice, mcs};

/// A Connect Response that says no, in MCS or in the GCC answer that it carries.
pub(super) const CONNECT_REFUSED: Rule = rule("mcs-connect-refused", &mcs::CONNECT_REFUSED, |view| {
    check(view, |message| match message {
        Message::McsConnectResponse(response) if response.result != McsResult::RT_SUCCESSFUL => {
            Some(format!("the host refuses the MCS connection: {}", response.result))
        }
        Message::McsConnectResponse(response) if response.gcc_result != 0 => {
            Some(format!("the host refuses the GCC conference: {}", GccResult(response.gcc_result)))
        }
        _ => None,
    })
});

/// An Attach User Confirm that says no.
pub(super) const ATTACH_REFUSED: Rule = rule("mcs-attach-refused", &mcs::ATTACH_REFUSED, |view| {
    check(view, |message| match message {
        Message::McsAttachUserConfirm(confirm) if confirm.result != McsResult::RT_SUCCESSFUL => {
            Some(format!("the host refuses a user channel: {}", confirm.result))
        }
        _ => None,
    })
});

/// A Channel Join Confirm that says no.
pub(super) const JOIN_REFUSED: Rule = rule("mcs-join-refused", &mcs::JOIN_REFUSED, |view| {
    check(view, |message| match message {
        Message::McsChannelJoinConfirm(confirm) if confirm.result != McsResult::RT_SUCCESSFUL => {
            Some(format!("the host refuses channel {}: {}", confirm.requested, confirm.result))
        }
        _ => None,
    })
});

/// A Disconnect Provider Ultimatum before the session: an orderly end, but an end.
pub(super) const DISCONNECTED: Rule = rule("mcs-disconnected", &mcs::DISCONNECTED, |view| {
    check(view, |message| match message {
        Message::McsDisconnectProviderUltimatum(ultimatum) => {
            Some(format!("the host ends the MCS connection: {}", ultimatum.reason))
        }
        _ => None,
    })
});

const fn rule(id: &'static str, advice: &'static Advice, check: fn(&View<'_>) -> Option<Seen>) -> Rule {
    Rule { id, class: Class::Ending, verdict: Verdict::Broken, check, advice }
}

fn check(view: &View<'_>, title: fn(&Message) -> Option<String>) -> Option<Seen> {
    let (entry, title) = view.received(title)?;
    Some(Seen::new(entry.stage, title).evidence(view.quote(entry)))
}
