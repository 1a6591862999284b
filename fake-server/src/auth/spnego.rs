//! SPNEGO's acceptor: NTLM bare, NTLM inside SPNEGO, or no agreement.
//!
//! RFC 4178 4.2, 5; MS-SPNG 3.3.5.

use badrdp_proto::connect::AuthFailure;
use badrdp_proto::pdu::credssp::spnego::{MechToken, Mechanism as Oid, NegState, mech_type_list};
use badrdp_proto::pdu::credssp::{NegoToken, NtlmToken, SpnegoToken};
use badrdp_proto::vocab::codes::NtStatus;
use badrdp_scenarios::model::Mechanism;

use super::ntlm::Session;

/// How NTLM's messages are carried.
pub(super) enum Carrier {
    /// As they are.
    Bare,
    /// Inside SPNEGO.
    Spnego {
        /// `MechTypeList` as `mechListMIC` covers it.
        mech_types: Vec<u8>,
        /// NTLM is what the client wants most.
        is_first_choice: bool,
        /// `supportedMech` was said.
        selected: bool,
    },
}

/// What the client's first token leads to.
pub(super) enum Opening {
    /// NTLM goes on with this message.
    Ntlm(Carrier, NtlmToken),
    /// NTLM is selected; its first message is due.
    Select(Carrier, NegoToken),
    /// Kerberos is selected, whatever the client makes of it.
    Kerberos(NegoToken),
}

/// Opens the client's first token.
pub(super) fn open(profile: Mechanism, token: &NegoToken) -> Result<Opening, AuthFailure> {
    let bad = |what: &str| Err(AuthFailure::BadToken(what.to_owned()));
    let (mech_types, mech_token) = match (token, profile) {
        (NegoToken::Ntlm(message), Mechanism::Any | Mechanism::Ntlm) => {
            return Ok(Opening::Ntlm(Carrier::Bare, message.clone()));
        }
        (NegoToken::Ntlm(_), Mechanism::Spnego) => return bad("bare NTLM, where SPNEGO is due"),
        (NegoToken::Ntlm(_), Mechanism::Reject | Mechanism::Kerberos) => {
            // As from a host on which NTLM is forbidden (MS-NLMP 3.2.5.1.2, `ServerBlock`).
            return Err(AuthFailure::Refused(NtStatus::STATUS_NOT_SUPPORTED));
        }
        (NegoToken::Spnego(_), Mechanism::Ntlm) => return bad("SPNEGO, where bare NTLM is due"),
        (NegoToken::Spnego(token), _) => match token.as_ref() {
            SpnegoToken::Init { mech_types, mech_token, .. } => (mech_types, mech_token),
            SpnegoToken::Resp { .. } => return bad("NegTokenResp, where NegTokenInit is due"),
        },
        (NegoToken::Unknown(_), _) => return bad("neither NTLM nor SPNEGO"),
    };
    let offers = |oid: &[u8]| mech_types.iter().position(|mechanism| mechanism.0 == oid);
    if profile == Mechanism::Kerberos {
        let oid = if offers(Oid::MS_KERBEROS).is_some() { Oid::MS_KERBEROS } else { Oid::KERBEROS };
        return Ok(Opening::Kerberos(response(NegState::ACCEPT_INCOMPLETE, Some(oid), None, None)));
    }
    let Some(place) = offers(Oid::NTLM).filter(|_| profile != Mechanism::Reject) else {
        return Err(AuthFailure::MechanismRejected);
    };
    let is_first_choice = place == 0;
    let carrier = |selected| Carrier::Spnego { mech_types: mech_type_list(mech_types), is_first_choice, selected };
    // The optimistic token belongs to the first choice (RFC 4178 4.2.1).
    match mech_token {
        Some(MechToken::Ntlm(message)) if is_first_choice => Ok(Opening::Ntlm(carrier(false), message.clone())),
        Some(MechToken::Unknown(_)) if is_first_choice => bad("a mechToken that is no NTLM, where NTLM comes first"),
        _ => {
            let state = if is_first_choice { NegState::ACCEPT_INCOMPLETE } else { NegState::REQUEST_MIC };
            Ok(Opening::Select(carrier(true), response(state, Some(Oid::NTLM), None, None)))
        }
    }
}

/// What a client hears with whom nothing can be agreed.
pub(super) fn reject() -> NegoToken {
    response(NegState::REJECT, None, None, None)
}

fn response(state: NegState, selected: Option<&[u8]>, token: Option<NtlmToken>, mic: Option<Vec<u8>>) -> NegoToken {
    NegoToken::Spnego(Box::new(SpnegoToken::Resp {
        neg_state: Some(state),
        supported_mech: selected.map(|oid| Oid(oid.to_vec())),
        response_token: token.map(MechToken::Ntlm),
        mech_list_mic: mic,
    }))
}

impl Carrier {
    /// Takes NTLM's message and the `mechListMIC` out of a later token.
    pub(super) fn unwrap<'t>(&self, token: &'t NegoToken) -> Result<(&'t NtlmToken, Option<&'t [u8]>), AuthFailure> {
        let bad = |what: &str| Err(AuthFailure::BadToken(what.to_owned()));
        match (self, token) {
            (Self::Bare, NegoToken::Ntlm(message)) => Ok((message, None)),
            (Self::Spnego { .. }, NegoToken::Spnego(token)) => match token.as_ref() {
                SpnegoToken::Resp { response_token: Some(MechToken::Ntlm(message)), mech_list_mic, .. } => {
                    Ok((message, mech_list_mic.as_deref()))
                }
                SpnegoToken::Resp { neg_state: Some(NegState::REJECT), .. } => Err(AuthFailure::MechanismRejected),
                SpnegoToken::Resp { .. } => bad("NegTokenResp without an NTLM message"),
                SpnegoToken::Init { .. } => bad("NegTokenInit a second time"),
            },
            (Self::Bare, _) => bad("no NTLM message"),
            (Self::Spnego { .. }, _) => bad("no SPNEGO token"),
        }
    }

    /// Wraps the challenge.
    pub(super) fn challenge(&mut self, message: NtlmToken) -> NegoToken {
        match self {
            Self::Bare => NegoToken::Ntlm(message),
            Self::Spnego { selected, .. } => {
                let first = !std::mem::replace(selected, true);
                response(NegState::ACCEPT_INCOMPLETE, first.then_some(Oid::NTLM), Some(message), None)
            }
        }
    }

    /// The last token, once the client is known; bare NTLM has none.
    ///
    /// `mechListMIC` must be there where NTLM is not the client's first choice (RFC 4178 5), and where NTLM's own
    /// message has an integrity code (MS-SPNG 3.3.5.1).
    pub(super) fn finish(&self, session: &mut Session, mic: Option<&[u8]>) -> Result<Option<NegoToken>, AuthFailure> {
        let Self::Spnego { mech_types, is_first_choice, .. } = self else {
            return Ok(None);
        };
        let ours = match mic {
            Some(mic) if mic == session.theirs.sign_apart(mech_types) => {
                Some(session.ours.sign_apart(mech_types).to_vec())
            }
            None if *is_first_choice && !session.has_mic => None,
            _ => return Err(AuthFailure::MechListMic),
        };
        Ok(Some(response(NegState::ACCEPT_COMPLETED, None, None, ours)))
    }
}
