//! Bytes, places and times for operators.

use core::time::Duration;

use badrdp_proto::pdu::specimen;
use badrdp_proto::vocab::MessageKind;
use badrdp_proto::wire::Layer;

use super::draw::Draw;
use crate::model::{Place, Span, Value};

/// What stands where a message was due: other services, other layers, nonsense.
const FOREIGN: &[&[u8]] = &[
    b"HTTP/1.1 400 Bad Request\r\n\r\n",
    b"SSH-2.0-OpenSSH_9.6\r\n",
    b"220 mail.example.test ESMTP\r\n",
    // A frame of nothing, one that cannot be, one that promises more than comes.
    &[3, 0, 0, 4],
    &[3, 0, 0, 0],
    &[3, 0, 0xff, 0xff, 2, 0xf0, 0x80],
    // X.224 Data, Disconnect Request and Error.
    &[3, 0, 0, 7, 2, 0xf0, 0x80],
    &[3, 0, 0, 11, 6, 0x80, 0, 0, 0, 0, 0],
    &[3, 0, 0, 11, 6, 0x70, 0, 0, 2, 0, 0],
    // MCS Disconnect Provider Ultimatum.
    &[3, 0, 0, 9, 2, 0xf0, 0x80, 0x21, 0x80],
    // A TLS alert and a TLS record in the clear.
    &[0x15, 3, 3, 0, 2, 2, 40],
    &[0x16, 3, 3, 0, 4, 0, 0, 0, 0],
    // DER, its length indefinite, its length out of reach.
    &[0x30, 0x80],
    &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff],
    &[0x30, 0x03, 0x02, 0x01, 0x06],
    // Fast-path output: empty, and of an unknown kind.
    &[0x00, 0x02],
    &[0x00, 0x05, 0x0f, 0x00, 0x00],
];

pub(super) fn raw(draw: &mut Draw) -> Vec<u8> {
    match draw.pick(FOREIGN) {
        Some(bytes) if !draw.once_in(4) => bytes.to_vec(),
        _ => {
            let count = draw.between(1, 24);
            draw.bytes(count)
        }
    }
}

/// A few bytes: nothing but zeros or ones more often than chance would have it.
pub(super) fn short(draw: &mut Draw, most: usize) -> Vec<u8> {
    let count = draw.between(1, most.max(1));
    match draw.below(4) {
        0 => vec![0; count],
        1 => vec![0xff; count],
        _ => draw.bytes(count),
    }
}

pub(super) fn layer(draw: &mut Draw, kind: MessageKind) -> Option<Layer> {
    draw.pick(&specimen::layers(kind)).copied()
}

/// A field by its name, with its width.
pub(super) fn field(draw: &mut Draw, kind: MessageKind) -> Option<(Place, usize)> {
    let fields = specimen::fields(kind);
    let (layer, path, width) = draw.pick(&fields)?;
    Some((Place { layer: *layer, span: Span::Field(path.clone()) }, *width))
}

/// Bytes of a layer, near its start most of the time.
pub(super) fn offset(draw: &mut Draw, kind: MessageKind, count: usize) -> Option<Place> {
    let far = if draw.once_in(4) { 64 } else { 8 };
    Some(Place { layer: layer(draw, kind)?, span: Span::Bytes { at: draw.below(far), count } })
}

/// A place and the value for it.
pub(super) fn edited(draw: &mut Draw, kind: MessageKind) -> Option<(Place, Value)> {
    if draw.once_in(3) {
        let bytes = short(draw, 4);
        let count = bytes.len();
        return Some((offset(draw, kind, count)?, Value::Bytes(bytes)));
    }
    let (place, width) = field(draw, kind)?;
    let value = match width {
        1..=8 => Value::Number(number(draw, width)),
        _ => Value::Bytes(short(draw, width.clamp(1, 16))),
    };
    Some((place, value))
}

/// A number of this many bytes: its ends, and what stands beside them, more often than chance would have it.
fn number(draw: &mut Draw, width: usize) -> u64 {
    let most = u64::MAX >> (64 - 8 * width.clamp(1, 8));
    match draw.below(6) {
        0 => 0,
        1 => most,
        2 => 1,
        3 => most / 2 + 1,
        4 => draw.number() & 0xff & most,
        _ => draw.number() & most,
    }
}

/// What is added to a number.
pub(super) fn summand(draw: &mut Draw) -> i64 {
    let size = match draw.below(3) {
        0 => 1,
        1 => i64::try_from(draw.between(2, 16)).unwrap_or(2),
        _ => i64::try_from(draw.between(17, 300)).unwrap_or(17),
    };
    if draw.once_in(2) { size } else { -size }
}

pub(super) fn milliseconds(count: usize) -> Duration {
    Duration::from_millis(u64::try_from(count).unwrap_or_default())
}
