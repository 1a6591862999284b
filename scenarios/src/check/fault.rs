//! `[[fault]]`: one table is one anchor, at most one operator, and perhaps an ending.

use core::ops::Range;

use badrdp_proto::vocab::{MessageKind, Stage};
use badrdp_proto::wire::Layer;

use super::bytes::{self, Count};
use super::words::{SERVER_HELLOS, THEN};
use crate::keys::{ADD, APPEND, DRIP, EDIT, FAULT, FRAME, INSERT, OPERATORS, RAW, REMOVE, TRUNCATE};
use crate::model::{Anchor, Fault, Operator, Value};
use crate::read::View;

/// Operators that need no message, only bytes on their way: they may strike every message.
const ANYWHERE: &[&str] = &["split", "drip", "wait"];

/// Operators that fit a TLS record, which has no layers.
const ON_TLS: &[&str] = &["alert", "server_hello", "omit", "replace", "split", "drip", "wait"];

/// A fault and where its parts stand in the file.
pub(super) struct Placed {
    pub(super) fault: Fault,
    /// The name of the operator, empty where there is none.
    pub(super) name: &'static str,
    pub(super) at: Range<usize>,
    pub(super) occurrence: Range<usize>,
    pub(super) operator: Range<usize>,
    pub(super) then: Range<usize>,
}

/// Every `[[fault]]` of the file that could be read.
pub(super) fn faults(file: &View<'_, '_>) -> Vec<Placed> {
    let items = file.array("fault").unwrap_or_default();
    items.iter().filter_map(|item| fault(&View::of(item, &FAULT, file.sink)?)).collect()
}

fn fault(view: &View<'_, '_>) -> Option<Placed> {
    let anchor = anchor(view);
    let given: Vec<&'static str> = OPERATORS.iter().copied().filter(|key| view.has(key)).collect();
    if let [_, second, ..] = given.as_slice() {
        let message = "one [[fault]] has one operator";
        view.sink.suggest(view.key_span(second), message, format!("make `{second}` a [[fault]] of its own"));
        return None;
    }
    let name = given.first().copied().unwrap_or_default();
    let then = view.word("then", THEN);
    if name.is_empty() && !view.has("then") {
        view.sink.report(view.span.clone(), "the fault does nothing: it has no operator and no `then`");
        return None;
    }
    let kind = anchor.and_then(|at| at.kind);
    // Read before the anchor gives the fault up, so that both report their mistakes.
    let operator = if name.is_empty() { None } else { Some(operator(view, kind, name)) };
    let at = anchor?;
    fits(view, at, name);
    let operator = match operator {
        Some(operator) => Some(operator?),
        None => None,
    };
    if let (Some(Operator::Hold(_) | Operator::Merge), Some(_)) = (&operator, then) {
        let message = format!("`{name}` waits for a later message, but `then` leaves none");
        view.sink.report(view.key_span("then"), message);
    }
    let (line, _) = view.sink.position(view.span.start);
    Some(Placed {
        fault: Fault { at, operator, then, line },
        name,
        at: view.get("at").map_or_else(|| view.span.clone(), |value| value.span()),
        occurrence: view.key_span("occurrence"),
        operator: view.key_span(if name.is_empty() { "then" } else { name }),
        then: view.key_span("then"),
    })
}

fn anchor(view: &View<'_, '_>) -> Option<Anchor> {
    let Some((name, span)) = view.string("at") else {
        if !view.has("at") {
            view.missing("at");
        }
        return None;
    };
    if name == "*" {
        if view.has("occurrence") {
            view.sink.report(view.key_span("occurrence"), "\"*\" is every message: `occurrence` means nothing here");
        }
        return Some(Anchor { kind: None, occurrence: None });
    }
    let Ok(kind) = name.parse::<MessageKind>() else {
        let kinds = MessageKind::ALL.iter().map(|kind| kind.name());
        view.sink.unknown(span, format!("unknown message `{name}`"), name, kinds);
        return None;
    };
    let occurrence = view.integer("occurrence").and_then(|n| u32::try_from(n).ok()).unwrap_or(1);
    Some(Anchor { kind: Some(kind), occurrence: Some(occurrence) })
}

