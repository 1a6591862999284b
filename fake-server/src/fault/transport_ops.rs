//! The transport family: the same bytes in other pieces or at other times, and what follows them.

use badrdp_proto::connect::Ending;
use badrdp_proto::vocab::MessageKind;
use badrdp_scenarios::model::{Fault, Operator, Then};
use bytes::Bytes;

use super::plan::Firing;
use super::{Shaped, WireOp, count};

/// Applies `split`, `drip` or `wait` to the entries of one message; `None` for other operators.
pub(super) fn apply(group: &mut [Shaped], fault: &Fault) -> Option<Firing> {
    let line = fault.line;
    match &fault.operator {
        Some(Operator::Split(sizes)) => {
            let sizes: Vec<_> = sizes.iter().copied().filter(|size| *size > 0).collect();
            let phrase = format!("split after {sizes:?} (line {line})");
            Some(cut(group, &phrase, None, |bytes| split(bytes, &sizes)))
        }
        Some(Operator::Drip(step, every)) => {
            let phrase = format!("{} every {every:?} (line {line})", count(*step));
            Some(cut(group, &phrase, Some(*every), |bytes| drip(bytes, (*step).max(1))))
        }
        Some(Operator::Wait(time)) => {
            let first = group.first_mut()?;
            first.ops.insert(0, WireOp::Wait(*time));
            first.altered.push(format!("{time:?} late (line {line})"));
            Some(Firing::Fired)
        }
        _ => None,
    }
}

/// Appends what `then` asks for, or the alert that ends TLS; false where the fault asks for nothing.
pub(super) fn then(group: &mut [Shaped], fault: &Fault) -> bool {
    let Some(last) = group.last_mut() else {
        return false;
    };
    let then = match fault.operator {
        Some(Operator::Alert(description)) if last.kind != MessageKind::TlsServerHello => {
            Some(Then::End(Ending::TlsAlert(description)))
        }
        _ => fault.then,
    };
    let Some(then) = then else {
        return false;
    };
    let line = fault.line;
    last.ops.push(match then {
        Then::HalfClose => WireOp::HalfClose(format!("half-close (line {line})")),
        Then::End(ending) => {
            let name = match ending {
                Ending::Fin => "fin".to_owned(),
                Ending::TcpFin => "tcp-fin".to_owned(),
                Ending::Rst => "rst".to_owned(),
                Ending::TlsAlert(alert) => format!("alert {alert}"),
                Ending::Stall => "stall".to_owned(),
            };
            WireOp::End(ending, format!("{name} (line {line})"))
        }
    });
    true
}

/// Cuts every write into `pieces`, with a pause between them.
fn cut(
    group: &mut [Shaped],
    phrase: &str,
    pause: Option<std::time::Duration>,
    pieces: impl Fn(&Bytes) -> Vec<Bytes>,
) -> Firing {
    let mut fired = false;
    for shaped in group {
        let mut ops = Vec::new();
        let mut cut = false;
        for op in std::mem::take(&mut shaped.ops) {
            let WireOp::Bytes(bytes) = op else {
                ops.push(op);
                continue;
            };
            for (index, piece) in pieces(&bytes).into_iter().enumerate() {
                if let (Some(pause), true) = (pause, index > 0) {
                    ops.push(WireOp::Wait(pause));
                }
                cut |= index > 0;
                ops.push(WireOp::Bytes(piece));
            }
        }
        shaped.ops = ops;
        if cut {
            shaped.altered.push(phrase.to_owned());
            fired = true;
        }
    }
    if fired { Firing::Fired } else { Firing::Inert("the message is shorter than the first piece".to_owned()) }
}

fn split(bytes: &Bytes, sizes: &[usize]) -> Vec<Bytes> {
    let mut rest = bytes.clone();
    let mut pieces = Vec::new();
    for size in sizes {
        if *size >= rest.len() {
            break;
        }
        pieces.push(rest.split_to(*size));
    }
    pieces.push(rest);
    pieces
}

fn drip(bytes: &Bytes, step: usize) -> Vec<Bytes> {
    let mut rest = bytes.clone();
    let mut pieces = Vec::new();
    while !rest.is_empty() {
        let taken = step.min(rest.len());
        pieces.push(rest.split_to(taken));
    }
    pieces
}
