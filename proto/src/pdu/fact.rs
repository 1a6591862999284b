//! The one fact that matters about each message, for ladders and reports.

use super::gcc::{ClientBlock, ClientCluster, ServerBlock, ServerCore};
use super::mcs::{AttachUserConfirm, ChannelJoinConfirm, ConnectInitial, ConnectResponse};
use super::x224::{ConnectionConfirm, ConnectionRequest, CorrelationInfo, NegotiationAnswer, Token};
use super::{Message, channel, credssp, fast_path};
use crate::vocab::codes::{McsResult, X224DisconnectReason, X224RejectCause};
use crate::wire::text::ascii_until_nul;

/// Bits of `RDP_NEG_REQ.flags`, MS-RDPBCGR 2.2.1.1.1.
const REQUEST_FLAGS: &[(u8, &str)] =
    &[(0x01, "restricted-admin"), (0x02, "redirected-authentication"), (0x08, "correlation-info")];
/// Bits of `RDP_NEG_RSP.flags`, MS-RDPBCGR 2.2.1.2.1.
const RESPONSE_FLAGS: &[(u8, &str)] = &[
    (0x01, "extended-client-data"),
    (0x02, "graphics-pipeline"),
    (0x04, "reserved"),
    (0x08, "restricted-admin"),
    (0x10, "redirected-authentication"),
];

impl Message {
    /// One short phrase, without secrets: what a person wants to know of this message.
    #[must_use]
    pub fn fact(&self) -> String {
        match self {
            Self::X224ConnectionRequest(pdu) => request(pdu),
            Self::X224ConnectionConfirm(pdu) => confirm(pdu),
            Self::X224DisconnectRequest(pdu) => format!("reason {}", X224DisconnectReason(pdu.reason)),
            Self::X224Error(pdu) => format!("cause {}", X224RejectCause(pdu.reject_cause)),
            Self::TsRequest(pdu) => credssp::fact(pdu),
            Self::EarlyUserAuthResult(result) => result.to_string(),
            Self::McsConnectInitial(pdu) => connect_initial(pdu),
            Self::McsConnectResponse(pdu) => connect_response(pdu),
            Self::McsErectDomainRequest(pdu) => format!("height {}, interval {}", pdu.sub_height, pdu.sub_interval),
            Self::McsAttachUserRequest => "asks for a user channel".to_owned(),
            Self::McsAttachUserConfirm(pdu) => attach_confirm(pdu),
            Self::McsChannelJoinRequest(pdu) => format!("channel {}", pdu.channel_id),
            Self::McsChannelJoinConfirm(pdu) => join_confirm(pdu),
            Self::McsDisconnectProviderUltimatum(pdu) => format!("reason {}", pdu.reason),
            Self::Data(data) => channel::fact(&data.pdu),
            Self::FastPathInput(input) => fast_path::fact_input(input),
            Self::FastPathOutput(output) => fast_path::fact_output(output),
        }
    }
}

fn flags(bits: u8, names: &[(u8, &str)]) -> String {
    let mut left = bits;
    let mut parts = Vec::new();
    for (bit, name) in names {
        if left & bit != 0 {
            left &= !bit;
            parts.push((*name).to_owned());
        }
    }
    if left != 0 {
        parts.push(format!("{left:#04x}"));
    }
    if parts.is_empty() { String::new() } else { format!(", flags {}", parts.join("|")) }
}

fn request(pdu: &ConnectionRequest) -> String {
    let mut fact = match &pdu.negotiation {
        Some(request) => {
            format!("offers {}{}", request.requested_protocols, flags(request.flags, REQUEST_FLAGS))
        }
        None => "offers standard RDP security only (no negotiation request)".to_owned(),
    };
    match &pdu.token {
        Some(Token::Cookie(identifier)) => fact += &format!(", cookie \"{}\"", identifier.escape_ascii()),
        Some(Token::Routing(token)) => fact += &format!(", routing token \"{}\"", token.escape_ascii()),
        None => {}
    }
    if let Some(correlation) = &pdu.correlation {
        fact += &correlation_id(correlation);
    }
    fact
}

/// The id, and which rule of MS-RDPBCGR 2.2.1.1.2 it breaks, if it breaks one.
fn correlation_id(correlation: &CorrelationInfo) -> String {
    let id = &correlation.correlation_id;
    let broken = match id.first() {
        Some(0x00 | 0xf4) => " (its first byte may be neither 00 nor f4)",
        _ if id.contains(&0x0d) => " (it may not hold 0d)",
        _ => "",
    };
    let digits: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
    format!(", correlation id {digits}{broken}")
}

