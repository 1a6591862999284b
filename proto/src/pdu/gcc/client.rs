//! Client data blocks: reading and writing. MS-RDPBCGR 2.2.1.3.

use nom::Parser as _;
use nom::combinator::map;

use super::block::{self, Trailing, TrailingWriter};
use super::{
    ChannelDef, ClientBlock, ClientCluster, ClientCore, ClientMessageChannel, ClientMonitor, ClientMonitorExtended,
    ClientMultitransport, ClientNetwork, ClientSecurity, MonitorAttributes, MonitorDef,
};
use crate::pdu::x224::Protocols;
use crate::wire::read::{Read, ReadError, array, bytes, constant, field, le_u16, le_u32, u8};
use crate::wire::text::{utf16_padded, utf16_until_nul};
use crate::wire::write::Writer;

const CORE: u16 = 0xc001;
const SECURITY: u16 = 0xc002;
const NETWORK: u16 = 0xc003;
const CLUSTER: u16 = 0xc004;
const MONITOR: u16 = 0xc005;
const MESSAGE_CHANNEL: u16 = 0xc006;
const MONITOR_EXTENDED: u16 = 0xc008;
const MULTITRANSPORT: u16 = 0xc00a;

/// MS-RDPBCGR 2.2.1.3.4: `channelCount` is at most 31.
const MAX_CHANNELS: usize = 31;
/// MS-RDPBCGR 2.2.1.3.6: `monitorCount` is at most 16.
const MAX_MONITORS: usize = 16;

/// The structure's name by its block type.
fn name(block_type: u16) -> &'static str {
    match block_type {
        CORE => "TS_UD_CS_CORE",
        SECURITY => "TS_UD_CS_SEC",
        NETWORK => "TS_UD_CS_NET",
        CLUSTER => "TS_UD_CS_CLUSTER",
        MONITOR => "TS_UD_CS_MONITOR",
        MESSAGE_CHANNEL => "TS_UD_CS_MCS_MSGCHANNEL",
        MONITOR_EXTENDED => "TS_UD_CS_MONITOR_EX",
        MULTITRANSPORT => "TS_UD_CS_MULTITRANSPORT",
        _ => "UNKNOWN",
    }
}

/// Reads all client blocks.
pub(in crate::pdu) fn read_blocks(i: &[u8]) -> Read<'_, Vec<ClientBlock>> {
    block::read_all(i, name, |block_type, i| match block_type {
        CORE => map(core, |core| ClientBlock::Core(Box::new(core))).parse(i),
        SECURITY => map(security, ClientBlock::Security).parse(i),
        NETWORK => map(network, ClientBlock::Network).parse(i),
        CLUSTER => map(cluster, ClientBlock::Cluster).parse(i),
        MONITOR => map(monitor, ClientBlock::Monitor).parse(i),
        MONITOR_EXTENDED => map(monitor_extended, ClientBlock::MonitorExtended).parse(i),
        MESSAGE_CHANNEL => {
            map(field("flags", le_u32), |flags| ClientBlock::MessageChannel(ClientMessageChannel { flags })).parse(i)
        }
        MULTITRANSPORT => {
            map(field("flags", le_u32), |flags| ClientBlock::Multitransport(ClientMultitransport { flags })).parse(i)
        }
        other => map(|i| block::unknown(other, i), ClientBlock::Unknown).parse(i),
    })
}

