//! Typed reading of a parsed table: what has the wrong type or an unknown name is reported where it stands.

use core::ops::{Range, RangeInclusive};

use badrdp_proto::vocab::code::Code;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::diagnostic::{Sink, did_you_mean};
use crate::keys::{Keys, Kind};

pub(crate) type Value<'i> = Spanned<DeValue<'i>>;

/// One table with its keys checked.
#[derive(Clone)]
pub(crate) struct View<'a, 'i> {
    table: &'a DeTable<'i>,
    /// Where the table stands.
    pub(crate) span: Range<usize>,
    keys: &'static Keys,
    /// Where mistakes go.
    pub(crate) sink: &'a Sink<'a>,
}

impl<'a, 'i> View<'a, 'i> {
    /// Reports every key that the table does not have.
    pub(crate) fn new(table: &'a DeTable<'i>, span: Range<usize>, keys: &'static Keys, sink: &'a Sink<'a>) -> Self {
        for key in table.keys() {
            let name: &str = key.get_ref();
            if keys.find(name).is_none() {
                let message = format!("unknown key `{name}` in {}", keys.table);
                sink.unknown(key.span(), message, name, keys.names());
            }
        }
        Self { table, span, keys, sink }
    }

    /// The table that `value` must be.
    pub(crate) fn of(value: &'a Value<'i>, keys: &'static Keys, sink: &'a Sink<'a>) -> Option<Self> {
        match value.get_ref() {
            DeValue::Table(table) => Some(Self::new(table, value.span(), keys, sink)),
            DeValue::Array(items) if items.len() == 1 => {
                let DeValue::Table(table) = items.first()?.get_ref() else {
                    sink.report(value.span(), format!("{} must be a table, not an array", keys.table));
                    return None;
                };
                let message = format!("{} is one table, and this is a list of tables", keys.table);
                sink.suggest(value.span(), message, "write it with one bracket");
                Some(Self::new(table, value.span(), keys, sink))
            }
            other => {
                sink.report(value.span(), format!("{} must be a table, not {}", keys.table, type_name(other)));
                None
            }
        }
    }

    pub(crate) const fn raw(&self) -> &'a DeTable<'i> {
        self.table
    }

    pub(crate) fn get(&self, key: &str) -> Option<&'a Value<'i>> {
        self.agreed(key, |_| true);
        self.table.get(key)
    }

    /// Stops a test where a key is read as something else than the table of keys says.
    fn agreed(&self, key: &str, as_read: impl Fn(Kind) -> bool) {
        debug_assert!(self.keys.find(key).is_some(), "{key} stands in no table of keys");
        let agreed = self.keys.find(key).is_none_or(|known| as_read(known.kind));
        debug_assert!(agreed, "`{key}` of {} is of another kind in the table of keys", self.keys.table);
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// Where the key (not its value) stands; the whole table where there is no such key.
    pub(crate) fn key_span(&self, key: &str) -> Range<usize> {
        self.table.get_key_value(key).map_or_else(|| self.span.clone(), |(key, _)| key.span())
    }

    pub(crate) fn missing(&self, key: &str) {
        self.sink.report(self.span.clone(), format!("{} needs `{key}`", self.keys.table));
    }

    pub(crate) fn table(&self, key: &str, keys: &'static Keys) -> Option<Self> {
        self.agreed(key, |kind| kind.is_table(keys));
        View::of(self.get(key)?, keys, self.sink)
    }

    pub(crate) fn array(&self, key: &str) -> Option<&'a [Value<'i>]> {
        self.agreed(key, |kind| kind.is_array());
        let value = self.get(key)?;
        match value.get_ref() {
            DeValue::Array(items) => Some(items),
            one @ DeValue::Table(_) => {
                let Kind::Tables(keys) = self.keys.find(key)?.kind else {
                    return self.wrong_type(key, value, "an array", one);
                };
                let message = format!("`{key}` is a list of tables, and this is one table");
                self.sink.suggest(value.span(), message, format!("write {} with two brackets", keys.table));
                // What is wrong inside it is told, too, and what needs it finds it.
                Some(core::slice::from_ref(value))
            }
            other => self.wrong_type(key, value, "an array", other),
        }
    }

    pub(crate) fn string(&self, key: &str) -> Option<(&'a str, Range<usize>)> {
        self.agreed(key, |kind| kind.is_string());
        let value = self.get(key)?;
        match value.get_ref() {
            DeValue::String(text) => Some((text, value.span())),
            other => self.wrong_type(key, value, "a string", other),
        }
    }

    pub(crate) fn strings(&self, key: &str) -> Vec<(&'a str, Range<usize>)> {
        self.agreed(key, |kind| kind.is_strings());
        let items = self.array(key).unwrap_or_default();
        let string = |item: &'a Value<'i>| match item.get_ref() {
            DeValue::String(text) => Some((&**text, item.span())),
            other => self.wrong_type(key, item, "an array of strings", other),
        };
        items.iter().filter_map(string).collect()
    }

    pub(crate) fn boolean(&self, key: &str) -> Option<bool> {
        self.agreed(key, |kind| matches!(kind, Kind::Switch | Kind::Flag));
        let value = self.get(key)?;
        match value.get_ref() {
            DeValue::Boolean(flag) => Some(*flag),
            other => self.wrong_type(key, value, "true or false", other),
        }
    }

    /// A key that is there or not, such as `omit = true`.
    pub(crate) fn flag(&self, key: &str) -> bool {
        self.agreed(key, |kind| matches!(kind, Kind::Flag));
        match self.boolean(key) {
            Some(false) => {
                let message = format!("`{key} = false` does nothing");
                self.sink.suggest(self.key_span(key), message, "leave the line out");
                false
            }
            Some(true) => true,
            None => false,
        }
    }

