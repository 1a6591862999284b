//! Licensing PDUs: the error alert, and every message of the licence exchange.
//!
//! MS-RDPBCGR 2.2.1.12; MS-RDPELE 2.2.2.

mod blob;
mod certificate;
mod exchange;
mod request;
mod sealed;

pub use blob::LicenseBlob;
pub use certificate::{CertificateData, RsaPublicKey, ServerCertificate};
pub use exchange::{IssuedLicense, LicenseInfo, NewLicenseRequest, PlatformChallenge, PlatformChallengeResponse};
pub use request::{KEY_EXCHANGE_RSA, LicenseRequest, ProductInfo};
pub use sealed::{ChallengeResponseData, HardwareId, NewLicenseInfo};

use super::text::length16;
use crate::vocab::MessageKind;
use crate::vocab::codes::{LicenseErrorCode, LicenseMessageType, LicenseStateTransition};
use crate::wire::Layer;
use crate::wire::read::{Read, bytes, end, field, le_u16, le_u32, length_of, rest, to_end, u8};
use crate::wire::write::{Encoder, Writer};

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
    /// `SERVER_LICENSE_REQUEST` (0x01).
    Request(Box<LicenseRequest>),
    /// `CLIENT_NEW_LICENSE_REQUEST` (0x13).
    NewLicenseRequest(Box<NewLicenseRequest>),
    /// `CLIENT_LICENSE_INFO` (0x12).
    LicenseInfo(Box<LicenseInfo>),
    /// `SERVER_PLATFORM_CHALLENGE` (0x02).
    PlatformChallenge(PlatformChallenge),
    /// `CLIENT_PLATFORM_CHALLENGE_RESPONSE` (0x15).
    PlatformChallengeResponse(PlatformChallengeResponse),
    /// `SERVER_NEW_LICENSE` (0x03).
    NewLicense(IssuedLicense),
    /// `SERVER_UPGRADE_LICENSE` (0x04).
    UpgradeLicense(IssuedLicense),
    /// A message of a type that no specification names, its body kept as it came.
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
            LicenseMessage::Request(_) => MessageKind::LicenseRequest,
            LicenseMessage::NewLicenseRequest(_) => MessageKind::NewLicenseRequest,
            LicenseMessage::LicenseInfo(_) => MessageKind::LicenseInfo,
            LicenseMessage::PlatformChallenge(_) => MessageKind::PlatformChallenge,
            LicenseMessage::PlatformChallengeResponse(_) => MessageKind::PlatformChallengeResponse,
            LicenseMessage::NewLicense(_) => MessageKind::NewLicense,
            LicenseMessage::UpgradeLicense(_) => MessageKind::UpgradeLicense,
            LicenseMessage::Other { .. } => MessageKind::LicenseMessage,
        }
    }

    /// A message as Windows sends it.
    #[must_use]
    pub const fn new(message: LicenseMessage) -> Self {
        Self { security_flags: Self::SEC_LICENSE_PKT, security_flags_hi: 0, preamble_flags: 0x03, message }
    }

    /// An error alert as Windows sends it.
    #[must_use]
    pub const fn error_alert(error_code: LicenseErrorCode, state_transition: LicenseStateTransition) -> Self {
        let blob_type = LicenseBlob::ERROR;
        Self::new(LicenseMessage::ErrorAlert { error_code, state_transition, blob_type, blob: Vec::new() })
    }
}

impl LicensePdu {
    /// The payload behind the security header.
    pub(super) fn seal(&self, encoder: &mut Encoder<'_>) -> Vec<u8> {
        encoder.seal(Layer::Payload, |w| {
            w.block("LICENSE_PREAMBLE", |w| {
                w.u8("bMsgType", self.message.message_type().0);
                w.u8("flags", self.preamble_flags);
                w.u16_le("wMsgSize", 0);
            });
            self.message.write(w);
            w.patch(2, &length16(w.len()).to_le_bytes());
        })
    }

    /// Reads the payload behind the security header.
    pub(super) fn read(i: &[u8], security_flags: u16, security_flags_hi: u16) -> Read<'_, Self> {
        let all = i;
        let (i, message_type) = field("bMsgType", u8)(i)?;
        let (i, preamble_flags) = field("flags", u8)(i)?;
        let (i, _) = field("wMsgSize", |at| {
            let (i, size) = le_u16(at)?;
            length_of(all, at, i, size)
        })(i)?;
        let (i, message) = LicenseMessage::read(i, LicenseMessageType(message_type))?;
        Ok((i, Self { security_flags, security_flags_hi, preamble_flags, message }))
    }

    pub(super) fn fact(&self) -> String {
        match &self.message {
            LicenseMessage::ErrorAlert { error_code, state_transition, .. } => {
                format!("{error_code}, {state_transition}")
            }
            LicenseMessage::Request(pdu) => pdu.fact(),
            LicenseMessage::NewLicenseRequest(pdu) => pdu.fact(),
            LicenseMessage::LicenseInfo(pdu) => pdu.fact(),
            LicenseMessage::PlatformChallenge(pdu) => pdu.fact(),
            LicenseMessage::PlatformChallengeResponse(pdu) => pdu.fact(),
            LicenseMessage::NewLicense(pdu) | LicenseMessage::UpgradeLicense(pdu) => pdu.fact(),
            LicenseMessage::Other { message_type, body } => format!("{message_type}, {} bytes", body.len()),
        }
    }
}

