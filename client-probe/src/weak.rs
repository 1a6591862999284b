//! Signatures of RSA keys that are too short for ring: a host that has such a key is to be diagnosed, not turned away.

use rsa::RsaPublicKey;
use rsa::pkcs1::DecodeRsaPublicKey as _;
use rsa::pkcs1v15::{Signature, VerifyingKey};
use rsa::signature::Verifier as _;
use rsa::traits::PublicKeyParts as _;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::pki_types::CertificateDer;
use rustls::{CertificateError, DigitallySignedStruct, Error, SignatureScheme};
use sha2::{Sha256, Sha384, Sha512};
use x509_parser::prelude::{FromDer as _, X509Certificate};

use crate::certificate::SHORTEST_RSA;

/// Verifies the handshake's signature where the certificate has a short RSA key; `None` for every other one.
///
/// PKCS #1 only: TLS 1.2 is what hosts of that age speak.
pub(crate) fn verify(
    message: &[u8],
    certificate: &CertificateDer<'_>,
    signed: &DigitallySignedStruct,
) -> Option<Result<HandshakeSignatureValid, Error>> {
    let valid = is_valid(message, certificate, signed.scheme, signed.signature())?;
    let wrong = Error::InvalidCertificate(CertificateError::BadSignature);
    Some(if valid { Ok(HandshakeSignatureValid::assertion()) } else { Err(wrong) })
}

fn is_valid(message: &[u8], certificate: &[u8], scheme: SignatureScheme, signature: &[u8]) -> Option<bool> {
    let (_, certificate) = X509Certificate::from_der(certificate).ok()?;
    let key = RsaPublicKey::from_pkcs1_der(&certificate.public_key().subject_public_key.data).ok()?;
    if key.size() * 8 >= SHORTEST_RSA {
        return None;
    }
    let signature = Signature::try_from(signature).ok()?;
    let valid = match scheme {
        SignatureScheme::RSA_PKCS1_SHA256 => VerifyingKey::<Sha256>::new(key).verify(message, &signature),
        SignatureScheme::RSA_PKCS1_SHA384 => VerifyingKey::<Sha384>::new(key).verify(message, &signature),
        SignatureScheme::RSA_PKCS1_SHA512 => VerifyingKey::<Sha512>::new(key).verify(message, &signature),
        _ => return None,
    };
    Some(valid.is_ok())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests state what they expect")]
    use rcgen::generate_simple_self_signed;

    use super::*;

    /// A certificate with an RSA key of 1024 bits, and what that key signed: both made by OpenSSL.
    const CERTIFICATE: &str = "\
    308201fa30820163a00302010202144c414bed29da9fcf0a893ceb4872a3cc76f99690300d06092a864886f70d01010b\
    0500300f310d300b06035504030c047765616b301e170d3236313132353033333630335a170d33363131323230333336\
    30335a300f310d300b06035504030c047765616b30819f300d06092a864886f70d010101050003818d00308189028181\
    00a91904235d66d2fbdb80d7279eddc5c4485d3066be0aa3994fe29ac8d1bcf32a30e7e5cc0019bac8aa8d7f16834812\
    d45f3ddbe3c5c6203178fe79fc0b9c5478a579668684c4e263da8323b746e2b0a7730674d23002a0d07aef492504814e\
    493f66c6c04f8a93c7a1383ae7609406306270bc4c3d30bd8879c693081636f4d50203010001a3533051301d0603551d\
    0e04160414604567af009c5c7dedafd0782844b6326e73ae52301f0603551d23041830168014604567af009c5c7dedaf\
    d0782844b6326e73ae52300f0603551d130101ff040530030101ff300d06092a864886f70d01010b05000381810030dc\
    4cfaf7075cc7b72360841c09208c69a11c706f647eda23028bc93e8416bf5539dac544dc77f57fb884847ba59d88fa5d\
    4bbf3aafa50cc1bf9fccc2f235ea0bdb5e67632fd91f36645c6d5ffae2661926b26599dc04db1cb7c8885fa47154622a\
    dbd4cf16c5178230ea365cab25df094173de7704926d920c264b4d679042";
    const SIGNATURE: &str = "\
    2e8af0d069577dd695982e76687bfbe43dcc85c2347feedcbde9aaa06c0b4eec67a4547d7969bc033f91a11e4881179e\
    50c633190f7c012618b23f12c1fa14a55ec3597f2e315b2b76c9cce51fe8043e5e31ed5abf526cb3442b8649b7880d25\
    f21b8e184161488a6c9e5edcaded8a1f13adf961834217dfff4d8de1d54116cf";

    fn bytes(hex: &str) -> Vec<u8> {
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(hex.get(at..at + 2).unwrap(), 16).unwrap()).collect()
    }

    #[test]
    fn a_signature_of_the_short_key_is_taken_and_no_other_one() {
        let (certificate, signature) = (bytes(CERTIFICATE), bytes(SIGNATURE));
        let valid = |message: &[u8], scheme| is_valid(message, &certificate, scheme, &signature);
        assert_eq!(valid(b"what was signed", SignatureScheme::RSA_PKCS1_SHA256), Some(true));
        assert_eq!(valid(b"what was singed", SignatureScheme::RSA_PKCS1_SHA256), Some(false));
        assert_eq!(valid(b"what was signed", SignatureScheme::RSA_PKCS1_SHA384), Some(false));
        assert_eq!(valid(b"what was signed", SignatureScheme::RSA_PSS_SHA256), None, "left to ring");
    }

    #[test]
    fn other_keys_are_left_to_ring() {
        let strong = generate_simple_self_signed(["localhost".to_owned()]).unwrap().cert;
        assert_eq!(is_valid(b"", strong.der(), SignatureScheme::ECDSA_NISTP256_SHA256, &[0; 64]), None);
        assert_eq!(is_valid(b"", b"no certificate", SignatureScheme::RSA_PKCS1_SHA256, &[0; 64]), None);
    }
}
