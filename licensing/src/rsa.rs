//! RSA without padding, as RDP has it.
//!
//! MS-RDPBCGR 5.3.4; numbers stand with their least significant byte first.

use badrdp_proto::pdu::licensing::{CertificateData, ServerCertificate};
use num_bigint::BigUint;
use x509_parser::prelude::{FromDer as _, X509Certificate};
use x509_parser::public_key::PublicKey as X509Key;

/// Bytes of zeros behind a number on the wire.
const PADDING: usize = 8;
/// The smallest modulus that holds a premaster secret of 48 bytes, and the largest that is worked with.
const MODULUS: core::ops::RangeInclusive<u64> = 48 * 8 + 1..=8192;
/// The longest public exponent that is worked with: a longer one only costs time.
const EXPONENT: u64 = 64;

/// Why a certificate has no key that can be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// It cannot be read.
    #[error("{0}")]
    Unreadable(String),
    /// The chain is empty.
    #[error("the chain holds no certificate")]
    Empty,
    /// The key is for another algorithm.
    #[error("its key is no RSA key")]
    NotRsa,
    /// The modulus has this many bits.
    #[error("its RSA key has {0} bits, which cannot be used")]
    Size(u64),
}

/// A server's public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    modulus: BigUint,
    exponent: BigUint,
}

impl PublicKey {
    /// The key of a `SERVER_CERTIFICATE`, whoever signed it.
    ///
    /// # Errors
    /// The certificate cannot be read, or its key cannot be used.
    pub fn of(certificate: &[u8]) -> Result<Self, KeyError> {
        let certificate =
            ServerCertificate::decode(certificate).map_err(|error| KeyError::Unreadable(error.to_string()))?;
        match certificate.data {
            CertificateData::Proprietary { public_key, .. } => {
                Self::checked(BigUint::from_bytes_le(&public_key.modulus), public_key.exponent.into())
            }
            CertificateData::X509 { chain, .. } => Self::of_x509(chain.last().ok_or(KeyError::Empty)?),
        }
    }

    fn of_x509(der: &[u8]) -> Result<Self, KeyError> {
        let (_, certificate) = X509Certificate::from_der(der)
            .map_err(|error| KeyError::Unreadable(format!("its X.509 certificate is malformed ({error})")))?;
        match certificate.public_key().parsed() {
            Ok(X509Key::RSA(key)) => {
                Self::checked(BigUint::from_bytes_be(key.modulus), BigUint::from_bytes_be(key.exponent))
            }
            _ => Err(KeyError::NotRsa),
        }
    }

    fn checked(modulus: BigUint, exponent: BigUint) -> Result<Self, KeyError> {
        if !MODULUS.contains(&modulus.bits()) || exponent.bits() > EXPONENT {
            return Err(KeyError::Size(modulus.bits()));
        }
        Ok(Self { modulus, exponent })
    }

    /// Encrypts; what comes out is as long as the modulus, and its padding.
    #[must_use]
    pub fn encrypt(&self, plain: &[u8]) -> Vec<u8> {
        let length = usize::try_from(self.modulus.bits().div_ceil(8)).unwrap_or_default();
        padded(&BigUint::from_bytes_le(plain).modpow(&self.exponent, &self.modulus), length)
    }
}

/// A private key, from numbers that are fixed somewhere.
#[derive(Clone)]
pub struct PrivateKey {
    modulus: BigUint,
    exponent: BigUint,
}

impl PrivateKey {
    /// From modulus and private exponent, least significant byte first; none where the modulus is no such number.
    #[must_use]
    pub fn new(modulus: &[u8], exponent: &[u8]) -> Option<Self> {
        let modulus = BigUint::from_bytes_le(modulus);
        MODULUS.contains(&modulus.bits()).then(|| Self { modulus, exponent: BigUint::from_bytes_le(exponent) })
    }

    /// Decrypts a secret of `N` bytes; none where the number is too large for the key, or for the secret.
    #[must_use]
    pub fn decrypt<const N: usize>(&self, sealed: &[u8]) -> Option<[u8; N]> {
        let sealed = BigUint::from_bytes_le(sealed);
        if sealed >= self.modulus {
            return None;
        }
        let mut plain = sealed.modpow(&self.exponent, &self.modulus).to_bytes_le();
        if plain.len() > N {
            return None;
        }
        plain.resize(N, 0);
        plain.try_into().ok()
    }

    /// Signs: the private operation, with the padding of 8 bytes behind it.
    #[must_use]
    pub fn sign(&self, block: &[u8]) -> Vec<u8> {
        let length = usize::try_from(self.modulus.bits().div_ceil(8)).unwrap_or_default();
        padded(&BigUint::from_bytes_le(block).modpow(&self.exponent, &self.modulus), length)
    }
}

fn padded(number: &BigUint, length: usize) -> Vec<u8> {
    let mut bytes = number.to_bytes_le();
    bytes.resize(length + PADDING, 0);
    bytes
}
