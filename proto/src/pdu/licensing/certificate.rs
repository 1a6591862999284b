//! The server's certificate in its two forms: proprietary, or a chain of X.509 certificates.
//!
//! MS-RDPBCGR 2.2.1.4.3.1; MS-RDPELE 2.2.1.4.

use crate::pdu::text::{length16, length32};
use crate::wire::layer::NoTap;
use crate::wire::read::{Read, array, bytes, field, le_u16, le_u32, refuse, rest, whole};
use crate::wire::write::{Encoder, Writer};
use crate::wire::{DecodeError, Layer};

/// `SERVER_CERTIFICATE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerCertificate {
    /// `t`, the highest bit of `dwVersion`: the certificate was issued for a while only.
    pub temporary: bool,
    /// What is certified, and how.
    pub data: CertificateData,
}

/// `certData`, by `certChainVersion`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CertificateData {
    /// `PROPRIETARYSERVERCERTIFICATE` (version 1), MS-RDPBCGR 2.2.1.4.3.1.1.
    Proprietary {
        /// `PublicKeyBlob`.
        public_key: RsaPublicKey,
        /// `SignatureBlob`, 8 bytes of padding included.
        signature: Vec<u8>,
    },
    /// `X509_CERTIFICATE_CHAIN` (version 2), MS-RDPELE 2.2.1.4.2.
    X509 {
        /// Certificates in DER, root first; the last is the server's own.
        chain: Vec<Vec<u8>>,
        /// The padding behind them, 8 bytes and 4 for each certificate.
        padding: Vec<u8>,
    },
}

/// `RSA_PUBLIC_KEY`, MS-RDPBCGR 2.2.1.4.3.1.1.1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RsaPublicKey {
    /// `bitlen`.
    pub bit_length: u32,
    /// `datalen`: the most that can be encrypted at once.
    pub data_length: u32,
    /// `pubExp`.
    pub exponent: u32,
    /// `modulus`, least significant byte first, without the padding of 8 bytes behind it.
    pub modulus: Vec<u8>,
}

const VERSION_1: u32 = 1;
const VERSION_2: u32 = 2;
const TEMPORARY: u32 = 0x8000_0000;
const BB_RSA_KEY_BLOB: u16 = 0x0006;
const BB_RSA_SIGNATURE_BLOB: u16 = 0x0008;
/// `RSA1`.
const MAGIC: u32 = 0x3141_5352;
const PADDING: usize = 8;

impl ServerCertificate {
    /// A certificate that both RSA fields describe honestly.
    #[must_use]
    pub const fn new(data: CertificateData) -> Self {
        Self { temporary: false, data }
    }

    /// The bytes of it.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        Encoder::new(&mut NoTap).seal(Layer::Payload, |w| self.write(w))
    }

    /// What the signature of a proprietary certificate covers: all in front of it.
    #[must_use]
    pub fn signed_part(public_key: &RsaPublicKey) -> Vec<u8> {
        Encoder::new(&mut NoTap).seal(Layer::Payload, |w| {
            w.u32_le("dwVersion", VERSION_1);
            write_key(w, public_key);
        })
    }

    /// Decodes all of `certificate`.
    ///
    /// # Errors
    /// The path, offset and reason of the first field that does not fit.
    pub fn decode(certificate: &[u8]) -> Result<Self, DecodeError> {
        whole(certificate, "SERVER_CERTIFICATE", Self::read)
    }

    pub(super) fn write(&self, w: &mut Writer) {
        let temporary = if self.temporary { TEMPORARY } else { 0 };
        match &self.data {
            CertificateData::Proprietary { public_key, signature } => {
                w.u32_le("dwVersion", VERSION_1 | temporary);
                write_key(w, public_key);
                w.u16_le("wSignatureBlobType", BB_RSA_SIGNATURE_BLOB);
                w.u16_le("wSignatureBlobLen", length16(signature.len()));
                w.bytes("SignatureBlob", signature);
            }
            CertificateData::X509 { chain, padding } => {
                w.u32_le("dwVersion", VERSION_2 | temporary);
                w.u32_le("NumCertBlobs", length32(chain.len()));
                for certificate in chain {
                    w.u32_le("cbCert", length32(certificate.len()));
                    w.bytes("abCert", certificate);
                }
                w.bytes("Padding", padding);
            }
        }
    }

    fn read(i: &[u8]) -> Read<'_, Self> {
        let at = i;
        let (i, version) = field("dwVersion", le_u32)(i)?;
        let (i, data) = match version & !TEMPORARY {
            VERSION_1 => read_proprietary(i)?,
            VERSION_2 => read_chain(i)?,
            other => return field("dwVersion", |_| refuse(at, "certificate version 1 or 2", other.into()))(at),
        };
        Ok((i, Self { temporary: version & TEMPORARY != 0, data }))
    }
}

