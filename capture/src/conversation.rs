//! One TCP connection as this program saw it.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;

use crate::KeyLine;

/// One of the two ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Speaker {
    /// Who connected.
    Client,
    /// Who was connected to.
    Server,
}

impl Speaker {
    /// The other end.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }
}

/// What one end did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happening {
    /// One read or one write.
    Data(Bytes),
    /// So many bytes that were not kept.
    NotKept(u64),
    /// It closed its half.
    Fin,
    /// It reset the connection.
    Rst,
}

/// Something that happened, when, and who did it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Time since 1970-01-01T00:00:00Z.
    pub at: Duration,
    /// Who.
    pub by: Speaker,
    /// What.
    pub what: Happening,
}

/// A connection from its handshake on. Where neither end closed it, it was open when the record ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversation {
    /// Who connected.
    pub client: SocketAddr,
    /// Who was connected to.
    pub server: SocketAddr,
    /// When the connection stood; time since 1970-01-01T00:00:00Z.
    pub opened: Duration,
    /// What it is, in words; may be empty.
    pub title: String,
    /// What happened, in order.
    pub moments: Vec<Moment>,
    /// The keys of its TLS session.
    pub keys: Vec<KeyLine>,
}
