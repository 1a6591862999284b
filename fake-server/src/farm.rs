//! Many servers, each scenario on a port of its own.

use std::net::SocketAddr;

use badrdp_scenarios::Scenario;

use crate::host::Stock;
use crate::port::{Bound, StartError};
use crate::{FakeServer, Options};

/// Running servers, one per scenario; dropping it stops them.
///
/// They share what they can: a certificate that two scenarios show is minted once, and together they keep no more
/// transcripts than one server does.
#[derive(Debug)]
pub struct ServerFarm {
    servers: Vec<FakeServer>,
}

/// Not all of the servers could be started, so none was.
#[derive(Debug, thiserror::Error)]
pub enum FarmError {
    /// One of them could not.
    #[error("{id} cannot be served")]
    Server {
        /// Its scenario.
        id: String,
        /// Why.
        source: StartError,
    },
    /// There are more scenarios than ports from the first one on.
    #[error("{count} scenarios need as many ports, and {first} has fewer behind it; begin lower, or at port 0")]
    TooFewPorts {
        /// The first port.
        first: SocketAddr,
        /// Scenarios.
        count: usize,
    },
    /// What all of them share could not be made.
    #[error(transparent)]
    Stock(#[from] StartError),
}

impl ServerFarm {
    /// Starts a server for each scenario on random loopback ports.
    ///
    /// # Errors
    /// One of them cannot be started.
    pub async fn start(scenarios: Vec<Scenario>) -> Result<Self, FarmError> {
        Self::start_with(scenarios, Options::default()).await
    }

    /// Starts a server for each scenario: on free ports where `options.listen` has port 0, else counted up from there.
    ///
    /// # Errors
    /// One of them cannot be started.
    pub async fn start_with(scenarios: Vec<Scenario>, options: Options) -> Result<Self, FarmError> {
        let ports = ports(options.listen, scenarios.len())?;
        let stock = Stock::new(&options)?;
        let mut servers = Vec::with_capacity(scenarios.len());
        for (scenario, listen) in scenarios.into_iter().zip(ports) {
            let id = scenario.id.clone();
            let started = match Bound::to(listen).await {
                Ok(bound) => FakeServer::serve(scenario, bound, &stock),
                Err(error) => Err(error),
            };
            servers.push(started.map_err(|source| FarmError::Server { id, source })?);
        }
        Ok(Self { servers })
    }

    /// The servers, in the order of their scenarios.
    #[must_use]
    pub fn servers(&self) -> &[FakeServer] {
        &self.servers
    }

    /// The server of the scenario with this id.
    #[must_use]
    pub fn server(&self, id: &str) -> Option<&FakeServer> {
        self.servers.iter().find(|server| server.scenario().id == id)
    }

    /// Waits for connections in which nothing is played any more; open sessions are not waited for.
    pub async fn settled(&self) {
        for server in &self.servers {
            server.settled().await;
        }
    }
}

fn ports(first: SocketAddr, count: usize) -> Result<Vec<SocketAddr>, FarmError> {
    if first.port() == 0 {
        return Ok(vec![first; count]);
    }
    let ports: Vec<_> = (first.port()..=u16::MAX).take(count).map(|port| SocketAddr::new(first.ip(), port)).collect();
    if ports.len() < count { Err(FarmError::TooFewPorts { first, count }) } else { Ok(ports) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests state what they expect")]
    use std::collections::BTreeSet;

    use badrdp_scenarios::catalog;

    use super::*;

    #[test]
    fn ports_are_counted_up_and_never_wrap_around() {
        let addr = |port| SocketAddr::from(([127, 0, 0, 1], port));
        assert_eq!(ports(addr(4000), 3).unwrap(), [addr(4000), addr(4001), addr(4002)]);
        assert_eq!(ports(addr(0), 2).unwrap(), [addr(0), addr(0)]);
        assert_eq!(ports(addr(65534), 2).unwrap(), [addr(65534), addr(65535)]);
        let error = ports(addr(65534), 3).unwrap_err().to_string();
        assert!(error.starts_with("3 scenarios need as many ports, and 127.0.0.1:65534 has fewer"), "{error}");
    }

    #[tokio::test]
    async fn the_whole_catalogue_mints_no_certificate_twice() {
        let scenarios = catalog().to_vec();
        let later = scenarios.iter().flat_map(|scenario| scenario.later.iter().map(|later| &later.server.tls));
        let shown: Vec<_> = scenarios.iter().map(|scenario| &scenario.server.tls).chain(later).collect();
        let kinds: BTreeSet<_> =
            shown.iter().map(|tls| format!("{:?} {:?} {}", tls.certificate, tls.key, tls.extra_names)).collect();
        let stock = Stock::new(&Options::default()).unwrap();
        for scenario in &scenarios {
            stock.acts(scenario.clone()).unwrap();
        }
        assert_eq!(stock.tls.minted(), kinds.len());
        assert!(kinds.len() * 10 < scenarios.len(), "{} kinds for {} scenarios", kinds.len(), scenarios.len());

        let farm = ServerFarm::start(scenarios.clone()).await.unwrap();
        let ports: BTreeSet<_> = farm.servers().iter().map(|server| server.addr().port()).collect();
        assert_eq!(ports.len(), scenarios.len());
    }
}
