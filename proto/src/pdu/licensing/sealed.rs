//! What stands inside the encrypted blobs of the exchange.
//!
//! MS-RDPELE 2.2.2.3.1, 2.2.2.5.1, 2.2.2.6.1.

use core::fmt;

use super::request::{counted_text, read_text};
use crate::pdu::text::{length16, length32};
use crate::wire::layer::NoTap;
use crate::wire::read::{Read, array, bytes, field, le_u16, le_u32, whole};
use crate::wire::write::{Encoder, Writer};
use crate::wire::{DecodeError, Layer};

/// `CLIENT_HARDWARE_ID`: which computer a licence is for. It tells one computer from all others, so it prints as a length.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct HardwareId {
    /// `PlatformId`, as in the client's first message.
    pub platform_id: u32,
    /// `Data1` to `Data4`.
    pub data: [u8; 16],
}

/// `PLATFORM_CHALLENGE_RESPONSE_DATA`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChallengeResponseData {
    /// `wVersion`, 0x0100.
    pub version: u16,
    /// `wClientType`: 0x0100 Windows, 0xff00 other.
    pub client_type: u16,
    /// `wLicenseDetailLevel`, 1 to 3.
    pub license_detail_level: u16,
    /// `pbChallenge`: the server's challenge.
    pub challenge: Vec<u8>,
}

/// `NEW_LICENSE_INFO`: the licence with its labels.
#[derive(Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the specification's fields in wire order")]
pub struct NewLicenseInfo {
    pub version: u32,
    /// ANSI with its zero.
    pub scope: Vec<u8>,
    pub company_name: String,
    pub product_id: String,
    /// The licence itself. A secret.
    pub license_info: Vec<u8>,
}

fn sealed(body: impl FnOnce(&mut Writer)) -> Vec<u8> {
    Encoder::new(&mut NoTap).seal(Layer::Payload, body)
}

impl HardwareId {
    /// The bytes of it.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        sealed(|w| {
            w.u32_le("PlatformId", self.platform_id);
            w.bytes("Data", &self.data);
        })
    }

    /// Decodes all of it.
    ///
    /// # Errors
    /// The path, offset and reason of the first field that does not fit.
    pub fn decode(id: &[u8]) -> Result<Self, DecodeError> {
        whole(id, "CLIENT_HARDWARE_ID", |i| {
            let (i, platform_id) = field("PlatformId", le_u32)(i)?;
            let (i, data) = field("Data", array)(i)?;
            Ok((i, Self { platform_id, data }))
        })
    }
}

impl fmt::Debug for HardwareId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HardwareId({:#010x}, {} bytes)", self.platform_id, self.data.len())
    }
}

impl ChallengeResponseData {
    /// The bytes of it.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        sealed(|w| {
            w.u16_le("wVersion", self.version);
            w.u16_le("wClientType", self.client_type);
            w.u16_le("wLicenseDetailLevel", self.license_detail_level);
            w.u16_le("cbChallenge", length16(self.challenge.len()));
            w.bytes("pbChallenge", &self.challenge);
        })
    }

    /// Decodes all of it.
    ///
    /// # Errors
    /// The path, offset and reason of the first field that does not fit.
    pub fn decode(response: &[u8]) -> Result<Self, DecodeError> {
        whole(response, "PLATFORM_CHALLENGE_RESPONSE_DATA", |i| {
            let (i, version) = field("wVersion", le_u16)(i)?;
            let (i, client_type) = field("wClientType", le_u16)(i)?;
            let (i, license_detail_level) = field("wLicenseDetailLevel", le_u16)(i)?;
            let (i, length) = field("cbChallenge", le_u16)(i)?;
            let (i, challenge) = field("pbChallenge", bytes(length.into()))(i)?;
            Ok((i, Self { version, client_type, license_detail_level, challenge: challenge.to_vec() }))
        })
    }
}

impl NewLicenseInfo {
    /// The bytes of it.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        sealed(|w| {
            w.u32_le("dwVersion", self.version);
            w.u32_le("cbScope", length32(self.scope.len()));
            w.bytes("pbScope", &self.scope);
            counted_text(w, "cbCompanyName", "pbCompanyName", &self.company_name);
            counted_text(w, "cbProductId", "pbProductId", &self.product_id);
            w.u32_le("cbLicenseInfo", length32(self.license_info.len()));
            w.bytes("pbLicenseInfo", &self.license_info);
        })
    }

    /// Decodes all of it.
    ///
    /// # Errors
    /// The path, offset and reason of the first field that does not fit.
    pub fn decode(info: &[u8]) -> Result<Self, DecodeError> {
        whole(info, "NEW_LICENSE_INFO", |i| {
            let (i, version) = field("dwVersion", le_u32)(i)?;
            let (i, scope) = field("pbScope", counted)(i)?;
            let (i, company_name) = field("pbCompanyName", read_text)(i)?;
            let (i, product_id) = field("pbProductId", read_text)(i)?;
            let (i, license_info) = field("pbLicenseInfo", counted)(i)?;
            let (scope, license_info) = (scope.to_vec(), license_info.to_vec());
            Ok((i, Self { version, scope, company_name, product_id, license_info }))
        })
    }
}

impl fmt::Debug for NewLicenseInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NewLicenseInfo({:?}, licence of {} bytes)", self.product_id, self.license_info.len())
    }
}

fn counted(i: &[u8]) -> Read<'_, &[u8]> {
    let (i, length) = field("length", le_u32)(i)?;
    bytes(usize::try_from(length).unwrap_or(usize::MAX))(i)
}
