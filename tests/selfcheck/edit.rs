//! What an edit of one layer must leave, worked out byte by byte: every byte remembers where it stood in the honest
//! message, so that fields are found again wherever edits moved them.

use std::ops::Range;

use badrdp::proto::pdu::{self, Message};
use badrdp::proto::vocab::MessageKind;
use badrdp::proto::wire::{Layer, Layered, Tap};
use badrdp::scenarios::model::{Operator, Place, Span, Value};

use crate::peel::{der, layers};

/// A byte that is to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Byte {
    pub(crate) value: u8,
    /// Its place in the honest message, or that of the byte that it stands for.
    origin: Option<usize>,
    /// Whether it differs from run to run.
    pub(crate) random: bool,
}

impl Byte {
    pub(crate) const fn new(value: u8) -> Self {
        Self { value, origin: None, random: false }
    }
}

/// A field of the honest message: layer, path, place in the message, byte order.
struct Field {
    layer: Layer,
    path: String,
    range: Range<usize>,
    little_end_first: bool,
}

/// An honest message.
pub(crate) struct Honest<'m> {
    pub(crate) kind: MessageKind,
    pub(crate) bytes: &'m [u8],
    /// None for TLS records.
    pub(crate) message: Option<&'m Message>,
}

struct Seen(Vec<Layered>);

impl Tap for Seen {
    fn tap(&mut self, sealed: &mut Layered) {
        self.0.push(sealed.clone());
    }
}

impl Honest<'_> {
    /// The bytes, with what differs from run to run marked.
    fn marked(&self) -> Vec<Byte> {
        let all_random = self.kind == MessageKind::TlsServerHello;
        let bytes = self.bytes.iter().enumerate();
        let mut marked: Vec<Byte> =
            bytes.map(|(at, value)| Byte { value: *value, origin: Some(at), random: all_random }).collect();
        // What NTLM randomises in the server's words: the sealed answer, and the signature of SPNEGO.
        for field in self.fields().iter().filter(|field| matches!(field.path.as_str(), "pubKeyAuth" | "mechListMIC")) {
            marked[field.range.clone()].iter_mut().for_each(|byte| byte.random = true);
        }
        marked
    }

    /// Every named field.
    fn fields(&self) -> Vec<Field> {
        let Some(message) = self.message else { return Vec::new() };
        let mut seen = Seen(Vec::new());
        let _bytes = pdu::encode(message, &mut seen);
        let places = layers(self.kind, self.bytes);
        let mut fields = Vec::new();
        for Layered { layer, bytes, fields: own } in seen.0 {
            let Some((_, place)) = places.iter().find(|(known, _)| *known == layer) else {
                // An empty layer: a refusal without GCC blocks.
                assert!(bytes.is_empty(), "{} was not read as having a {layer} layer", self.kind);
                continue;
            };
            assert_eq!(place.len(), bytes.len(), "{layer} of {}", self.kind);
            fields.extend(own.into_iter().map(|field| Field {
                layer,
                path: field.path(),
                range: place.start + field.range.start..place.start + field.range.end,
                little_end_first: field.little_endian,
            }));
        }
        fields
    }

    /// The message with `edits` made, in their order.
    pub(crate) fn edited(&self, edits: &[&Operator]) -> Result<Vec<Byte>, String> {
        let marked = self.marked();
        let places = if self.kind == MessageKind::TlsServerHello { Vec::new() } else { layers(self.kind, self.bytes) };
        let fields = self.fields();
        let of = |edit: &Operator| layer_of(edit).ok_or("not an edit");
        for edit in edits {
            let layer = of(edit)?;
            if !places.iter().any(|(known, _)| *known == layer) {
                return Err(format!("{} has no {layer} layer", self.kind));
            }
        }
        // From the inside out: a layer carries what the edits left of the one inside it, with honest lengths.
        let mut inner: Option<(Range<usize>, Vec<Byte>)> = None;
        for (layer, place) in places.iter().rev() {
            let honest = &marked[place.clone()];
            let mut bytes = match inner {
                Some((within, new)) if new != marked[within.clone()] => {
                    carry(*layer, honest, within.start - place.start..within.end - place.start, new)
                }
                _ => honest.to_vec(),
            };
            for edit in edits {
                if of(edit)? == *layer {
                    apply(&mut bytes, edit, &fields)?;
                }
            }
            inner = Some((place.clone(), bytes));
        }
        Ok(inner.map_or(marked, |(_, bytes)| bytes))
    }
}

