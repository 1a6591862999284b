//! One `[[fault]]`.

use badrdp_proto::wire::Layer;

use super::WriteError;
use super::item::{Entries, Item};
use crate::check::words;
use crate::model::{Anchor, Fault, Operator, Place, Span, Value};

pub(super) fn entries(fault: &Fault) -> Result<Entries, WriteError> {
    // The line is the file's business.
    let Fault { at, operator, then, line: _ } = fault;
    let Anchor { kind, occurrence } = at;
    let mut entries = Entries::default();
    entries.add("at", kind.map_or("*", |kind| kind.name()));
    if let Some(occurrence) = occurrence.filter(|number| *number != 1) {
        entries.add("occurrence", u64::from(occurrence));
    }
    if let Some(operator) = operator {
        let (key, item) = self::operator(operator)?;
        entries.add(key, item);
    }
    if let Some(then) = then {
        entries.add("then", Item::word("then", words::THEN, then)?);
    }
    Ok(entries)
}

/// The operator's name; none for what no file can say.
pub(super) fn name(operator: &Operator) -> Option<&'static str> {
    self::operator(operator).ok().map(|(name, _)| name)
}

fn operator(operator: &Operator) -> Result<(&'static str, Item), WriteError> {
    Ok(match operator {
        Operator::Omit => ("omit", true.into()),
        Operator::Duplicate(times) => ("duplicate", u64::from(*times).into()),
        Operator::Replace(bytes) => ("replace", raw("replace", Entries::default(), bytes)?),
        Operator::Before(bytes) => ("before", raw("before", Entries::default(), bytes)?),
        Operator::After(bytes) => ("after", raw("after", Entries::default(), bytes)?),
        Operator::Hold(later) => ("hold", u64::from(*later).into()),
        Operator::Set(place, value) => ("set", edit("set", place, value)?),
        Operator::Xor(place, value) => ("xor", edit("xor", place, value)?),
        Operator::Add(place, _) if !matches!(place.span, Span::Field(_)) => return Err(WriteError::NoWord("add")),
        Operator::Add(place, amount) => {
            let mut entries = self::place(place, None);
            entries.add("value", *amount);
            ("add", entries.into())
        }
        Operator::Remove(place) => ("remove", self::place(place, None).into()),
        Operator::Truncate(layer, keep) => {
            let mut entries = self::layer(*layer);
            entries.add("keep", Item::size(*keep));
            ("truncate", entries.into())
        }
        Operator::Append(layer, bytes) => ("append", raw("append", self::layer(*layer), bytes)?),
        Operator::Insert(place, bytes) => ("insert", raw("insert", self::place(place, Some(0)), bytes)?),
        Operator::Split(sizes) => ("split", Item::List(sizes.iter().map(|size| Item::size(*size)).collect())),
        Operator::Drip(bytes, every) => {
            let mut entries = Entries::default();
            entries.add("bytes", Item::size(*bytes));
            entries.add("every", Item::duration("every", *every)?);
            ("drip", entries.into())
        }
        Operator::Wait(time) => ("wait", Item::duration("wait", *time)?),
        Operator::Merge => ("merge", true.into()),
        Operator::Alert(description) => ("alert", u64::from(*description).into()),
        Operator::LegacyServerHello(version) => {
            ("server_hello", Item::word("server_hello", words::SERVER_HELLOS, version)?)
        }
    })
}

/// `set` and `xor`.
fn edit(key: &'static str, place: &Place, value: &Value) -> Result<Item, WriteError> {
    Ok(match value {
        Value::Bytes(bytes) if bytes.is_empty() => return Err(WriteError::NoWord(key)),
        Value::Bytes(bytes) => {
            let mut entries = self::place(place, Some(bytes.len()));
            entries.add("hex", Item::hex(bytes));
            entries.into()
        }
        Value::Number(number) => {
            if !matches!(place.span, Span::Field(_)) {
                // Bytes at an offset have no width.
                return Err(WriteError::NoWord(key));
            }
            let mut entries = self::place(place, None);
            entries.add("value", *number);
            entries.into()
        }
    })
}

fn layer(layer: Layer) -> Entries {
    let mut entries = Entries::default();
    entries.add("layer", layer.name());
    entries
}

/// `usual`: the count of bytes where the file says none.
fn place(place: &Place, usual: Option<usize>) -> Entries {
    let Place { layer, span } = place;
    let mut entries = self::layer(*layer);
    match span {
        Span::Field(path) => entries.add("field", path.as_str()),
        Span::Bytes { at, count } => {
            entries.add("at", Item::size(*at));
            entries.add_unless(usual == Some(*count), "count", Item::size(*count));
        }
    }
    entries
}

/// Bytes as the format writes them: as text, where that is easier to read.
fn raw(key: &'static str, mut entries: Entries, bytes: &[u8]) -> Result<Item, WriteError> {
    let readable = |byte: &u8| byte.is_ascii_graphic() || matches!(byte, b' ' | b'\r' | b'\n');
    match core::str::from_utf8(bytes) {
        _ if bytes.is_empty() => return Err(WriteError::NoWord(key)),
        Ok(text) if bytes.iter().all(readable) => entries.add("text", text),
        _ => entries.add("hex", Item::hex(bytes)),
    }
    Ok(entries.into())
}
