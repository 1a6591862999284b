#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests state what they expect")]

use super::*;
use crate::survey::tls::names::{SSL3, TLS10, TLS11};

fn record(kind: u8, version: u16, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len()).unwrap().to_be_bytes();
    [&[kind][..], &version.to_be_bytes(), &length, body].concat()
}

fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).unwrap().to_be_bytes();
    [&[kind][..], &length[1..], body].concat()
}

fn server_hello(version: u16, random: [u8; 32], suite: u16, extensions: &[u8]) -> Vec<u8> {
    let mut body = version.to_be_bytes().to_vec();
    body.extend(random);
    body.push(0);
    body.extend(suite.to_be_bytes());
    body.push(0);
    if version > SSL3 {
        body.extend(u16::try_from(extensions.len()).unwrap().to_be_bytes());
        body.extend(extensions);
    }
    message(2, &body)
}

fn certificate(ders: &[&[u8]]) -> Vec<u8> {
    let entry = |der: &&[u8]| [&u32::try_from(der.len()).unwrap().to_be_bytes()[1..], der].concat();
    let list: Vec<u8> = ders.iter().flat_map(entry).collect();
    message(11, &[&u32::try_from(list.len()).unwrap().to_be_bytes()[1..], &list].concat())
}

/// ECDHE with secp256r1, signed with rsa_pss_rsae_sha256 where the version says so.
fn curve_exchange(version: u16) -> Vec<u8> {
    let point = [4; 65];
    let scheme: &[u8] = if version == TLS12 { &[8, 4] } else { &[] };
    message(12, &[&[3, 0, 23, 65], &point[..], scheme, &[0, 4, 1, 2, 3, 4]].concat())
}

/// DHE with a prime of 1023 bits that is written with leading zeros.
fn prime_exchange() -> Vec<u8> {
    let mut prime = vec![0; 2];
    prime.push(0x7f);
    prime.extend([0xff; 127]);
    message(12, &[&[0, 130][..], &prime, &[0, 1, 2, 0, 1, 9], &[2, 1, 0, 1, 5]].concat())
}

/// renegotiation_info, extended_master_secret.
const EXTENSIONS: [u8; 9] = [0xff, 1, 0, 1, 0, 0, 23, 0, 0];

fn flight(version: u16, suite: u16, exchange: &[u8]) -> Vec<u8> {
    let hello = server_hello(version, [9; 32], suite, &EXTENSIONS);
    let whole = [hello, certificate(&[b"leaf", b"issuer"]), exchange.to_vec(), message(14, &[])].concat();
    record(22, version.max(TLS10), &whole)
}

fn read(bytes: &[u8], step: usize) -> Step {
    let mut reader = Reader::default();
    bytes.chunks(step).map(|piece| reader.push(piece)).find(|step| *step != Step::More).unwrap_or(Step::More)
}

