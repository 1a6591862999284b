//! Basic settings exchange: MCS Connect Initial and Response with their GCC blocks.
//!
//! MS-RDPBCGR 3.2.5.3.3, 3.2.5.3.4 (client), 3.3.5.3.3, 3.3.5.3.4 (server).

use super::client::{self, Client};
use super::config::NegotiationPolicy;
use super::facts::{FIRST_STATIC_CHANNEL, SERVER_CHANNEL};
use super::port::{Blame, Ending};
use super::server::{self, Server};
use super::settings_rules;
use crate::pdu::Message;
use crate::pdu::device::DeviceRedirection;
use crate::pdu::gcc::{
    ChannelDef, ClientBlock, ClientCluster, ClientCore, ClientMessageChannel, ClientMultitransport, ClientNetwork,
    ClientSecurity, ServerBlock, ServerCore, ServerMessageChannel, ServerMultitransport, ServerNetwork, ServerSecurity,
};
use crate::pdu::mcs::{ConnectInitial, ConnectResponse, DomainParameters, ErectDomainRequest};
use crate::pdu::x224::Protocols;
use crate::vocab::codes::McsResult;
use crate::vocab::{MessageKind, Stage};

/// RDP 10.12, the newest version in MS-RDPBCGR 2.2.1.3.2 and 2.2.1.4.2.
const VERSION: u32 = 0x0008_0011;
/// `REDIRECTION_SUPPORTED`, ServerSessionRedirectionVersion 4 (MS-RDPBCGR 2.2.1.3.5).
const REDIRECTION: u32 = 0x0000_000d;
/// Channels above this are refused by Windows (MS-RDPBCGR 2.2.1.3.4).
const MAX_CHANNELS: usize = 31;

impl Client {
    pub(super) fn connect_settings(&mut self) {
        self.go(client::State::ConnectResponse);
        let initial = self.connect_initial();
        self.core.send(Message::McsConnectInitial(Box::new(initial)));
    }

    fn connect_initial(&self) -> ConnectInitial {
        let selected = self.core.facts.selected.unwrap_or_default();
        let mut early = ClientCore::SUPPORT_ERRINFO_PDU
            | ClientCore::STRONG_ASYMMETRIC_KEYS
            | ClientCore::SUPPORT_NETCHAR_AUTODETECT
            | ClientCore::SUPPORT_HEARTBEAT_PDU;
        if self.config.skip_channel_join {
            early |= ClientCore::SUPPORT_SKIP_CHANNELJOIN;
        }
        let core = ClientCore {
            version: VERSION,
            desktop_width: self.config.desktop.0,
            desktop_height: self.config.desktop.1,
            color_depth: 0xca01,
            sas_sequence: 0xaa03,
            keyboard_layout: 0x0409,
            client_build: 22_621,
            client_name: self.config.client_name.clone(),
            keyboard_type: 4,
            keyboard_sub_type: 0,
            keyboard_function_key: 12,
            ime_file_name: String::new(),
            post_beta2_color_depth: Some(0xca01),
            client_product_id: Some(1),
            serial_number: Some(0),
            high_color_depth: Some(16),
            supported_color_depths: Some(0x000f),
            early_capability_flags: Some(early),
            client_dig_product_id: Some(String::new()),
            connection_type: Some(0),
            pad1_octet: Some(0),
            server_selected_protocol: Some(selected),
            ..ClientCore::default()
        };
        // Methods are offered only where standard RDP security was selected: the answer tells the host's policy.
        let encryption_methods = if selected == Protocols::RDP { 0x0000_001b } else { 0 };
        let channels = self.config.channels.iter().map(|name| channel_def(name)).collect();
        let mut blocks = vec![
            ClientBlock::Core(Box::new(core)),
            ClientBlock::Cluster(self.cluster()),
            ClientBlock::Security(ClientSecurity { encryption_methods, ext_encryption_methods: 0 }),
            ClientBlock::Network(ClientNetwork { channels }),
        ];
        // Extended blocks are for servers that announce that they know them (MS-RDPBCGR 2.2.1.3.7, 2.2.1.3.8).
        if self.core.facts.response_flags & NegotiationPolicy::EXTENDED_CLIENT_DATA != 0 {
            blocks.push(ClientBlock::MessageChannel(ClientMessageChannel { flags: 0 }));
            if self.config.side_transports != 0 {
                blocks.push(ClientBlock::Multitransport(ClientMultitransport { flags: self.config.side_transports }));
            }
        }
        ConnectInitial {
            calling_domain_selector: vec![1],
            called_domain_selector: vec![1],
            upward_flag: true,
            target_parameters: DomainParameters::TARGET,
            minimum_parameters: DomainParameters::MINIMUM,
            maximum_parameters: DomainParameters::MAXIMUM,
            conference_name: "1".to_owned(),
            h221_key: *b"Duca",
            blocks,
        }
    }

