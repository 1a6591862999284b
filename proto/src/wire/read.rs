//! Reading: nom inside a delimited frame, with every read named.
//!
//! A reader of a PDU is a plain function `fn read(i: &[u8]) -> Read<'_, Self>` that reads its
//! fields in wire order with [`field`]. [`whole`] turns the result into a value or a
//! [`DecodeError`] that names the field and the byte.

use core::fmt;

use nom::Parser;
use nom::error::{ErrorKind, ParseError};

/// The result of one reader: what is left, and the value.
pub type Read<'a, T> = nom::IResult<&'a [u8], T, ReadError<'a>>;

/// A failure inside a frame, while the frame is still at hand. Boxed: what every read returns stays small.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadError<'a>(Box<Failure<'a>>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Failure<'a> {
    at: &'a [u8],
    path: Vec<&'static str>,
    reason: Reason,
}

/// Why a frame could not be decoded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// The bytes ended inside the field.
    #[error("end of input")]
    EndOfInput,
    /// Bytes were left over where the structure ends.
    #[error("{0} bytes left over")]
    LeftOver(usize),
    /// The value is not one that the specification allows.
    #[error("expected {expected}, got {got:#x}")]
    Invalid {
        /// What the specification asks for.
        expected: &'static str,
        /// What stands there.
        got: u64,
    },
    /// A length disagrees with the bytes that are there.
    #[error("says {says} bytes, {have} are there")]
    Length {
        /// What the length field says, bytes.
        says: usize,
        /// What is there, bytes.
        have: usize,
    },
    /// A length or count is above the cap for the field.
    #[error("{got} is above the cap of {cap}")]
    TooLarge {
        /// The largest value accepted.
        cap: usize,
        /// What stands there.
        got: usize,
    },
}

impl Reason {
    /// Whether bytes are missing: the input ends early, or a length says more than is there.
    #[must_use]
    pub const fn is_cut_short(&self) -> bool {
        match self {
            Self::EndOfInput => true,
            Self::Length { says, have } => *says > *have,
            Self::LeftOver(_) | Self::Invalid { .. } | Self::TooLarge { .. } => false,
        }
    }
}

/// A frame that could not be decoded: the field's path, the byte offset and the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    /// Dotted path of the field, outermost first, in the specification's spelling.
    pub path: String,
    /// Offset in bytes from the start of the frame.
    pub offset: usize,
    /// What was wrong there.
    pub reason: Reason,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}: {}", self.path, self.offset, self.reason)
    }
}

impl std::error::Error for DecodeError {}

impl<'a> ParseError<&'a [u8]> for ReadError<'a> {
    fn from_error_kind(at: &'a [u8], _kind: ErrorKind) -> Self {
        Self::new(at, Reason::EndOfInput)
    }

    fn append(_at: &'a [u8], _kind: ErrorKind, other: Self) -> Self {
        other
    }
}

impl<'a> ReadError<'a> {
    #[cold]
    fn new(at: &'a [u8], reason: Reason) -> Self {
        Self(Box::new(Failure { at, path: Vec::new(), reason }))
    }

    /// The bytes from `at` on are too few.
    #[must_use]
    pub fn end_of_input(at: &'a [u8]) -> Self {
        Self::new(at, Reason::EndOfInput)
    }

    /// The value at `at` is not what the specification allows.
    #[must_use]
    pub fn invalid(at: &'a [u8], expected: &'static str, got: u64) -> Self {
        Self::new(at, Reason::Invalid { expected, got })
    }

    /// The length or count at `at` is above its cap.
    #[must_use]
    pub fn too_large(at: &'a [u8], cap: usize, got: usize) -> Self {
        Self::new(at, Reason::TooLarge { cap, got })
    }

    /// The length at `at` disagrees with the bytes that are there.
    #[must_use]
    pub fn length(at: &'a [u8], says: usize, have: usize) -> Self {
        Self::new(at, Reason::Length { says, have })
    }

    fn inside(mut self, name: &'static str) -> Self {
        self.0.path.push(name);
        self
    }

    fn resolve(self, frame: &[u8]) -> DecodeError {
        let Failure { at, path, reason } = *self.0;
        let path: Vec<_> = path.into_iter().rev().filter(|name| !name.is_empty()).collect();
        // Address arithmetic: `at` is a sub-slice of `frame`.
        let offset = (at.as_ptr() as usize).saturating_sub(frame.as_ptr() as usize);
        let path = if path.is_empty() { "frame".to_owned() } else { path.join(".") };
        DecodeError { path, offset: offset.min(frame.len()), reason }
    }
}

/// Apart from [`field`], so that the path without errors stays short.
#[cold]
fn name_error<'a>(error: nom::Err<ReadError<'a>>, i: &'a [u8], name: &'static str) -> nom::Err<ReadError<'a>> {
    error.map(|mut error| {
        // An end of input is reported where the field starts: that is the byte a person looks for.
        if error.0.path.is_empty() && error.0.reason == Reason::EndOfInput {
            error.0.at = i;
        }
        error.inside(name)
    })
}

/// Runs `parser` and names it in any error: `field("failureCode", le_u32)`.
pub fn field<'a, T>(
    name: &'static str,
    mut parser: impl Parser<&'a [u8], Output = T, Error = ReadError<'a>>,
) -> impl FnMut(&'a [u8]) -> Read<'a, T> {
    move |i: &'a [u8]| match parser.parse(i) {
        Ok(read) => Ok(read),
        Err(error) => Err(name_error(error, i, name)),
    }
}