/// The layer that an edit strikes; none for other operators.
pub(crate) fn layer_of(operator: &Operator) -> Option<Layer> {
    match operator {
        Operator::Set(place, _)
        | Operator::Xor(place, _)
        | Operator::Add(place, _)
        | Operator::Remove(place)
        | Operator::Insert(place, _) => Some(place.layer),
        Operator::Truncate(layer, _) | Operator::Append(layer, _) => Some(*layer),
        _ => None,
    }
}

fn apply(bytes: &mut Vec<Byte>, edit: &Operator, fields: &[Field]) -> Result<(), String> {
    match edit {
        Operator::Set(place, value) => {
            let found = find(bytes, place, fields)?;
            let (range, new) = match value {
                Value::Number(number) => (found.range.clone(), found.number(*number)),
                Value::Bytes(new) if matches!(place.span, Span::Field(_)) => (found.range.clone(), new.clone()),
                Value::Bytes(new) => (found.range.start..found.range.start + new.len(), new.clone()),
            };
            overwrite(bytes, range, &new);
        }
        Operator::Xor(place, value) => {
            let found = find(bytes, place, fields)?;
            let mask = match value {
                Value::Number(number) => found.number(*number),
                Value::Bytes(mask) => mask.clone(),
            };
            for (byte, mask) in bytes[found.range].iter_mut().zip(mask) {
                byte.value ^= mask;
            }
        }
        Operator::Add(place, summand) => {
            let found = find(bytes, place, fields)?;
            let mut digits: Vec<u8> = bytes[found.range.clone()].iter().map(|byte| byte.value).collect();
            if found.little_end_first {
                digits.reverse();
            }
            let number = digits.iter().fold(0_i128, |sum, digit| sum << 8 | i128::from(*digit));
            let sum = u64::try_from(number + i128::from(*summand)).map_err(|error| error.to_string())?;
            overwrite(bytes, found.range.clone(), &found.number(sum));
        }
        Operator::Remove(place) => {
            let found = find(bytes, place, fields)?;
            bytes.drain(found.range);
        }
        Operator::Insert(place, new) => {
            let at = find(bytes, place, fields)?.range.start;
            bytes.splice(at..at, new.iter().map(|value| Byte::new(*value)));
        }
        Operator::Truncate(_, keep) => bytes.truncate(*keep),
        Operator::Append(_, new) => bytes.extend(new.iter().map(|value| Byte::new(*value))),
        _ => return Err("not an edit".to_owned()),
    }
    Ok(())
}

/// Puts `new` in place of `range`; what stands there keeps its place in the honest message.
fn overwrite(bytes: &mut Vec<Byte>, range: Range<usize>, new: &[u8]) {
    let last = bytes[range.clone()].last().and_then(|byte| byte.origin);
    let origins: Vec<_> = bytes[range.clone()].iter().map(|byte| byte.origin).collect();
    let new = new.iter().enumerate().map(|(at, value)| Byte {
        value: *value,
        origin: origins.get(at).copied().unwrap_or(last),
        random: false,
    });
    bytes.splice(range, new.collect::<Vec<_>>());
}

struct Found {
    range: Range<usize>,
    little_end_first: bool,
}

impl Found {
    /// A number in the width and the byte order of the place.
    fn number(&self, number: u64) -> Vec<u8> {
        let mut bytes: Vec<u8> =
            (0..self.range.len()).map(|at| number.checked_shr(8 * at as u32).unwrap_or(0) as u8).collect();
        if !self.little_end_first {
            bytes.reverse();
        }
        bytes
    }
}

