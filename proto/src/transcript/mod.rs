//! The transcript: everything that happened on one connection, in order.
//!
//! It is the single hand-over between the wire and everyone who judges it.

mod ledger;
mod recorder;

pub use ledger::{Disclosure, Faced, Proof, Secret, disclosures};
pub use recorder::Recorder;

use core::net::IpAddr;
use core::time::Duration;

use crate::connect::{CloseKind, CookieCheck, Failure, TlsFacts, TlsFailure};
use crate::pdu::credssp::ntlm::{TargetInfo, Version as NtlmVersion};
use crate::pdu::{Message, Side};
use crate::vocab::{MessageKind, Stage};
use crate::wire::{DecodeError, FrameError};

/// One connection, from TCP to its end, as one side saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transcript {
    /// Whose view this is.
    pub side: Side,
    /// The longest silence that this side accepts: a stalled and a slow peer differ only by it.
    pub budget: Duration,
    /// What happened, in order.
    pub entries: Vec<Entry>,
    /// Entries of a very long connection that were not kept, from between its beginning and its end.
    pub dropped: u64,
    /// The stage in which it ended.
    pub stage: Stage,
    /// Why the connection stopped short, if it did.
    pub failure: Option<Failure>,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Time since the connection was opened.
    pub at: Duration,
    /// The stage the connection was in when it happened.
    pub stage: Stage,
    /// What happened.
    pub event: Event,
}

/// Direction of bytes, seen from the transcript's side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From this side.
    Sent,
    /// To this side.
    Received,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// TCP connected (client) or accepted (server).
    Connected {
        /// The peer's address; without its port, which on a server's side differs every time.
        peer: Option<IpAddr>,
    },
    /// TCP could not be connected.
    ConnectFailed {
        /// Why.
        failure: ConnectFailure,
        /// The addresses that were tried; none where the name did not resolve.
        tried: Vec<IpAddr>,
    },
    /// A message went over the wire, or was kept from it (`bytes` empty, an alteration says so).
    Message {
        /// Sent or received.
        direction: Direction,
        /// Its kind; raw bytes that stand in for a message have the kind that they replace.
        kind: MessageKind,
        /// The message, if it was sent honestly or decoded; secrets masked.
        message: Option<Box<Message>>,
        /// Decrypted bytes as they stood on the wire; secrets overwritten with `*`. A PDU that shared its
        /// carriers with others is shown in carriers of its own.
        bytes: Vec<u8>,
        /// What was changed on the way to the wire, one phrase each. Empty on honest connections.
        altered: Vec<String>,
    },
    /// A frame arrived that could not be decoded.
    Undecodable {
        /// The frame; empty where it may hold a secret.
        bytes: Vec<u8>,
        /// Length of the frame in bytes.
        length: usize,
        /// What is wrong with it.
        error: DecodeError,
    },
    /// Bytes arrived that open no frame of the awaited kind.
    NotAFrame(FrameError),
    /// A TLS record that matters was seen in the clear: kind and one fact about it.
    TlsRecord {
        /// Sent or received.
        direction: Direction,
        /// ClientHello, ServerHello or alert.
        kind: MessageKind,
        /// Length of the record in bytes, header included.
        length: usize,
        /// What matters about it.
        fact: String,
        /// What was changed on the way to the wire, one phrase each.
        altered: Vec<String>,
    },
    /// TLS is up.
    TlsReady(TlsFacts),
    /// TLS failed.
    TlsFailed(TlsFailure),
    /// The server's certificate was judged (client side).
    Certificate(CertificateFacts),
    /// Which of several scenarios behind one port is played from here on (server side).
    Chosen(Chosen),
    /// A step of the scenario was left out, because it does not fit this client (server side).
    Skipped {
        /// The step.
        what: String,
        /// What stands against it.
        because: String,
    },
    /// What kind of server the client faces (server side): what the leak ledger needs to know.
    Posture(Posture),
    /// The client's `authInfo` was opened (server side): whose credentials, of which kind; never the secret.
    Delegated(Delegated),
    /// This side was given credentials (client side): whose. Whether they left it, the messages tell.
    Credentials {
        /// Domain; empty: the host's own accounts.
        domain: String,
        /// User name.
        user: String,
    },
    /// What the host's NTLM challenge says of it (client side).
    Identity(Box<HostIdentity>),
    /// Whether the host would do without NLA, asked on a connection of its own (client side).
    NlaRequirement(NlaRequirement),
    /// The client came with an auto-reconnect cookie (server side): what became of it.
    CookieChecked(CookieCheck),
    /// The client came again, on a connection of its own (client side): why, and what happened there.
    Again(Box<Again>),
    /// The client was sent elsewhere and did not go (client side): why.
    StayedAway(StayedAway),
    /// The connection reached the active stage.
    Activated,
    /// TCP ends inside TLS that was not ended: there was no `close_notify` (RFC 8446 6.1).
    NoCloseNotify,
    /// The peer closed.
    PeerClosed(CloseKind),
    /// This side closed its sending half and goes on reading.
    HalfClosed {
        /// The alteration that asked for it, if one did.
        altered: Option<String>,
    },
    /// This side closed: how, and which alteration asked for it, if one did.
    Closed {
        /// How.
        how: crate::connect::Ending,
        /// The alteration that asked for it.
        altered: Option<String>,
    },
    /// The peer said nothing for the whole budget.
    TimedOut,
}

