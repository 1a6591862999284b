//! Licensing PDUs: the error alert whole, other messages kept.
//!
//! MS-RDPBCGR 2.2.1.12; MS-RDPELE 2.2.2.

use crate::vocab::MessageKind;
use crate::vocab::codes::{LicenseErrorCode, LicenseMessageType, LicenseStateTransition};

/// A licensing PDU behind its basic security header (`SEC_LICENSE_PKT`) and `LICENSE_PREAMBLE`.
///
/// Preamble, MS-RDPBCGR 2.2.1.12.1.1: bMsgType u8, flags u8, wMsgSize u16 le (preamble included).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LicensePdu {
    /// `TS_SECURITY_HEADER.flags`; bit 0x80 is `SEC_LICENSE_PKT`. Windows: other bits may be set.
    pub security_flags: u16,
    /// `TS_SECURITY_HEADER.flagsHi`.
    pub security_flags_hi: u16,
    /// `LICENSE_PREAMBLE.flags`: version in the low nibble (3), bit 0x80 extended errors.
    pub preamble_flags: u8,
    /// The message.
    pub message: LicenseMessage,
}

/// A licensing message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LicenseMessage {
    /// `LICENSE_ERROR_MESSAGE`, MS-RDPBCGR 2.2.1.12.1.3 (bMsgType 0xFF).
    ErrorAlert {
        /// `dwErrorCode`.
        error_code: LicenseErrorCode,
        /// `dwStateTransition`.
        state_transition: LicenseStateTransition,
        /// `bbErrorInfo.wBlobType`, 4 (`BB_ERROR_BLOB`) or any when empty.
        blob_type: u16,
        /// `bbErrorInfo.blobData`.
        blob: Vec<u8>,
    },
    /// Any other message, its body kept as it came.
    Other {
        /// `bMsgType`.
        message_type: LicenseMessageType,
        /// Bytes behind the preamble.
        body: Vec<u8>,
    },
}

impl LicensePdu {
    /// `SEC_LICENSE_PKT`.
    pub const SEC_LICENSE_PKT: u16 = 0x0080;

    /// The kind, for names and tables.
    #[must_use]
    pub const fn kind(&self) -> MessageKind {
        match self.message {
            LicenseMessage::ErrorAlert { .. } => MessageKind::LicenseErrorAlert,
            LicenseMessage::Other { .. } => MessageKind::LicenseMessage,
        }
    }

    /// An error alert as Windows sends it.
    #[must_use]
    pub const fn error_alert(error_code: LicenseErrorCode, state_transition: LicenseStateTransition) -> Self {
        Self {
            security_flags: Self::SEC_LICENSE_PKT,
            security_flags_hi: 0,
            preamble_flags: 0x03,
            message: LicenseMessage::ErrorAlert { error_code, state_transition, blob_type: 4, blob: Vec::new() },
        }
    }
}
