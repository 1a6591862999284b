//! The proof that TLS and the logon end at the same host.
//!
//! MS-CSSP 3.1.5, steps 3 to 5.

use badrdp_proto::connect::AuthFailure;
use badrdp_proto::pdu::credssp::TsRequest;
use sha2::{Digest as _, Sha256};
use x509_parser::prelude::{FromDer as _, X509Certificate};

/// `ClientServerHashMagic`, with its NUL.
const CLIENT_SERVER: &[u8] = b"CredSSP Client-To-Server Binding Hash\0";
/// `ServerClientHashMagic`, with its NUL.
const SERVER_CLIENT: &[u8] = b"CredSSP Server-To-Client Binding Hash\0";
/// The nonce's length, MS-CSSP 2.2.1.
const NONCE_LENGTH: usize = 32;

/// What both sides say about one public key.
pub(super) struct Binding {
    /// `subjectPublicKey`: the contents of the BIT STRING.
    key: Vec<u8>,
    /// From version 5 on, `pubKeyAuth` is a hash over this and the key.
    nonce: Option<[u8; NONCE_LENGTH]>,
}

impl Binding {
    /// For the key of a certificate in DER, at the version that both sides follow.
    pub(super) fn new(leaf: &[u8], version: u32) -> Result<Self, AuthFailure> {
        let (_, certificate) = X509Certificate::from_der(leaf)
            .map_err(|_| AuthFailure::Local("the certificate's public key cannot be read".to_owned()))?;
        let key = certificate.public_key().subject_public_key.data.to_vec();
        let nonce = (version >= TsRequest::FIRST_WITH_NONCE).then(nonce).transpose()?;
        Ok(Self { key, nonce })
    }

    pub(super) fn nonce(&self) -> Option<&[u8]> {
        self.nonce.as_ref().map(<[u8; NONCE_LENGTH]>::as_slice)
    }

    /// What the client seals.
    pub(super) fn request(&self) -> Vec<u8> {
        self.nonce().map_or_else(|| self.key.clone(), |nonce| hash(CLIENT_SERVER, nonce, &self.key))
    }

    /// Judges what the host sealed.
    pub(super) fn judge(&self, proof: &[u8]) -> Result<(), AuthFailure> {
        let Some(nonce) = self.nonce() else {
            return match proof {
                proof if proof == incremented(&self.key) => Ok(()),
                proof if proof == self.key => Err(AuthFailure::NotIncremented),
                _ => Err(AuthFailure::PublicKeyMismatch),
            };
        };
        if proof == hash(SERVER_CLIENT, nonce, &self.key) {
            return Ok(());
        }
        let without_nonce: [&[u8]; 2] = [&[0; NONCE_LENGTH], &[]];
        let ignored = without_nonce.iter().any(|other| proof == hash(SERVER_CLIENT, other, &self.key));
        Err(if ignored { AuthFailure::NonceIgnored } else { AuthFailure::PublicKeyMismatch })
    }
}

fn hash(magic: &[u8], nonce: &[u8], key: &[u8]) -> Vec<u8> {
    Sha256::new().chain_update(magic).chain_update(nonce).chain_update(key).finalize().to_vec()
}

/// One more, as a little-endian number. The carry is what implementations do; DER keys never need it.
fn incremented(key: &[u8]) -> Vec<u8> {
    let mut sum = key.to_vec();
    for byte in &mut sum {
        *byte = byte.wrapping_add(1);
        if *byte != 0 {
            break;
        }
    }
    sum
}

fn nonce() -> Result<[u8; NONCE_LENGTH], AuthFailure> {
    let mut nonce = [0; NONCE_LENGTH];
    rustls::crypto::ring::default_provider()
        .secure_random
        .fill(&mut nonce)
        .map_err(|_| AuthFailure::Local("the system gives no random numbers".to_owned()))?;
    Ok(nonce)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_increment_carries() {
        assert_eq!(incremented(&[0x30, 1]), [0x31, 1]);
        assert_eq!(incremented(&[0xff, 0xff, 7]), [0, 0, 8]);
    }

    #[test]
    fn two_nonces_differ() {
        let one = nonce();
        assert!(one.as_ref().is_ok_and(|bytes| bytes.iter().any(|byte| *byte != 0)));
        assert_ne!(one, nonce());
    }
}
