//! Licensing: an error alert that ends it, one way or the other, or a licence exchange ahead of that.
//!
//! MS-RDPBCGR 3.2.5.3.12 (client), 3.3.5.3.12 (server); MS-RDPELE 3.1.5.

use super::client::{self, Client};
use super::license_port::{LicenseCall, LicenseReply};
use super::port::{Blame, Output};
use super::server::{self, Server};
use crate::pdu::ChannelPdu;
use crate::pdu::licensing::{LicenseMessage, LicensePdu};
use crate::pdu::share::ShareDataPdu;
use crate::vocab::codes::{LicenseErrorCode, LicenseStateTransition};
use crate::vocab::{MessageKind, Stage};

const SUCCESS: (LicenseErrorCode, LicenseStateTransition) =
    (LicenseErrorCode::STATUS_VALID_CLIENT, LicenseStateTransition::ST_NO_TRANSITION);

impl Client {
    pub(super) fn on_license(&mut self, license: LicensePdu) {
        let kind = license.kind();
        match &license.message {
            LicenseMessage::ErrorAlert { error_code, state_transition, .. }
                if (*error_code, *state_transition) == SUCCESS =>
            {
                self.go(client::State::DemandActive);
            }
            LicenseMessage::ErrorAlert { .. } => self.core.fail(Blame::Refused(kind)),
            _ if self.declined_license => {
                self.core.fail(Blame::Local("the host insists on a licence exchange, which was declined"));
            }
            _ if !self.config.accept_license => self.decline_license(),
            _ if self.state.kinds().contains(&kind) => {
                self.core.push(Output::License(LicenseCall::Take(Box::new(license))));
            }
            _ => self.core.fail(Blame::Unexpected { expected: self.state.kinds(), got: kind }),
        }
    }

    /// Aborts the licence exchange; whether the connection goes on is the server's choice (MS-RDPELE 3.1.5.2).
    ///
    /// xrdp asks as a formality and goes on; a Windows session host may disconnect.
    fn decline_license(&mut self) {
        self.declined_license = true;
        self.core.send_io(ChannelPdu::License(LicensePdu::error_alert(
            LicenseErrorCode::ERR_NO_LICENSE,
            LicenseStateTransition::ST_TOTAL_ABORT,
        )));
    }

    pub(super) fn on_license_reply(&mut self, reply: LicenseReply) {
        match reply {
            LicenseReply::Send(message) => {
                self.core.send_io(ChannelPdu::License(*message));
                self.go(match self.state {
                    client::State::License => client::State::LicenseChallenge,
                    _ => client::State::LicenseIssue,
                });
            }
            LicenseReply::Done { last } => {
                self.core.send_license(last);
                self.go(client::State::DemandActive);
            }
            LicenseReply::Failed { last, failure } => {
                self.core.send_license(last);
                self.core.fail(Blame::License(failure));
            }
        }
    }
}

impl Server {
    pub(super) fn license(&mut self) {
        self.core.stage = Stage::Licensing;
        if let Some(code) = self.config.license_error_info {
            self.core.facts.share_id = super::capabilities::SHARE_ID;
            self.core.send_share(ShareDataPdu::SetErrorInfo(code));
            return self.core.fail(Blame::Local("the server's policy ends the connection in place of licensing"));
        }
        if self.config.license_exchange.is_none() {
            return self.license_alert();
        }
        self.go(server::State::LicenseAnswer);
        self.core.push(Output::License(LicenseCall::Begin));
    }

    /// The alert that policy asks for, with what follows from it.
    fn license_alert(&mut self) {
        let (error_code, state_transition) = self.config.license;
        self.core.send_io(ChannelPdu::License(LicensePdu::error_alert(error_code, state_transition)));
        if (error_code, state_transition) == SUCCESS {
            self.licensed();
        } else if state_transition == LicenseStateTransition::ST_TOTAL_ABORT {
            self.core.fail(Blame::Local("the server's policy refuses the licence"));
        } else {
            self.go(server::State::License);
        }
    }

    /// Licensing let the client in.
    fn licensed(&mut self) {
        self.ask_for_side_transports();
        self.demand_active();
    }

    /// A message of the exchange is due; whether it may be sent, or the alert went out in its place.
    fn may_send_license(&mut self, kind: MessageKind) -> bool {
        let replaced = self.config.license_exchange.and_then(|exchange| exchange.alert_at) == Some(kind);
        if replaced {
            self.license_alert();
        }
        !replaced
    }

    pub(super) fn on_license(&mut self, license: LicensePdu) {
        let kind = license.kind();
        match &license.message {
            LicenseMessage::ErrorAlert { .. } => self.on_declined(),
            _ if self.state.kinds().contains(&kind) => {
                self.core.push(Output::License(LicenseCall::Take(Box::new(license))));
            }
            _ => self.core.fail(Blame::Unexpected { expected: self.state.kinds(), got: kind }),
        }
    }

    /// The client aborts the exchange.
    fn on_declined(&mut self) {
        if self.config.license_exchange.is_some_and(|exchange| exchange.may_be_declined) {
            self.core.send_io(ChannelPdu::License(LicensePdu::error_alert(SUCCESS.0, SUCCESS.1)));
            self.licensed();
        } else {
            self.core.fail(Blame::Refused(MessageKind::LicenseErrorAlert));
        }
    }

    pub(super) fn on_license_reply(&mut self, reply: LicenseReply) {
        match reply {
            LicenseReply::Send(message) => {
                let kind = message.kind();
                if !self.may_send_license(kind) {
                    return;
                }
                self.core.send_io(ChannelPdu::License(*message));
                if kind != MessageKind::LicenseRequest {
                    self.go(server::State::LicenseResponse);
                }
            }
            LicenseReply::Done { last } => {
                if last.as_ref().is_some_and(|last| !self.may_send_license(last.kind())) {
                    return;
                }
                self.core.send_license(last);
                self.licensed();
            }
            LicenseReply::Failed { last, failure } => {
                self.core.send_license(last);
                self.core.fail(Blame::License(failure));
            }
        }
    }
}
