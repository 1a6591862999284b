//! Secure settings exchange: Client Info. Network measurements may follow it.
//!
//! MS-RDPBCGR 3.2.5.3.11 (client), 3.3.5.3.11 (server).

use super::client::{self, Client};
use super::server::Server;
use crate::pdu::ChannelPdu;
use crate::pdu::client_info::{ClientInfo, ExtendedInfo};
use crate::vocab::Stage;

/// `AF_INET` and `AF_INET6` (MS-RDPBCGR 2.2.1.11.1.1.1).
const AF_INET: u16 = 0x0002;
const AF_INET6: u16 = 0x0017;

impl Client {
    pub(super) fn send_client_info(&mut self) {
        self.core.stage = Stage::SecureSettingsExchange;
        let (family, address) = if self.config.ipv6 { (AF_INET6, "::") } else { (AF_INET, "0.0.0.0") };
        let password = self.password.take();
        let autologon = if password.is_some() { ClientInfo::AUTOLOGON } else { 0 };
        let info = ClientInfo {
            code_page: 0,
            flags: autologon
                | ClientInfo::MOUSE
                | ClientInfo::DISABLE_CTRL_ALT_DEL
                | ClientInfo::UNICODE
                | ClientInfo::MAXIMIZE_SHELL
                | ClientInfo::LOGON_NOTIFY
                | ClientInfo::ENABLE_WINDOWS_KEY
                | ClientInfo::LOGON_ERRORS,
            extra_info: Some(ExtendedInfo {
                client_address_family: family,
                client_address: address.to_owned(),
                client_dir: "C:\\Windows\\System32\\mstscax.dll".to_owned(),
                client_time_zone: Some(Box::default()),
                client_session_id: Some(0),
                performance_flags: Some(0),
                auto_reconnect_cookie: self.config.reconnect.map(|cookie| cookie.to_bytes()),
                ..ExtendedInfo::default()
            }),
            domain: self.config.user.as_ref().map(|(domain, _)| domain.clone()).unwrap_or_default(),
            user_name: self.config.user.as_ref().map(|(_, user)| user.clone()).unwrap_or_default(),
            password: password.unwrap_or_default(),
            ..ClientInfo::default()
        };
        self.core.send_io(ChannelPdu::ClientInfo(Box::new(info)));
        self.go(client::State::License);
    }
}

impl Server {
    pub(super) fn on_client_info(&mut self, info: &ClientInfo) {
        self.core.facts.user = (info.user_name.clone(), info.domain.clone());
        self.check_cookie(info);
        self.detect();
    }
}