fn find(bytes: &[Byte], place: &Place, fields: &[Field]) -> Result<Found, String> {
    let little_end_first = !matches!(place.layer, Layer::Tpkt | Layer::X224 | Layer::Mcs);
    match &place.span {
        Span::Bytes { at, count } if at + count <= bytes.len() => {
            Ok(Found { range: *at..at + count, little_end_first })
        }
        Span::Bytes { .. } => Err(format!("the layer has only {} bytes", bytes.len())),
        Span::Field(path) => {
            let mut own = fields.iter().filter(|field| field.layer == place.layer);
            let bare = |field: &&Field| {
                field.path.rsplit('.').next() == Some(path) || field.path.ends_with(&format!(".{path}"))
            };
            let field = own.clone().find(|field| field.path == *path).or_else(|| own.find(bare));
            let field = field.ok_or_else(|| format!("no field {path}"))?;
            let stands = |byte: &Byte| byte.origin.is_some_and(|origin| field.range.contains(&origin));
            let first = bytes.iter().position(stands).ok_or_else(|| format!("{path} is gone"))?;
            let last = bytes.iter().rposition(stands).unwrap_or(first);
            Ok(Found { range: first..last + 1, little_end_first: field.little_end_first })
        }
    }
}

/// The layer around `new`, which stands in place of the bytes `within` it.
fn carry(layer: Layer, honest: &[Byte], within: Range<usize>, new: Vec<Byte>) -> Vec<Byte> {
    let mut head = honest[..within.start].to_vec();
    let tail = &honest[within.end..];
    match layer {
        Layer::Tpkt => {
            let length = u16::try_from(4 + new.len()).unwrap_or(u16::MAX);
            overwrite(&mut head, 2..4, &length.to_be_bytes());
        }
        Layer::Mcs if honest[0].value != 0x7f => overwrite(&mut head, 6..within.start, &per_length(new.len())),
        Layer::Mcs | Layer::CredSsp | Layer::Spnego => return carry_der(honest, 0, within, new),
        _ => {}
    }
    [head, new, tail.to_vec()].concat()
}

/// The DER value at `at`, with `new` in place of the bytes `within` it.
fn carry_der(honest: &[Byte], at: usize, within: Range<usize>, new: Vec<Byte>) -> Vec<Byte> {
    let values: Vec<u8> = honest.iter().map(|byte| byte.value).collect();
    let outer = der(&values, at).expect("an honest message is DER");
    let content = if outer.content == within {
        new
    } else if outer.tag == 0x04 {
        // Connect Response: T.124's PER around the GCC blocks, their length last.
        let mut head = honest[outer.content.start..within.start].to_vec();
        let length = within.start - outer.content.start - per_length(within.len()).len();
        let all = head.len();
        overwrite(&mut head, length..all, &per_length(new.len()));
        [head, new].concat()
    } else {
        let mut content = Vec::new();
        let mut next = outer.content.start;
        let mut new = Some(new);
        while next < outer.content.end {
            let child = der(&values, next).expect("an honest message is DER");
            if child.content.start <= within.start
                && within.end <= child.content.end
                && let Some(new) = new.take()
            {
                content.extend(carry_der(honest, next, within.clone(), new));
            } else {
                content.extend_from_slice(&honest[next..child.content.end]);
            }
            next = child.content.end;
        }
        content
    };
    let mut head = honest[at..outer.content.start].to_vec();
    let all = head.len();
    overwrite(&mut head, outer.length.start - at..all, &der_length(content.len()));
    [head, content].concat()
}

/// PER's length determinant, X.691 10.9.
fn per_length(length: usize) -> Vec<u8> {
    if length < 0x80 { vec![length as u8] } else { vec![0x80 | (length >> 8) as u8, length as u8] }
}

/// DER's length, X.690 10.1.
fn der_length(length: usize) -> Vec<u8> {
    match length {
        0..0x80 => vec![length as u8],
        0x80..0x100 => vec![0x81, length as u8],
        _ => vec![0x82, (length >> 8) as u8, length as u8],
    }
}
