//! Connection initiation: X.224 Connection Request and Confirm.
//!
//! MS-RDPBCGR 3.2.5.3.1, 3.2.5.3.2 (client), 3.3.5.3.1, 3.3.5.3.2 (server).

use super::client::{self, Client};
use super::config::{Otherwise, UnknownRequest, WithoutRequest};
use super::nla::is_credssp;
use super::port::{Blame, Output, TlsFacts};
use super::server::{self, Server};
use crate::pdu::Message;
use crate::pdu::mcs::DisconnectProviderUltimatum;
use crate::pdu::x224::{
    ConnectionConfirm, ConnectionRequest, CorrelationInfo, NegotiationAnswer, NegotiationRequest, Protocols, Token,
};
use crate::vocab::codes::{McsReason, NegotiationFailureCode};
use crate::vocab::{MessageKind, Stage};

/// Why nothing is sent to the host.
const TOO_LONG: &str = "the cookie or routing token is too long for a Connection Request, which holds 254 bytes in all";

/// `requestedProtocols` that a server without RDSAAD knows.
const KNOWN: Protocols = Protocols(0x0f);

impl Client {
    pub(super) fn request_connection(&mut self) {
        let requested_protocols = self.config.protocols;
        self.core.facts.requested = Some(requested_protocols);
        let correlation_id = self.config.correlation_id;
        let correlated = if correlation_id.is_some() { NegotiationRequest::CORRELATION_INFO_PRESENT } else { 0 };
        let flags = self.config.request_flags | correlated;
        self.core.facts.request_flags = flags;
        let cookie = self.config.cookie.as_ref().map(|cookie| Token::Cookie(cookie.clone().into_bytes()));
        let token = self.config.routing_token.clone().map(Token::Routing).or(cookie);
        let correlation =
            correlation_id.map(|correlation_id| CorrelationInfo { flags: 0, correlation_id, reserved: [0; 16] });
        let request = ConnectionRequest {
            token,
            negotiation: Some(NegotiationRequest { flags, requested_protocols }),
            correlation,
            ..ConnectionRequest::default()
        };
        if !request.fits() {
            return self.core.fail(Blame::Local(TOO_LONG));
        }
        self.core.send(Message::X224ConnectionRequest(request));
    }

    pub(super) fn on_confirm(&mut self, confirm: &ConnectionConfirm) {
        let selected = match confirm.negotiation {
            Some(NegotiationAnswer::Failure { .. }) => {
                return self.core.fail(Blame::Refused(MessageKind::X224ConnectionConfirm));
            }
            Some(NegotiationAnswer::Response { selected_protocol, flags }) => {
                self.core.facts.selected = Some(selected_protocol);
                self.core.facts.response_flags = flags;
                selected_protocol
            }
            // An old server: standard RDP security, though nobody selected it.
            None => Protocols::RDP,
        };
        if selected == Protocols::RDP {
            self.connect_settings();
        } else if selected.0.count_ones() != 1 || !self.config.protocols.contains(selected) {
            self.core.fail(Blame::Violated("selectedProtocol must be one of the protocols offered"));
        } else {
            self.go(client::State::Tls);
            self.core.push(Output::StartTls);
        }
    }

    pub(super) fn on_secured(&mut self) {
        let selected = self.core.facts.selected.unwrap_or_default();
        if selected == Protocols::SSL {
            self.connect_settings();
        } else if is_credssp(selected) {
            self.begin_nla();
        } else {
            self.core.stage = Stage::Nla;
            self.core.fail(Blame::Local("the host wants a logon before the session that is not spoken here"));
        }
    }
}

