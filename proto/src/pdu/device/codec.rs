//! Device redirection as bytes, as kinds and as facts.

use super::{Announce, Capability, ClientName, Device, DeviceMessage, DeviceRedirection};
use crate::pdu::text::{count, length16, length32, utf16_until_zero};
use crate::pdu::{ChannelPdu, Side};
use crate::vocab::MessageKind;
use crate::wire::Layer;
use crate::wire::read::{Read, array, bytes, field, le_u16, le_u32, refuse, rest};
use crate::wire::text::ascii_until_nul;
use crate::wire::write::{Encoder, Writer};

/// `RDPDR_CTYP_CORE`.
const CORE: u16 = 0x4472;
/// `CHANNEL_PACKET_COMPRESSED`.
const COMPRESSED: u32 = 0x0020_0000;
/// Bytes of `CAPABILITY_HEADER`.
const CAPABILITY_HEADER: usize = 8;

/// `PacketId`, MS-RDPEFS 2.2.1.1.
mod packet {
    pub(super) const SERVER_ANNOUNCE: u16 = 0x496e;
    pub(super) const CLIENTID_CONFIRM: u16 = 0x4343;
    pub(super) const CLIENT_NAME: u16 = 0x434e;
    pub(super) const DEVICELIST_ANNOUNCE: u16 = 0x4441;
    pub(super) const DEVICE_REPLY: u16 = 0x6472;
    pub(super) const SERVER_CAPABILITY: u16 = 0x5350;
    pub(super) const CLIENT_CAPABILITY: u16 = 0x4350;
}

impl DeviceRedirection {
    pub(in crate::pdu) fn seal(&self, encoder: &mut Encoder<'_>) -> Vec<u8> {
        encoder.seal(Layer::Payload, |w| {
            let at = w.len();
            w.block("CHANNEL_PDU_HEADER", |w| {
                w.u32_le("length", 0);
                w.u32_le("flags", self.flags);
            });
            let start = w.len();
            let (component, packet_id) = self.message.header();
            w.block("RDPDR_HEADER", |w| {
                w.u16_le("Component", component);
                w.u16_le("PacketId", packet_id);
            });
            self.message.write(w);
            let length = length32(w.len() - start);
            w.patch(at, &length.to_le_bytes());
        })
    }
}

impl DeviceMessage {
    const fn header(&self) -> (u16, u16) {
        match self {
            Self::ServerAnnounce(_) => (CORE, packet::SERVER_ANNOUNCE),
            Self::ClientAnnounce(_) | Self::ClientIdConfirm(_) => (CORE, packet::CLIENTID_CONFIRM),
            Self::ClientName(_) => (CORE, packet::CLIENT_NAME),
            Self::ServerCapability(_) => (CORE, packet::SERVER_CAPABILITY),
            Self::ClientCapability(_) => (CORE, packet::CLIENT_CAPABILITY),
            Self::ListAnnounce(_) => (CORE, packet::DEVICELIST_ANNOUNCE),
            Self::Reply { .. } => (CORE, packet::DEVICE_REPLY),
            Self::Other { component, packet_id, .. } => (*component, *packet_id),
        }
    }

    fn write(&self, w: &mut Writer) {
        match self {
            Self::ServerAnnounce(pdu) | Self::ClientAnnounce(pdu) | Self::ClientIdConfirm(pdu) => {
                w.u16_le("VersionMajor", pdu.version_major);
                w.u16_le("VersionMinor", pdu.version_minor);
                w.u32_le("ClientId", pdu.client_id);
            }
            Self::ClientName(name) => {
                w.u32_le("UnicodeFlag", name.unicode_flag);
                w.u32_le("CodePage", name.code_page);
                w.u32_le("ComputerNameLen", length32(name.computer_name.len()));
                w.bytes("ComputerName", &name.computer_name);
            }
            Self::ServerCapability(capabilities) | Self::ClientCapability(capabilities) => {
                w.u16_le("numCapabilities", length16(capabilities.len()));
                w.u16_le("Padding", 0);
                for capability in capabilities {
                    w.block("CAPABILITY_HEADER", |w| {
                        w.u16_le("CapabilityType", capability.capability_type);
                        w.u16_le("CapabilityLength", length16(CAPABILITY_HEADER + capability.data.len()));
                        w.u32_le("Version", capability.version);
                    });
                    w.bytes("capabilityData", &capability.data);
                }
            }
            Self::ListAnnounce(devices) => {
                w.u32_le("DeviceCount", length32(devices.len()));
                for device in devices {
                    w.block("DEVICE_ANNOUNCE", |w| {
                        w.u32_le("DeviceType", device.device_type);
                        w.u32_le("DeviceId", device.device_id);
                        w.bytes("PreferredDosName", &device.preferred_dos_name);
                        w.u32_le("DeviceDataLength", length32(device.device_data.len()));
                        w.bytes("DeviceData", &device.device_data);
                    });
                }
            }
            Self::Reply { device_id, result_code } => {
                w.u32_le("DeviceId", *device_id);
                w.u32_le("ResultCode", *result_code);
            }
            Self::Other { body, .. } => w.bytes("body", body),
        }
    }

