//! NLA: CredSSP, then the Early User Authorization Result where HYBRID_EX was selected.
//!
//! MS-CSSP 3.1.5; MS-RDPBCGR 5.4.5.2. What is inside the tokens is the auth port's business.

use super::auth::{AuthCall, AuthFailure, AuthReply};
use super::client::{self, Client};
use super::port::{Blame, Ending, Output};
use super::server::{self, Server};
use crate::pdu::Message;
use crate::pdu::credssp::TsRequest;
use crate::pdu::x224::{NegotiationRequest, Protocols};
use crate::vocab::MessageKind;
use crate::vocab::codes::{EarlyUserAuthorizationResult, NtStatus};

/// Whether CredSSP follows TLS.
pub(super) const fn is_credssp(selected: Protocols) -> bool {
    matches!(selected, Protocols::HYBRID | Protocols::HYBRID_EX)
}

impl Client {
    pub(super) fn begin_nla(&mut self) {
        self.go(client::State::Nla);
        let asked = self.config.request_flags;
        let offered = self.core.facts.response_flags;
        if asked & NegotiationRequest::RESTRICTED_ADMIN != 0
            && offered & NegotiationRequest::ANSWERS_RESTRICTED_ADMIN == 0
        {
            return self.core.fail(Blame::Auth(AuthFailure::NoRestrictedAdmin));
        }
        if asked & NegotiationRequest::REMOTE_GUARD != 0 && offered & NegotiationRequest::ANSWERS_REMOTE_GUARD == 0 {
            return self.core.fail(Blame::Auth(AuthFailure::NoRemoteGuard));
        }
        self.core.push(Output::Authenticate(AuthCall::Begin));
    }

    pub(super) fn on_ts_request(&mut self, request: Box<TsRequest>) {
        self.core.push(Output::Authenticate(AuthCall::Take(request)));
    }

    pub(super) fn on_auth_reply(&mut self, reply: AuthReply) {
        match reply {
            AuthReply::Wait => {}
            AuthReply::Send(request) => self.core.send(Message::TsRequest(request)),
            AuthReply::Done { last } => {
                self.core.send_all(last);
                if self.core.facts.selected == Some(Protocols::HYBRID_EX) {
                    self.go(client::State::EarlyUserAuth);
                } else {
                    self.logged_on();
                }
            }
            AuthReply::Failed { last, failure, ending } => {
                self.core.send_all(last);
                self.core.fail_with(Blame::Auth(failure), ending);
            }
        }
    }

    pub(super) fn on_early_user_auth(&mut self, result: EarlyUserAuthorizationResult) {
        if result == EarlyUserAuthorizationResult::AUTHZ_SUCCESS {
            self.logged_on();
        } else {
            self.core.fail(Blame::Refused(MessageKind::EarlyUserAuthResult));
        }
    }

    /// The client has said all that CredSSP has to say; the server may still refuse the credentials.
    ///
    /// MS-CSSP 2.2.1 lets it say why. Under HYBRID the client is in the next stage by then.
    pub(super) fn on_late_ts_request(&mut self, request: &TsRequest) {
        let expected = self.state.kinds();
        self.go(client::State::Nla);
        self.core.facts.logged_on = false;
        self.core.fail(match request.error_code {
            Some(code) if code != NtStatus(0) => Blame::Auth(AuthFailure::Refused(code)),
            _ => Blame::Unexpected { expected, got: MessageKind::TsRequest },
        });
    }

    fn logged_on(&mut self) {
        self.core.facts.logged_on = true;
        if self.config.stop_after_logon {
            self.core.end(Ending::Fin);
        } else {
            self.connect_settings();
        }
    }
}

impl Server {
    pub(super) fn begin_nla(&mut self) {
        self.go(server::State::Nla);
        self.core.push(Output::Authenticate(AuthCall::Begin));
    }

    pub(super) fn on_ts_request(&mut self, request: Box<TsRequest>) {
        self.core.push(Output::Authenticate(AuthCall::Take(request)));
    }

    pub(super) fn on_auth_reply(&mut self, reply: AuthReply) {
        match reply {
            AuthReply::Wait => {}
            AuthReply::Send(request) => self.core.send(Message::TsRequest(request)),
            AuthReply::Done { last } => {
                self.core.send_all(last);
                self.core.facts.logged_on = true;
                if self.core.facts.selected == Some(Protocols::HYBRID_EX) && !self.early_user_auth() {
                    return;
                }
                self.go(server::State::ConnectInitial);
            }
            AuthReply::Failed { last, failure, ending } => {
                self.core.send_all(last);
                self.core.fail_with(Blame::Auth(failure), ending);
            }
        }
    }

    /// Sends the result; whether the client may go on.
    fn early_user_auth(&mut self) -> bool {
        let result = self.config.early_user_auth;
        self.core.send(Message::EarlyUserAuthResult(result));
        let granted = result == EarlyUserAuthorizationResult::AUTHZ_SUCCESS;
        if !granted {
            self.core.fail(Blame::Local("the server's policy denies the user early"));
        }
        granted
    }
}
