//! Forms of `TSRequest`: what is read, what is written, and what is refused where.

use badrdp_proto::pdu::credssp::TsRequest;
use badrdp_proto::pdu::{Message, Side, decode, encode, specimen};
use badrdp_proto::vocab::MessageKind;
use badrdp_proto::vocab::codes::NtStatus;
use badrdp_proto::wire::Layer;

use super::support::{cut, hex, survives};
use super::{Layers, credssp, message, requests, vector};

fn read(text: &str) -> Result<TsRequest, String> {
    match decode(&hex(text), &credssp(Side::Server)) {
        Ok(Message::TsRequest(request)) => Ok(*request),
        Ok(other) => panic!("{other:?}"),
        Err(error) => Err(error.to_string()),
    }
}

#[test]
fn every_form_comes_back() {
    for request in requests() {
        let frame = message(request.clone()).encode();
        assert_eq!(decode(&frame, &credssp(Side::Client)), Ok(message(request)), "{frame:02x?}");
    }
}

/// Fields do not come and go with the version, whichever it is: peers are judged by what they send.
#[test]
fn every_version_may_carry_every_field() {
    for version in [0, 1, 2, 3, 4, 5, 6, 7, 0x7f, 0x80, 0xffff, u32::MAX] {
        let request = TsRequest {
            version,
            nego_tokens: Some(vec![super::NegoToken::Unknown(vec![1])]),
            auth_info: Some(vec![2]),
            pub_key_auth: Some(vec![3]),
            error_code: Some(NtStatus(0xc000_006d)),
            client_nonce: Some(vec![4; 5]),
        };
        let frame = message(request.clone()).encode();
        assert_eq!(decode(&frame, &credssp(Side::Server)), Ok(message(request)));
    }
}

#[test]
fn absent_is_not_empty() {
    assert_eq!(read("3005 a003 020106").unwrap().nego_tokens, None);
    assert_eq!(read("3009 a003 020106 a102 3000").unwrap().nego_tokens, Some(Vec::new()));
    assert_eq!(read("3009 a003 020106 a302 0400").unwrap().pub_key_auth, Some(Vec::new()));
    assert_eq!(read("3005 a003 020106").unwrap().pub_key_auth, None);
}

#[test]
fn an_error_code_is_read_with_and_without_a_sign() {
    let code = |digits: &str| {
        let count = digits.len() / 2;
        read(&format!("30{:02x} a003 020106 a4{:02x} 02{count:02x} {digits}", 9 + count, 2 + count))
            .map(|request| request.error_code.unwrap().0)
    };
    assert_eq!(code("c000006d"), Ok(0xc000_006d));
    assert_eq!(code("00c000006d"), Ok(0xc000_006d));
    assert_eq!(code("00"), Ok(0));
    assert_eq!(code("010d"), Ok(0x010d));
    assert_eq!(code("008009"), Ok(0x8009));
    assert_eq!(code("7fffffff"), Ok(0x7fff_ffff));
    assert_eq!(code("ff"), Ok(u32::MAX), "minus one");
    for wrong in ["", "01c000006d", "0000c000006d"] {
        let error = code(wrong).unwrap_err();
        assert!(error.starts_with("TSRequest.errorCode at byte 9: expected an NTSTATUS"), "{error}");
    }
    assert_eq!(vector("tsrequest-error"), vector("tsrequest-error-positive"));
}

/// FreeRDP 2 and sspi read 1 to 4 bytes and refuse a fifth.
#[test]
fn an_error_code_is_written_in_at_most_four_bytes() {
    let written = |code| {
        let request = TsRequest { version: 6, error_code: Some(NtStatus(code)), ..TsRequest::default() };
        let frame = message(request.clone()).encode();
        assert_eq!(decode(&frame, &credssp(Side::Server)), Ok(message(request)), "{code:#x}");
        frame[9..].to_vec()
    };
    assert_eq!(written(0xc000_006d), hex("0204 c000006d"));
    assert_eq!(written(0x8009_030c), hex("0204 8009030c"));
    assert_eq!(written(0), hex("0201 00"));
    assert_eq!(written(0x80), hex("0202 0080"));
    assert_eq!(written(0x8000), hex("0203 008000"));
    assert_eq!(written(0x80_0000), hex("0204 00800000"));
    assert_eq!(written(u32::MAX), hex("0204 ffffffff"));
}