/// A byte, little or big end alike.
#[inline]
pub fn u8(i: &[u8]) -> Read<'_, u8> {
    let (left, [byte]) = array(i)?;
    Ok((left, byte))
}
/// A 16-bit unsigned integer, little end first.
#[inline]
pub fn le_u16(i: &[u8]) -> Read<'_, u16> {
    let (left, digits) = array(i)?;
    Ok((left, u16::from_le_bytes(digits)))
}
/// A 32-bit unsigned integer, little end first.
#[inline]
pub fn le_u32(i: &[u8]) -> Read<'_, u32> {
    let (left, digits) = array(i)?;
    Ok((left, u32::from_le_bytes(digits)))
}
/// A 16-bit unsigned integer, big end first.
#[inline]
pub fn be_u16(i: &[u8]) -> Read<'_, u16> {
    let (left, digits) = array(i)?;
    Ok((left, u16::from_be_bytes(digits)))
}
/// A 32-bit unsigned integer, big end first.
#[inline]
pub fn be_u32(i: &[u8]) -> Read<'_, u32> {
    let (left, digits) = array(i)?;
    Ok((left, u32::from_be_bytes(digits)))
}
/// Exactly `count` bytes.
pub fn bytes<'a>(count: usize) -> impl FnMut(&'a [u8]) -> Read<'a, &'a [u8]> {
    move |i: &'a [u8]| match i.split_at_checked(count) {
        Some((taken, rest)) => Ok((rest, taken)),
        None => Err(nom::Err::Error(ReadError::end_of_input(i))),
    }
}
/// Exactly `N` bytes as an array.
#[inline]
pub fn array<const N: usize>(i: &[u8]) -> Read<'_, [u8; N]> {
    match i.split_first_chunk::<N>() {
        Some((taken, rest)) => Ok((rest, *taken)),
        None => Err(nom::Err::Error(ReadError::end_of_input(i))),
    }
}
/// Everything that is left.
#[inline]
pub fn rest(i: &[u8]) -> Read<'_, &[u8]> {
    Ok((i.split_at(i.len()).1, i))
}

/// Succeeds only at the end of the input.
#[inline]
pub fn end(i: &[u8]) -> Read<'_, ()> {
    if i.is_empty() { Ok((i, ())) } else { Err(nom::Err::Error(ReadError::new(i, Reason::LeftOver(i.len())))) }
}

/// Fails with an "expected …, got …" at `at`: `return refuse(i, "0x03", u64::from(version))`.
///
/// # Errors
/// Always: that is what it is for.
pub fn refuse<'a, T>(at: &'a [u8], expected: &'static str, got: u64) -> Read<'a, T> {
    Err(nom::Err::Error(ReadError::invalid(at, expected, got)))
}

/// Accepts `value` where it is the length of `all`, the structure that the length at `at` stands in.
///
/// # Errors
/// The length says more or less than is there.
pub fn length_of<'a>(all: &[u8], at: &'a [u8], i: &'a [u8], value: u16) -> Read<'a, u16> {
    if usize::from(value) == all.len() {
        Ok((i, value))
    } else {
        Err(nom::Err::Error(ReadError::length(at, value.into(), all.len())))
    }
}

/// Reads a delimited part: the reader must use every byte of it.
///
/// # Errors
/// Those of the reader, and bytes left over.
pub fn all<'a, T>(
    part: &'a [u8],
    mut parser: impl Parser<&'a [u8], Output = T, Error = ReadError<'a>>,
) -> Result<T, nom::Err<ReadError<'a>>> {
    let (left, value) = parser.parse(part)?;
    end(left)?;
    Ok(value)
}

/// [`field`] for a structure that takes up all of the input: bytes left over are an error inside it.
pub fn to_end<'a, T>(
    name: &'static str,
    mut parser: impl Parser<&'a [u8], Output = T, Error = ReadError<'a>>,
) -> impl FnMut(&'a [u8]) -> Read<'a, T> {
    field(name, move |i: &'a [u8]| {
        let (left, value) = parser.parse(i)?;
        let (left, ()) = end(left)?;
        Ok((left, value))
    })
}

/// Reads one number that can have one value only: `constant("version", 3, "3", u8)`.
pub fn constant<'a, N: Copy + Into<u64>>(
    name: &'static str,
    value: u64,
    expected: &'static str,
    mut number: impl Parser<&'a [u8], Output = N, Error = ReadError<'a>>,
) -> impl FnMut(&'a [u8]) -> Read<'a, ()> {
    field(name, move |i: &'a [u8]| {
        let (left, got) = number.parse(i)?;
        let got: u64 = got.into();
        if got == value { Ok((left, ())) } else { refuse(i, expected, got) }
    })
}

/// Decodes a whole delimited frame: the reader must use every byte of it. An empty `name` adds
/// nothing to the path.
///
/// # Errors
/// The path, offset and reason of the first field that does not fit.
pub fn whole<'a, T>(
    frame: &'a [u8],
    name: &'static str,
    parser: impl Parser<&'a [u8], Output = T, Error = ReadError<'a>>,
) -> Result<T, DecodeError> {
    let resolve = |error: nom::Err<ReadError<'a>>| match error {
        nom::Err::Error(e) | nom::Err::Failure(e) => e.inside(name).resolve(frame),
        nom::Err::Incomplete(_) => {
            DecodeError { path: name.to_owned(), offset: frame.len(), reason: Reason::EndOfInput }
        }
    };
    all(frame, parser).map_err(resolve)
}
