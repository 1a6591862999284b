//! Capabilities exchange: Demand Active and Confirm Active.
//!
//! MS-RDPBCGR 3.2.5.3.13 (client), 3.3.5.3.13 (server).

use super::client::Client;
use super::facts::SERVER_CHANNEL;
use super::server::{self, Server};
use super::sets::{client_sets, server_sets};
use crate::pdu::ChannelPdu;
use crate::pdu::activation::{ConfirmActive, DemandActive};
use crate::pdu::capability::CapabilitySet;
use crate::vocab::Stage;

/// The share's id as Windows servers choose it.
pub(super) const SHARE_ID: u32 = 0x0001_03ea;
/// The smallest and largest desktop that a session is drawn on, pixels per side.
const DESKTOP_LIMITS: (u16, u16) = (64, 8192);

impl Client {
    pub(super) fn on_demand_active(&mut self, demand: &DemandActive) {
        self.core.facts.share_id = demand.share_id;
        for set in &demand.capability_sets {
            if let CapabilitySet::Bitmap(bitmap) = set {
                self.core.facts.desktop = (bitmap.desktop_width, bitmap.desktop_height);
            }
        }
        self.core.stage = Stage::CapabilitiesExchange;
        let confirm = ConfirmActive {
            pdu_source: self.core.facts.user_channel,
            share_id: demand.share_id,
            originator_id: SERVER_CHANNEL,
            source_descriptor: b"badrdp\0".to_vec(),
            capability_sets: client_sets(self.core.facts.desktop),
        };
        self.core.send_io(ChannelPdu::ConfirmActive(Box::new(confirm)));
        self.finalize();
    }
}

impl Server {
    pub(super) fn demand_active(&mut self) {
        if self.redirect() {
            return;
        }
        self.go(server::State::ConfirmActive);
        self.core.facts.share_id = SHARE_ID;
        let (least, most) = DESKTOP_LIMITS;
        let (width, height) = self.core.facts.desktop;
        self.core.facts.desktop = (width.clamp(least, most), height.clamp(least, most));
        let demand = DemandActive {
            pdu_source: SERVER_CHANNEL,
            share_id: SHARE_ID,
            source_descriptor: b"RDP\0".to_vec(),
            capability_sets: server_sets(self.core.facts.desktop),
            session_id: Some(0),
        };
        self.core.send_io(ChannelPdu::DemandActive(Box::new(demand)));
    }

    pub(super) fn on_confirm_active(&mut self, _confirm: &ConfirmActive) {
        self.go(server::State::Finalization);
        self.cooperate();
    }
}
