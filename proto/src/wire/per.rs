//! The few forms of ASN.1 PER (aligned basic variant) that MCS and GCC use.
//!
//! ITU-T X.691; T.125 section 10 and T.124 section 8.7.

use super::read::{Read, ReadError, be_u16, bytes, u8};
use super::write::{Prefix, Writer};

/// A length: one byte up to 127, else two with the top bit set.
///
/// Fifteen bits are read, as peers do, although X.691 keeps the 15th for fragments: no RDP peer
/// sends fragments. The long form is accepted for short lengths (xrdp sends nothing else).
pub fn length(i: &[u8]) -> Read<'_, usize> {
    let (i, high) = u8(i)?;
    if high & 0x80 == 0 {
        return Ok((i, usize::from(high)));
    }
    let (i, low) = u8(i)?;
    Ok((i, usize::from(high & 0x7f) << 8 | usize::from(low)))
}

/// A length, then that many bytes.
pub fn octets(i: &[u8]) -> Read<'_, &[u8]> {
    let (rest, says) = length(i)?;
    let Some((value, rest)) = rest.split_at_checked(says) else {
        return Err(nom::Err::Error(ReadError::length(i, says, rest.len())));
    };
    Ok((rest, value))
}

/// An unconstrained INTEGER that is not negative: a length, then big-end-first bytes.
pub fn integer(i: &[u8]) -> Read<'_, u32> {
    let (rest, count) = length(i)?;
    if count == 0 || count > 4 {
        return Err(nom::Err::Error(ReadError::invalid(i, "an integer of 1 to 4 bytes", count as u64)));
    }
    let (rest, digits) = bytes(count)(rest)?;
    Ok((rest, digits.iter().fold(0, |sum, digit| sum << 8 | u32::from(*digit))))
}

/// A 16-bit INTEGER with a lower bound of `minimum`, which is not on the wire.
pub fn integer16(minimum: u16) -> impl FnMut(&[u8]) -> Read<'_, u16> {
    move |i| {
        let (rest, above) = be_u16(i)?;
        match above.checked_add(minimum) {
            Some(value) => Ok((rest, value)),
            None => {
                Err(nom::Err::Error(ReadError::invalid(i, "at most 65535 with the lower bound added", above.into())))
            }
        }
    }
}

/// A `SimpleNumericString` of at least one digit: length less one, then two digits a byte.
pub fn digits(i: &[u8]) -> Read<'_, String> {
    let (rest, less_one) = u8(i)?;
    let count = usize::from(less_one) + 1;
    let (rest, packed) = bytes(count.div_ceil(2))(rest)?;
    let nibbles = packed.iter().flat_map(|byte| [byte >> 4, byte & 0x0f]).take(count);
    let mut text = String::with_capacity(count);
    for nibble in nibbles {
        if nibble > 9 {
            return Err(nom::Err::Error(ReadError::invalid(i, "decimal digits", nibble.into())));
        }
        text.push(char::from(b'0' + nibble));
    }
    Ok((rest, text))
}

/// The shortest form of a length. What does not fit into 15 bits is written as the largest that does.
#[must_use]
pub fn length_prefix(length: usize) -> Prefix {
    let [high, low] = u16::try_from(length).unwrap_or(u16::MAX).min(0x7fff).to_be_bytes();
    if length < 0x80 { Prefix::default().with(&[low]) } else { Prefix::default().with(&[high | 0x80, low]) }
}

/// Writes an unconstrained INTEGER in 1, 2 or 4 bytes; the bytes behind the length are the field.
pub fn write_integer(w: &mut Writer, name: &'static str, value: u32) {
    let all = value.to_be_bytes();
    let digits = match value {
        0..=0xff => all.get(3..),
        0x100..=0xffff => all.get(2..),
        _ => Some(all.as_slice()),
    }
    .unwrap_or_default();
    w.carry(length_prefix(digits.len()).as_slice());
    w.bytes(name, digits);
}

/// Writes a 16-bit INTEGER with a lower bound; a value below the bound is written as the bound.
pub fn write_integer16(w: &mut Writer, name: &'static str, value: u16, minimum: u16) {
    w.u16_be(name, value.saturating_sub(minimum));
}

/// Writes a `SimpleNumericString`. An empty one cannot be written and becomes "0".
pub fn write_digits(w: &mut Writer, name: &'static str, text: &str) {
    let text = if text.is_empty() { "0" } else { text };
    let digits: Vec<u8> = text.bytes().take(256).map(|digit| digit.wrapping_sub(b'0') & 0x0f).collect();
    w.carry(&[u8::try_from(digits.len() - 1).unwrap_or(u8::MAX)]);
    let packed: Vec<u8> = digits
        .chunks(2)
        .map(|pair| pair.first().copied().unwrap_or(0) << 4 | pair.get(1).copied().unwrap_or(0))
        .collect();
    w.bytes(name, &packed);
}