fn core(i: &[u8]) -> Read<'_, ClientCore> {
    let (i, version) = field("version", le_u32)(i)?;
    let (i, desktop_width) = field("desktopWidth", le_u16)(i)?;
    let (i, desktop_height) = field("desktopHeight", le_u16)(i)?;
    let (i, color_depth) = field("colorDepth", le_u16)(i)?;
    let (i, sas_sequence) = field("SASSequence", le_u16)(i)?;
    let (i, keyboard_layout) = field("keyboardLayout", le_u32)(i)?;
    let (i, client_build) = field("clientBuild", le_u32)(i)?;
    let (i, client_name) = field("clientName", map(bytes(32), utf16_until_nul))(i)?;
    let (i, keyboard_type) = field("keyboardType", le_u32)(i)?;
    let (i, keyboard_sub_type) = field("keyboardSubType", le_u32)(i)?;
    let (i, keyboard_function_key) = field("keyboardFunctionKey", le_u32)(i)?;
    let (i, ime_file_name) = field("imeFileName", map(bytes(64), utf16_until_nul))(i)?;
    let mut more = Trailing::new(i);
    let core = ClientCore {
        version,
        desktop_width,
        desktop_height,
        color_depth,
        sas_sequence,
        keyboard_layout,
        client_build,
        client_name,
        keyboard_type,
        keyboard_sub_type,
        keyboard_function_key,
        ime_file_name,
        post_beta2_color_depth: more.next(2, "postBeta2ColorDepth", le_u16)?,
        client_product_id: more.next(2, "clientProductId", le_u16)?,
        serial_number: more.next(4, "serialNumber", le_u32)?,
        high_color_depth: more.next(2, "highColorDepth", le_u16)?,
        supported_color_depths: more.next(2, "supportedColorDepths", le_u16)?,
        early_capability_flags: more.next(2, "earlyCapabilityFlags", le_u16)?,
        client_dig_product_id: more.next(64, "clientDigProductId", map(bytes(64), utf16_until_nul))?,
        connection_type: more.next(1, "connectionType", u8)?,
        pad1_octet: more.next(1, "pad1octet", u8)?,
        server_selected_protocol: more.next(4, "serverSelectedProtocol", map(le_u32, Protocols))?,
        desktop_physical_width: more.next(4, "desktopPhysicalWidth", le_u32)?,
        desktop_physical_height: more.next(4, "desktopPhysicalHeight", le_u32)?,
        desktop_orientation: more.next(2, "desktopOrientation", le_u16)?,
        desktop_scale_factor: more.next(4, "desktopScaleFactor", le_u32)?,
        device_scale_factor: more.next(4, "deviceScaleFactor", le_u32)?,
        rest: more.rest().to_vec(),
    };
    Ok((i.split_at(i.len()).1, core))
}

fn security(i: &[u8]) -> Read<'_, ClientSecurity> {
    let (i, encryption_methods) = field("encryptionMethods", le_u32)(i)?;
    let (i, ext_encryption_methods) = field("extEncryptionMethods", le_u32)(i)?;
    Ok((i, ClientSecurity { encryption_methods, ext_encryption_methods }))
}

/// A 32-bit count with a cap.
fn count<'a>(name: &'static str, cap: usize) -> impl FnMut(&'a [u8]) -> Read<'a, usize> {
    field(name, move |i: &'a [u8]| {
        let (left, count) = le_u32(i)?;
        match usize::try_from(count) {
            Ok(count) if count <= cap => Ok((left, count)),
            _ => Err(nom::Err::Error(ReadError::too_large(i, cap, usize::try_from(count).unwrap_or(usize::MAX)))),
        }
    })
}

fn many<T>(mut i: &[u8], count: usize, read: fn(&[u8]) -> Read<'_, T>) -> Read<'_, Vec<T>> {
    let mut values = Vec::with_capacity(count);
    for _ in 0..count {
        let (left, value) = read(i)?;
        values.push(value);
        i = left;
    }
    Ok((i, values))
}

fn network(i: &[u8]) -> Read<'_, ClientNetwork> {
    let (i, count) = count("channelCount", MAX_CHANNELS)(i)?;
    let (i, channels) = field("channelDefArray", |i| many(i, count, channel))(i)?;
    Ok((i, ClientNetwork { channels }))
}

fn channel(i: &[u8]) -> Read<'_, ChannelDef> {
    let (i, name) = field("name", array::<8>)(i)?;
    let (i, options) = field("options", le_u32)(i)?;
    Ok((i, ChannelDef { name, options }))
}

