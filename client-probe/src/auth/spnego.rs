//! What a host's logon token must be at each step.
//!
//! RFC 4178 4.2.2; MS-SPNG 3.1.5.

use badrdp_proto::connect::AuthFailure;
use badrdp_proto::pdu::credssp::spnego::{self, Mechanism, NegState, SpnegoToken};
use badrdp_proto::pdu::credssp::{NegoToken, NtlmToken};

use super::bad_token;

/// The NTLM message in the answer to the first token, bare or in SPNEGO as the question was.
pub(super) fn challenge(token: &NegoToken, spnego: bool) -> Result<&NtlmToken, AuthFailure> {
    match token {
        NegoToken::Ntlm(_) if spnego => Err(bad_token("bare NTLM in answer to SPNEGO")),
        NegoToken::Ntlm(ntlm) => Ok(ntlm),
        NegoToken::Spnego(answer) => {
            selected(answer)?;
            if !spnego {
                return Err(bad_token("SPNEGO in answer to bare NTLM"));
            }
            answer.ntlm().ok_or_else(|| bad_token("SPNEGO without an NTLM challenge"))
        }
        NegoToken::Unknown(_) => Err(bad_token("it is neither NTLM nor SPNEGO")),
    }
}

/// The answer to the last token: SPNEGO is complete, and nobody changed the list of mechanisms.
pub(super) fn completion(token: &NegoToken) -> Result<(), AuthFailure> {
    let NegoToken::Spnego(answer) = token else {
        return Err(bad_token("it is no SPNEGO"));
    };
    selected(answer)?;
    match answer.as_ref() {
        SpnegoToken::Resp { mech_list_mic: None, .. } => Err(AuthFailure::MechListMic),
        SpnegoToken::Resp { neg_state: Some(NegState::ACCEPT_COMPLETED), .. } => Ok(()),
        _ => Err(bad_token("SPNEGO does not come to its end")),
    }
}

/// Neither a refusal nor a mechanism that was not offered.
fn selected(answer: &SpnegoToken) -> Result<(), AuthFailure> {
    match answer {
        SpnegoToken::Init { .. } => Err(bad_token("SPNEGO NegTokenInit in place of NegTokenResp")),
        SpnegoToken::Resp { neg_state: Some(NegState::REJECT), .. } => Err(AuthFailure::MechanismRejected),
        SpnegoToken::Resp { supported_mech: Some(mechanism), .. } if mechanism.0 != Mechanism::NTLM => {
            Err(AuthFailure::MechanismUnsupported(mechanism.to_string()))
        }
        SpnegoToken::Resp { .. } => Ok(()),
    }
}

/// The token as it came.
pub(super) fn bytes(token: &NegoToken) -> Vec<u8> {
    match token {
        NegoToken::Ntlm(ntlm) => ntlm.0.clone(),
        NegoToken::Spnego(token) => spnego::to_bytes(token),
        NegoToken::Unknown(bytes) => bytes.clone(),
    }
}
