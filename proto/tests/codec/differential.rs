//! A second opinion: `ironrdp-pdu` reads the same fields from the same bytes, and writes them back.

use badrdp_proto::pdu::gcc::{ClientBlock, ServerBlock};
use badrdp_proto::pdu::mcs::{self, DomainParameters};
use badrdp_proto::pdu::x224::{NegotiationAnswer, Protocols, Token};
use badrdp_proto::pdu::{Message, Side, decode, specimen};
use badrdp_proto::vocab::MessageKind;
use badrdp_proto::vocab::codes::{McsReason, McsResult, NegotiationFailureCode};
use ironrdp_core::{Decode, Encode, decode as read, encode_vec as write};
use ironrdp_pdu::x224::{X224, X224Data};
use ironrdp_pdu::{gcc, mcs as their_mcs, nego};

use crate::support::{context, vectors};

fn specimen_of(kind: MessageKind) -> (Message, Vec<u8>) {
    let message = specimen::specimen(kind).unwrap();
    let frame = message.encode();
    (message, frame)
}

/// They read our frame; what they read, written by them, is our frame again.
fn theirs<T>(frame: &[u8]) -> T
where
    X224<T>: for<'a> Decode<'a> + Encode,
{
    let theirs: X224<T> = read(frame).unwrap_or_else(|error| panic!("{error}: {frame:02x?}"));
    assert_eq!(write(&theirs).unwrap(), frame, "they write other bytes");
    theirs.0
}

