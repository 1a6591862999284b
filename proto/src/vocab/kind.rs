//! Kinds of messages: the names that scenarios, transcripts and reports use.

use core::fmt;
use core::str::FromStr;

use super::Stage;

/// Which side sends a kind of message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sender {
    /// Only the client sends it.
    Client,
    /// Only the server sends it.
    Server,
    /// Either side may send it.
    Either,
}

macro_rules! kinds {
    ($($variant:ident $sender:ident $stage:ident $spec:literal $sentence:literal,)*) => {
        /// The kind of a message.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum MessageKind { $(#[doc = $sentence] #[doc = ""] #[doc = $spec] $variant,)* }

        impl MessageKind {
            /// Every kind, in the order in which a connection meets them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name used in scenario files, reports and JSON.
            #[must_use]
            pub const fn name(self) -> &'static str { match self { $(Self::$variant => stringify!($variant),)* } }

            /// The specification and section that defines the message.
            #[must_use]
            pub const fn spec(self) -> &'static str { match self { $(Self::$variant => $spec,)* } }

            /// The stage in which an honest connection first meets the message.
            #[must_use]
            pub const fn stage(self) -> Stage { match self { $(Self::$variant => Stage::$stage,)* } }

            /// Who sends it.
            #[must_use]
            pub const fn sender(self) -> Sender { match self { $(Self::$variant => Sender::$sender,)* } }

            /// One sentence that says what the message is for.
            #[must_use]
            pub const fn sentence(self) -> &'static str { match self { $(Self::$variant => $sentence,)* } }
        }
    };
}

