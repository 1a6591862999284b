//! One port, and for each connection the next scenario.

use std::net::SocketAddr;
use std::sync::Arc;

use badrdp_proto::transcript::Transcript;
use badrdp_scenarios::Scenario;
use tokio::sync::{Mutex, mpsc};

use crate::Options;
use crate::drive::Connection;
use crate::host::Stock;
use crate::port::{Bound, Port, StartError};

/// A running server that takes a scenario from a channel for each connection; dropping it stops it without blocking.
pub struct Succession {
    port: Port,
    stock: Arc<Stock>,
    ca: Arc<rcgen::Certificate>,
}

/// What is told of a connection before a byte of it is played: its number, from 1, who it is, and its scenario.
pub type Announce = Arc<dyn Fn(u64, SocketAddr, &Scenario) + Send + Sync>;

impl Succession {
    /// Starts a server on `options.listen`. A connection for which no scenario is there yet waits for it; once the
    /// channel is closed and empty, connections are closed as they come.
    ///
    /// # Errors
    /// The address cannot be listened on, or no certificates can be made.
    pub async fn start_with(
        scenarios: mpsc::Receiver<Scenario>,
        announce: Announce,
        options: Options,
    ) -> Result<Self, StartError> {
        let bound = Bound::to(options.listen).await?;
        let stock = Arc::new(Stock::new(&options)?);
        let ca = stock.ca()?;
        let scenarios = Arc::new(Mutex::new(scenarios));
        let port = bound.serve({
            let stock = Arc::clone(&stock);
            move |arrival| {
                let (stock, scenarios, announce) = (Arc::clone(&stock), Arc::clone(&scenarios), Arc::clone(&announce));
                async move {
                    let Some(scenario) = scenarios.lock().await.recv().await else { return };
                    announce(arrival.number, arrival.peer, &scenario);
                    match stock.acts(scenario) {
                        Ok(acts) => {
                            let host = Arc::clone(acts.first());
                            host.open(arrival.peer.ip());
                            Connection::new(host, arrival).run().await;
                        }
                        Err(error) => tracing::error!(%error, "the scenario cannot be played"),
                    }
                }
            }
        });
        Ok(Self { port, stock, ca })
    }

    /// Where it listens.
    #[must_use]
    pub const fn addr(&self) -> SocketAddr {
        self.port.addr()
    }

    /// The scenario CA's certificate in PEM.
    #[must_use]
    pub fn ca_certificate_pem(&self) -> String {
        self.ca.pem()
    }

    /// Transcripts of the connections that ended, by the connection's number; the newest, where they are many.
    #[must_use]
    pub fn transcripts(&self) -> Vec<(u64, Transcript)> {
        self.stock.transcripts()
    }

    /// How many connections were accepted so far.
    #[must_use]
    pub fn accepted(&self) -> u64 {
        self.port.accepted()
    }

    /// Waits until `count` connections have ended.
    pub async fn wait_finished(&self, count: u64) {
        self.port.wait_finished(count).await;
    }

    /// Waits for connections in which nothing is played any more; open sessions are not waited for.
    pub async fn settled(&self) {
        self.port.settled().await;
    }
}

impl std::fmt::Debug for Succession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Succession").field("addr", &self.addr()).finish_non_exhaustive()
    }
}
