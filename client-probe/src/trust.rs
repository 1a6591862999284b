//! Who is trusted to issue certificates, read from the system once for however many hosts.

use std::sync::Arc;

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use tokio::task::JoinHandle;

/// Who is trusted to issue certificates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Roots {
    /// The system's trust store.
    System,
    /// The system's trust store and these certificates, in DER.
    SystemAnd(Vec<Vec<u8>>),
    /// Only these certificates, in DER.
    Only(Vec<Vec<u8>>),
    /// What was read before: see [`Roots::read`].
    Read(ReadRoots),
}

/// A trust store in memory, shared by its clones.
#[derive(Clone, Debug)]
pub struct ReadRoots(Arc<TrustStore>);

impl PartialEq for ReadRoots {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for ReadRoots {}

impl Roots {
    /// Reads them now, for many probes: the system's own cost some milliseconds each time.
    #[must_use]
    pub fn read(&self) -> Self {
        Self::Read(ReadRoots(TrustStore::shared(self)))
    }
}

/// Certificates whose issue is trusted, and those trusted as they are.
#[derive(Debug)]
pub(crate) struct TrustStore {
    pub(crate) anchors: Arc<RootCertStore>,
    pub(crate) exact: Vec<Vec<u8>>,
}

impl TrustStore {
    /// Loads the trust store, unless that was done before.
    pub(crate) fn shared(roots: &Roots) -> Arc<Self> {
        let (system, extra): (bool, &[Vec<u8>]) = match roots {
            Roots::System => (true, &[]),
            Roots::SystemAnd(extra) => (true, extra),
            Roots::Only(only) => (false, only),
            Roots::Read(ReadRoots(store)) => return Arc::clone(store),
        };
        let (mut anchors, mut exact) = (RootCertStore::empty(), Vec::new());
        let mut add = |certificate: CertificateDer<'static>| {
            exact.push(certificate.to_vec());
            // A certificate that webpki cannot use as an anchor is still trusted as it is.
            if let Err(error) = anchors.add(certificate) {
                tracing::debug!("not usable as an issuer: {error}");
            }
        };
        if system {
            let loaded = rustls_native_certs::load_native_certs();
            for error in &loaded.errors {
                tracing::warn!("system trust store: {error}");
            }
            loaded.certs.into_iter().for_each(&mut add);
        }
        extra.iter().map(|certificate| CertificateDer::from(certificate.clone())).for_each(add);
        Arc::new(Self { anchors: Arc::new(anchors), exact })
    }

    /// As [`TrustStore::shared`].
    #[cfg(test)]
    pub(crate) fn load(roots: &Roots) -> Arc<Self> {
        Self::shared(roots)
    }
}

/// A trust store that is read while the host answers: the system's own takes longer than most hosts.
#[derive(Debug)]
pub(crate) enum Reading {
    Done(Arc<TrustStore>),
    UnderWay(JoinHandle<Arc<TrustStore>>),
}

impl Reading {
    pub(crate) fn start(roots: &Roots) -> Self {
        match roots {
            Roots::Read(ReadRoots(store)) => Self::Done(Arc::clone(store)),
            roots => {
                let roots = roots.clone();
                Self::UnderWay(tokio::task::spawn_blocking(move || TrustStore::shared(&roots)))
            }
        }
    }

    /// Nobody is trusted where the reader failed.
    pub(crate) async fn finish(self) -> Arc<TrustStore> {
        match self {
            Self::Done(store) => store,
            Self::UnderWay(task) => task.await.unwrap_or_else(|error| {
                tracing::warn!("the trust store could not be read: {error}");
                TrustStore::shared(&Roots::Only(Vec::new()))
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_once_is_shared() {
        let roots = Roots::Only(vec![vec![1, 2, 3]]);
        let read = roots.read();
        assert_eq!(read, read.read(), "the same store");
        assert_ne!(read, roots.read(), "another one");
        assert_eq!(TrustStore::shared(&read).exact, [[1, 2, 3]]);
    }
}
