//! Interleaved run-length encoding at 16 bits per pixel.
//!
//! MS-RDPBCGR 2.2.9.1.1.3.1.2.4 and 3.1.9. Only three orders are used: background run (a copy of
//! the row before), colour run, and colour image (pixels as they are).

/// `MEGA_MEGA_BG_RUN`, `MEGA_MEGA_COLOR_RUN`, `MEGA_MEGA_COLOR_IMAGE`: length u16 le follows.
const MEGA: [u8; 3] = [0xf0, 0xf3, 0xf4];
/// `REGULAR_BG_RUN`, `REGULAR_COLOR_RUN`, `REGULAR_COLOR_IMAGE`: length in the low five bits.
const REGULAR: [u8; 3] = [0x00, 0x60, 0x80];
const BACKGROUND_RUN: usize = 0;
const COLOUR_RUN: usize = 1;
const COLOUR_IMAGE: usize = 2;
/// A run shorter than this costs more than the pixels in an image.
const WORTH: usize = 3;
/// Pixels that are compared at once.
const SLICE: usize = 32;

/// Compresses `pixels`, rows of `width`, in the order in which they stand on the wire.
pub(crate) fn compress(pixels: &[u16], width: usize) -> Vec<u8> {
    let mut out = Vec::new();
    // A background run in the first row means black, so that row is told from the others.
    let (first, rest) = pixels.split_at(width.min(pixels.len()));
    encode(&mut out, first, |_| 0);
    encode(&mut out, rest, |at| above(pixels, rest, at));
    out
}

/// How many pixels from `at` on repeat the row before.
fn above(pixels: &[u16], rest: &[u16], at: usize) -> usize {
    let now = rest.get(at..).unwrap_or_default();
    let before = pixels.get(at..).unwrap_or_default();
    alike(now, before)
}

/// How many pixels two rows have in common from their start. Slices are compared before single pixels are: most of a
/// card is plain.
fn alike(left: &[u16], right: &[u16]) -> usize {
    let slices = left.chunks_exact(SLICE).zip(right.chunks_exact(SLICE));
    let same = SLICE * slices.take_while(|(left, right)| left == right).count();
    let rest = left.get(same..).unwrap_or_default().iter().zip(right.get(same..).unwrap_or_default());
    same + rest.take_while(|(left, right)| left == right).count()
}

fn encode(out: &mut Vec<u8>, pixels: &[u16], background: impl Fn(usize) -> usize) {
    let mut at = 0;
    let mut image = 0;
    while at < pixels.len() {
        let ahead = pixels.get(at..).unwrap_or_default();
        let copied = background(at);
        let repeated = 1 + alike(ahead, ahead.get(1..).unwrap_or_default());
        if copied < WORTH && repeated < WORTH {
            at += 1;
            continue;
        }
        flush(out, pixels.get(image..at).unwrap_or_default());
        if copied >= repeated {
            order(out, BACKGROUND_RUN, copied);
            at += copied;
        } else {
            order(out, COLOUR_RUN, repeated);
            out.extend(ahead.first().copied().unwrap_or_default().to_le_bytes());
            at += repeated;
        }
        image = at;
    }
    flush(out, pixels.get(image..).unwrap_or_default());
}

fn flush(out: &mut Vec<u8>, pixels: &[u16]) {
    if !pixels.is_empty() {
        order(out, COLOUR_IMAGE, pixels.len());
        out.extend(pixels.iter().flat_map(|pixel| pixel.to_le_bytes()));
    }
}

fn order(out: &mut Vec<u8>, kind: usize, length: usize) {
    let pick = |codes: [u8; 3]| codes.get(kind).copied().unwrap_or_default();
    match u8::try_from(length) {
        Ok(length @ 1..=31) => out.push(pick(REGULAR) | length),
        _ => {
            out.push(pick(MEGA));
            // A tile has 4096 pixels at most.
            out.extend(u16::try_from(length).unwrap_or(u16::MAX).to_le_bytes());
        }
    }
}

#[cfg(test)]
#[expect(clippy::indexing_slicing, clippy::panic, reason = "tests look at places that they made")]
pub(crate) mod tests {
    use super::*;

    /// Reads the three orders back, independently of how they were chosen.
    pub(crate) fn decompress(data: &[u8], width: usize) -> Vec<u16> {
        let mut pixels: Vec<u16> = Vec::new();
        let mut at = 0;
        let mut last_was_background = false;
        while at < data.len() {
            let code = data[at];
            let (kind, length, header) = match code {
                0xf0 | 0xf3 | 0xf4 => {
                    let length = usize::from(u16::from_le_bytes([data[at + 1], data[at + 2]]));
                    (MEGA.iter().position(|mega| *mega == code), length, 3)
                }
                _ => (REGULAR.iter().position(|regular| *regular == code & 0xe0), usize::from(code & 0x1f), 1),
            };
            at += header;
            match kind {
                Some(BACKGROUND_RUN) => {
                    // Two in a row would put a foreground pixel between them.
                    assert!(!last_was_background, "two background runs in a row at byte {at}");
                    assert!(pixels.len() >= width, "a background run in the first row");
                    for _ in 0..length {
                        pixels.push(pixels[pixels.len() - width]);
                    }
                }
                Some(COLOUR_RUN) => {
                    let pixel = u16::from_le_bytes([data[at], data[at + 1]]);
                    pixels.extend(std::iter::repeat_n(pixel, length));
                    at += 2;
                }
                Some(COLOUR_IMAGE) => {
                    pixels.extend(
                        data[at..at + 2 * length].chunks_exact(2).map(|pixel| u16::from_le_bytes([pixel[0], pixel[1]])),
                    );
                    at += 2 * length;
                }
                _ => panic!("unknown order {code:#04x}"),
            }
            last_was_background = kind == Some(BACKGROUND_RUN);
        }
        pixels
    }

    #[test]
    fn pictures_survive_compression() {
        let patterns: [fn(usize) -> u16; 5] = [
            |_| 0x1234,
            |i| (i % 7) as u16,
            |i| (i / 64) as u16,
            |i| (i as u16).wrapping_mul(40_503),
            |i| if i % 64 < 40 { 7 } else { (i % 5) as u16 },
        ];
        for (number, pattern) in patterns.iter().enumerate() {
            let pixels: Vec<u16> = (0..64 * 64).map(pattern).collect();
            assert_eq!(decompress(&compress(&pixels, 64), 64), pixels, "pattern {number}");
        }
    }

    #[test]
    fn a_plain_tile_costs_a_few_bytes() {
        assert!(compress(&[0xffff; 64 * 64], 64).len() < 16);
    }
}
