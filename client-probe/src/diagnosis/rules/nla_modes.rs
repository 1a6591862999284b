//! Logon modes that the probe was told to use and that the host or the probe cannot do.

use badrdp_proto::connect::AuthFailure;

use super::{Class, Rule, Seen, Verdict, View};
use crate::diagnosis::advice::nla;

/// Restricted Admin was asked for, and the host's flags do not offer it.
pub(super) const RESTRICTED_ADMIN_NOT_OFFERED: Rule = Rule {
    id: "restricted-admin-not-offered",
    class: Class::Ending,
    verdict: Verdict::Degraded,
    check: |view| match view.auth_failure()? {
        (_, AuthFailure::NoRestrictedAdmin) => seen(view, "the host does not offer Restricted Admin mode"),
        _ => None,
    },
    advice: &nla::RESTRICTED_ADMIN_NOT_OFFERED,
};

/// Remote Credential Guard was asked for, and the host's flags do not offer it.
pub(super) const REMOTE_GUARD_NOT_OFFERED: Rule = Rule {
    id: "remote-guard-not-offered",
    class: Class::Ending,
    verdict: Verdict::Degraded,
    check: |view| match view.auth_failure()? {
        (_, AuthFailure::NoRemoteGuard) => seen(view, "the host does not offer Remote Credential Guard"),
        _ => None,
    },
    advice: &nla::REMOTE_GUARD_NOT_OFFERED,
};

/// The host offers Remote Credential Guard; the rest needs Kerberos, which the probe does not speak.
pub(super) const REMOTE_GUARD_NEEDS_KERBEROS: Rule = Rule {
    id: "remote-guard-needs-kerberos",
    class: Class::Ending,
    verdict: Verdict::NeedsCredentials,
    check: |view| match view.auth_failure()? {
        (_, AuthFailure::Local(_)) if view.wants_remote_guard() => seen(
            view,
            "the host offers Remote Credential Guard; the logon itself needs Kerberos, which this probe does not speak",
        ),
        _ => None,
    },
    advice: &nla::REMOTE_GUARD_NEEDS_KERBEROS,
};

fn seen(view: &View<'_>, title: &str) -> Option<Seen> {
    let (stage, _) = view.blame()?;
    Some(Seen::new(stage, title).evidence_if(view.negotiation().map(|(entry, _)| view.quote(entry))))
}
