//! What was done on the wire beside what must be done: the first difference, named.

use std::path::Path;
use std::time::Duration;

use badrdp::proto::connect::Ending;
use badrdp::proto::vocab::MessageKind;
use badrdp::scenarios::model::Fault;

use crate::edit::Byte;
use crate::expect::{Act, Expected, HonestRun, Step, expected, strikes};
use crate::play::{Done, Played, What};

/// Everything in which the run is not the honest one, changed as the file's faults say and in nothing else.
pub(crate) fn problems(file: &Path, faults: &[Fault], honest: &HonestRun, sent: &Played) -> Vec<String> {
    let file = file.display();
    let all: Vec<&Fault> = faults.iter().collect();
    let honest = &honest.beside(sent);
    let whole = match expected(honest, &all) {
        Ok(whole) => whole,
        Err(why) => return vec![format!("{file}:{}: {why}", lines(&all))],
    };
    let mut problems = Vec::new();
    for (index, fault) in faults.iter().enumerate() {
        let at = format!("{file}:{}", fault.line);
        if !honest.items.iter().any(|item| strikes(fault, item)) {
            problems.push(format!("{at}: the honest run has no such message"));
            continue;
        }
        let others: Vec<&Fault> = faults.iter().enumerate().filter(|(at, _)| *at != index).map(|(_, f)| f).collect();
        // An error without it: others stand on it, so it does something.
        if expected(honest, &others).is_ok_and(|others| others.steps == whole.steps) {
            problems.push(format!("{at}: the fault changes nothing"));
        }
    }
    if let Some(difference) = difference(&whole, sent) {
        let struck: Vec<&Fault> = all
            .iter()
            .copied()
            .filter(|fault| fault.at.kind.is_none_or(|kind| Some(kind) == difference.kind))
            .collect();
        let by = if struck.is_empty() { "which no fault names".to_owned() } else { format!("line {}", lines(&struck)) };
        let kind = difference.kind.map_or("the end".to_owned(), |kind| kind.to_string());
        problems.push(format!("{file}: {kind} ({by}), {}", difference.what));
    }
    problems
}

fn lines(faults: &[&Fault]) -> String {
    let mut lines: Vec<usize> = faults.iter().map(|fault| fault.line).collect();
    lines.dedup();
    lines.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

struct Difference {
    kind: Option<MessageKind>,
    what: String,
}

fn difference(expected: &Expected, sent: &Played) -> Option<Difference> {
    let mut before = Duration::ZERO;
    for (index, step) in expected.steps.iter().enumerate() {
        let differs = |what| Some(Difference { kind: step.kind, what });
        let Some(done) = sent.done.get(index) else {
            // The client left; behind the last message that was struck it may.
            let early = index < expected.at_least;
            return if early { differs(format!("step {index}: missing: {}", said(&step.act))) } else { None };
        };
        if index >= expected.at_least && matches!(done.what, What::End(_)) {
            // It left by saying so, or the machine gave it up.
            return None;
        }
        if let Some(what) = wrong(step, done, done.at.saturating_sub(before)) {
            return differs(format!("step {index}, {what}"));
        }
        before = done.at;
    }
    // TLS that never came up: the machine ends what is left.
    let given_up = !matches!(expected.steps.last(), Some(Step { act: Act::End(_), .. }));
    let behind = match sent.done.get(expected.steps.len()) {
        Some(Done { what: What::End(Ending::Fin), .. }) if given_up => expected.steps.len() + 1,
        _ => expected.steps.len(),
    };
    let more = sent.done.get(behind)?;
    Some(Difference { kind: more.kind, what: format!("more than expected: {}", shown(&more.what)) })
}

/// What is wrong with one step, and at which byte.
fn wrong(step: &Step, done: &Done, took: Duration) -> Option<String> {
    if step.kind != done.kind {
        let kind = |kind: Option<MessageKind>| kind.map_or("the end".to_owned(), |kind| kind.to_string());
        return Some(format!("{} was due, {} was sent: {}", kind(step.kind), kind(done.kind), shown(&done.what)));
    }
    match (&step.act, &done.what) {
        (Act::Write(expected), What::Write(sent)) => {
            let same = |(expected, sent): (&Byte, &u8)| expected.random || expected.value == *sent;
            let common = expected.len().min(sent.len());
            let at = expected.iter().zip(sent).position(|pair| !same(pair)).unwrap_or(common);
            (at < expected.len() || at < sent.len()).then(|| {
                let values: Vec<u8> = expected.iter().map(|byte| byte.value).collect();
                let [expected, sent] = [&values, sent].map(|bytes| (hex(&bytes[at..]), bytes.len()));
                format!(
                    "byte {at}: expected {} of {} bytes, sent {} of {} bytes",
                    expected.0, expected.1, sent.0, sent.1
                )
            })
        }
        // A handshake record with a ServerHello, its version behind both headers.
        (Act::Hello(version), What::Write(sent)) => {
            let right = sent.first() == Some(&22)
                && sent.get(5) == Some(&2)
                && sent.get(9..11) == Some(&version.to_be_bytes()[..]);
            (!right).then(|| format!("no ServerHello of {version:#06x}: {}", hex(sent)))
        }
        (Act::Wait(time), What::Wait(waited)) if time == waited => {
            (took < *time).then(|| format!("byte 0: {took:?} passed, not {time:?}"))
        }
        (Act::HalfClose, What::HalfClose) => None,
        (Act::End(expected), What::End(done)) if expected == done => None,
        (expected, sent) => Some(format!("byte 0: expected {}, got {}", said(expected), shown(sent))),
    }
}

fn said(act: &Act) -> String {
    match act {
        Act::Write(bytes) => {
            let values: Vec<u8> = bytes.iter().map(|byte| byte.value).collect();
            shown(&What::Write(values))
        }
        other => format!("{other:?}"),
    }
}

fn shown(what: &What) -> String {
    match what {
        What::Write(bytes) => format!("a write of {} bytes, {}", bytes.len(), hex(bytes)),
        other => format!("{other:?}"),
    }
}

/// The first bytes.
fn hex(bytes: &[u8]) -> String {
    let shown: Vec<_> = bytes.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    if bytes.is_empty() { "nothing".to_owned() } else { shown.join(" ") }
}
