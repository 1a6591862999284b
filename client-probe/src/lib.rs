//! Walks an RDP handshake against any host and says who failed, where, and why.

mod again;
mod auth;
mod certificate;
mod connect;
pub mod diagnosis;
mod drive;
mod examine;
pub mod explain;
mod licensing;
mod probe;
pub mod report;
mod required;
pub mod saved;
pub mod survey;
mod sweep;
mod tap;
mod tls;
mod trust;
mod weak;

pub use diagnosis::{Diagnosis, diagnose};
pub use examine::{Examination, examine};
pub use probe::{
    CredSsp, Credentials, Family, Follow, License, LicenseSecrets, LogonMode, Options, Password, Reconnect,
    StageBudgets, Target, probe,
};
pub use sweep::{Sweep, SweepOptions, Swept};
pub use trust::{ReadRoots, Roots};
