//! Bytes, places and durations as a scenario file writes them.

use core::ops::Range;
use core::time::Duration;

use badrdp_proto::pdu::specimen;
use badrdp_proto::vocab::MessageKind;
use badrdp_proto::wire::Layer;

use crate::diagnostic::Sink;
use crate::model::{Place, Span, Value};
use crate::read::View;

/// `hex` or `text`, exactly one of them.
pub(super) fn raw(view: &View<'_, '_>) -> Option<Vec<u8>> {
    match (view.string("hex"), view.string("text")) {
        (Some((digits, span)), None) => hex(digits, span, view.sink),
        (None, Some((text, span))) => {
            if text.is_empty() {
                view.sink.report(span, "`text` is empty");
            }
            Some(text.as_bytes().to_vec())
        }
        (Some(_), Some(_)) => {
            view.sink.report(view.key_span("text"), "`hex` and `text` say the same thing twice: keep one");
            None
        }
        (None, None) => {
            if !view.has("hex") && !view.has("text") {
                view.sink.report(view.span.clone(), "the bytes are missing: write `hex` or `text`");
            }
            None
        }
    }
}

/// Pairs of hex digits; spaces between them are ignored.
pub(super) fn hex(digits: &str, span: Range<usize>, sink: &Sink<'_>) -> Option<Vec<u8>> {
    let digits: String = digits.chars().filter(|c| !c.is_whitespace()).collect();
    if let Some(wrong) = digits.chars().find(|c| !c.is_ascii_hexdigit()) {
        sink.report(span, format!("`{wrong}` is no hex digit"));
        return None;
    }
    if digits.is_empty() || !digits.len().is_multiple_of(2) {
        sink.report(span, format!("{} hex digits are no whole bytes", digits.len()));
        return None;
    }
    let pairs = (0..digits.len()).step_by(2).filter_map(|at| digits.get(at..at + 2));
    pairs.map(|pair| u8::from_str_radix(pair, 16).ok()).collect()
}

/// `"200ms"` or `"2s"`.
pub(super) fn duration(view: &View<'_, '_>, key: &str) -> Option<Duration> {
    let (text, span) = view.string(key)?;
    let parsed = match (text.strip_suffix("ms"), text.strip_suffix('s')) {
        (Some(number), _) => number.parse().ok().map(Duration::from_millis),
        (None, Some(number)) => number.parse().ok().map(Duration::from_secs),
        (None, None) => None,
    };
    match parsed {
        Some(duration) if duration <= Duration::from_secs(60) => Some(duration),
        Some(_) => {
            view.sink.report(span, format!("`{key}` may be 60s at most"));
            None
        }
        None => {
            view.sink.suggest(span, format!("`{text}` is no duration"), "write \"200ms\" or \"2s\"");
            None
        }
    }
}

/// `"0s"`, `"10m"` or `"-5h"`, in seconds; at most 1000 days either way.
pub(super) fn offset(view: &View<'_, '_>, key: &str) -> Option<i64> {
    const UNITS: [(char, i64); 4] = [('s', 1), ('m', 60), ('h', 3600), ('d', 86_400)];
    let (text, span) = view.string(key)?;
    let split = UNITS.iter().find_map(|(unit, seconds)| Some((text.strip_suffix(*unit)?, *seconds)));
    let parsed = split.and_then(|(number, unit)| number.parse::<i64>().ok()?.checked_mul(unit));
    match parsed {
        Some(seconds) if seconds.abs() <= 86_400_000 => Some(seconds),
        Some(_) => {
            view.sink.report(span, format!("`{key}` may be 1000d at most, either way"));
            None
        }
        None => {
            view.sink.suggest(span, format!("`{text}` is no offset"), "write \"10m\", \"-5h\" or \"2d\"");
            None
        }
    }
}

/// `layer`, which the anchored message must have.
pub(super) fn layer(view: &View<'_, '_>, kind: Option<MessageKind>) -> Option<Layer> {
    let Some((name, span)) = view.string("layer") else {
        if !view.has("layer") {
            view.missing("layer");
        }
        return None;
    };
    let Ok(layer) = name.parse::<Layer>() else {
        let layers = Layer::ALL.iter().map(|layer| layer.name());
        view.sink.unknown(span, format!("unknown layer `{name}`"), name, layers);
        return None;
    };
    // An unknown message was reported already; its layers are anybody's guess.
    let Some(kind) = kind else { return Some(layer) };
    let layers = specimen::layers(kind);
    if layers.is_empty() {
        // A TLS record: the operator itself is refused there.
        return None;
    }
    if !layers.contains(&layer) {
        let names: Vec<&str> = layers.iter().map(|layer| layer.name()).collect();
        let message = format!("{kind} has no layer `{layer}`");
        view.sink.suggest(span, message, format!("its layers: {}", names.join(", ")));
        return None;
    }
    Some(layer)
}

