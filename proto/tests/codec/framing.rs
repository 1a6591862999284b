//! Cutting a stream into frames.

use badrdp_proto::wire::frame::MAX_FRAME;
use badrdp_proto::wire::{FrameBuffer, FrameError, Framing};

use crate::support::{hex, vectors};

fn buffer(bytes: &[u8]) -> FrameBuffer {
    let mut buffer = FrameBuffer::default();
    buffer.push(bytes);
    buffer
}

#[test]
fn frames_come_out_one_by_one_however_the_stream_was_cut() {
    let frames: Vec<_> = vectors().into_iter().map(|vector| vector.bytes).collect();
    let stream = frames.concat();
    for size in [1, 2, 3, 5, 64, stream.len()] {
        let mut buffer = FrameBuffer::default();
        let mut out = Vec::new();
        for piece in stream.chunks(size) {
            buffer.push(piece);
            while let Some(frame) = buffer.next(Framing::TpktOrFastPath).unwrap() {
                out.push(frame.to_vec());
            }
        }
        assert_eq!(out, frames, "in pieces of {size}");
        assert!(buffer.pending().is_empty());
    }
}

#[test]
fn an_unfinished_frame_stays() {
    let mut buffer = buffer(&hex("0300 000b 06e0"));
    assert_eq!(buffer.next(Framing::Tpkt), Ok(None));
    assert_eq!(buffer.pending(), hex("0300 000b 06e0"));
    buffer.push(&hex("0000 0000 00 1603"));
    assert_eq!(buffer.next(Framing::Tpkt).unwrap().unwrap(), hex("0300 000b 06e0 0000 0000 00"));
    assert_eq!(buffer.take_pending(), hex("1603"), "the peer's ClientHello is handed over");
    assert!(buffer.pending().is_empty());
}

#[test]
fn bytes_that_open_no_frame_are_named() {
    for (bytes, framing) in [
        (&b"HTTP/1.1 400 Bad Request"[..], Framing::Tpkt),
        (b"SSH-2.0-OpenSSH", Framing::TpktOrFastPath),
        (&[0x15, 3, 3, 0, 2, 2, 40], Framing::Tpkt),
        (&[3, 0, 0, 11], Framing::Der),
    ] {
        let mut buffer = buffer(bytes);
        match buffer.next(framing) {
            Err(FrameError::NotAFrame { head, .. }) => assert_eq!(head, bytes),
            other => panic!("{other:?}"),
        }
        assert_eq!(buffer.pending(), bytes, "the bytes stay");
    }
    let long = [b'x'; 500];
    let Err(FrameError::NotAFrame { head, .. }) = buffer(&long).next(Framing::Tpkt) else { panic!() };
    assert_eq!(head.len(), 64);
}

#[test]
fn lengths_outside_the_limits() {
    let tpkt = |frame: &str| buffer(&hex(frame)).next(Framing::TpktOrFastPath);
    assert_eq!(tpkt("0300 0000"), Err(FrameError::TooShort { says: 0, needs: 7 }));
    assert_eq!(tpkt("0300 0006"), Err(FrameError::TooShort { says: 6, needs: 7 }));
    assert_eq!(tpkt("0300 ffff"), Ok(None), "the largest TPKT is waited for");
    assert_eq!(tpkt("0001"), Err(FrameError::TooShort { says: 1, needs: 2 }));
    assert_eq!(tpkt("00 8002"), Err(FrameError::TooShort { says: 2, needs: 3 }));
    assert_eq!(tpkt("00 ffff"), Ok(None));
}

#[test]
fn fast_path_lengths_of_one_and_two_bytes() {
    let mut buffer = buffer(&hex("00 03 aa 00 8004 bb 44 04 01 02"));
    assert_eq!(buffer.next(Framing::TpktOrFastPath).unwrap().unwrap(), hex("00 03 aa"));
    assert_eq!(buffer.next(Framing::TpktOrFastPath).unwrap().unwrap(), hex("00 8004 bb"));
    assert_eq!(buffer.next(Framing::TpktOrFastPath).unwrap().unwrap(), hex("44 04 01 02"));
    assert_eq!(buffer.next(Framing::TpktOrFastPath), Ok(None));
}

#[test]
fn der_values_short_long_and_too_large() {
    let der = |frame: &str| buffer(&hex(frame)).next(Framing::Der);
    assert_eq!(der("30 03 020106 ff").unwrap().unwrap(), hex("30 03 020106"));
    assert_eq!(der("30 81 03 020106").unwrap().unwrap(), hex("30 81 03 020106"));
    assert_eq!(der("30 82 0003 020106").unwrap().unwrap(), hex("30 82 0003 020106"));
    assert_eq!(der("30"), Ok(None));
    assert_eq!(der("30 82 00"), Ok(None));
    assert_eq!(der("30 80"), Err(FrameError::TooLarge { says: usize::MAX }), "indefinite length");
    assert_eq!(der("30 84 7fffffff"), Err(FrameError::TooLarge { says: 0x7fff_ffff + 6 }));
    let cap = u32::try_from(MAX_FRAME).unwrap();
    assert_eq!(der(&format!("30 84 {:08x}", cap - 6)), Ok(None), "at the cap");
    assert_eq!(der(&format!("30 84 {:08x}", cap - 5)), Err(FrameError::TooLarge { says: MAX_FRAME + 1 }));
}

#[test]
fn exactly_so_many_bytes() {
    let mut buffer = buffer(&[0, 0, 0]);
    assert_eq!(buffer.next(Framing::Exactly(4)), Ok(None));
    buffer.push(&[5, 9]);
    assert_eq!(buffer.next(Framing::Exactly(4)).unwrap().unwrap().as_ref(), [0, 0, 0, 5]);
    assert_eq!(buffer.pending(), [9]);
}
