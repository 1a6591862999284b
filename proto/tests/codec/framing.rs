//! Cutting a stream into frames.

use badrdp_proto::pdu::Expect;
use badrdp_proto::wire::frame::MAX_FRAME;
use badrdp_proto::wire::{FrameBuffer, FrameError, Framing};

use crate::support::{Vector, hex, vectors};

fn buffer(bytes: &[u8]) -> FrameBuffer {
    let mut buffer = FrameBuffer::default();
    buffer.push(bytes);
    buffer
}

#[test]
fn frames_come_out_one_by_one_however_the_stream_was_cut() {
    for framing in [Framing::TpktOrFastPath, Framing::Der, Framing::EarlyUserAuth] {
        let frames: Vec<_> = vectors().into_iter().filter(|v| framed(v) == framing).map(|v| v.bytes).collect();
        assert!(frames.len() > 1, "{framing:?}");
        let stream = frames.concat();
        for size in [1, 2, 3, 5, 64, stream.len()] {
            let mut buffer = FrameBuffer::default();
            let mut out = Vec::new();
            for piece in stream.chunks(size) {
                buffer.push(piece);
                while let Some(frame) = buffer.next(framing).unwrap() {
                    out.push(frame.to_vec());
                }
            }
            assert_eq!(out, frames, "{framing:?} in pieces of {size}");
            assert!(buffer.pending().is_empty());
        }
    }
}

/// How a connection that waits for the vector cuts it.
fn framed(vector: &Vector) -> Framing {
    match vector.context.expect {
        Expect::CredSsp => Framing::Der,
        Expect::EarlyUserAuth => Framing::EarlyUserAuth,
        _ => Framing::TpktOrFastPath,
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
    for refused in ["30 80", "30 85", "30 85 0000000001", "30 ff"] {
        let not_definite =
            matches!(der(refused), Err(FrameError::NotAFrame { expected, .. }) if expected.contains("definite"));
        assert!(not_definite, "{refused}: {:?}", der(refused));
    }
    assert_eq!(der("30 84 7fffffff"), Err(FrameError::TooLarge { says: 0x7fff_ffff + 6 }));
    assert_eq!(der("30 84 ffffffff"), Err(FrameError::TooLarge { says: 0xffff_ffff + 6 }), "nothing overflows");
    let cap = u32::try_from(MAX_FRAME).unwrap();
    assert_eq!(der(&format!("30 84 {:08x}", cap - 6)), Ok(None), "at the cap");
    assert_eq!(der(&format!("30 84 {:08x}", cap - 5)), Err(FrameError::TooLarge { says: MAX_FRAME + 1 }));
}

#[test]
fn the_early_user_authorization_result_is_four_bytes_or_an_error_in_its_place() {
    let mut buffer = buffer(&[0, 0, 0]);
    assert_eq!(buffer.next(Framing::EarlyUserAuth), Ok(None));
    buffer.push(&[5, 9]);
    assert_eq!(buffer.next(Framing::EarlyUserAuth).unwrap().unwrap().as_ref(), [0, 0, 0, 5]);
    assert_eq!(buffer.pending(), [9]);

    let cut = |frame: &str| self::buffer(&hex(frame)).next(Framing::EarlyUserAuth);
    let error = "300d a003 020106 a406 0204 c000006d";
    assert_eq!(cut(error).unwrap().unwrap(), hex(error));
    assert_eq!(cut("30"), Ok(None));
    assert_eq!(cut("300d"), Ok(None));
    assert_eq!(cut("300d a0"), Ok(None), "the rest of a TSRequest is due");
    assert_eq!(cut("3000 0000").unwrap().unwrap(), hex("3000 0000"), "a result of 0x30");
    assert_eq!(cut("3082 0003 020106").unwrap().unwrap(), hex("3082 0003 020106"));
}

#[test]
fn an_error_may_stand_in_place_of_a_tpkt() {
    let cut = |frame: &str| buffer(&hex(frame)).next(Framing::TpktOrDer);
    assert_eq!(cut("3003 020106 ff").unwrap().unwrap(), hex("3003 020106"));
    assert_eq!(cut("0300 0007 02f080 ff").unwrap().unwrap(), hex("0300 0007 02f080"));
    assert!(matches!(cut("31"), Err(FrameError::NotAFrame { expected: "a TPKT header (0x03)", .. })));
}
