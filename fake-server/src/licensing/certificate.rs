//! The certificate in the licence request.

use badrdp_licensing::PrivateKey;
use badrdp_proto::pdu::licensing::{CertificateData, RsaPublicKey, ServerCertificate};
use badrdp_scenarios::model::LicenseCertificate;
use md5::{Digest as _, Md5};
use rcgen::{PKCS_RSA_SHA256, PublicKeyData, SignatureAlgorithm};

use super::keys;
use crate::tls::{TlsError, TlsStock};

/// The blob's bytes, and the key behind it.
pub(super) fn certificate(
    kind: LicenseCertificate,
    stock: &TlsStock,
) -> Result<(Vec<u8>, Option<PrivateKey>), TlsError> {
    let proprietary_key = PrivateKey::new(&keys::PROPRIETARY_MODULUS, &keys::PROPRIETARY_PRIVATE);
    Ok(match kind {
        LicenseCertificate::Proprietary => (proprietary(&keys::PROPRIETARY_MODULUS, 512), proprietary_key),
        LicenseCertificate::OtherKey => (proprietary(&keys::X509_MODULUS, 1024), proprietary_key),
        LicenseCertificate::X509 => {
            let chain = stock.issued(LEAF, &X509Key(rsa_public_key()))?;
            // Windows: 8 bytes, and 4 for each certificate (MS-RDPELE 2.2.1.4.2).
            let padding = vec![0; 8 + 4 * chain.len()];
            let certificate = ServerCertificate::new(CertificateData::X509 { chain, padding });
            (certificate.encode(), PrivateKey::new(&keys::X509_MODULUS, &keys::X509_PRIVATE))
        }
        LicenseCertificate::Missing => (Vec::new(), proprietary_key),
    })
}

/// The subject of the X.509 certificate.
const LEAF: &str = "badrdp licensing";

fn proprietary(modulus: &[u8], bit_length: u32) -> Vec<u8> {
    let (data_length, modulus) = (bit_length / 8 - 1, modulus.to_vec());
    let public_key = RsaPublicKey { bit_length, data_length, exponent: keys::EXPONENT, modulus };
    let signature = sign(&ServerCertificate::signed_part(&public_key));
    ServerCertificate::new(CertificateData::Proprietary { public_key, signature }).encode()
}

/// MS-RDPBCGR 5.3.3.1.2.
fn sign(part: &[u8]) -> Vec<u8> {
    let mut block = Md5::digest(part).to_vec();
    block.push(0);
    block.resize(62, 0xff);
    block.push(1);
    let key = PrivateKey::new(&keys::SIGNING_MODULUS, &keys::SIGNING_PRIVATE);
    key.map(|key| key.sign(&block)).unwrap_or_default()
}

/// The key of the X.509 certificate, `RSAPublicKey` in DER.
struct X509Key(Vec<u8>);

impl PublicKeyData for X509Key {
    fn der_bytes(&self) -> &[u8] {
        &self.0
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_RSA_SHA256
    }
}

/// RFC 8017 A.1.1: a sequence of modulus and exponent. The modulus has its highest bit set, so a zero stands ahead.
fn rsa_public_key() -> Vec<u8> {
    let mut modulus = keys::X509_MODULUS.to_vec();
    modulus.push(0);
    modulus.reverse();
    let exponent = [0x02, 0x03, 0x01, 0x00, 0x01];
    let mut key = vec![0x30, 0x81, 0x89, 0x02, 0x81, 0x81];
    key.extend(modulus);
    key.extend(exponent);
    key
}