/// Whether the operator makes sense at the anchor.
fn fits(view: &View<'_, '_>, at: Anchor, name: &str) {
    let span = || view.key_span(name);
    match at.kind {
        None if !name.is_empty() && !ANYWHERE.contains(&name) => {
            let message = format!("`{name}` needs one message, not \"*\"");
            view.sink.suggest(span(), message, format!("with \"*\": {}", ANYWHERE.join(", ")));
        }
        None if view.has("then") => {
            view.sink.report(view.key_span("then"), "`then` needs one message, not \"*\"");
        }
        Some(MessageKind::TlsServerHello) if !name.is_empty() && !ON_TLS.contains(&name) => {
            let message = format!("`{name}` does not fit a TLS record, which has no layers");
            view.sink.suggest(span(), message, format!("at TlsServerHello: {}", ON_TLS.join(", ")));
        }
        Some(kind) if name == "alert" && kind != MessageKind::TlsServerHello => {
            if kind.stage() < Stage::Tls {
                let suggestion = "write at = \"TlsServerHello\", or a message inside TLS";
                view.sink.suggest(span(), "`alert` is a TLS record, and TLS has not begun", suggestion);
            }
            if view.has("then") {
                view.sink.report(view.key_span("then"), "`alert` ends the connection: leave `then` out");
            }
        }
        Some(kind) if kind != MessageKind::TlsServerHello && name == "server_hello" => {
            view.sink.suggest(span(), "`server_hello` belongs to TLS", "write at = \"TlsServerHello\"");
        }
        _ => {}
    }
}

fn operator(view: &View<'_, '_>, at: Option<MessageKind>, name: &str) -> Option<Operator> {
    let small = |key: &str| view.integer(key).and_then(|n| u32::try_from(n).ok());
    let raw = |key: &str| bytes::raw(&view.table(key, &RAW)?);
    match name {
        "omit" => view.flag("omit").then_some(Operator::Omit),
        "merge" => view.flag("merge").then_some(Operator::Merge),
        "duplicate" => small("duplicate").map(Operator::Duplicate),
        "hold" => small("hold").map(Operator::Hold),
        "replace" => raw("replace").map(Operator::Replace),
        "before" => raw("before").map(Operator::Before),
        "after" => raw("after").map(Operator::After),
        "split" => split(view),
        "drip" => {
            let drip = view.table("drip", &DRIP)?;
            for key in DRIP.names().filter(|key| !drip.has(key)) {
                drip.missing(key);
            }
            let count = usize::try_from(drip.integer("bytes")?).ok()?;
            Some(Operator::Drip(count, bytes::duration(&drip, "every")?))
        }
        "wait" => bytes::duration(view, "wait").map(Operator::Wait),
        "alert" => view.integer("alert").and_then(|n| u8::try_from(n).ok()).map(Operator::Alert),
        "server_hello" => view.word("server_hello", SERVER_HELLOS).map(Operator::LegacyServerHello),
        _ => edit(view, at, name),
    }
}

fn split(view: &View<'_, '_>) -> Option<Operator> {
    let items = view.array("split")?;
    if items.is_empty() || items.len() > 64 {
        view.sink.report(view.key_span("split"), "`split` names 1 to 64 sizes");
        return None;
    }
    let size = |item| view.integer_of("split", item, 1..=FRAME).and_then(|n| usize::try_from(n).ok());
    let sizes: Vec<usize> = items.iter().filter_map(size).collect();
    (sizes.len() == items.len()).then_some(Operator::Split(sizes))
}

/// The byte family.
fn edit(view: &View<'_, '_>, kind: Option<MessageKind>, name: &str) -> Option<Operator> {
    let keys = match name {
        "set" | "xor" => &EDIT,
        "add" => &ADD,
        "remove" => &REMOVE,
        "truncate" => &TRUNCATE,
        "append" => &APPEND,
        _ => &INSERT,
    };
    let edit = view.table(name, keys)?;
    // Both parts are read before either is given up, so that both report their mistakes.
    match name {
        "set" | "xor" => {
            let value = bytes::value(&edit, kind);
            let length = match &value {
                Some(Value::Bytes(bytes)) => bytes.len(),
                _ => 1,
            };
            let place = bytes::place(&edit, kind, Count::OrElse(length));
            let (place, value) = (place?, value?);
            Some(if name == "set" { Operator::Set(place, value) } else { Operator::Xor(place, value) })
        }
        "add" => {
            for key in ["field", "value"].into_iter().filter(|key| !edit.has(key)) {
                edit.missing(key);
            }
            let value = edit.signed("value");
            if value == Some(0) {
                edit.sink.report(edit.key_span("value"), "0 changes nothing");
            }
            Some(Operator::Add(bytes::named(&edit, kind)?, value?))
        }
        "remove" => bytes::place(&edit, kind, Count::Written).map(Operator::Remove),
        "truncate" => {
            let layer = bytes::layer(&edit, kind);
            if !edit.has("keep") {
                edit.missing("keep");
            }
            let keep = edit.integer("keep").and_then(|n| usize::try_from(n).ok());
            Some(Operator::Truncate(layer?, keep?))
        }
        "append" => {
            let (layer, bytes): (Option<Layer>, _) = (bytes::layer(&edit, kind), bytes::raw(&edit));
            Some(Operator::Append(layer?, bytes?))
        }
        _ => {
            let (place, bytes) = (bytes::place(&edit, kind, Count::Fixed(0)), bytes::raw(&edit));
            Some(Operator::Insert(place?, bytes?))
        }
    }
}
