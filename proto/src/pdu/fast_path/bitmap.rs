//! Bitmap updates: rectangles of pixels, the simplest way to draw.
//!
//! MS-RDPBCGR 2.2.9.1.1.3.1.2.

use super::{BitmapRectangle, Update};
use crate::pdu::text::length16;
use crate::wire::DecodeError;
use crate::wire::read::{Read, bytes, field, le_u16, refuse, whole};

/// `FASTPATH_UPDATETYPE_BITMAP`, and `UPDATETYPE_BITMAP` inside the data.
const BITMAP: u8 = 1;

/// A bitmap update of these rectangles, in one piece.
///
/// The update must fit in a fast-path PDU with what else is in it: below 32 kB, and below 16 kB for
/// clients without the Multifragment Update capability. Rectangles of more than 65535 bytes do not fit.
#[must_use]
pub fn bitmap_update(rectangles: &[BitmapRectangle]) -> Update {
    let mut data = u16::from(BITMAP).to_le_bytes().to_vec();
    data.extend_from_slice(&length16(rectangles.len()).to_le_bytes());
    for rectangle in rectangles {
        let numbers = [
            rectangle.left,
            rectangle.top,
            rectangle.right,
            rectangle.bottom,
            rectangle.width,
            rectangle.height,
            rectangle.bits_per_pixel,
            rectangle.flags,
            length16(rectangle.data.len()),
        ];
        data.extend(numbers.into_iter().flat_map(u16::to_le_bytes));
        data.extend_from_slice(&rectangle.data);
    }
    Update { code: BITMAP, fragmentation: 0, compression_flags: None, data }
}

/// The rectangles of a bitmap update; `None` where it is another update, a fragment, or compressed as a whole.
///
/// # Errors
/// The path, offset in the data and reason of the first field that does not fit.
pub fn bitmap_rectangles(update: &Update) -> Result<Option<Vec<BitmapRectangle>>, DecodeError> {
    if (update.code, update.fragmentation, update.compression_flags) != (BITMAP, 0, None) {
        return Ok(None);
    }
    whole(&update.data, "TS_UPDATE_BITMAP_DATA", read).map(Some)
}

fn read(i: &[u8]) -> Read<'_, Vec<BitmapRectangle>> {
    let (i, _) = field("updateType", |at| {
        let (i, update_type) = le_u16(at)?;
        if update_type == u16::from(BITMAP) { Ok((i, ())) } else { refuse(at, "1 (bitmap)", update_type.into()) }
    })(i)?;
    let (mut i, number) = field("numberRectangles", le_u16)(i)?;
    let mut rectangles = Vec::new();
    for _ in 0..number {
        let rectangle;
        (i, rectangle) = field("rectangles", read_rectangle)(i)?;
        rectangles.push(rectangle);
    }
    Ok((i, rectangles))
}

fn read_rectangle(i: &[u8]) -> Read<'_, BitmapRectangle> {
    let (i, left) = field("destLeft", le_u16)(i)?;
    let (i, top) = field("destTop", le_u16)(i)?;
    let (i, right) = field("destRight", le_u16)(i)?;
    let (i, bottom) = field("destBottom", le_u16)(i)?;
    let (i, width) = field("width", le_u16)(i)?;
    let (i, height) = field("height", le_u16)(i)?;
    let (i, bits_per_pixel) = field("bitsPerPixel", le_u16)(i)?;
    let (i, flags) = field("flags", le_u16)(i)?;
    let (i, length) = field("bitmapLength", le_u16)(i)?;
    let (i, data) = field("bitmapDataStream", bytes(length.into()))(i)?;
    let data = data.to_vec();
    Ok((i, BitmapRectangle { left, top, right, bottom, width, height, bits_per_pixel, flags, data }))
}
