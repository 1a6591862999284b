//! A `TSRequest` without what differs from run to run: what two runs can be compared by, and a diagnosis is made from.

use badrdp_proto::pdu::Message;
use badrdp_proto::pdu::credssp::ntlm::{NtlmMessage, NtlmToken};
use badrdp_proto::pdu::credssp::spnego::{MechToken, SpnegoToken};
use badrdp_proto::pdu::credssp::{NegoToken, TsRequest};

/// `ServerChallenge` in a CHALLENGE_MESSAGE, MS-NLMP 2.2.1.2.
const SERVER_CHALLENGE: core::ops::Range<usize> = 24..32;

/// `MIC` in an AUTHENTICATE_MESSAGE, MS-NLMP 2.2.1.3.
const MIC: core::ops::Range<usize> = 72..88;
/// Length, maximal length and offset of each of its six payload fields; `NegotiateFlags` stand behind the last.
const PAYLOAD_FIELDS: core::ops::Range<usize> = 12..60;

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
        Ok(NtlmMessage::Authenticate(_)) => vec![has_mic(&token.0).then_some(MIC)],
        Ok(NtlmMessage::Negotiate(_)) | Err(_) => Vec::new(),
    };
    for span in spans.into_iter().flatten() {
        token.0.get_mut(span).unwrap_or_default().fill(b'*');
    }
}

/// Whether the payload leaves room for a MIC. What says so for sure, `MsvAvFlags`, is overwritten with the response.
fn has_mic(authenticate: &[u8]) -> bool {
    let fields = authenticate.get(PAYLOAD_FIELDS).unwrap_or_default().chunks_exact(8);
    let starts = fields.filter_map(|field| match *field {
        [0, 0, ..] => None,
        [_, _, _, _, a, b, c, d] => Some(u32::from_le_bytes([a, b, c, d])),
        _ => None,
    });
    starts.min().is_some_and(|start| usize::try_from(start).is_ok_and(|start| start >= MIC.end))
}