impl LicenseMessage {
    /// `bMsgType`.
    const fn message_type(&self) -> LicenseMessageType {
        match self {
            Self::ErrorAlert { .. } => LicenseMessageType::ERROR_ALERT,
            Self::Request(_) => LicenseMessageType::LICENSE_REQUEST,
            Self::NewLicenseRequest(_) => LicenseMessageType::NEW_LICENSE_REQUEST,
            Self::LicenseInfo(_) => LicenseMessageType::LICENSE_INFO,
            Self::PlatformChallenge(_) => LicenseMessageType::PLATFORM_CHALLENGE,
            Self::PlatformChallengeResponse(_) => LicenseMessageType::PLATFORM_CHALLENGE_RESPONSE,
            Self::NewLicense(_) => LicenseMessageType::NEW_LICENSE,
            Self::UpgradeLicense(_) => LicenseMessageType::UPGRADE_LICENSE,
            Self::Other { message_type, .. } => *message_type,
        }
    }

    fn read(i: &[u8], message_type: LicenseMessageType) -> Read<'_, Self> {
        type Kind = LicenseMessageType;
        let (i, message) = match message_type {
            Kind::ERROR_ALERT => return field("LICENSE_ERROR_MESSAGE", Self::read_alert)(i),
            Kind::LICENSE_REQUEST => {
                let (i, pdu) = to_end("SERVER_LICENSE_REQUEST", LicenseRequest::read)(i)?;
                (i, Self::Request(Box::new(pdu)))
            }
            Kind::NEW_LICENSE_REQUEST => {
                let (i, pdu) = to_end("CLIENT_NEW_LICENSE_REQUEST", NewLicenseRequest::read)(i)?;
                (i, Self::NewLicenseRequest(Box::new(pdu)))
            }
            Kind::LICENSE_INFO => {
                let (i, pdu) = to_end("CLIENT_LICENSE_INFO", LicenseInfo::read)(i)?;
                (i, Self::LicenseInfo(Box::new(pdu)))
            }
            Kind::PLATFORM_CHALLENGE => {
                let (i, pdu) = to_end("SERVER_PLATFORM_CHALLENGE", PlatformChallenge::read)(i)?;
                (i, Self::PlatformChallenge(pdu))
            }
            Kind::PLATFORM_CHALLENGE_RESPONSE => {
                let name = "CLIENT_PLATFORM_CHALLENGE_RESPONSE";
                let (i, pdu) = to_end(name, PlatformChallengeResponse::read)(i)?;
                (i, Self::PlatformChallengeResponse(pdu))
            }
            Kind::NEW_LICENSE => {
                let (i, pdu) = to_end("SERVER_NEW_LICENSE", IssuedLicense::read)(i)?;
                (i, Self::NewLicense(pdu))
            }
            Kind::UPGRADE_LICENSE => {
                let (i, pdu) = to_end("SERVER_UPGRADE_LICENSE", IssuedLicense::read)(i)?;
                (i, Self::UpgradeLicense(pdu))
            }
            _ => {
                let (i, body) = rest(i)?;
                (i, Self::Other { message_type, body: body.to_vec() })
            }
        };
        Ok((i, message))
    }

    fn write(&self, w: &mut Writer) {
        match self {
            Self::ErrorAlert { error_code, state_transition, blob_type, blob } => {
                w.block("LICENSE_ERROR_MESSAGE", |w| {
                    w.u32_le("dwErrorCode", error_code.0);
                    w.u32_le("dwStateTransition", state_transition.0);
                });
                w.block("LICENSE_BINARY_BLOB", |w| {
                    w.u16_le("wBlobType", *blob_type);
                    w.u16_le("wBlobLen", length16(blob.len()));
                    w.bytes("blobData", blob);
                });
            }
            Self::Request(pdu) => pdu.write(w),
            Self::NewLicenseRequest(pdu) => pdu.write(w),
            Self::LicenseInfo(pdu) => pdu.write(w),
            Self::PlatformChallenge(pdu) => pdu.write(w),
            Self::PlatformChallengeResponse(pdu) => pdu.write(w),
            Self::NewLicense(pdu) | Self::UpgradeLicense(pdu) => pdu.write(w),
            Self::Other { body, .. } => w.bytes("body", body),
        }
    }

    fn read_alert(i: &[u8]) -> Read<'_, Self> {
        let (i, error_code) = field("dwErrorCode", le_u32)(i)?;
        let (i, state_transition) = field("dwStateTransition", le_u32)(i)?;
        let (i, blob_type) = field("wBlobType", le_u16)(i)?;
        let (i, length) = field("wBlobLen", le_u16)(i)?;
        let (i, blob) = field("blobData", bytes(length.into()))(i)?;
        let (i, ()) = end(i)?;
        let alert = Self::ErrorAlert {
            error_code: LicenseErrorCode(error_code),
            state_transition: LicenseStateTransition(state_transition),
            blob_type,
            blob: blob.to_vec(),
        };
        Ok((i, alert))
    }
}
