//! Walks an RDP handshake against any host and says who failed, where, and why.

mod certificate;
mod connect;
pub mod diagnosis;
mod drive;
pub mod explain;
mod probe;
pub mod report;
mod tap;
mod tls;

pub use diagnosis::{Diagnosis, diagnose};
pub use probe::{Options, Roots, Target, probe};
