//! The host refuses the user: in `errorCode`, or in the Early User Authorization Result.

use badrdp_proto::connect::{AuthFailure, Blame};
use badrdp_proto::transcript::Direction;
use badrdp_proto::vocab::MessageKind;
use badrdp_proto::vocab::code::Code as _;
use badrdp_proto::vocab::codes::{EarlyUserAuthorizationResult, NtStatus, SecurityStatus};

use super::{Class, Rule, Seen, Verdict, View};
use crate::diagnosis::advice::{logon, nla};
use crate::diagnosis::nla::Said;
use crate::diagnosis::{Evidence, MstscCode};
use crate::explain;
use crate::report::describe;

/// `TSRequest.errorCode`: the host says why.
pub(super) const LOGON: Rule = Rule {
    id: "logon-refused",
    class: Class::Ending,
    verdict: Verdict::Refused,
    check: refused,
    advice: &logon::OTHER,
};

/// The user is authenticated and may not connect.
pub(super) const EARLY_DENIED: Rule = Rule {
    id: "early-user-auth-denied",
    class: Class::Ending,
    verdict: Verdict::Refused,
    check: denied,
    advice: &nla::EARLY_DENIED,
};

/// A result that the specification does not define.
pub(super) const EARLY_UNDEFINED: Rule = Rule {
    id: "early-user-auth-undefined",
    class: Class::Ending,
    verdict: Verdict::Broken,
    check: undefined,
    advice: &nla::EARLY_UNDEFINED,
};

fn refused(view: &View<'_>) -> Option<Seen> {
    let (stage, AuthFailure::Refused(status)) = view.auth_failure()? else {
        return None;
    };
    let title = format!("{} cannot log on: {}", view.user().unwrap_or_else(|| "the user".to_owned()), words(*status));
    let advice = logon::of(*status);
    let codes = match explain::mstsc_for_nt_status(*status) {
        Some(code) => vec![code],
        None => sspi_codes(SecurityStatus(status.0)),
    };
    let seen =
        Seen::new(stage, title).evidence_if(view.last_ts_request(Direction::Received).map(|entry| view.quote(entry)));
    let late = (view.said() == Said::Credentials).then(|| "in answer to the delegated credentials".to_owned());
    Some(seen.evidence_if(late).mstsc(codes).advice(advice))
}

/// A code of its own, or the dialog that shows the HRESULT itself.
fn sspi_codes(status: SecurityStatus) -> Vec<MstscCode> {
    let dialog = status.known().map(|_| MstscCode { code: status.0, extended: 0, evidence: Evidence::Inferred });
    explain::mstsc_for_security_status(status).or(dialog).into_iter().collect()
}

/// `the account is disabled (STATUS_ACCOUNT_DISABLED, 0xc0000072)`.
fn words(status: NtStatus) -> String {
    match describe::status(status) {
        (Some(known), text) => format!("{} ({text})", known.sentence),
        (None, text) => format!("the host says {text}, which has no known name"),
    }
}

fn result(view: &View<'_>) -> Option<(Seen, EarlyUserAuthorizationResult)> {
    let (_, Blame::Refused(MessageKind::EarlyUserAuthResult)) = view.blame()? else {
        return None;
    };
    let (entry, result) = view.early_user_auth()?;
    let user = view.user().unwrap_or_else(|| "the user".to_owned());
    let title = match result {
        EarlyUserAuthorizationResult::AUTHZ_ACCESS_DENIED => {
            format!("the password of {user} is right, and the user may not connect (AUTHZ_ACCESS_DENIED)")
        }
        other => format!("the host answers the logon of {user} with the undefined authorization result {:#x}", other.0),
    };
    Some((Seen::new(entry.stage, title).evidence(view.quote(entry)), result))
}

fn denied(view: &View<'_>) -> Option<Seen> {
    let (seen, result) = result(view)?;
    (result == EarlyUserAuthorizationResult::AUTHZ_ACCESS_DENIED).then_some(seen)
}

fn undefined(view: &View<'_>) -> Option<Seen> {
    let (seen, result) = result(view)?;
    (result != EarlyUserAuthorizationResult::AUTHZ_ACCESS_DENIED).then_some(seen)
}