    /// A whole number, between what the table of keys says.
    pub(crate) fn integer(&self, key: &str) -> Option<u64> {
        let range = match self.keys.find(key)?.kind {
            Kind::Number(least, most) => least..=most,
            _ => return None,
        };
        self.integer_within(key, range)
    }

    /// A whole number, in a range that depends on other keys.
    pub(crate) fn integer_within(&self, key: &str, range: RangeInclusive<u64>) -> Option<u64> {
        self.agreed(key, |kind| matches!(kind, Kind::Number(..)));
        let value = self.get(key)?;
        self.integer_of(key, value, range)
    }

    pub(crate) fn integer_of(&self, key: &str, value: &Value<'_>, range: RangeInclusive<u64>) -> Option<u64> {
        let DeValue::Integer(integer) = value.get_ref() else {
            return self.wrong_type(key, value, "a whole number", value.get_ref());
        };
        let number = u64::from_str_radix(integer.as_str(), integer.radix()).ok().filter(|n| range.contains(n));
        if number.is_none() {
            let message = format!("`{key}` must be between {} and {}", range.start(), range.end());
            self.sink.report(value.span(), message);
        }
        number
    }

    /// A whole number that may be negative.
    pub(crate) fn signed(&self, key: &str) -> Option<i64> {
        let Kind::Signed(least, most) = self.keys.find(key)?.kind else { return None };
        let value = self.get(key)?;
        let DeValue::Integer(integer) = value.get_ref() else {
            return self.wrong_type(key, value, "a whole number", value.get_ref());
        };
        let number = i64::from_str_radix(integer.as_str(), integer.radix()).ok();
        let number = number.filter(|number| (least..=most).contains(number));
        if number.is_none() {
            self.sink.report(value.span(), format!("`{key}` must be between {least} and {most}"));
        }
        number
    }

    /// One of a few words.
    pub(crate) fn word<T: Copy>(&self, key: &str, words: &[(&'static str, T)]) -> Option<T> {
        self.agreed(key, |kind| kind.is_one_of(words));
        let (text, span) = self.string(key)?;
        self.sink.word(key, text, span, words)
    }

    /// Several of a few words: what each means, the word itself, and where it stands.
    pub(crate) fn words<T: Copy>(&self, key: &str, words: &[(&'static str, T)]) -> Vec<(T, &'a str, Range<usize>)> {
        self.agreed(key, |kind| kind.is_one_of(words));
        let known = |(text, span): (&'a str, Range<usize>)| {
            let value = self.sink.word(key, text, span.clone(), words)?;
            Some((value, text, span))
        };
        self.strings(key).into_iter().filter_map(known).collect()
    }

    /// A code by its name, or `0x…` for a number that has none.
    pub(crate) fn code<C: Code>(&self, key: &str, new: impl Fn(u64) -> Option<C>) -> Option<C> {
        self.agreed(key, |kind| kind.is_code(C::KNOWN));
        let value = self.get(key)?;
        let number = match value.get_ref() {
            DeValue::String(text) => match text.strip_prefix("0x") {
                Some(digits) => u64::from_str_radix(digits, 16).ok(),
                None => {
                    let known = C::KNOWN.iter().find(|known| known.name == &**text);
                    if known.is_none() {
                        let message = format!("unknown {} `{text}`", C::SPACE);
                        self.sink.unknown(value.span(), message, text, C::KNOWN.iter().map(|known| known.name));
                    }
                    return known.and_then(|known| new(known.number));
                }
            },
            DeValue::Integer(integer) => u64::from_str_radix(integer.as_str(), integer.radix()).ok(),
            other => return self.wrong_type(key, value, "a name, or \"0x…\" for a number without one", other),
        };
        let Some(code) = number.and_then(new) else {
            self.sink.report(value.span(), format!("`{key}` is no number that {} can hold", C::SPACE));
            return None;
        };
        if let Some(name) = code.name() {
            let message = format!("{:#x} has a name", code.number());
            self.sink.suggest(value.span(), message, format!("write \"{name}\""));
        } else if matches!(value.get_ref(), DeValue::Integer(_)) {
            let message = "a number without a name is written in hex";
            self.sink.suggest(value.span(), message, format!("write \"{:#x}\"", code.number()));
        }
        Some(code)
    }

    pub(crate) fn wrong_type<T>(&self, key: &str, at: &Value<'_>, wanted: &str, got: &DeValue<'_>) -> Option<T> {
        self.sink.report(at.span(), format!("`{key}` must be {wanted}, not {}", type_name(got)));
        None
    }
}

impl Sink<'_> {
    /// Reports an unknown name with the nearest known one.
    pub(crate) fn unknown<'n>(
        &self,
        span: Range<usize>,
        message: String,
        name: &str,
        known: impl IntoIterator<Item = &'n str>,
    ) {
        match did_you_mean(name, known) {
            Some(suggestion) => self.suggest(span, message, suggestion),
            None => self.report(span, message),
        }
    }

    /// One of a few words.
    pub(crate) fn word<T: Copy>(&self, what: &str, text: &str, span: Range<usize>, words: &[(&str, T)]) -> Option<T> {
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        if found.is_none() {
            self.unknown(span, format!("`{text}` is no value of `{what}`"), text, words.iter().map(|(word, _)| *word));
        }
        found
    }
}

pub(crate) const fn type_name(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "an array",
        DeValue::Table(_) => "a table",
    }
}