#[test]
fn connection_requests() {
    for (token, flags, protocols) in [
        (None, 0, 0),
        (Some(Token::Cookie(b"eltons".to_vec())), 0, 0),
        (Some(Token::Cookie(b"a".to_vec())), 1, 1),
        (Some(Token::Routing(b"Cookie: msts=3640205228.15629.0000".to_vec())), 2, 0x1f),
    ] {
        let (Message::X224ConnectionRequest(mut request), _) = specimen_of(MessageKind::X224ConnectionRequest) else {
            panic!()
        };
        let negotiation = request.negotiation.as_mut().unwrap();
        (negotiation.flags, negotiation.requested_protocols) = (flags, Protocols(protocols));
        (request.token, request.correlation) = (token, None);
        let frame = Message::X224ConnectionRequest(request.clone()).encode();
        let theirs: nego::ConnectionRequest = theirs(&frame);
        assert_eq!((theirs.flags.bits(), theirs.protocol.bits()), (flags, protocols));
        match (request.token, theirs.nego_data) {
            (None, None) => {}
            (Some(Token::Cookie(ours)), Some(nego::NegoRequestData::Cookie(theirs))) => {
                assert_eq!(ours, theirs.0.into_bytes());
            }
            (Some(Token::Routing(ours)), Some(nego::NegoRequestData::RoutingToken(theirs))) => {
                // They keep what stands behind the prefix.
                assert_eq!(ours.strip_prefix(b"Cookie: msts="), Some(theirs.0.as_bytes()));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn connection_confirms() {
    let (Message::X224ConnectionConfirm(mut confirm), _) = specimen_of(MessageKind::X224ConnectionConfirm) else {
        panic!()
    };
    // They always write zero there.
    confirm.src_ref = 0;
    for (flags, protocols) in [(0, 0), (1, 1), (0x1b, 2), (2, 8)] {
        let selected_protocol = Protocols(protocols);
        confirm.negotiation = Some(NegotiationAnswer::Response { flags, selected_protocol });
        let frame = Message::X224ConnectionConfirm(confirm.clone()).encode();
        let nego::ConnectionConfirm::Response { flags: bits, protocol } = theirs(&frame) else { panic!() };
        assert_eq!((bits.bits(), protocol.bits()), (flags, protocols));
    }
    for code in 1..=6 {
        let failure_code = NegotiationFailureCode(code);
        confirm.negotiation = Some(NegotiationAnswer::Failure { flags: 0, failure_code });
        let frame = Message::X224ConnectionConfirm(confirm.clone()).encode();
        let nego::ConnectionConfirm::Failure { code: theirs } = theirs(&frame) else { panic!() };
        assert_eq!(u32::from(theirs), code);
    }
}

#[test]
fn domain_pdus() {
    let Message::McsErectDomainRequest(ours) = decode_theirs(
        &write(&X224(their_mcs::ErectDomainPdu { sub_height: 5, sub_interval: 0x1234 })).unwrap(),
        Side::Client,
    ) else {
        panic!()
    };
    assert_eq!((ours.sub_height, ours.sub_interval), (5, 0x1234));

    let _: their_mcs::AttachUserRequest = theirs(&specimen_of(MessageKind::McsAttachUserRequest).1);

    let confirm: their_mcs::AttachUserConfirm = theirs(&specimen_of(MessageKind::McsAttachUserConfirm).1);
    assert_eq!((confirm.result, confirm.initiator_id), (0, 1008));

    let request: their_mcs::ChannelJoinRequest = theirs(&specimen_of(MessageKind::McsChannelJoinRequest).1);
    assert_eq!((request.initiator_id, request.channel_id), (1008, 1003));

    let confirm: their_mcs::ChannelJoinConfirm = theirs(&specimen_of(MessageKind::McsChannelJoinConfirm).1);
    assert_eq!((confirm.result, confirm.initiator_id), (0, 1008));
    assert_eq!((confirm.requested_channel_id, confirm.channel_id), (1003, 1003));

    for number in 0..=4 {
        let ours = mcs::DisconnectProviderUltimatum { reason: McsReason(number) };
        let frame = Message::McsDisconnectProviderUltimatum(ours).encode();
        let ultimatum: their_mcs::DisconnectProviderUltimatum = theirs(&frame);
        assert_eq!(Some(ultimatum.reason), their_mcs::DisconnectReason::from_u8(number));
    }
}

#[test]
fn refusals_that_they_write_into_a_whole_byte() {
    for number in 1..=15 {
        let confirm = their_mcs::ChannelJoinConfirm {
            result: number,
            initiator_id: 1007,
            requested_channel_id: 1003,
            channel_id: 1003,
        };
        let Message::McsChannelJoinConfirm(ours) = decode_theirs(&write(&X224(confirm)).unwrap(), Side::Server) else {
            panic!()
        };
        assert_eq!(ours.result, McsResult(number));
    }
}

fn decode_theirs(frame: &[u8], from: Side) -> Message {
    decode(frame, &context(from)).unwrap()
}

#[test]
fn send_data_carries_the_same_bytes() {
    let kind = MessageKind::VirtualChannelData;
    let (Message::Data(ours), frame) = specimen_of(kind) else { panic!() };
    assert_eq!(ours.from, Side::Server);
    let X224(theirs): X224<their_mcs::SendDataIndication<'_>> = read(&frame).unwrap();
    assert_eq!((theirs.initiator_id, theirs.channel_id), (ours.initiator, ours.channel_id));
    assert!(frame.ends_with(&theirs.user_data));
    assert_eq!(write(&X224(theirs)).unwrap(), frame);
}

fn same_parameters(ours: &DomainParameters, theirs: &their_mcs::DomainParameters) {
    assert_eq!(
        [
            ours.max_channel_ids,
            ours.max_user_ids,
            ours.max_token_ids,
            ours.num_priorities,
            ours.min_throughput,
            ours.max_height,
            ours.max_mcs_pdu_size,
            ours.protocol_version
        ],
        [
            theirs.max_channel_ids,
            theirs.max_user_ids,
            theirs.max_token_ids,
            theirs.num_priorities,
            theirs.min_throughput,
            theirs.max_height,
            theirs.max_mcs_pdu_size,
            theirs.protocol_version
        ]
    );
}

/// The order in which they write the blocks that they know.
fn their_order(block: &ClientBlock) -> u32 {
    match block {
        ClientBlock::Core(_) => 0,
        ClientBlock::Security(_) => 1,
        ClientBlock::Network(_) => 2,
        ClientBlock::Cluster(_) => 3,
        ClientBlock::Monitor(_) => 4,
        ClientBlock::MessageChannel(_) => 5,
        ClientBlock::Multitransport(_) => 6,
        ClientBlock::MonitorExtended(_) => 7,
        ClientBlock::Unknown(_) => 8,
    }
}

#[test]
fn connect_initial_with_every_block() {
    let (Message::McsConnectInitial(mut ours), _) = specimen_of(MessageKind::McsConnectInitial) else { panic!() };
    ours.blocks.sort_by_key(their_order);
    let frame = Message::McsConnectInitial(ours.clone()).encode();
    let X224(data): X224<X224Data<'_>> = read(&frame).unwrap();
    let theirs: their_mcs::ConnectInitial = read(&data.data).unwrap();
    same_initial(&ours, &theirs);

    // They leave the two bytes of the user data's length out of the length of connectPDU; the
    // specification's example counts them.
    let mut again = write(&theirs).unwrap();
    let at = connect_pdu_length(&again);
    let counted = usize::from(u16::from_be_bytes([data.data[at] & 0x7f, data.data[at + 1]]));
    assert_eq!(counted, data.data.len() - at - 2);
    again[at..at + 2].copy_from_slice(&data.data[at..at + 2]);
    assert_eq!(again, *data.data);
}

/// Where the length of `connectPDU` stands: behind T.124's object identifier.
fn connect_pdu_length(mcs: &[u8]) -> usize {
    mcs.windows(7).position(|part| part == [0, 5, 0, 0x14, 0x7c, 0, 1]).unwrap() + 7
}

#[test]
fn connect_initial_of_the_specification() {
    let vector = vectors().into_iter().find(|vector| vector.name == "connect-initial").unwrap();
    let Message::McsConnectInitial(ours) = decode(&vector.bytes, &vector.context).unwrap() else { panic!() };
    let X224(data): X224<X224Data<'_>> = read(&vector.bytes).unwrap();
    same_initial(&ours, &read(&data.data).unwrap());
}

fn same_initial(ours: &mcs::ConnectInitial, theirs: &their_mcs::ConnectInitial) {
    same_parameters(&ours.target_parameters, &theirs.target_parameters);
    same_parameters(&ours.minimum_parameters, &theirs.min_parameters);
    same_parameters(&ours.maximum_parameters, &theirs.max_parameters);
    assert_eq!(ours.calling_domain_selector, theirs.calling_domain_selector);
    assert_eq!(ours.called_domain_selector, theirs.called_domain_selector);
    assert_eq!(ours.upward_flag, theirs.upward_flag);
    let blocks = theirs.conference_create_request.gcc_blocks();
    let mut seen = 0;
    for block in &ours.blocks {
        match block {
            ClientBlock::Core(core) => same_core(core, &blocks.core),
            ClientBlock::Security(security) => {
                assert_eq!(security.encryption_methods, blocks.security.encryption_methods.bits());
                assert_eq!(security.ext_encryption_methods, blocks.security.ext_encryption_methods);
            }
            ClientBlock::Network(network) => {
                let channels = &blocks.network.as_ref().unwrap().channels;
                assert_eq!(network.channels.len(), channels.len());
                for (ours, theirs) in network.channels.iter().zip(channels) {
                    assert_eq!((&ours.name, ours.options), (theirs.name.as_bytes(), theirs.options.bits()));
                }
            }
            ClientBlock::Cluster(cluster) => {
                let theirs = blocks.cluster.as_ref().unwrap();
                let version = theirs.redirection_version as u32;
                assert_eq!(cluster.flags, theirs.flags.bits() | version << 2);
                assert_eq!(cluster.redirected_session_id, theirs.redirected_session_id);
            }
            ClientBlock::Monitor(monitor) => {
                let theirs = &blocks.monitor.as_ref().unwrap().monitors;
                assert_eq!(monitor.monitors.len(), theirs.len());
                for (ours, theirs) in monitor.monitors.iter().zip(theirs) {
                    let edges = (theirs.left, theirs.top, theirs.right, theirs.bottom);
                    assert_eq!((ours.left, ours.top, ours.right, ours.bottom), edges);
                    assert_eq!(ours.flags, theirs.flags.bits());
                }
            }
            ClientBlock::MonitorExtended(monitor) => {
                let theirs = &blocks.monitor_extended.as_ref().unwrap().extended_monitors_info;
                assert_eq!(monitor.monitors.len(), theirs.len());
                for (ours, theirs) in monitor.monitors.iter().zip(theirs) {
                    assert_eq!(
                        (ours.physical_width, ours.physical_height, ours.orientation),
                        (theirs.physical_width, theirs.physical_height, theirs.orientation as u32)
                    );
                    let scale = (theirs.desktop_scale_factor, theirs.device_scale_factor);
                    assert_eq!((ours.desktop_scale_factor, ours.device_scale_factor), scale);
                }
            }
            ClientBlock::MessageChannel(_) => assert!(blocks.message_channel.is_some()),
            ClientBlock::Multitransport(channel) => {
                assert_eq!(channel.flags, blocks.multi_transport_channel.as_ref().unwrap().flags.bits());
            }
            ClientBlock::Unknown(block) => panic!("{block:?}"),
        }
        seen += 1;
    }
    assert!(seen >= 4);
}

fn same_core(ours: &badrdp_proto::pdu::gcc::ClientCore, theirs: &gcc::ClientCoreData) {
    assert_eq!(ours.version, theirs.version.0);
    assert_eq!((ours.desktop_width, ours.desktop_height), (theirs.desktop_width, theirs.desktop_height));
    assert_eq!((ours.keyboard_layout, ours.client_build), (theirs.keyboard_layout, theirs.client_build));
    assert_eq!((&ours.client_name, &ours.ime_file_name), (&theirs.client_name, &theirs.ime_file_name));
    assert_eq!(ours.keyboard_type, theirs.keyboard_type.as_u32());
    assert_eq!(ours.keyboard_sub_type, theirs.keyboard_subtype);
    assert_eq!(ours.keyboard_function_key, theirs.keyboard_functional_keys_count);
    let more = &theirs.optional_data;
    assert_eq!(ours.client_product_id, more.client_product_id);
    assert_eq!(ours.serial_number, more.serial_number);
    assert_eq!(ours.supported_color_depths, more.supported_color_depths.map(|depths| depths.bits()));
    assert_eq!(ours.early_capability_flags, more.early_capability_flags.map(|flags| flags.bits()));
    assert_eq!(ours.client_dig_product_id, more.dig_product_id);
    let selected = ours.server_selected_protocol.map(|protocol| protocol.0);
    assert_eq!(selected, more.server_selected_protocol.map(|protocol| protocol.bits()));
    assert_eq!(ours.desktop_physical_width, more.desktop_physical_width);
    assert_eq!(ours.desktop_physical_height, more.desktop_physical_height);
    assert_eq!(ours.desktop_orientation, more.desktop_orientation);
    assert_eq!(ours.desktop_scale_factor, more.desktop_scale_factor);
    assert_eq!(ours.device_scale_factor, more.device_scale_factor);
}

#[test]
fn connect_response_with_every_block() {
    let (Message::McsConnectResponse(ours), frame) = specimen_of(MessageKind::McsConnectResponse) else { panic!() };
    let X224(data): X224<X224Data<'_>> = read(&frame).unwrap();
    let theirs: their_mcs::ConnectResponse = read(&data.data).unwrap();
    same_response(&ours, &theirs);

    // They write another length of connectPDU, which the specification has clients ignore.
    let mut again = write(&theirs).unwrap();
    let at = connect_pdu_length(&again);
    assert_eq!(data.data[at], 0x2a);
    again[at] = 0x2a;
    assert_eq!(again, *data.data);
}

#[test]
fn connect_response_of_the_specification() {
    let vector = vectors().into_iter().find(|vector| vector.name == "connect-response").unwrap();
    let Message::McsConnectResponse(ours) = decode(&vector.bytes, &vector.context).unwrap() else { panic!() };
    let X224(data): X224<X224Data<'_>> = read(&vector.bytes).unwrap();
    same_response(&ours, &read(&data.data).unwrap());
}

fn same_response(ours: &mcs::ConnectResponse, theirs: &their_mcs::ConnectResponse) {
    assert_eq!(ours.called_connect_id, theirs.called_connect_id);
    same_parameters(&ours.domain_parameters, &theirs.domain_parameters);
    let blocks = theirs.conference_create_response.gcc_blocks();
    for block in &ours.blocks {
        match block {
            ServerBlock::Core(core) => {
                let more = &blocks.core.optional_data;
                assert_eq!(core.version, blocks.core.version.0);
                let requested = core.client_requested_protocols.map(|protocols| protocols.0);
                assert_eq!(requested, more.client_requested_protocols.map(|protocols| protocols.bits()));
                assert_eq!(core.early_capability_flags, more.early_capability_flags.map(|flags| flags.bits()));
            }
            ServerBlock::Security(security) => {
                assert_eq!(security.encryption_method, blocks.security.encryption_method.bits());
                assert_eq!(security.encryption_level, blocks.security.encryption_level as u32);
                assert_eq!(security.server_random.as_deref(), blocks.security.server_random.as_ref().map(|r| &r[..]));
                assert_eq!(security.server_certificate.as_deref().unwrap_or_default(), blocks.security.server_cert);
            }
            ServerBlock::Network(network) => {
                assert_eq!(
                    (network.io_channel, &network.channel_ids),
                    (blocks.network.io_channel, &blocks.network.channel_ids)
                );
            }
            ServerBlock::MessageChannel(channel) => {
                assert_eq!(channel.mcs_channel_id, blocks.message_channel.as_ref().unwrap().mcs_message_channel_id);
            }
            ServerBlock::Multitransport(channel) => {
                assert_eq!(channel.flags, blocks.multi_transport_channel.as_ref().unwrap().flags.bits());
            }
            ServerBlock::Unknown(block) => panic!("{block:?}"),
        }
    }
    assert!(ours.blocks.len() >= 3);
}
