//! What a client may demand of the server's settings.
//!
//! MS-RDPBCGR 3.2.5.3.4, 2.2.1.4.2 to 2.2.1.4.5.

use crate::pdu::gcc::ServerBlock;
use crate::pdu::mcs::ConnectResponse;
use crate::pdu::x224::Protocols;

use super::facts::Facts;

/// The H.221 key of a server.
const SERVER_KEY: [u8; 4] = *b"McDn";

/// The first rule that the response breaks; `asked` is how many static channels were asked for.
pub(super) fn broken(response: &ConnectResponse, facts: &Facts, asked: usize) -> Option<&'static str> {
    if response.h221_key != SERVER_KEY {
        return Some("the GCC key of a server is McDn");
    }
    let mut network = false;
    let mut ids = Vec::new();
    for block in &response.blocks {
        match block {
            ServerBlock::Core(core) => {
                let repeated = core.client_requested_protocols;
                if repeated.is_some() && facts.requested.is_some() && repeated != facts.requested {
                    return Some("Server Core Data must repeat the protocols that the client asked for");
                }
            }
            ServerBlock::Security(security) => {
                let external = facts.selected.is_some_and(|selected| selected != Protocols::RDP);
                if external && (security.encryption_method, security.encryption_level) != (0, 0) {
                    return Some("under TLS encryptionMethod and encryptionLevel are 0");
                }
            }
            ServerBlock::Network(net) => {
                network = true;
                if net.channel_ids.len() != asked {
                    return Some("Server Network Data has an id for every channel that was asked for");
                }
                ids.push(net.io_channel);
                // Zero: the channel is not there.
                ids.extend(net.channel_ids.iter().filter(|id| **id != 0));
            }
            ServerBlock::MessageChannel(message) => ids.extend(Some(message.mcs_channel_id).filter(|id| *id != 0)),
            ServerBlock::Multitransport(_) | ServerBlock::Unknown(_) => {}
        }
    }
    if !network {
        return Some("Server Network Data is missing, so the I/O channel is unknown");
    }
    ids.sort_unstable();
    let twice = ids.windows(2).any(|pair| pair.first() == pair.last());
    twice.then_some("every channel has an id of its own")
}