/// `field`, or `at` with a count of bytes.
pub(super) fn place(view: &View<'_, '_>, kind: Option<MessageKind>, count: Count) -> Option<Place> {
    let layer = layer(view, kind)?;
    match (view.has("field"), view.has("at")) {
        (true, false) => {
            if count.may_be_written() && view.has("count") {
                view.sink.report(view.key_span("count"), "a field has its own length: leave `count` out");
            }
            let path = field(view, kind, layer)?;
            Some(Place { layer, span: Span::Field(path) })
        }
        (false, true) => {
            let at = view.integer("at")?;
            let written = if count.may_be_written() { view.integer("count") } else { None };
            let count = match (count, written) {
                (Count::Written, None) => {
                    if !view.has("count") {
                        view.sink.report(view.span.clone(), "`at` needs `count`");
                    }
                    return None;
                }
                (Count::Written | Count::OrElse(_), Some(count)) => usize::try_from(count).ok()?,
                (Count::OrElse(count) | Count::Fixed(count), _) => count,
            };
            Some(Place { layer, span: Span::Bytes { at: usize::try_from(at).ok()?, count } })
        }
        (true, true) => {
            view.sink.report(view.key_span("at"), "`field` and `at` name two places: keep one");
            None
        }
        (false, false) => {
            view.sink.report(view.span.clone(), "the place is missing: write `field`, or `at` for an offset");
            None
        }
    }
}

/// `field` alone.
pub(super) fn named(view: &View<'_, '_>, kind: Option<MessageKind>) -> Option<Place> {
    let layer = layer(view, kind)?;
    Some(Place { layer, span: Span::Field(field(view, kind, layer)?) })
}

/// How many bytes `at` means.
#[derive(Clone, Copy)]
pub(super) enum Count {
    /// `count` must say it.
    Written,
    /// `count` may say it.
    OrElse(usize),
    /// It is known.
    Fixed(usize),
}

impl Count {
    const fn may_be_written(self) -> bool {
        !matches!(self, Self::Fixed(_))
    }
}

fn field(view: &View<'_, '_>, kind: Option<MessageKind>, layer: Layer) -> Option<String> {
    let (path, span) = view.string("field")?;
    let Some(kind) = kind else { return Some(path.to_owned()) };
    let fields = fields_of(kind);
    let known = || fields.iter().filter(|(at, _, _)| *at == layer).map(|(_, path, _)| path.as_str());
    if known().all(|known| known != path) {
        let message = format!("{kind} has no field `{path}` in its layer `{layer}`");
        view.sink.unknown(span, message, path, known());
        return None;
    }
    Some(path.to_owned())
}

/// The value of `set` and `xor`: `hex`, or `value` where a field gives its width.
pub(super) fn value(view: &View<'_, '_>, kind: Option<MessageKind>) -> Option<Value> {
    match (view.has("hex"), view.has("value")) {
        (true, false) => {
            let (digits, span) = view.string("hex")?;
            hex(digits, span, view.sink).map(Value::Bytes)
        }
        (false, true) => {
            if !view.has("field") {
                let message = "`value` is written over a field's own width; bytes at an offset have none";
                view.sink.suggest(view.key_span("value"), message, "write `hex`");
                return None;
            }
            let width = width(view, kind);
            let most = match width {
                Some(width) if width < 8 => (1u64 << (8 * width)) - 1,
                _ => u64::MAX,
            };
            view.integer_within("value", 0..=most).map(Value::Number)
        }
        (true, true) => {
            view.sink.report(view.key_span("value"), "`hex` and `value` say the same thing twice: keep one");
            None
        }
        (false, false) => {
            view.sink.report(view.span.clone(), "the new value is missing: write `hex` or `value`");
            None
        }
    }
}

/// The width of the named field, where all of its names are right.
fn width(view: &View<'_, '_>, kind: Option<MessageKind>) -> Option<usize> {
    let (layer, _) = view.string("layer")?;
    let (path, _) = view.string("field")?;
    let fields = fields_of(kind?).into_iter();
    fields.filter(|(at, known, _)| at.name() == layer && known == path).map(|(_, _, width)| width).next()
}

/// Layer, path and width of every field that an honest message of this kind may have.
fn fields_of(kind: MessageKind) -> Vec<(Layer, String, usize)> {
    let mut fields = specimen::fields(kind);
    if kind == MessageKind::X224ConnectionConfirm {
        // The specimen accepts; a refusal has its code in the same place.
        let refusal: Vec<_> = fields
            .iter()
            .filter(|(_, path, _)| path.starts_with("RDP_NEG_RSP."))
            .map(|(layer, path, width)| {
                let path = path.replace("RDP_NEG_RSP", "RDP_NEG_FAILURE").replace("selectedProtocol", "failureCode");
                (*layer, path, *width)
            })
            .collect();
        fields.extend(refusal);
    }
    fields
}
