//! Specimens of MCS Connect with every GCC block.

use crate::pdu::gcc::{
    ChannelDef, ClientBlock, ClientCluster, ClientCore, ClientMessageChannel, ClientMonitor, ClientMonitorExtended,
    ClientMultitransport, ClientNetwork, ClientSecurity, MonitorAttributes, MonitorDef, ServerBlock, ServerCore,
    ServerMessageChannel, ServerMultitransport, ServerNetwork, ServerSecurity,
};
use crate::pdu::mcs::{ConnectInitial, ConnectResponse, DomainParameters};
use crate::pdu::x224::Protocols;
use crate::vocab::codes::McsResult;

/// As an RDP 10.12 client with two monitors sends it.
pub(super) fn connect_initial() -> ConnectInitial {
    ConnectInitial {
        calling_domain_selector: vec![1],
        called_domain_selector: vec![1],
        upward_flag: true,
        target_parameters: DomainParameters::TARGET,
        minimum_parameters: DomainParameters::MINIMUM,
        maximum_parameters: DomainParameters::MAXIMUM,
        conference_name: "1".to_owned(),
        h221_key: *b"Duca",
        blocks: vec![
            ClientBlock::Core(Box::new(core())),
            ClientBlock::Cluster(ClientCluster { flags: 0x0d, redirected_session_id: 0 }),
            ClientBlock::Security(ClientSecurity { encryption_methods: 0x1b, ext_encryption_methods: 0 }),
            ClientBlock::Network(ClientNetwork {
                channels: vec![
                    ChannelDef { name: *b"rdpsnd\0\0", options: 0xc000_0000 },
                    ChannelDef { name: *b"cliprdr\0", options: 0xc0a0_0000 },
                    ChannelDef { name: *b"drdynvc\0", options: 0xc080_0000 },
                ],
            }),
            ClientBlock::Monitor(ClientMonitor {
                flags: 0,
                monitors: vec![
                    MonitorDef { left: 0, top: 0, right: 1023, bottom: 767, flags: 1 },
                    MonitorDef { left: -1024, top: 0, right: -1, bottom: 767, flags: 0 },
                ],
            }),
            ClientBlock::MessageChannel(ClientMessageChannel { flags: 0 }),
            ClientBlock::MonitorExtended(ClientMonitorExtended {
                flags: 0,
                monitors: vec![attributes(), attributes()],
            }),
            ClientBlock::Multitransport(ClientMultitransport { flags: 0x0301 }),
        ],
    }
}

fn core() -> ClientCore {
    ClientCore {
        version: 0x0008_0011,
        desktop_width: 1024,
        desktop_height: 768,
        color_depth: 0xca01,
        sas_sequence: 0xaa03,
        keyboard_layout: 0x0409,
        client_build: 22_621,
        client_name: "ELTONS-DEV2".to_owned(),
        keyboard_type: 4,
        keyboard_sub_type: 0,
        keyboard_function_key: 12,
        ime_file_name: String::new(),
        post_beta2_color_depth: Some(0xca01),
        client_product_id: Some(1),
        serial_number: Some(0),
        high_color_depth: Some(24),
        supported_color_depths: Some(0x0f),
        early_capability_flags: Some(0x0dff),
        client_dig_product_id: Some("00000-000-0000000-00000".to_owned()),
        connection_type: Some(7),
        pad1_octet: Some(0),
        server_selected_protocol: Some(Protocols::SSL),
        desktop_physical_width: Some(344),
        desktop_physical_height: Some(194),
        desktop_orientation: Some(0),
        desktop_scale_factor: Some(125),
        device_scale_factor: Some(100),
        rest: Vec::new(),
    }
}

const fn attributes() -> MonitorAttributes {
    MonitorAttributes {
        physical_width: 344,
        physical_height: 194,
        orientation: 0,
        desktop_scale_factor: 125,
        device_scale_factor: 100,
    }
}

/// As a Windows server answers over TLS, with every block.
pub(super) fn connect_response() -> ConnectResponse {
    ConnectResponse {
        result: McsResult::RT_SUCCESSFUL,
        called_connect_id: 0,
        domain_parameters: DomainParameters::RESPONSE,
        node_id: 0x79f3,
        tag: 1,
        gcc_result: 0,
        h221_key: *b"McDn",
        blocks: vec![
            ServerBlock::Core(ServerCore {
                version: 0x0008_0011,
                client_requested_protocols: Some(Protocols::SSL.union(Protocols::HYBRID).union(Protocols::HYBRID_EX)),
                early_capability_flags: Some(ServerCore::SKIP_CHANNELJOIN_SUPPORTED | 0x05),
            }),
            ServerBlock::Network(ServerNetwork { io_channel: 1003, channel_ids: vec![1004, 1005, 1006] }),
            ServerBlock::Security(ServerSecurity::default()),
            ServerBlock::MessageChannel(ServerMessageChannel { mcs_channel_id: 1007 }),
            ServerBlock::Multitransport(ServerMultitransport { flags: 0x0301 }),
        ],
    }
}
