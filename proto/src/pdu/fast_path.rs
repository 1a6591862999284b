//! Fast-path input and output.
//!
//! MS-RDPBCGR 2.2.8.1.2 and 2.2.9.1.2. Header byte, then a 1- or 2-byte length of the whole PDU.

mod bitmap;
mod input;
mod output;

pub use bitmap::{bitmap_rectangles, bitmap_update};
pub(crate) use input::{fact_input, read_input, seal_input};
pub(super) use output::update_fact;
pub(crate) use output::{fact_output, read_output, seal_output};

use crate::wire::read::{Read, be_u16, field, length_of, refuse, u8};
use crate::wire::write::Writer;

/// Client Fast-Path Input PDU. MS-RDPBCGR 2.2.8.1.2.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Input {
    /// `fpInputHeader` bits 6 and 7 (encryption flags), as the low bits of this number.
    pub flags: u8,
    /// Events in order, at most 255.
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
    /// `fpOutputHeader` bits 6 and 7 (encryption flags), as the low bits of this number.
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

/// Longest fast-path PDU: its length has 15 bits.
const MAX_LENGTH: usize = 0x7fff;
/// Bit 7 of the first header byte: the PDU is encrypted by standard RDP security.
const ENCRYPTED: u8 = 0x80;

/// Writes the header byte and the length of the whole PDU, whose other bytes number `body`.
///
/// A length that does not fit is written as the largest one: callers keep PDUs below [`MAX_LENGTH`].
fn write_header(w: &mut Writer, name: &'static str, header: u8, body: usize) {
    w.u8(name, header);
    match u8::try_from(body + 2) {
        Ok(length @ 0..=0x7f) => w.u8("length1", length),
        _ => {
            let [high, low] = u16::try_from((body + 3).min(MAX_LENGTH)).unwrap_or(u16::MAX).to_be_bytes();
            w.u8("length1", high | 0x80);
            w.u8("length2", low);
        }
    }
}

/// Reads the header byte and the length of the whole PDU, which must be that of `i`.
fn read_header<'a>(i: &'a [u8], name: &'static str) -> Read<'a, u8> {
    let all = i;
    let (i, header) = field(name, |at: &'a [u8]| {
        let (i, header) = u8(at)?;
        match header {
            _ if header & 0x03 != 0 => refuse(at, "action 0 (fast-path)", header.into()),
            _ if header & ENCRYPTED != 0 => refuse(at, "no encryption, TLS encrypts", header.into()),
            _ => Ok((i, header)),
        }
    })(i)?;
    let (i, _) = field("length", |at: &'a [u8]| {
        let (i, length) = match at.first() {
            Some(first) if first & 0x80 != 0 => {
                let (i, length) = be_u16(at)?;
                (i, length & 0x7fff)
            }
            _ => {
                let (i, length) = u8(at)?;
                (i, u16::from(length))
            }
        };
        length_of(all, at, i, length)
    })(i)?;
    Ok((i, header))
}
