//! Code spaces of the negotiation and MCS layers.

use super::code::codes;

codes! {
    /// Failure code of an RDP Negotiation Failure.
    pub struct NegotiationFailureCode(u32), "RDP_NEG_FAILURE.failureCode", "MS-RDPBCGR 2.2.1.2.2" {
        SSL_REQUIRED_BY_SERVER = 1, "the server requires TLS or CredSSP";
        SSL_NOT_ALLOWED_BY_SERVER = 2, "the server allows only standard RDP security";
        SSL_CERT_NOT_ON_SERVER = 3, "the server has no certificate that it can use";
        INCONSISTENT_FLAGS = 4, "the requested protocols do not fit what already happened on the connection";
        HYBRID_REQUIRED_BY_SERVER = 5, "the server requires CredSSP (Network Level Authentication)";
        SSL_WITH_USER_AUTH_REQUIRED_BY_SERVER = 6, "the server requires TLS with a client certificate";
    }
}

codes! {
    /// MCS result of Connect Response, Attach User Confirm and Channel Join Confirm.
    pub struct McsResult(u8), "MCS Result", "T.125 7" {
        RT_SUCCESSFUL = 0, "success";
        RT_NO_SUCH_CHANNEL = 3, "the channel does not exist";
    }
}
codes! {
    /// Reason of an MCS Disconnect Provider Ultimatum.
    pub struct McsReason(u8), "MCS Reason", "T.125 7, part 4" {
        RN_USER_REQUESTED = 3, "the user or an administrator asked for it";
    }
}
codes! {
    /// Error code of a licensing error alert.
    pub struct LicenseErrorCode(u32), "LICENSE_ERROR_MESSAGE.dwErrorCode", "MS-RDPBCGR 2.2.1.12.1.3" {
        STATUS_VALID_CLIENT = 7, "success: no licence exchange is needed";
    }
}
codes! {
    /// State transition of a licensing error alert.
    pub struct LicenseStateTransition(u32), "LICENSE_ERROR_MESSAGE.dwStateTransition", "MS-RDPBCGR 2.2.1.12.1.3" {
        ST_TOTAL_ABORT = 1, "the connection ends";
        ST_NO_TRANSITION = 2, "licensing is over, the connection goes on";
    }
}
codes! {
    /// Type of a licensing message.
    pub struct LicenseMessageType(u8), "LICENSE_PREAMBLE.bMsgType", "MS-RDPBCGR 2.2.1.12.1.1" {
        ERROR_ALERT = 0xff, "licensing ends";
    }
}
codes! {
    /// Error code of a Set Error Info PDU.
    pub struct ErrorInfo(u32), "SetErrorInfo.errorInfo", "MS-RDPBCGR 2.2.5.1.1" {
        ERRINFO_SERVER_DENIED_CONNECTION = 7, "the server denied the connection";
    }
}
codes! {
    /// Type of a logon error notification.
    pub struct LogonErrorType(u32), "ErrorNotificationType", "MS-RDPBCGR 2.2.10.1.1.4.1.1" {
        LOGON_MSG_SESSION_CONTINUE = 0xfffffffe, "the logon goes on";
    }
}
codes! {
    /// Data of a logon error notification.
    pub struct LogonErrorData(u32), "ErrorNotificationData", "MS-RDPBCGR 2.2.10.1.1.4.1.1" {
        LOGON_FAILED_BAD_PASSWORD = 0, "the logon failed: bad password";
    }
}
codes! {
    /// Type of a capability set.
    pub struct CapabilitySetType(u16), "capabilitySetType", "MS-RDPBCGR 2.2.1.13.1.1.1" {
        CAPSTYPE_GENERAL = 1, "general";
    }
}
