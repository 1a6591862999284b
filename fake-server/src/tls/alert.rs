//! A fatal alert inside an established TLS session.
//!
//! rustls sends alerts for reasons of its own only. So its keys are taken out of it, and the record is
//! sealed with the cipher suite's own encrypter.

use rustls::crypto::cipher::{OutboundChunks, OutboundPlainMessage};
use rustls::{ConnectionTrafficSecrets, ContentType, ProtocolVersion, ServerConnection, SupportedCipherSuite};

/// `AlertLevel` fatal, RFC 5246 7.2.
const FATAL: u8 = 2;
/// Of the 12 bytes that rustls calls the IV, TLS 1.2 with AES-GCM takes 4 as salt (RFC 5288 3).
const GCM_SALT: usize = 4;

/// The record of a fatal alert, the last that this side sends; what TLS held ready must have been written. Nothing
/// where the session has no keys yet.
pub(crate) fn sealed_alert(tls: ServerConnection, description: u8) -> Option<Vec<u8>> {
    let suite = tls.negotiated_cipher_suite()?;
    let (sequence, secrets) = match tls.dangerous_extract_secrets() {
        Ok(secrets) => secrets.tx,
        Err(error) => {
            tracing::debug!(%error, "no alert can be sealed");
            return None;
        }
    };
    let is_gcm = !matches!(secrets, ConnectionTrafficSecrets::Chacha20Poly1305 { .. });
    let (ConnectionTrafficSecrets::Aes128Gcm { key, iv }
    | ConnectionTrafficSecrets::Aes256Gcm { key, iv }
    | ConnectionTrafficSecrets::Chacha20Poly1305 { key, iv }) = secrets
    else {
        return None;
    };
    let mut encrypter = match suite {
        SupportedCipherSuite::Tls13(suite) => suite.aead_alg.encrypter(key, iv),
        SupportedCipherSuite::Tls12(suite) if is_gcm => {
            let (salt, explicit) = iv.as_ref().split_at_checked(GCM_SALT)?;
            suite.aead_alg.encrypter(key, salt, explicit)
        }
        SupportedCipherSuite::Tls12(suite) => suite.aead_alg.encrypter(key, iv.as_ref(), &[]),
    };
    let alert = OutboundPlainMessage {
        typ: ContentType::Alert,
        version: ProtocolVersion::TLSv1_2,
        payload: OutboundChunks::Single(&[FATAL, description]),
    };
    encrypter.encrypt(alert, sequence).ok().map(|record| record.encode())
}
