//! How to start a server.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use badrdp_capture::Capture;
use badrdp_proto::connect::Ending;
use badrdp_proto::transcript::Entry;
use badrdp_proto::vocab::MessageKind;
use time::OffsetDateTime;

use crate::tls::{Mint, TlsStock};

/// Sees every transcript entry as it happens.
pub type Observer = Arc<dyn Fn(&Seen<'_>) + Send + Sync>;

/// A transcript entry, and where it happened.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// The id of the scenario that is played.
    pub scenario: &'a str,
    /// The connection's number on its port, from 1.
    pub number: u64,
    /// The client.
    pub peer: SocketAddr,
    /// What happened.
    pub entry: &'a Entry,
}

/// Sees everything that is done on the wire for messages, piece by piece.
pub type WireObserver = Arc<dyn Fn(&Deed<'_>) + Send + Sync>;

/// One thing done on the wire, and for which message.
///
/// A transcript says what a message was; this says how it went out: in which pieces, when, and what followed.
#[derive(Clone, Copy, Debug)]
pub struct Deed<'a> {
    /// The id of the scenario that is played.
    pub scenario: &'a str,
    /// The connection's number on its port, from 1.
    pub number: u64,
    /// The message that it was done for; none for the end of the connection.
    pub kind: Option<MessageKind>,
    /// What was done.
    pub act: Act<'a>,
}

/// What was done on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act<'a> {
    /// One write: one segment, and inside TLS one record. The bytes as they were before TLS.
    Write(&'a [u8]),
    /// Nothing, for this long.
    Wait(Duration),
    /// The sending half was closed.
    HalfClose,
    /// The connection is ended, by the server's machine or its scenario; not where the client left first.
    End(Ending),
}

/// How to start a server. Time and randomness are arguments.
#[derive(Clone)]
pub struct Options {
    /// Where to listen; port 0 takes a free one. Default 127.0.0.1:0.
    pub listen: SocketAddr,
    /// Seeds everything that the server chooses at random. Default 0.
    pub seed: u64,
    /// The clock that certificates are minted against. Default 2026-01-01T00:00:00Z: fixed, so that bytes repeat.
    pub now: SystemTime,
    /// Whether that clock goes on. Default no: a challenge that tells the time has the same bytes in every run.
    pub ticking: bool,
    /// The longest silence of a client before the connection is closed. Default 30 s.
    pub budget: Duration,
    /// Names and addresses that the good certificate is for, besides `localhost` and the listen address.
    pub names: Vec<String>,
    /// Sees entries live.
    pub observer: Option<Observer>,
    /// Sees what is done on the wire, live.
    pub wire: Option<WireObserver>,
    /// Takes what the connections carry, and their TLS keys. Default nothing.
    pub capture: Option<Arc<Capture>>,
    /// Certificates to show, where servers that are started one by one share them. Default: minted for this one.
    pub certificates: Option<Certificates>,
}

/// Certificates that several servers share: each kind is minted once, when it is first shown.
#[derive(Clone, Debug)]
pub struct Certificates(pub(crate) Arc<TlsStock>);

impl Certificates {
    /// None minted yet; they will be by the clock, the seed and the names of these options.
    #[must_use]
    pub fn new(options: &Options) -> Self {
        let now = OffsetDateTime::from(options.now);
        Self(Arc::new(TlsStock::new(Mint { now, seed: options.seed, names: options.host_names() })))
    }
}

impl Options {
    /// 2026-01-01T00:00:00Z, Unix seconds.
    pub const FIXED_NOW: u64 = 1_767_225_600;

    /// Names of the good certificate: its own, then loopback's, then the listen address.
    pub(crate) fn host_names(&self) -> Vec<String> {
        let mut names = self.names.clone();
        names.extend(["localhost", "127.0.0.1", "::1"].map(str::to_owned));
        let address = self.listen.ip();
        if !address.is_unspecified() {
            names.push(address.to_string());
        }
        let mut known = Vec::new();
        names.retain(|name| {
            let fresh = !known.contains(name);
            known.push(name.clone());
            fresh
        });
        names
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            seed: 0,
            now: SystemTime::UNIX_EPOCH + Duration::from_secs(Self::FIXED_NOW),
            ticking: false,
            budget: Duration::from_secs(30),
            names: Vec::new(),
            observer: None,
            wire: None,
            capture: None,
            certificates: None,
        }
    }
}

impl core::fmt::Debug for Options {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Options").field("listen", &self.listen).field("seed", &self.seed).finish_non_exhaustive()
    }
}
