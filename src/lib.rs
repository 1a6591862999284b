//! badrdp: a deterministic, breakable RDP server and a probe that names what is wrong with a host.
//!
//! In a test of an RDP client:
//!
//! ```no_run
//! # async fn demo() -> Result<(), Box<dyn std::error::Error>> {
//! let scenario = badrdp::scenario("tls/certificate-expired")?;
//! let server = badrdp::FakeServer::start(scenario).await?;
//! // … point the client at server.addr() …
//! server.finished().await;
//! server.verify()?;
//! for (connection, secrets) in server.disclosures() {
//!     // what the client gave away, and to what kind of server: `docs/leak-ledger.md`
//! }
//! # Ok(()) }
//! ```

pub mod chaos;
pub mod check;
pub mod replay;

pub use badrdp_capture as capture;
pub use badrdp_client_probe as client_probe;
pub use badrdp_fake_server as fake_server;
pub use badrdp_fake_server::{FakeServer, Options as ServerOptions, Seen, ServerFarm, SharedPort};
pub use badrdp_proto as proto;
pub use badrdp_scenarios as scenarios;
pub use badrdp_scenarios::Scenario;

/// The built-in scenario with this id.
///
/// # Errors
/// No scenario has it; the error names the nearest ids.
pub fn scenario(id: &str) -> Result<Scenario, UnknownScenario> {
    badrdp_scenarios::find(id).cloned().map_err(|nearest| UnknownScenario { id: id.to_owned(), nearest })
}

/// No built-in scenario has the id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownScenario {
    /// What was asked for.
    pub id: String,
    /// The nearest ids, nearest first.
    pub nearest: Vec<&'static str>,
}

impl std::fmt::Display for UnknownScenario {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "no scenario has the id `{}`; ", self.id)?;
        match self.nearest.as_slice() {
            [] => f.write_str("`badrdp scenario list` shows them all"),
            nearest => write!(f, "near it: {}", nearest.join(", ")),
        }
    }
}

impl std::error::Error for UnknownScenario {}
