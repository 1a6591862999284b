//! Bytes from the specifications.

use badrdp_proto::pdu::gcc::{ClientBlock, ServerBlock};
use badrdp_proto::pdu::licensing::{CertificateData, KEY_EXCHANGE_RSA, LicenseMessage, ServerCertificate};
use badrdp_proto::pdu::mcs::DomainParameters;
use badrdp_proto::pdu::x224::{NegotiationAnswer, Protocols, Token};
use badrdp_proto::pdu::{ChannelPdu, Data, Message, decode};
use badrdp_proto::vocab::codes::{McsReason, McsResult, NegotiationFailureCode};

use crate::support::vectors;

#[test]
fn every_vector_decodes_to_its_kind_and_encodes_again() {
    let vectors = vectors();
    assert!(vectors.len() >= 20, "the vectors are not where they should be");
    for vector in vectors {
        let name = &vector.name;
        let message = decode(&vector.bytes, &vector.context).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(message.kind(), vector.kind, "{name}");
        let again = message.encode();
        assert_eq!(decode(&again, &vector.context).as_ref(), Ok(&message), "{name}");
        assert_eq!(again == vector.bytes, vector.same_bytes, "{name}: {again:02x?}");
    }
}

fn vector(name: &str) -> Message {
    let vector = vectors().into_iter().find(|vector| vector.name == name).expect("a vector of that name");
    decode(&vector.bytes, &vector.context).unwrap()
}

#[test]
fn connection_request_fields() {
    let Message::X224ConnectionRequest(request) = vector("connection-request") else { panic!() };
    assert_eq!(request.token, Some(Token::Cookie(b"eltons".to_vec())));
    assert_eq!(request.negotiation.unwrap().requested_protocols, Protocols::RDP);

    let Message::X224ConnectionRequest(request) = vector("connection-request-routing-token") else { panic!() };
    assert_eq!(request.token, Some(Token::Routing(b"Cookie: msts=3640205228.15629.0000".to_vec())));
    assert_eq!(request.negotiation.unwrap().requested_protocols, Protocols(11));

    let Message::X224ConnectionRequest(request) = vector("connection-request-bare") else { panic!() };
    assert_eq!((request.token, request.negotiation, request.correlation), (None, None, None));
}

#[test]
fn a_confirm_without_negotiation_data_is_not_protocol_zero() {
    let Message::X224ConnectionConfirm(bare) = vector("connection-confirm-bare") else { panic!() };
    assert_eq!((bare.src_ref, bare.negotiation), (0x1234, None));

    let Message::X224ConnectionConfirm(zero) = vector("connection-confirm") else { panic!() };
    let selected = NegotiationAnswer::Response { flags: 0, selected_protocol: Protocols::RDP };
    assert_eq!((zero.src_ref, zero.negotiation), (0x1234, Some(selected)));

    let Message::X224ConnectionConfirm(failure) = vector("connection-confirm-failure") else { panic!() };
    let refused =
        NegotiationAnswer::Failure { flags: 0, failure_code: NegotiationFailureCode::HYBRID_REQUIRED_BY_SERVER };
    assert_eq!(failure.negotiation, Some(refused));
}

#[test]
fn connect_initial_fields() {
    let Message::McsConnectInitial(initial) = vector("connect-initial") else { panic!() };
    assert_eq!(initial.target_parameters, DomainParameters::TARGET);
    assert_eq!(initial.minimum_parameters, DomainParameters::MINIMUM);
    assert_eq!(initial.maximum_parameters, DomainParameters::MAXIMUM);
    assert_eq!((initial.conference_name.as_str(), &initial.h221_key), ("1", b"Duca"));
    let [
        ClientBlock::Core(core),
        ClientBlock::Cluster(cluster),
        ClientBlock::Security(security),
        ClientBlock::Network(network),
    ] = initial.blocks.as_slice()
    else {
        panic!("{:?}", initial.blocks)
    };
    assert_eq!((core.version, core.desktop_width, core.desktop_height), (0x0008_0004, 1280, 1024));
    assert_eq!((core.client_name.as_str(), core.client_build), ("ELTONS-DEV2", 3790));
    assert_eq!(core.client_dig_product_id.as_deref(), Some("69712-783-0357974-42714"));
    assert_eq!(core.server_selected_protocol, Some(Protocols::RDP));
    assert_eq!(core.desktop_physical_width, None, "absent is not zero");
    assert_eq!((cluster.flags, security.encryption_methods), (0x0d, 0x1b));
    let names: Vec<_> = network.channels.iter().map(|channel| (&channel.name, channel.options)).collect();
    let expected = [(b"rdpdr\0\0\0", 0x8080_0000), (b"cliprdr\0", 0xc0a0_0000), (b"rdpsnd\0\0", 0xc000_0000)];
    assert_eq!(names, expected);
}

