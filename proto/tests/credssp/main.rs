//! CredSSP on the wire: `TSRequest`, NTLM and SPNEGO, their secrets, and the ledger of who gave them away.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

mod differential;
mod layers;
mod ledger;
mod ntlm;
mod secrets;
mod spnego;
#[path = "../codec/support.rs"]
mod support;
mod ts_request;

use badrdp_proto::pdu::credssp::ntlm::{Authenticate, NtlmMessage, NtlmToken};
use badrdp_proto::pdu::credssp::spnego::{MechToken, Mechanism, NegState, SpnegoToken};
use badrdp_proto::pdu::credssp::{NegoToken, TsRequest};
use badrdp_proto::pdu::{Context, Expect, Message, Side, decode, specimen};
use support::Layers;

/// What decodes CredSSP from one side.
fn credssp(from: Side) -> Context {
    Context {
        from,
        io_channel: specimen::IO_CHANNEL,
        message_channel: None,
        device_channel: None,
        expect: Expect::CredSsp,
    }
}

/// The request in one of the vectors.
fn vector(name: &str) -> TsRequest {
    let vector = support::vectors().into_iter().find(|vector| vector.name == name).expect("a vector of that name");
    match decode(&vector.bytes, &vector.context) {
        Ok(Message::TsRequest(request)) => *request,
        other => panic!("{name}: {other:?}"),
    }
}

/// The NTLM message in one of the vectors.
fn token(name: &str) -> NtlmToken {
    vector(name).ntlm().expect("an NTLM message").clone()
}

fn authenticate(token: &NtlmToken) -> Authenticate {
    match token.read() {
        Ok(NtlmMessage::Authenticate(message)) => message,
        other => panic!("{other:?}"),
    }
}

fn message(request: TsRequest) -> Message {
    Message::TsRequest(Box::new(request))
}

/// The one token of a request.
fn only_token(request: &TsRequest) -> NegoToken {
    match request.nego_tokens.as_deref() {
        Some([token]) => token.clone(),
        other => panic!("{other:?}"),
    }
}

fn in_spnego(token: &NtlmToken) -> NegoToken {
    NegoToken::Spnego(Box::new(SpnegoToken::Resp {
        neg_state: Some(NegState::ACCEPT_INCOMPLETE),
        supported_mech: None,
        response_token: Some(MechToken::Ntlm(token.clone())),
        mech_list_mic: Some(vec![0x5a; 16]),
    }))
}

/// Requests as clients and servers send them, every field and both carriers of NTLM among them.
fn requests() -> Vec<TsRequest> {
    let negotiate = token("tsrequest-freerdp-negotiate");
    let authenticate = token("tsrequest-freerdp-authenticate");
    let base = |version| TsRequest { version, ..TsRequest::default() };
    let init = SpnegoToken::Init {
        mech_types: vec![Mechanism(Mechanism::NTLM.to_vec()), Mechanism(Mechanism::KERBEROS.to_vec())],
        mech_token: Some(MechToken::Ntlm(negotiate.clone())),
        mech_list_mic: None,
    };
    let nonce = Some((100..132).collect::<Vec<u8>>());
    let mut all = vec![
        TsRequest { nego_tokens: Some(vec![NegoToken::Ntlm(negotiate.clone())]), ..base(2) },
        TsRequest {
            nego_tokens: Some(vec![NegoToken::Spnego(Box::new(init))]),
            client_nonce: nonce.clone(),
            ..base(6)
        },
        TsRequest {
            nego_tokens: Some(vec![in_spnego(&authenticate)]),
            pub_key_auth: Some((0..48).collect()),
            client_nonce: nonce,
            ..base(6)
        },
        TsRequest {
            nego_tokens: Some(vec![NegoToken::Ntlm(negotiate), NegoToken::Unknown(vec![0x6e; 40])]),
            ..base(7)
        },
        TsRequest { auth_info: Some(vec![0xc1; 83]), ..base(6) },
        TsRequest { nego_tokens: Some(Vec::new()), ..base(6) },
        base(3),
    ];
    let server = specimen::specimens(badrdp_proto::vocab::MessageKind::TsRequest);
    all.extend(server.into_iter().map(|message| match message {
        Message::TsRequest(request) => *request,
        other => panic!("{other:?}"),
    }));
    all
}
