//! Text in fixed-size fields.

/// UTF-16LE up to its first zero unit; what is no text becomes U+FFFD.
#[must_use]
pub fn utf16_until_nul(bytes: &[u8]) -> String {
    let (units, _) = bytes.as_chunks::<2>();
    let units = units.iter().map(|unit| u16::from_le_bytes(*unit)).take_while(|unit| *unit != 0);
    char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// UTF-16LE in exactly `size` bytes: cut so that a zero unit follows, then padded with zeros.
#[must_use]
pub fn utf16_padded(text: &str, size: usize) -> Vec<u8> {
    let room = (size / 2).saturating_sub(1);
    let mut bytes: Vec<u8> = text.encode_utf16().take(room).flat_map(u16::to_le_bytes).collect();
    bytes.resize(size, 0);
    bytes
}

/// Bytes up to the first zero, with anything but printable ASCII escaped.
#[must_use]
pub fn ascii_until_nul(bytes: &[u8]) -> String {
    bytes.split(|byte| *byte == 0).next().unwrap_or_default().escape_ascii().to_string()
}
