//! Many scenarios behind one port: each client is shown the one that it names.

mod cast;
mod casting;
mod rehearsal;

use std::net::SocketAddr;
use std::sync::Arc;

use badrdp_proto::transcript::Transcript;
use badrdp_scenarios::Scenario;

use self::cast::Cast;
use crate::Options;
use crate::book::VerifyError;
use crate::drive::Connection;
use crate::host::Stock;
use crate::port::{Bound, Port, StartError};

pub(crate) use casting::Casting;

/// The id of what clients see that name no scenario.
const HEALTHY: &str = "one-port/healthy";
/// The good certificate is for any label of this domain, which nobody can own (RFC 2606 reserves `.test`).
const WILDCARD: &str = "*.badrdp.test";

/// A running server with many scenarios behind one port; dropping it stops it.
///
/// A client names a scenario by its id, its [code](Scenario::code) or its [label](Scenario::label), in small letters or
/// large. What is said first counts:
///
/// 1. the `mstshash` cookie, or the routing token (bare, or as `msts=NAME`), in the Connection Request;
/// 2. the first label of the server name in the ClientHello: `LABEL.badrdp.test`, for which the good certificate is;
/// 3. the user name, in NTLM's AUTHENTICATE_MESSAGE or in Client Info.
///
/// Until then a healthy server answers, by TLS where the client offers it. A scenario that is named when the client has
/// already seen a message that it changes is not played, not even in part: the healthy server goes on, and transcript
/// and log say why. A client that comes again must name its scenario again, or bring the routing token with which the
/// scenario redirected it; the connections of each scenario are counted by themselves. A scenario's user may log on by the scenario's names, too, with the same password.
pub struct SharedPort {
    port: Port,
    cast: Arc<Cast>,
    ca: Arc<rcgen::Certificate>,
}

/// The port could not be shared.
#[derive(Debug, thiserror::Error)]
pub enum SharedPortError {
    /// Two scenarios would answer to one name.
    #[error("{} and {} have the same name `{name}`; rename one", ids.0, ids.1)]
    SameName {
        /// The name.
        name: String,
        /// Their ids.
        ids: (String, String),
    },
    /// The server could not be started.
    #[error(transparent)]
    Start(#[from] StartError),
}

impl SharedPort {
    /// Starts a server for all `scenarios` on a random loopback port.
    ///
    /// # Errors
    /// The port cannot be listened on, TLS cannot be set up, or two scenarios have the same name.
    pub async fn start(scenarios: Vec<Scenario>) -> Result<Self, SharedPortError> {
        Self::start_with(scenarios, Options::default()).await
    }

    /// Starts a server with options.
    ///
    /// # Errors
    /// The port cannot be listened on, TLS cannot be set up, or two scenarios have the same name.
    pub async fn start_with(scenarios: Vec<Scenario>, mut options: Options) -> Result<Self, SharedPortError> {
        let bound = Bound::to(options.listen).await?;
        options.names.extend(["localhost".to_owned(), WILDCARD.to_owned()]);
        let stock = Stock::new(&options)?;
        let cast = Arc::new(Cast::new(scenarios, &stock)?);
        let ca = stock.ca()?;
        let port = bound.serve({
            let cast = Arc::clone(&cast);
            move |arrival| Connection::undecided(&cast.healthy, arrival, Casting::new(Arc::clone(&cast))).run()
        });
        Ok(Self { port, cast, ca })
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

    /// The scenarios behind the port.
    pub fn scenarios(&self) -> impl Iterator<Item = &Scenario> {
        self.cast.plays.iter().map(|play| &play.book.scenario)
    }

    /// Transcripts of the connections that ended and on which this scenario was played, in order of their start. All
    /// scenarios of the port together keep as many as one server does.
    #[must_use]
    pub fn transcripts(&self, id: &str) -> Vec<Transcript> {
        let of = self.cast.play(id).map(|play| play.book.transcripts()).unwrap_or_default();
        of.into_iter().map(|(_, transcript)| transcript).collect()
    }

    /// Transcripts of the connections that ended healthy: no scenario was named, or it was named too late.
    #[must_use]
    pub fn unplayed(&self) -> Vec<Transcript> {
        let mut all = self.cast.healthy.book.transcripts();
        all.extend(self.cast.healthy_nla.book.transcripts());
        all.sort_by_key(|(number, _)| *number);
        all.into_iter().map(|(_, transcript)| transcript).collect()
    }

    /// Whether every fault of the scenario fired at least once, and every `[[connection]]` was reached.
    ///
    /// # Errors
    /// No client was shown the scenario, a fault never fired, or a later connection never came.
    pub fn verify(&self, id: &str) -> Result<(), VerifyError> {
        self.cast.play(id).map_or(Err(VerifyError::NoConnection), |play| play.book.verify())
    }

    /// How many connections were accepted so far.
    #[must_use]
    pub fn accepted(&self) -> u64 {
        self.port.accepted()
    }

    /// Waits until somebody has connected and every connection has ended.
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
}

impl std::fmt::Debug for SharedPort {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SharedPort").field("addr", &self.addr()).finish_non_exhaustive()
    }
}
