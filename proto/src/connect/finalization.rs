//! Connection finalization: Synchronize, Control, Font List and Font Map.
//!
//! MS-RDPBCGR 3.2.5.3.14 to 3.2.5.3.22 (client), 3.3.5.3.14 to 3.3.5.3.22 (server).

use super::client::{self, Client};
use super::facts::SERVER_CHANNEL;
use super::port::Output;
use super::server::{self, Server};
use crate::pdu::share::ShareDataPdu;

/// `CTRLACTION_REQUEST_CONTROL`.
const REQUEST_CONTROL: u16 = 1;
/// `CTRLACTION_GRANTED_CONTROL`.
const GRANTED_CONTROL: u16 = 2;
/// `CTRLACTION_COOPERATE`.
const COOPERATE: u16 = 4;

impl Client {
    pub(super) fn finalize(&mut self) {
        self.go(client::State::Finalization);
        let control = |action| ShareDataPdu::Control { action, grant_id: 0, control_id: 0 };
        self.core.send_share(ShareDataPdu::Synchronize { message_type: 1, target_user: SERVER_CHANNEL });
        self.core.send_share(control(COOPERATE));
        self.core.send_share(control(REQUEST_CONTROL));
        self.core.send_share(ShareDataPdu::FontList {
            number_fonts: 0,
            total_num_fonts: 0,
            list_flags: 3,
            entry_size: 50,
        });
    }

    pub(super) fn on_finalization(&mut self, pdu: &ShareDataPdu) {
        // Only Font Map ends the stage: some servers send it without granting control first.
        if matches!(pdu, ShareDataPdu::FontMap { .. } | ShareDataPdu::FontMapWithoutBody) {
            self.go(client::State::Active);
            self.core.push(Output::Activated);
        }
    }
}

impl Server {
    /// Both follow Confirm Active at once (MS-RDPBCGR 2.2.1.19, 2.2.1.20): a client may wait for them.
    pub(super) fn cooperate(&mut self) {
        let target_user = self.core.facts.user_channel;
        self.core.send_share(ShareDataPdu::Synchronize { message_type: 1, target_user });
        self.core.send_share(ShareDataPdu::Control { action: COOPERATE, grant_id: 0, control_id: 0 });
    }

    pub(super) fn on_finalization(&mut self, pdu: &ShareDataPdu) {
        match pdu {
            ShareDataPdu::Control { action: REQUEST_CONTROL, .. } => {
                let (grant_id, control_id) = (self.core.facts.user_channel, u32::from(SERVER_CHANNEL));
                self.core.send_share(ShareDataPdu::Control { action: GRANTED_CONTROL, grant_id, control_id });
            }
            ShareDataPdu::FontList { .. } => {
                self.core.send_share(ShareDataPdu::FontMap {
                    number_entries: 0,
                    total_num_entries: 0,
                    map_flags: 3,
                    entry_size: 4,
                });
                self.go(server::State::Active);
                self.core.push(Output::Activated);
                self.play();
            }
            // Synchronize, Cooperate, persistent keys, input that is early: nothing to answer.
            _ => {}
        }
    }
}
