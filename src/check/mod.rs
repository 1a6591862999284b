//! Any RDP client against every broken server, with a verdict about the client.
//!
//! A *case* is one scenario and one run of the client; all TCP connections of that run are one attempt. The verdict is
//! computed from the server's transcripts, the leak ledger and how the client's process ended ([`verdict`], pure).
//! What cannot be known from these is said to be unknown.
//!
//! In a test of a client that runs in the same process:
//!
//! ```no_run
//! # mod my_client { pub async fn connect(_: std::net::SocketAddr) -> Result<(), std::io::Error> { Ok(()) } }
//! # async fn demo() -> Result<(), Box<dyn std::error::Error>> {
//! use badrdp::check::{Case, Outcome};
//!
//! let case = Case::start(badrdp::scenario("tls/certificate-expired")?).await?;
//! let result = my_client::connect(case.addr()).await;
//! let verdict = case.verdict(Outcome::of(&result)).await;
//! assert!(verdict.class.is_good(), "{verdict}");
//! # Ok(()) }
//! ```

pub mod artefacts;
mod attempt;
mod case;
mod class;
mod command;
mod counts;
mod display;
pub mod expectations;
mod facts;
mod file;
mod honest;
pub mod matrix;
mod outcome;
mod process;
pub mod profile;
mod reason;
pub mod report;
mod run;
mod runner;
mod strays;
mod summary;
mod unlike;
pub mod verdict;
mod watch;

pub use attempt::{Attempts, verdict_of};
pub use case::Case;
pub use class::Class;
pub use command::{Login, PLACEHOLDERS, Template, TemplateError};
pub use counts::Counts;
pub use facts::Facts;
pub use file::FileError;
pub use outcome::{End, Outcome};
pub use process::SpawnError;
pub use reason::Reason;
pub use run::{CheckError, Options, check};
pub use runner::Checked;
pub use summary::Summary;
pub use verdict::{Verdict, judge};
