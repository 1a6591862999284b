//! TLS failed: one finding per way in which it can.

use badrdp_proto::connect::TlsFailureKind as Kind;
use badrdp_proto::connect::{CloseKind, TlsFailure};
use badrdp_proto::vocab::Stage;
use badrdp_proto::wire::tls_record::{alert_name, version_name};

use super::{Class, Rule, Seen, Verdict, View};
use crate::diagnosis::advice::{Advice, SOCKET_RESET, tls};

/// Alert `protocol_version`, or a ServerHello that picks TLS 1.0 or 1.1.
pub(super) const VERSION_MISMATCH: Rule = rule("tls-version-mismatch", &tls::VERSION_MISMATCH, |view| {
    check(view, |kind| match kind {
        Kind::AlertReceived(70) => Some("the host refuses every TLS version offered (1.2 and 1.3)".to_owned()),
        Kind::LegacyVersion(version) => Some(format!("the host picks {}, which is too old", version_name(*version))),
        _ => None,
    })
});

/// Alerts `handshake_failure` and `insufficient_security`: no cipher suite in common.
pub(super) const HANDSHAKE_FAILURE: Rule = rule("tls-handshake-failure", &tls::HANDSHAKE_FAILURE, |view| {
    check(view, |kind| match kind {
        Kind::AlertReceived(alert @ (40 | 71)) => {
            Some(format!("the host finds no common cipher suite: alert {}", alert_name(*alert)))
        }
        _ => None,
    })
});

/// A handshake message that is longer than this probe reads, though TLS allows it.
pub(super) const TOO_LARGE: Rule = Rule {
    verdict: Verdict::Degraded,
    ..rule("tls-message-too-large", &tls::TOO_LARGE, |view| {
        check(view, |kind| match kind {
            Kind::AlertSent(_, why) if why == crate::tls::TOO_LARGE => {
                Some(format!("the host sends {why}, which is more than this probe reads: its certificate, most likely"))
            }
            _ => None,
        })
    })
};

/// Any other alert, from either side.
pub(super) const ALERT: Rule = rule("tls-alert", &tls::ALERT, |view| {
    check(view, |kind| match kind {
        Kind::AlertReceived(70 | 40 | 71) => None,
        Kind::AlertReceived(alert) => Some(format!("the host ends TLS with alert {}", alert_name(*alert))),
        Kind::AlertSent(_, why) if why == crate::tls::TOO_LARGE => None,
        Kind::AlertSent(_, why) => Some(format!("the host's TLS handshake cannot be accepted: {why}")),
        _ => None,
    })
});

/// Bytes that are no TLS record, though TLS was selected.
pub(super) const PLAIN_TEXT: Rule = rule("tls-plain-text", &tls::PLAIN_TEXT, |view| {
    check(view, |kind| match kind {
        Kind::NotTls(_) => Some("the host selects TLS and sends plain text".to_owned()),
        _ => None,
    })
});

/// A close or reset without an alert: what Windows does when it cannot use its own key.
pub(super) const CLOSED: Rule = rule("tls-closed", &tls::CLOSED, |view| {
    check(view, |kind| match kind {
        Kind::Closed(CloseKind::Reset) => {
            Some("the host resets the connection during TLS, without an alert".to_owned())
        }
        Kind::Closed(_) => Some("the host closes the connection during TLS, without an alert".to_owned()),
        _ => None,
    })
    .map(|seen| if is_reset(view) { seen.mstsc(SOCKET_RESET.to_vec()) } else { seen })
});

/// Silence in the handshake.
pub(super) const STALLED: Rule = rule("tls-stalled", &tls::STALLED, |view| {
    check(view, |kind| match kind {
        Kind::TimedOut => Some("the host says nothing more during TLS, for".to_owned()),
        Kind::Unfinished(_) => Some("the host keeps sending and does not come to the end of TLS within".to_owned()),
        _ => None,
    })
    .map(|seen| {
        let kept = view.tls_failure().is_some_and(|(_, failure)| matches!(failure.kind, Kind::Unfinished(_)));
        let budget = view.transcript().budget;
        if kept {
            let took = view.tls_failure().map_or(budget, |(entry, _)| entry.at).as_secs_f64();
            return Seen { title: format!("{} {took:.1} s", seen.title), ..seen };
        }
        let title = format!("{} {budget:?}", seen.title);
        Seen { title, ..seen }.evidence(format!("budget: {budget:?} of silence"))
    })
});

fn is_reset(view: &View<'_>) -> bool {
    view.tls_failure().is_some_and(|(_, failure)| failure.kind == Kind::Closed(CloseKind::Reset))
}

const fn rule(id: &'static str, advice: &'static Advice, check: fn(&View<'_>) -> Option<Seen>) -> Rule {
    Rule { id, class: Class::Ending, verdict: Verdict::Broken, check, advice }
}

fn check(view: &View<'_>, title: fn(&Kind) -> Option<String>) -> Option<Seen> {
    let (entry, TlsFailure { kind, after }) = view.tls_failure()?;
    // There it is how a host refuses a logon.
    if entry.stage == Stage::Nla && matches!(kind, Kind::AlertReceived(_)) {
        return None;
    }
    let mut seen = Seen::new(entry.stage, title(kind)?)
        .evidence_if(view.selected().map(|(entry, _)| view.quote(entry)))
        .evidence(view.quote(entry));
    if let Some(after) = after {
        seen = seen.evidence(format!("after {after}"));
    }
    if view.secured() {
        seen = seen.expected("a TLS connection that stays up");
    }
    Some(seen)
}
