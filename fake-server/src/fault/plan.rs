//! The plan of one connection: which faults strike which message, and what is held back.

use std::collections::{BTreeMap, VecDeque};

use badrdp_proto::pdu::Message;
use badrdp_proto::vocab::MessageKind;
use badrdp_scenarios::model::{Fault, Operator};
use bytes::{Bytes, BytesMut};

use super::{Shaped, WireOp, byte_ops, message_ops, transport_ops};

/// A scenario's faults, for one connection.
///
/// What `hold` and `merge` keep back goes out at the latest before TLS starts (bytes meant for
/// plain TCP must not end up inside TLS) and when the connection ends: see [`Plan::flush`].
#[derive(Debug)]
pub(crate) struct Plan {
    faults: Vec<Fault>,
    firing: Vec<Firing>,
    /// How often each kind was due.
    due: BTreeMap<MessageKind, u32>,
    held: Vec<Held>,
    /// Entries that wait to be written together with the next one, and the fault that says so.
    merging: VecDeque<(Shaped, usize)>,
}

/// Whether a fault has struck.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Firing {
    /// Its message was never due.
    #[default]
    NotDue,
    /// Its message was due, and the fault changed nothing: why.
    Inert(String),
    /// It changed the wire.
    Fired,
}

impl Firing {
    /// Keeps what says more.
    pub(crate) fn learn(&mut self, other: Self) {
        match (&self, &other) {
            (Self::Fired, _) | (Self::Inert(_), Self::NotDue) => {}
            _ => *self = other,
        }
    }
}

/// A fault that takes the place of an honest ServerHello, so that none must be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HelloFault {
    /// Nothing, or bytes of the scenario's own.
    Gone,
    /// An alert with this description.
    Alert(u8),
    /// A hand-made ServerHello that picks this version.
    Legacy(u16),
}

#[derive(Debug)]
struct Held {
    /// Later messages still to wait for.
    left: u32,
    group: Vec<Shaped>,
}

impl Plan {
    /// The plan of a fresh connection.
    pub(crate) fn new(faults: &[Fault]) -> Self {
        Self {
            faults: faults.to_vec(),
            firing: vec![Firing::NotDue; faults.len()],
            due: BTreeMap::new(),
            held: Vec::new(),
            merging: VecDeque::new(),
        }
    }

    /// What became of each fault so far, in the order of [`Plan::new`].
    pub(crate) fn firing(&self) -> &[Firing] {
        &self.firing
    }

    /// What goes over the wire for a message of the machine.
    pub(crate) fn shape(&mut self, message: &Message) -> Vec<Shaped> {
        let kind = message.kind();
        let due = self.due(kind);
        let edited = byte_ops::encode(message, &due);
        for (index, firing) in edited.firing {
            self.learn(index, firing);
        }
        let honest = edited.altered.is_empty().then(|| message.clone());
        let shaped = Shaped { altered: edited.altered, ..Shaped::plain(kind, honest, edited.bytes.into()) };
        self.compose(shaped, due)
    }

    /// What goes over the wire for the TLS records that open with a ServerHello.
    pub(crate) fn shape_server_hello(&mut self, records: Vec<u8>) -> Vec<Shaped> {
        let kind = MessageKind::TlsServerHello;
        let due = self.due(kind);
        let mut altered = Vec::new();
        for (index, fault) in &due {
            let line = fault.line;
            let firing = match &fault.operator {
                Some(Operator::Alert(description)) => {
                    altered.push(format!("alert {description} in its place (line {line})"));
                    Firing::Fired
                }
                Some(Operator::LegacyServerHello(version)) => {
                    altered.push(format!("made by hand to pick version {version:#06x} (line {line})"));
                    Firing::Fired
                }
                Some(operator) if byte_ops::is_edit(operator) => {
                    Firing::Inert("TLS records have no layers that can be edited".to_owned())
                }
                _ => continue,
            };
            self.learn(*index, firing);
        }
        self.compose(Shaped { altered, ..Shaped::plain(kind, None, records.into()) }, due)
    }

    /// The fault that takes the place of the ServerHello which is due next, if there is one.
    pub(crate) fn hello_fault(&self) -> Option<HelloFault> {
        let next = self.due.get(&MessageKind::TlsServerHello).copied().unwrap_or(0) + 1;
        let here = self.faults.iter().filter(|fault| strikes(fault, MessageKind::TlsServerHello, next));
        here.filter_map(|fault| match fault.operator {
            Some(Operator::Omit | Operator::Replace(_)) => Some(HelloFault::Gone),
            Some(Operator::Alert(description)) => Some(HelloFault::Alert(description)),
            Some(Operator::LegacyServerHello(version)) => Some(HelloFault::Legacy(version)),
            _ => None,
        })
        .next()
    }

