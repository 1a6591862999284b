//! A `TSRequest` without what differs from run to run: what two runs can be compared by, and a diagnosis is made from.

use badrdp_proto::pdu::Message;
use badrdp_proto::pdu::credssp::ntlm::{NtlmMessage, NtlmToken};
use badrdp_proto::pdu::credssp::spnego::{MechToken, SpnegoToken};
use badrdp_proto::pdu::credssp::{NegoToken, TsRequest};

/// `ServerChallenge` in a CHALLENGE_MESSAGE, MS-NLMP 2.2.1.2.
const SERVER_CHALLENGE: core::ops::Range<usize> = 24..32;

/// The request's bytes with nonces, challenges, times, proofs and all that is sealed overwritten; none for another
/// message.
pub(super) fn masked_request(message: &Message) -> Option<Vec<u8>> {
    let Message::TsRequest(request) = message.redacted() else { return None };
    let mut request: Box<TsRequest> = request;
    let sealed = [&mut request.auth_info, &mut request.pub_key_auth, &mut request.client_nonce];
    sealed.into_iter().flatten().for_each(|bytes| bytes.fill(b'*'));
    for token in request.nego_tokens.iter_mut().flatten() {
        match token {
            NegoToken::Ntlm(token) => mask(token),
            NegoToken::Unknown(_) => {}
            NegoToken::Spnego(token) => {
                let (SpnegoToken::Init { mech_token: inner, mech_list_mic: mic, .. }
                | SpnegoToken::Resp { response_token: inner, mech_list_mic: mic, .. }) = token.as_mut();
                if let Some(MechToken::Ntlm(token)) = inner {
                    mask(token);
                }
                mic.iter_mut().for_each(|mic| mic.fill(b'*'));
            }
        }
    }
    Some(Message::TsRequest(request).encode())
}

fn mask(token: &mut NtlmToken) {
    let spans = match token.read() {
        Ok(NtlmMessage::Challenge(challenge)) => {
            let time = challenge.target_info.timestamp.map(u64::to_le_bytes);
            let at = time.and_then(|time| token.0.windows(time.len()).position(|bytes| bytes == time));
            vec![Some(SERVER_CHALLENGE), at.map(|at| at..at + size_of::<u64>())]
        }
        Ok(NtlmMessage::Authenticate(message)) => vec![message.mic],
        Ok(NtlmMessage::Negotiate(_)) | Err(_) => Vec::new(),
    };
    for span in spans.into_iter().flatten() {
        token.0.get_mut(span).unwrap_or_default().fill(b'*');
    }
}
