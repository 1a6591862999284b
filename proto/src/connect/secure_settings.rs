//! Secure settings exchange: Client Info, and the network measurements that may follow it.
//!
//! MS-RDPBCGR 3.2.5.3.11 (client), 3.3.5.3.11 (server); auto-detect: 3.2.5.16.

use super::client::{self, Client};
use super::server::Server;
use crate::pdu::ChannelPdu;
use crate::pdu::autodetect::{InitiateMultitransportRequest, InitiateMultitransportResponse, Request, Response};
use crate::pdu::client_info::{ClientInfo, ExtendedInfo};
use crate::vocab::Stage;

/// RTT Measure Request while connecting and later (MS-RDPBCGR 2.2.14.1.1).
const RTT_REQUESTS: [u16; 2] = [0x1001, 0x0001];
/// RTT Measure Response (MS-RDPBCGR 2.2.14.2.1).
const RTT_RESPONSE: u16 = 0x0000;
/// `E_ABORT`: the client does without the side transport (MS-RDPBCGR 2.2.15.2).
const E_ABORT: u32 = 0x8000_4004;

impl Client {
    pub(super) fn send_client_info(&mut self) {
        self.core.stage = Stage::SecureSettingsExchange;
        let info = ClientInfo {
            code_page: 0,
            flags: ClientInfo::MOUSE
                | ClientInfo::DISABLE_CTRL_ALT_DEL
                | ClientInfo::UNICODE
                | ClientInfo::MAXIMIZE_SHELL
                | ClientInfo::LOGON_NOTIFY
                | ClientInfo::ENABLE_WINDOWS_KEY
                | ClientInfo::LOGON_ERRORS,
            extra_info: Some(ExtendedInfo {
                client_address_family: 2,
                client_address: "0.0.0.0".to_owned(),
                client_dir: "C:\\Windows\\System32\\mstscax.dll".to_owned(),
                client_time_zone: Some(Box::default()),
                client_session_id: Some(0),
                performance_flags: Some(0),
                ..ExtendedInfo::default()
            }),
            domain: self.config.user.as_ref().map(|(domain, _)| domain.clone()).unwrap_or_default(),
            user_name: self.config.user.as_ref().map(|(_, user)| user.clone()).unwrap_or_default(),
            ..ClientInfo::default()
        };
        self.core.send_io(ChannelPdu::ClientInfo(Box::new(info)));
        self.go(client::State::License);
    }

    pub(super) fn on_auto_detect(&mut self, request: &Request) {
        let Some(channel) = self.core.facts.message_channel else { return };
        if RTT_REQUESTS.contains(&request.request_type) {
            let response =
                Response { sequence_number: request.sequence_number, response_type: RTT_RESPONSE, body: Vec::new() };
            self.core.send_on(channel, ChannelPdu::AutoDetectResponse(response));
        }
    }

    pub(super) fn decline_multitransport(&mut self, request: InitiateMultitransportRequest) {
        let Some(channel) = self.core.facts.message_channel else { return };
        let response = InitiateMultitransportResponse { request_id: request.request_id, hr_response: E_ABORT };
        self.core.send_on(channel, ChannelPdu::InitiateMultitransportResponse(response));
    }
}

impl Server {
    pub(super) fn on_client_info(&mut self, info: &ClientInfo) {
        self.core.facts.user = (info.user_name.clone(), info.domain.clone());
        self.license();
    }
}
