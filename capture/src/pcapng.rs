//! pcapng: the file's head, then of each conversation its keys and its packets.
//!
//! draft-ietf-opsawg-pcapng

use std::borrow::Cow;

use pcap_file::pcapng::blocks::enhanced_packet::{EnhancedPacketBlock, EnhancedPacketOption};
use pcap_file::pcapng::blocks::interface_description::{
    InterfaceDescriptionBlock, InterfaceDescriptionOption, InterfaceTsResolution,
};
use pcap_file::pcapng::blocks::opt_common::CommonOption;
use pcap_file::pcapng::blocks::section_header::{SectionHeaderBlock, SectionHeaderOption};
use pcap_file::pcapng::blocks::unknown::UnknownBlock;
use pcap_file::pcapng::{PcapNgWriteError, PcapNgWriter};
use pcap_file::{DataLink, Endianness};

use crate::packets::packets;
use crate::{Conversation, KeyLine};

/// Decryption Secrets Block; the crate has no type for it.
const DECRYPTION_SECRETS: u32 = 0x0000_000a;
/// "TLSK": the secrets are lines of a TLS key log.
const TLS_KEY_LOG: u32 = 0x544c_534b;
/// The longest packet: one of IPv6 with a full payload length.
const SNAPLEN: u32 = 65_575;

const COMMENT: &str = "Written by badrdp from what its own sockets carried, not from a network interface. The bytes, \
their order, the times and how each side ended the connection (FIN or RST) are real; IP and TCP headers are made up: \
one packet is one read or one write of this program, so that segment boundaries are those of its reads and writes, not \
of the network, and TCP's handshake, sequence numbers, acknowledgements, windows and checksums are what a connection \
without any loss would have had. TLS keys of each connection stand in front of its packets.";

/// A conversation cannot be written as packets.
#[derive(Debug, thiserror::Error)]
pub enum EncodeError {
    /// The packet's headers refuse a value.
    #[error("a packet cannot be made")]
    Packet(#[from] etherparse::err::packet::BuildWriteError),
    /// The TCP header has no room for its options.
    #[error("a TCP header cannot be made")]
    TcpOptions(#[from] etherparse::TcpOptionWriteError),
    /// The format refuses a value, such as a time before 1970.
    #[error("a pcapng block cannot be made")]
    Block(#[from] PcapNgWriteError),
}

/// Makes the bytes of a file, piece by piece; after each piece the file is whole.
pub struct Encoder {
    writer: PcapNgWriter<Vec<u8>>,
}

impl Encoder {
    /// Begins a file.
    ///
    /// # Errors
    /// Never, as far as is known: what the format could refuse is constant.
    pub fn new() -> Result<Self, EncodeError> {
        let options = vec![
            SectionHeaderOption::Common(CommonOption::Comment(COMMENT.into())),
            SectionHeaderOption::UserApplication(concat!("badrdp ", env!("CARGO_PKG_VERSION")).into()),
        ];
        let section = SectionHeaderBlock { endianness: Endianness::Little, options, ..SectionHeaderBlock::default() };
        let mut writer = PcapNgWriter::with_section_header(Vec::new(), section)?;
        writer.write_pcapng_block(InterfaceDescriptionBlock {
            linktype: DataLink::RAW,
            snaplen: SNAPLEN,
            options: vec![
                InterfaceDescriptionOption::IfName("sockets of badrdp".into()),
                InterfaceDescriptionOption::IfTsResol(InterfaceTsResolution::NANO),
            ],
        })?;
        Ok(Self { writer })
    }

    /// Adds a conversation.
    ///
    /// # Errors
    /// Its times or sizes are beyond what the formats can say.
    pub fn add(&mut self, conversation: &Conversation) -> Result<(), EncodeError> {
        let before = self.writer.get_ref().len();
        let added = self.try_add(conversation);
        if added.is_err() {
            self.writer.get_mut().truncate(before);
        }
        added
    }

    fn try_add(&mut self, conversation: &Conversation) -> Result<(), EncodeError> {
        let packets = packets(conversation)?;
        if !conversation.keys.is_empty() {
            let body = secrets(&conversation.keys);
            let block = UnknownBlock { type_: DECRYPTION_SECRETS, length: 0, value: Cow::Owned(body) };
            self.writer.write_pcapng_block(block)?;
        }
        for packet in packets {
            let comment =
                packet.comment.map(|comment| EnhancedPacketOption::Common(CommonOption::Comment(Cow::Owned(comment))));
            self.writer.write_pcapng_block(EnhancedPacketBlock {
                interface_id: 0,
                timestamp: packet.at,
                original_len: u32::try_from(packet.bytes.len()).unwrap_or(u32::MAX),
                data: Cow::Owned(packet.bytes),
                options: comment.into_iter().collect(),
            })?;
        }
        Ok(())
    }

    /// Takes what was made since the last time.
    #[must_use]
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(self.writer.get_mut())
    }
}

impl std::fmt::Debug for Encoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Encoder").finish_non_exhaustive()
    }
}

/// The block's body: type, length, data. The writer pads it.
fn secrets(keys: &[KeyLine]) -> Vec<u8> {
    let lines: String = keys.iter().map(KeyLine::line).collect();
    let length = u32::try_from(lines.len()).unwrap_or(u32::MAX);
    [&TLS_KEY_LOG.to_le_bytes()[..], &length.to_le_bytes(), lines.as_bytes()].concat()
}
