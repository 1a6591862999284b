//! What the host's Connect Response says of it, in words and as data.

use badrdp_proto::pdu::Message;
use badrdp_proto::pdu::gcc::{ClientBlock, ServerBlock};
use badrdp_proto::pdu::mcs::ConnectResponse;
use badrdp_proto::transcript::Direction;
use badrdp_proto::vocab::codes::McsResult;
use serde_json::{Value, json};

use crate::diagnosis::view::View;
use crate::survey::standard::{self, LEVELS, METHODS};

/// `earlyCapabilityFlags` of the server core data, MS-RDPBCGR 2.2.1.4.2.
const EARLY: &[(u32, &str)] =
    &[(0x1, "edge actions"), (0x2, "dynamic DST"), (0x4, "edge actions (2)"), (0x8, "joins can be skipped")];
/// `flags` of the multitransport channel data, MS-RDPBCGR 2.2.1.4.6.
const TRANSPORTS: &[(u32, &str)] =
    &[(0x1, "reliable UDP"), (0x4, "lossy UDP"), (0x100, "UDP is preferred"), (0x200, "channels can move to UDP")];

/// The settings in lines of label and text; empty where the host never came to them.
pub(super) fn lines(view: View<'_>) -> Vec<(&'static str, String)> {
    let Some(response) = response(view) else { return Vec::new() };
    let mut lines = Vec::new();
    for block in &response.blocks {
        match block {
            ServerBlock::Core(core) => {
                let flags = core.early_capability_flags.map(|flags| names(EARLY, flags)).unwrap_or_default();
                let flags = if flags.is_empty() { String::new() } else { format!("; {}", flags.join(", ")) };
                lines.push(("version", format!("{}{flags}", standard::version(core.version))));
            }
            ServerBlock::Security(security) if security.encryption_method != 0 || security.encryption_level != 0 => {
                let method = standard::name(METHODS, security.encryption_method);
                let level = standard::name(LEVELS, security.encryption_level);
                lines.push(("encryption", format!("{method}, level {level} (standard RDP security)")));
            }
            _ => {}
        }
    }
    lines.push(("channels", channels(view, response)));
    for block in &response.blocks {
        if let ServerBlock::Multitransport(transport) = block {
            let flags = names(TRANSPORTS, transport.flags);
            lines.push(("transports", if flags.is_empty() { "TCP alone".to_owned() } else { flags.join(", ") }));
        }
    }
    lines
}

/// The settings as data; `null` where the host never came to them.
pub(super) fn data(view: View<'_>) -> Value {
    let Some(response) = response(view) else { return Value::Null };
    let mut value = json!({
        "version": null, "early_capability_flags": null, "encryption_method": null, "encryption_level": null,
        "io_channel": null, "channels": [], "message_channel": null, "multitransport_flags": null,
    });
    let mut set = |name: &str, with: Value| {
        if let Some(object) = value.as_object_mut() {
            object.insert(name.to_owned(), with);
        }
    };
    for block in &response.blocks {
        match block {
            ServerBlock::Core(core) => {
                set("version", standard::version(core.version).into());
                set("early_capability_flags", core.early_capability_flags.map(hex).into());
            }
            ServerBlock::Security(security) => {
                set("encryption_method", standard::name(METHODS, security.encryption_method).into());
                set("encryption_level", standard::name(LEVELS, security.encryption_level).into());
            }
            ServerBlock::Network(network) => {
                set("io_channel", network.io_channel.into());
                let asked = asked(view);
                let channels = network
                    .channel_ids
                    .iter()
                    .enumerate()
                    .map(|(place, id)| json!({ "name": asked.get(place), "id": id }));
                set("channels", channels.collect());
            }
            ServerBlock::MessageChannel(channel) => set("message_channel", channel.mcs_channel_id.into()),
            ServerBlock::Multitransport(transport) => set("multitransport_flags", hex(transport.flags).into()),
            ServerBlock::Unknown(_) => {}
        }
    }
    value
}

fn hex(number: u32) -> String {
    format!("{number:#x}")
}

fn response(view: View<'_>) -> Option<&ConnectResponse> {
    let (_, response) = view.received(|message| match message {
        Message::McsConnectResponse(response) => Some(response.as_ref()),
        _ => None,
    })?;
    (response.result == McsResult::RT_SUCCESSFUL && response.gcc_result == 0).then_some(response)
}

/// `I/O 1003, cliprdr 1004, message channel 1005`.
fn channels(view: View<'_>, response: &ConnectResponse) -> String {
    let mut parts = Vec::new();
    for block in &response.blocks {
        match block {
            ServerBlock::Network(network) => {
                parts.push(format!("I/O {}", network.io_channel));
                let asked = asked(view);
                parts.extend(network.channel_ids.iter().enumerate().map(|(place, id)| {
                    let name = asked.get(place).map_or("nameless", String::as_str);
                    if *id == 0 { format!("{name} refused") } else { format!("{name} {id}") }
                }));
            }
            ServerBlock::MessageChannel(channel) => parts.push(format!("message channel {}", channel.mcs_channel_id)),
            _ => {}
        }
    }
    if parts.is_empty() { "none named".to_owned() } else { parts.join(", ") }
}

/// The channels that the probe asked for.
fn asked(view: View<'_>) -> Vec<String> {
    let sent = view.transcript().messages().find_map(|(direction, _, message)| match (direction, message) {
        (Direction::Sent, Some(Message::McsConnectInitial(initial))) => Some(initial),
        _ => None,
    });
    let blocks = sent.iter().flat_map(|initial| &initial.blocks);
    blocks
        .filter_map(|block| match block {
            ClientBlock::Network(network) => Some(network),
            _ => None,
        })
        .flat_map(|network| network.channels.iter().map(|channel| name(&channel.name)))
        .collect()
}

/// A channel's name, up to its NUL.
fn name(bytes: &[u8]) -> String {
    let name = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
    String::from_utf8_lossy(name).into_owned()
}

fn names(table: &[(u32, &'static str)], flags: u32) -> Vec<String> {
    let known = table.iter().filter(|(bit, _)| flags & bit != 0);
    let left = table.iter().fold(flags, |left, (bit, _)| left & !bit);
    let mut all: Vec<_> = known.map(|(_, name)| (*name).to_owned()).collect();
    if left != 0 {
        all.push(format!("{left:#x}"));
    }
    all
}
