//! Walks an RDP handshake against any host and says who failed, where, and why.

mod again;
mod auth;
mod certificate;
mod connect;
pub mod diagnosis;
mod drive;
pub mod explain;
mod licensing;
mod probe;
pub mod report;
mod required;
pub mod saved;
pub mod survey;
mod tap;
mod tls;
mod weak;

pub use diagnosis::{Diagnosis, diagnose};
pub use probe::{
    CredSsp, Credentials, Follow, License, LicenseSecrets, LogonMode, Options, Password, Reconnect, Roots, Target,
    probe,
};