    /// Everything that is still kept back.
    pub(crate) fn flush(&mut self) -> Vec<Shaped> {
        let groups: Vec<_> = self.held.drain(..).flat_map(|held| held.group).collect();
        let mut out = self.join(groups);
        for (shaped, fault) in self.merging.drain(..) {
            if let Some(firing) = self.firing.get_mut(fault) {
                firing.learn(Firing::Inert("no message followed to be merged with".to_owned()));
            }
            out.push(shaped);
        }
        out
    }

    /// Counts a message of this kind and gives the faults that strike it.
    fn due(&mut self, kind: MessageKind) -> Vec<(usize, Fault)> {
        let occurrence = self.due.entry(kind).and_modify(|count| *count += 1).or_insert(1);
        let here = self.faults.iter().enumerate().filter(|(_, fault)| strikes(fault, kind, *occurrence));
        here.map(|(index, fault)| (index, fault.clone())).collect()
    }

    fn learn(&mut self, index: usize, firing: Firing) {
        if let Some(known) = self.firing.get_mut(index) {
            known.learn(firing);
        }
    }

    fn compose(&mut self, shaped: Shaped, due: Vec<(usize, Fault)>) -> Vec<Shaped> {
        let mut group = vec![shaped];
        let mut hold = None;
        let mut merge = None;
        for (index, fault) in &due {
            if message_ops::apply(&mut group, fault) {
                self.learn(*index, Firing::Fired);
            }
        }
        for (index, fault) in &due {
            if let Some(firing) = transport_ops::apply(&mut group, fault) {
                self.learn(*index, firing);
            }
            match fault.operator {
                Some(Operator::Hold(later)) => {
                    hold = Some(later);
                    let messages = if later == 1 { "message" } else { "messages" };
                    let phrase = format!("held back behind {later} later {messages} (line {})", fault.line);
                    group.iter_mut().for_each(|shaped| shaped.altered.push(phrase.clone()));
                    self.learn(*index, Firing::Fired);
                }
                Some(Operator::Merge) => merge = Some(*index),
                _ => {}
            }
        }
        for (index, fault) in &due {
            if transport_ops::then(&mut group, fault) {
                self.learn(*index, Firing::Fired);
            }
        }

        // Only messages behind the held one count.
        self.held.iter_mut().for_each(|held| held.left = held.left.saturating_sub(1));
        let (released, kept) = std::mem::take(&mut self.held).into_iter().partition(|held| held.left == 0);
        self.held = kept;
        let released = Vec::into_iter(released).flat_map(|held: Held| held.group);

        match (hold, merge) {
            (Some(left), _) => {
                let released = released.collect();
                self.held.push(Held { left, group });
                self.join(released)
            }
            (None, Some(fault)) => {
                let mut out = self.join(released.collect());
                // Joined with what waits already: three messages can become one write.
                self.merging.extend(group.drain(..).map(|shaped| (shaped, fault)));
                out.shrink_to_fit();
                out
            }
            (None, None) => {
                group.extend(released);
                self.join(group)
            }
        }
    }

    /// Writes what waits to be merged together with the first bytes of `group`.
    fn join(&mut self, mut group: Vec<Shaped>) -> Vec<Shaped> {
        let has_bytes = |shaped: &Shaped| shaped.ops.iter().any(|op| matches!(op, WireOp::Bytes(_)));
        if self.merging.is_empty() || !group.iter().any(has_bytes) {
            return group;
        }
        let mut joined = BytesMut::new();
        let mut behind = Vec::new();
        let mut out = Vec::new();
        for (mut shaped, fault) in std::mem::take(&mut self.merging) {
            let line = self.faults.get(fault).map_or(0, |fault| fault.line);
            shaped.altered.push(format!("written together with the next message (line {line})"));
            self.learn(fault, Firing::Fired);
            for op in std::mem::take(&mut shaped.ops) {
                match op {
                    WireOp::Bytes(bytes) => joined.extend_from_slice(&bytes),
                    WireOp::Wait(_) => shaped.ops.push(op),
                    WireOp::HalfClose(_) | WireOp::End(..) => behind.push(op),
                }
            }
            out.push(shaped);
        }
        if let Some(first) = group.iter_mut().find(|shaped| has_bytes(shaped)) {
            let at = first.ops.iter().position(|op| matches!(op, WireOp::Bytes(_))).unwrap_or(0);
            if let Some(WireOp::Bytes(bytes)) = first.ops.get_mut(at) {
                joined.extend_from_slice(bytes);
                *bytes = Bytes::from(joined);
            }
            let end = (at + 1).min(first.ops.len());
            first.ops.splice(end..end, behind);
        }
        out.extend(group);
        out
    }
}

/// Whether `fault` strikes the `occurrence`th message of `kind`.
fn strikes(fault: &Fault, kind: MessageKind, occurrence: u32) -> bool {
    let at = fault.at;
    at.kind.is_none_or(|wanted| wanted == kind) && at.occurrence.is_none_or(|wanted| wanted == occurrence)
}
