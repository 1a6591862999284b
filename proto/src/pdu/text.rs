//! Strings on the wire: UTF-16LE, and one byte per character where a client is not Unicode.

use crate::wire::read::{Read, bytes, field, refuse};

/// Decodes UTF-16LE; units without a partner become U+FFFD, so the length in units is kept.
pub(super) fn utf16(bytes: &[u8]) -> String {
    let (pairs, _) = bytes.as_chunks::<2>();
    char::decode_utf16(pairs.iter().map(|pair| u16::from_le_bytes(*pair)))
        .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

/// Decodes UTF-16LE and takes one zero off the end, which counted lengths may include.
pub(super) fn utf16_without_zero(bytes: &[u8]) -> String {
    utf16(bytes.strip_suffix(&[0, 0]).filter(|_| bytes.len().is_multiple_of(2)).unwrap_or(bytes))
}

/// Decodes a fixed-size UTF-16LE field up to its first zero.
pub(super) fn utf16_until_zero(bytes: &[u8]) -> String {
    let mut text = utf16(bytes);
    text.truncate(text.find('\0').unwrap_or(text.len()));
    text
}

/// Encodes UTF-16LE without a zero.
pub(super) fn to_utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// Encodes UTF-16LE with a zero.
pub(super) fn to_utf16_with_zero(text: &str) -> Vec<u8> {
    let mut bytes = to_utf16(text);
    bytes.extend_from_slice(&[0, 0]);
    bytes
}

/// Encodes UTF-16LE with a zero, cut and filled up to `N` bytes; also gives the bytes used, zero included.
pub(super) fn to_utf16_fixed<const N: usize>(text: &str) -> ([u8; N], usize) {
    let mut fixed = [0; N];
    let mut used = 0;
    for (slot, unit) in fixed.as_chunks_mut::<2>().0.iter_mut().zip(text.encode_utf16()).take((N / 2).saturating_sub(1))
    {
        *slot = unit.to_le_bytes();
        used += 2;
    }
    (fixed, used + 2)
}

/// Reads `count` bytes of UTF-16LE; an odd count is refused.
pub(super) fn units<'a>(count: usize) -> impl FnMut(&'a [u8]) -> Read<'a, &'a [u8]> {
    move |i: &'a [u8]| {
        if count.is_multiple_of(2) { bytes(count)(i) } else { refuse(i, "an even number of bytes", count as u64) }
    }
}

/// Reads a zero that ends a string: two bytes where the text is Unicode, else one.
pub(super) fn terminator<'a>(unicode: bool) -> impl FnMut(&'a [u8]) -> Read<'a, ()> {
    move |i: &'a [u8]| {
        let (rest, zero) = field("terminator", bytes(if unicode { 2 } else { 1 }))(i)?;
        match zero.iter().find(|byte| **byte != 0) {
            None => Ok((rest, ())),
            Some(byte) => refuse(i, "a zero at the end of the string", u64::from(*byte)),
        }
    }
}

/// A length for a 16-bit field; what does not fit is the largest number.
pub(super) fn length16(length: usize) -> u16 {
    u16::try_from(length).unwrap_or(u16::MAX)
}

/// A length for a 32-bit field; what does not fit is the largest number.
pub(super) fn length32(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// `1 rectangle`, `2 rectangles`.
pub(super) fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
