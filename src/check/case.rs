//! A case whose client runs in this process: for tests of clients in Rust.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use badrdp_fake_server::{FakeServer, Options, StartError};
use badrdp_scenarios::Scenario;
use tokio::time::timeout;

use super::Outcome;
use super::command::Login;
use super::profile::Profile;
use super::verdict::{Evidence, Verdict, judge};

/// How long connections may take to end behind their client.
const SETTLE: Duration = Duration::from_secs(5);

/// A scenario that is served, until the verdict about its client is asked for.
#[derive(Debug)]
pub struct Case {
    server: FakeServer,
    started: Instant,
    profile: Profile,
}

impl Case {
    /// Serves the scenario on a free port of loopback.
    ///
    /// # Errors
    /// The server cannot be started.
    pub async fn start(scenario: Scenario) -> Result<Self, StartError> {
        Self::start_with(scenario, Options::default()).await
    }

    /// The same with options of the server; by default its clock stands at 2026-01-01.
    ///
    /// # Errors
    /// The server cannot be started.
    pub async fn start_with(scenario: Scenario, options: Options) -> Result<Self, StartError> {
        let server = FakeServer::start_with(scenario, options).await?;
        Ok(Self { server, started: Instant::now(), profile: Profile::default() })
    }

    /// With words that are known: then it can be told whether the client refuses for the right reason.
    #[must_use]
    pub fn understood(mut self, profile: Profile) -> Self {
        self.profile = profile;
        self
    }

    /// Where the client has to connect to.
    #[must_use]
    pub const fn addr(&self) -> SocketAddr {
        self.server.addr()
    }

    /// As whom the client should log on.
    #[must_use]
    pub fn login(&self) -> Login {
        Login::of(self.server.scenario())
    }

    /// The server, for everything else that a test wants to know.
    #[must_use]
    pub const fn server(&self) -> &FakeServer {
        &self.server
    }

    /// The verdict about a client that came back with this outcome.
    pub async fn verdict(self, outcome: Outcome) -> Verdict {
        if timeout(SETTLE, self.server.everybody_left()).await.is_err() {
            tracing::warn!("a connection is still open: drop the client before asking for the verdict");
        }
        let outcome = Outcome { took: self.started.elapsed(), ..outcome };
        judge(&Evidence {
            scenario: self.server.scenario(),
            connections: &self.server.transcripts(),
            verified: &self.server.verify(),
            outcome: &outcome,
            profile: &self.profile,
            honest: None,
        })
    }
}
