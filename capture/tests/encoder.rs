//! What is written, read back.
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "tests say what they expect")]

mod common;

use std::net::SocketAddr;
use std::time::Duration;

use badrdp_capture::{Conversation, Encoder, Happening, KeyLine, Moment, Speaker};
use bytes::Bytes;

use common::{Found, Packet, packets, read};

const OPENED: Duration = Duration::new(1_767_225_600, 123_456_789);

fn conversation(addresses: [&str; 2], what: &[(Speaker, Happening)]) -> Conversation {
    let [client, server] = addresses.map(|address| address.parse::<SocketAddr>().expect("an address"));
    let moments = what.iter().zip(1..).map(|((by, what), number)| Moment {
        at: OPENED + Duration::from_micros(number),
        by: *by,
        what: what.clone(),
    });
    Conversation {
        client,
        server,
        opened: OPENED,
        title: "a title".to_owned(),
        moments: moments.collect(),
        keys: vec![KeyLine::new("CLIENT_RANDOM", &[1; 32], &[2; 48])],
    }
}

fn data(text: &'static str) -> Happening {
    Happening::Data(Bytes::from_static(text.as_bytes()))
}

fn encode(conversations: &[Conversation]) -> Vec<u8> {
    let mut encoder = Encoder::new().expect("a file can be begun");
    for conversation in conversations {
        encoder.add(conversation).expect("it can be written");
    }
    encoder.take()
}

const V4: [&str; 2] = ["192.0.2.1:50000", "192.0.2.2:3389"];
const V6: [&str; 2] = ["[2001:db8::1]:50000", "[2001:db8::2]:3389"];

fn short() -> Vec<(Speaker, Happening)> {
    vec![
        (Speaker::Client, data("hello")),
        (Speaker::Server, data("hi")),
        (Speaker::Server, Happening::Fin),
        (Speaker::Client, data("bye")),
        (Speaker::Client, Happening::Fin),
    ]
}

#[test]
fn a_conversation_comes_back_as_it_was_over_ipv4_and_ipv6() {
    for addresses in [V4, V6, ["[::ffff:192.0.2.1]:50000", "192.0.2.2:3389"]] {
        let found = read(&encode(&[conversation(addresses, &short())]));
        let keys = format!("CLIENT_RANDOM {} {}\n", "01".repeat(32), "02".repeat(48));
        assert_eq!(found[0], Found::Keys(keys), "the keys come before what they decrypt");
        let packet = |after, from, flags: &str, sequence, acknowledged, payload: &str| Packet {
            at: OPENED + Duration::from_micros(after),
            from,
            to: if from == 3389 { 50000 } else { 3389 },
            sequence,
            acknowledged,
            flags: flags.to_owned(),
            payload: payload.as_bytes().to_vec(),
            comment: (after == 0 && from == 50000 && flags == "S").then(|| "a title".to_owned()),
        };
        let expected = [
            packet(0, 50000, "S", 0, 0, ""),
            packet(0, 3389, "S", 0, 1, ""),
            packet(0, 50000, "", 1, 1, ""),
            packet(1, 50000, "P", 1, 1, "hello"),
            packet(2, 3389, "P", 1, 6, "hi"),
            packet(3, 3389, "F", 3, 6, ""),
            packet(4, 50000, "P", 6, 4, "bye"),
            packet(5, 50000, "F", 9, 4, ""),
        ];
        assert_eq!(found[1..], expected.map(Found::Packet), "{addresses:?}");
    }
}

#[test]
fn the_same_conversations_are_the_same_bytes_all_at_once_or_one_by_one() {
    let conversations = [conversation(V4, &short()), conversation(V6, &short())];
    let at_once = encode(&conversations);
    assert_eq!(encode(&conversations), at_once);
    let mut encoder = Encoder::new().expect("a file can be begun");
    let mut pieces = encoder.take();
    read(&pieces);
    for conversation in &conversations {
        encoder.add(conversation).expect("it can be written");
        pieces.extend(encoder.take());
        // Whole after each piece.
        read(&pieces);
    }
    assert_eq!(pieces, at_once);
    // Little-endian whatever the machine is, with the keys in a block of the type that Wireshark reads.
    assert_eq!(at_once[..12], [0x0a, 0x0d, 0x0d, 0x0a, at_once[4], at_once[5], 0, 0, 0x4d, 0x3c, 0x2b, 0x1a]);
    let secrets = at_once.windows(4).position(|window| window == b"KSLT").expect("a block of keys");
    assert_eq!(at_once[secrets - 8..secrets - 4], [0x0a, 0, 0, 0]);
}

#[test]
fn nothing_follows_a_reset_and_no_data_follows_a_fin() {
    let what = [
        (Speaker::Client, Happening::Fin),
        (Speaker::Client, data("too late")),
        (Speaker::Client, Happening::Fin),
        (Speaker::Server, data("heard")),
        (Speaker::Client, Happening::Rst),
        (Speaker::Server, data("not heard")),
        (Speaker::Server, Happening::Rst),
    ];
    let packets = packets(&encode(&[conversation(V4, &what)]));
    let flags: Vec<_> = packets[3..].iter().map(|packet| (packet.from, packet.flags.as_str())).collect();
    assert_eq!(flags, [(50000, "F"), (3389, "P"), (50000, "R")]);
}

#[test]
fn what_was_not_kept_has_its_place_in_the_sequence_and_is_owned_up_to() {
    let what = [
        (Speaker::Client, data("12345")),
        (Speaker::Client, Happening::NotKept((1 << 32) + 10)),
        (Speaker::Client, Happening::Fin),
    ];
    let packets = packets(&encode(&[conversation(V4, &what)]));
    let comment = packets[4].comment.as_deref().expect("a comment");
    assert_eq!(comment, "4294967306 bytes in front of this packet were not kept");
    assert_eq!((packets[4].sequence, packets[5].sequence), (16, 16), "sequence numbers wrap");
}

#[test]
fn a_read_that_no_packet_can_hold_becomes_several() {
    let long = Happening::Data(Bytes::from(vec![7; 150_000]));
    for addresses in [V4, V6] {
        let packets = packets(&encode(&[conversation(addresses, &[(Speaker::Server, long.clone())])]));
        let lengths: Vec<_> = packets[3..].iter().map(|packet| packet.payload.len()).collect();
        assert_eq!(lengths, [65_000, 65_000, 20_000]);
        assert_eq!(packets[5].sequence, 130_001);
    }
}

#[test]
fn a_time_that_the_format_cannot_say_spoils_only_its_own_conversation() {
    let mut encoder = Encoder::new().expect("a file can be begun");
    let head = encoder.take();
    let mut late = conversation(V4, &short());
    late.moments[4].at = Duration::MAX;
    assert!(encoder.add(&late).is_err());
    assert_eq!(encoder.take(), Vec::<u8>::new(), "no half conversation");
    encoder.add(&conversation(V4, &short())).expect("it can be written");
    assert_eq!(packets(&[head, encoder.take()].concat()).len(), 8);
}
