//! The seam in CredSSP: an edit at a layer leaves it as edited, and the layers outside carry it honestly.

use badrdp_proto::pdu::credssp::ntlm::{NtlmMessage, av_id};
use badrdp_proto::pdu::credssp::{NegoToken, TsRequest};
use badrdp_proto::pdu::{Message, Side, decode, encode};
use badrdp_proto::wire::layer::Layered;
use badrdp_proto::wire::{Layer, Tap};

use super::{credssp, in_spnego, message, only_token, token};

/// Edits one layer, once.
struct Edit<F>(Layer, F);

impl<F: FnMut(&mut Layered)> Tap for Edit<F> {
    fn tap(&mut self, sealed: &mut Layered) {
        if sealed.layer == self.0 {
            (self.1)(sealed);
        }
    }
}

fn challenge() -> TsRequest {
    let challenge = token("tsrequest-challenge-v2");
    TsRequest { version: 6, nego_tokens: Some(vec![in_spnego(&challenge)]), ..TsRequest::default() }
}

fn edited(layer: Layer, edit: impl FnMut(&mut Layered)) -> Vec<u8> {
    encode(&message(challenge()), &mut Edit(layer, edit))
}

fn read(frame: &[u8]) -> TsRequest {
    match decode(frame, &credssp(Side::Server)) {
        Ok(Message::TsRequest(request)) => *request,
        other => panic!("{other:?}"),
    }
}

#[test]
fn carriers_take_the_length_that_an_edit_left() {
    let honest = token("tsrequest-challenge-v2").0;
    // From one byte of length in every carrier to two, and back.
    for size in [12, 20, 60, 100, 150, 300, 20_000] {
        let frame = edited(Layer::Ntlm, |sealed| sealed.bytes.resize(size, 0xee));
        let mut expected = honest.clone();
        expected.resize(size, 0xee);
        let request = read(&frame);
        assert_eq!(request.ntlm().map(|token| &token.0), Some(&expected), "{size} bytes");
        assert!(matches!(request.nego_tokens.as_deref(), Some([NegoToken::Spnego(_)])));
    }
    let frame = edited(Layer::Spnego, |sealed| sealed.bytes.truncate(9));
    let NegoToken::Unknown(left) = only_token(&read(&frame)) else { panic!() };
    assert_eq!(left.len(), 9);
}

#[test]
fn an_edit_at_the_outermost_layer_is_left_as_it_is() {
    let honest = message(challenge()).encode();
    let frame = edited(Layer::CredSsp, |sealed| sealed.bytes.truncate(40));
    assert_eq!(frame, honest[..40], "the length of TSRequest stays a lie");
}

#[test]
fn a_field_set_through_the_tap_is_the_field_that_is_read() {
    let set = |layer, path: &str, value: &[u8]| {
        let mut found = 0;
        let frame = edited(layer, |sealed| {
            let field = sealed.fields.iter().find(|field| field.path() == path).cloned();
            let Some(field) = field else { return };
            assert_eq!(field.range.len(), value.len(), "{path}");
            sealed.bytes[field.range].copy_from_slice(value);
            found += 1;
        });
        assert_eq!(found, 1, "{layer} {path}");
        read(&frame)
    };
    let challenge = |path, value: &[u8]| match set(Layer::Ntlm, path, value).ntlm().unwrap().read() {
        Ok(NtlmMessage::Challenge(challenge)) => challenge,
        other => panic!("{other:?}"),
    };
    assert_eq!(challenge("CHALLENGE_MESSAGE.NegotiateFlags", &[0x33, 0x82, 0x8a, 0xa2]).flags, 0xa28a_8233);
    assert_eq!(challenge("CHALLENGE_MESSAGE.ServerChallenge", &[9; 8]).server_challenge, [9; 8]);
    assert_eq!(challenge("VERSION.ProductBuild", &[0x7c, 0x4f]).version.unwrap().build, 20348);
    let info = challenge("MsvAvNbDomainName.AvId", &av_id::DNS_TREE_NAME.to_le_bytes()).target_info;
    assert_eq!((info.netbios_domain, info.dns_tree.as_deref()), (None, Some("Domain")));
    let name: Vec<u8> = "Secret".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(challenge("AV_PAIR.MsvAvNbComputerName", &name).target_info.netbios_computer.as_deref(), Some("Secret"));
    assert_eq!(challenge("CHALLENGE_MESSAGE.TargetName", &name).target_name, "Secret");
    assert_eq!(set(Layer::CredSsp, "version", &[2]).version, 2);
}

#[test]
fn fields_of_a_message_that_lies_about_itself_lie_inside_it() {
    let honest = token("tsrequest-freerdp-authenticate").0;
    for at in 0..88 {
        for value in [0x00, 0x7f, 0xff] {
            let mut token = token("tsrequest-freerdp-authenticate");
            token.0[at] = value;
            let request = TsRequest { nego_tokens: Some(vec![NegoToken::Ntlm(token)]), ..TsRequest::default() };
            let mut fields = 0;
            let _ = encode(
                &message(request),
                &mut Edit(Layer::Ntlm, |sealed: &mut Layered| {
                    fields = sealed.fields.len();
                    assert!(sealed.fields.iter().all(|field| field.range.end <= honest.len()));
                    assert!(sealed.fields.iter().all(|field| field.range.start <= field.range.end));
                }),
            );
            assert!(fields > 0 || (8..12).contains(&at) || at < 8, "byte {at} set to {value:#x}");
        }
    }
}
