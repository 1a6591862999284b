//! Specimens of device redirection.

use crate::pdu::ChannelPdu;
use crate::pdu::device::{Announce, Capability, ClientName, Device, DeviceMessage, DeviceRedirection};
use crate::vocab::MessageKind;

/// A representative message of a kind of device redirection.
pub(super) fn specimen(kind: MessageKind) -> Option<ChannelPdu> {
    let announce = Announce { version_major: Announce::MAJOR, version_minor: Announce::MINOR, client_id: 3 };
    let message = match kind {
        MessageKind::DeviceServerAnnounce => DeviceMessage::ServerAnnounce(announce),
        MessageKind::DeviceClientAnnounce => DeviceMessage::ClientAnnounce(announce),
        MessageKind::DeviceClientName => DeviceMessage::ClientName(ClientName {
            unicode_flag: 1,
            code_page: 0,
            computer_name: "badrdp\0".encode_utf16().flat_map(u16::to_le_bytes).collect(),
        }),
        MessageKind::DeviceServerCapability => DeviceMessage::ServerCapability(vec![Capability::general()]),
        MessageKind::DeviceClientIdConfirm => DeviceMessage::ClientIdConfirm(announce),
        MessageKind::DeviceClientCapability => DeviceMessage::ClientCapability(vec![Capability::general()]),
        MessageKind::DeviceListAnnounce => DeviceMessage::ListAnnounce(vec![Device {
            // RDPDR_DTYP_FILESYSTEM.
            device_type: 8,
            device_id: 1,
            preferred_dos_name: *b"HOME\0\0\0\0",
            device_data: b"home\0".to_vec(),
        }]),
        MessageKind::DeviceReply => DeviceMessage::Reply { device_id: 1, result_code: 0 },
        // PAKID_CORE_USER_LOGGEDON.
        MessageKind::DeviceMessage => DeviceMessage::Other { component: 0x4472, packet_id: 0x554c, body: Vec::new() },
        _ => return None,
    };
    Some(ChannelPdu::DeviceRedirection(DeviceRedirection::whole(message)))
}
