//! GCC user data blocks: both sides' settings.
//!
//! MS-RDPBCGR 2.2.1.3 (client) and 2.2.1.4 (server). Each block: type u16 le, length u16 le
//! (header included), body.

mod block;
pub(super) mod client;
pub(super) mod server;

use super::x224::Protocols;

/// One client data block.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant is the struct that it holds")]
pub enum ClientBlock {
    Core(Box<ClientCore>),
    Security(ClientSecurity),
    Network(ClientNetwork),
    Cluster(ClientCluster),
    Monitor(ClientMonitor),
    MonitorExtended(ClientMonitorExtended),
    MessageChannel(ClientMessageChannel),
    Multitransport(ClientMultitransport),
    Unknown(UnknownBlock),
}

/// One server data block.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant is the struct that it holds")]
pub enum ServerBlock {
    Core(ServerCore),
    Security(ServerSecurity),
    Network(ServerNetwork),
    MessageChannel(ServerMessageChannel),
    Multitransport(ServerMultitransport),
    Unknown(UnknownBlock),
}

/// A block of a type not decoded here, kept as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownBlock {
    /// Block type.
    pub block_type: u16,
    /// Body without the 4-byte header.
    pub body: Vec<u8>,
}

/// Client Core Data, `TS_UD_CS_CORE` (0xC001).
///
/// MS-RDPBCGR 2.2.1.3.2. The optional fields stand in this order; one that is present needs all
/// before it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the specification's fields in wire order")]
pub struct ClientCore {
    pub version: u32,
    pub desktop_width: u16,
    pub desktop_height: u16,
    pub color_depth: u16,
    pub sas_sequence: u16,
    pub keyboard_layout: u32,
    pub client_build: u32,
    /// UTF-16 units, at most 15 and a terminator; kept without what follows the terminator.
    pub client_name: String,
    pub keyboard_type: u32,
    pub keyboard_sub_type: u32,
    pub keyboard_function_key: u32,
    pub ime_file_name: String,
    pub post_beta2_color_depth: Option<u16>,
    pub client_product_id: Option<u16>,
    pub serial_number: Option<u32>,
    pub high_color_depth: Option<u16>,
    pub supported_color_depths: Option<u16>,
    pub early_capability_flags: Option<u16>,
    pub client_dig_product_id: Option<String>,
    pub connection_type: Option<u8>,
    pub pad1_octet: Option<u8>,
    pub server_selected_protocol: Option<Protocols>,
    pub desktop_physical_width: Option<u32>,
    pub desktop_physical_height: Option<u32>,
    pub desktop_orientation: Option<u16>,
    pub desktop_scale_factor: Option<u32>,
    pub device_scale_factor: Option<u32>,
    /// Bytes behind the last field known here.
    pub rest: Vec<u8>,
}

impl ClientCore {
    /// `RNS_UD_CS_SUPPORT_ERRINFO_PDU`: the client understands Set Error Info.
    pub const SUPPORT_ERRINFO_PDU: u16 = 0x0001;
    /// `RNS_UD_CS_WANT_32BPP_SESSION`.
    pub const WANT_32BPP_SESSION: u16 = 0x0002;
    /// `RNS_UD_CS_SUPPORT_STATUSINFO_PDU`.
    pub const SUPPORT_STATUSINFO_PDU: u16 = 0x0004;
    /// `RNS_UD_CS_STRONG_ASYMMETRIC_KEYS`.
    pub const STRONG_ASYMMETRIC_KEYS: u16 = 0x0008;
    /// `RNS_UD_CS_SUPPORT_MONITOR_LAYOUT_PDU`.
    pub const SUPPORT_MONITOR_LAYOUT_PDU: u16 = 0x0040;
    /// `RNS_UD_CS_SUPPORT_NETCHAR_AUTODETECT`.
    pub const SUPPORT_NETCHAR_AUTODETECT: u16 = 0x0080;
    /// `RNS_UD_CS_SUPPORT_DYNVC_GFX_PROTOCOL`.
    pub const SUPPORT_DYNVC_GFX_PROTOCOL: u16 = 0x0100;
    /// `RNS_UD_CS_SUPPORT_HEARTBEAT_PDU`.
    pub const SUPPORT_HEARTBEAT_PDU: u16 = 0x0400;
    /// `RNS_UD_CS_SUPPORT_SKIP_CHANNELJOIN`.
    pub const SUPPORT_SKIP_CHANNELJOIN: u16 = 0x0800;
}

/// Client Security Data, `TS_UD_CS_SEC` (0xC002). MS-RDPBCGR 2.2.1.3.3.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the specification's fields in wire order")]
pub struct ClientSecurity {
    pub encryption_methods: u32,
    pub ext_encryption_methods: u32,
}