#[test]
fn what_does_not_fit_is_refused_with_its_place() {
    let refused = |frame: &str| read(frame).unwrap_err();
    // Bytes left over: behind the request, behind its fields, behind a field's value.
    assert_eq!(refused("3005 a003 020106 ff"), "TSRequest at byte 7: 1 bytes left over");
    assert_eq!(refused("300a a003 020106 a303 0400 ff"), "TSRequest.pubKeyAuth at byte 11: 1 bytes left over");
    assert_eq!(
        refused("3010 a003 020106 a109 3007 3005 a002 0400 ff"),
        "TSRequest.negoTokens.negoToken at byte 17: 1 bytes left over"
    );
    // Tags that are not known, or not in their place.
    for tag in ["a6", "a1", "85", "04"] {
        let error = refused(&format!("300d a003 020106 a302 0400 {tag}02 0400"));
        let got = format!("expected a field of TSRequest in its place, [1] to [5], got 0x{tag}").replace("0x0", "0x");
        assert_eq!(error, format!("TSRequest at byte 11: {got}"));
    }
    assert_eq!(refused("3000"), "TSRequest.version at byte 2: end of input");
    assert_eq!(refused("3004 a302 0400"), "TSRequest.version at byte 2: expected the tag [0] (0xa0), got 0xa3");
    assert_eq!(refused("0400"), "TSRequest at byte 0: expected a SEQUENCE (0x30), got 0x4");
    assert_eq!(
        refused("3009 a003 020106 a302 0200"),
        "TSRequest.pubKeyAuth at byte 9: expected an OCTET STRING (0x04), got 0x2"
    );
    // Lengths that say more than is there, that are indefinite, or that are too long for any frame.
    assert_eq!(refused("3009 a003 020106 a302 0405"), "TSRequest.pubKeyAuth at byte 10: says 5 bytes, 0 are there");
    assert_eq!(refused("3009 a003 020106 a303 0400"), "TSRequest.pubKeyAuth at byte 8: says 3 bytes, 2 are there");
    assert_eq!(refused("3006 a003 020106"), "TSRequest at byte 1: says 6 bytes, 5 are there");
    assert!(refused("3080 a003 020106 0000").contains("expected a definite length"), "{}", refused("3080"));
    assert!(refused("3009 a003 020106 a302 0480").contains("pubKeyAuth"), "{}", refused("3080"));
    assert!(refused("300f a003 020106 a308 0486 000000000000").contains("at most 4 bytes"));
    assert!(refused("3009 a007 0205 0100000000").contains("TSRequest.version"), "more than 32 bits");
}

#[test]
fn every_form_cut_and_flipped_is_survived() {
    let mut decoded = 0;
    for request in requests() {
        let honest = message(request);
        let frame = honest.encode();
        for from in [Side::Client, Side::Server] {
            for keep in 0..frame.len() {
                assert_eq!(survives(&frame[..keep], &credssp(from)), None, "cut to {keep}: {frame:02x?}");
            }
            for at in 0..frame.len() {
                for mask in [0x01, 0x08, 0x80, 0xff] {
                    let mut flipped = frame.clone();
                    flipped[at] ^= mask;
                    let Some(message) = survives(&flipped, &credssp(from)) else { continue };
                    decoded += 1;
                    assert_eq!(decode(&message.encode(), &credssp(from)).as_ref(), Ok(&message), "{flipped:02x?}");
                }
            }
        }
        // A layer cut inside honest carriers is found further in.
        let mut layers = Layers::default();
        let _ = encode(&honest, &mut layers);
        for layer in layers.0 {
            for keep in 0..layer.bytes.len() {
                survives(&cut(&honest, layer.layer, keep), &credssp(Side::Client));
            }
        }
    }
    assert!(decoded > 5_000, "only {decoded} flips decoded");
}

