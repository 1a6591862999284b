//! The host refuses in the Connection Confirm: one finding per code of RDP Negotiation Failure.

use badrdp_proto::pdu::x224::{NegotiationAnswer, Protocols};
use badrdp_proto::vocab::code::Code as _;
use badrdp_proto::vocab::codes::NegotiationFailureCode as Code;

use super::{Class, Evidence, Rule, Seen, Verdict, View};
use crate::diagnosis::advice::{Advice, negotiation};

/// The host requires TLS or CredSSP.
pub(super) const SSL_REQUIRED: Rule =
    rule("ssl-required", &negotiation::SSL_REQUIRED, |view| check(view, Code::SSL_REQUIRED_BY_SERVER));

/// The host allows only standard RDP security.
pub(super) const SSL_NOT_ALLOWED: Rule = rule("ssl-not-allowed", &negotiation::SSL_NOT_ALLOWED, |view| {
    let seen = check(view, Code::SSL_NOT_ALLOWED_BY_SERVER)?;
    Some(if view.offered().contains(Protocols::SSL) {
        seen
    } else {
        seen.cause(
                Evidence::Reported,
                "TLS without CredSSP was not offered: FreeRDP's server and weston then answer so though they can do TLS. Offer both: `--protocols ssl,hybrid`",
            )
    })
});

/// The host has no certificate that it can use.
pub(super) const NO_SERVER_CERTIFICATE: Rule =
    rule("no-server-certificate", &negotiation::NO_SERVER_CERTIFICATE, |view| {
        check(view, Code::SSL_CERT_NOT_ON_SERVER)
    });

/// The host finds the protocols asked for at odds with the connection.
pub(super) const INCONSISTENT_FLAGS: Rule =
    rule("inconsistent-flags", &negotiation::INCONSISTENT_FLAGS, |view| check(view, Code::INCONSISTENT_FLAGS));

/// The host requires CredSSP, and it was not offered.
pub(super) const NLA_REQUIRED: Rule =
    rule("nla-required", &negotiation::NLA_REQUIRED, |view| check(view, Code::HYBRID_REQUIRED_BY_SERVER));

/// The host requires a client certificate.
pub(super) const CLIENT_CERTIFICATE_REQUIRED: Rule =
    rule("client-certificate-required", &negotiation::CLIENT_CERTIFICATE_REQUIRED, |view| {
        check(view, Code::SSL_WITH_USER_AUTH_REQUIRED_BY_SERVER)
    });

/// A code without a name: kept open, shown in hex.
pub(super) const OTHER: Rule = rule("negotiation-refused", &negotiation::OTHER, |view| {
    let (_, code) = refusal(view)?;
    if code.known().is_some() {
        return None;
    }
    seen(view, format!("the host refuses with code {:#x}, which has no known name", code.0))
});

const fn rule(id: &'static str, advice: &'static Advice, check: fn(&View<'_>) -> Option<Seen>) -> Rule {
    Rule { id, class: Class::Ending, verdict: Verdict::Broken, check, advice }
}

fn check(view: &View<'_>, wanted: Code) -> Option<Seen> {
    let (_, code) = refusal(view)?;
    let known = (code == wanted).then(|| code.known()).flatten()?;
    seen(view, format!("the host refuses: {} ({})", known.sentence, known.name))
}

fn refusal<'a>(view: &View<'a>) -> Option<(&'a badrdp_proto::transcript::Entry, Code)> {
    match view.negotiation()? {
        (entry, Some(NegotiationAnswer::Failure { failure_code, .. })) => Some((entry, failure_code)),
        _ => None,
    }
}

fn seen(view: &View<'_>, title: String) -> Option<Seen> {
    let (entry, _) = refusal(view)?;
    let offered = format!("offered: {}", view.offered());
    Some(Seen::new(entry.stage, title).evidence(view.quote(entry)).evidence(offered))
}
