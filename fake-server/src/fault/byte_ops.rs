//! The byte family: edits of one layer while the message is encoded.
//!
//! The encoder seals each layer before the next one out carries it. An edit strikes the sealed
//! layer, so the carriers outside it compute their lengths from what the edit left, and all
//! inside stays as it is. Edits of one layer apply in the file's order; named fields are followed
//! when an earlier edit moved them.

use core::ops::Range;

use badrdp_proto::pdu::{self, Message};
use badrdp_proto::wire::{Layer, Layered, Tap};
use badrdp_scenarios::model::{Fault, Operator, Place, Span, Value};

use super::count;
use super::plan::Firing;

/// A message, encoded and edited.
#[derive(Debug)]
pub(super) struct Edited {
    pub(super) bytes: Vec<u8>,
    /// What was changed; empty for a message as the machine meant it.
    pub(super) altered: Vec<String>,
    /// What became of each edit, by the fault's index.
    pub(super) firing: Vec<(usize, Firing)>,
}

/// Whether the operator is of this family.
pub(super) const fn is_edit(operator: &Operator) -> bool {
    layer(operator).is_some()
}

const fn layer(operator: &Operator) -> Option<Layer> {
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

/// Encodes `message` with every edit among `due`.
pub(super) fn encode(message: &Message, due: &[(usize, Fault)]) -> Edited {
    let edits: Vec<_> = due
        .iter()
        .filter_map(|(index, fault)| {
            fault.operator.as_ref().filter(|op| is_edit(op)).map(|op| (*index, fault.line, op))
        })
        .collect();
    if edits.is_empty() {
        return Edited { bytes: message.encode(), altered: Vec::new(), firing: Vec::new() };
    }
    let mut tap = EditTap { edits, altered: Vec::new(), firing: Vec::new() };
    let bytes = pdu::encode(message, &mut tap);
    let mut firing = tap.firing;
    for (index, _, operator) in &tap.edits {
        // Present already where the layer was sealed.
        if !firing.iter().any(|(known, _)| known == index) {
            let layer = layer(operator).map_or("?", Layer::name);
            firing.push((*index, Firing::Inert(format!("{} has no {layer} layer", message.kind()))));
        }
    }
    Edited { bytes, altered: tap.altered, firing }
}

struct EditTap<'f> {
    edits: Vec<(usize, usize, &'f Operator)>,
    altered: Vec<String>,
    firing: Vec<(usize, Firing)>,
}

impl Tap for EditTap<'_> {
    fn tap(&mut self, sealed: &mut Layered) {
        for (index, line, operator) in &self.edits {
            if layer(operator) != Some(sealed.layer) {
                continue;
            }
            match edit(sealed, operator) {
                Ok(phrase) => {
                    self.altered.push(format!("{} {phrase} (line {line})", sealed.layer));
                    self.firing.push((*index, Firing::Fired));
                }
                Err(why) => self.firing.push((*index, Firing::Inert(why))),
            }
        }
    }
}

/// Edits the layer: what was done, or why nothing was.
fn edit(sealed: &mut Layered, operator: &Operator) -> Result<String, String> {
    let length = sealed.bytes.len();
    let (range, with, phrase) = match operator {
        Operator::Set(place, value) => {
            let target = find(sealed, place)?;
            let with = match value {
                Value::Bytes(bytes) => bytes.clone(),
                Value::Number(number) => number_bytes(*number, &target)?,
            };
            let phrase = format!("{} set to {}", target.name, hex(&with));
            // Bytes at an offset overwrite as many as they are.
            let range = match place.span {
                Span::Field(_) => target.range,
                Span::Bytes { at, .. } => at..at + with.len(),
            };
            (range, with, phrase)
        }
        Operator::Xor(place, value) => {
            let target = find(sealed, place)?;
            let mask = match value {
                Value::Bytes(bytes) => bytes.clone(),
                Value::Number(number) => number_bytes(*number, &target)?,
            };
            let old = sealed.bytes.get(target.range.clone()).unwrap_or_default();
            let with =
                old.iter().zip(mask.iter().chain(core::iter::repeat(&0))).map(|(old, mask)| old ^ mask).collect();
            (target.range, with, format!("{} xored with {}", target.name, hex(&mask)))
        }
        Operator::Add(place, summand) => {
            let target = find(sealed, place)?;
            let honest = sealed.bytes.get(target.range.clone()).unwrap_or_default();
            let old = number_of(honest, &target)?;
            let negative = || format!("{} is {old}: {summand:+} makes it less than nothing", target.name);
            let sum = old.checked_add_signed(*summand).ok_or_else(negative)?;
            let with = number_bytes(sum, &target)?;
            let phrase = format!("{} {summand:+}, from {} to {}", target.name, hex(honest), hex(&with));
            (target.range, with, phrase)
        }
        Operator::Remove(place) => {
            let target = find(sealed, place)?;
            let phrase = format!("{} removed, {}", target.name, count(target.range.len()));
            (target.range, Vec::new(), phrase)
        }
        Operator::Insert(place, bytes) => {
            let target = find(sealed, place)?;
            let phrase = format!("{} inserted ahead of {}", hex(bytes), target.name);
            (target.range.start..target.range.start, bytes.clone(), phrase)
        }
        Operator::Truncate(_, keep) => (*keep..length, Vec::new(), format!("cut to {} of {length}", count(*keep))),
        Operator::Append(_, bytes) => (length..length, bytes.clone(), format!("{} appended", hex(bytes))),
        _ => return Err("not an edit".to_owned()),
    };
    let old = sealed.bytes.get(range.clone()).ok_or_else(|| format!("the layer has only {}", count(length)))?;
    if old == with {
        return Err("the bytes are so already".to_owned());
    }
    let moved = (range.clone(), with.len());
    sealed.bytes.splice(range, with);
    follow(sealed, &moved);
    Ok(phrase)
}

