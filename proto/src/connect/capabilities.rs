//! Capabilities exchange: Demand Active and Confirm Active.
//!
//! MS-RDPBCGR 3.2.5.3.13 (client), 3.3.5.3.13 (server).

use super::client::Client;
use super::facts::SERVER_CHANNEL;
use super::server::{self, Server};
use crate::pdu::ChannelPdu;
use crate::pdu::activation::{ConfirmActive, DemandActive};
use crate::pdu::capability::{Bitmap, CapabilitySet, General};

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
        self.core.stage = crate::vocab::Stage::CapabilitiesExchange;
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
    }
}

const fn general() -> General {
    General {
        os_major_type: 1,
        os_minor_type: 3,
        protocol_version: 0x0200,
        pad2_octets_a: 0,
        general_compression_types: 0,
        // FASTPATH_OUTPUT_SUPPORTED, LONG_CREDENTIALS_SUPPORTED, NO_BITMAP_COMPRESSION_HDR.
        extra_flags: 0x0405,
        update_capability_flag: 0,
        remote_unshare_flag: 0,
        general_compression_level: 0,
        refresh_rect_support: 1,
        suppress_output_support: 1,
    }
}

const fn bitmap((desktop_width, desktop_height): (u16, u16)) -> Bitmap {
    Bitmap {
        preferred_bits_per_pixel: 16,
        receive_1_bit_per_pixel: 1,
        receive_4_bits_per_pixel: 1,
        receive_8_bits_per_pixel: 1,
        desktop_width,
        desktop_height,
        pad2_octets: 0,
        desktop_resize_flag: 1,
        bitmap_compression_flag: 1,
        high_color_flags: 0,
        drawing_flags: 0,
        multiple_rectangle_support: 1,
        pad2_octets_b: 0,
    }
}

fn server_sets(desktop: (u16, u16)) -> Vec<CapabilitySet> {
    vec![CapabilitySet::General(general()), CapabilitySet::Bitmap(bitmap(desktop))]
}

fn client_sets(desktop: (u16, u16)) -> Vec<CapabilitySet> {
    vec![CapabilitySet::General(general()), CapabilitySet::Bitmap(bitmap(desktop))]
}
