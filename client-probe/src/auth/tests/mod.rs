#![allow(clippy::unwrap_used, clippy::panic, reason = "tests state what they expect")]

mod challenge;
mod hostile;
mod log;
mod logon;
mod peer;
mod proof;
mod silence;

use std::time::{Duration, UNIX_EPOCH};

use badrdp_proto::pdu::Side;
use sspi::AuthIdentity;

use self::peer::{DOMAIN, Host, PASSWORD, Said, SspiServer, USER, certificate, decoded, encoded};
use super::*;
use crate::probe::Password;

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_767_225_600)
}

fn credentials(domain: &str, user: &str, password: &str) -> Option<Credentials> {
    Some(Credentials { domain: domain.to_owned(), user: user.to_owned(), password: Password(password.to_owned()) })
}

/// With the right credentials.
fn options() -> Options {
    Options { credentials: credentials(DOMAIN, USER, PASSWORD), ..Options::default() }
}

fn with(change: impl FnOnce(&mut Options)) -> Options {
    let mut options = options();
    change(&mut options);
    options
}

/// One logon, and all that the probe said.
struct Walk {
    auth: Auth,
    key: Vec<u8>,
    sent: Vec<Vec<u8>>,
}

impl Walk {
    fn new(options: &Options, trusted: bool) -> Self {
        let (leaf, key) = certificate();
        Self { auth: Auth::new(options, &leaf, trusted), key, sent: Vec::new() }
    }

    /// Sends what it must, and gives it as the host reads it; or how it ended.
    fn call(&mut self, call: AuthCall) -> Result<TsRequest, Option<AuthFailure>> {
        let (sent, outcome) = match self.auth.call(call, now()) {
            AuthReply::Send(request) => (Some(request), Ok(())),
            AuthReply::Done { last } => (last, Err(None)),
            AuthReply::Failed { last, failure, ending: Ending::Fin } => (last, Err(Some(failure))),
            other => panic!("{other:?}"),
        };
        let sent = sent.map(|request| encoded(&request));
        self.sent.extend(sent.clone());
        outcome.map(|()| decoded(&sent.unwrap(), Side::Client))
    }

    fn begin(&mut self) -> TsRequest {
        self.call(AuthCall::Begin).unwrap()
    }

    fn take(&mut self, request: TsRequest) -> Result<TsRequest, Option<AuthFailure>> {
        self.call(AuthCall::Take(Box::new(decoded(&encoded(&request), Side::Server))))
    }

    /// What the host says ends it like this.
    fn fails(&mut self, request: TsRequest) -> AuthFailure {
        self.take(request).unwrap_err().unwrap()
    }

    /// Runs against sspi's server: what was delegated, or why not.
    fn against_sspi(&mut self, version: u32, spnego: bool) -> Result<AuthIdentity, AuthFailure> {
        let mut server = SspiServer::new(&self.key, version, spnego);
        self.begin();
        loop {
            match server.take(self.sent.last().unwrap()) {
                Said::Reply(reply) => {
                    if let Err(Some(failure)) = self.call(AuthCall::Take(Box::new(reply))) {
                        return Err(failure);
                    }
                }
                Said::Delegated(identity) => return Ok(identity),
            }
        }
    }

    /// Goes on to the point where the host's proof is due.
    fn until_proof(&mut self, version: u32) -> (Host, TsRequest, Vec<u8>) {
        let mut host = Host::new();
        let negotiate = self.begin();
        let answer = self.take(host.challenge(&negotiate, version)).unwrap();
        let plain = host.authenticate(&answer);
        (host, answer, plain)
    }
}

fn vulnerable() -> Options {
    with(|options| options.credssp.vulnerable = true)
}
