//! The connection ends in NLA, and no code says why.

use badrdp_proto::connect::{Blame, CloseKind, TlsFailureKind};
use badrdp_proto::pdu::credssp::TsRequest;
use badrdp_proto::pdu::x224::Protocols;
use badrdp_proto::transcript::{Direction, Entry};
use badrdp_proto::vocab::Stage;
use badrdp_proto::wire::tls_record::alert_name;

use super::{Class, Rule, Seen, Verdict, View};
use crate::diagnosis::Evidence;
use crate::diagnosis::advice::nla;
use crate::diagnosis::nla::Said;

/// A fatal TLS alert: how old hosts refuse a logon.
pub(super) const ALERT: Rule =
    Rule { id: "nla-alert", class: Class::Ending, verdict: Verdict::Broken, check: alert, advice: &nla::ALERT };

/// TCP FIN.
pub(super) const CLOSED: Rule = Rule {
    id: "nla-closed",
    class: Class::Ending,
    verdict: Verdict::Broken,
    check: |view| closed(view, CloseKind::Fin, "closes"),
    advice: &nla::CLOSED,
};

/// TCP RST.
pub(super) const RESET: Rule = Rule {
    id: "nla-reset",
    class: Class::Ending,
    verdict: Verdict::Broken,
    check: |view| closed(view, CloseKind::Reset, "resets"),
    advice: &nla::RESET,
};

/// Silence.
pub(super) const STALLED: Rule =
    Rule { id: "nla-stalled", class: Class::Ending, verdict: Verdict::Broken, check: stalled, advice: &nla::STALLED };

fn alert(view: &View<'_>) -> Option<Seen> {
    let (Stage::Nla, Blame::Tls(failure)) = view.blame()? else {
        return None;
    };
    let TlsFailureKind::AlertReceived(alert) = failure.kind else {
        return None;
    };
    let title = format!("the host ends NLA with TLS alert {} {}", alert_name(alert), after(view));
    let seen = opened(view, title).evidence_if(view.tls_failure().map(|(entry, _)| view.quote(entry)));
    Some(explained(view, seen))
}

fn closed(view: &View<'_>, wanted: CloseKind, verb: &str) -> Option<Seen> {
    let (Stage::Nla, Blame::Closed(kind)) = view.blame()? else {
        return None;
    };
    if *kind != wanted {
        return None;
    }
    let title = format!("the host {verb} the connection {}", after(view));
    let seen = opened(view, title).evidence_if(view.close().map(|(entry, _)| view.quote(entry)));
    Some(explained(view, seen))
}

fn stalled(view: &View<'_>) -> Option<Seen> {
    let (Stage::Nla, Blame::Stalled) = view.blame()? else {
        return None;
    };
    let budget = view.transcript().budget;
    let title = format!("the host says nothing for {budget:?} {}", after(view));
    let seen = opened(view, title)
        .evidence_if(view.undecodable().map(|entry| view.quote(entry)))
        .evidence_if(view.timed_out().map(|entry| view.quote(entry)));
    Some(explained(view, seen))
}

/// The last word before the end. Where the probe could not answer the challenge any more, that is the host's.
fn after(view: &View<'_>) -> &'static str {
    if unanswered(view) { "after its NTLM CHALLENGE" } else { view.said().after() }
}

/// The host challenged, and was gone before the probe's answer could be sent.
fn unanswered(view: &View<'_>) -> bool {
    view.said() == Said::Negotiate && view.identity().is_some()
}

/// The last message of the probe comes first: what followed is the answer to it.
fn opened(view: &View<'_>, title: String) -> Seen {
    Seen::new(Stage::Nla, title).evidence_if(view.last_ts_request(Direction::Sent).map(|entry| view.quote(entry)))
}

/// The probe's credentials, where nothing came behind them.
pub(super) fn credentials<'a>(view: &View<'a>) -> Option<&'a Entry> {
    view.last_ts_request(Direction::Sent).filter(|_| view.credentials_unanswered())
}

/// Under plain HYBRID nothing tells that the delegated credentials were not good, but that the host does not go on.
pub(super) fn credentials_refused(view: &View<'_>, seen: Seen) -> Seen {
    if view.wants_restricted_admin() {
        return seen.cause(Evidence::Inferred, RESTRICTED_ADMIN);
    }
    seen.cause(
        Evidence::Inferred,
        "the logon itself had succeeded: the host cannot use the delegated credentials, or the user lacks the right to log on through Remote Desktop Services",
    )
}

const RESTRICTED_ADMIN: &str = "the host offers Restricted Admin mode and does not take empty credentials: it is switched off there all the same, or the user is no administrator";

/// What was due, and what the point in the exchange makes likely.
fn explained(view: &View<'_>, seen: Seen) -> Seen {
    let said = view.said();
    let seen = seen.expected(due(view, said));
    let version = view.credssp_version(Direction::Sent);
    match said {
        Said::Nothing => seen,
        Said::Negotiate if unanswered(view) => seen.expected("time for the probe's NTLM AUTHENTICATE"),
        Said::Negotiate => {
            let seen = match version.filter(|version| *version < TsRequest::FIRST_WITH_NONCE) {
                Some(version) => seen.cause(
                    Evidence::Inferred,
                    format!(
                        "the probe said CredSSP version {version}, and policy \"Force Updated Clients\" has the host refuse clients below 5"
                    ),
                ),
                None => seen,
            };
            seen.cause(
                Evidence::Inferred,
                "the host cannot or may not do NTLM (a policy restricts incoming NTLM), or its security service hangs",
            )
        }
        _ if said.asks_for_a_verdict() => {
            let seen = seen.cause(
                Evidence::Inferred,
                "the host refuses the logon (user name, password or state of the account), and does not say so by a code",
            );
            match version.filter(|version| !TsRequest::may_get_error_code(*version)) {
                Some(version) => seen.cause(
                    Evidence::Documented,
                    format!("the probe said CredSSP version {version}, to which no error code may be sent"),
                ),
                None => match view.credssp_version(Direction::Received).filter(|it| !TsRequest::may_get_error_code(*it)) {
                    Some(host) => seen.cause(
                        Evidence::Inferred,
                        format!("the host speaks CredSSP version {host}, which may know no error code"),
                    ),
                    None => seen,
                },
            }
        }
        _ if view.wants_restricted_admin() => seen.cause(Evidence::Inferred, RESTRICTED_ADMIN),
        _ => seen.cause(
            Evidence::Inferred,
            "the logon itself had succeeded: the host fails or hangs while it checks whether the user may connect, or cannot use the delegated credentials",
        ),
    }
}

fn due(view: &View<'_>, said: Said) -> &'static str {
    match said {
        Said::Nothing => "a TSRequest",
        Said::Negotiate => "a TSRequest with the NTLM CHALLENGE",
        Said::Authenticate | Said::PublicKey => "a TSRequest with pubKeyAuth, or with the errorCode of a refused logon",
        Said::OtherToken => "a TSRequest with the answer to the token",
        Said::Credentials if view.selected().is_some_and(|(_, protocol)| protocol == Protocols::HYBRID_EX) => {
            "the Early User Authorization Result"
        }
        Said::Credentials => "the next message of the connection sequence",
    }
}