fn write_key(w: &mut Writer, key: &RsaPublicKey) {
    w.u32_le("dwSigAlgId", 1);
    w.u32_le("dwKeyAlgId", 1);
    w.u16_le("wPublicKeyBlobType", BB_RSA_KEY_BLOB);
    w.u16_le("wPublicKeyBlobLen", length16(20 + key.modulus.len() + PADDING));
    w.u32_le("magic", MAGIC);
    w.u32_le("keylen", length32(key.modulus.len() + PADDING));
    w.u32_le("bitlen", key.bit_length);
    w.u32_le("datalen", key.data_length);
    w.u32_le("pubExp", key.exponent);
    w.bytes("modulus", &key.modulus);
    w.zeros("modulusPadding", PADDING);
}

/// A number that can have one value only, in two widths.
fn fixed32(name: &'static str, value: u32, expected: &'static str) -> impl Fn(&[u8]) -> Read<'_, ()> {
    move |i| crate::wire::read::constant(name, value.into(), expected, le_u32)(i)
}

fn fixed16(name: &'static str, value: u16, expected: &'static str) -> impl Fn(&[u8]) -> Read<'_, ()> {
    move |i| crate::wire::read::constant(name, value.into(), expected, le_u16)(i)
}

fn read_proprietary(i: &[u8]) -> Read<'_, CertificateData> {
    let (i, ()) = fixed32("dwSigAlgId", 1, "SIGNATURE_ALG_RSA (1)")(i)?;
    let (i, ()) = fixed32("dwKeyAlgId", 1, "KEY_EXCHANGE_ALG_RSA (1)")(i)?;
    let (i, ()) = fixed16("wPublicKeyBlobType", BB_RSA_KEY_BLOB, "BB_RSA_KEY_BLOB (6)")(i)?;
    let (i, length) = field("wPublicKeyBlobLen", le_u16)(i)?;
    let (i, blob) = field("PublicKeyBlob", bytes(length.into()))(i)?;
    let (_, public_key) = field("PublicKeyBlob", read_key)(blob)?;
    let (i, ()) = fixed16("wSignatureBlobType", BB_RSA_SIGNATURE_BLOB, "BB_RSA_SIGNATURE_BLOB (8)")(i)?;
    let (i, length) = field("wSignatureBlobLen", le_u16)(i)?;
    let (i, signature) = field("SignatureBlob", bytes(length.into()))(i)?;
    Ok((i, CertificateData::Proprietary { public_key, signature: signature.to_vec() }))
}

fn read_key(i: &[u8]) -> Read<'_, RsaPublicKey> {
    let (i, ()) = fixed32("magic", MAGIC, "RSA1")(i)?;
    let (i, key_length) = field("keylen", le_u32)(i)?;
    let (i, bit_length) = field("bitlen", le_u32)(i)?;
    let (i, data_length) = field("datalen", le_u32)(i)?;
    let (i, exponent) = field("pubExp", le_u32)(i)?;
    let length = usize::try_from(key_length).unwrap_or(usize::MAX).saturating_sub(PADDING);
    let (i, modulus) = field("modulus", bytes(length))(i)?;
    let (i, _padding) = field("modulus", array::<PADDING>)(i)?;
    let (i, ()) = crate::wire::read::end(i)?;
    Ok((i, RsaPublicKey { bit_length, data_length, exponent, modulus: modulus.to_vec() }))
}

fn read_chain(i: &[u8]) -> Read<'_, CertificateData> {
    let (mut i, count) = field("NumCertBlobs", le_u32)(i)?;
    let mut chain = Vec::new();
    for _ in 0..count {
        let (left, length) = field("cbCert", le_u32)(i)?;
        let (left, certificate) = field("abCert", bytes(usize::try_from(length).unwrap_or(usize::MAX)))(left)?;
        chain.push(certificate.to_vec());
        i = left;
    }
    let (i, padding) = rest(i)?;
    Ok((i, CertificateData::X509 { chain, padding: padding.to_vec() }))
}
