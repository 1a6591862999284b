//! A correct RDP server that goes wrong in exactly the way that a scenario names.
//!
//! In a test, drop the client, wait for [`FakeServer::finished`], then look:
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use badrdp_fake_server::FakeServer;
//! use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
//!
//! let scenario = badrdp_scenarios::catalog().iter().find(|scenario| scenario.id == "negotiation/no-data");
//! let server = FakeServer::start(scenario.ok_or("no such scenario")?.clone()).await?;
//!
//! // Your client here; this one offers TLS and reads the answer.
//! let mut client = tokio::net::TcpStream::connect(server.addr()).await?;
//! client.write_all(&[3, 0, 0, 19, 14, 0xe0, 0, 0, 0, 0, 0, 1, 0, 8, 0, 1, 0, 0, 0]).await?;
//! let mut confirm = [0; 11];
//! client.read_exact(&mut confirm).await?;
//! assert_eq!(confirm[3], 11, "a Connection Confirm without negotiation data");
//! drop(client);
//!
//! server.finished().await;
//! server.verify()?;
//! println!("{:#?}", server.transcripts());
//! # Ok(()) }
//! ```
//!
//! The machine in `badrdp_proto::connect` is always correct. A scenario acts in two places only:
//! in what the machine and its ports are configured with (`profile`, `tls`, `auth`), and in the plan
//! that stands between the machine and the socket (`fault`).

mod actor;
mod acts;
mod auth;
mod book;
mod drive;
mod farm;
mod fault;
mod host;
mod licensing;
mod link;
mod log;
mod options;
mod port;
mod profile;
mod server;
mod shared_port;
mod succession;
mod testcard;
mod tls;
mod visits;

pub use book::{MAX_TRANSCRIPTS, VerifyError};
pub use farm::{FarmError, ServerFarm};
pub use options::{Act, Certificates, Deed, Observer, Options, Seen, WireObserver};
pub use port::{MAX_CONNECTIONS, StartError};
pub use server::FakeServer;
pub use shared_port::{SharedPort, SharedPortError};
pub use succession::{Announce, Succession};
pub use tls::TlsError;
