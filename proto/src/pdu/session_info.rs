//! Save Session Info PDU: logon notices, logon errors, reconnect cookie.
//!
//! MS-RDPBCGR 2.2.10.1.

use crate::vocab::codes::{LogonErrorData, LogonErrorType};

/// The four types of Save Session Info, and unknown ones kept. MS-RDPBCGR 2.2.10.1.1.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the specification's fields in wire order")]
pub enum SaveSessionInfo {
    /// infoType 0. MS-RDPBCGR 2.2.10.1.1.1.
    Logon { domain: String, user_name: String, session_id: u32 },
    /// infoType 1. MS-RDPBCGR 2.2.10.1.1.2.
    LogonLong { domain: String, user_name: String, session_id: u32 },
    /// infoType 2. MS-RDPBCGR 2.2.10.1.1.3: 576 bytes of padding.
    PlainNotify,
    /// infoType 3. MS-RDPBCGR 2.2.10.1.1.4.
    Extended {
        /// `ARC_SC_PRIVATE_PACKET`: logonId and 16 random bytes (fieldsPresent bit 0). MS-RDPBCGR 2.2.4.2.
        auto_reconnect: Option<(u32, [u8; 16])>,
        /// Logon Errors Info: type and data (fieldsPresent bit 1). MS-RDPBCGR 2.2.10.1.1.4.1.1.
        logon_error: Option<(LogonErrorType, LogonErrorData)>,
    },
    /// Any other infoType.
    Unknown { info_type: u32, body: Vec<u8> },
}
