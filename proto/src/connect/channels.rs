//! Channel connection: Erect Domain, Attach User, Channel Joins.
//!
//! MS-RDPBCGR 3.2.5.3.5 to 3.2.5.3.9 (client), 3.3.5.3.5 to 3.3.5.3.9 (server).

use super::client::{self, Client};
use super::port::Blame;
use super::server::{self, Server};
use crate::pdu::Message;
use crate::pdu::mcs::{AttachUserConfirm, ChannelJoinConfirm, ChannelJoinRequest};
use crate::vocab::MessageKind;
use crate::vocab::codes::McsResult;

impl Client {
    pub(super) fn on_attach(&mut self, confirm: AttachUserConfirm) {
        match confirm.initiator {
            _ if confirm.result != McsResult::RT_SUCCESSFUL => {
                self.core.fail(Blame::Refused(MessageKind::McsAttachUserConfirm));
            }
            None => self.core.fail(Blame::Violated("a successful Attach User Confirm must carry an initiator")),
            Some(user) => {
                self.core.facts.user_channel = user;
                if self.core.facts.skips_joins { self.send_client_info() } else { self.join(0) }
            }
        }
    }

    /// The nth channel to join: user, I/O, message, then the static channels.
    fn nth_join(&self, index: usize) -> Option<u16> {
        let facts = &self.core.facts;
        [facts.user_channel, facts.io_channel]
            .into_iter()
            .chain(facts.message_channel)
            .chain(facts.channels.iter().copied().filter(|id| *id != 0))
            .nth(index)
    }

    fn join(&mut self, index: usize) {
        match self.nth_join(index) {
            None => self.send_client_info(),
            Some(channel_id) => {
                self.go(client::State::ChannelJoinConfirm(index));
                let initiator = self.core.facts.user_channel;
                self.core.send(Message::McsChannelJoinRequest(ChannelJoinRequest { initiator, channel_id }));
            }
        }
    }

    pub(super) fn on_join(&mut self, index: usize, confirm: ChannelJoinConfirm) {
        let asked = self.nth_join(index);
        if confirm.result != McsResult::RT_SUCCESSFUL {
            self.core.fail(Blame::Refused(MessageKind::McsChannelJoinConfirm));
        } else if confirm.channel_id != asked {
            self.core.fail(Blame::Violated("a Channel Join Confirm must name the channel that was asked for"));
        } else {
            self.join(index + 1);
        }
    }
}

impl Server {
    pub(super) fn on_attach(&mut self) {
        let result = self.config.attach_result;
        let granted = result == McsResult::RT_SUCCESSFUL;
        let user = self.free_channel();
        self.core.facts.user_channel = user;
        let initiator = granted.then_some(user);
        self.core.send(Message::McsAttachUserConfirm(AttachUserConfirm { result, initiator }));
        if granted {
            self.go(server::State::ChannelJoins);
        } else {
            self.core.fail(Blame::Local("the server's policy refuses Attach User"));
        }
    }

    pub(super) fn on_join(&mut self, request: ChannelJoinRequest) {
        self.joins = self.joins.saturating_add(1);
        let facts = &self.core.facts;
        let known = request.channel_id == facts.user_channel
            || request.channel_id == facts.io_channel
            || Some(request.channel_id) == facts.message_channel
            || facts.channels.contains(&request.channel_id);
        let result = match self.config.join_refusal {
            Some((number, result)) if number == self.joins => result,
            _ if known => McsResult::RT_SUCCESSFUL,
            _ => McsResult::RT_NO_SUCH_CHANNEL,
        };
        let channel_id = (result == McsResult::RT_SUCCESSFUL).then_some(request.channel_id);
        self.core.send(Message::McsChannelJoinConfirm(ChannelJoinConfirm {
            result,
            initiator: request.initiator,
            requested: request.channel_id,
            channel_id,
        }));
    }
}
