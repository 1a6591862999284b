//! Connection initiation: X.224 Connection Request and Confirm.
//!
//! MS-RDPBCGR 3.2.5.3.1, 3.2.5.3.2 (client), 3.3.5.3.1, 3.3.5.3.2 (server).

use super::client::{self, Client};
use super::nla::is_credssp;
use super::port::{Blame, Output, TlsFacts};
use super::server::{self, Server};
use crate::pdu::Message;
use crate::pdu::x224::{
    ConnectionConfirm, ConnectionRequest, CorrelationInfo, NegotiationAnswer, NegotiationRequest, Protocols, Token,
};
use crate::vocab::codes::NegotiationFailureCode;
use crate::vocab::{MessageKind, Stage};

/// `SRC-REF` of the Connection Confirm. Windows: 0x1234.
const SERVER_REFERENCE: u16 = 0x1234;

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
        self.core.send(Message::X224ConnectionRequest(ConnectionRequest {
            token,
            negotiation: Some(NegotiationRequest { flags, requested_protocols }),
            correlation,
            ..ConnectionRequest::default()
        }));
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
        let answer = self.answer(offered);
        self.core.send(Message::X224ConnectionConfirm(ConnectionConfirm {
            dst_ref: request.src_ref,
            src_ref: SERVER_REFERENCE,
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
        match (strongest, accepted) {
            (Some(protocol), _) => select(protocol),
            (None, Protocols::RDP) if offers == Protocols::RDP => offered.and_then(|_| select(Protocols::RDP)),
            (None, Protocols::RDP) => refuse(NegotiationFailureCode::SSL_NOT_ALLOWED_BY_SERVER),
            (None, accepted) if accepted.contains(Protocols::SSL) => {
                refuse(NegotiationFailureCode::SSL_REQUIRED_BY_SERVER)
            }
            (None, _) => refuse(NegotiationFailureCode::HYBRID_REQUIRED_BY_SERVER),
        }
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
