//! The acceptor against clients: sspi's, which was not written here, and a raw one that can be wrong.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "tests state what they expect"
)]

mod challenge;
mod delegation;
mod foreign;
mod public_key;
mod raw;
mod refusals;
mod spnego;

use badrdp_proto::connect::{AuthFailure, Ending};
use badrdp_proto::pdu::credssp::TsRequest;
use badrdp_proto::pdu::{Context, Expect, Message, Side, decode};
use badrdp_proto::vocab::codes::NtStatus;

use super::*;

/// What stands for the server's public key.
pub(super) const KEY: &[u8] = b"\xff\xffthe subjectPublicKey of the certificate";

pub(super) fn account(user: &str, domain: Option<&str>, state: Option<NtStatus>) -> Account {
    Account { user: user.to_owned(), domain: domain.map(str::to_owned), state, ..Account::default() }
}

pub(super) fn host(accounts: Vec<Account>) -> AuthHost {
    AuthHost {
        nla: NlaProfile::default(),
        accounts,
        public_key: KEY.to_vec(),
        now: 1_767_225_600,
        started: None,
        seed: 0,
    }
}

/// A host where alice may log on.
fn alice() -> AuthHost {
    host(vec![Account::default()])
}

/// The message as it arrives: encoded and decoded.
fn through_the_wire(request: TsRequest, from: Side) -> TsRequest {
    let bytes = Message::TsRequest(Box::new(request)).encode();
    read(&bytes, from)
}

fn read(bytes: &[u8], from: Side) -> TsRequest {
    let context =
        Context { from, io_channel: 1003, message_channel: None, device_channel: None, expect: Expect::CredSsp };
    match decode(bytes, &context).unwrap() {
        Message::TsRequest(request) => *request,
        other => panic!("{other:?}"),
    }
}

/// How a server ends it.
#[derive(Debug, PartialEq)]
struct Refused {
    code: Option<u32>,
    failure: AuthFailure,
    ending: Ending,
}

impl Refused {
    /// With an error code, then FIN.
    fn with(code: u32, failure: AuthFailure) -> Self {
        Self { code: Some(code), failure, ending: Ending::Fin }
    }

    /// As a failed logon is told where codes may be sent.
    fn status(status: NtStatus) -> Self {
        Self::with(status.0, AuthFailure::Refused(status))
    }

    fn of(last: Option<Box<TsRequest>>, failure: AuthFailure, ending: Ending) -> Self {
        Self { code: last.and_then(|last| last.error_code).map(|code| code.0), failure, ending }
    }
}
