//! Every key of the file format, table by table: what the checker accepts, and what the schema says.
//!
//! The checker reads each key as the kind that stands here; in tests it stops where the two disagree.
//! `docs/scenario-format.md` explains each key.

mod kind;
mod tables;

pub use kind::{Kind, Names};
pub use tables::TABLES;
pub(crate) use tables::*;

/// The keys of one table.
#[derive(Debug)]
pub struct Keys {
    /// The table's name in the schema.
    pub id: &'static str,
    /// The table as a message names it.
    pub table: &'static str,
    /// Its keys.
    pub keys: &'static [Key],
    /// Keys that go together, or do not.
    pub rules: &'static [Rule],
}

/// One key.
#[derive(Debug)]
pub struct Key {
    /// As a file writes it.
    pub name: &'static str,
    /// What it may hold.
    pub kind: Kind,
    /// What it means, in one line.
    pub about: &'static str,
}

/// Keys of one table that go together, or do not.
#[derive(Clone, Copy, Debug)]
pub enum Rule {
    /// It must be there.
    Needs(&'static str),
    /// Exactly one of them.
    One(&'static [&'static str]),
    /// At most one of them.
    AtMostOne(&'static [&'static str]),
    /// One of them or more.
    Some(&'static [&'static str]),
    /// The first needs the second.
    With(&'static str, &'static str),
}

impl Keys {
    /// The key with this name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }

    /// Every key's name.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.keys.iter().map(|key| key.name)
    }
}
