//! A second opinion: `ironrdp-pdu` plays the client, and derives the same keys from the same bytes.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests state what they expect")]

use badrdp_licensing::{KeyError, LicenseKeys, PREMASTER_LENGTH, PrivateKey, PublicKey};
use badrdp_proto::pdu::licensing::{
    CertificateData, ChallengeResponseData, HardwareId, IssuedLicense, KEY_EXCHANGE_RSA, LicenseBlob, LicenseMessage,
    LicensePdu, LicenseRequest, NewLicenseInfo, PlatformChallenge, ProductInfo, RsaPublicKey, ServerCertificate,
};
use badrdp_proto::pdu::{ChannelPdu, Context, Data, Expect, Message, Side, decode};
use ironrdp_pdu::rdp::server_license::{
    ClientLicenseInfo, ClientNewLicenseRequest, ClientPlatformChallengeResponse, LicenseEncryptionData,
    LicensePdu as Theirs, ServerLicenseRequest,
};

/// RSA 512, made for this test: modulus and private exponent, most significant byte first.
const MODULUS: &str = "dfa3a973db227b371754a8fbc62af4c3ce0af2e7513df225a245205522227fab\
                       b396c2fc304945963406d7096d51e731267cf60f86c25f45d0fc195c73a4f87d";
const PRIVATE: &str = "c032845808552af59ebc6879f0c64c12d749fb95a6f188e0a503a994e0c02b5d\
                       468f6e69592d8a17457030306e51ad7547a36e16adbe23c38329deb1f71de8f5";
const SERVER_RANDOM: [u8; 32] = [0x51; 32];
const CLIENT_RANDOM: [u8; 32] = [0xc1; 32];
const PREMASTER: [u8; PREMASTER_LENGTH] = [0x9e; PREMASTER_LENGTH];
const CHALLENGE: [u8; 10] = *b"T\0E\0S\0T\0\0\0";

fn number(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
    let bytes = digits.chunks(2).map(|pair| u8::from_str_radix(core::str::from_utf8(pair).unwrap(), 16).unwrap());
    let mut bytes: Vec<u8> = bytes.collect();
    bytes.reverse();
    bytes
}

fn certificate(modulus: Vec<u8>) -> Vec<u8> {
    let bit_length = u32::try_from(modulus.len() * 8).unwrap();
    let public_key = RsaPublicKey { bit_length, data_length: bit_length / 8 - 1, exponent: 65_537, modulus };
    ServerCertificate::new(CertificateData::Proprietary { public_key, signature: vec![0; 72] }).encode()
}

fn frame(message: LicenseMessage, from: Side) -> Vec<u8> {
    let pdu = ChannelPdu::License(LicensePdu::new(message));
    Message::Data(Data { from, initiator: 1002, channel_id: 1003, pdu }).encode()
}

/// What stands in MCS Send Data: their reader starts at the security header.
fn theirs(message: LicenseMessage) -> Theirs {
    let bytes = frame(message, Side::Server);
    let header = [0x80, 0, 0, 0];
    let start = bytes.windows(4).position(|part| part == header).unwrap();
    ironrdp_core::decode(&bytes[start..]).unwrap()
}

/// Their bytes in our carriers, read by us.
fn ours(pdu: &Theirs) -> LicenseMessage {
    let payload = ironrdp_core::encode_vec(pdu).unwrap();
    let mut frame = vec![3, 0, 0, 0, 2, 0xf0, 0x80, 0x64, 0, 7, 3, 0xeb, 0x70];
    frame.extend((u16::try_from(payload.len()).unwrap() | 0x8000).to_be_bytes());
    frame.extend(payload);
    let length = u16::try_from(frame.len()).unwrap().to_be_bytes();
    frame[2..4].copy_from_slice(&length);
    let context = Context {
        from: Side::Client,
        io_channel: 1003,
        message_channel: None,
        device_channel: None,
        expect: Expect::Licensing,
    };
    match decode(&frame, &context).unwrap() {
        Message::Data(Data { pdu: ChannelPdu::License(pdu), .. }) => pdu.message,
        other => panic!("no licensing message: {other:?}"),
    }
}

