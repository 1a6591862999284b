//! What a checked scenario says.

mod again;
mod licensing;
mod nla;

use std::path::PathBuf;
use std::time::Duration;

use badrdp_proto::connect::{Ending, IO_CHANNEL};
pub use badrdp_proto::connect::{Measure, Otherwise, SideTransport, Step, UnknownRequest, WithoutRequest};
use badrdp_proto::pdu::x224::Protocols;
use badrdp_proto::vocab::codes::{McsResult, NegotiationFailureCode};
use badrdp_proto::vocab::{MessageKind, Stage};
use badrdp_proto::wire::Layer;

pub use again::{Later, Reconnect, Redirection};
pub use licensing::{Exchange, LicenseAnswer, LicenseCertificate, LicensingProfile};
pub use nla::{Account, Mechanism, NlaProfile, ProbeProfile, PublicKeyAnswer, Refusal, Target};

/// One scenario, checked: every name in it is known and every anchor can be reached.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// `directory/file` or `directory/file/case`, for example `tls/certificate-expired`.
    pub id: String,
    /// What is broken, in one line.
    pub summary: String,
    /// What a user should know beyond the summary: what is documented and what is folklore. May be empty.
    pub about: String,
    /// Specification sections.
    pub spec: Vec<String>,
    /// Words to filter by, for example `0x904`.
    pub tags: Vec<String>,
    /// Rows of [`crate::suites`] that it covers.
    pub covers: Vec<String>,
    /// Who the server is.
    pub server: ServerProfile,
    /// What goes wrong on the wire.
    pub faults: Vec<Fault>,
    /// `[[connection]]`: what is different when the client comes again, in order of `from`.
    pub later: Vec<Later>,
    /// `[probe]`: what the probe does in a replay, where that is not its default.
    pub probe: ProbeProfile,
    /// What a good probe must conclude.
    pub expect_probe: ExpectProbe,
    /// What a conforming client must do.
    pub expect_client: ExpectClient,
    /// The file it came from.
    pub source: PathBuf,
}

impl Scenario {
    /// The same server without any fault.
    #[must_use]
    pub fn without_faults(&self) -> Self {
        let mut honest = self.clone();
        honest.faults.clear();
        honest.later.iter_mut().for_each(|later| later.faults.clear());
        honest
    }

    /// Every fault, those of later connections behind those of the first.
    pub fn all_faults(&self) -> impl Iterator<Item = &Fault> {
        self.faults.iter().chain(self.later.iter().flat_map(|later| &later.faults))
    }
}

/// Who the server is; every key has an honest default.
#[derive(Clone, Debug, PartialEq)]
pub struct ServerProfile {
    /// `[server] security`: protocols the server accepts. Default `["ssl"]`.
    pub security: Protocols,
    /// `[server.negotiation]`.
    pub negotiation: Negotiation,
    /// `[server.tls]`.
    pub tls: TlsProfile,
    /// `[server.nla]`.
    pub nla: NlaProfile,
    /// `[[server.account]]`: who may log on by NLA. None given: [`Account::default`] alone.
    pub accounts: Vec<Account>,
    /// `[server.mcs]`.
    pub mcs: McsProfile,
    /// `[server] auto_detect`: how the network is measured behind Client Info. Default: not.
    pub auto_detect: Vec<Measure>,
    /// `[server] multitransport = ["reliable", "lossy"]`: side transports that are asked for behind licensing.
    pub multitransport: Vec<SideTransport>,
    /// `[server.licensing]`.
    pub licensing: LicensingProfile,
    /// `[server.redirection]`: send the client elsewhere in place of Demand Active.
    pub redirection: Option<Redirection>,
    /// `[server.session]`.
    pub session: SessionProfile,
}

impl Default for ServerProfile {
    fn default() -> Self {
        Self {
            security: Protocols::SSL,
            negotiation: Negotiation::default(),
            tls: TlsProfile::default(),
            nla: NlaProfile::default(),
            accounts: vec![Account::default()],
            mcs: McsProfile::default(),
            auto_detect: Vec::new(),
            multitransport: Vec::new(),
            licensing: LicensingProfile::default(),
            redirection: None,
            session: SessionProfile::default(),
        }
    }
}

/// `[server.negotiation]`: the answer to the Connection Request.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Negotiation {
    /// `failure = "HYBRID_REQUIRED_BY_SERVER"` or `0x...`: refuse whatever is offered.
    pub failure: Option<NegotiationFailureCode>,
    /// `select = "hybrid"`: select this, offered or not.
    pub select: Option<Protocols>,
    /// `answer = false`: confirm without negotiation data.
    pub silent: bool,
    /// `flags = ["extended-client-data", "graphics", "restricted-admin", "redirected-authentication"]`.
    /// Default: extended client data.
    pub flags: Option<u8>,
    /// `otherwise = "rdp"`: what clients get that offer none of the protocols accepted.
    pub otherwise: Otherwise,
    /// `without_request = "confirm"`: what clients get whose request has no negotiation data.
    pub without_request: WithoutRequest,
    /// `unknown = "mcs-disconnect"`: what clients get whose request names what the server does not know.
    pub unknown: UnknownRequest,
    /// `source_reference = 0`: SRC-REF of the Connection Confirm. Default: 0x1234.
    pub source: Option<u16>,
}

