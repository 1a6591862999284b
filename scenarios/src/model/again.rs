//! What a scenario says of clients that come more than once.

use super::{Fault, ServerProfile};

/// One `[[connection]]`: who the server is from the client's nth connection on.
#[derive(Clone, Debug, PartialEq)]
pub struct Later {
    /// `from = 2`: the number of the first connection that it is for, from 2.
    pub from: u32,
    /// The file's `[server]` with this table's laid over it.
    pub server: ServerProfile,
    /// This table's faults; without a `fault` of its own, the file's.
    pub faults: Vec<Fault>,
    /// Line of the table in its file, from 1.
    pub line: usize,
}

/// `[server.redirection]`: send the client elsewhere in place of Demand Active.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Redirection {
    /// `session = 1`: the session that the client shall ask for there.
    pub session: u32,
    /// `address = "127.0.0.1"`: TargetNetAddress.
    pub address: Option<String>,
    /// `token = "msts=…"`: LoadBalanceInfo, which becomes the routing token; its CR LF is added.
    pub token: Option<String>,
    /// `user = "alice"`: log on there as this user, and forget the name afterwards.
    pub user: Option<String>,
    /// `domain = "EXAMPLE"`.
    pub domain: Option<String>,
    /// `password = "Passw0rd!"`. Test accounts only: the file is readable for everyone.
    pub password: Option<String>,
}

impl std::fmt::Debug for Redirection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { session, address, token, .. } = self;
        f.debug_struct("Redirection")
            .field("session", session)
            .field("address", address)
            .field("token", token)
            .finish_non_exhaustive()
    }
}

/// `[probe] reconnect`: come back once when the connection is lost after a cookie was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reconnect {
    /// `"cookie"`: prove it with the cookie.
    Cookie,
    /// `"wrong-cookie"`: with a proof that does not match.
    WrongCookie,
}