    pub(in crate::pdu) const fn kind(&self) -> MessageKind {
        match self {
            Self::ServerAnnounce(_) => MessageKind::DeviceServerAnnounce,
            Self::ClientAnnounce(_) => MessageKind::DeviceClientAnnounce,
            Self::ClientName(_) => MessageKind::DeviceClientName,
            Self::ServerCapability(_) => MessageKind::DeviceServerCapability,
            Self::ClientIdConfirm(_) => MessageKind::DeviceClientIdConfirm,
            Self::ClientCapability(_) => MessageKind::DeviceClientCapability,
            Self::ListAnnounce(_) => MessageKind::DeviceListAnnounce,
            Self::Reply { .. } => MessageKind::DeviceReply,
            Self::Other { .. } => MessageKind::DeviceMessage,
        }
    }

    pub(in crate::pdu) fn fact(&self) -> String {
        match self {
            Self::ServerAnnounce(pdu) | Self::ClientAnnounce(pdu) | Self::ClientIdConfirm(pdu) => {
                format!("version {}.{}, client {}", pdu.version_major, pdu.version_minor, pdu.client_id)
            }
            Self::ClientName(name) => {
                let text = if name.unicode_flag & 1 == 1 {
                    utf16_until_zero(&name.computer_name)
                } else {
                    ascii_until_nul(&name.computer_name)
                };
                format!("\"{}\"", text.escape_debug())
            }
            Self::ServerCapability(capabilities) | Self::ClientCapability(capabilities) => {
                let number = capabilities.len();
                format!("{number} capabilit{}", if number == 1 { "y" } else { "ies" })
            }
            Self::ListAnnounce(devices) => count(devices.len(), "device"),
            Self::Reply { device_id, result_code } => format!("device {device_id}, result {result_code:#x}"),
            Self::Other { component, packet_id, body } => {
                format!("component {component:#x}, packet {packet_id:#x}, {}", count(body.len(), "byte"))
            }
        }
    }
}

/// What the device channel carries; parts of a message and what is compressed stay as they came.
pub(in crate::pdu) fn read(i: &[u8], from: Side) -> Read<'_, ChannelPdu> {
    let (at, (length, flags)) = field("CHANNEL_PDU_HEADER", |i| {
        let (i, length) = field("length", le_u32)(i)?;
        let (i, flags) = field("flags", le_u32)(i)?;
        Ok((i, (length, flags)))
    })(i)?;
    if flags & DeviceRedirection::WHOLE != DeviceRedirection::WHOLE || flags & COMPRESSED != 0 {
        let (i, bytes) = rest(i)?;
        return Ok((i, ChannelPdu::VirtualChannel(bytes.to_vec())));
    }
    if u32::try_from(at.len()).ok() != Some(length) {
        let wrong = field("length", |_| refuse(i, "the length of the one chunk", length.into()));
        return field("CHANNEL_PDU_HEADER", wrong)(i);
    }
    let (i, message) = read_message(at, from)?;
    Ok((i, ChannelPdu::DeviceRedirection(DeviceRedirection { flags, message })))
}

