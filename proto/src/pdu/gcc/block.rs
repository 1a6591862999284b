//! The header that every GCC user data block has, and optional fields at a block's end.

use nom::Parser;

use super::UnknownBlock;
use crate::wire::read::{Read, ReadError, all, field, le_u16, rest};
use crate::wire::write::Writer;

type Failure<'a> = nom::Err<ReadError<'a>>;

/// Reads blocks to the end of the input. `name` gives a block type's structure name, `body` reads
/// one whole body.
pub(super) fn read_all<'a, B>(
    mut i: &'a [u8],
    name: fn(u16) -> &'static str,
    body: fn(u16, &'a [u8]) -> Read<'a, B>,
) -> Read<'a, Vec<B>> {
    let mut blocks = Vec::new();
    while !i.is_empty() {
        let (_, block_type) = field("header.type", le_u16)(i)?;
        let (left, block) = field(name(block_type), |i| read_one(i, body))(i)?;
        blocks.push(block);
        i = left;
    }
    Ok((i, blocks))
}

fn read_one<'a, B>(i: &'a [u8], body: fn(u16, &'a [u8]) -> Read<'a, B>) -> Read<'a, B> {
    let (after_type, block_type) = field("header.type", le_u16)(i)?;
    let (_, says) = field("header.length", le_u16)(after_type)?;
    let says = usize::from(says);
    let Some((block, left)) = (says >= 4).then(|| i.split_at_checked(says)).flatten() else {
        let error = if says < 4 {
            ReadError::invalid(after_type, "at least 4", says as u64)
        } else {
            ReadError::length(after_type, says, i.len())
        };
        return field("header.length", |_| Err(nom::Err::Error(error.clone())))(after_type);
    };
    let contents = block.get(4..).unwrap_or_default();
    // What is left over in a known block is ignored: peers append fields over the years.
    let block = all(contents, |i| {
        let (i, block) = body(block_type, i)?;
        Ok((rest(i)?.0, block))
    })?;
    Ok((left, block))
}

/// Keeps a body of an unknown type.
pub(super) fn unknown(block_type: u16, i: &[u8]) -> Read<'_, UnknownBlock> {
    let (i, body) = rest(i)?;
    Ok((i, UnknownBlock { block_type, body: body.to_vec() }))
}

/// Writes one block with its header.
pub(super) fn write(w: &mut Writer, name: &'static str, block_type: u16, body: impl FnOnce(&mut Writer)) {
    w.block(name, |w| {
        let start = w.len();
        w.u16_le("header.type", block_type);
        w.u16_le("header.length", 0);
        body(w);
        let length = u16::try_from(w.len() - start).unwrap_or(u16::MAX);
        w.patch(start + 2, &length.to_le_bytes());
    });
}

/// Writes a block of an unknown type.
pub(super) fn write_unknown(w: &mut Writer, block: &UnknownBlock) {
    write(w, "UNKNOWN", block.block_type, |w| w.bytes("body", &block.body));
}

/// Optional fields at a block's end: each is present if enough bytes are left and all before it
/// were present.
pub(super) struct Trailing<'a> {
    i: &'a [u8],
    open: bool,
}

impl<'a> Trailing<'a> {
    pub(super) fn new(i: &'a [u8]) -> Self {
        Self { i, open: true }
    }

    /// The next optional field, `width` bytes wide.
    pub(super) fn next<T>(
        &mut self,
        width: usize,
        name: &'static str,
        parser: impl Parser<&'a [u8], Output = T, Error = ReadError<'a>>,
    ) -> Result<Option<T>, Failure<'a>> {
        self.open &= self.i.len() >= width;
        if !self.open {
            return Ok(None);
        }
        let (left, value) = field(name, parser)(self.i)?;
        self.i = left;
        Ok(Some(value))
    }

    /// What is left behind the last field that was present.
    pub(super) fn rest(self) -> &'a [u8] {
        self.i
    }
}

/// Writes optional fields up to the first that is absent.
pub(super) struct TrailingWriter<'w> {
    w: &'w mut Writer,
    open: bool,
}

impl<'w> TrailingWriter<'w> {
    pub(super) fn new(w: &'w mut Writer) -> Self {
        Self { w, open: true }
    }

    pub(super) fn next<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Writer, T)) -> &mut Self {
        match value {
            Some(value) if self.open => write(self.w, value),
            _ => self.open = false,
        }
        self
    }
}
