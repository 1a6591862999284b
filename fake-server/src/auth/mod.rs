//! The fake server's auth port: CredSSP's server side, with accounts that are in any state a file says.

mod accounts;
mod credssp;
mod delegated;
mod ntlm;
mod ntlm_crypto;
mod spnego;
#[cfg(test)]
mod tests;

use std::time::Instant;

use badrdp_proto::connect::{AuthCall, AuthReply};
use badrdp_proto::transcript::Delegated;
use badrdp_scenarios::model::{Account, NlaProfile};

use badrdp_scenarios::Seeded;
use credssp::CredSsp;

/// What all connections of a server share.
#[derive(Debug)]
pub(crate) struct AuthHost {
    pub(crate) nla: NlaProfile,
    pub(crate) accounts: Vec<Account>,
    /// `subjectPublicKey` of the certificate: the contents of the BIT STRING.
    pub(crate) public_key: Vec<u8>,
    /// Unix seconds at the server's start: its clock, which the scenario may put off.
    pub(crate) now: i64,
    /// The server's start, where its clock goes on from there.
    pub(crate) started: Option<Instant>,
    /// Seeds the server challenges.
    pub(crate) seed: u64,
}

impl AuthHost {
    /// The account of a user, as far as the host knows one.
    pub(crate) fn account(&self, user: &str, domain: &str) -> Option<&Account> {
        accounts::find(self, user, domain)
    }

    /// The host's clock, Unix seconds.
    fn clock(&self) -> i64 {
        let elapsed = self.started.map_or(0, |started| started.elapsed().as_secs());
        let elapsed = i64::try_from(elapsed).unwrap_or(i64::MAX);
        self.now.saturating_add(self.nla.target.clock).saturating_add(elapsed)
    }
}

/// One connection's logon.
pub(crate) struct Acceptor {
    credssp: CredSsp,
}

impl Acceptor {
    /// For the connection of this number, which chooses the NTLM server challenge.
    pub(crate) fn new(host: &AuthHost, number: u64) -> Self {
        Self { credssp: CredSsp::new(Self::challenge(host, number)) }
    }

    fn challenge(host: &AuthHost, number: u64) -> [u8; 8] {
        Seeded::new(host.seed, &format!("ntlm-challenge-{number}")).bytes()
    }

    /// Does what the machine asks.
    pub(crate) fn call(&mut self, host: &AuthHost, call: AuthCall) -> AuthReply {
        match call {
            AuthCall::Begin => AuthReply::Wait,
            AuthCall::Take(request) => self.credssp.answer(host, &request),
        }
    }

    /// What the client has just delegated, for the record.
    pub(crate) fn take_delegated(&mut self) -> Option<Delegated> {
        self.credssp.delegated.take()
    }
}
