//! Cutting a byte stream into frames, by what the connection waits for.

use bytes::{Bytes, BytesMut};

/// What the next frame looks like. The machine says so; nothing is guessed from the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// TPKT only (RFC 1006): `03 00`, then the whole length as a big-endian 16-bit number.
    Tpkt,
    /// TPKT or fast-path, told apart by the first byte (MS-RDPBCGR 2.2.9.1.2).
    TpktOrFastPath,
    /// One DER value: a CredSSP `TSRequest` has no TPKT (MS-CSSP 2.2.1).
    Der,
    /// The Early User Authorization Result: 4 bytes without any header. A server may send a `TSRequest`
    /// with an error code in its place, so bytes that open one are cut as [`Framing::Der`].
    EarlyUserAuth,
    /// TPKT, or one DER value: the answer to the client's credentials is a `TSRequest` where they are refused.
    TpktOrDer,
}

/// Frames larger than this are refused before they are buffered. TPKT cannot say more than 65535.
pub const MAX_FRAME: usize = 65_535;

/// Bytes of the Early User Authorization Result.
const EARLY_USER_AUTH: usize = 4;

/// The stream does not hold a frame of the awaited kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// The first byte opens no frame of the awaited kind.
    #[error("expected {expected}, got bytes that start with {:#04x}", .head.first().copied().unwrap_or(0))]
    NotAFrame {
        /// What was awaited.
        expected: &'static str,
        /// The first bytes of the stream, at most 64.
        head: Bytes,
    },
    /// The header says less than the header itself needs.
    #[error("the frame says {says} bytes, its header alone needs {needs}")]
    TooShort {
        /// The length in the header, bytes.
        says: usize,
        /// The smallest length possible, bytes.
        needs: usize,
    },
    /// The header says more than [`MAX_FRAME`].
    #[error("the frame says {says} bytes, the cap is {cap}", cap = MAX_FRAME)]
    TooLarge {
        /// The length in the header, bytes.
        says: usize,
    },
}

/// Bytes received and not yet cut into frames.
#[derive(Debug, Default)]
pub struct FrameBuffer {
    bytes: BytesMut,
}

impl FrameBuffer {
    /// Adds bytes from the stream.
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Bytes that wait for the rest of their frame.
    #[must_use]
    pub fn pending(&self) -> &[u8] {
        &self.bytes
    }

    /// Takes all bytes not yet framed: what the peer sent ahead of a TLS switch.
    #[must_use]
    pub fn take_pending(&mut self) -> Bytes {
        self.bytes.split().freeze()
    }

    /// Cuts the next frame, if all of it is here.
    ///
    /// # Errors
    /// Bytes that open no frame of the awaited kind, or a length outside the limits. The bytes
    /// stay in [`FrameBuffer::pending`].
    pub fn next(&mut self, framing: Framing) -> Result<Option<Bytes>, FrameError> {
        let Some(length) = frame_length(&self.bytes, framing)? else {
            return Ok(None);
        };
        if self.bytes.len() < length {
            return Ok(None);
        }
        Ok(Some(self.bytes.split_to(length).freeze()))
    }
}

fn frame_length(bytes: &[u8], framing: Framing) -> Result<Option<usize>, FrameError> {
    let Some(&first) = bytes.first() else {
        return Ok(None);
    };
    let not = |expected| {
        Err(FrameError::NotAFrame { expected, head: Bytes::copy_from_slice(bytes.get(..64).unwrap_or(bytes)) })
    };
    match framing {
        Framing::EarlyUserAuth => early_user_auth_length(bytes),
        Framing::TpktOrDer if first == 0x30 => der_length(bytes),
        Framing::Tpkt | Framing::TpktOrDer if first != 3 => not("a TPKT header (0x03)"),
        Framing::Tpkt | Framing::TpktOrDer => tpkt_length(bytes),
        Framing::TpktOrFastPath if first == 3 => tpkt_length(bytes),
        Framing::TpktOrFastPath if first & 0x03 != 0 => not("a TPKT or fast-path header"),
        Framing::TpktOrFastPath => fast_path_length(bytes),
        Framing::Der if first != 0x30 => not("a DER SEQUENCE (0x30)"),
        Framing::Der => der_length(bytes),
    }
}

fn tpkt_length(bytes: &[u8]) -> Result<Option<usize>, FrameError> {
    let &[_, _, high, low, ..] = bytes else {
        return Ok(None);
    };
    let says = usize::from(u16::from_be_bytes([high, low]));
    // The smallest TPDU is 3 bytes behind the 4-byte header.
    if says < 7 { Err(FrameError::TooShort { says, needs: 7 }) } else { Ok(Some(says)) }
}

fn fast_path_length(bytes: &[u8]) -> Result<Option<usize>, FrameError> {
    let (says, needs) = match *bytes {
        [_, high, low, ..] if high & 0x80 != 0 => (usize::from(u16::from_be_bytes([high & 0x7f, low])), 3),
        [_, length, ..] if length & 0x80 == 0 => (usize::from(length), 2),
        _ => return Ok(None),
    };
    if says < needs { Err(FrameError::TooShort { says, needs }) } else { Ok(Some(says)) }
}

/// Whether bytes open a `TSRequest`: a SEQUENCE, and in it the tag `[0]`. No known authorization result does.
#[must_use]
pub const fn opens_ts_request(bytes: &[u8]) -> bool {
    matches!(bytes, [0x30, 0..=0x7f, 0xa0, ..] | [0x30, 0x81..=0x84, ..])
}

fn early_user_auth_length(bytes: &[u8]) -> Result<Option<usize>, FrameError> {
    match bytes {
        _ if opens_ts_request(bytes) => der_length(bytes),
        // Too few bytes to tell.
        [0x30] | [0x30, _] => Ok(None),
        _ => Ok(Some(EARLY_USER_AUTH)),
    }
}

/// A definite length of at most four bytes; DER has no indefinite one.
fn der_length(bytes: &[u8]) -> Result<Option<usize>, FrameError> {
    let Some(&length) = bytes.get(1) else {
        return Ok(None);
    };
    if length < 0x80 {
        return Ok(Some(2 + usize::from(length)));
    }
    let count = usize::from(length & 0x7f);
    if count == 0 || count > 4 {
        let head = Bytes::copy_from_slice(bytes.get(..64).unwrap_or(bytes));
        return Err(FrameError::NotAFrame { expected: "a definite DER length of at most 4 bytes", head });
    }
    let Some(digits) = bytes.get(2..2 + count) else {
        return Ok(None);
    };
    let contents = digits.iter().fold(0u64, |sum, digit| sum << 8 | u64::from(*digit));
    let says = usize::try_from(contents).unwrap_or(usize::MAX).saturating_add(2 + count);
    if says > MAX_FRAME { Err(FrameError::TooLarge { says }) } else { Ok(Some(says)) }
}