/// A client that came again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Again {
    /// Why.
    pub why: Why,
    /// Where to: name or address, and port.
    pub target: (String, u16),
    /// What happened there.
    pub transcript: Transcript,
}

/// Why a client came again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Why {
    /// The connection was lost, and the client had a cookie for its session.
    Lost,
    /// The host sent it: Server Redirection.
    Redirected,
}

/// Why a client did not go where it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StayedAway {
    /// The target is another host, and nobody allowed it: its name.
    AnotherHost(String),
    /// The redirection names neither a target nor a token.
    Nowhere,
    /// It was sent on this many times already.
    TooOften(u32),
}

/// What a host that selects NLA says to a client that offers TLS alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NlaRequirement {
    /// It refuses with HYBRID_REQUIRED_BY_SERVER.
    Required,
    /// It selects TLS.
    Optional,
    /// It said neither, or nothing.
    Unknown,
}

/// A choice among several scenarios behind one port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// The id of the scenario that the client named; of the healthy one, where it named none.
    pub scenario: String,
    /// What named it.
    pub by: Named,
    /// Why it is not played although it was named: the client had seen by then what it shows otherwise.
    pub too_late: Option<String>,
}

/// What named a scenario: in what the client said, and as it said it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// `Cookie: mstshash=…`.
    Cookie(String),
    /// The routing token.
    RoutingToken(String),
    /// TLS Server Name Indication.
    ServerName(String),
    /// The user name of NTLM or of Client Info.
    UserName(String),
    /// Nothing that the client said.
    Nothing,
}

/// What kind of server the client faces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posture {
    /// The kind of certificate in the scenario's words, for example `expired`.
    pub certificate: String,
    /// Whether a client that trusts the scenario's CA has reason to accept the certificate.
    pub acceptable: bool,
    /// Whether CredSSP's public-key binding will be honest.
    pub binds_key: bool,
}

/// Credentials that the client delegated inside `authInfo`, MS-CSSP 2.2.1.2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delegated {
    /// `credType`: 1 password, 2 smart card, 6 Remote Credential Guard; others as they came.
    pub cred_type: u32,
    /// `domainName`; empty where the kind has none.
    pub domain: String,
    /// `userName`; empty where the kind has none.
    pub user: String,
    /// Length of the password or PIN in UTF-16 units; of other kinds, of the credentials in bytes. Restricted Admin: 0.
    pub secret_length: usize,
}

/// What the host's NTLM challenge says of it, MS-NLMP 2.2.1.2.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HostIdentity {
    /// The names, the clock and the rest of the target info.
    pub target: TargetInfo,
    /// Product version of the operating system; FreeRDP-based servers always say 6.1.7601.
    pub version: Option<NtlmVersion>,
    /// The host's clock, Unix seconds.
    pub clock: Option<i64>,
    /// The host's clock minus the probe's, seconds.
    pub skew: Option<i64>,
    /// The highest CredSSP version that the host said.
    pub credssp_version: u32,
}

/// The server's certificate, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateFacts {
    /// Subject, RFC 4514 style.
    pub subject: String,
    /// Issuer, RFC 4514 style.
    pub issuer: String,
    /// Start of validity, Unix seconds.
    pub not_before: i64,
    /// End of validity, Unix seconds.
    pub not_after: i64,
    /// DNS names and addresses of the subject alternative name, or the common name where there is none.
    pub names: Vec<String>,
    /// How many more there are than were kept.
    pub names_left_out: usize,
    /// Key type and size, for example `RSA 2048`.
    pub key: String,
    /// The name it was checked against.
    pub checked_name: String,
    /// The time it was checked at, Unix seconds.
    pub checked_at: i64,
    /// What is wrong, most telling first; empty for a good certificate.
    pub problems: Vec<CertificateProblem>,
}

/// What can be wrong with a certificate.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum CertificateProblem {
    /// Its end lies before the check's time.
    Expired,
    /// Its start lies after the check's time.
    NotYetValid,
    /// It names other hosts.
    NameMismatch,
    /// It is its own issuer and nobody trusts it.
    SelfSigned,
    /// Its issuer is not trusted.
    UntrustedIssuer,
    /// It says where its issuer's certificate is, and the host, who should have sent it, did not.
    NoIntermediate,
    /// Its extended key usage lacks serverAuth.
    NoServerAuth,
    /// Its issuer signed it with a hash for which collisions can be made, so that its trust says little: which.
    WeakSignature(String),
    /// Its key is too short: type and size.
    WeakKey(String),
    /// It cannot be read as X.509; why.
    Unreadable(String),
}

/// Why TCP could not be connected.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ConnectFailure {
    /// The name does not resolve.
    NameNotResolved,
    /// RST to the SYN: nothing listens, or a firewall rejects.
    Refused,
    /// No answer to the SYN within the budget.
    TimedOut,
    /// No route to host or network.
    Unreachable,
    /// Anything else, in the system's words.
    Other(String),
}

impl Transcript {
    /// Messages with their kind and direction, in order.
    pub fn messages(&self) -> impl Iterator<Item = (Direction, MessageKind, Option<&Message>)> {
        self.entries.iter().filter_map(|entry| match &entry.event {
            Event::Message { direction, kind, message, .. } => Some((*direction, *kind, message.as_deref())),
            _ => None,
        })
    }
}