fn confirm(pdu: &ConnectionConfirm) -> String {
    match pdu.negotiation {
        Some(NegotiationAnswer::Response { flags: bits, selected_protocol }) => {
            format!("selects {selected_protocol}{}", flags(bits, RESPONSE_FLAGS))
        }
        Some(NegotiationAnswer::Failure { failure_code, .. }) => format!("refuses: {failure_code}"),
        None => "no negotiation data: standard RDP security".to_owned(),
    }
}

/// The RDP version behind `TS_UD_CS_CORE.version` and `TS_UD_SC_CORE.version`.
fn version(number: u32) -> String {
    match number {
        0x0008_0001 => "4.0".to_owned(),
        0x0008_0004 => "5.0-8.1".to_owned(),
        0x0008_0005..=0x0008_0011 => format!("10.{}", number - 0x0008_0005),
        other => format!("version {other:#010x}"),
    }
}

fn connect_initial(pdu: &ConnectInitial) -> String {
    let mut parts = Vec::new();
    for block in &pdu.blocks {
        match block {
            ClientBlock::Core(core) => parts.push(format!(
                "RDP {} client \"{}\" {}x{}",
                version(core.version),
                core.client_name.escape_debug(),
                core.desktop_width,
                core.desktop_height
            )),
            ClientBlock::Network(network) if network.channels.is_empty() => parts.push("no channels".to_owned()),
            ClientBlock::Network(network) => {
                let names: Vec<_> = network.channels.iter().map(|channel| ascii_until_nul(&channel.name)).collect();
                parts.push(format!("channels {}", names.join(", ")));
            }
            ClientBlock::Cluster(cluster) if cluster.flags & ClientCluster::REDIRECTED_SESSIONID_FIELD_VALID != 0 => {
                parts.push(format!("asks for session {}", cluster.redirected_session_id));
            }
            _ => {}
        }
    }
    if parts.is_empty() { "no core data".to_owned() } else { parts.join(", ") }
}

fn connect_response(pdu: &ConnectResponse) -> String {
    if pdu.result != McsResult::RT_SUCCESSFUL {
        return format!("refuses: {}", pdu.result);
    }
    let mut parts = Vec::new();
    if pdu.gcc_result != 0 {
        parts.push(format!("GCC result {}", pdu.gcc_result));
    }
    for block in &pdu.blocks {
        match block {
            ServerBlock::Core(core) => {
                let skips = core.early_capability_flags.unwrap_or(0) & ServerCore::SKIP_CHANNELJOIN_SUPPORTED != 0;
                parts.extend(skips.then(|| "joins may be skipped".to_owned()));
            }
            ServerBlock::Security(security) if security.encryption_method != 0 => {
                let (method, level) = (security.encryption_method, security.encryption_level);
                parts.push(format!("RDP encryption method {method:#x} level {level}"));
            }
            ServerBlock::Network(network) => {
                parts.push(format!("I/O {}", network.io_channel));
                if !network.channel_ids.is_empty() {
                    parts.push(format!("channels {}", ranges(&network.channel_ids)));
                }
            }
            ServerBlock::MessageChannel(channel) => parts.push(format!("message channel {}", channel.mcs_channel_id)),
            _ => {}
        }
    }
    if parts.is_empty() { "no settings".to_owned() } else { parts.join(", ") }
}

/// `1004-1006, 1009`.
fn ranges(ids: &[u16]) -> String {
    let runs = ids.chunk_by(|a, b| a.checked_add(1) == Some(*b));
    let texts: Vec<_> = runs
        .filter_map(|run| match run {
            [] => None,
            [one] => Some(one.to_string()),
            [first, .., last] => Some(format!("{first}-{last}")),
        })
        .collect();
    texts.join(", ")
}

fn attach_confirm(pdu: &AttachUserConfirm) -> String {
    match (pdu.result, pdu.initiator) {
        (McsResult::RT_SUCCESSFUL, Some(initiator)) => format!("user channel {initiator}"),
        (McsResult::RT_SUCCESSFUL, None) => "success without a user channel".to_owned(),
        (result, _) => format!("refuses: {result}"),
    }
}

fn join_confirm(pdu: &ChannelJoinConfirm) -> String {
    match (pdu.result, pdu.channel_id) {
        (McsResult::RT_SUCCESSFUL, Some(id)) if id == pdu.requested => format!("channel {id}"),
        (McsResult::RT_SUCCESSFUL, Some(id)) => format!("channel {id}, but {} was requested", pdu.requested),
        (McsResult::RT_SUCCESSFUL, None) => format!("channel {} without the joined channel's id", pdu.requested),
        (result, _) => format!("channel {} refused: {result}", pdu.requested),
    }
}
