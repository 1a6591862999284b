//! The message family: whole messages kept back, doubled, replaced, accompanied.

use badrdp_proto::vocab::MessageKind;
use badrdp_scenarios::model::{Fault, Operator};
use bytes::Bytes;

use super::{Shaped, WireOp, count};

/// Applies a fault of the message family to the entries of one message; false for other families.
pub(super) fn apply(group: &mut Vec<Shaped>, fault: &Fault) -> bool {
    let line = fault.line;
    let Some(kind) = group.first().map(|shaped| shaped.kind) else {
        return false;
    };
    match &fault.operator {
        Some(Operator::Omit) => {
            keep_back(group, &format!("omitted (line {line})"));
        }
        // A ServerHello's alert is in its place already; inside TLS the connection's end carries it.
        Some(Operator::Alert(description)) if kind != MessageKind::TlsServerHello => {
            keep_back(group, &format!("alert {description} in its place (line {line})"));
        }
        Some(Operator::Replace(bytes)) => {
            for shaped in group.iter_mut() {
                let bytes = Bytes::copy_from_slice(bytes);
                let phrase = format!("replaced by {} (line {line})", count(bytes.len()));
                let altered = with(&shaped.altered, phrase);
                *shaped = Shaped { altered, ..Shaped::plain(kind, None, bytes) };
            }
        }
        Some(Operator::Duplicate(times)) => {
            let mut again = group.clone();
            for shaped in &mut again {
                shaped.altered.push(format!("sent again (line {line})"));
            }
            for _ in 0..*times {
                group.extend(again.iter().cloned());
            }
        }
        Some(Operator::Before(bytes)) => {
            let phrase = format!("{} before it (line {line})", count(bytes.len()));
            group.insert(0, Shaped::extra(kind, bytes, phrase));
        }
        Some(Operator::After(bytes)) => {
            let phrase = format!("{} after it (line {line})", count(bytes.len()));
            group.push(Shaped::extra(kind, bytes, phrase));
        }
        _ => return false,
    }
    debug_assert!(group.iter().all(|shaped| shaped.ops.iter().all(|op| matches!(op, WireOp::Bytes(_)))));
    true
}

/// Nothing of the message goes over the wire.
fn keep_back(group: &mut [Shaped], phrase: &str) {
    for shaped in group {
        *shaped = Shaped {
            message: None,
            bytes: Bytes::new(),
            ops: Vec::new(),
            altered: with(&shaped.altered, phrase.to_owned()),
            ..shaped.clone()
        };
    }
}

fn with(altered: &[String], phrase: String) -> Vec<String> {
    let mut altered = altered.to_vec();
    altered.push(phrase);
    altered
}
