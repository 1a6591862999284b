//! Scenarios: a checked description of one way in which a server is wrong.
//!
//! A scenario is data: who the server is (`[server]`), what goes wrong on the wire (`[[fault]]`)
//! and what each side must conclude (`[expect]`). See `docs/scenario-format.md`.

pub mod catalog;
pub mod keys;
pub mod model;

mod check;
mod diagnostic;
mod load;
mod read;

pub use catalog::{catalog, find, select};
pub use diagnostic::Diagnostic;
pub use load::{LARGEST_FILE, check_findings, load_file, load_str, read_file};
pub use model::Scenario;
