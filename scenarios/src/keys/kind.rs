//! What a key may hold.

use badrdp_proto::vocab::code::{Code, Known};

use super::Keys;

/// The names that a key knows.
pub type Names = fn() -> Vec<&'static str>;

/// What a key may hold.
#[derive(Clone, Copy)]
pub enum Kind {
    /// Any text.
    Text,
    /// Text in one line.
    Line,
    /// Lower-case letters, digits, dots and hyphens.
    Name,
    /// The id of one of the probe's findings.
    Finding,
    /// Pairs of hex digits.
    Hex,
    /// `"200ms"`.
    Duration,
    /// `"-5h"`.
    Offset,
    /// `true` or `false`.
    Switch,
    /// `true`, or no such line.
    Flag,
    /// A whole number between these.
    Number(u64, u64),
    /// A whole number between these, which may be negative.
    Signed(i64, i64),
    /// One of these words.
    Word(Names),
    /// A code by its name, or `"0x…"` where it has none.
    Code(&'static [Known]),
    /// A code, or one of these words.
    CodeOr(&'static [Known], Names),
    /// An array of texts.
    Texts,
    /// An array of names.
    NameList,
    /// An array of words.
    Words(Names),
    /// An array of whole numbers between these.
    Numbers(u64, u64),
    /// Major, minor and build, or nothing.
    OsVersion,
    /// A table.
    Table(&'static Keys),
    /// An array of tables.
    Tables(&'static Keys),
    /// An array of words and tables.
    Steps(Names, &'static Keys),
}

impl core::fmt::Debug for Kind {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Kind")
    }
}

impl Kind {
    /// A code space.
    #[must_use]
    pub const fn code<C: Code>() -> Self {
        Self::Code(C::KNOWN)
    }

    /// Whether it is written as a string.
    pub(crate) const fn is_string(&self) -> bool {
        matches!(self, Self::Text | Self::Line | Self::Name | Self::Finding | Self::Hex | Self::Duration | Self::Offset)
            || matches!(self, Self::Word(_) | Self::CodeOr(..))
    }

    /// Whether it is written as an array of strings.
    pub(crate) const fn is_strings(&self) -> bool {
        matches!(self, Self::Texts | Self::NameList | Self::Words(_))
    }

    /// Whether it is written as an array.
    pub(crate) const fn is_array(&self) -> bool {
        self.is_strings() || matches!(self, Self::Numbers(..) | Self::OsVersion | Self::Tables(_) | Self::Steps(..))
    }

    /// Whether it is one of exactly these words, or a list of them.
    pub(crate) fn is_one_of<T>(&self, words: &[(&'static str, T)]) -> bool {
        match self {
            Self::Word(known) | Self::Words(known) | Self::Steps(known, _) => known() == names(words),
            _ => false,
        }
    }

    /// Whether it is a code of this space.
    pub(crate) fn is_code(&self, space: &[Known]) -> bool {
        matches!(self, Self::Code(known) | Self::CodeOr(known, _) if *known == space)
    }

    /// Whether it is a table of these keys, or an array of such tables.
    pub(crate) fn is_table(&self, keys: &'static Keys) -> bool {
        matches!(self, Self::Table(known) | Self::Tables(known) | Self::Steps(_, known) if core::ptr::eq(*known, keys))
    }
}

/// The words of a table of words.
pub(crate) fn names<T>(words: &[(&'static str, T)]) -> Vec<&'static str> {
    words.iter().map(|(name, _)| *name).collect()
}
