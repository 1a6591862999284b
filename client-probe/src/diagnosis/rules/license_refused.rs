//! Licensing refuses.

use badrdp_proto::pdu::ChannelPdu;
use badrdp_proto::pdu::licensing::LicenseMessage;
use badrdp_proto::vocab::codes::{LicenseErrorCode, LicenseStateTransition};

use super::{Class, Rule, Seen, Verdict, View};
use crate::diagnosis::advice::mcs;

/// A licensing error alert that is not "valid client, go on".
///
/// Code 7 is a success only together with `ST_NO_TRANSITION`.
pub(super) const RULE: Rule = Rule {
    id: "license-refused",
    class: Class::Ending,
    verdict: Verdict::Broken,
    check,
    advice: &mcs::LICENSE_REFUSED,
};

fn check(view: &View<'_>) -> Option<Seen> {
    let (entry, (code, transition)) = view.channel_pdu(|pdu| match pdu {
        ChannelPdu::License(license) => match &license.message {
            LicenseMessage::ErrorAlert { error_code, state_transition, .. } => Some((*error_code, *state_transition)),
            _ => None,
        },
        _ => None,
    })?;
    if (code, transition) == (LicenseErrorCode::STATUS_VALID_CLIENT, LicenseStateTransition::ST_NO_TRANSITION) {
        return None;
    }
    Some(
        Seen::new(entry.stage, format!("licensing is refused: {code}, {transition}"))
            .evidence(view.quote(entry))
            .evidence_if(view.close().map(|(entry, _)| view.quote(entry))),
    )
}
