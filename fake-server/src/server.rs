//! The handle of a running server.

use std::net::SocketAddr;

use badrdp_proto::transcript::Transcript;
use badrdp_scenarios::Scenario;

use crate::Options;

/// A running server; dropping it stops it without blocking.
#[derive(Debug)]
pub struct FakeServer {
    addr: SocketAddr,
}

/// The server could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address cannot be listened on.
    #[error("cannot listen on {addr}")]
    Listen {
        /// Where.
        addr: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
}

/// A scenario did not play as its file says.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// No client connected.
    #[error("no client connected")]
    NoConnection,
    /// A fault never fired: the message it waits for was never due.
    #[error("the fault at line {line} of {file} never fired: {anchor} was never due")]
    NeverFired {
        /// The scenario's file.
        file: String,
        /// The line of its `[[fault]]`.
        line: usize,
        /// Its anchor.
        anchor: String,
    },
}

impl FakeServer {
    /// Starts a server for `scenario` on a random loopback port.
    ///
    /// # Errors
    /// The address cannot be listened on.
    pub async fn start(scenario: Scenario) -> Result<Self, StartError> {
        Self::start_with(scenario, Options::default()).await
    }

    /// Starts a server with options.
    ///
    /// # Errors
    /// The address cannot be listened on.
    #[expect(clippy::unused_async, reason = "filled in next")]
    pub async fn start_with(scenario: Scenario, options: Options) -> Result<Self, StartError> {
        let _ = scenario;
        Ok(Self { addr: options.listen })
    }

    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The scenario CA's certificate in DER: the root that a client should trust for the good certificate.
    #[must_use]
    pub fn ca_certificate(&self) -> &[u8] {
        &[]
    }

    /// Transcripts of the connections that ended, in order of their start.
    #[must_use]
    pub fn transcripts(&self) -> Vec<Transcript> {
        Vec::new()
    }

    /// Whether every fault of the scenario fired at least once.
    ///
    /// # Errors
    /// No connection, or a fault that never fired.
    pub fn verify(&self) -> Result<(), VerifyError> {
        Err(VerifyError::NoConnection)
    }
}
