//! Secure settings exchange: Client Info. Network measurements may follow it.
//!
//! MS-RDPBCGR 3.2.5.3.11 (client), 3.3.5.3.11 (server).

use super::client::{self, Client};
use super::server::Server;
use crate::pdu::ChannelPdu;
use crate::pdu::client_info::{ClientInfo, ExtendedInfo};
use crate::vocab::Stage;

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
}

impl Server {
    pub(super) fn on_client_info(&mut self, info: &ClientInfo) {
        self.core.facts.user = (info.user_name.clone(), info.domain.clone());
        self.detect();
    }
}
