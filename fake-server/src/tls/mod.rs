//! TLS: who the server is, and the handshake with what it shows.

mod alert;
mod certificates;
mod forged;
mod handshake;
mod keys;
mod stock;
mod weak;

use std::sync::Arc;

use badrdp_scenarios::model::{Certificate, Key, TlsVersion, TlsVersionMax};
use rustls::crypto::{CryptoProvider, ring};
use rustls::{ServerConfig, SupportedCipherSuite, SupportedProtocolVersion, version};

pub(crate) use alert::sealed_alert;
pub(crate) use certificates::Mint;
pub(crate) use stock::TlsStock;

/// The server's TLS identity cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A name for the certificate is neither a DNS name nor an address, or signing failed.
    #[error("cannot make the certificate for {names}")]
    Certificate {
        /// The names that were asked for.
        names: String,
        /// Why.
        source: rcgen::Error,
    },
    /// A cipher suite that is not known here.
    #[error("unknown cipher suite {name}; known are {known}")]
    UnknownCipher {
        /// What the scenario asks for.
        name: String,
        /// Every name known, comma separated.
        known: String,
    },
    /// Versions and cipher suites do not go together.
    #[error("TLS cannot be set up with these versions, cipher suites and key")]
    Unusable(#[from] rustls::Error),
}

/// A server's TLS side.
#[derive(Debug)]
pub(crate) struct TlsHost {
    pub(crate) config: Arc<ServerConfig>,
    /// `subjectPublicKey` of the certificate: what CredSSP binds to.
    pub(crate) public_key: Vec<u8>,
    pub(crate) kind: Certificate,
    /// What is shown, in a word.
    pub(crate) shown: &'static str,
    /// Whether a client that trusts the scenario's CA has reason to take the certificate.
    pub(crate) acceptable: bool,
    stock: Arc<TlsStock>,
}

impl TlsHost {
    /// The same kind of certificate with an RSA key: what TLS 1.0 servers had.
    pub(crate) fn rsa_chain(&self) -> Vec<Vec<u8>> {
        self.stock.chain(self.kind, Key::Rsa).unwrap_or_default()
    }
}

fn versions(min: TlsVersion, TlsVersionMax(max): TlsVersionMax) -> Vec<&'static SupportedProtocolVersion> {
    let all = [(TlsVersion::V13, &version::TLS13), (TlsVersion::V12, &version::TLS12)];
    all.into_iter().filter(|(version, _)| (min..=max).contains(version)).map(|(_, version)| version).collect()
}

/// ring, with the named cipher suites only; all of them where none is named.
fn provider(names: &[String]) -> Result<CryptoProvider, TlsError> {
    let mut provider = ring::default_provider();
    if names.is_empty() {
        return Ok(provider);
    }
    let find = |name: &String| {
        provider.cipher_suites.iter().copied().find(|suite| is_named(suite, name)).ok_or_else(|| {
            let known: Vec<_> = provider.cipher_suites.iter().map(suite_name).collect();
            TlsError::UnknownCipher { name: name.clone(), known: known.join(", ") }
        })
    };
    provider.cipher_suites = names.iter().map(find).collect::<Result<_, _>>()?;
    Ok(provider)
}

fn suite_name(suite: &SupportedCipherSuite) -> String {
    suite.suite().as_str().unwrap_or_default().to_owned()
}

/// rustls writes `TLS13_AES_...` where IANA writes `TLS_AES_...`; both are understood.
fn is_named(suite: &SupportedCipherSuite, name: &str) -> bool {
    let rustls_name = suite_name(suite);
    rustls_name == name || rustls_name.replacen("TLS13_", "TLS_", 1) == name
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests state what they expect")]
    use super::*;

    #[test]
    fn cipher_suites_are_found_by_both_names_and_an_unknown_one_lists_the_known() {
        for name in ["TLS13_AES_256_GCM_SHA384", "TLS_AES_256_GCM_SHA384"] {
            let suites = provider(&[name.to_owned()]).unwrap().cipher_suites;
            assert_eq!(suites.iter().map(suite_name).collect::<Vec<_>>(), ["TLS13_AES_256_GCM_SHA384"]);
        }
        let message = provider(&["RC4".to_owned()]).unwrap_err().to_string();
        assert!(message.starts_with("unknown cipher suite RC4; known are TLS13_"), "{message}");
        assert!(message.contains("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"), "{message}");
    }

    #[test]
    fn floor_and_ceiling_choose_the_versions() {
        let count = |min, max| versions(min, TlsVersionMax(max)).len();
        assert_eq!(count(TlsVersion::V12, TlsVersion::V13), 2);
        assert_eq!(count(TlsVersion::V12, TlsVersion::V12), 1);
        assert_eq!(count(TlsVersion::V13, TlsVersion::V13), 1);
    }
}