fn request() -> ServerLicenseRequest {
    let request = LicenseMessage::Request(Box::new(LicenseRequest {
        server_random: SERVER_RANDOM,
        product_info: ProductInfo {
            version: 0x000a_0000,
            company_name: "Microsoft Corporation".to_owned(),
            product_id: "A02".to_owned(),
        },
        key_exchange_list: LicenseBlob::new(LicenseBlob::KEY_EXCHANGE_ALGORITHMS, KEY_EXCHANGE_RSA.to_le_bytes()),
        server_certificate: LicenseBlob::new(LicenseBlob::CERTIFICATE, certificate(number(MODULUS))),
        scope_list: vec![LicenseBlob::new(LicenseBlob::SCOPE, *b"microsoft.com\0")],
    }));
    match theirs(request) {
        Theirs::ServerLicenseRequest(request) => request,
        other => panic!("not a request to them: {other:?}"),
    }
}

/// Their client up to its keys, and ours from its bytes.
fn agreed() -> (LicenseEncryptionData, LicenseKeys) {
    let request = request();
    assert_eq!(
        (request.server_random.as_slice(), request.product_info.product_id.as_str()),
        (&SERVER_RANDOM[..], "A02")
    );
    assert_eq!(request.scope_list[0].0, "microsoft.com");
    let (answer, theirs) =
        ClientNewLicenseRequest::from_server_license_request(&request, &CLIENT_RANDOM, &PREMASTER, "alice", "PC7")
            .unwrap();
    let LicenseMessage::NewLicenseRequest(answer) = ours(&Theirs::ClientNewLicenseRequest(answer)) else {
        panic!("no request")
    };
    assert_eq!(answer.client_user_name.data, b"alice\0");
    assert_eq!(answer.client_machine_name.data, b"PC7\0");
    // They take the modulus of a proprietary certificate, padding included, for a number of the other byte order, so
    // that no key opens what they encrypt; xfreerdp is the second opinion on RSA.
    (theirs, LicenseKeys::derive(&PREMASTER, &answer.client_random, &SERVER_RANDOM))
}

#[test]
fn their_client_understands_our_challenge_and_we_understand_its_answer() {
    let (theirs_keys, keys) = agreed();
    let challenge = LicenseMessage::PlatformChallenge(PlatformChallenge {
        connect_flags: 0,
        encrypted_platform_challenge: LicenseBlob::new(LicenseBlob::ENCRYPTED_DATA, keys.crypt(&CHALLENGE)),
        mac_data: keys.mac(&CHALLENGE),
    });
    let Theirs::ServerPlatformChallenge(challenge) = theirs(challenge) else { panic!("not a challenge to them") };
    let response =
        ClientPlatformChallengeResponse::from_server_platform_challenge(&challenge, [1, 2, 3, 4], &theirs_keys)
            .unwrap();
    let LicenseMessage::PlatformChallengeResponse(response) = ours(&Theirs::ClientPlatformChallengeResponse(response))
    else {
        panic!("no response")
    };
    let data = keys.crypt(&response.encrypted_platform_challenge_response.data);
    let hardware = keys.crypt(&response.encrypted_hwid.data);
    assert_eq!(HardwareId::decode(&hardware).unwrap().data[..8], [1, 0, 0, 0, 2, 0, 0, 0]);
    // They put eight zeros ahead of the data that they mean to write there.
    assert_eq!(ChallengeResponseData::decode(&data[8..]).unwrap().challenge, CHALLENGE);
    assert_eq!(keys.mac(&[data, hardware].concat()), response.mac_data);
}

#[test]
fn their_client_takes_our_licence_and_no_other() {
    let (theirs_keys, keys) = agreed();
    let info = NewLicenseInfo {
        version: 0x000a_0000,
        scope: b"microsoft.com\0".to_vec(),
        company_name: "Microsoft Corporation".to_owned(),
        product_id: "A02".to_owned(),
        license_info: vec![1, 2, 3],
    };
    let plain = info.encode();
    assert_eq!(NewLicenseInfo::decode(&plain), Ok(info));
    for (message, altered) in [
        (LicenseMessage::NewLicense as fn(_) -> _, false),
        (LicenseMessage::UpgradeLicense as fn(_) -> _, false),
        (LicenseMessage::NewLicense as fn(_) -> _, true),
    ] {
        let mut mac_data = keys.mac(&plain);
        mac_data[0] ^= u8::from(altered);
        let sealed = LicenseBlob::new(LicenseBlob::ENCRYPTED_DATA, keys.crypt(&plain));
        let Theirs::ServerUpgradeLicense(issued) =
            theirs(message(IssuedLicense { encrypted_license_info: sealed, mac_data }))
        else {
            panic!("not a licence to them")
        };
        assert_eq!(issued.verify_server_license(&theirs_keys).is_err(), altered);
        let read = issued.new_license_info(&theirs_keys).unwrap();
        assert_eq!((read.product_id.as_str(), read.license_info.as_slice()), ("A02", &[1, 2, 3][..]));
    }
}

