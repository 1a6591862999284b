//! mstsc's extended code: `ExtendedDisconnectReason`, in the dialog behind "Extended error code".

use badrdp_proto::vocab::Stage;

use super::row::{Row, Source, row};

const LICENSE_SERVER: &[&str] = &[
    "on the host check licensing mode and licence server (RD Licensing Diagnoser, policy or RDS deployment)",
    "check that the host reaches the licence server and that it has free CALs",
];
const CLIENT_STORE: &[&str] = &[
    "on the client delete HKLM\\SOFTWARE\\Microsoft\\MSLicensing (keep a copy) and start mstsc once as administrator",
];
const DENIED: &[&str] = &[
    "check that remote connections are enabled on the host",
    "check whether the host's limit of connections is reached",
    "look at the host's session events of the same second: the server chose to refuse",
];

/// Every named extended reason, by number.
pub(super) const ROWS: &[Row] = &[
    row(0x0, "exDiscReasonNoInfo", "no further information: no Set Error Info arrived", Source::Reference),
    row(
        0x1,
        "exDiscReasonAPIInitiatedDisconnect",
        "an administrator's tool disconnected the session",
        Source::Reference,
    )
    .at(Stage::Active),
    row(0x2, "exDiscReasonAPIInitiatedLogoff", "an administrator's tool logged the session off", Source::Reference)
        .at(Stage::Active),
    row(0x3, "exDiscReasonServerIdleTimeout", "the session was idle for longer than allowed", Source::Reference)
        .at(Stage::Active)
        .fix(&["check the session time limits in policy and in the account"]),
    row(0x4, "exDiscReasonServerLogonTimeout", "the session lasted longer than allowed", Source::Reference)
        .at(Stage::Active)
        .fix(&["check the session time limits in policy and in the account"]),
    row(0x5, "exDiscReasonReplacedByOtherConnection", "another connection took the session over", Source::Reference)
        .at(Stage::Active)
        .fix(&["find out who else logs on with this account"]),
    row(0x6, "exDiscReasonOutOfMemory", "the server is out of memory", Source::Reference),
    row(0x7, "exDiscReasonServerDeniedConnection", "the server denied the connection", Source::Reference).fix(DENIED),
    row(
        0x8,
        "exDiscReasonServerDeniedConnectionFips",
        "the server denied the connection for security (FIPS) reasons",
        Source::Reference,
    )
    .wire("the current MS-RDPBCGR has no ERRINFO 8; where it comes from is unknown"),
    row(
        0x9,
        "exDiscReasonServerInsufficientPrivileges",
        "the user lacks the right to connect remotely",
        Source::Reference,
    )
    .fix(&["add the user to Remote Desktop Users", "grant \"Allow log on through Remote Desktop Services\""]),
    row(0xa, "exDiscReasonServerFreshCredsRequired", "the server refuses saved credentials", Source::Reference)
        .fix(&["type the password instead of using a saved one"]),
    row(
        0xb,
        "exDiscReasonRpcInitiatedDisconnectByUser",
        "the user disconnected the session from inside it",
        Source::Reference,
    )
    .at(Stage::Active),
    row(0xc, "exDiscReasonLogoffByUser", "the user logged off", Source::Reference).at(Stage::Active),
    row(0x19, "", "the server is shutting down", Source::TypeLibrary).at(Stage::Active),
    row(0x1a, "", "the server is restarting", Source::TypeLibrary).at(Stage::Active),
    row(0x100, "exDiscReasonLicenseInternal", "the server's licensing component failed", Source::Reference)
        .at(Stage::Licensing)
        .fix(LICENSE_SERVER),
    row(0x101, "exDiscReasonLicenseNoLicenseServer", "no licence server is available", Source::Reference)
        .at(Stage::Licensing)
        .fix(LICENSE_SERVER),
    row(0x102, "exDiscReasonLicenseNoLicense", "no client access licence is left", Source::Reference)
        .at(Stage::Licensing)
        .fix(LICENSE_SERVER),
    row(
        0x103,
        "exDiscReasonLicenseErrClientMsg",
        "the client sent a licensing message that the server cannot use",
        Source::Reference,
    )
    .at(Stage::Licensing)
    .fix(CLIENT_STORE),
    row(
        0x104,
        "exDiscReasonLicenseHwidDoesntMatchLicense",
        "the client's stored licence was altered or belongs to other hardware",
        Source::Reference,
    )
    .at(Stage::Licensing)
    .fix(CLIENT_STORE),
    row(0x105, "exDiscReasonLicenseErrClientLicense", "the client's stored licence cannot be read", Source::Reference)
        .at(Stage::Licensing)
        .fix(CLIENT_STORE),
    row(
        0x106,
        "exDiscReasonLicenseCantFinishProtocol",
        "the network failed during the licence exchange",
        Source::Reference,
    )
    .at(Stage::Licensing)
    .fix(&["check the network between client and host"]),
    row(
        0x107,
        "exDiscReasonLicenseClientEndedProtocol",
        "the client left the licence exchange early",
        Source::Reference,
    )
    .at(Stage::Licensing)
    .fix(CLIENT_STORE),
    row(
        0x108,
        "exDiscReasonLicenseErrClientEncryption",
        "a licensing message was encrypted wrongly",
        Source::Reference,
    )
    .at(Stage::Licensing)
    .fix(CLIENT_STORE),
    row(
        0x109,
        "exDiscReasonLicenseCantUpgradeLicense",
        "the client's licence could not be upgraded or renewed",
        Source::Reference,
    )
    .at(Stage::Licensing)
    .fix(LICENSE_SERVER),
    row(
        0x10a,
        "exDiscReasonLicenseNoRemoteConnections",
        "the server is not licensed for remote connections",
        Source::Reference,
    )
    .at(Stage::Licensing)
    .fix(LICENSE_SERVER),
    row(
        0x10b,
        "exDiscReasonLicenseCreatingLicStoreAccDenied",
        "the client may not create its own licence store (MSLicensing)",
        Source::Reference,
    )
    .at(Stage::Licensing)
    .wire("client only: the one code that truly means the MSLicensing store")
    .fix(&["start mstsc once as administrator"]),
    row(0x300, "exDiscReasonRdpEncInvalidCredentials", "the credentials are invalid", Source::Reference)
        .fix(&["check user name and password"]),
];

/// `exDiscReasonProtocolRangeStart` to `exDiscReasonProtocolRangeEnd`.
pub(super) const PROTOCOL_RANGE: core::ops::RangeInclusive<u32> = 0x1000..=0x7fff;

/// What stands for every number of [`PROTOCOL_RANGE`].
pub(super) const IN_PROTOCOL_RANGE: Row = row(
    0,
    "",
    "an internal protocol error: the server did not accept something that the client sent",
    Source::Reference,
)
.fix(&["read the server's log of the same second", "try fewer features on the client: one monitor, no redirection"]);

/// `OnFatalError`: the control itself gives up.
pub(super) const FATAL_ROWS: &[Row] = &[
    row(0, "", "an unknown error in the control", Source::Reference),
    row(1, "", "internal error 1 of the control", Source::Reference),
    row(2, "", "the control is out of memory", Source::Reference),
    row(3, "", "the control could not create its window", Source::Reference),
    row(4, "", "internal error 2 of the control", Source::Reference),
    row(5, "", "internal error 3 of the control: an invalid state", Source::Reference),
    row(6, "", "internal error 4 of the control", Source::Reference),
    row(7, "", "an unrecoverable error of the control while it connected", Source::Reference),
    row(100, "", "Winsock could not be initialized", Source::Reference),
];