fn read_message(i: &[u8], from: Side) -> Read<'_, DeviceMessage> {
    let (i, (component, packet_id)) = field("RDPDR_HEADER", |i| {
        let (i, component) = field("Component", le_u16)(i)?;
        let (i, packet_id) = field("PacketId", le_u16)(i)?;
        Ok((i, (component, packet_id)))
    })(i)?;
    match (component, packet_id, from) {
        (CORE, packet::SERVER_ANNOUNCE, Side::Server) => {
            read_announce(i).map(|(i, pdu)| (i, DeviceMessage::ServerAnnounce(pdu)))
        }
        // The reply and the confirmation have one number.
        (CORE, packet::CLIENTID_CONFIRM, Side::Client) => {
            read_announce(i).map(|(i, pdu)| (i, DeviceMessage::ClientAnnounce(pdu)))
        }
        (CORE, packet::CLIENTID_CONFIRM, Side::Server) => {
            read_announce(i).map(|(i, pdu)| (i, DeviceMessage::ClientIdConfirm(pdu)))
        }
        (CORE, packet::CLIENT_NAME, Side::Client) => read_name(i),
        (CORE, packet::SERVER_CAPABILITY, Side::Server) => {
            read_capabilities(i).map(|(i, all)| (i, DeviceMessage::ServerCapability(all)))
        }
        (CORE, packet::CLIENT_CAPABILITY, Side::Client) => {
            read_capabilities(i).map(|(i, all)| (i, DeviceMessage::ClientCapability(all)))
        }
        (CORE, packet::DEVICELIST_ANNOUNCE, Side::Client) => read_devices(i),
        (CORE, packet::DEVICE_REPLY, Side::Server) => {
            let (i, device_id) = field("DeviceId", le_u32)(i)?;
            let (i, result_code) = field("ResultCode", le_u32)(i)?;
            Ok((i, DeviceMessage::Reply { device_id, result_code }))
        }
        _ => rest(i).map(|(i, body)| (i, DeviceMessage::Other { component, packet_id, body: body.to_vec() })),
    }
}

fn read_announce(i: &[u8]) -> Read<'_, Announce> {
    let (i, version_major) = field("VersionMajor", le_u16)(i)?;
    let (i, version_minor) = field("VersionMinor", le_u16)(i)?;
    let (i, client_id) = field("ClientId", le_u32)(i)?;
    Ok((i, Announce { version_major, version_minor, client_id }))
}

fn read_name(i: &[u8]) -> Read<'_, DeviceMessage> {
    let (i, unicode_flag) = field("UnicodeFlag", le_u32)(i)?;
    let (i, code_page) = field("CodePage", le_u32)(i)?;
    let (i, length) = field("ComputerNameLen", le_u32)(i)?;
    let (i, name) = field("ComputerName", bytes(usize::try_from(length).unwrap_or(usize::MAX)))(i)?;
    Ok((i, DeviceMessage::ClientName(ClientName { unicode_flag, code_page, computer_name: name.to_vec() })))
}

fn read_capabilities(i: &[u8]) -> Read<'_, Vec<Capability>> {
    let (i, number) = field("numCapabilities", le_u16)(i)?;
    let (mut i, _) = field("Padding", le_u16)(i)?;
    let mut all = Vec::new();
    for _ in 0..number {
        let (next, (capability_type, length, version)) = field("CAPABILITY_HEADER", |i| {
            let (i, capability_type) = field("CapabilityType", le_u16)(i)?;
            let (i, length) = field("CapabilityLength", |at| {
                let (i, length) = le_u16(at)?;
                let own = usize::from(length).checked_sub(CAPABILITY_HEADER);
                own.map_or_else(|| refuse(at, "8 or more", length.into()), |own| Ok((i, own)))
            })(i)?;
            let (i, version) = field("Version", le_u32)(i)?;
            Ok((i, (capability_type, length, version)))
        })(i)?;
        let (next, data) = field("capabilityData", bytes(length))(next)?;
        all.push(Capability { capability_type, version, data: data.to_vec() });
        i = next;
    }
    Ok((i, all))
}

fn read_devices(i: &[u8]) -> Read<'_, DeviceMessage> {
    let (mut i, number) = field("DeviceCount", le_u32)(i)?;
    let mut devices = Vec::new();
    // Each takes bytes, so that the frame's length is the cap.
    for _ in 0..number {
        let (next, device) = field("DEVICE_ANNOUNCE", |i| {
            let (i, device_type) = field("DeviceType", le_u32)(i)?;
            let (i, device_id) = field("DeviceId", le_u32)(i)?;
            let (i, preferred_dos_name) = field("PreferredDosName", array)(i)?;
            let (i, length) = field("DeviceDataLength", le_u32)(i)?;
            let (i, data) = field("DeviceData", bytes(usize::try_from(length).unwrap_or(usize::MAX)))(i)?;
            Ok((i, Device { device_type, device_id, preferred_dos_name, device_data: data.to_vec() }))
        })(i)?;
        devices.push(device);
        i = next;
    }
    Ok((i, DeviceMessage::ListAnnounce(devices)))
}
