//! A correct RDP server that goes wrong in exactly the way that a scenario names.
//!
//! ```no_run
//! # async fn demo(scenario: badrdp_scenarios::Scenario) -> Result<(), Box<dyn std::error::Error>> {
//! let server = badrdp_fake_server::FakeServer::start(scenario).await?;
//! // point a client at server.addr() …
//! server.verify()?;
//! # Ok(()) }
//! ```

mod options;
mod profile;
mod server;
mod testcard;

pub use options::{Observer, Options};
pub use server::{FakeServer, StartError, VerifyError};