/// Client Network Data, `TS_UD_CS_NET` (0xC003). MS-RDPBCGR 2.2.1.3.4.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientNetwork {
    /// `channelDefArray`, at most 31 from honest clients.
    pub channels: Vec<ChannelDef>,
}

/// `CHANNEL_DEF`: name 8 bytes ANSI zero-padded, options u32 le. MS-RDPBCGR 2.2.1.3.4.1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the specification's fields in wire order")]
pub struct ChannelDef {
    pub name: [u8; 8],
    pub options: u32,
}

/// Client Cluster Data, `TS_UD_CS_CLUSTER` (0xC004). MS-RDPBCGR 2.2.1.3.5.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the specification's fields in wire order")]
pub struct ClientCluster {
    pub flags: u32,
    pub redirected_session_id: u32,
}

impl ClientCluster {
    /// `REDIRECTED_SESSIONID_FIELD_VALID`: the client asks for this session.
    pub const REDIRECTED_SESSIONID_FIELD_VALID: u32 = 0x0000_0002;
}

/// Client Monitor Data, `TS_UD_CS_MONITOR` (0xC005). MS-RDPBCGR 2.2.1.3.6. `monitorCount` is the length of `monitors`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the specification's fields in wire order")]
pub struct ClientMonitor {
    pub flags: u32,
    pub monitors: Vec<MonitorDef>,
}

/// `TS_MONITOR_DEF`. MS-RDPBCGR 2.2.1.3.6.1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the specification's fields in wire order")]
pub struct MonitorDef {
    pub left: i32,
    pub top: i32,
    pub right: i32,
    pub bottom: i32,
    pub flags: u32,
}

/// Client Monitor Extended Data, `TS_UD_CS_MONITOR_EX` (0xC008). MS-RDPBCGR 2.2.1.3.9. `monitorAttributeSize` is 20.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the specification's fields in wire order")]
pub struct ClientMonitorExtended {
    pub flags: u32,
    pub monitors: Vec<MonitorAttributes>,
}

/// `TS_MONITOR_ATTRIBUTES`. MS-RDPBCGR 2.2.1.3.9.1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the specification's fields in wire order")]
pub struct MonitorAttributes {
    pub physical_width: u32,
    pub physical_height: u32,
    pub orientation: u32,
    pub desktop_scale_factor: u32,
    pub device_scale_factor: u32,
}

/// Client Message Channel Data, `TS_UD_CS_MCS_MSGCHANNEL` (0xC006). MS-RDPBCGR 2.2.1.3.7.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the specification's fields in wire order")]
pub struct ClientMessageChannel {
    pub flags: u32,
}

/// Client Multitransport Channel Data, `TS_UD_CS_MULTITRANSPORT` (0xC00A). MS-RDPBCGR 2.2.1.3.8.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the specification's fields in wire order")]
pub struct ClientMultitransport {
    pub flags: u32,
}

/// Server Core Data, `TS_UD_SC_CORE` (0x0C01). MS-RDPBCGR 2.2.1.4.2.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the specification's fields in wire order")]
pub struct ServerCore {
    pub version: u32,
    pub client_requested_protocols: Option<Protocols>,
    pub early_capability_flags: Option<u32>,
}

impl ServerCore {
    /// `RNS_UD_SC_SKIP_CHANNELJOIN_SUPPORTED`.
    pub const SKIP_CHANNELJOIN_SUPPORTED: u32 = 0x0000_0008;
}

/// Server Security Data, `TS_UD_SC_SEC1` (0x0C02). MS-RDPBCGR 2.2.1.4.3.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the specification's fields in wire order")]
pub struct ServerSecurity {
    pub encryption_method: u32,
    pub encryption_level: u32,
    /// Present only where method and level are not both zero.
    pub server_random: Option<Vec<u8>>,
    /// Present only where method and level are not both zero.
    pub server_certificate: Option<Vec<u8>>,
}

/// Server Network Data, `TS_UD_SC_NET` (0x0C03). MS-RDPBCGR 2.2.1.4.4. An odd count is padded by two bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServerNetwork {
    /// `MCSChannelId`: the I/O channel, 0x03EB from honest servers.
    pub io_channel: u16,
    /// `channelIdArray`, in the order of the client's `channelDefArray`.
    pub channel_ids: Vec<u16>,
}

/// Server Message Channel Data, `TS_UD_SC_MCS_MSGCHANNEL` (0x0C04). MS-RDPBCGR 2.2.1.4.5.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the specification's fields in wire order")]
pub struct ServerMessageChannel {
    pub mcs_channel_id: u16,
}

/// Server Multitransport Channel Data, `TS_UD_SC_MULTITRANSPORT` (0x0C08). MS-RDPBCGR 2.2.1.4.6.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the specification's fields in wire order")]
pub struct ServerMultitransport {
    pub flags: u32,
}