#[test]
fn fields_are_named_as_in_the_specification() {
    let fields = specimen::fields(MessageKind::TsRequest);
    let has = |layer, path: &str, width| {
        assert!(fields.contains(&(layer, path.to_owned(), width)), "{layer} {path} {width}: {fields:?}");
    };
    has(Layer::CredSsp, "version", 1);
    has(Layer::CredSsp, "version.tag", 1);
    has(Layer::CredSsp, "pubKeyAuth", 48);
    has(Layer::CredSsp, "pubKeyAuth.tag", 1);
    has(Layer::CredSsp, "pubKeyAuth.length", 1);
    has(Layer::CredSsp, "pubKeyAuth.octets.length", 1);
    has(Layer::CredSsp, "errorCode", 4);
    has(Layer::CredSsp, "negoTokens.NegoData.length", 2);
    has(Layer::Spnego, "negState", 1);
    has(Layer::Spnego, "supportedMech", 10);
    has(Layer::Spnego, "mechListMIC", 16);
    has(Layer::Ntlm, "CHALLENGE_MESSAGE.Signature", 8);
    has(Layer::Ntlm, "CHALLENGE_MESSAGE.NegotiateFlags", 4);
    has(Layer::Ntlm, "CHALLENGE_MESSAGE.ServerChallenge", 8);
    has(Layer::Ntlm, "CHALLENGE_MESSAGE.TargetName", 14);
    has(Layer::Ntlm, "CHALLENGE_MESSAGE.TargetInfoBufferOffset", 4);
    has(Layer::Ntlm, "CHALLENGE_MESSAGE.Version", 8);
    has(Layer::Ntlm, "VERSION.ProductBuild", 2);
    has(Layer::Ntlm, "AV_PAIR.MsvAvTimestamp", 8);
    has(Layer::Ntlm, "MsvAvTimestamp.AvLen", 2);
    assert!(fields.iter().any(|(layer, path, _)| *layer == Layer::CredSsp && path == "negoTokens"));
    assert!(fields.iter().any(|(layer, path, _)| *layer == Layer::Spnego && path == "responseToken"));
    assert_eq!(specimen::layers(MessageKind::TsRequest), [Layer::Ntlm, Layer::Spnego, Layer::CredSsp]);
    assert_eq!(
        specimen::fields(MessageKind::EarlyUserAuthResult),
        [(Layer::CredSsp, "authorizationResult".to_owned(), 4)]
    );
}

#[test]
fn facts_say_what_matters() {
    let facts: Vec<_> = requests().into_iter().map(|request| message(request).fact()).collect();
    assert_eq!(
        facts,
        [
            "v2, NTLM NEGOTIATE",
            "v6, SPNEGO offers NTLM, Kerberos, NTLM NEGOTIATE",
            "v6, SPNEGO goes on, NTLM AUTHENTICATE as EXAMPLE\\alice, with proof of the key",
            "v7, NTLM NEGOTIATE, an unknown token (40 bytes)",
            "v6, credentials (83 bytes)",
            "v6, empty",
            "v3, empty",
            "v6, SPNEGO goes on with NTLM, NTLM CHALLENGE from BADRDP (EXAMPLE), build 10.0.20348",
            "v6, SPNEGO accepts",
            "v6, proof of the key",
            "v6, error STATUS_LOGON_FAILURE",
        ]
    );
    let fact = |name: &str| message(vector(name)).fact();
    assert_eq!(fact("tsrequest-challenge-v1"), "v2, NTLM CHALLENGE from Server, build 6.0.6000");
    assert_eq!(fact("tsrequest-authenticate-v1"), "v2, NTLM AUTHENTICATE as Domain\\User");
    assert_eq!(fact("tsrequest-spnego-init"), "v6, SPNEGO offers NEGOEX, NTLM");
    let error =
        |code| message(TsRequest { version: 6, error_code: Some(NtStatus(code)), ..TsRequest::default() }).fact();
    assert_eq!(error(0x8009_030c), "v6, error SEC_E_LOGON_DENIED");
    assert_eq!(error(0xc0de_0001), "v6, error 0xc0de0001");
}

#[test]
fn early_user_authorization_results_come_back() {
    let context = specimen::context(MessageKind::EarlyUserAuthResult);
    for number in [0, 5, 0x30, u32::MAX] {
        let message = Message::EarlyUserAuthResult(badrdp_proto::vocab::codes::EarlyUserAuthorizationResult(number));
        let frame = message.encode();
        assert_eq!(frame, number.to_le_bytes());
        assert_eq!(decode(&frame, &context), Ok(message));
    }
    for wrong in [&[0, 0, 0][..], &[0; 5]] {
        assert!(decode(wrong, &context).unwrap_err().path.contains("authorizationResult"));
    }
    let refusal = message(vector("tsrequest-error"));
    assert_eq!(decode(&refusal.encode(), &context), Ok(refusal), "an error code in its place");
}

#[test]
fn error_codes_are_for_the_versions_that_know_them() {
    let may: Vec<u32> = (0..9).filter(|version| TsRequest::may_get_error_code(*version)).collect();
    assert_eq!(may, [3, 4, 6, 7, 8]);
}
