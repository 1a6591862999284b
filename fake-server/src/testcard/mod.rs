//! The session's picture: a drawn test card with the scenario's name.

mod rle;

use std::sync::{Arc, Mutex, PoisonError};

use badrdp_proto::pdu::Message;
use badrdp_proto::pdu::fast_path::{BitmapRectangle, Output, bitmap_update};
use font8x8::UnicodeFonts as _;

/// Side of a tile in pixels; a multiple of 4, as bitmap widths must be.
const TILE: usize = 64;
/// Bytes of bitmap data after which a new PDU is begun: far below the 16383 that fast-path can carry.
const PDU_DATA: usize = 8 * 1024;
/// `BITMAP_COMPRESSION` and `NO_BITMAP_COMPRESSION_HDR` (MS-RDPBCGR 2.2.9.1.1.3.1.2.2).
const COMPRESSED_NO_HEADER: u16 = 0x0401;
/// Colour bars from left to right: white, yellow, cyan, green, magenta, red, blue, black.
const BARS: [u16; 8] = [0xffff, 0xffe0, 0x07ff, 0x07e0, 0xf81f, 0xf800, 0x001f, 0x0000];
const BACKGROUND: u16 = 0x2124;
const GRID: u16 = 0x4228;
const TEXT: u16 = 0xffff;

/// Cards kept; clients of one server rarely have more sizes between them.
const CARDS: usize = 8;

/// Cards that were drawn, by the desktop's size and the title: a large one takes longer to draw than all the rest of a
/// connection.
#[derive(Debug, Default)]
pub(crate) struct Cards(Mutex<Vec<Drawn>>);

#[derive(Debug)]
struct Drawn {
    desktop: (u16, u16),
    title: String,
    card: Arc<[Message]>,
}

impl Cards {
    /// The card's messages, drawn where they are not known yet.
    pub(crate) fn get(&self, width: u16, height: u16, title: &str) -> Arc<[Message]> {
        // Held while drawing, so that clients that come together cause one drawing.
        let mut cards = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let desktop = (width, height);
        if let Some(Drawn { card, .. }) = cards.iter().find(|drawn| drawn.desktop == desktop && drawn.title == title) {
            return Arc::clone(card);
        }
        let card: Arc<[Message]> = draw(width, height, title).into_iter().map(Message::FastPathOutput).collect();
        if cards.len() >= CARDS {
            cards.remove(0);
        }
        cards.push(Drawn { desktop, title: title.to_owned(), card: Arc::clone(&card) });
        card
    }
}

/// The card's fast-path PDUs for a desktop of `width` by `height` pixels at 16 bits per pixel (RGB 565).
fn draw(width: u16, height: u16, title: &str) -> Vec<Output> {
    let card = Card::new(usize::from(width), usize::from(height), title);
    let mut pdus = Vec::new();
    let mut rectangles = Vec::new();
    let mut size = 0;
    for top in (0..card.height).step_by(TILE) {
        for left in (0..card.width).step_by(TILE) {
            let rectangle = card.tile(left, top);
            if size + rectangle.data.len() > PDU_DATA && !rectangles.is_empty() {
                pdus.push(pdu(&rectangles));
                rectangles.clear();
                size = 0;
            }
            size += rectangle.data.len();
            rectangles.push(rectangle);
        }
    }
    if !rectangles.is_empty() {
        pdus.push(pdu(&rectangles));
    }
    pdus
}

fn pdu(rectangles: &[BitmapRectangle]) -> Output {
    Output { flags: 0, updates: vec![bitmap_update(rectangles)] }
}

/// The picture, row by row.
struct Card {
    width: usize,
    height: usize,
    /// Title rows of glyphs, each glyph eight rows of eight bits, lowest bit left.
    lines: Vec<Vec<[u8; 8]>>,
    /// Pixels per font pixel.
    scale: usize,
    /// A row of the colour bars, of the ground below them, and of a line of its grid.
    rows: [Vec<u16>; 3],
}

impl Card {
    fn new(width: usize, height: usize, title: &str) -> Self {
        let scale = (width / 400).clamp(1, 4);
        let columns = (width / (8 * scale)).saturating_sub(2).max(1);
        let glyph =
            |letter| font8x8::BASIC_FONTS.get(letter).or_else(|| font8x8::BASIC_FONTS.get('?')).unwrap_or([0; 8]);
        let title = format!("badrdp {title}");
        let glyphs = title.lines().map(|line| line.chars().map(glyph).collect::<Vec<_>>());
        let lines = glyphs.flat_map(|line| line.chunks(columns).map(<[_]>::to_vec).collect::<Vec<_>>()).collect();
        let row = |colour: fn(usize, usize) -> u16| (0..padded(width)).map(|x| colour(x, width)).collect();
        let rows = [
            row(|x, width| BARS.get(x * BARS.len() / width.max(1)).copied().unwrap_or_default()),
            row(|x, _| if x.is_multiple_of(TILE) { GRID } else { BACKGROUND }),
            row(|_, _| GRID),
        ];
        Self { width, height, lines, scale, rows }
    }

    /// Rows of the card that are colour bars; the title stands below them.
    fn bars(&self) -> usize {
        self.height * 2 / 3
    }

    /// A row of the card without the title.
    fn ground(&self, y: usize) -> &[u16] {
        let [bars, ground, line] = &self.rows;
        if y < self.bars() {
            bars
        } else if y.is_multiple_of(TILE) {
            line
        } else {
            ground
        }
    }

