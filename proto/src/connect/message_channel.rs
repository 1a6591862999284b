//! What else the message channel carries: side transports and heartbeats.
//!
//! MS-RDPBCGR 1.3.1.1, 2.2.15, 2.2.16.

use super::client::Client;
use super::port::Output;
use super::server::Server;
use crate::pdu::ChannelPdu;
use crate::pdu::message_channel::{Heartbeat, InitiateMultitransportRequest, InitiateMultitransportResponse};

/// `E_ABORT`: the side transport could not be opened (MS-RDPBCGR 2.2.15.2).
const E_ABORT: u32 = 0x8000_4004;

impl Client {
    pub(super) fn decline_multitransport(&mut self, request: InitiateMultitransportRequest) {
        let Some(channel) = self.core.facts.message_channel else { return };
        let response = InitiateMultitransportResponse { request_id: request.request_id, hr_response: E_ABORT };
        self.core.send_on(channel, ChannelPdu::InitiateMultitransportResponse(response));
    }
}

impl Server {
    /// Asks for side transports; the connection goes on meanwhile.
    pub(super) fn ask_for_side_transports(&mut self) {
        let wanted = core::mem::take(&mut self.config.side_transports);
        for (transport, request_id) in wanted.into_iter().zip(1..) {
            let facts = &self.core.facts;
            let announced = facts.side_transports & transport.flag() != 0;
            let Some(channel) = facts.message_channel.filter(|_| announced) else {
                let because = if announced {
                    "there is no message channel"
                } else {
                    "the client did not announce it in its multitransport channel data"
                };
                self.core.push(Output::Skipped { what: "a side transport", because });
                continue;
            };
            let request = InitiateMultitransportRequest {
                request_id,
                requested_protocol: transport.protocol(),
                reserved: 0,
                security_cookie: self.config.side_transport_cookie,
            };
            self.core.send_on(channel, ChannelPdu::InitiateMultitransportRequest(request));
        }
    }

    pub(super) fn heartbeat(&mut self, heartbeat: Heartbeat) {
        let facts = &self.core.facts;
        match facts.message_channel.filter(|_| facts.understands_heartbeats) {
            Some(channel) => self.core.send_on(channel, ChannelPdu::Heartbeat(heartbeat)),
            None => {
                let because = if facts.understands_heartbeats {
                    "there is no message channel"
                } else {
                    "the client did not announce RNS_UD_CS_SUPPORT_HEARTBEAT_PDU"
                };
                self.core.push(Output::Skipped { what: "a heartbeat", because });
            }
        }
    }
}