fn picked(bytes: &[u8], step: usize) -> Picked {
    match read(bytes, step) {
        Step::Picked(picked) => *picked,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_flight_is_read_whole_whatever_the_pieces() {
    for version in [TLS10, TLS11, TLS12] {
        let bytes = flight(version, 0xc02f, &curve_exchange(version));
        for step in [1, 7, bytes.len()] {
            let found = picked(&bytes, step);
            assert_eq!((found.version, found.suite, found.group), (version, 0xc02f, Some(23)));
            assert_eq!(found.scheme, (version == TLS12).then_some(0x0804));
            assert_eq!(found.chain, [b"leaf".to_vec(), b"issuer".to_vec()]);
            assert!(found.secure_renegotiation && found.extended_master_secret);
        }
    }
}

#[test]
fn ssl_3_has_no_extensions_and_is_read_all_the_same() {
    let found = picked(&flight(SSL3, 0x0005, &[]), 3);
    assert_eq!((found.version, found.suite, found.secure_renegotiation), (SSL3, 0x0005, false));
}

#[test]
fn messages_that_span_records_are_joined() {
    let whole = [server_hello(TLS12, [9; 32], 0xc02f, &[]), certificate(&[&[7; 500]]), message(14, &[])].concat();
    let records: Vec<u8> = whole.chunks(50).flat_map(|piece| record(22, TLS12, piece)).collect();
    assert_eq!(picked(&records, 11).chain, [vec![7; 500]]);
}

#[test]
fn primes_are_measured_by_their_value() {
    let found = picked(&flight(TLS12, 0x009e, &prime_exchange()), 100);
    assert_eq!((found.dh_bits, found.scheme, found.group), (Some(1023), Some(0x0201), None));
}

#[test]
fn a_hello_of_tls_1_3_is_all_that_stands_in_the_clear() {
    let mut retry = [0; 32];
    retry[..4].copy_from_slice(&[0xcf, 0x21, 0xad, 0x74]);
    retry[28..].copy_from_slice(&[0xc8, 0xa8, 0x33, 0x9c]);
    // supported_versions 1.3; key_share: the group alone in a retry, with a share otherwise.
    let asks = server_hello(TLS12, retry, 0x1301, &[0, 43, 0, 2, 3, 4, 0, 51, 0, 2, 0x11, 0xec]);
    let found = picked(&record(22, TLS12, &asks), 5);
    assert_eq!((found.version, found.suite, found.group), (TLS13, 0x1301, Some(0x11ec)));
    let takes = server_hello(TLS12, [9; 32], 0x1302, &[0, 43, 0, 2, 3, 4, 0, 51, 0, 6, 0, 29, 0, 2, 7, 7]);
    assert_eq!(picked(&record(22, TLS12, &takes), 50).group, Some(29));
}

#[test]
fn fatal_alerts_refuse_and_warnings_do_not() {
    assert_eq!(read(&record(21, TLS12, &[2, 70]), 1), Step::Alert(70));
    // OpenSSL warns of the server name and goes on.
    let warned = [record(21, TLS12, &[1, 112]), flight(TLS12, 0xc02f, &curve_exchange(TLS12))].concat();
    assert_eq!(picked(&warned, 9).suite, 0xc02f);
    assert_eq!(read(&record(21, TLS12, &[1, 0]), 7), Step::Alert(0));
}

#[test]
fn what_is_no_tls_is_told_from_what_is_unfinished() {
    for bytes in [&b"HTTP/1.1 400"[..], &[3, 0, 0, 9, 2, 0xf0], &[22, 9, 9], &record(22, TLS12, &message(11, &[]))] {
        assert_eq!(read(bytes, bytes.len()), Step::NotTls, "{bytes:?}");
    }
    for bytes in [&[][..], &[22], &[22, 3, 3, 0], &record(22, TLS12, &[2, 0, 0, 70])] {
        assert_eq!(read(bytes, 64), Step::More, "{bytes:?}");
    }
}

#[test]
fn a_flight_without_end_is_given_up() {
    let mut reader = Reader::default();
    let hello = record(22, TLS12, &server_hello(TLS12, [9; 32], 0xc02f, &[]));
    assert_eq!(reader.push(&hello), Step::More);
    let endless = record(22, TLS12, &message(22, &[0; 16_000]));
    let steps = (0..2 * MAX_FLIGHT / endless.len()).map(|_| reader.push(&endless)).find(|step| *step != Step::More);
    assert_eq!(steps, Some(Step::NotTls));
}

#[test]
fn every_cut_and_every_flipped_byte_is_survived() {
    let bytes = flight(TLS12, 0xc02f, &curve_exchange(TLS12));
    for cut in 0..bytes.len() {
        read(&bytes[..cut], 13);
        for bit in 0..8 {
            let mut flipped = bytes.clone();
            flipped[cut] ^= 1 << bit;
            read(&flipped, flipped.len());
        }
    }
}
