//! Fields of a JSON object, by name; what is wrong is said with the name.

use core::time::Duration;

use badrdp_proto::vocab::Stage;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::exact;

/// What stands in place of what differs from run to run.
const MASKED: &str = "masked";
/// Ten years: longer than any connection, and exact as a floating-point number.
const MOST_MICROS: f64 = 10.0 * 366.0 * 86_400.0 * 1_000_000.0;

/// An object's fields.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields<'a>(pub(super) &'a Map<String, Value>);

impl<'a> Fields<'a> {
    pub(super) fn of(value: &'a Value) -> Result<Self, String> {
        value.as_object().map(Self).ok_or_else(|| "not an object".to_owned())
    }

    /// The field; `null` is as good as none.
    pub(super) fn get(self, name: &str) -> Option<&'a Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// The field as `of` reads it.
    pub(super) fn read<T>(self, name: &str, of: impl FnOnce(&'a Value) -> Result<T, String>) -> Result<T, String> {
        let value = self.get(name).ok_or_else(|| format!("no field `{name}`"))?;
        of(value).map_err(|why| format!("`{name}`: {why}"))
    }

    /// As [`Fields::read`], where the field may be absent.
    pub(super) fn optional<T>(
        self,
        name: &str,
        of: impl FnOnce(&'a Value) -> Result<T, String>,
    ) -> Result<Option<T>, String> {
        self.get(name).map(|_| self.read(name, of)).transpose()
    }

    /// A field of a type that serde knows.
    pub(super) fn plain<T: DeserializeOwned>(self, name: &str) -> Result<T, String> {
        self.read(name, |value| exact::read(value, T::deserialize))
    }

    /// As [`Fields::plain`], where the field may be absent.
    pub(super) fn maybe<T: DeserializeOwned>(self, name: &str) -> Result<Option<T>, String> {
        self.optional(name, |value| exact::read(value, T::deserialize))
    }

    /// As [`Fields::maybe`], where the value may be masked.
    pub(super) fn unmasked<T: DeserializeOwned>(self, name: &str) -> Result<Option<T>, String> {
        if self.get(name).is_some_and(|value| value == MASKED) { Ok(None) } else { self.maybe(name) }
    }

    /// Bytes in hex; none where they are masked.
    pub(super) fn bytes(self, name: &str) -> Result<Option<Vec<u8>>, String> {
        let text: Option<String> = self.unmasked(name)?;
        text.map(|text| exact::bytes(&text)).transpose().map_err(|why| format!("`{name}`: {why}"))
    }

    /// A name out of a table.
    pub(super) fn named<T>(self, name: &str, of: impl FnOnce(&str) -> Option<T>) -> Result<T, String> {
        let text: String = self.plain(name)?;
        of(&text).ok_or_else(|| format!("`{name}`: {text:?} is none of the names known here"))
    }

    pub(super) fn stage(self) -> Result<Stage, String> {
        self.named("stage", |name| name.parse().ok())
    }

    pub(super) fn milliseconds(self, name: &str) -> Result<Duration, String> {
        let milliseconds: f64 = self.plain(name)?;
        // Back to the whole microseconds that were written.
        let micros = (milliseconds * 1000.0).round();
        if !(0.0..=MOST_MICROS).contains(&micros) {
            return Err(format!("`{name}`: {milliseconds} is no duration of a connection"));
        }
        Ok(Duration::from_micros(micros as u64))
    }
}
