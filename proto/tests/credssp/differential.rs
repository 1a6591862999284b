//! Against sspi's own `TSRequest`: the same bytes both ways.

use badrdp_proto::pdu::credssp::{NegoToken, NtlmToken, TsRequest};
use badrdp_proto::pdu::{Message, Side, decode};
use badrdp_proto::vocab::codes::NtStatus;
use sspi::credssp::{NStatusCode, TsRequest as Theirs};

use super::{credssp, message, token};

fn theirs(ours: &TsRequest) -> Theirs {
    let mut tokens = ours.nego_tokens.iter().flatten();
    let token = tokens.next().map(|token| match token {
        NegoToken::Ntlm(NtlmToken(bytes)) | NegoToken::Unknown(bytes) => bytes.clone(),
        NegoToken::Spnego(token) => badrdp_proto::pdu::credssp::spnego::to_bytes(token),
    });
    assert!(tokens.next().is_none(), "sspi knows one token");
    Theirs {
        version: ours.version,
        nego_tokens: token,
        auth_info: ours.auth_info.clone(),
        pub_key_auth: ours.pub_key_auth.clone(),
        error_code: ours.error_code.map(|code| NStatusCode(code.0)),
        client_nonce: ours.client_nonce.as_ref().map(|nonce| nonce.as_slice().try_into().expect("32 bytes")),
    }
}

fn same_bytes(ours: TsRequest) {
    let mut bytes = Vec::new();
    theirs(&ours).encode_ts_request(&mut bytes).unwrap();
    assert_eq!(message(ours.clone()).encode(), bytes, "written: {ours:?}");
    assert_eq!(decode(&bytes, &credssp(Side::Client)), Ok(message(ours.clone())), "read by us: {ours:?}");
    let read = Theirs::from_buffer(&bytes).unwrap();
    let expected = theirs(&ours);
    assert_eq!(
        (read.version, read.nego_tokens, read.auth_info, read.pub_key_auth),
        (expected.version, expected.nego_tokens, expected.auth_info, expected.pub_key_auth)
    );
    assert_eq!((read.error_code, read.client_nonce), (expected.error_code, expected.client_nonce));
}

#[test]
fn fields_of_every_length_and_version() {
    // The lengths at which a prefix grows by a byte, and those around them.
    for length in [0, 1, 100, 117, 118, 119, 120, 125, 126, 127, 128, 129, 250, 255, 256, 257, 5000] {
        for version in [2, 3, 4, 5, 6, 9] {
            let bytes: Vec<u8> = (0..length).map(|n: usize| (n % 251) as u8).collect();
            let base = TsRequest { version, ..TsRequest::default() };
            same_bytes(TsRequest { nego_tokens: Some(vec![NegoToken::sort(&bytes)]), ..base.clone() });
            same_bytes(TsRequest { auth_info: Some(bytes.clone()), ..base.clone() });
            same_bytes(TsRequest { pub_key_auth: Some(bytes.clone()), ..base.clone() });
            same_bytes(TsRequest {
                nego_tokens: Some(vec![NegoToken::sort(&bytes)]),
                auth_info: Some(bytes.clone()),
                pub_key_auth: Some(bytes),
                client_nonce: (version >= 5).then(|| vec![7; 32]),
                ..base
            });
        }
    }
}

/// Version 5 is left out: there sspi writes the code, and a length without it.
#[test]
fn error_codes() {
    for version in [3, 4, 6, 7] {
        for code in [0, 0x7f, 0x80, 0x10d, 0x8000, 0x80_0000, 0x8009_030c, 0xc000_006d, 0xc000_0234, 0xc00a_0037] {
            let error_code = Some(NtStatus(code));
            same_bytes(TsRequest { version, error_code, ..TsRequest::default() });
        }
    }
}

#[test]
fn real_tokens() {
    for name in ["tsrequest-freerdp-negotiate", "tsrequest-challenge-v2", "tsrequest-freerdp-authenticate"] {
        let token = token(name);
        let bare = NegoToken::Ntlm(token.clone());
        for token in [bare, super::in_spnego(&token)] {
            same_bytes(TsRequest { version: 6, nego_tokens: Some(vec![token]), ..TsRequest::default() });
        }
    }
}

/// What sspi says as a client: its own NTLM inside its own SPNEGO.
#[test]
fn the_first_words_of_sspis_client() {
    use sspi::credssp::{ClientMode, CredSspClient, CredSspMode};
    use sspi::{AuthIdentity, Credentials, NegotiateConfig, Username};

    let identity = AuthIdentity {
        username: Username::new("alice", Some("EXAMPLE")).unwrap(),
        password: "secret".to_owned().into(),
    };
    let mode = ClientMode::Negotiate(NegotiateConfig::from_protocol_config(
        Box::new(sspi::ntlm::NtlmConfig::default()),
        "client".to_owned(),
    ));
    let credentials = Credentials::AuthIdentity(identity);
    let mut client =
        CredSspClient::new(vec![1; 32], credentials, CredSspMode::WithCredentials, mode, "TERMSRV/host".to_owned())
            .unwrap();
    let state = client.process(Theirs::default()).resolve_to_result().unwrap();
    let sspi::credssp::ClientState::ReplyNeeded(first) = state else { panic!() };
    let mut bytes = Vec::new();
    first.encode_ts_request(&mut bytes).unwrap();
    let Ok(Message::TsRequest(read)) = decode(&bytes, &credssp(Side::Client)) else { panic!() };
    assert_eq!(read.version, 6);
    assert!(read.ntlm().is_some(), "{}", message(*read).fact());
}
