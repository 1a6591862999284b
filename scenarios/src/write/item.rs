//! Tables and values on their way to text.

use core::time::Duration;

use badrdp_proto::vocab::code::Code;
use serde::ser::{Serialize, SerializeMap as _, Serializer};
use toml::ser::ValueSerializer;

use super::WriteError;

/// A value.
#[derive(Clone, Debug, serde::Serialize)]
#[serde(untagged)]
pub(super) enum Item {
    Text(String),
    Number(u64),
    Signed(i64),
    Switch(bool),
    List(Vec<Self>),
    Table(Entries),
}

/// Keys and values, in the order in which they are written.
#[derive(Clone, Debug, Default)]
pub(super) struct Entries(Vec<(&'static str, Item)>);

/// A header and what stands below it.
#[derive(Clone, Debug)]
pub(super) struct Section {
    header: Option<String>,
    entries: Entries,
}

impl From<&str> for Item {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<u64> for Item {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<i64> for Item {
    fn from(number: i64) -> Self {
        Self::Signed(number)
    }
}

impl From<bool> for Item {
    fn from(switch: bool) -> Self {
        Self::Switch(switch)
    }
}

impl From<Entries> for Item {
    fn from(entries: Entries) -> Self {
        Self::Table(entries)
    }
}

impl Item {
    pub(super) fn texts(texts: &[String]) -> Self {
        Self::List(texts.iter().map(|text| Self::from(text.as_str())).collect())
    }

    pub(super) fn size(number: usize) -> Self {
        Self::Number(u64::try_from(number).unwrap_or(u64::MAX))
    }

    /// The word that means `value`.
    pub(super) fn word<T: PartialEq>(
        key: &'static str,
        words: &[(&'static str, T)],
        value: &T,
    ) -> Result<Self, WriteError> {
        let word = words.iter().find(|(_, known)| known == value);
        word.map(|(word, _)| Self::from(*word)).ok_or(WriteError::NoWord(key))
    }

    /// A code by its name, or `0x…` where it has none.
    pub(super) fn code<C: Code>(code: C) -> Self {
        Self::Text(code.name().map_or_else(|| format!("{:#x}", code.number()), str::to_owned))
    }

    pub(super) fn duration(key: &'static str, duration: Duration) -> Result<Self, WriteError> {
        if duration.subsec_nanos().is_multiple_of(1_000_000) {
            Ok(Self::Text(format!("{}ms", duration.as_millis())))
        } else {
            Err(WriteError::NoWord(key))
        }
    }

    pub(super) fn hex(bytes: &[u8]) -> Self {
        Self::Text(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

impl Entries {
    pub(super) fn add(&mut self, key: &'static str, item: impl Into<Item>) {
        self.0.push((key, item.into()));
    }

    /// Adds what is not so anyway.
    pub(super) fn add_unless(&mut self, default: bool, key: &'static str, item: impl Into<Item>) {
        if !default {
            self.add(key, item);
        }
    }
}

impl Serialize for Entries {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, item) in &self.0 {
            map.serialize_entry(key, item)?;
        }
        map.end()
    }
}

impl Section {
    pub(super) const fn top(entries: Entries) -> Self {
        Self { header: None, entries }
    }

    pub(super) fn table(path: &str, entries: Entries) -> Self {
        Self { header: Some(format!("[{path}]")), entries }
    }

    /// Whether it says nothing.
    pub(super) const fn is_empty(&self) -> bool {
        self.entries.0.is_empty()
    }

    /// One of an array of tables.
    pub(super) fn element(path: &str, entries: Entries) -> Self {
        Self { header: Some(format!("[[{path}]]")), entries }
    }
}

/// The text of a file; tables that say nothing are left out.
pub(super) fn text(sections: &[Section]) -> Result<String, WriteError> {
    let mut text = String::new();
    for Section { header, entries } in sections.iter().filter(|section| !section.entries.0.is_empty()) {
        if let Some(header) = header {
            text.push('\n');
            text.push_str(header);
            text.push('\n');
        }
        for (key, item) in &entries.0 {
            text.push_str(key);
            text.push_str(" = ");
            let written = item.serialize(ValueSerializer::new(&mut text));
            written.map_err(|error| WriteError::Toml { key, why: error.to_string() })?;
            text.push('\n');
        }
    }
    Ok(text)
}
