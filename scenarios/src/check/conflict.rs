//! Faults that cannot both be true of one message.

use badrdp_proto::vocab::MessageKind;

use super::fault::Placed;
use crate::diagnostic::Sink;
use crate::model::{Fault, Operator, Place, Span, Then};

/// What an operator does to a message, for telling which go together.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    /// The message is not sent as it is.
    Gone,
    /// The message is sent, with other bytes.
    Edited,
    /// The message is sent more than once, or elsewhere.
    Moved,
    /// Bytes beside the message.
    Beside,
    /// How the bytes are cut on the way.
    Cut,
    /// When the bytes go.
    Time,
}

const fn family(operator: &Operator) -> Family {
    match operator {
        Operator::Omit | Operator::Replace(_) | Operator::Alert(_) | Operator::LegacyServerHello(_) => Family::Gone,
        Operator::Set(..)
        | Operator::Xor(..)
        | Operator::Add(..)
        | Operator::Remove(_)
        | Operator::Truncate(..)
        | Operator::Append(..)
        | Operator::Insert(..) => Family::Edited,
        Operator::Duplicate(_) | Operator::Hold(_) => Family::Moved,
        Operator::Before(_) | Operator::After(_) => Family::Beside,
        Operator::Split(_) | Operator::Drip(..) | Operator::Merge => Family::Cut,
        Operator::Wait(_) => Family::Time,
    }
}

impl Fault {
    /// Whether an alert inside TLS ends the connection; one in the handshake stands in a message's place.
    fn alerts(&self) -> bool {
        matches!(self.operator, Some(Operator::Alert(_))) && self.at.kind != Some(MessageKind::TlsServerHello)
    }

    /// Whether nothing more is sent.
    pub(super) const fn ends(&self) -> bool {
        matches!(self.then, Some(Then::End(_) | Then::HalfClose)) || matches!(self.operator, Some(Operator::Alert(_)))
    }
}

/// Reports pairs of faults that contradict each other or write over each other's bytes.
pub(super) fn check(faults: &[Placed], sink: &Sink<'_>) {
    for (index, later) in faults.iter().enumerate() {
        for earlier in faults.iter().take(index).filter(|earlier| meet(earlier, later)) {
            let line = earlier.fault.line;
            if earlier.fault.then.is_some() && later.fault.then.is_some() {
                sink.report(later.then.clone(), format!("two endings: the fault at line {line} has a `then` already"));
            } else if earlier.fault.alerts() && later.fault.then.is_some() {
                let message = format!("two endings: the `alert` at line {line} ends the connection already");
                sink.report(later.then.clone(), message);
            } else if earlier.fault.then.is_some() && later.fault.alerts() {
                let message = format!("two endings: the fault at line {line} has a `then` already");
                sink.report(later.operator.clone(), message);
            }
            if let (Some(one), Some(other)) = (&earlier.fault.operator, &later.fault.operator) {
                pair(one, other, earlier, later, sink);
            }
        }
    }
}

/// Whether both strike the same message.
fn meet(one: &Placed, other: &Placed) -> bool {
    let (one, other) = (one.fault.at, other.fault.at);
    one.kind.is_none() || other.kind.is_none() || one == other
}

fn pair(one: &Operator, other: &Operator, earlier: &Placed, later: &Placed, sink: &Sink<'_>) {
    let line = earlier.fault.line;
    let span = later.operator.clone();
    let contradiction = match (family(one), family(other)) {
        (Family::Gone, Family::Gone | Family::Edited | Family::Moved)
        | (Family::Edited | Family::Moved, Family::Gone)
        | (Family::Moved, Family::Moved)
        | (Family::Cut, Family::Cut)
        | (Family::Time, Family::Time) => true,
        (Family::Gone, Family::Cut) => matches!(one, Operator::Omit),
        (Family::Cut, Family::Gone) => matches!(other, Operator::Omit),
        (Family::Beside, Family::Beside) => earlier.name == later.name,
        _ => false,
    };
    if contradiction {
        let message =
            format!("`{}` and the `{}` at line {line} cannot both strike one message", later.name, earlier.name);
        sink.report(span, message);
    } else if overlap(one, other) {
        sink.report(span, format!("overlaps the `{}` at line {line}: both edit the same bytes", earlier.name));
    }
}

fn overlap(one: &Operator, other: &Operator) -> bool {
    match (one, other) {
        (Operator::Truncate(a, _), Operator::Truncate(b, _)) => a == b,
        (Operator::Append(a, _), Operator::Append(b, _)) => a == b,
        (Operator::Truncate(layer, keep), edit) | (edit, Operator::Truncate(layer, keep)) => {
            let bytes = place(edit).filter(|place| place.layer == *layer).map(|place| &place.span);
            matches!(bytes, Some(Span::Bytes { at, count }) if at + count > *keep)
        }
        _ => match (place(one), place(other)) {
            (Some(a), Some(b)) => a.layer == b.layer && spans_meet(&a.span, &b.span),
            _ => false,
        },
    }
}

const fn place(operator: &Operator) -> Option<&Place> {
    match operator {
        Operator::Set(place, _)
        | Operator::Xor(place, _)
        | Operator::Add(place, _)
        | Operator::Remove(place)
        | Operator::Insert(place, _) => Some(place),
        _ => None,
    }
}

fn spans_meet(one: &Span, other: &Span) -> bool {
    match (one, other) {
        (Span::Field(a), Span::Field(b)) => a == b,
        (Span::Bytes { at: a, count: m }, Span::Bytes { at: b, count: n }) => {
            // Two inserts at one place have no order.
            (a < &(b + n) && b < &(a + m)) || (a == b && (*m == 0 || *n == 0))
        }
        // Where a field lies is known only once the message is encoded.
        _ => false,
    }
}