    const fn cluster(&self) -> ClientCluster {
        match self.config.redirected_session {
            Some(redirected_session_id) => {
                let flags = REDIRECTION | ClientCluster::REDIRECTED_SESSIONID_FIELD_VALID;
                ClientCluster { flags, redirected_session_id }
            }
            None => ClientCluster { flags: REDIRECTION, redirected_session_id: 0 },
        }
    }

    pub(super) fn on_connect_response(&mut self, response: &ConnectResponse) {
        if response.result != McsResult::RT_SUCCESSFUL || response.gcc_result != 0 {
            return self.core.fail(Blame::Refused(MessageKind::McsConnectResponse));
        }
        if let Some(rule) = settings_rules::broken(response, &self.core.facts, self.config.channels.len()) {
            return self.core.fail(Blame::Violated(rule));
        }
        let mut encrypted = false;
        for block in &response.blocks {
            match block {
                ServerBlock::Core(core) => {
                    let flags = core.early_capability_flags.unwrap_or(0);
                    self.core.facts.skips_joins =
                        self.config.skip_channel_join && flags & ServerCore::SKIP_CHANNELJOIN_SUPPORTED != 0;
                }
                ServerBlock::Security(security) => encrypted = security.encryption_method != 0,
                ServerBlock::Network(net) => {
                    self.core.facts.io_channel = net.io_channel;
                    self.core.facts.channels.clone_from(&net.channel_ids);
                    let devices = self.config.channels.iter().position(|name| name == DeviceRedirection::CHANNEL);
                    let id = devices.and_then(|place| net.channel_ids.get(place).copied());
                    self.core.facts.device_channel = id.filter(|id| *id != 0);
                }
                ServerBlock::MessageChannel(message) => {
                    self.core.facts.message_channel = Some(message.mcs_channel_id).filter(|id| *id != 0);
                }
                ServerBlock::Multitransport(_) | ServerBlock::Unknown(_) => {}
            }
        }
        if self.config.stop_after_settings {
            return self.core.end(Ending::Fin);
        }
        if encrypted {
            return self
                .core
                .fail(Blame::Local("the host wants standard RDP security with encryption, which is not spoken here"));
        }
        self.core.stage = Stage::ChannelConnection;
        self.core.send(Message::McsErectDomainRequest(ErectDomainRequest::default()));
        self.core.send(Message::McsAttachUserRequest);
        self.go(client::State::AttachUserConfirm);
    }
}

/// `CHANNEL_DEF` with the options that Windows clients send: initialized, encrypted, compressed, show protocol.
fn channel_def(name: &str) -> ChannelDef {
    let mut padded = [0; 8];
    for (slot, byte) in padded.iter_mut().zip(name.bytes().take(7)) {
        *slot = byte;
    }
    ChannelDef { name: padded, options: 0xc0a0_0000 }
}

