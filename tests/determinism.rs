//! Two replays of a logon are the same on the server's side, byte for byte, but for what NTLM, CredSSP and TLS
//! randomise: those fields are masked here by their names, and nothing else is.
#![allow(clippy::expect_used, clippy::panic, reason = "tests say what they expect")]

use badrdp::proto::pdu::Message;
use badrdp::proto::pdu::credssp::ntlm::{Authenticate, NtlmMessage, NtlmToken};
use badrdp::proto::pdu::credssp::spnego::{MechToken, SpnegoToken};
use badrdp::proto::pdu::credssp::{NegoToken, TsRequest};
use badrdp::proto::transcript::{Event, Transcript};
use badrdp::replay::{Options, replay};

/// `MIC` of an AUTHENTICATE_MESSAGE, MS-NLMP 2.2.1.3. Whether there is one stands in the response, which no record keeps.
const MIC: std::ops::Range<usize> = 72..88;

/// A value that differs in two runs, with its length.
fn mask(bytes: &mut [u8]) {
    bytes.fill(0);
}

fn mask_request(request: &mut TsRequest) {
    let TsRequest { version: _, nego_tokens, auth_info, pub_key_auth, error_code: _, client_nonce } = request;
    for field in [auth_info, pub_key_auth, client_nonce].into_iter().flatten() {
        mask(field);
    }
    for token in nego_tokens.iter_mut().flatten() {
        match token {
            NegoToken::Ntlm(ntlm) => mask_ntlm(ntlm),
            NegoToken::Spnego(token) => mask_spnego(token),
            NegoToken::Unknown(_) => {}
        }
    }
}

fn mask_spnego(token: &mut SpnegoToken) {
    let (token, mic) = match token {
        SpnegoToken::Init { mech_token, mech_list_mic, .. } => (mech_token, mech_list_mic),
        SpnegoToken::Resp { response_token, mech_list_mic, .. } => (response_token, mech_list_mic),
    };
    if let Some(MechToken::Ntlm(ntlm)) = token {
        mask_ntlm(ntlm);
    }
    if let Some(mic) = mic {
        mask(mic);
    }
}

fn mask_ntlm(token: &mut NtlmToken) {
    let Ok(NtlmMessage::Authenticate(authenticate)) = token.read() else { return };
    let Authenticate { lm_response, nt_response, session_key, .. } = authenticate;
    for span in [lm_response, nt_response, session_key, MIC] {
        mask(token.0.get_mut(span).expect("the message was read"));
    }
}

/// An event without what may differ. The bytes of a masked message are those of its length.
fn masked(event: &Event) -> Event {
    let mut event = event.clone();
    match &mut event {
        Event::Message { message: Some(message), bytes, .. } => {
            if let Message::TsRequest(request) = message.as_mut() {
                let before = request.clone();
                mask_request(request);
                if *request != before {
                    mask(bytes);
                }
            }
        }
        // How long a signature is hangs on its value.
        Event::TlsRecord { length, .. } => *length = 0,
        _ => {}
    }
    event
}

fn events(transcript: &Transcript, of: impl Fn(&Event) -> Event) -> Vec<Event> {
    transcript.entries.iter().map(|entry| of(&entry.event)).collect()
}

async fn server_side(id: &str) -> Transcript {
    let scenario = badrdp::scenario(id).expect("a built-in scenario");
    let replayed = replay(&scenario, &Options::default()).await.expect("a loopback port");
    assert_eq!(replayed.problems, Vec::<String>::new(), "{id}");
    let [transcript] = <[Transcript; 1]>::try_from(replayed.server).expect("one connection");
    transcript
}

#[tokio::test]
async fn two_logons_differ_in_masked_fields_only() {
    for id in ["healthy/nla-logon/hybrid", "healthy/nla-logon/spnego-hybrid-ex", "healthy/nla-logon/client-v2"] {
        let (one, two) = (server_side(id).await, server_side(id).await);
        for (index, (a, b)) in events(&one, masked).iter().zip(&events(&two, masked)).enumerate() {
            assert_eq!(a, b, "{id}, entry {index}");
        }
        assert_eq!((one.entries.len(), one.stage, &one.failure), (two.entries.len(), two.stage, &two.failure), "{id}");
        assert_ne!(events(&one, Event::clone), events(&two, Event::clone), "{id}: nothing was random after all");
    }
}

/// What the server says by its seed and clock is not masked.
#[tokio::test]
async fn the_challenge_repeats() {
    let challenge = |transcript: &Transcript| {
        transcript.messages().find_map(|(_, _, message)| match message? {
            Message::TsRequest(request) => match request.ntlm()?.read() {
                Ok(NtlmMessage::Challenge(challenge)) => Some(challenge),
                _ => None,
            },
            _ => None,
        })
    };
    let id = "healthy/nla-logon/hybrid";
    let (one, two) = (challenge(&server_side(id).await), challenge(&server_side(id).await));
    let challenge = one.clone().expect("a challenge");
    assert_eq!(one, two);
    assert_ne!(challenge.server_challenge, [0; 8]);
    assert!(challenge.target_info.timestamp.is_some());
}