kinds! {
    X224ConnectionRequest Client ConnectionInitiation "MS-RDPBCGR 2.2.1.1" "the client asks for a connection and offers security protocols",
    X224ConnectionConfirm Server ConnectionInitiation "MS-RDPBCGR 2.2.1.2" "the server accepts and selects a protocol, or refuses with a code",
    X224DisconnectRequest Either ConnectionInitiation "X.224 13.5" "X.224 disconnects with a reason",
    X224Error Either ConnectionInitiation "X.224 13.12" "X.224 rejects a TPDU with a cause",
    TlsClientHello Client Tls "RFC 8446 4.1.2" "the client opens TLS and lists versions and cipher suites",
    TlsServerHello Server Tls "RFC 8446 4.1.3" "the server picks a TLS version and cipher suite",
    TlsAlert Either Tls "RFC 8446 6" "one side warns or aborts with an alert",
    TsRequest Either Nla "MS-CSSP 2.2.1" "CredSSP carries logon tokens, the public key's proof, credentials, or an error code",
    EarlyUserAuthResult Server Nla "MS-RDPBCGR 2.2.10.2" "the server says whether the user may log on, before the session exists",
    McsConnectInitial Client BasicSettingsExchange "MS-RDPBCGR 2.2.1.3" "the client sends its GCC settings blocks",
    McsConnectResponse Server BasicSettingsExchange "MS-RDPBCGR 2.2.1.4" "the server answers with its GCC settings blocks",
    McsErectDomainRequest Client ChannelConnection "MS-RDPBCGR 2.2.1.5" "the client sets its height in the MCS domain",
    McsAttachUserRequest Client ChannelConnection "MS-RDPBCGR 2.2.1.6" "the client asks for a user channel",
    McsAttachUserConfirm Server ChannelConnection "MS-RDPBCGR 2.2.1.7" "the server gives the user channel's id or refuses",
    McsChannelJoinRequest Client ChannelConnection "MS-RDPBCGR 2.2.1.8" "the client joins one channel",
    McsChannelJoinConfirm Server ChannelConnection "MS-RDPBCGR 2.2.1.9" "the server confirms or refuses one join",
    McsDisconnectProviderUltimatum Either ChannelConnection "MS-RDPBCGR 2.2.2.3" "one side ends the MCS connection with a reason",
    ClientInfo Client SecureSettingsExchange "MS-RDPBCGR 2.2.1.11" "the client sends user, domain, password and settings",
    RttMeasureRequest Server SecureSettingsExchange "MS-RDPBCGR 2.2.14.1.1" "the server measures a round trip",
    RttMeasureResponse Client SecureSettingsExchange "MS-RDPBCGR 2.2.14.2.1" "the client answers, and the round trip is complete",
    BandwidthMeasureStart Server SecureSettingsExchange "MS-RDPBCGR 2.2.14.1.2" "the server begins to measure the bandwidth",
    BandwidthMeasurePayload Server SecureSettingsExchange "MS-RDPBCGR 2.2.14.1.3" "bytes whose arrival is measured",
    BandwidthMeasureStop Server SecureSettingsExchange "MS-RDPBCGR 2.2.14.1.4" "the measurement of the bandwidth ends",
    BandwidthMeasureResults Client SecureSettingsExchange "MS-RDPBCGR 2.2.14.2.2" "the client says how many bytes came in which time",
    NetworkCharacteristicsResult Server SecureSettingsExchange "MS-RDPBCGR 2.2.14.1.5" "the server tells what it measured",
    NetworkCharacteristicsSync Client SecureSettingsExchange "MS-RDPBCGR 2.2.14.2.3" "the client tells what an earlier connection learned",
    AutoDetectRequest Server SecureSettingsExchange "MS-RDPBCGR 2.2.14.3" "a network measurement of an unknown type",
    AutoDetectResponse Client SecureSettingsExchange "MS-RDPBCGR 2.2.14.4" "an answer to a network measurement, of an unknown type",
    LicenseErrorAlert Either Licensing "MS-RDPBCGR 2.2.1.12" "licensing ends: valid client, or an error with a state transition",
    LicenseRequest Server Licensing "MS-RDPELE 2.2.2.1" "the server opens a licence exchange: product, certificate, scopes",
    NewLicenseRequest Client Licensing "MS-RDPELE 2.2.2.2" "the client has no licence and asks for one",
    LicenseInfo Client Licensing "MS-RDPELE 2.2.2.3" "the client presents a licence that it has",
    PlatformChallenge Server Licensing "MS-RDPELE 2.2.2.4" "the server challenges the client that wants a licence",
    PlatformChallengeResponse Client Licensing "MS-RDPELE 2.2.2.5" "the client answers the challenge and names its hardware",
    UpgradeLicense Server Licensing "MS-RDPELE 2.2.2.6" "the server replaces the client's licence, which ends the exchange",
    NewLicense Server Licensing "MS-RDPELE 2.2.2.7" "the server issues a licence, which ends the exchange",
    LicenseMessage Either Licensing "MS-RDPELE 2.2.2" "a licensing message of a type not decoded here",
    InitiateMultitransportRequest Server Licensing "MS-RDPBCGR 2.2.15.1" "the server offers a UDP side transport",
    InitiateMultitransportResponse Client Licensing "MS-RDPBCGR 2.2.15.2" "the client declines or reports the side transport",
    DemandActive Server CapabilitiesExchange "MS-RDPBCGR 2.2.1.13.1" "the server lists its capability sets",
    ConfirmActive Client CapabilitiesExchange "MS-RDPBCGR 2.2.1.13.2" "the client lists its capability sets",
    DeactivateAll Server CapabilitiesExchange "MS-RDPBCGR 2.2.3.1" "the server ends the share, often before a new Demand Active",
    ServerRedirection Server CapabilitiesExchange "MS-RDPBCGR 2.2.13.3.1" "the server sends the client to another host",
    Synchronize Either ConnectionFinalization "MS-RDPBCGR 2.2.1.14" "input state is synchronized",
    Control Either ConnectionFinalization "MS-RDPBCGR 2.2.1.15" "control of the share is asked for, granted or shared",
    PersistentKeyList Client ConnectionFinalization "MS-RDPBCGR 2.2.1.17" "the client lists bitmaps that it kept",
    FontList Client ConnectionFinalization "MS-RDPBCGR 2.2.1.18" "the client's last finalization PDU",
    FontMap Server ConnectionFinalization "MS-RDPBCGR 2.2.1.22" "the server's last finalization PDU",
    MonitorLayout Server ConnectionFinalization "MS-RDPBCGR 2.2.12.1" "the server tells the monitor layout",
    SetErrorInfo Server Active "MS-RDPBCGR 2.2.5.1" "the server says why it is about to disconnect",
    SaveSessionInfo Server Active "MS-RDPBCGR 2.2.10.1" "the server reports a logon, a logon error or a reconnect cookie",
    AutoReconnectStatus Server Active "MS-RDPBCGR 2.2.4.1" "the server says that the reconnect cookie did not open the session",
    ShutdownRequest Client Active "MS-RDPBCGR 2.2.2.1" "the client asks whether it may close",
    ShutdownDenied Server Active "MS-RDPBCGR 2.2.2.2" "the user is logged on, so closing would only disconnect",
    Heartbeat Server Active "MS-RDPBCGR 2.2.16.1" "the server shows that it is alive",
    InputEvents Client Active "MS-RDPBCGR 2.2.8.1.1.3" "slow-path keyboard and mouse input",
    RefreshRect Client Active "MS-RDPBCGR 2.2.11.2" "the client asks for a redraw",
    SuppressOutput Client Active "MS-RDPBCGR 2.2.11.3" "the client stops or resumes graphics",
    SlowPathUpdate Server Active "MS-RDPBCGR 2.2.9.1.1.3" "slow-path graphics",
    SlowPathPointer Server Active "MS-RDPBCGR 2.2.9.1.1.4" "slow-path pointer shape or position",
    FastPathInput Client Active "MS-RDPBCGR 2.2.8.1.2" "fast-path keyboard and mouse input",
    FastPathOutput Server Active "MS-RDPBCGR 2.2.9.1.2" "fast-path graphics and pointer updates",
    DeviceServerAnnounce Server Active "MS-RDPEFS 2.2.2.2" "the server opens device redirection",
    DeviceClientAnnounce Client Active "MS-RDPEFS 2.2.2.3" "the client answers with its version",
    DeviceClientName Client Active "MS-RDPEFS 2.2.2.4" "the client tells its computer's name",
    DeviceServerCapability Server Active "MS-RDPEFS 2.2.2.7" "the server tells what it can redirect",
    DeviceClientIdConfirm Server Active "MS-RDPEFS 2.2.2.6" "the server confirms the client's number",
    DeviceClientCapability Client Active "MS-RDPEFS 2.2.2.8" "the client tells what it can redirect",
    DeviceListAnnounce Client Active "MS-RDPEFS 2.2.2.9" "the client lists the devices that it redirects",
    DeviceReply Server Active "MS-RDPEFS 2.2.2.1" "the server accepts or refuses a device",
    DeviceMessage Either Active "MS-RDPEFS 2.2.1.1" "device redirection at work",
    VirtualChannelData Either Active "MS-RDPBCGR 2.2.6.1" "data on a static virtual channel",
    UnknownShareData Either Active "MS-RDPBCGR 2.2.8.1.1.1.2" "a Share Data PDU of a type not decoded here",
    UnknownShareControl Either Active "MS-RDPBCGR 2.2.8.1.1.1.1" "a Share Control PDU of an unknown type",
}

impl fmt::Display for MessageKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for MessageKind {
    type Err = UnknownMessageKind;

    fn from_str(name: &str) -> Result<Self, UnknownMessageKind> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name).ok_or(UnknownMessageKind)
    }
}

/// The name is not one of [`MessageKind::ALL`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a message name")]
pub struct UnknownMessageKind;
