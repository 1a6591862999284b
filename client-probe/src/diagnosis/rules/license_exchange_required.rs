//! The host starts a licence exchange.

use badrdp_proto::connect::Blame;
use badrdp_proto::pdu::ChannelPdu;
use badrdp_proto::pdu::licensing::LicenseMessage;
use badrdp_proto::vocab::Stage;

use super::{Class, Rule, Seen, Verdict, View};
use crate::diagnosis::advice::mcs;

/// A session host that issues licences asks for more than the probe gives: no failure of the host.
pub(super) const RULE: Rule = Rule {
    id: "license-exchange-required",
    class: Class::Ending,
    verdict: Verdict::NeedsCredentials,
    check,
    advice: &mcs::LICENSE_EXCHANGE_REQUIRED,
};

fn check(view: &View<'_>) -> Option<Seen> {
    let (Stage::Licensing, Blame::Local(_)) = view.blame()? else {
        return None;
    };
    let (entry, kind) = view.channel_pdu(|pdu| match pdu {
        ChannelPdu::License(license) => match &license.message {
            LicenseMessage::Other { message_type, .. } => Some(*message_type),
            LicenseMessage::ErrorAlert { .. } => None,
        },
        _ => None,
    })?;
    Some(Seen::new(entry.stage, format!("the host starts a licence exchange: {kind}")).evidence(view.quote(entry)))
}
