//! Which findings of the probe a code belongs to: what `badrdp probe` says where it meets the same trouble.

use badrdp_proto::vocab::code::Code as _;
use badrdp_proto::vocab::codes::NtStatus;

use super::lookup::NT_STATUS;
use super::seen::mstsc_for_nt_status;
use crate::diagnosis::{logon_remedies, shown_as};

/// The finding of a logon that the host refuses by a status.
const REFUSED: &str = "logon-refused";

/// Findings of a number of mstsc's primary space.
pub(super) fn of_mstsc(code: u32) -> Vec<&'static str> {
    let refused = statuses(code).next().map(|_| REFUSED);
    refused.into_iter().chain(shown_as(code)).collect()
}

/// Findings of a number of a space of the wire.
pub(super) fn of_wire(title: &str, number: u32) -> Vec<&'static str> {
    match (title, number) {
        (NT_STATUS, _) => vec![REFUSED],
        ("HRESULT", _) => {
            let refused = logon_remedies(NtStatus(number)).map(|_| REFUSED);
            shown_as(number).chain(refused).collect()
        }
        ("authorizationResult", 5) => vec!["early-user-auth-denied"],
        ("RDP_NEG_FAILURE.failureCode", 1) => vec!["ssl-required"],
        ("RDP_NEG_FAILURE.failureCode", 2) => vec!["ssl-not-allowed"],
        ("RDP_NEG_FAILURE.failureCode", 3) => vec!["no-server-certificate"],
        ("RDP_NEG_FAILURE.failureCode", 4) => vec!["inconsistent-flags"],
        ("RDP_NEG_FAILURE.failureCode", 5) => vec!["nla-required"],
        ("RDP_NEG_FAILURE.failureCode", 6) => vec!["client-certificate-required"],
        ("TLS AlertDescription", 70) => vec!["tls-version-mismatch"],
        ("TLS AlertDescription", 40 | 71) => vec!["tls-handshake-failure"],
        ("TLS AlertDescription", 80) => vec!["nla-alert", "tls-alert"],
        ("TLS AlertDescription", 1..) => vec!["tls-alert"],
        ("SetErrorInfo.errorInfo", 7) => vec!["server-denied-connection"],
        ("SetErrorInfo.errorInfo", 1..) => vec!["error-info"],
        ("LICENSE_ERROR_MESSAGE.dwErrorCode", number) if number != VALID_CLIENT => vec!["license-refused"],
        _ => Vec::new(),
    }
}

/// `STATUS_VALID_CLIENT`: no error.
const VALID_CLIENT: u32 = 7;

/// What helps where mstsc shows this code for one status alone, or for one of the code's own name.
pub(super) fn remedies(code: u32, name: &str) -> Option<&'static [&'static str]> {
    let wanted = name.strip_prefix("SSL_ERR_").unwrap_or_default();
    let own = statuses(code).find(|status| status.name().and_then(|name| name.strip_prefix("STATUS_")) == Some(wanted));
    let mut all = statuses(code);
    let only = all.next().filter(|_| all.next().is_none());
    logon_remedies(own.or(only)?)
}

/// The names of the statuses for which mstsc is taken to show this code.
pub(super) fn status_names(code: u32) -> Vec<&'static str> {
    statuses(code).filter_map(NtStatus::name).collect()
}

/// The statuses for which mstsc is taken to show this code.
fn statuses(code: u32) -> impl Iterator<Item = NtStatus> {
    let all = NtStatus::KNOWN.iter().filter_map(|known| u32::try_from(known.number).ok()).map(NtStatus);
    all.filter(move |status| mstsc_for_nt_status(*status).is_some_and(|seen| seen.code == code))
}
