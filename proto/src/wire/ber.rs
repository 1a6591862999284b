//! The few forms of ASN.1 that MCS Connect (BER) and CredSSP (DER) use.
//!
//! ITU-T X.690; T.125 section 7, part 2; MS-CSSP 2.2. Definite lengths only.

use nom::Parser;

use super::read::{Read, ReadError, all, bytes, field, refuse, u8};
use super::write::{Prefix, Writer};

/// An INTEGER's tag.
pub const INTEGER: u8 = 0x02;
/// A BOOLEAN's tag.
pub const BOOLEAN: u8 = 0x01;
/// An ENUMERATED's tag.
pub const ENUMERATED: u8 = 0x0a;
/// An OCTET STRING's tag.
pub const OCTET_STRING: u8 = 0x04;
/// A SEQUENCE's tag.
pub const SEQUENCE: u8 = 0x30;

/// An OBJECT IDENTIFIER's tag.
pub const OBJECT_IDENTIFIER: u8 = 0x06;
/// The tag `[0]` of an explicitly tagged field; `[n]` is this plus n.
pub const CONTEXT: u8 = 0xa0;

/// A definite length, minimal or not.
pub fn length(i: &[u8]) -> Read<'_, usize> {
    let (rest, first) = u8(i)?;
    if first < 0x80 {
        return Ok((rest, usize::from(first)));
    }
    let count = usize::from(first & 0x7f);
    if count == 0 || count > 4 {
        return refuse(i, "a definite length of at most 4 bytes", first.into());
    }
    let (rest, digits) = bytes(count)(rest)?;
    Ok((rest, digits.iter().fold(0, |sum, digit| sum << 8 | usize::from(*digit))))
}

/// A value of one tag: its contents.
pub fn value(tag: u8, expected: &'static str) -> impl FnMut(&[u8]) -> Read<'_, &[u8]> {
    move |i| {
        let (rest, got) = u8(i)?;
        if got != tag {
            return refuse(i, expected, got.into());
        }
        contents(rest)
    }
}

/// A length, then that many bytes.
pub fn contents(i: &[u8]) -> Read<'_, &[u8]> {
    let (rest, says) = length(i)?;
    let Some((value, rest)) = rest.split_at_checked(says) else {
        return Err(nom::Err::Error(ReadError::length(i, says, rest.len())));
    };
    Ok((rest, value))
}

/// An INTEGER that is not negative.
///
/// Windows: clients write 65535 as `02 02 ff ff`, without the zero byte that would make it
/// positive, so the contents are read as unsigned.
pub fn integer(i: &[u8]) -> Read<'_, u32> {
    unsigned(INTEGER, "an INTEGER (0x02)", i)
}

/// An ENUMERATED.
pub fn enumerated(i: &[u8]) -> Read<'_, u32> {
    unsigned(ENUMERATED, "an ENUMERATED (0x0a)", i)
}

fn unsigned<'a>(tag: u8, expected: &'static str, i: &'a [u8]) -> Read<'a, u32> {
    let (rest, digits) = value(tag, expected)(i)?;
    let significant = match digits {
        [0, rest @ ..] => rest,
        all => all,
    };
    if digits.is_empty() || significant.len() > 4 {
        return Err(nom::Err::Error(ReadError::invalid(i, "a number of at most 32 bits", digits.len() as u64)));
    }
    Ok((rest, significant.iter().fold(0, |sum, digit| sum << 8 | u32::from(*digit))))
}

/// A BOOLEAN; anything but zero is true.
pub fn boolean(i: &[u8]) -> Read<'_, bool> {
    match value(BOOLEAN, "a BOOLEAN (0x01)")(i)? {
        (rest, [byte]) => Ok((rest, *byte != 0)),
        (_, other) => refuse(i, "a BOOLEAN of 1 byte", other.len() as u64),
    }
}

/// An OCTET STRING.
pub fn octet_string(i: &[u8]) -> Read<'_, &[u8]> {
    value(OCTET_STRING, "an OCTET STRING (0x04)")(i)
}

