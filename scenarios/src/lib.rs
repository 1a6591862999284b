//! Scenarios: a checked description of one way in which a server is wrong.
//!
//! A scenario is data: who the server is (`[server]`), what goes wrong on the wire (`[[fault]]`)
//! and what each side must conclude (`[expect]`). See `docs/scenario-format.md`.

pub mod catalog;
pub mod chaos;
pub mod coverage;
pub mod keys;
pub mod model;
pub mod schema;
pub mod spec;
pub mod suites;
pub mod write;

mod check;
mod diagnostic;
mod load;
mod name;
mod random;
mod read;

pub use catalog::{catalog, find, select};
pub use diagnostic::{Diagnostic, Severity, nearest};
pub use load::{Checked, LARGEST_FILE, check_findings, check_str, load_file, load_str, read_file};
pub use model::Scenario;
pub use random::Seeded;

/// A commented scenario file to start from.
pub const STARTER: &str = include_str!("../starter.toml");
