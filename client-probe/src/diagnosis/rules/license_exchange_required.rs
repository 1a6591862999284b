//! The host starts a licence exchange.

use badrdp_proto::connect::Blame;
use badrdp_proto::pdu::ChannelPdu;
use badrdp_proto::pdu::licensing::LicenseMessage;
use badrdp_proto::transcript::Event;
use badrdp_proto::vocab::{MessageKind, Stage};

use super::{Class, Rule, Seen, Verdict, View};
use crate::diagnosis::advice::licensing;

/// A session host that issues licences asks for more than the probe gives: no failure of the host.
pub(super) const RULE: Rule = Rule {
    id: "license-exchange-required",
    class: Class::Ending,
    verdict: Verdict::NeedsCredentials,
    check,
    advice: &licensing::EXCHANGE_REQUIRED,
};

fn check(view: &View<'_>) -> Option<Seen> {
    let (Stage::Licensing, blame) = view.blame()? else {
        return None;
    };
    let told_why = view.channel_pdu(|pdu| match pdu {
        ChannelPdu::License(license) => matches!(license.message, LicenseMessage::ErrorAlert { .. }).then_some(()),
        _ => None,
    });
    // The probe declines the exchange; a host that then ends the connection, in whatever way, insists on it.
    let insists = matches!(
        blame,
        Blame::Local(_) | Blame::Closed(_) | Blame::Refused(MessageKind::McsDisconnectProviderUltimatum)
    );
    let declined = view
        .last_sent()
        .is_some_and(|entry| matches!(entry.event, Event::Message { kind: MessageKind::LicenseErrorAlert, .. }));
    if told_why.is_some() || !insists || !declined {
        return None;
    }
    let (entry, kind) = view.channel_pdu(|pdu| match pdu {
        ChannelPdu::License(license) => match &license.message {
            LicenseMessage::ErrorAlert { .. } => None,
            _ => Some(license.kind()),
        },
        _ => None,
    })?;
    Some(
        Seen::new(entry.stage, format!("the host wants a licence exchange ({kind}), which the probe declines"))
            .evidence(view.quote(entry))
            .evidence_if(view.last_sent().map(|entry| view.quote(entry)))
            .evidence_if(view.close().map(|(entry, _)| view.quote(entry))),
    )
}
