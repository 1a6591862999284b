//! What each side is told before the connection: honest choices, no clock, no randomness of its own.

use super::auto_detect::Measure;
use super::facts::IO_CHANNEL;
use super::port::Ending;
use crate::pdu::auto_reconnect::{ClientCookie, ServerCookie};
use crate::pdu::autodetect::NetworkCharacteristics;
use crate::pdu::redirection::ServerRedirection;
use crate::pdu::x224::Protocols;
use crate::vocab::MessageKind;
use crate::vocab::codes::{
    EarlyUserAuthorizationResult, ErrorInfo, LicenseErrorCode, LicenseStateTransition, LogonErrorData, LogonErrorType,
    McsReason, McsResult, NegotiationFailureCode,
};

/// What the client offers and says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientConfig {
    /// `requestedProtocols`.
    pub protocols: Protocols,
    /// `flags` of the negotiation request: Restricted Admin, Remote Credential Guard.
    pub request_flags: u8,
    /// End the connection once the user is logged on, before a session is opened.
    pub stop_after_logon: bool,
    /// End the connection once the server's settings are known, before a channel is joined.
    pub stop_after_settings: bool,
    /// Domain and user for the Client Info; passwords go through CredSSP, or [`super::Client::give_password`].
    pub user: Option<(String, String)>,
    /// `Cookie: mstshash=` identifier.
    pub cookie: Option<String>,
    /// A routing token, without its CR LF; the cookie must make way for it (MS-RDPBCGR 2.2.1.1).
    pub routing_token: Option<Vec<u8>>,
    /// `correlationId`, MS-RDPBCGR 2.2.1.1.2.
    pub correlation_id: Option<[u8; 16]>,
    /// `RedirectedSessionID` of the Client Cluster Data, for a client that was redirected.
    pub redirected_session: Option<u32>,
    /// The proof that this client was connected to a session before.
    pub reconnect: Option<ClientCookie>,
    /// What the server told of the network on the connection before: the answer to the first RTT Measure Request
    /// (MS-RDPBCGR 2.2.14.2.3).
    pub network: Option<NetworkCharacteristics>,
    /// The connection goes over IPv6: `clientAddressFamily` says so.
    pub ipv6: bool,
    /// `clientName`, at most 15 UTF-16 units.
    pub client_name: String,
    /// Desktop width and height in pixels.
    pub desktop: (u16, u16),
    /// Static virtual channels to ask for, at most 7 ANSI characters each.
    pub channels: Vec<String>,
    /// Offer to skip the channel joins.
    pub skip_channel_join: bool,
    /// Side transports to announce, as `flags` of the multitransport channel data; zero: the block is not sent. None is
    /// ever opened: the client is one whose UDP gets nowhere.
    pub side_transports: u32,
    /// Tell the server how long its measurements took; else 1 ms, for runs that must be alike.
    pub measure_time: bool,
    /// Take part in a licence exchange; otherwise it is declined.
    pub accept_license: bool,
}

impl Default for ClientConfig {
    fn default() -> Self {
        Self {
            protocols: Protocols::SSL.union(Protocols::HYBRID).union(Protocols::HYBRID_EX),
            request_flags: 0,
            stop_after_logon: false,
            stop_after_settings: false,
            user: None,
            cookie: None,
            routing_token: None,
            correlation_id: None,
            redirected_session: None,
            reconnect: None,
            network: None,
            ipv6: false,
            client_name: "badrdp".to_owned(),
            desktop: (1024, 768),
            channels: vec!["cliprdr".to_owned()],
            skip_channel_join: true,
            side_transports: 0,
            measure_time: true,
            accept_license: false,
        }
    }
}

