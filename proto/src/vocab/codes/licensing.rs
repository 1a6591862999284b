//! Licensing messages, errors and state transitions.

use super::codes;

codes! {
    /// Error code of a licensing error alert.
    pub struct LicenseErrorCode(u32), "LICENSE_ERROR_MESSAGE.dwErrorCode", "MS-RDPBCGR 2.2.1.12.1.3" {
        ERR_INVALID_SERVER_CERTIFICATE = 1, "the client rejects the certificate in the licence request";
        ERR_NO_LICENSE = 2, "the client has no licence to present";
        ERR_INVALID_MAC = 3, "a licensing message failed its integrity check";
        ERR_INVALID_SCOPE = 4, "the server's list of licence scopes does not fit";
        ERR_NO_LICENSE_SERVER = 6, "the server cannot reach a licence server";
        STATUS_VALID_CLIENT = 7, "success: no licence exchange is needed";
        ERR_INVALID_CLIENT = 8, "the server rejects the client's licence or identity";
        ERR_INVALID_PRODUCTID = 11, "the product id does not fit the licence";
        ERR_INVALID_MESSAGE_LEN = 12, "a licensing message has the wrong length";
    }
}

codes! {
    /// State transition of a licensing error alert.
    pub struct LicenseStateTransition(u32), "LICENSE_ERROR_MESSAGE.dwStateTransition", "MS-RDPBCGR 2.2.1.12.1.3" {
        ST_TOTAL_ABORT = 1, "the connection ends";
        ST_NO_TRANSITION = 2, "licensing is over, the connection goes on";
        ST_RESET_PHASE_TO_START = 3, "the licence exchange starts again";
        ST_RESEND_LAST_MESSAGE = 4, "the peer sends its last licensing message again";
    }
}

codes! {
    /// Type of a licensing message.
    pub struct LicenseMessageType(u8), "LICENSE_PREAMBLE.bMsgType", "MS-RDPBCGR 2.2.1.12.1.1" {
        LICENSE_REQUEST = 0x01, "the server opens the exchange: product, certificate, scopes";
        PLATFORM_CHALLENGE = 0x02, "the server challenges the client's hardware identity";
        NEW_LICENSE = 0x03, "the server issues a licence";
        UPGRADE_LICENSE = 0x04, "the server replaces the client's licence";
        LICENSE_INFO = 0x12, "the client presents a stored licence";
        NEW_LICENSE_REQUEST = 0x13, "the client asks for a new licence";
        PLATFORM_CHALLENGE_RESPONSE = 0x15, "the client answers the challenge";
        ERROR_ALERT = 0xff, "licensing ends, with success or with an error";
    }
}
