//! A capture read back with the crate's own reader.
#![allow(dead_code, clippy::expect_used, clippy::panic, reason = "a test helper: what is amiss is a failed test")]

use std::time::Duration;

use etherparse::{NetSlice, SlicedPacket, TransportSlice};
use pcap_file::pcapng::blocks::enhanced_packet::EnhancedPacketOption;
use pcap_file::pcapng::blocks::opt_common::CommonOption;
use pcap_file::pcapng::{Block, PcapNgReader};

/// What a reader finds in a file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// The text of a Decryption Secrets Block.
    Keys(String),
    Packet(Packet),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Packet {
    pub(crate) at: Duration,
    pub(crate) from: u16,
    pub(crate) to: u16,
    pub(crate) sequence: u32,
    pub(crate) acknowledged: u32,
    /// Letters of the flags that are set, without ACK: S, P, F, R.
    pub(crate) flags: String,
    pub(crate) payload: Vec<u8>,
    pub(crate) comment: Option<String>,
}

/// Reads a file and checks the checksums of each packet.
pub(crate) fn read(bytes: &[u8]) -> Vec<Found> {
    let mut reader = PcapNgReader::with_capacity(bytes, bytes.len().max(1024)).expect("a section header");
    let mut found = Vec::new();
    while let Some(block) = reader.next_block() {
        match block.expect("a block").0 {
            Block::InterfaceDescription(_) => {}
            Block::EnhancedPacket(block) => {
                let comment = block.options.iter().find_map(|option| match option {
                    EnhancedPacketOption::Common(CommonOption::Comment(comment)) => Some(comment.to_string()),
                    _ => None,
                });
                found.push(Found::Packet(packet(block.timestamp, &block.data, comment)));
            }
            Block::Unknown(block) if block.type_ == 0x0a => {
                let (head, rest) = block.value.split_at(8);
                assert_eq!(head[..4], 0x544c_534b_u32.to_le_bytes(), "TLSK");
                let length = u32::from_le_bytes(head[4..].try_into().expect("four bytes")) as usize;
                found.push(Found::Keys(String::from_utf8(rest[..length].to_vec()).expect("text")));
            }
            other => panic!("not written here: {other:?}"),
        }
    }
    found
}

/// The packets alone.
pub(crate) fn packets(bytes: &[u8]) -> Vec<Packet> {
    let packets = read(bytes).into_iter().filter_map(|found| match found {
        Found::Packet(packet) => Some(packet),
        Found::Keys(_) => None,
    });
    packets.collect()
}

fn packet(at: Duration, bytes: &[u8], comment: Option<String>) -> Packet {
    let sliced = SlicedPacket::from_ip(bytes).expect("an IP packet");
    let Some(TransportSlice::Tcp(tcp)) = sliced.transport else { panic!("no TCP in {bytes:?}") };
    let (header, payload) = (tcp.to_header(), tcp.payload().to_vec());
    let checksum = match sliced.net {
        Some(NetSlice::Ipv4(ip)) => {
            let ip = ip.header().to_header();
            assert_eq!(ip.header_checksum, ip.calc_header_checksum());
            header.calc_checksum_ipv4(&ip, &payload)
        }
        Some(NetSlice::Ipv6(ip)) => header.calc_checksum_ipv6(&ip.header().to_header(), &payload),
        other => panic!("no IP: {other:?}"),
    };
    assert_eq!(Ok(header.checksum), checksum);
    let flags = [(header.syn, 'S'), (header.psh, 'P'), (header.fin, 'F'), (header.rst, 'R')];
    Packet {
        at,
        from: header.source_port,
        to: header.destination_port,
        sequence: header.sequence_number,
        acknowledged: header.acknowledgment_number,
        flags: flags.iter().filter(|(set, _)| *set).map(|(_, letter)| letter).collect(),
        payload,
        comment,
    }
}
