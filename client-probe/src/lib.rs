//! Walks an RDP handshake against any host and says who failed, where, and why.

pub mod diagnosis;
pub mod explain;
mod probe;
pub mod report;

pub use diagnosis::{Diagnosis, diagnose};
pub use probe::{Options, Roots, Target, probe};
