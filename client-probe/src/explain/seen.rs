//! What a Windows user would see for a code of the wire. All of it inferred, none of it tried on mstsc.

use badrdp_proto::vocab::Stage;
use badrdp_proto::vocab::codes::{ErrorInfo, NegotiationFailureCode, NtStatus, SecurityStatus};

use crate::diagnosis::{Evidence, MstscCode};

/// discReason: the socket closed.
const SOCKET_CLOSED: u32 = 0x904;
/// discReason: ended by the server.
const BY_SERVER: u32 = 0x3;

const fn inferred(code: u32) -> MstscCode {
    MstscCode { code, extended: 0, evidence: Evidence::Inferred }
}

/// What mstsc would show for a Set Error Info: first when TCP then just closes, second when an MCS
/// Disconnect Provider Ultimatum comes before the close.
#[must_use]
pub const fn mstsc_for_error_info(code: ErrorInfo) -> [MstscCode; 2] {
    let extended = code.0;
    [
        MstscCode { code: SOCKET_CLOSED, extended, evidence: Evidence::Inferred },
        MstscCode { code: BY_SERVER, extended, evidence: Evidence::Inferred },
    ]
}

/// What mstsc would show for an NTSTATUS in `TSRequest.errorCode`: matched by name.
#[must_use]
pub const fn mstsc_for_nt_status(status: NtStatus) -> Option<MstscCode> {
    let code = match status {
        NtStatus::STATUS_LOGON_FAILURE | NtStatus::STATUS_WRONG_PASSWORD => 0x807,
        NtStatus::STATUS_NO_SUCH_USER => 0xa07,
        NtStatus::STATUS_ACCOUNT_RESTRICTION => 0xc07,
        NtStatus::STATUS_INVALID_LOGON_HOURS => 0x1007,
        NtStatus::STATUS_INVALID_WORKSTATION => 0x1107,
        NtStatus::STATUS_PASSWORD_EXPIRED => 0xf07,
        NtStatus::STATUS_ACCOUNT_DISABLED => 0xb07,
        NtStatus::STATUS_ACCOUNT_EXPIRED => 0xe07,
        NtStatus::STATUS_PASSWORD_MUST_CHANGE => 0x1207,
        NtStatus::STATUS_ACCOUNT_LOCKED_OUT => 0xd07,
        NtStatus::STATUS_LOGON_TYPE_NOT_GRANTED => 0x1307,
        NtStatus::STATUS_NO_LOGON_SERVERS
        | NtStatus::STATUS_DOMAIN_CONTROLLER_NOT_FOUND
        | NtStatus::STATUS_NO_TRUST_SAM_ACCOUNT
        | NtStatus::STATUS_TRUSTED_DOMAIN_FAILURE
        | NtStatus::STATUS_TRUSTED_RELATIONSHIP_FAILURE => 0x1807,
        NtStatus::STATUS_TIME_DIFFERENCE_AT_DC => 0x1d07,
        NtStatus::STATUS_SMARTCARD_WRONG_PIN => 0x1c07,
        NtStatus::STATUS_SMARTCARD_CARD_BLOCKED => 0x2207,
        NtStatus::STATUS_USER2USER_REQUIRED => 0x1407,
        _ => return None,
    };
    Some(inferred(code))
}

/// What mstsc would show for an RDP_NEG_FAILURE, where a code of its own is known.
#[must_use]
pub const fn mstsc_for_negotiation_failure(code: NegotiationFailureCode) -> Option<MstscCode> {
    match code {
        NegotiationFailureCode::HYBRID_REQUIRED_BY_SERVER => Some(inferred(0xb09)),
        _ => None,
    }
}

/// What mstsc would show for an error of the client's own security package.
pub(crate) const fn mstsc_for_security_status(status: SecurityStatus) -> Option<MstscCode> {
    let code = match status {
        SecurityStatus::SEC_E_DELEGATION_POLICY => 0x1607,
        SecurityStatus::SEC_E_POLICY_NTLM_ONLY => 0x1707,
        SecurityStatus::SEC_E_NO_AUTHENTICATING_AUTHORITY => 0x1807,
        SecurityStatus::SEC_E_TIME_SKEW => 0x1d07,
        SecurityStatus::SEC_E_CERT_EXPIRED => 0x1b07,
        _ => return None,
    };
    Some(inferred(code))
}

/// The stage whose message an ERRINFO complains about, where the code is about one.
pub(super) const fn error_info_stage(code: ErrorInfo) -> Option<Stage> {
    Some(match code.0 {
        0x100..=0x10a => Stage::Licensing,
        0x400..=0x412 => Stage::ConnectionInitiation,
        0x10d2 | 0x10f0 | 0x1129 | 0x1134..=0x1136 | 0x1194 => Stage::BasicSettingsExchange,
        0x10d3 => Stage::ChannelConnection,
        0x10f3 | 0x1113..=0x1126 | 0x1130..=0x1132 => Stage::SecureSettingsExchange,
        0x10d4 | 0x10d5 | 0x10e5..=0x10ea => Stage::CapabilitiesExchange,
        0x10ce | 0x10da..=0x10dd | 0x10f4 => Stage::ConnectionFinalization,
        0x1..=0x6
        | 0xb..=0x1a
        | 0x10cf..=0x10d1
        | 0x10de
        | 0x10df
        | 0x10e1
        | 0x10e3
        | 0x10ec..=0x10ef
        | 0x10f5..=0x10f8
        | 0x112a..=0x112f
        | 0x1133 => Stage::Active,
        _ => return None,
    })
}
