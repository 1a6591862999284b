//! Winlogon reported a logon error.

use badrdp_proto::vocab::codes::LogonErrorType;

use super::{Class, Rule, Seen, Verdict, View};
use crate::diagnosis::advice::session;

/// Save Session Info with Logon Errors Info, unless it says that the logon goes on.
pub(super) const RULE: Rule =
    Rule { id: "logon-error", class: Class::Ending, verdict: Verdict::Broken, check, advice: &session::LOGON_ERROR };

fn check(view: &View<'_>) -> Option<Seen> {
    let (entry, (kind, data)) = view.logon_error()?;
    if kind == LogonErrorType::LOGON_MSG_SESSION_CONTINUE {
        return None;
    }
    Some(
        Seen::new(entry.stage, format!("the host reports a logon error: {kind}, {data}"))
            .evidence(view.quote(entry))
            .evidence_if(view.close().map(|(entry, _)| view.quote(entry))),
    )
}
