//! The host said why it ends the session: Set Error Info.

use badrdp_proto::vocab::code::Code as _;
use badrdp_proto::vocab::codes::ErrorInfo;

use super::{Class, Rule, Seen, Verdict, View};
use crate::diagnosis::advice::session;
use crate::diagnosis::{Evidence, MstscCode};
use crate::explain::mstsc_for_error_info;

/// `ERRINFO_SERVER_DENIED_CONNECTION`, the famous 0x7: a refusal that the host chose to send.
///
/// Whether an MCS Disconnect Provider Ultimatum comes with it decides what mstsc is taken to show.
pub(super) const SERVER_DENIED: Rule = Rule {
    id: "server-denied-connection",
    class: Class::Ending,
    verdict: Verdict::Broken,
    check: server_denied,
    advice: &session::SERVER_DENIED,
};

/// Any other error info: the host's own reason, more telling than the close that follows.
pub(super) const ERROR_INFO: Rule = Rule {
    id: "error-info",
    class: Class::Ending,
    verdict: Verdict::Broken,
    check: error_info,
    advice: &session::ERROR_INFO,
};

fn server_denied(view: &View<'_>) -> Option<Seen> {
    let (_, code) = view.error_info()?;
    if code != ErrorInfo::ERRINFO_SERVER_DENIED_CONNECTION {
        return None;
    }
    let orderly = view.ultimatum().is_some();
    let how = if orderly { "and ends MCS in order" } else { "and closes without an MCS disconnect" };
    Some(seen(view, format!("the host denies the connection (ERRINFO 0x7) {how}"))?.mstsc(codes(orderly, code)))
}

fn error_info(view: &View<'_>) -> Option<Seen> {
    let (_, code) = view.error_info()?;
    if code == ErrorInfo::ERRINFO_SERVER_DENIED_CONNECTION {
        return None;
    }
    let orderly = view.ultimatum().is_some();
    let mut seen = seen(view, format!("the host reports {code}"))?.mstsc(codes(orderly, code));
    if let Some(known) = code.known() {
        seen = seen.cause(Evidence::Documented, known.sentence);
    }
    Some(seen)
}

fn codes(orderly: bool, code: ErrorInfo) -> Vec<MstscCode> {
    let [closed, disconnected] = mstsc_for_error_info(code);
    vec![if orderly { disconnected } else { closed }]
}

fn seen(view: &View<'_>, title: String) -> Option<Seen> {
    let (entry, _) = view.error_info()?;
    // A logon notice ahead of it tells that the user's logon had worked.
    let logon = view
        .share_data(|data| matches!(data, badrdp_proto::pdu::share::ShareDataPdu::SaveSessionInfo(_)).then_some(()));
    let stage = entry.stage;
    Some(
        Seen::new(stage, title)
            .evidence_if(logon.map(|(entry, ())| view.quote(entry)))
            .evidence(view.quote(entry))
            .evidence_if(view.ultimatum().map(|(entry, _)| view.quote(entry)))
            .evidence_if(view.close().map(|(entry, _)| view.quote(entry))),
    )
}