fn cluster(i: &[u8]) -> Read<'_, ClientCluster> {
    let (i, flags) = field("Flags", le_u32)(i)?;
    let (i, redirected_session_id) = field("RedirectedSessionID", le_u32)(i)?;
    Ok((i, ClientCluster { flags, redirected_session_id }))
}

fn monitor(i: &[u8]) -> Read<'_, ClientMonitor> {
    let (i, flags) = field("flags", le_u32)(i)?;
    let (i, count) = count("monitorCount", MAX_MONITORS)(i)?;
    let (i, monitors) = field("monitorDefArray", |i| many(i, count, monitor_def))(i)?;
    Ok((i, ClientMonitor { flags, monitors }))
}

fn monitor_def(i: &[u8]) -> Read<'_, MonitorDef> {
    let signed = |number: u32| number.cast_signed();
    let (i, left) = field("left", map(le_u32, signed))(i)?;
    let (i, top) = field("top", map(le_u32, signed))(i)?;
    let (i, right) = field("right", map(le_u32, signed))(i)?;
    let (i, bottom) = field("bottom", map(le_u32, signed))(i)?;
    let (i, flags) = field("flags", le_u32)(i)?;
    Ok((i, MonitorDef { left, top, right, bottom, flags }))
}

fn monitor_extended(i: &[u8]) -> Read<'_, ClientMonitorExtended> {
    let (i, flags) = field("flags", le_u32)(i)?;
    let (i, ()) = constant("monitorAttributeSize", 20, "20", le_u32)(i)?;
    let (i, count) = count("monitorCount", MAX_MONITORS)(i)?;
    let (i, monitors) = field("monitorAttributesArray", |i| many(i, count, monitor_attributes))(i)?;
    Ok((i, ClientMonitorExtended { flags, monitors }))
}

fn monitor_attributes(i: &[u8]) -> Read<'_, MonitorAttributes> {
    let (i, physical_width) = field("physicalWidth", le_u32)(i)?;
    let (i, physical_height) = field("physicalHeight", le_u32)(i)?;
    let (i, orientation) = field("orientation", le_u32)(i)?;
    let (i, desktop_scale_factor) = field("desktopScaleFactor", le_u32)(i)?;
    let (i, device_scale_factor) = field("deviceScaleFactor", le_u32)(i)?;
    let attributes =
        MonitorAttributes { physical_width, physical_height, orientation, desktop_scale_factor, device_scale_factor };
    Ok((i, attributes))
}

/// Writes client blocks in order.
pub(in crate::pdu) fn write_blocks(w: &mut Writer, blocks: &[ClientBlock]) {
    for one in blocks {
        match one {
            ClientBlock::Core(core) => write(w, CORE, |w| write_core(w, core)),
            ClientBlock::Security(security) => write(w, SECURITY, |w| {
                w.u32_le("encryptionMethods", security.encryption_methods);
                w.u32_le("extEncryptionMethods", security.ext_encryption_methods);
            }),
            ClientBlock::Network(network) => write(w, NETWORK, |w| write_network(w, network)),
            ClientBlock::Cluster(cluster) => write(w, CLUSTER, |w| {
                w.u32_le("Flags", cluster.flags);
                w.u32_le("RedirectedSessionID", cluster.redirected_session_id);
            }),
            ClientBlock::Monitor(monitor) => write(w, MONITOR, |w| write_monitor(w, monitor)),
            ClientBlock::MonitorExtended(monitor) => write(w, MONITOR_EXTENDED, |w| write_monitor_extended(w, monitor)),
            ClientBlock::MessageChannel(channel) => write(w, MESSAGE_CHANNEL, |w| w.u32_le("flags", channel.flags)),
            ClientBlock::Multitransport(channel) => write(w, MULTITRANSPORT, |w| w.u32_le("flags", channel.flags)),
            ClientBlock::Unknown(unknown) => block::write_unknown(w, unknown),
        }
    }
}

fn write(w: &mut Writer, block_type: u16, body: impl FnOnce(&mut Writer)) {
    block::write(w, name(block_type), block_type, body);
}

