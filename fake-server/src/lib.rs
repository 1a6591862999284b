//! A correct RDP server that goes wrong in exactly the way that a scenario names.
//!
//! ```no_run
//! # async fn demo(scenario: badrdp_scenarios::Scenario) -> Result<(), Box<dyn std::error::Error>> {
//! let server = badrdp_fake_server::FakeServer::start(scenario).await?;
//! // point a client at server.addr() …
//! server.verify()?;
//! # Ok(()) }
//! ```
//!
//! The machine in `badrdp_proto::connect` is always correct. A scenario acts in two places only:
//! in the machine's configuration (`profile`), and in the plan that stands between the machine and
//! the socket (`fault`).

mod drive;
mod fault;
mod link;
mod log;
mod options;
mod profile;
mod random;
mod server;
mod testcard;
mod tls;

pub use options::{Observer, Options};
pub use server::{FakeServer, MAX_CONNECTIONS, MAX_TRANSCRIPTS, StartError, VerifyError};
pub use tls::TlsError;
