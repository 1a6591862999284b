//! `LICENSE_BINARY_BLOB`, which carries every variable part of a licensing message.
//!
//! MS-RDPBCGR 2.2.1.12.1.2.

use core::fmt;

use crate::pdu::text::length16;
use crate::wire::read::{Read, bytes, field, le_u16};
use crate::wire::write::Writer;

/// A typed blob. What is in it may be a secret or a licence, so it prints as a length.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct LicenseBlob {
    /// `wBlobType`. Windows: some senders leave any number there.
    pub blob_type: u16,
    /// `blobData`.
    pub data: Vec<u8>,
}

impl LicenseBlob {
    /// `BB_DATA_BLOB`: a licence.
    pub const DATA: u16 = 0x0001;
    /// `BB_RANDOM_BLOB`: the encrypted premaster secret.
    pub const RANDOM: u16 = 0x0002;
    /// `BB_CERTIFICATE_BLOB`.
    pub const CERTIFICATE: u16 = 0x0003;
    /// `BB_ERROR_BLOB`.
    pub const ERROR: u16 = 0x0004;
    /// `BB_ENCRYPTED_DATA_BLOB`.
    pub const ENCRYPTED_DATA: u16 = 0x0009;
    /// `BB_KEY_EXCHG_ALG_BLOB`.
    pub const KEY_EXCHANGE_ALGORITHMS: u16 = 0x000d;
    /// `BB_SCOPE_BLOB`.
    pub const SCOPE: u16 = 0x000e;
    /// `BB_CLIENT_USER_NAME_BLOB`.
    pub const CLIENT_USER_NAME: u16 = 0x000f;
    /// `BB_CLIENT_MACHINE_NAME_BLOB`.
    pub const CLIENT_MACHINE_NAME: u16 = 0x0010;

    /// A blob of this type.
    #[must_use]
    pub fn new(blob_type: u16, data: impl Into<Vec<u8>>) -> Self {
        Self { blob_type, data: data.into() }
    }

    pub(super) fn write(&self, w: &mut Writer, name: &'static str) {
        self.write_with(w, name, |w| w.bytes("blobData", &self.data));
    }

    /// Writes type and length, then what `body` makes of the data.
    pub(super) fn write_with(&self, w: &mut Writer, name: &'static str, body: impl FnOnce(&mut Writer)) {
        w.block(name, |w| {
            w.u16_le("wBlobType", self.blob_type);
            w.u16_le("wBlobLen", length16(self.data.len()));
            body(w);
        });
    }

    pub(super) fn read(i: &[u8]) -> Read<'_, Self> {
        let (i, blob_type) = field("wBlobType", le_u16)(i)?;
        let (i, length) = field("wBlobLen", le_u16)(i)?;
        let (i, data) = field("blobData", bytes(length.into()))(i)?;
        Ok((i, Self { blob_type, data: data.to_vec() }))
    }
}

impl fmt::Debug for LicenseBlob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LicenseBlob({:#06x}, {} bytes)", self.blob_type, self.data.len())
    }
}
