//! What must go over the wire, worked out from the honest run and the scenario's file.

use std::collections::BTreeMap;
use std::time::Duration;

use badrdp::proto::connect::Ending;
use badrdp::proto::pdu::Message;
use badrdp::proto::vocab::MessageKind;
use badrdp::scenarios::model::{Fault, Operator, Then};

use crate::edit::{Byte, Honest, layer_of};
use crate::play::{Played, What};

/// A message of the honest run.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) kind: MessageKind,
    pub(crate) occurrence: u32,
    pub(crate) bytes: Vec<u8>,
    message: Option<Message>,
}

/// The honest run, message by message, and how the server ended it, where it did.
#[derive(Debug)]
pub(crate) struct HonestRun {
    pub(crate) items: Vec<Item>,
    end: Option<Ending>,
}

impl HonestRun {
    pub(crate) fn of(played: &Played) -> Self {
        let mut count: BTreeMap<MessageKind, u32> = BTreeMap::new();
        let mut messages = played.messages.iter();
        let mut run = Self { items: Vec::new(), end: None };
        for done in &played.done {
            match (&done.what, done.kind) {
                (What::Write(bytes), Some(kind)) => {
                    let occurrence = *count.entry(kind).and_modify(|count| *count += 1).or_insert(1);
                    let message = if kind == MessageKind::TlsServerHello { None } else { messages.next().cloned() };
                    assert!(message.as_ref().is_none_or(|message| message.kind() == kind), "{message:?} is no {kind}");
                    run.items.push(Item { kind, occurrence, bytes: bytes.clone(), message });
                }
                (What::End(ending), None) => run.end = Some(*ending),
                (what, kind) => panic!("an honest server did {what:?} for {kind:?}"),
            }
        }
        run
    }

    /// The same run, its ServerHello as long as that of `sent`: how long a signature is hangs on its value.
    pub(crate) fn beside(&self, sent: &Played) -> Self {
        let hello = sent.done.iter().filter(|done| done.kind == Some(MessageKind::TlsServerHello));
        let length: usize = hello.map(|done| if let What::Write(bytes) = &done.what { bytes.len() } else { 0 }).sum();
        let mut items = self.items.clone();
        for item in items.iter_mut().filter(|item| item.kind == MessageKind::TlsServerHello) {
            if item.bytes.len().abs_diff(length) <= SIGNATURE {
                item.bytes.resize(length, 0);
            }
        }
        Self { items, end: self.end }
    }
}

/// By how much the lengths of two signatures may differ.
const SIGNATURE: usize = 8;

/// One thing that must be done.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Step {
    /// The message that it is done for.
    pub(crate) kind: Option<MessageKind>,
    pub(crate) act: Act,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Act {
    Write(Vec<Byte>),
    /// A ServerHello by hand that picks this version.
    Hello(u16),
    Wait(Duration),
    HalfClose,
    End(Ending),
}

/// Everything that must be done.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Expected {
    pub(crate) steps: Vec<Step>,
    /// So many of them at least: a client may leave behind the last message that was struck, not ahead of it.
    pub(crate) at_least: usize,
}

/// Whether the fault strikes the message.
pub(crate) fn strikes(fault: &Fault, item: &Item) -> bool {
    let at = fault.at;
    at.kind.is_none_or(|kind| kind == item.kind) && at.occurrence.is_none_or(|nth| nth == item.occurrence)
}

/// The honest run as `faults` change it; the error is the fault that cannot be applied, and why.
pub(crate) fn expected(run: &HonestRun, faults: &[&Fault]) -> Result<Expected, String> {
    let mut wire = Wire::default();
    for item in &run.items {
        let due: Vec<&Fault> = faults.iter().copied().filter(|fault| strikes(fault, item)).collect();
        if item.kind == MessageKind::TlsServerHello {
            wire.flush();
        }
        let group = group(item, &due)?;
        let kept_back = due.iter().find_map(|fault| match fault.operator {
            Some(Operator::Hold(later)) => Some(KeptBack::For(later)),
            Some(Operator::Merge) => Some(KeptBack::Merged),
            _ => None,
        });
        wire.pass(group, kept_back);
        if !due.is_empty() {
            wire.expected.at_least = wire.expected.steps.len();
        }
        let no_tls = |fault: &&Fault| {
            let operator = fault.operator.as_ref();
            use Operator::{Alert, LegacyServerHello, Omit, Replace};
            matches!(operator, Some(Omit | Replace(_) | Alert(_) | LegacyServerHello(_)))
        };
        if wire.ended() || (item.kind == MessageKind::TlsServerHello && due.iter().any(no_tls)) {
            return Ok(wire.expected);
        }
    }
    if let Some(end) = run.end {
        wire.flush();
        wire.expected.steps.push(Step { kind: None, act: Act::End(end) });
    }
    Ok(wire.expected)
}