/// Moves the named fields that stand behind an edit, and stretches those around it.
fn follow(sealed: &mut Layered, (edited, now): &(Range<usize>, usize)) {
    let end = sealed.bytes.len();
    let shift = |at: usize| at - edited.len() + now;
    for field in &mut sealed.fields {
        let range = &mut field.range;
        if !edited.is_empty() && *range == *edited {
            range.end = range.start + now;
        } else if range.start >= edited.end {
            *range = shift(range.start)..shift(range.end);
        } else if range.end > edited.end || (range.end == edited.end && !edited.is_empty()) {
            range.end = shift(range.end);
        }
        *range = range.start.min(end)..range.end.min(end);
    }
}

/// A place, found in the bytes.
struct Target {
    name: String,
    range: Range<usize>,
    big_end_first: bool,
}

fn find(sealed: &Layered, place: &Place) -> Result<Target, String> {
    let layer = sealed.layer;
    match &place.span {
        Span::Bytes { at, count } => {
            let range = *at..at.saturating_add(*count);
            if range.end > sealed.bytes.len() {
                return Err(format!("the layer has only {}", super::count(sealed.bytes.len())));
            }
            let name = if *count == 1 { format!("byte {at}") } else { format!("bytes {at} to {}", range.end) };
            Ok(Target { name, range, big_end_first: big_end_first(layer) })
        }
        Span::Field(name) => {
            let by_path = sealed.fields.iter().find(|field| field.path() == *name);
            let field = by_path.or_else(|| sealed.fields.iter().find(|field| field.name == name));
            let field = field.ok_or_else(|| format!("the {layer} layer has no field {name}"))?;
            Ok(Target { name: field.path(), range: field.range.clone(), big_end_first: !field.little_endian })
        }
    }
}

/// Byte order of numbers at places without a name: the ITU and IETF layers are big end first,
/// Microsoft's structures little. Fields know their own.
const fn big_end_first(layer: Layer) -> bool {
    matches!(layer, Layer::Tpkt | Layer::X224 | Layer::Mcs)
}

/// What number the bytes are.
fn number_of(bytes: &[u8], target: &Target) -> Result<u64, String> {
    let digit = |sum: u64, digit: &u8| sum << 8 | u64::from(*digit);
    match bytes.len() {
        1..=8 if target.big_end_first => Ok(bytes.iter().fold(0, digit)),
        1..=8 => Ok(bytes.iter().rev().fold(0, digit)),
        length => Err(format!("{} of {} are no number", target.name, count(length))),
    }
}

/// The number in the target's own width and byte order.
fn number_bytes(number: u64, target: &Target) -> Result<Vec<u8>, String> {
    let width = target.range.len();
    let bytes = number.to_be_bytes();
    if width < 8 && number >> (8 * width) != 0 {
        return Err(format!("{number:#x} does not fit into the {} of {}", count(width), target.name));
    }
    let mut wide = vec![0; width.saturating_sub(bytes.len())];
    wide.extend(bytes.iter().skip(bytes.len().saturating_sub(width)));
    if !target.big_end_first {
        wide.reverse();
    }
    Ok(wide)
}

/// At most eight bytes in hex, then how many there are.
fn hex(bytes: &[u8]) -> String {
    let shown: Vec<_> = bytes.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let shown = shown.join(" ");
    if bytes.len() > 8 { format!("{shown} … ({})", count(bytes.len())) } else { shown }
}