/// The explicitly tagged field `[number]`: `inner` reads all of its contents.
pub fn explicit<'a, T>(
    number: u8,
    expected: &'static str,
    mut inner: impl Parser<&'a [u8], Output = T, Error = ReadError<'a>>,
) -> impl FnMut(&'a [u8]) -> Read<'a, T> {
    move |i| {
        let (rest, contents) = value(CONTEXT | number, expected)(i)?;
        Ok((rest, all(contents, |i| inner.parse(i))?))
    }
}

/// [`explicit`] where the field may be absent: nothing is read then.
pub fn optional<'a, T>(
    name: &'static str,
    number: u8,
    inner: impl Parser<&'a [u8], Output = T, Error = ReadError<'a>>,
) -> impl FnMut(&'a [u8]) -> Read<'a, Option<T>> {
    let mut present = field(name, explicit(number, "an explicit tag", inner));
    move |i| {
        if i.first() != Some(&(CONTEXT | number)) {
            return Ok((i, None));
        }
        let (rest, value) = present(i)?;
        Ok((rest, Some(value)))
    }
}

/// The shortest definite length.
#[must_use]
pub fn length_prefix(length: usize) -> Prefix {
    let all = u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes();
    let digits = Prefix::default();
    match (length, all) {
        (0..=0x7f, [.., low]) => digits.with(&[low]),
        (0x80..=0xff, [.., low]) => digits.with(&[0x81, low]),
        (0x100..=0xffff, [.., high, low]) => digits.with(&[0x82, high, low]),
        _ => digits.with(&[0x84]).with(&all),
    }
}

/// Writes a tag, and a length in front of what `body` writes. The length is the field.
pub fn write_around(w: &mut Writer, tag: &[u8], name: &'static str, body: impl FnOnce(&mut Writer)) {
    w.carry(tag);
    w.prefixed(name, length_prefix, body);
}

/// Writes an INTEGER or ENUMERATED in as few bytes as keep it positive; the contents are the field.
pub fn write_number(w: &mut Writer, tag: u8, name: &'static str, number: u32) {
    let [a, b, c, d] = number.to_be_bytes();
    let all = [0, a, b, c, d];
    let count = match number {
        0..=0x7f => 1,
        0x80..=0x7fff => 2,
        0x8000..=0x7f_ffff => 3,
        0x80_0000..=0x7fff_ffff => 4,
        _ => 5,
    };
    let digits = all.get(all.len() - count..).unwrap_or_default();
    w.carry(&[tag]);
    w.carry(length_prefix(digits.len()).as_slice());
    w.bytes(name, digits);
}

/// Writes an OCTET STRING; the contents are the field.
pub fn write_octet_string(w: &mut Writer, name: &'static str, octets: &[u8]) {
    w.carry(&[OCTET_STRING]);
    w.carry(length_prefix(octets.len()).as_slice());
    w.bytes(name, octets);
}

/// Writes a BOOLEAN; the contents are the field.
pub fn write_boolean(w: &mut Writer, name: &'static str, value: bool) {
    w.carry(&[BOOLEAN, 1]);
    w.u8(name, if value { 0xff } else { 0 });
}

/// Writes an OCTET STRING with its length as a field of its own, `octets.length`; the contents are `name`.
pub fn write_octets(w: &mut Writer, name: &'static str, octets: &[u8]) {
    w.carry(&[OCTET_STRING]);
    w.bytes("octets.length", length_prefix(octets.len()).as_slice());
    w.block("", |w| w.bytes(name, octets));
}

/// Writes the explicitly tagged field `[number]` around what `body` writes: `name.tag`, `name.length`.
pub fn write_explicit(w: &mut Writer, number: u8, name: &'static str, body: impl FnOnce(&mut Writer)) {
    w.block(name, |w| {
        w.u8("tag", CONTEXT | number);
        w.prefixed("length", length_prefix, body);
    });
}