/// What the server accepts and answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerConfig {
    /// Protocols accepted; zero means standard RDP security without encryption.
    pub protocols: Protocols,
    /// The answer to the Connection Request.
    pub negotiation: NegotiationPolicy,
    /// Early User Authorization Result, sent where HYBRID_EX was selected.
    pub early_user_auth: EarlyUserAuthorizationResult,
    /// `result` of the Connect Response.
    pub connect_result: McsResult,
    /// `result` of the Attach User Confirm.
    pub attach_result: McsResult,
    /// Refuse one join: which (from 1) and with what.
    pub join_refusal: Option<(u16, McsResult)>,
    /// Agree to skip the channel joins when the client can.
    pub skip_channel_join: bool,
    /// The I/O channel's id.
    pub io_channel: u16,
    /// The message channel's id, for clients that ask for one; zero: there is none. Default: the next that is free.
    pub message_channel: Option<u16>,
    /// How the network is measured between Client Info and licensing.
    pub auto_detect: Vec<Measure>,
    /// Side transports to ask for behind licensing, of those that the client announces.
    pub side_transports: Vec<SideTransport>,
    /// `securityCookie` of these requests.
    pub side_transport_cookie: [u8; 16],
    /// The alert that ends licensing, where no exchange or an alert in it does.
    pub license: (LicenseErrorCode, LicenseStateTransition),
    /// Have a licence exchange.
    pub license_exchange: Option<LicenseExchange>,
    /// Send this Set Error Info in place of a licensing PDU, then end.
    pub license_error_info: Option<ErrorInfo>,
    /// What happens once the connection is active, in order; then the session stays.
    pub steps: Vec<Step>,
    /// `sessionId` of the logon notices.
    pub session_id: u32,
    /// `ArcRandomBits` of the auto-reconnect cookie.
    pub auto_reconnect_random: [u8; 16],
    /// Cookies that earlier connections were given: each opens its session again.
    pub cookies: Vec<ServerCookie>,
    /// Take no cookie, not even a right one.
    pub refuse_cookies: bool,
    /// Send the client elsewhere in place of Demand Active.
    pub redirection: Option<Box<ServerRedirection>>,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            protocols: Protocols::SSL,
            negotiation: NegotiationPolicy::default(),
            early_user_auth: EarlyUserAuthorizationResult::AUTHZ_SUCCESS,
            connect_result: McsResult::RT_SUCCESSFUL,
            attach_result: McsResult::RT_SUCCESSFUL,
            join_refusal: None,
            skip_channel_join: false,
            io_channel: IO_CHANNEL,
            message_channel: None,
            auto_detect: Vec::new(),
            side_transports: Vec::new(),
            side_transport_cookie: [0; 16],
            license: (LicenseErrorCode::STATUS_VALID_CLIENT, LicenseStateTransition::ST_NO_TRANSITION),
            license_exchange: None,
            license_error_info: None,
            steps: vec![Step::Logon, Step::Draw],
            session_id: 2,
            auto_reconnect_random: [0; 16],
            cookies: Vec::new(),
            refuse_cookies: false,
            redirection: None,
        }
    }
}

/// How the server does a licence exchange. What is in the messages is the licensing port's business.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LicenseExchange {
    /// Send the alert of [`ServerConfig::license`] in place of this message of the exchange.
    pub alert_at: Option<MessageKind>,
    /// Go on with a client that declines: the exchange is a formality.
    pub may_be_declined: bool,
}

/// How the Connection Request is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NegotiationPolicy {
    /// Refuse with this code, whatever is offered.
    pub failure: Option<NegotiationFailureCode>,
    /// Select this, offered or not.
    pub select: Option<Protocols>,
    /// Confirm without negotiation data.
    pub silent: bool,
    /// Flags of the Negotiation Response.
    pub flags: u8,
}

impl NegotiationPolicy {
    /// `EXTENDED_CLIENT_DATA_SUPPORTED`.
    pub const EXTENDED_CLIENT_DATA: u8 = 0x01;
}

impl Default for NegotiationPolicy {
    fn default() -> Self {
        Self { failure: None, select: None, silent: false, flags: Self::EXTENDED_CLIENT_DATA }
    }
}

/// A UDP transport beside the main connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SideTransport {
    /// Reliable UDP with forward error correction.
    Reliable,
    /// Lossy UDP with forward error correction.
    Lossy,
}

impl SideTransport {
    /// Its bit in the multitransport channel data, MS-RDPBCGR 2.2.1.3.8: `TRANSPORTTYPE_UDPFECR`, `TRANSPORTTYPE_UDPFECL`.
    #[must_use]
    pub const fn flag(self) -> u32 {
        match self {
            Self::Reliable => 0x01,
            Self::Lossy => 0x04,
        }
    }

    /// `requestedProtocol`, MS-RDPBCGR 2.2.15.1.
    #[must_use]
    pub const fn protocol(self) -> u16 {
        match self {
            Self::Reliable => 0x01,
            Self::Lossy => 0x02,
        }
    }
}

/// One step of an active session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Save Session Info, logon (infoType 0).
    Logon,
    /// Save Session Info, logon long (infoType 1).
    LogonLong,
    /// Save Session Info, plain notify (infoType 2).
    LogonPlain,
    /// Save Session Info, extended, with an auto-reconnect cookie.
    ReconnectCookie,
    /// Save Session Info, extended, with a logon error.
    LogonError(LogonErrorType, LogonErrorData),
    /// Set Error Info.
    ErrorInfo(ErrorInfo),
    /// Draw the picture ([`super::Output::Draw`]).
    Draw,
    /// An auto-detect request; the session goes on without its answer.
    Measure(Measure),
    /// Heartbeat.
    Heartbeat {
        /// Seconds between two of them.
        period: u8,
        /// How many may fail to come before the user is warned.
        count1: u8,
        /// How many may fail to come before the client reconnects.
        count2: u8,
    },
    /// Device redirection is opened, where the client has its channel; the session goes on meanwhile.
    OpenDevices,
    /// Deactivate All, then capabilities exchange and finalization once more.
    Deactivate,
    /// MCS Disconnect Provider Ultimatum.
    Disconnect(McsReason),
    /// End the connection; nothing comes after it.
    End(Ending),
}
