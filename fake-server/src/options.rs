//! How to start a server.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use badrdp_proto::transcript::Entry;

/// Sees every transcript entry as it happens: the connection's number (from 1), the peer, the entry.
pub type Observer = Arc<dyn Fn(u64, SocketAddr, &Entry) + Send + Sync>;

/// How to start a server. Time and randomness are arguments.
#[derive(Clone)]
pub struct Options {
    /// Where to listen; port 0 takes a free one. Default 127.0.0.1:0.
    pub listen: SocketAddr,
    /// Seeds everything that the server chooses at random. Default 0.
    pub seed: u64,
    /// The clock that certificates are minted against. Default 2026-01-01T00:00:00Z: fixed, so that bytes repeat.
    pub now: SystemTime,
    /// The longest silence of a client before the connection is closed. Default 30 s.
    pub budget: Duration,
    /// Names and addresses that the good certificate is for, besides `localhost` and the listen address.
    pub names: Vec<String>,
    /// Sees entries live.
    pub observer: Option<Observer>,
}

impl Options {
    /// 2026-01-01T00:00:00Z, Unix seconds.
    pub const FIXED_NOW: u64 = 1_767_225_600;
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            seed: 0,
            now: SystemTime::UNIX_EPOCH + Duration::from_secs(Self::FIXED_NOW),
            budget: Duration::from_secs(30),
            names: Vec::new(),
            observer: None,
        }
    }
}

impl core::fmt::Debug for Options {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Options").field("listen", &self.listen).field("seed", &self.seed).finish_non_exhaustive()
    }
}
