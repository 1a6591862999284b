//! Device redirection on its static virtual channel: how it opens.
//!
//! MS-RDPEFS 2.2.2, in one chunk each (MS-RDPBCGR 2.2.6.1).

mod codec;

pub(super) use codec::read;

use super::gcc::{ChannelDef, ClientBlock};
use super::mcs::ConnectInitial;
use crate::wire::text::ascii_until_nul;

/// A message of device redirection, in one chunk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceRedirection {
    /// `CHANNEL_PDU_HEADER.flags`.
    pub flags: u32,
    /// What the chunk carries.
    pub message: DeviceMessage,
}

/// What device redirection says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeviceMessage {
    /// Server Announce Request, MS-RDPEFS 2.2.2.2.
    ServerAnnounce(Announce),
    /// Client Announce Reply, MS-RDPEFS 2.2.2.3.
    ClientAnnounce(Announce),
    /// Client Name Request, MS-RDPEFS 2.2.2.4.
    ClientName(ClientName),
    /// Server Core Capability Request, MS-RDPEFS 2.2.2.7.
    ServerCapability(Vec<Capability>),
    /// Server Client ID Confirm, MS-RDPEFS 2.2.2.6.
    ClientIdConfirm(Announce),
    /// Client Core Capability Response, MS-RDPEFS 2.2.2.8.
    ClientCapability(Vec<Capability>),
    /// Client Device List Announce Request, MS-RDPEFS 2.2.2.9.
    ListAnnounce(Vec<Device>),
    /// Server Device Announce Response, MS-RDPEFS 2.2.2.1.
    Reply {
        /// `DeviceId`.
        device_id: u32,
        /// `ResultCode`, an NTSTATUS.
        result_code: u32,
    },
    /// What comes once the channel is open.
    Other {
        /// `Component`.
        component: u16,
        /// `PacketId`.
        packet_id: u16,
        /// What stands behind the header.
        body: Vec<u8>,
    },
}

/// VersionMajor u16 le, VersionMinor u16 le, ClientId u32 le.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the specification's fields in wire order")]
pub struct Announce {
    pub version_major: u16,
    pub version_minor: u16,
    pub client_id: u32,
}

/// UnicodeFlag u32 le, CodePage u32 le, ComputerNameLen u32 le, ComputerName.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the specification's fields in wire order")]
pub struct ClientName {
    pub unicode_flag: u32,
    pub code_page: u32,
    /// As it stands on the wire, its zero included.
    pub computer_name: Vec<u8>,
}

/// `CAPABILITY_HEADER` and what it heads. MS-RDPEFS 2.2.1.2.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the specification's fields in wire order")]
pub struct Capability {
    pub capability_type: u16,
    pub version: u32,
    pub data: Vec<u8>,
}

/// `DEVICE_ANNOUNCE`. MS-RDPEFS 2.2.1.3.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the specification's fields in wire order")]
pub struct Device {
    pub device_type: u32,
    pub device_id: u32,
    pub preferred_dos_name: [u8; 8],
    pub device_data: Vec<u8>,
}

impl DeviceRedirection {
    /// The name of the static virtual channel.
    pub const CHANNEL: &'static str = "rdpdr";
    /// `CHANNEL_FLAG_FIRST` and `CHANNEL_FLAG_LAST`: one chunk is the whole message.
    pub const WHOLE: u32 = 0x03;
    /// `CHANNEL_FLAG_SHOW_PROTOCOL`.
    pub const SHOW_PROTOCOL: u32 = 0x10;

    /// A message in one chunk.
    #[must_use]
    pub const fn whole(message: DeviceMessage) -> Self {
        Self { flags: Self::WHOLE | Self::SHOW_PROTOCOL, message }
    }
}

impl ConnectInitial {
    /// The place of device redirection among the client's static virtual channels.
    #[must_use]
    pub fn device_redirection(&self) -> Option<usize> {
        let is_devices =
            |channel: &ChannelDef| ascii_until_nul(&channel.name).eq_ignore_ascii_case(DeviceRedirection::CHANNEL);
        self.blocks.iter().find_map(|block| match block {
            ClientBlock::Network(network) => network.channels.iter().position(is_devices),
            _ => None,
        })
    }
}

impl Announce {
    /// The major version of all, MS-RDPEFS 2.2.2.2.
    pub const MAJOR: u16 = 1;
    /// The minor version of Windows since Vista, MS-RDPEFS 2.2.2.3.
    pub const MINOR: u16 = 0x000c;
}

impl Capability {
    /// `CAP_GENERAL_TYPE` as one that redirects nothing announces it, version 2. MS-RDPEFS 2.2.2.7.1.
    #[must_use]
    pub fn general() -> Self {
        let versions = u32::from(Announce::MAJOR) | u32::from(Announce::MINOR) << 16;
        // osType, osVersion, versions, ioCode1 (all that must be set), ioCode2, extendedPDU, extraFlags, special devices.
        let fields: [u32; 9] = [0, 0, versions, 0x0000_ffff, 0, 0, 0, 0, 0];
        Self { capability_type: 1, version: 2, data: fields.into_iter().flat_map(u32::to_le_bytes).collect() }
    }
}
