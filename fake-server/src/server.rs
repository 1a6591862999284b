//! The handle of a running server.

use std::net::SocketAddr;
use std::sync::Arc;

use badrdp_proto::transcript::{Disclosure, Transcript, disclosures};
use badrdp_scenarios::Scenario;

use crate::Options;
use crate::acts::Acts;
use crate::book::VerifyError;
use crate::drive::Connection;
use crate::host::Stock;
use crate::port::{Bound, Port, StartError};

/// A running server; dropping it stops it without blocking: open connections are cut.
pub struct FakeServer {
    port: Port,
    acts: Arc<Acts>,
    /// The scenario CA's certificate.
    ca: Arc<rcgen::Certificate>,
}

impl FakeServer {
    /// Starts a server for `scenario` on a random loopback port.
    ///
    /// # Errors
    /// The address cannot be listened on, or the scenario's TLS identity cannot be set up.
    pub async fn start(scenario: Scenario) -> Result<Self, StartError> {
        Self::start_with(scenario, Options::default()).await
    }

    /// Starts a server with options.
    ///
    /// # Errors
    /// The address cannot be listened on, or the scenario's TLS identity cannot be set up.
    pub async fn start_with(scenario: Scenario, options: Options) -> Result<Self, StartError> {
        let bound = Bound::to(options.listen).await?;
        Self::serve(scenario, bound, &Stock::new(&options)?)
    }

    /// Serves `scenario` on a port that is bound, with what `stock` has.
    pub(crate) fn serve(scenario: Scenario, bound: Bound, stock: &Stock) -> Result<Self, StartError> {
        let acts = Arc::new(stock.acts(scenario)?);
        let ca = stock.ca()?;
        let port = bound.serve({
            let acts = Arc::clone(&acts);
            move |arrival| {
                let client = arrival.peer.ip();
                let host = Arc::clone(acts.next(client));
                host.open(client);
                Connection::new(host, arrival).run()
            }
        });
        Ok(Self { port, acts, ca })
    }

    /// The scenario that is played.
    #[must_use]
    pub fn scenario(&self) -> &Scenario {
        &self.acts.book.scenario
    }

    /// Where it listens.
    #[must_use]
    pub const fn addr(&self) -> SocketAddr {
        self.port.addr()
    }

    /// The scenario CA's certificate in DER: the root that a client should trust for the good certificate.
    #[must_use]
    pub fn ca_certificate(&self) -> &[u8] {
        self.ca.der()
    }

    /// The same in PEM.
    #[must_use]
    pub fn ca_certificate_pem(&self) -> String {
        self.ca.pem()
    }

    /// The TLS configuration with the scenario's certificate: what another server needs to be compared with this one.
    #[must_use]
    pub fn tls_config(&self) -> Arc<rustls::ServerConfig> {
        Arc::clone(&self.acts.first().tls.config)
    }

    /// Transcripts of the connections that ended, in order of their start; at most [`MAX_TRANSCRIPTS`](crate::MAX_TRANSCRIPTS).
    #[must_use]
    pub fn transcripts(&self) -> Vec<Transcript> {
        self.acts.book.transcripts().into_iter().map(|(_, transcript)| transcript).collect()
    }

    /// The leak ledger: what each connection that ended gave away, by its number from 1. Of those in
    /// [`transcripts`](Self::transcripts), in the same order; connections that gave nothing away are there, too.
    #[must_use]
    pub fn disclosures(&self) -> Vec<(u64, Vec<Disclosure>)> {
        let transcripts = self.acts.book.transcripts().into_iter();
        transcripts.map(|(number, transcript)| (number, disclosures(&transcript))).collect()
    }

    /// How many connections were accepted so far.
    #[must_use]
    pub fn accepted(&self) -> u64 {
        self.port.accepted()
    }

    /// Waits until whoever has connected by now is counted in [`accepted`](Self::accepted): a client that has ended may
    /// have connected all the same.
    pub async fn caught_up(&self) {
        if let Err(error) = self.port.caught_up().await {
            tracing::warn!(%error, "it is not sure that all connections were seen: cannot connect to {}", self.addr());
        }
    }

    /// Waits until every connection that was made by now has ended.
    pub async fn everybody_left(&self) {
        self.caught_up().await;
        self.wait_finished(self.accepted()).await;
    }

    /// Waits until somebody has connected and every connection has ended, on this side too: from
    /// then on [`transcripts`](Self::transcripts) and [`verify`](Self::verify) say all there is to
    /// say. A session stays up for as long as its client does: drop the client first.
    pub async fn finished(&self) {
        self.port.finished().await;
    }

    /// Waits until `count` connections have ended.
    pub async fn wait_finished(&self, count: u64) {
        self.port.wait_finished(count).await;
    }

    /// Waits for connections in which nothing is played any more; open sessions are not waited for.
    pub async fn settled(&self) {
        self.port.settled().await;
    }

    /// Whether every fault of the scenario fired at least once, and every `[[connection]]` was reached.
    ///
    /// A fault is known to have fired before its first byte is written, so a client that saw it can
    /// ask at once. After faults that a client cannot see, wait for [`finished`](Self::finished).
    ///
    /// # Errors
    /// No connection, a fault that never fired, or a later connection that never came.
    pub fn verify(&self) -> Result<(), VerifyError> {
        self.acts.book.verify()
    }
}

impl std::fmt::Debug for FakeServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FakeServer").field("addr", &self.addr()).finish_non_exhaustive()
    }
}