#[test]
fn connect_response_fields() {
    let Message::McsConnectResponse(response) = vector("connect-response") else { panic!() };
    assert_eq!((response.result, response.domain_parameters), (McsResult::RT_SUCCESSFUL, DomainParameters::RESPONSE));
    assert_eq!((response.node_id, response.tag, &response.h221_key), (0x79f3, 1, b"McDn"));
    let [ServerBlock::Core(core), ServerBlock::Network(network), ServerBlock::Security(security)] =
        response.blocks.as_slice()
    else {
        panic!("{:?}", response.blocks)
    };
    assert_eq!(core.client_requested_protocols, Some(Protocols::RDP));
    assert_eq!(core.early_capability_flags, None, "absent is not zero");
    assert_eq!((network.io_channel, network.channel_ids.as_slice()), (1003, &[1004, 1005, 1006][..]));
    assert_eq!((security.encryption_method, security.encryption_level), (2, 2));
    assert_eq!(security.server_random.as_ref().map(Vec::len), Some(32));
    assert_eq!(security.server_certificate.as_ref().map(Vec::len), Some(184));

    let Message::McsConnectResponse(refusal) = vector("connect-response-result-only") else { panic!() };
    assert_eq!((refusal.result, refusal.node_id), (McsResult(14), 0));
    assert_eq!(refusal.domain_parameters, DomainParameters::ABSENT);
}

#[test]
fn results_and_reasons_straddle_two_bytes() {
    let Message::McsAttachUserConfirm(refused) = vector("attach-user-refused") else { panic!() };
    assert_eq!((refused.result, refused.initiator), (McsResult(5), None));
    let Message::McsAttachUserConfirm(refused) = vector("attach-user-refused-whole-byte") else { panic!() };
    assert_eq!(refused.result, McsResult(14));
    let Message::McsChannelJoinConfirm(refused) = vector("channel-join-refused") else { panic!() };
    assert_eq!((refused.result, refused.requested, refused.channel_id), (McsResult(3), 1007, None));
    for name in
        ["disconnect-provider-ultimatum", "disconnect-provider-ultimatum-early", "disconnect-provider-ultimatum-ber"]
    {
        let Message::McsDisconnectProviderUltimatum(ultimatum) = vector(name) else { panic!() };
        assert_eq!(ultimatum.reason, McsReason::RN_USER_REQUESTED, "{name}");
    }
}

/// The licensing message of a vector.
fn licensing(name: &str) -> LicenseMessage {
    let Message::Data(Data { pdu: ChannelPdu::License(pdu), .. }) = vector(name) else { panic!("{name}") };
    pdu.message
}

#[test]
fn licence_request_fields() {
    let LicenseMessage::Request(request) = licensing("license-request-xrdp") else { panic!() };
    let product = &request.product_info;
    assert_eq!((product.company_name.as_str(), product.product_id.as_str()), ("Microsoft Corporation", "236"));
    assert!(request.offers(KEY_EXCHANGE_RSA));
    let certificate = ServerCertificate::decode(&request.server_certificate.data).unwrap();
    let CertificateData::Proprietary { public_key, signature } = certificate.data else { panic!() };
    assert_eq!((public_key.bit_length, public_key.modulus.len(), public_key.exponent), (512, 64, 65_537));
    assert_eq!(signature.len(), 72);
    let scopes: Vec<_> = request.scope_list.iter().map(|scope| scope.data.as_slice()).collect();
    assert_eq!(scopes, [b"microsoft.com\0"]);
}

#[test]
fn licensing_fields_of_clients() {
    for (name, platform) in
        [("new-license-request-xfreerdp", 0x0401_0000), ("new-license-request-rdesktop", 0xff01_0000)]
    {
        let LicenseMessage::NewLicenseRequest(request) = licensing(name) else { panic!("{name}") };
        assert_eq!((request.preferred_key_exchange_alg, request.platform_id), (KEY_EXCHANGE_RSA, platform), "{name}");
        assert_eq!(request.encrypted_pre_master_secret.data, [b'*'; 72], "{name}");
        assert_eq!(request.client_user_name.data, b"a\0", "{name}");
    }
    for name in ["license-info-xfreerdp", "license-info-rdesktop"] {
        let LicenseMessage::LicenseInfo(info) = licensing(name) else { panic!("{name}") };
        assert_eq!((info.license_info.data.len(), info.encrypted_hwid.data.len()), (37, 20), "{name}");
    }
    for (name, length) in [("platform-challenge-response-xfreerdp", 18), ("platform-challenge-response-rdesktop", 10)] {
        let LicenseMessage::PlatformChallengeResponse(response) = licensing(name) else { panic!("{name}") };
        assert_eq!(response.encrypted_platform_challenge_response.data.len(), length, "{name}");
        assert_eq!(response.encrypted_hwid.data.len(), 20, "{name}");
    }
}
