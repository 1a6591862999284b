//! Fast-path input and output.
//!
//! MS-RDPBCGR 2.2.8.1.2 and 2.2.9.1.2. Header byte, then a 1- or 2-byte length of the whole PDU.

use crate::wire::read::{Read, refuse};
use crate::wire::write::Encoder;

/// Client Fast-Path Input PDU. MS-RDPBCGR 2.2.8.1.2.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Input {
    /// `fpInputHeader` bits 6 and 7 (encryption flags).
    pub flags: u8,
    /// Events in order.
    pub events: Vec<InputEvent>,
}

/// One fast-path input event. MS-RDPBCGR 2.2.8.1.2.2: eventHeader = code << 5 | flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the specification's fields in wire order")]
pub enum InputEvent {
    ScanCode { flags: u8, key_code: u8 },
    Mouse { pointer_flags: u16, x: u16, y: u16 },
    ExtendedMouse { pointer_flags: u16, x: u16, y: u16 },
    Sync { flags: u8 },
    Unicode { flags: u8, code: u16 },
    RelativeMouse { pointer_flags: u16, x_delta: i16, y_delta: i16 },
    QoeTimestamp { timestamp: u32 },
}

/// Server Fast-Path Update PDU. MS-RDPBCGR 2.2.9.1.2.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Output {
    /// `fpOutputHeader` bits 6 and 7 (encryption flags).
    pub flags: u8,
    /// Updates in order.
    pub updates: Vec<Update>,
}

/// One fast-path update, its data raw. MS-RDPBCGR 2.2.9.1.2.1.
///
/// updateHeader = code | fragmentation << 4 | compression << 6, compressionFlags u8 where
/// compression is 2, size u16 le, data.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the specification's fields in wire order")]
pub struct Update {
    /// `updateCode`: 0 orders, 1 bitmap, 2 palette, 3 synchronize, 5 pointer hidden, 6 pointer default, ...
    pub code: u8,
    /// 0 single, 1 last, 2 first, 3 next.
    pub fragmentation: u8,
    pub compression_flags: Option<u8>,
    pub data: Vec<u8>,
}

/// One rectangle of a bitmap update. MS-RDPBCGR 2.2.9.1.1.3.1.2.2 (`TS_BITMAP_DATA`).
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the specification's fields in wire order")]
pub struct BitmapRectangle {
    pub left: u16,
    pub top: u16,
    /// Inclusive.
    pub right: u16,
    /// Inclusive.
    pub bottom: u16,
    pub width: u16,
    pub height: u16,
    pub bits_per_pixel: u16,
    /// `flags`: 0x0001 compressed, 0x0400 no compression header.
    pub flags: u16,
    pub data: Vec<u8>,
}

/// Seals a Client Fast-Path Input PDU, header included.
pub(crate) fn seal_input(input: &Input, encoder: &mut Encoder<'_>) -> Vec<u8> {
    let _ = (input, encoder);
    Vec::new()
}

/// Seals a Server Fast-Path Update PDU, header included.
pub(crate) fn seal_output(output: &Output, encoder: &mut Encoder<'_>) -> Vec<u8> {
    let _ = (output, encoder);
    Vec::new()
}

/// Reads a whole Client Fast-Path Input PDU.
pub(crate) fn read_input(i: &[u8]) -> Read<'_, Input> {
    refuse(i, "a fast-path input PDU", 0)
}

/// Reads a whole Server Fast-Path Update PDU.
pub(crate) fn read_output(i: &[u8]) -> Read<'_, Output> {
    refuse(i, "a fast-path output PDU", 0)
}

/// One short phrase about the input.
pub(crate) fn fact_input(input: &Input) -> String {
    let _ = input;
    String::new()
}

/// One short phrase about the output.
pub(crate) fn fact_output(output: &Output) -> String {
    let _ = output;
    String::new()
}