/// `[server.tls]`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TlsProfile {
    /// `certificate = "good"` and so on.
    pub certificate: Certificate,
    /// `key = "ecdsa"`, `"rsa"` or `"rsa-1024"`.
    pub key: Key,
    /// `min = "1.2"`.
    pub min: TlsVersion,
    /// `max = "1.3"`; the pair 1.2/1.3 by default.
    pub max: TlsVersionMax,
    /// `ciphers = ["TLS13_AES_256_GCM_SHA384"]`, rustls names; empty means all.
    pub ciphers: Vec<String>,
    /// `extra_names = 1000`: so many names of other hosts stand in the certificate, behind the host's own.
    pub extra_names: u16,
}

impl TlsProfile {
    /// Whether nothing is wrong with what the host proves itself by.
    #[must_use]
    pub const fn is_good(&self) -> bool {
        matches!(self.certificate, Certificate::Good | Certificate::Intermediate) && !matches!(self.key, Key::Rsa1024)
    }
}

/// Kinds of certificate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Certificate {
    /// Issued by the scenario CA, in date, for the host's names, with serverAuth. `"good"`
    #[default]
    Good,
    /// `"expired"`: ended 30 days before the clock.
    Expired,
    /// `"not-yet-valid"`: starts 30 days after the clock.
    NotYetValid,
    /// `"wrong-name"`: for another host.
    WrongName,
    /// `"self-signed"`: like a Windows host's own.
    SelfSigned,
    /// `"unknown-ca"`: issued by a CA that nobody trusts.
    UnknownCa,
    /// `"no-server-auth"`: extended key usage without serverAuth.
    NoServerAuth,
    /// `"intermediate"`: issued by a CA that the scenario CA vouches for, and sent with that CA's certificate.
    Intermediate,
    /// `"no-intermediate"`: the same without that CA's certificate.
    NoIntermediate,
    /// `"sha1"`: like the good one, but the scenario CA signed it with SHA-1.
    Sha1,
}

impl Certificate {
    /// Every kind, by its word in a file.
    pub const NAMES: &[(&str, Self)] = &[
        ("good", Self::Good),
        ("expired", Self::Expired),
        ("not-yet-valid", Self::NotYetValid),
        ("wrong-name", Self::WrongName),
        ("self-signed", Self::SelfSigned),
        ("unknown-ca", Self::UnknownCa),
        ("no-server-auth", Self::NoServerAuth),
        ("intermediate", Self::Intermediate),
        ("no-intermediate", Self::NoIntermediate),
        ("sha1", Self::Sha1),
    ];

    /// Its word in a file.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| name)
    }
}

/// Key types.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Key {
    /// P-256. `"ecdsa"`
    #[default]
    Ecdsa,
    /// RSA 2048. `"rsa"`
    Rsa,
    /// RSA 1024, which is weak; TLS 1.2 at most. `"rsa-1024"`
    Rsa1024,
}

/// TLS versions that the server can really speak.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TlsVersion {
    /// `"1.2"`
    #[default]
    V12,
    /// `"1.3"`
    V13,
}

/// A ceiling, by default the newest version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TlsVersionMax(pub TlsVersion);

impl Default for TlsVersionMax {
    fn default() -> Self {
        Self(TlsVersion::V13)
    }
}

/// `[server.mcs]`.
#[derive(Clone, Debug, PartialEq)]
pub struct McsProfile {
    /// `connect_result = "RT_UNSPECIFIED_FAILURE"`: answer Connect Initial with this result.
    pub connect_result: Option<McsResult>,
    /// `attach_result = ...`: answer Attach User with this result.
    pub attach_result: Option<McsResult>,
    /// `join_result = ...`: refuse the nth join (`join_number`, from 1; default the first).
    pub join_result: Option<McsResult>,
    /// See `join_result`.
    pub join_number: u16,
    /// `skip_channel_join = true`: offer to skip the joins.
    pub skip_channel_join: bool,
    /// `io_channel = 1003`: the I/O channel's id.
    pub io_channel: u16,
    /// `message_channel = 1008`: the message channel's id; `0`: there is none. Default: the next that is free.
    pub message_channel: Option<u16>,
}

impl Default for McsProfile {
    fn default() -> Self {
        Self {
            connect_result: None,
            attach_result: None,
            join_result: None,
            join_number: 1,
            skip_channel_join: false,
            io_channel: IO_CHANNEL,
            message_channel: None,
        }
    }
}

/// `[server.session]`: what happens once the connection is active.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SessionProfile {
    /// `steps = [...]`: in order. Empty: log on, draw the test card, stay.
    pub steps: Vec<Step>,
    /// `refuse_cookies = true`: take no auto-reconnect cookie, not even a right one.
    pub refuse_cookies: bool,
}