/// What is done for one message, entry by entry: itself, copies, company.
fn group(item: &Item, due: &[&Fault]) -> Result<Vec<Vec<Step>>, String> {
    let step = |act| Step { kind: Some(item.kind), act };
    let write = |bytes: Vec<Byte>| if bytes.is_empty() { Vec::new() } else { vec![step(Act::Write(bytes))] };
    let plain = |bytes: &[u8]| write(bytes.iter().map(|value| Byte::new(*value)).collect());
    let honest = Honest { kind: item.kind, bytes: &item.bytes, message: item.message.as_ref() };
    let edits: Vec<&Operator> = due
        .iter()
        .filter_map(|fault| fault.operator.as_ref())
        .filter(|operator| layer_of(operator).is_some())
        .collect();
    let mut group = vec![write(honest.edited(&edits)?)];
    let mut ending = None;
    let operators = || due.iter().filter_map(|fault| fault.operator.as_ref());
    for operator in operators() {
        match operator {
            Operator::Omit => group.iter_mut().for_each(Vec::clear),
            Operator::Alert(alert) if item.kind == MessageKind::TlsServerHello => {
                group = vec![plain(&[21, 3, 3, 0, 2, 2, *alert])];
            }
            Operator::Alert(alert) => {
                group.iter_mut().for_each(Vec::clear);
                ending = Some(Act::End(Ending::TlsAlert(*alert)));
            }
            Operator::LegacyServerHello(version) => group = vec![vec![step(Act::Hello(*version))]],
            Operator::Replace(bytes) => group.iter_mut().for_each(|entry| *entry = plain(bytes)),
            Operator::Duplicate(times) => group = vec![group; 1 + *times as usize].concat(),
            Operator::Before(bytes) => group.insert(0, plain(bytes)),
            Operator::After(bytes) => group.push(plain(bytes)),
            _ => {}
        }
    }
    for operator in operators() {
        match operator {
            Operator::Split(sizes) => cut(&mut group, |bytes| {
                let mut rest = bytes.as_slice();
                let mut pieces = Vec::new();
                for size in sizes.iter().filter(|size| **size > 0) {
                    if *size < rest.len() {
                        pieces.push(rest[..*size].to_vec());
                        rest = &rest[*size..];
                    } else {
                        break;
                    }
                }
                pieces.push(rest.to_vec());
                (pieces, None)
            }),
            Operator::Drip(size, every) => {
                cut(&mut group, |bytes| (bytes.chunks(*size).map(<[Byte]>::to_vec).collect(), Some(*every)));
            }
            Operator::Wait(time) => group[0].insert(0, step(Act::Wait(*time))),
            _ => {}
        }
    }
    let then = due.iter().filter_map(|fault| fault.then).map(|then| match then {
        Then::End(ending) => Act::End(ending),
        Then::HalfClose => Act::HalfClose,
    });
    let last = group.len() - 1;
    group[last].extend(ending.into_iter().chain(then).map(step));
    Ok(group)
}

/// Every write in pieces, perhaps with a pause ahead of all but the first.
fn cut(group: &mut [Vec<Step>], pieces: impl Fn(&Vec<Byte>) -> (Vec<Vec<Byte>>, Option<Duration>)) {
    for entry in group {
        let mut steps = Vec::new();
        for step in entry.drain(..) {
            let Act::Write(bytes) = &step.act else {
                steps.push(step);
                continue;
            };
            let (pieces, pause) = pieces(bytes);
            for (number, piece) in pieces.into_iter().enumerate() {
                let pause = pause.filter(|_| number > 0).map(Act::Wait);
                steps.extend(pause.into_iter().chain([Act::Write(piece)]).map(|act| Step { kind: step.kind, act }));
            }
        }
        *entry = steps;
    }
}

enum KeptBack {
    /// Until so many later messages are out.
    For(u32),
    /// Until the next bytes.
    Merged,
}

/// The wire, and what is kept from it for now.
#[derive(Default)]
struct Wire {
    expected: Expected,
    /// Later messages still to wait for, and what is held.
    held: Vec<(u32, Vec<Step>)>,
    merging: Vec<Step>,
    half_closed: bool,
}

impl Wire {
    fn pass(&mut self, group: Vec<Vec<Step>>, kept_back: Option<KeptBack>) {
        let group: Vec<Step> = group.into_iter().flatten().collect();
        let mut released = Vec::new();
        self.held.retain_mut(|(left, steps)| {
            *left -= 1;
            if *left == 0 {
                released.append(steps);
            }
            *left > 0
        });
        match kept_back {
            Some(KeptBack::For(later)) => {
                self.put(released);
                self.held.push((later, group));
            }
            Some(KeptBack::Merged) => {
                self.put(released);
                self.merging.extend(group);
            }
            None => self.put([group, released].concat()),
        }
    }

    /// Everything that is kept back goes out.
    fn flush(&mut self) {
        let held = std::mem::take(&mut self.held);
        self.put(held.into_iter().flat_map(|(_, steps)| steps).collect());
        let merging = std::mem::take(&mut self.merging);
        self.put(merging);
    }

    fn put(&mut self, mut steps: Vec<Step>) {
        let first = steps.iter_mut().find_map(|step| match &mut step.act {
            Act::Write(bytes) => Some(bytes),
            _ => None,
        });
        if let Some(first) = first {
            // One write with what waits to be merged.
            let mut joined = Vec::new();
            for step in std::mem::take(&mut self.merging) {
                match step.act {
                    Act::Write(bytes) => joined.extend(bytes),
                    _ => self.expected.steps.push(step),
                }
            }
            joined.append(first);
            *first = joined;
        }
        for step in steps {
            if self.ended() {
                return;
            }
            if !self.half_closed || !matches!(step.act, Act::Write(_) | Act::Hello(_)) {
                self.half_closed |= step.act == Act::HalfClose;
                let kind = if matches!(step.act, Act::End(_)) { None } else { step.kind };
                self.expected.steps.push(Step { kind, ..step });
            }
        }
    }

    fn ended(&self) -> bool {
        matches!(self.expected.steps.last(), Some(Step { act: Act::End(_), .. }))
    }
}