#[test]
fn we_understand_the_licence_that_their_client_presents() {
    let request = request();
    let (presented, theirs_keys) =
        ClientLicenseInfo::from_server_license_request(&request, &CLIENT_RANDOM, &PREMASTER, [1, 2, 3, 4], vec![9; 40])
            .unwrap();
    let LicenseMessage::LicenseInfo(info) = ours(&Theirs::ClientLicenseInfo(presented)) else { panic!("no licence") };
    assert_eq!(info.license_info.data, [9; 40]);
    let keys = LicenseKeys::derive(&PREMASTER, &info.client_random, &SERVER_RANDOM);
    assert_eq!(keys.mac(b"x"), {
        let again =
            LicenseKeys::derive(&theirs_keys.premaster_secret.try_into().unwrap(), &CLIENT_RANDOM, &SERVER_RANDOM);
        again.mac(b"x")
    });
    let hardware = keys.crypt(&info.encrypted_hwid.data);
    assert_eq!(keys.mac(&hardware), info.mac_data);
    assert_eq!(HardwareId::decode(&hardware).unwrap().data[12..], [4, 0, 0, 0]);
}

#[test]
fn our_encryption_is_what_our_key_opens_and_padding_makes_no_difference() {
    let public = PublicKey::of(&certificate(number(MODULUS))).unwrap();
    let private = PrivateKey::new(&number(MODULUS), &number(PRIVATE)).unwrap();
    let sealed = public.encrypt(&PREMASTER);
    assert_eq!((sealed.len(), &sealed[64..]), (72, &[0; 8][..]));
    assert_eq!(private.decrypt(&sealed), Some(PREMASTER));
    assert_eq!(private.decrypt(&sealed[..64]), Some(PREMASTER));
    // rdesktop sends zeros, and means them.
    assert_eq!(private.decrypt(&[0; 72]), Some([0; PREMASTER_LENGTH]));
    assert_eq!(private.decrypt::<PREMASTER_LENGTH>(&[0xff; 64]), None, "larger than the modulus");
    assert_eq!(private.decrypt::<PREMASTER_LENGTH>(&[0x77; 63]), None, "no secret of 48 bytes comes out");
    assert_eq!(
        format!("{:?}", LicenseKeys::derive(&PREMASTER, &CLIENT_RANDOM, &SERVER_RANDOM)),
        "LicenseKeys(2 keys of 16 bytes)"
    );
}

#[test]
fn certificates_without_a_usable_key_are_refused_with_a_reason() {
    let refused = |certificate: &[u8]| PublicKey::of(certificate).unwrap_err();
    let unreadable = |certificate: &[u8]| match refused(certificate) {
        KeyError::Unreadable(why) => why,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        unreadable(&[3, 0, 0, 0]),
        "SERVER_CERTIFICATE.dwVersion at byte 0: expected certificate version 1 or 2, got 0x3"
    );
    assert!(unreadable(&certificate(number(MODULUS))[..40]).ends_with("PublicKeyBlob at byte 16: end of input"));
    assert_eq!(refused(&certificate(vec![0; 64])), KeyError::Size(0));
    assert_eq!(refused(&certificate(vec![0xff; 32])), KeyError::Size(256));
    assert_eq!(refused(&certificate(vec![0xff; 2000])), KeyError::Size(16_000));
    let chain = |chain| ServerCertificate::new(CertificateData::X509 { chain, padding: vec![0; 8] }).encode();
    assert_eq!(refused(&chain(Vec::new())), KeyError::Empty);
    assert!(unreadable(&chain(vec![vec![0x30, 0x80]])).starts_with("its X.509 certificate is malformed"));
    // Whatever is cut or flipped is refused or understood.
    let good = certificate(number(MODULUS));
    for at in 0..good.len() {
        assert!(PublicKey::of(&good[..at]).is_err(), "cut to {at} bytes");
        let mut flipped = good.clone();
        flipped[at] ^= 0xff;
        if let Ok(key) = PublicKey::of(&flipped) {
            let _ = key.encrypt(&PREMASTER);
        }
    }
}
