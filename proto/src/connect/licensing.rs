//! Licensing: the error alert that ends it, one way or the other.
//!
//! MS-RDPBCGR 3.2.5.3.12 (client), 3.3.5.3.12 (server).

use super::client::{self, Client};
use super::port::Blame;
use super::server::{self, Server};
use crate::pdu::ChannelPdu;
use crate::pdu::licensing::{LicenseMessage, LicensePdu};
use crate::pdu::share::ShareDataPdu;
use crate::vocab::codes::{LicenseErrorCode, LicenseStateTransition};
use crate::vocab::{MessageKind, Stage};

const SUCCESS: (LicenseErrorCode, LicenseStateTransition) =
    (LicenseErrorCode::STATUS_VALID_CLIENT, LicenseStateTransition::ST_NO_TRANSITION);

impl Client {
    pub(super) fn on_license(&mut self, license: &LicensePdu) {
        match &license.message {
            LicenseMessage::ErrorAlert { error_code, state_transition, .. }
                if (*error_code, *state_transition) == SUCCESS =>
            {
                self.go(client::State::DemandActive);
            }
            LicenseMessage::ErrorAlert { .. } => self.core.fail(Blame::Refused(MessageKind::LicenseErrorAlert)),
            LicenseMessage::Other { .. } if self.declined_license => {
                self.core.fail(Blame::Local("the host insists on a licence exchange, which is not spoken here"));
            }
            LicenseMessage::Other { .. } => self.decline_license(),
        }
    }
}

impl Client {
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
}

impl Server {
    pub(super) fn license(&mut self) {
        self.core.stage = Stage::Licensing;
        if let Some(code) = self.config.license_error_info {
            self.core.facts.share_id = super::capabilities::SHARE_ID;
            self.core.send_share(ShareDataPdu::SetErrorInfo(code));
            return self.core.fail(Blame::Local("the server's policy ends the connection in place of licensing"));
        }
        let (error_code, state_transition) = self.config.license;
        self.core.send_io(ChannelPdu::License(LicensePdu::error_alert(error_code, state_transition)));
        if (error_code, state_transition) == SUCCESS {
            self.ask_for_side_transports();
            self.demand_active();
        } else if state_transition == LicenseStateTransition::ST_TOTAL_ABORT {
            self.core.fail(Blame::Local("the server's policy refuses the licence"));
        } else {
            self.go(server::State::License);
        }
    }
}