    /// Adds `count` pixels of row `y` from `left` on.
    fn row(&self, y: usize, left: usize, count: usize, pixels: &mut Vec<u16>) {
        let start = pixels.len();
        pixels.extend_from_slice(self.ground(y).get(left..left + count).unwrap_or_default());
        let Some(glyphs) = self.glyph_rows(y) else { return };
        let cell = 8 * self.scale;
        for (x, pixel) in (left..).zip(pixels.iter_mut().skip(start)) {
            let Some(x) = x.checked_sub(cell) else { continue };
            let bits = glyphs.line.get(x / cell).and_then(|glyph| glyph.get(glyphs.row));
            if bits.is_some_and(|bits| bits >> (x % cell / self.scale) & 1 == 1) {
                *pixel = TEXT;
            }
        }
    }

    /// What of the title crosses row `y`.
    fn glyph_rows(&self, y: usize) -> Option<Glyphs<'_>> {
        let cell = 8 * self.scale;
        let y = y.checked_sub(self.bars() + cell)?;
        // Lines of text stand one and a half cells apart.
        let (line, within) = (y / (cell * 3 / 2), y % (cell * 3 / 2));
        (within < cell).then_some(Glyphs { line: self.lines.get(line)?, row: within / self.scale })
    }

    fn tile(&self, left: usize, top: usize) -> BitmapRectangle {
        let right = (left + TILE).min(self.width) - 1;
        let bottom = (top + TILE).min(self.height) - 1;
        let width = padded(right - left + 1);
        let height = bottom - top + 1;
        let mut pixels = Vec::with_capacity(width * height);
        // Rows go from the bottom up.
        for y in (top..=bottom).rev() {
            self.row(y, left, width, &mut pixels);
        }
        BitmapRectangle {
            left: pixel(left),
            top: pixel(top),
            right: pixel(right),
            bottom: pixel(bottom),
            width: pixel(width),
            height: pixel(height),
            bits_per_pixel: 16,
            flags: COMPRESSED_NO_HEADER,
            data: rle::compress(&pixels, width),
        }
    }
}

/// A line of the title, and which of its glyphs' rows is meant.
struct Glyphs<'a> {
    line: &'a [[u8; 8]],
    row: usize,
}

/// A bitmap's width is padded to a multiple of 4; its rectangle clips it.
const fn padded(width: usize) -> usize {
    width.next_multiple_of(4)
}

/// Places fit 16 bits: the desktop's sides came from 16 bits.
fn pixel(place: usize) -> u16 {
    u16::try_from(place).unwrap_or(u16::MAX)
}

#[cfg(test)]
#[expect(clippy::indexing_slicing, reason = "tests look at places that they made")]
mod tests {
    use super::*;

    #[test]
    fn a_card_is_drawn_once_per_size_and_few_are_kept() {
        let cards = Cards::default();
        let first = cards.get(640, 480, "a");
        assert!(Arc::ptr_eq(&first, &cards.get(640, 480, "a")));
        assert!(!Arc::ptr_eq(&first, &cards.get(480, 640, "a")));
        assert!(!Arc::ptr_eq(&first, &cards.get(640, 480, "b")));
        for width in 100..120 {
            cards.get(width, 64, "a");
        }
        assert_eq!(cards.0.lock().unwrap_or_else(PoisonError::into_inner).len(), CARDS);
        assert_eq!(first, cards.get(640, 480, "a"), "drawn again, and the same");
    }

    #[test]
    fn the_whole_desktop_is_covered_once_and_cheaply() {
        for (width, height) in [(1024, 768), (1366, 768), (64, 64), (801, 601), (3840, 2160)] {
            let card = Card::new(width, height, "tls/certificate-expired");
            let mut seen = vec![false; width * height];
            for top in (0..height).step_by(TILE) {
                for left in (0..width).step_by(TILE) {
                    let tile = card.tile(left, top);
                    let bitmap = rle::tests::decompress(&tile.data, usize::from(tile.width));
                    assert_eq!(bitmap.len(), usize::from(tile.width) * usize::from(tile.height));
                    for y in tile.top..=tile.bottom {
                        let mut expected = Vec::new();
                        card.row(y.into(), 0, width, &mut expected);
                        for x in tile.left..=tile.right {
                            let row = usize::from(tile.bottom - y);
                            let column = usize::from(x - tile.left);
                            let place = usize::from(y) * width + usize::from(x);
                            assert_eq!(bitmap[row * usize::from(tile.width) + column], expected[usize::from(x)]);
                            assert!(!std::mem::replace(&mut seen[place], true), "{x},{y} is drawn twice");
                        }
                    }
                }
            }
            assert!(seen.into_iter().all(|seen| seen), "{width}x{height} has holes");
        }
    }

    #[test]
    fn the_first_frame_is_small_and_every_pdu_fits_fast_path() {
        let pdus = draw(1024, 768, "tls/certificate-expired");
        let sizes: Vec<_> = pdus.into_iter().map(|output| Message::FastPathOutput(output).encode().len()).collect();
        assert!(sizes.iter().all(|size| *size < 16_383), "{sizes:?}");
        let total: usize = sizes.iter().sum();
        assert!((1_000..100_000).contains(&total), "{total} bytes");
    }

    #[test]
    fn a_title_has_as_many_lines_as_it_says_and_needs() {
        let lines = |title: &str| Card::new(640, 480, title).lines.len();
        assert_eq!((lines("a"), lines("a\nb\nc")), (1, 3));
        assert_eq!(lines(&"a".repeat(100)), 2);
    }

    #[test]
    fn the_title_changes_the_picture() {
        assert_ne!(draw(640, 480, "a"), draw(640, 480, "b"));
    }
}
