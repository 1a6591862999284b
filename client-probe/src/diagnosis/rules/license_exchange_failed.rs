//! The licence exchange goes wrong on a message of the host.

use badrdp_proto::connect::{Blame, LicenseFailure};

use super::{Class, Rule, Seen, Verdict, View};
use crate::diagnosis::advice::licensing;

/// The probe took part in the exchange and could not use what the host sent.
pub(super) const RULE: Rule = Rule {
    id: "license-exchange-failed",
    class: Class::Ending,
    verdict: Verdict::Broken,
    check,
    advice: &licensing::EXCHANGE_FAILED,
};

fn check(view: &View<'_>) -> Option<Seen> {
    let (stage, Blame::License(failure)) = view.blame()? else {
        return None;
    };
    let seen = Seen::new(stage, format!("the licence exchange fails: {failure}"))
        .evidence_if(view.received(Some).map(|(entry, _)| view.quote(entry)))
        .evidence_if(view.last_sent().map(|entry| view.quote(entry)));
    Some(match failure {
        LicenseFailure::Certificate(_) | LicenseFailure::KeyExchange => seen.advice(&licensing::CERTIFICATE_UNUSABLE),
        _ => seen,
    })
}