fn write_core(w: &mut Writer, core: &ClientCore) {
    w.u32_le("version", core.version);
    w.u16_le("desktopWidth", core.desktop_width);
    w.u16_le("desktopHeight", core.desktop_height);
    w.u16_le("colorDepth", core.color_depth);
    w.u16_le("SASSequence", core.sas_sequence);
    w.u32_le("keyboardLayout", core.keyboard_layout);
    w.u32_le("clientBuild", core.client_build);
    w.bytes("clientName", &utf16_padded(&core.client_name, 32));
    w.u32_le("keyboardType", core.keyboard_type);
    w.u32_le("keyboardSubType", core.keyboard_sub_type);
    w.u32_le("keyboardFunctionKey", core.keyboard_function_key);
    w.bytes("imeFileName", &utf16_padded(&core.ime_file_name, 64));
    TrailingWriter::new(w)
        .next(core.post_beta2_color_depth, |w, v| w.u16_le("postBeta2ColorDepth", v))
        .next(core.client_product_id, |w, v| w.u16_le("clientProductId", v))
        .next(core.serial_number, |w, v| w.u32_le("serialNumber", v))
        .next(core.high_color_depth, |w, v| w.u16_le("highColorDepth", v))
        .next(core.supported_color_depths, |w, v| w.u16_le("supportedColorDepths", v))
        .next(core.early_capability_flags, |w, v| w.u16_le("earlyCapabilityFlags", v))
        .next(core.client_dig_product_id.as_deref(), |w, v| w.bytes("clientDigProductId", &utf16_padded(v, 64)))
        .next(core.connection_type, |w, v| w.u8("connectionType", v))
        .next(core.pad1_octet, |w, v| w.u8("pad1octet", v))
        .next(core.server_selected_protocol, |w, v| w.u32_le("serverSelectedProtocol", v.0))
        .next(core.desktop_physical_width, |w, v| w.u32_le("desktopPhysicalWidth", v))
        .next(core.desktop_physical_height, |w, v| w.u32_le("desktopPhysicalHeight", v))
        .next(core.desktop_orientation, |w, v| w.u16_le("desktopOrientation", v))
        .next(core.desktop_scale_factor, |w, v| w.u32_le("desktopScaleFactor", v))
        .next(core.device_scale_factor, |w, v| w.u32_le("deviceScaleFactor", v));
    if !core.rest.is_empty() {
        w.bytes("rest", &core.rest);
    }
}

fn write_count(w: &mut Writer, name: &'static str, count: usize) {
    w.u32_le(name, u32::try_from(count).unwrap_or(u32::MAX));
}

fn write_network(w: &mut Writer, network: &ClientNetwork) {
    write_count(w, "channelCount", network.channels.len());
    let start = w.len();
    for channel in &network.channels {
        w.bytes("name", &channel.name);
        w.u32_le("options", channel.options);
    }
    w.span("channelDefArray", start);
}

fn write_monitor(w: &mut Writer, monitor: &ClientMonitor) {
    w.u32_le("flags", monitor.flags);
    write_count(w, "monitorCount", monitor.monitors.len());
    let start = w.len();
    for one in &monitor.monitors {
        for edge in [one.left, one.top, one.right, one.bottom] {
            w.carry(&edge.to_le_bytes());
        }
        w.carry(&one.flags.to_le_bytes());
    }
    w.span("monitorDefArray", start);
}

fn write_monitor_extended(w: &mut Writer, monitor: &ClientMonitorExtended) {
    w.u32_le("flags", monitor.flags);
    w.u32_le("monitorAttributeSize", 20);
    write_count(w, "monitorCount", monitor.monitors.len());
    let start = w.len();
    for one in &monitor.monitors {
        let size = [one.physical_width, one.physical_height, one.orientation];
        for value in size.into_iter().chain([one.desktop_scale_factor, one.device_scale_factor]) {
            w.carry(&value.to_le_bytes());
        }
    }
    w.span("monitorAttributesArray", start);
}
