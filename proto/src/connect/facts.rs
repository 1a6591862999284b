//! What both machines learn on the way.

use crate::pdu::auto_reconnect::ServerCookie;
use crate::pdu::autodetect::NetworkCharacteristics;
use crate::pdu::message_channel::Heartbeat;
use crate::pdu::x224::Protocols;
use crate::vocab::codes::ErrorInfo;

/// What was agreed and learned so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// `requestedProtocols`, where the client sent a negotiation request.
    pub requested: Option<Protocols>,
    /// `selectedProtocol`, where the server sent a negotiation response.
    pub selected: Option<Protocols>,
    /// `flags` of the negotiation request, MS-RDPBCGR 2.2.1.1.1.
    pub request_flags: u8,
    /// `flags` of the negotiation response, MS-RDPBCGR 2.2.1.2.1.
    pub response_flags: u8,
    /// CredSSP was completed, and the user authorized where that is said.
    pub logged_on: bool,
    /// The client's name.
    pub client_name: String,
    /// The client's desktop, or the server's once it was demanded: width and height in pixels.
    pub desktop: (u16, u16),
    /// The client understands Set Error Info.
    pub understands_error_info: bool,
    /// The client can be measured: `RNS_UD_CS_SUPPORT_NETCHAR_AUTODETECT`.
    pub auto_detects: bool,
    /// The client understands heartbeats: `RNS_UD_CS_SUPPORT_HEARTBEAT_PDU`.
    pub understands_heartbeats: bool,
    /// `flags` of the client's multitransport channel data, MS-RDPBCGR 2.2.1.3.8.
    pub side_transports: u32,
    /// The last heartbeat: what the server promised.
    pub heartbeat: Option<Heartbeat>,
    /// What the server told of the network.
    pub network: Option<NetworkCharacteristics>,
    /// Channel joins are skipped by both sides' consent.
    pub skips_joins: bool,
    /// The I/O channel.
    pub io_channel: u16,
    /// The message channel.
    pub message_channel: Option<u16>,
    /// Static virtual channels in the client's order.
    pub channels: Vec<u16>,
    /// The one of them for device redirection.
    pub device_channel: Option<u16>,
    /// The client's user channel.
    pub user_channel: u16,
    /// The share's id.
    pub share_id: u32,
    /// User and domain of the Client Info; never the password.
    pub user: (String, String),
    /// The cookie that opened the session again (server).
    pub reconnected: Option<ServerCookie>,
    /// The last Set Error Info that was not `ERRINFO_NONE`.
    pub error_info: Option<ErrorInfo>,
}

/// The server's user channel, the `initiator` of all that it sends (MS-RDPBCGR 2.2.1.13.1).
pub const SERVER_CHANNEL: u16 = 0x03ea;
/// The I/O channel of honest servers.
pub const IO_CHANNEL: u16 = 0x03eb;
/// The first static virtual channel of honest servers.
pub const FIRST_STATIC_CHANNEL: u16 = 0x03ec;
