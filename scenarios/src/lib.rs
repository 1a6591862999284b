//! Scenarios: a checked description of one way in which a server is wrong.
//!
//! A scenario is data: who the server is (`[server]`), what goes wrong on the wire (`[[fault]]`)
//! and what each side must conclude (`[expect]`). See `docs/scenario-format.md`.

pub mod model;

pub use model::Scenario;
