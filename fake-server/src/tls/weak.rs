//! Cryptography that ring refuses, because it is weak: SHA-1 in a certificate's signature, and RSA keys of 1024 bits.

use std::sync::Arc;

use rcgen::{PublicKeyData, SignatureAlgorithm};
use rsa::RsaPrivateKey;
use rsa::pkcs1::EncodeRsaPublicKey as _;
use rsa::pkcs1v15::SigningKey;
use rsa::pkcs8::DecodePrivateKey as _;
use rsa::signature::{SignatureEncoding as _, Signer as _};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use rustls::sign::Signer;
use rustls::{Error, SignatureScheme};
use sha1::Sha1;
use sha2::Sha256;

/// `sha256WithRSAEncryption` and `sha1WithRSAEncryption` in DER, which are of one length (RFC 8017 A.2.4).
const SHA256_WITH_RSA: [u8; 11] = [6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11];
const SHA1_WITH_RSA: [u8; 11] = [6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 5];

/// A key that is printed in this crate; a test loads each.
fn load(pem: &str) -> Option<RsaPrivateKey> {
    let der = PrivatePkcs8KeyDer::from_pem_slice(pem.as_bytes()).ok()?;
    RsaPrivateKey::from_pkcs8_der(der.secret_pkcs8_der()).ok()
}

/// The certificate, signed by the same issuer once more, with SHA-1 in place of SHA-256.
pub(super) fn with_sha1(certificate: &CertificateDer<'_>, issuer_key: &str) -> Option<CertificateDer<'static>> {
    let mut der = certificate.to_vec();
    // Once in what is signed, once beside it.
    let places: Vec<usize> = der
        .windows(SHA256_WITH_RSA.len())
        .enumerate()
        .filter(|(_, at)| *at == SHA256_WITH_RSA)
        .map(|(at, _)| at)
        .collect();
    for at in places {
        der.get_mut(at..at + SHA1_WITH_RSA.len())?.copy_from_slice(&SHA1_WITH_RSA);
    }
    // A SEQUENCE, and the SEQUENCE to be signed; certificates are longer than 255 bytes and shorter than 65536.
    let [0x30, 0x82, _, _, 0x30, 0x82, high, low] = *der.first_chunk()? else { return None };
    let signed = der.get(4..8 + usize::from(u16::from_be_bytes([high, low])))?;
    let signature = SigningKey::<Sha1>::new(load(issuer_key)?).try_sign(signed).ok()?.to_vec();
    let end = der.len();
    der.get_mut(end.checked_sub(signature.len())?..)?.copy_from_slice(&signature);
    Some(der.into())
}

/// An RSA key that is too short for ring. It signs what TLS 1.2 signs, with PKCS #1 and SHA-256.
#[derive(Clone)]
pub(crate) struct WeakKey {
    key: Arc<SigningKey<Sha256>>,
    /// `subjectPublicKey`.
    public: Vec<u8>,
}

impl WeakKey {
    pub(super) fn load(pem: &str) -> Option<Self> {
        let key = load(pem)?;
        let public = key.to_public_key().to_pkcs1_der().ok()?.as_bytes().to_vec();
        Some(Self { key: Arc::new(SigningKey::new(key)), public })
    }
}

impl core::fmt::Debug for WeakKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("WeakKey")
    }
}

impl PublicKeyData for WeakKey {
    fn der_bytes(&self) -> &[u8] {
        &self.public
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &rcgen::PKCS_RSA_SHA256
    }
}

impl rustls::sign::SigningKey for WeakKey {
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        offered.contains(&SignatureScheme::RSA_PKCS1_SHA256).then(|| Box::new(self.clone()) as Box<dyn Signer>)
    }

    fn algorithm(&self) -> rustls::SignatureAlgorithm {
        rustls::SignatureAlgorithm::RSA
    }
}

impl Signer for WeakKey {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        let signature = self.key.try_sign(message).map_err(|error| Error::General(error.to_string()))?;
        Ok(signature.to_vec())
    }

    fn scheme(&self) -> SignatureScheme {
        SignatureScheme::RSA_PKCS1_SHA256
    }
}
