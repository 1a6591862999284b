//! The active stage: what a session does, and how it ends.
//!
//! MS-RDPBCGR 3.2.5.4 to 3.2.5.10 (client), 3.3.5.4 to 3.3.5.10 (server).

use super::client::{self, Client};
use super::config::Step;
use super::port::{Ending, Output};
use super::server::Server;
use crate::pdu::mcs::DisconnectProviderUltimatum;
use crate::pdu::message_channel::Heartbeat;
use crate::pdu::session_info::SaveSessionInfo;
use crate::pdu::share::ShareDataPdu;
use crate::pdu::{ChannelPdu, Message};
use crate::vocab::codes::McsReason;

impl Client {
    /// Leaves an active session in order: MCS Disconnect Provider Ultimatum, then the end.
    pub fn leave(&mut self) {
        if self.state != client::State::Active {
            return;
        }
        self.core.send(Message::McsDisconnectProviderUltimatum(DisconnectProviderUltimatum {
            reason: McsReason::RN_USER_REQUESTED,
        }));
        self.go(client::State::Leaving);
        self.core.end(Ending::Fin);
    }
}

impl Server {
    /// Plays the session's steps until one has to wait for the client.
    pub(super) fn play(&mut self) {
        self.tell_status();
        while let Some(step) = self.steps.pop_front() {
            let (user_name, domain) = self.core.facts.user.clone();
            let session_id = self.config.session_id;
            match step {
                Step::Logon => self.save_session_info(SaveSessionInfo::Logon { domain, user_name, session_id }),
                Step::LogonLong => {
                    self.save_session_info(SaveSessionInfo::LogonLong { domain, user_name, session_id });
                }
                Step::LogonPlain => self.save_session_info(SaveSessionInfo::PlainNotify),
                Step::ReconnectCookie => {
                    let auto_reconnect = Some((session_id, self.config.auto_reconnect_random));
                    self.save_session_info(SaveSessionInfo::Extended { auto_reconnect, logon_error: None });
                }
                Step::LogonError(kind, data) => self.save_session_info(SaveSessionInfo::Extended {
                    auto_reconnect: None,
                    logon_error: Some((kind, data)),
                }),
                Step::ErrorInfo(code) => self.core.send_share(ShareDataPdu::SetErrorInfo(code)),
                Step::Measure(measure) => self.detect_in_session(measure),
                Step::Heartbeat { period, count1, count2 } => {
                    self.heartbeat(Heartbeat { reserved: 0, period, count1, count2 });
                }
                Step::OpenDevices => self.open_devices(),
                Step::Draw => self.core.push(Output::Draw),
                Step::Deactivate => {
                    self.core.send_io(ChannelPdu::DeactivateAll(crate::pdu::activation::DeactivateAll {
                        pdu_source: super::SERVER_CHANNEL,
                        share_id: Some(self.core.facts.share_id),
                        source_descriptor: Some(vec![0]),
                    }));
                    return self.demand_active();
                }
                Step::Disconnect(reason) => {
                    self.core.send(Message::McsDisconnectProviderUltimatum(DisconnectProviderUltimatum { reason }));
                }
                Step::End(ending) => self.core.end(ending),
            }
        }
    }

    fn save_session_info(&mut self, info: SaveSessionInfo) {
        self.core.send_share(ShareDataPdu::SaveSessionInfo(info));
    }
}