impl Server {
    pub(super) fn on_connect_initial(&mut self, initial: &ConnectInitial) {
        self.core.stage = Stage::BasicSettingsExchange;
        let mut asked = 0;
        let mut message_channel = false;
        let mut skip = false;
        for block in &initial.blocks {
            match block {
                ClientBlock::Core(core) => {
                    let flags = core.early_capability_flags.unwrap_or(0);
                    let facts = &mut self.core.facts;
                    facts.client_name.clone_from(&core.client_name);
                    facts.desktop = (core.desktop_width, core.desktop_height);
                    facts.understands_error_info = flags & ClientCore::SUPPORT_ERRINFO_PDU != 0;
                    facts.auto_detects = flags & ClientCore::SUPPORT_NETCHAR_AUTODETECT != 0;
                    facts.understands_heartbeats = flags & ClientCore::SUPPORT_HEARTBEAT_PDU != 0;
                    skip = flags & ClientCore::SUPPORT_SKIP_CHANNELJOIN != 0;
                }
                ClientBlock::Network(network) => asked = network.channels.len().min(MAX_CHANNELS),
                ClientBlock::MessageChannel(_) => message_channel = true,
                ClientBlock::Multitransport(announced) => self.core.facts.side_transports = announced.flags,
                _ => {}
            }
        }
        self.core.facts.skips_joins = self.config.skip_channel_join && skip;
        self.number_channels(asked, message_channel);
        let facts = &mut self.core.facts;
        facts.device_channel = initial.device_redirection().and_then(|place| facts.channels.get(place).copied());

        let response = self.connect_response(message_channel);
        self.core.send(Message::McsConnectResponse(Box::new(response)));
        if self.config.connect_result == McsResult::RT_SUCCESSFUL {
            self.go(server::State::ErectDomain);
        } else {
            self.core.fail(Blame::Local("the server's policy refuses MCS Connect"));
        }
    }

    /// Gives every channel an id of its own; those that the configuration leaves open step aside.
    fn number_channels(&mut self, asked: usize, message_channel: bool) {
        self.core.facts.io_channel = self.config.io_channel;
        let chosen = self.config.message_channel.filter(|id| *id != 0);
        self.core.facts.message_channel = chosen.filter(|_| message_channel);
        for _ in 0..asked {
            let id = self.free_channel();
            self.core.facts.channels.push(id);
        }
        if message_channel && self.config.message_channel.is_none() {
            self.core.facts.message_channel = Some(self.free_channel());
        }
    }

    /// The lowest id that no channel has.
    pub(super) fn free_channel(&self) -> u16 {
        let facts = &self.core.facts;
        let taken = |id: &u16| {
            [SERVER_CHANNEL, facts.io_channel].contains(id)
                || facts.message_channel == Some(*id)
                || facts.channels.contains(id)
        };
        (FIRST_STATIC_CHANNEL..=u16::MAX).find(|id| !taken(id)).unwrap_or(u16::MAX)
    }

    fn connect_response(&self, message_channel: bool) -> ConnectResponse {
        let facts = &self.core.facts;
        let early = if facts.skips_joins { ServerCore::SKIP_CHANNELJOIN_SUPPORTED } else { 0 };
        let mut blocks = vec![
            ServerBlock::Core(ServerCore {
                version: VERSION,
                client_requested_protocols: Some(facts.requested.unwrap_or_default()),
                early_capability_flags: Some(early),
            }),
            ServerBlock::Network(ServerNetwork { io_channel: facts.io_channel, channel_ids: facts.channels.clone() }),
            // Under TLS both are zero; under standard RDP security they mean "no encryption".
            ServerBlock::Security(ServerSecurity::default()),
        ];
        if message_channel {
            // Zero: there is none.
            let mcs_channel_id = facts.message_channel.unwrap_or(0);
            blocks.push(ServerBlock::MessageChannel(ServerMessageChannel { mcs_channel_id }));
        }
        // Only for clients that have announced theirs (MS-RDPBCGR 2.2.1.4.6).
        if !self.config.side_transports.is_empty() && facts.side_transports != 0 {
            let flags = self.config.side_transports.iter().fold(0, |all, transport| all | transport.flag());
            blocks.push(ServerBlock::Multitransport(ServerMultitransport { flags }));
        }
        ConnectResponse {
            result: self.config.connect_result,
            called_connect_id: 0,
            domain_parameters: DomainParameters::RESPONSE,
            node_id: 0x79f3,
            tag: 1,
            gcc_result: 0,
            h221_key: *b"McDn",
            blocks,
        }
    }
}
