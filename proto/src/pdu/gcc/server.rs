//! Server data blocks: reading and writing. MS-RDPBCGR 2.2.1.4.

use nom::Parser as _;
use nom::combinator::map;

use super::block::{self, Trailing, TrailingWriter};
use super::{ServerBlock, ServerCore, ServerMessageChannel, ServerMultitransport, ServerNetwork, ServerSecurity};
use crate::pdu::x224::Protocols;
use crate::wire::read::{Read, ReadError, bytes, field, le_u16, le_u32};
use crate::wire::write::Writer;

const CORE: u16 = 0x0c01;
const SECURITY: u16 = 0x0c02;
const NETWORK: u16 = 0x0c03;
const MESSAGE_CHANNEL: u16 = 0x0c04;
const MULTITRANSPORT: u16 = 0x0c08;

/// The structure's name by its block type.
fn name(block_type: u16) -> &'static str {
    match block_type {
        CORE => "TS_UD_SC_CORE",
        SECURITY => "TS_UD_SC_SEC1",
        NETWORK => "TS_UD_SC_NET",
        MESSAGE_CHANNEL => "TS_UD_SC_MCS_MSGCHANNEL",
        MULTITRANSPORT => "TS_UD_SC_MULTITRANSPORT",
        _ => "UNKNOWN",
    }
}

/// Reads all server blocks.
pub(in crate::pdu) fn read_blocks(i: &[u8]) -> Read<'_, Vec<ServerBlock>> {
    block::read_all(i, name, |block_type, i| match block_type {
        CORE => map(core, ServerBlock::Core).parse(i),
        SECURITY => map(security, ServerBlock::Security).parse(i),
        NETWORK => map(network, ServerBlock::Network).parse(i),
        MESSAGE_CHANNEL => map(field("MCSChannelID", le_u16), |mcs_channel_id| {
            ServerBlock::MessageChannel(ServerMessageChannel { mcs_channel_id })
        })
        .parse(i),
        MULTITRANSPORT => {
            map(field("flags", le_u32), |flags| ServerBlock::Multitransport(ServerMultitransport { flags })).parse(i)
        }
        other => map(|i| block::unknown(other, i), ServerBlock::Unknown).parse(i),
    })
}

fn core(i: &[u8]) -> Read<'_, ServerCore> {
    let (i, version) = field("version", le_u32)(i)?;
    let mut more = Trailing::new(i);
    let core = ServerCore {
        version,
        client_requested_protocols: more.next(4, "clientRequestedProtocols", map(le_u32, Protocols))?,
        early_capability_flags: more.next(4, "earlyCapabilityFlags", le_u32)?,
    };
    Ok((more.rest(), core))
}

fn security(i: &[u8]) -> Read<'_, ServerSecurity> {
    let (i, encryption_method) = field("encryptionMethod", le_u32)(i)?;
    let (i, encryption_level) = field("encryptionLevel", le_u32)(i)?;
    let mut security =
        ServerSecurity { encryption_method, encryption_level, server_random: None, server_certificate: None };
    if i.is_empty() {
        return Ok((i, security));
    }
    let (i, random) = length(i, "serverRandomLen")?;
    let (i, certificate) = length(i, "serverCertLen")?;
    let (i, random) = field("serverRandom", bytes(random))(i)?;
    let (i, certificate) = field("serverCertificate", bytes(certificate))(i)?;
    security.server_random = Some(random.to_vec());
    security.server_certificate = Some(certificate.to_vec());
    Ok((i, security))
}

/// A 32-bit length that cannot say more than the frame holds.
fn length<'a>(i: &'a [u8], name: &'static str) -> Read<'a, usize> {
    field(name, |i: &'a [u8]| {
        let (left, says) = le_u32(i)?;
        match usize::try_from(says) {
            Ok(says) if says <= left.len() => Ok((left, says)),
            _ => Err(nom::Err::Error(ReadError::length(i, usize::try_from(says).unwrap_or(usize::MAX), left.len()))),
        }
    })(i)
}

fn network(i: &[u8]) -> Read<'_, ServerNetwork> {
    let (i, io_channel) = field("MCSChannelId", le_u16)(i)?;
    let (i, count) = field("channelCount", le_u16)(i)?;
    let (i, ids) = field("channelIdArray", bytes(usize::from(count) * 2))(i)?;
    let (ids, _) = ids.as_chunks::<2>();
    // Padding behind an odd count is left to the caller, which ignores it.
    Ok((i, ServerNetwork { io_channel, channel_ids: ids.iter().map(|id| u16::from_le_bytes(*id)).collect() }))
}

/// Writes server blocks in order.
pub(in crate::pdu) fn write_blocks(w: &mut Writer, blocks: &[ServerBlock]) {
    for one in blocks {
        match one {
            ServerBlock::Core(core) => write(w, CORE, |w| {
                w.u32_le("version", core.version);
                TrailingWriter::new(w)
                    .next(core.client_requested_protocols, |w, v| w.u32_le("clientRequestedProtocols", v.0))
                    .next(core.early_capability_flags, |w, v| w.u32_le("earlyCapabilityFlags", v));
            }),
            ServerBlock::Security(security) => write(w, SECURITY, |w| write_security(w, security)),
            ServerBlock::Network(network) => write(w, NETWORK, |w| write_network(w, network)),
            ServerBlock::MessageChannel(channel) => {
                write(w, MESSAGE_CHANNEL, |w| w.u16_le("MCSChannelID", channel.mcs_channel_id));
            }
            ServerBlock::Multitransport(channel) => write(w, MULTITRANSPORT, |w| w.u32_le("flags", channel.flags)),
            ServerBlock::Unknown(unknown) => block::write_unknown(w, unknown),
        }
    }
}

fn write(w: &mut Writer, block_type: u16, body: impl FnOnce(&mut Writer)) {
    block::write(w, name(block_type), block_type, body);
}

fn write_security(w: &mut Writer, security: &ServerSecurity) {
    w.u32_le("encryptionMethod", security.encryption_method);
    w.u32_le("encryptionLevel", security.encryption_level);
    if security.server_random.is_none() && security.server_certificate.is_none() {
        return;
    }
    let random = security.server_random.as_deref().unwrap_or_default();
    let certificate = security.server_certificate.as_deref().unwrap_or_default();
    w.u32_le("serverRandomLen", u32::try_from(random.len()).unwrap_or(u32::MAX));
    w.u32_le("serverCertLen", u32::try_from(certificate.len()).unwrap_or(u32::MAX));
    w.bytes("serverRandom", random);
    w.bytes("serverCertificate", certificate);
}

fn write_network(w: &mut Writer, network: &ServerNetwork) {
    w.u16_le("MCSChannelId", network.io_channel);
    w.u16_le("channelCount", u16::try_from(network.channel_ids.len()).unwrap_or(u16::MAX));
    let start = w.len();
    for id in &network.channel_ids {
        w.carry(&id.to_le_bytes());
    }
    w.span("channelIdArray", start);
    if network.channel_ids.len() % 2 == 1 {
        w.zeros("Pad", 2);
    }
}
