//! What servers with one clock, one seed and the same names have in common: nothing is minted twice.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use badrdp_scenarios::model::{Certificate, Key, TlsProfile, TlsVersion, TlsVersionMax};
use rustls::ServerConfig;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::server::NoServerSessionStorage;
use rustls::sign::{CertifiedKey, SingleCertAndKey};

use super::certificates::MintedKey;
use super::{Mint, TlsError, TlsHost, provider, versions};

/// Certificates and configurations, each made when it is first asked for.
#[derive(Debug)]
pub(crate) struct TlsStock {
    mint: Mint,
    ca: OnceLock<Arc<rcgen::Certificate>>,
    identities: Mutex<Vec<Arc<Identity>>>,
    hosts: Mutex<Vec<(TlsProfile, Arc<TlsHost>)>>,
}

/// A server certificate with its key.
#[derive(Debug)]
struct Identity {
    kind: Certificate,
    key: Key,
    extra: u16,
    chain: Vec<CertificateDer<'static>>,
    resolver: Arc<SingleCertAndKey>,
    /// `subjectPublicKey`: the contents of the BIT STRING.
    public_key: Vec<u8>,
}

impl TlsStock {
    pub(crate) fn new(mint: Mint) -> Self {
        Self { mint, ca: OnceLock::new(), identities: Mutex::default(), hosts: Mutex::default() }
    }

    /// The scenario CA's certificate.
    pub(crate) fn ca(&self) -> Result<Arc<rcgen::Certificate>, TlsError> {
        if let Some(ca) = self.ca.get() {
            return Ok(Arc::clone(ca));
        }
        let ca = self.mint.scenario_ca().map_err(|source| self.failed(source))?;
        Ok(Arc::clone(self.ca.get_or_init(|| Arc::new(ca))))
    }

    /// The TLS side of a server with this profile.
    pub(crate) fn host(self: &Arc<Self>, profile: &TlsProfile) -> Result<Arc<TlsHost>, TlsError> {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, host)) = hosts.iter().find(|(known, _)| known == profile) {
            return Ok(Arc::clone(host));
        }
        let provider = provider(&profile.ciphers)?;
        let identity = self.identity(profile.certificate, profile.key, profile.extra_names)?;
        // TLS 1.3 knows no signature that the weak key can make.
        let max = if profile.key == Key::Rsa1024 { TlsVersionMax(TlsVersion::V12) } else { profile.max };
        let mut config = ServerConfig::builder_with_provider(Arc::new(provider))
            .with_protocol_versions(&versions(profile.min, max))?
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(&identity.resolver) as Arc<_>);
        // Every handshake is a full one, so that connections repeat.
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        // For alerts on demand; it only permits what is done when one is due, and costs a handshake nothing.
        config.enable_secret_extraction = true;
        let host = Arc::new(TlsHost {
            config: Arc::new(config),
            public_key: identity.public_key.clone(),
            kind: profile.certificate,
            shown: match (profile.certificate, profile.key) {
                (Certificate::Good, Key::Rsa1024) => "weak-key",
                (kind, _) => kind.name(),
            },
            acceptable: profile.is_good(),
            stock: Arc::clone(self),
        });
        hosts.push((profile.clone(), Arc::clone(&host)));
        Ok(host)
    }

    /// A certificate for somebody else's key, behind the scenario CA's own: root first, in DER.
    pub(crate) fn issued(&self, subject: &str, key: &impl rcgen::PublicKeyData) -> Result<Vec<Vec<u8>>, TlsError> {
        let leaf = self.mint.issue(subject, key).map_err(|source| self.failed(source))?;
        Ok(vec![self.ca()?.der().to_vec(), leaf.der().to_vec()])
    }

    /// The chain of a certificate, in DER.
    pub(super) fn chain(&self, kind: Certificate, key: Key) -> Result<Vec<Vec<u8>>, TlsError> {
        Ok(self.identity(kind, key, 0)?.chain.iter().map(|der| der.to_vec()).collect())
    }

    fn identity(&self, kind: Certificate, key: Key, extra: u16) -> Result<Arc<Identity>, TlsError> {
        // Held while minting, so that servers that start together mint once.
        let mut identities = self.identities.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(identity) =
            identities.iter().find(|known| (known.kind, known.key, known.extra) == (kind, key, extra))
        {
            return Ok(Arc::clone(identity));
        }
        let minted = self.mint.server(kind, key, extra).map_err(|source| self.failed(source))?;
        let provider: CryptoProvider = rustls::crypto::ring::default_provider();
        let certified = match minted.key {
            // The key is the certificate's own. rustls would parse the certificate to see that, and takes none of many names.
            MintedKey::Strong(key) => {
                CertifiedKey::new(minted.chain.clone(), provider.key_provider.load_private_key(key)?)
            }
            MintedKey::Weak(key) => CertifiedKey::new(minted.chain.clone(), Arc::new(key)),
        };
        let identity = Arc::new(Identity {
            kind,
            key,
            extra,
            chain: minted.chain,
            resolver: Arc::new(SingleCertAndKey::from(certified)),
            public_key: minted.public_key,
        });
        identities.push(Arc::clone(&identity));
        Ok(identity)
    }

    fn failed(&self, source: rcgen::Error) -> TlsError {
        TlsError::Certificate { names: self.mint.names.join(", "), source }
    }

    /// How many server certificates were minted so far.
    #[cfg(test)]
    pub(crate) fn minted(&self) -> usize {
        self.identities.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}
