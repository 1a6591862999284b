//! A document read leniently: it may come from another version, and what stands in it from a hostile host.

use serde_json::Value;

use crate::report::printable;

/// Characters of a name, a fact or a sentence that are shown.
const LONGEST: usize = 1000;
/// Characters of what stands in a table's cell.
const SHORT: usize = 160;

/// A part of a document. What is missing, or is of another kind than was asked for, is empty.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part<'a>(Option<&'a Value>);

impl<'a> Part<'a> {
    pub(super) const fn of(value: &'a Value) -> Self {
        Self(Some(value))
    }

    /// What is missing.
    pub(super) const fn none() -> Self {
        Self(None)
    }

    /// The field `key`.
    pub(super) fn get(self, key: &str) -> Self {
        Self(self.0.and_then(|value| value.get(key)))
    }

    /// Whether it is there, and not `null`.
    pub(super) fn is_there(self) -> bool {
        self.0.is_some_and(|value| !value.is_null())
    }

    /// Text, safe to show and of bounded length; none where it is empty.
    pub(super) fn text(self) -> Option<String> {
        self.0.and_then(Value::as_str).filter(|text| !text.is_empty()).map(|text| clip(text, LONGEST))
    }

    /// As [`Part::text`], for fields that have to say something.
    pub(super) fn words(self) -> String {
        self.text().unwrap_or_default()
    }

    /// Text as it stands in the document, to compare with.
    pub(super) fn is(self, text: &str) -> bool {
        self.0.and_then(Value::as_str) == Some(text)
    }

    pub(super) fn number(self) -> Option<i64> {
        self.0.and_then(Value::as_i64)
    }

    pub(super) fn decimal(self) -> Option<f64> {
        self.0.and_then(Value::as_f64)
    }

    pub(super) fn flag(self) -> Option<bool> {
        self.0.and_then(Value::as_bool)
    }

    /// `0x904` as a number.
    pub(super) fn hex(self) -> Option<u32> {
        let text = self.0.and_then(Value::as_str)?;
        u32::from_str_radix(text.strip_prefix("0x")?, 16).ok()
    }

    /// The elements of a list.
    pub(super) fn list(self) -> impl ExactSizeIterator<Item = Part<'a>> + DoubleEndedIterator {
        self.0.and_then(Value::as_array).map_or(&[][..], Vec::as_slice).iter().map(Part::of)
    }

    /// The texts of a list, the first `most` of them, and a line that says how many more there are.
    pub(super) fn texts(self, most: usize) -> Vec<String> {
        let all = self.list();
        let more = all.len().saturating_sub(most);
        let shown = all.take(most).filter_map(Part::text);
        shown.chain((more > 0).then(|| format!("and {more} more"))).collect()
    }
}

/// `text` made safe to show, and cut behind `most` characters.
pub(super) fn clip(text: &str, most: usize) -> String {
    let end = text.char_indices().nth(most).map_or(text.len(), |(end, _)| end);
    let (shown, rest) = text.split_at_checked(end).unwrap_or((text, ""));
    // Two characters that no document may have, besides those that are obeyed in place of shown.
    let mut shown = printable(shown).replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}");
    if !rest.is_empty() {
        shown.push_str(&format!("… ({} more characters)", rest.chars().count()));
    }
    shown
}

/// `text` for a table's cell.
pub(super) fn short(text: &str) -> String {
    if text.chars().count() <= SHORT {
        return text.to_owned();
    }
    text.chars().take(SHORT).chain(['…']).collect()
}