impl Server {
    pub(super) fn on_request(&mut self, request: &ConnectionRequest) {
        let offered = request.negotiation.map(|negotiation| negotiation.requested_protocols);
        self.core.facts.requested = offered;
        self.core.facts.request_flags = request.negotiation.map_or(0, |negotiation| negotiation.flags);
        if self.config.negotiation.unknown == UnknownRequest::McsDisconnect && is_unknown(request) {
            let reason = McsReason::RN_USER_REQUESTED;
            self.core.send(Message::McsDisconnectProviderUltimatum(DisconnectProviderUltimatum { reason }));
            return self.core.fail(Blame::Local("the request names what this server does not know"));
        }
        let answer = self.answer(offered);
        self.core.send(Message::X224ConnectionConfirm(ConnectionConfirm {
            dst_ref: request.src_ref,
            src_ref: self.config.negotiation.source,
            class: 0,
            negotiation: answer,
        }));
        match answer {
            Some(NegotiationAnswer::Failure { .. }) => {
                // The client may try again only on a new connection (MS-RDPBCGR 3.3.5.3.2).
                self.core.fail(Blame::Local("the server's policy refuses the protocols offered"));
            }
            Some(NegotiationAnswer::Response { selected_protocol, flags }) if selected_protocol != Protocols::RDP => {
                self.core.facts.selected = Some(selected_protocol);
                self.core.facts.response_flags = flags;
                self.go(server::State::Tls);
                self.core.push(Output::StartTls);
            }
            Some(NegotiationAnswer::Response { .. }) | None => {
                self.core.facts.selected = Some(Protocols::RDP);
                self.go(server::State::ConnectInitial);
            }
        }
    }

    fn answer(&self, offered: Option<Protocols>) -> Option<NegotiationAnswer> {
        let policy = self.config.negotiation;
        if policy.silent {
            return None;
        }
        let refuse = |failure_code| Some(NegotiationAnswer::Failure { flags: 0, failure_code });
        if let Some(code) = policy.failure {
            return refuse(code);
        }
        let select = |selected_protocol| Some(NegotiationAnswer::Response { flags: policy.flags, selected_protocol });
        if let Some(protocol) = policy.select {
            return select(protocol);
        }
        let accepted = self.config.protocols;
        let offers = offered.unwrap_or_default();
        let strongest = [Protocols::HYBRID_EX, Protocols::HYBRID, Protocols::SSL]
            .into_iter()
            .find(|protocol| accepted.contains(*protocol) && offers.contains(*protocol));
        if let Some(protocol) = strongest {
            return select(protocol);
        }
        // Whoever serves standard RDP security alone gives it to clients that ask for it.
        let standard = match policy.otherwise {
            Otherwise::Rdp => true,
            Otherwise::RdpOnRequest => offers == Protocols::RDP,
            Otherwise::Refuse => accepted == Protocols::RDP && offers == Protocols::RDP,
        };
        match (offered, policy.without_request) {
            (None, WithoutRequest::Confirm) => None,
            (None, WithoutRequest::Negotiate) if standard => None,
            _ if standard => select(Protocols::RDP),
            _ if accepted == Protocols::RDP || policy.otherwise == Otherwise::RdpOnRequest => {
                refuse(NegotiationFailureCode::SSL_NOT_ALLOWED_BY_SERVER)
            }
            _ if accepted.contains(Protocols::SSL) => refuse(NegotiationFailureCode::SSL_REQUIRED_BY_SERVER),
            _ => refuse(NegotiationFailureCode::HYBRID_REQUIRED_BY_SERVER),
        }
    }

    /// Whether a client that came without TLS can go on.
    pub(super) fn serves_standard(&self) -> bool {
        let policy = self.config.negotiation;
        let told = policy.silent || policy.select.is_some();
        told || policy.otherwise != Otherwise::Refuse || self.config.protocols == Protocols::RDP
    }

    pub(super) fn on_secured(&mut self, _facts: &TlsFacts) {
        let selected = self.core.facts.selected.unwrap_or_default();
        if is_credssp(selected) {
            return self.begin_nla();
        }
        self.go(server::State::ConnectInitial);
        if selected != Protocols::SSL {
            // A logon of another kind is due, which is not spoken here: what comes is out of place.
            self.core.stage = Stage::Nla;
        }
    }
}

/// Whether a request names protocols or flags that only newer servers know.
fn is_unknown(request: &ConnectionRequest) -> bool {
    let known = NegotiationRequest::RESTRICTED_ADMIN | NegotiationRequest::CORRELATION_INFO_PRESENT;
    request.negotiation.is_some_and(|asked| asked.requested_protocols.0 & !KNOWN.0 != 0 || asked.flags & !known != 0)
}
