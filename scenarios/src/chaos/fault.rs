//! One to three faults over a base.

use badrdp_proto::connect::Ending;
use badrdp_proto::vocab::{MessageKind, Stage};

use super::base::{Base, Place as At};
use super::draw::Draw;
use super::value::{edited, field, layer, milliseconds, offset, raw, short, summand};
use crate::model::{Anchor, Fault, Operator, Then};

/// Operators that only cut and delay: what they strike still arrives.
const GENTLE: &[&str] = &["split", "drip", "wait", "merge"];
/// Those of them that may strike every message.
const EVERYWHERE: &[&str] = &["split", "drip", "wait"];
/// What a TLS record has no layers for.
const ON_TLS: &[&str] = &["then", "omit", "replace", "split", "drip", "wait", "alert", "server_hello"];

pub(super) fn faults(draw: &mut Draw, base: &Base) -> Vec<Fault> {
    let places = base.anchors();
    let mut faults: Vec<Fault> = Vec::new();
    let Some(first) = place(draw, &places) else { return faults };
    let operators = operators(&first, base.has_tls());
    faults.extend(at(draw, first, &operators, true));
    let more = match draw.below(10) {
        0..5 => 0,
        5..8 => 1,
        _ => 2,
    };
    for _ in 0..more {
        faults.extend(beside(draw, &places, first, base));
    }
    faults
}

/// Each kind as often as any other, however often it is sent.
fn place(draw: &mut Draw, places: &[At]) -> Option<At> {
    let mut kinds: Vec<MessageKind> = places.iter().map(|place| place.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let kind = *draw.pick(&kinds)?;
    let of_kind: Vec<At> = places.iter().filter(|place| place.kind == kind).copied().collect();
    draw.pick(&of_kind).copied()
}

/// One more, which does not hinder the first most of the time.
fn beside(draw: &mut Draw, places: &[At], first: At, base: &Base) -> Option<Fault> {
    let place = place(draw, places)?;
    match draw.below(8) {
        0 => {
            let name = draw.pick(EVERYWHERE)?;
            let operator = operator(draw, name, None, 0)?;
            Some(Fault { at: Anchor { kind: None, occurrence: None }, operator: Some(operator), then: None, line: 0 })
        }
        1..4 => at(draw, first, &operators(&first, base.has_tls()), false),
        4..7 => at(draw, place, GENTLE, false),
        _ => at(draw, place, &operators(&place, base.has_tls()), true),
    }
}

/// What may strike here. What the checker refuses all the same is drawn anew.
fn operators(place: &At, has_tls: bool) -> Vec<&'static str> {
    let fits = |name: &&'static str| match *name {
        _ if place.kind == MessageKind::TlsServerHello => ON_TLS.contains(name),
        "server_hello" => false,
        "alert" => has_tls && place.kind.stage() > Stage::Tls,
        "merge" | "hold" => place.following > 0,
        _ => true,
    };
    super::effects().into_iter().filter(fits).collect()
}

fn at(draw: &mut Draw, place: At, names: &[&'static str], may_end: bool) -> Option<Fault> {
    let name = draw.pick(names)?;
    if *name == "merge" && place.following == 0 {
        return None;
    }
    let operator = operator(draw, name, Some(place.kind), place.following);
    if operator.is_none() && *name != "then" {
        return None;
    }
    let alone = operator.is_none();
    let waits = matches!(operator, Some(Operator::Hold(_) | Operator::Merge | Operator::Alert(_)));
    let then = (alone || (may_end && !waits && draw.once_in(6))).then(|| ending(draw));
    Some(Fault { at: Anchor { kind: Some(place.kind), occurrence: Some(place.occurrence) }, operator, then, line: 0 })
}

/// A stall costs a whole budget: it is drawn less often.
fn ending(draw: &mut Draw) -> Then {
    match draw.below(8) {
        0..2 => Then::End(Ending::Fin),
        2 => Then::End(Ending::TcpFin),
        3..5 => Then::End(Ending::Rst),
        5..7 => Then::HalfClose,
        _ => Then::End(Ending::Stall),
    }
}

/// The operator of this name; none where the message has nothing for it, and none for `then`.
fn operator(draw: &mut Draw, name: &str, kind: Option<MessageKind>, following: usize) -> Option<Operator> {
    // The picture is large: what is short elsewhere would take long there.
    let large = kind.is_none_or(|kind| kind == MessageKind::FastPathOutput);
    Some(match name {
        "omit" => Operator::Omit,
        "duplicate" => Operator::Duplicate(u32::try_from(draw.between(1, 3)).ok()?),
        "replace" => Operator::Replace(raw(draw)),
        "before" => Operator::Before(raw(draw)),
        "after" => Operator::After(raw(draw)),
        "hold" => Operator::Hold(u32::try_from(draw.between(1, following.clamp(1, 3))).ok()?),
        "split" => {
            let count = draw.between(1, 6);
            Operator::Split((0..count).map(|_| draw.between(1, 20)).collect())
        }
        "drip" => {
            let least = if large { 1024 } else { 16 };
            Operator::Drip(draw.between(least, 4 * least), milliseconds(1))
        }
        "wait" => {
            let most = if kind.is_none() { 2 } else { 60 };
            Operator::Wait(milliseconds(draw.between(1, most)))
        }
        "merge" => Operator::Merge,
        "alert" => Operator::Alert(u8::try_from(draw.below(256)).ok()?),
        "server_hello" => Operator::LegacyServerHello(if draw.once_in(2) { 0x0301 } else { 0x0302 }),
        "then" => return None,
        edit => return self::edit(draw, edit, kind?),
    })
}

/// The byte family.
fn edit(draw: &mut Draw, name: &str, kind: MessageKind) -> Option<Operator> {
    Some(match name {
        "set" => {
            let (place, value) = edited(draw, kind)?;
            Operator::Set(place, value)
        }
        "xor" => {
            let (place, value) = edited(draw, kind)?;
            Operator::Xor(place, value)
        }
        "add" => Operator::Add(field(draw, kind)?.0, summand(draw)),
        "remove" if draw.once_in(2) => Operator::Remove(field(draw, kind)?.0),
        "remove" => {
            let count = draw.between(1, 8);
            Operator::Remove(offset(draw, kind, count)?)
        }
        "truncate" => Operator::Truncate(layer(draw, kind)?, draw.below(32)),
        "append" => Operator::Append(layer(draw, kind)?, short(draw, 16)),
        "insert" if draw.once_in(2) => Operator::Insert(field(draw, kind)?.0, short(draw, 8)),
        "insert" => Operator::Insert(offset(draw, kind, 0)?, short(draw, 8)),
        _ => return None,
    })
}