/// One `[[fault]]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// `at`: where.
    pub at: Anchor,
    /// The operator, if the table has one besides `then`.
    pub operator: Option<Operator>,
    /// `then = "fin" | "rst" | "stall" | "half-close"`: what follows the message.
    pub then: Option<Then>,
    /// Line of the table in its file, from 1.
    pub line: usize,
}

/// Where a fault strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Anchor {
    /// `at = "McsConnectResponse"`; `None` is `"*"`, every message that the server sends.
    pub kind: Option<MessageKind>,
    /// `occurrence = 2`: the nth message of that kind, from 1. Default 1; `None` with `"*"`.
    pub occurrence: Option<u32>,
}

/// What a fault does to the message.
#[derive(Clone, Debug, PartialEq)]
pub enum Operator {
    // Message family.
    /// `omit = true`: do not send it.
    Omit,
    /// `duplicate = 2`: send it this many times more.
    Duplicate(u32),
    /// `replace = { hex = "...", text = "..." }`: send these bytes in its place.
    Replace(Vec<u8>),
    /// `before = { hex | text }`: send these bytes ahead of it.
    Before(Vec<u8>),
    /// `after = { hex | text }`: send these bytes behind it.
    After(Vec<u8>),
    /// `hold = 1`: send it only after this many later messages (a swap is `hold = 1`).
    Hold(u32),
    // Byte family: an edit at a layer leaves it and all inside as edited; layers outside carry it honestly.
    /// `set = { layer = "x224", field = "failureCode", hex = "..." | value = 7 }`: overwrite the field, or the bytes at `at`.
    Set(Place, Value),
    /// `xor = { layer, field | at, hex | value }`.
    Xor(Place, Value),
    /// `add = { layer, field, value = -1 }`: to the field's number, whatever it is.
    Add(Place, i64),
    /// `remove = { layer, field | at, count }`.
    Remove(Place),
    /// `truncate = { layer, keep = 40 }`: keep the first bytes only.
    Truncate(Layer, usize),
    /// `append = { layer, hex | text }`.
    Append(Layer, Vec<u8>),
    /// `insert = { layer, field | at, hex | text }`: ahead of that place.
    Insert(Place, Vec<u8>),
    // Transport family.
    /// `split = [1, 4]`: write in pieces of these sizes, the rest last, each its own segment.
    Split(Vec<usize>),
    /// `drip = { bytes = 1, every = "2ms" }`: write this many bytes at a time.
    Drip(usize, Duration),
    /// `wait = "200ms"`: wait before it.
    Wait(Duration),
    /// `merge = true`: hold it back and write it together with the next message.
    Merge,
    // TLS family.
    /// `alert = 40`: a fatal alert in place of the message, then FIN: at = "TlsServerHello", or any message inside TLS.
    Alert(u8),
    /// `server_hello = "1.0" | "1.1"`: a hand-made ServerHello that picks this version (0x0301, 0x0302).
    LegacyServerHello(u16),
}

/// Where bytes are edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The layer.
    pub layer: Layer,
    /// The span in it.
    pub span: Span,
}

/// A span of bytes in a layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Span {
    /// A field by its path, for example `TS_UD_SC_CORE.version`.
    Field(String),
    /// Bytes from the layer's start.
    Bytes {
        /// Offset of the first.
        at: usize,
        /// How many.
        count: usize,
    },
}

/// The value of `set` and `xor`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Bytes as they stand on the wire; `set` may change the length.
    Bytes(Vec<u8>),
    /// A number, written over the field's own width in the field's own byte order.
    Number(u64),
}

/// What follows the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Then {
    /// End the connection.
    End(Ending),
    /// Close the sending half, go on reading.
    HalfClose,
}

/// `[expect.probe]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpectProbe {
    /// `stage`: where the connection ends.
    pub stage: Stage,
    /// `finding`: the id of the finding that the probe must put first; `None` only for a healthy host.
    pub finding: Option<String>,
    /// `says = "STATUS_ACCOUNT_DISABLED"`: words that the finding's title must hold: what tells two refusals with the
    /// same finding apart.
    pub says: Option<String>,
}

/// `[expect.client]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExpectClient {
    /// `must = "connect" | "disconnect" | "warn"`.
    pub must: Option<ClientDuty>,
    /// `should`, likewise.
    pub should: Option<ClientDuty>,
    /// `because`: the reason with its specification section.
    pub because: String,
}

impl ExpectClient {
    /// Whether the client ends the connection in any case.
    #[must_use]
    pub fn ends(&self) -> bool {
        self.must == Some(ClientDuty::Disconnect)
    }
}

/// What a client owes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClientDuty {
    /// Go on to an active session.
    Connect,
    /// End the connection.
    Disconnect,
    /// Tell the user, and go on only if the user says so.
    Warn,
}
