//! CredSSP's server side: the order of its messages, and every way to refuse one.
//!
//! MS-CSSP 3.1.5. `sspi::credssp::CredSspServer` is not used, for it cannot be what a scenario asks for: its challenge
//! has no names, its clock and randomness are its own, and it never checks the proof in the client's answer.

use badrdp_proto::connect::{AuthFailure, AuthReply, Ending};
use badrdp_proto::pdu::credssp::{NegoToken, NtlmToken, TsRequest};
use badrdp_proto::transcript::Delegated;
use badrdp_proto::vocab::codes::{NtStatus, SecurityStatus};
use badrdp_scenarios::model::{PublicKeyAnswer, Refusal};
use sha2::{Digest as _, Sha256};

use super::ntlm::{Offered, Session};
use super::spnego::{Carrier, Opening};
use super::{AuthHost, delegated, spnego};

const CLIENT_TO_SERVER: &[u8] = b"CredSSP Client-To-Server Binding Hash\0";
const SERVER_TO_CLIENT: &[u8] = b"CredSSP Server-To-Client Binding Hash\0";
/// `clientNonce`.
const NONCE: usize = 32;
/// `internal_error`, RFC 8446 6.2.
const INTERNAL_ERROR: u8 = 80;
/// Where the checksum begins in a sealed field, MS-NLMP 2.2.2.9.1.
const CHECKSUM: usize = 4;

/// One client's way through CredSSP.
pub(super) struct CredSsp {
    server_challenge: [u8; 8],
    state: State,
    /// `version` of the client's first message.
    client_version: Option<u32>,
    nonce: Option<Vec<u8>>,
    /// What the client delegated, once it is known.
    pub(super) delegated: Option<Delegated>,
}

/// What the server waits for.
enum State {
    /// The first token.
    Start,
    /// NEGOTIATE_MESSAGE, after NTLM was selected.
    Selected(Carrier),
    /// Kerberos was selected, which is not spoken here.
    Kerberos,
    /// AUTHENTICATE_MESSAGE.
    Challenged(Carrier, Box<Offered>),
    /// `pubKeyAuth`.
    LoggedOn(Box<Session>),
    /// `authInfo`.
    Bound(Box<Session>),
    /// Nothing more.
    Over,
}

impl CredSsp {
    pub(super) const fn new(server_challenge: [u8; 8]) -> Self {
        Self { server_challenge, state: State::Start, client_version: None, nonce: None, delegated: None }
    }

    /// Answers a message of the client.
    pub(super) fn answer(&mut self, host: &AuthHost, request: &TsRequest) -> AuthReply {
        let delegating = matches!(self.state, State::Bound(_));
        match self.take(host, request) {
            Ok(reply) => reply,
            Err(failure) => self.refuse(host, failure, delegating),
        }
    }

    fn take(&mut self, host: &AuthHost, request: &TsRequest) -> Result<AuthReply, AuthFailure> {
        self.check_version(host, request.version)?;
        if request.client_nonce.is_some() {
            self.nonce.clone_from(&request.client_nonce);
        }
        let token = || request.nego_tokens.iter().flatten().next().ok_or(AuthFailure::Missing("negoTokens"));
        let (state, reply) = match std::mem::replace(&mut self.state, State::Over) {
            State::Start => match spnego::open(host.nla.mechanism, token()?)? {
                Opening::Ntlm(carrier, negotiate) => self.challenge(host, carrier, &negotiate)?,
                Opening::Select(carrier, answer) => (State::Selected(carrier), say(host, Some(answer))),
                Opening::Kerberos(answer) => (State::Kerberos, say(host, Some(answer))),
            },
            State::Selected(carrier) => {
                let (negotiate, _) = carrier.unwrap(token()?)?;
                self.challenge(host, carrier, negotiate)?
            }
            State::Kerberos => return Err(AuthFailure::MechanismUnsupported("Kerberos".to_owned())),
            State::Challenged(carrier, offered) => {
                let (authenticate, mic) = carrier.unwrap(token()?)?;
                let mut session = offered.judge(host, authenticate)?;
                let last = carrier.finish(&mut session, mic)?;
                if request.pub_key_auth.is_some() {
                    self.bind(host, session, request, last)?
                } else {
                    let reply = if last.is_some() { say(host, last) } else { AuthReply::Wait };
                    (State::LoggedOn(Box::new(session)), reply)
                }
            }
            State::LoggedOn(session) => self.bind(host, *session, request, None)?,
            State::Bound(session) => (State::Over, self.delegate(host, *session, request)?),
            State::Over => return Err(AuthFailure::BadToken("a message behind the last one".to_owned())),
        };
        self.state = state;
        Ok(reply)
    }

    fn check_version(&mut self, host: &AuthHost, version: u32) -> Result<(), AuthFailure> {
        let first = *self.client_version.get_or_insert(version);
        if first != version {
            return Err(AuthFailure::VersionChanged { from: first, to: version });
        }
        if version < host.nla.min_client_version {
            return Err(AuthFailure::VersionTooOld(version));
        }
        Ok(())
    }

    /// The version by which this side behaves: the lower of both.
    fn version(&self, host: &AuthHost) -> u32 {
        self.client_version.unwrap_or(host.nla.version).min(host.nla.version)
    }

    fn challenge(
        &self,
        host: &AuthHost,
        mut carrier: Carrier,
        negotiate: &NtlmToken,
    ) -> Result<(State, AuthReply), AuthFailure> {
        let offered = Offered::answer(host, self.server_challenge, negotiate)?;
        let token = carrier.challenge(offered.challenge.clone());
        Ok((State::Challenged(carrier, Box::new(offered)), say(host, Some(token))))
    }

    /// Checks that the client saw this server's key, and answers in kind.
    fn bind(
        &self,
        host: &AuthHost,
        mut session: Session,
        request: &TsRequest,
        token: Option<NegoToken>,
    ) -> Result<(State, AuthReply), AuthFailure> {
        let sealed = request.pub_key_auth.as_ref().ok_or(AuthFailure::Missing("pubKeyAuth"))?;
        let said = session.theirs.unseal(sealed).ok_or(AuthFailure::Unsealable("pubKeyAuth"))?;
        let nonce = self.nonce(host)?;
        let expected = match &nonce {
            Some(nonce) => hash(CLIENT_TO_SERVER, nonce, &host.public_key),
            None => host.public_key.clone(),
        };
        if said != expected {
            return Err(AuthFailure::PublicKeyMismatch);
        }
        let honest = |key: &[u8]| match &nonce {
            Some(nonce) => hash(SERVER_TO_CLIENT, nonce, key),
            None => incremented(key),
        };
        let how = host.nla.public_key;
        let answer = match (how, &nonce) {
            (PublicKeyAnswer::WrongKey, _) => honest(&other_key(&host.public_key)),
            (PublicKeyAnswer::NonceIgnored, Some(_)) => hash(SERVER_TO_CLIENT, &[0; NONCE], &host.public_key),
            (PublicKeyAnswer::NotIncremented, None) => said,
            _ => honest(&host.public_key),
        };
        let mut sealed = session.ours.seal(&answer);
        if let (PublicKeyAnswer::Unsealed, Some(byte)) = (how, sealed.get_mut(CHECKSUM)) {
            *byte ^= 0xff;
        }
        let pub_key_auth = (how != PublicKeyAnswer::Missing).then_some(sealed);
        let reply = TsRequest { pub_key_auth, ..message(host, token) };
        Ok((State::Bound(Box::new(session)), AuthReply::Send(Box::new(reply))))
    }

    /// The client's nonce, from version 5 on.
    fn nonce(&self, host: &AuthHost) -> Result<Option<[u8; NONCE]>, AuthFailure> {
        if self.version(host) < TsRequest::FIRST_WITH_NONCE {
            return Ok(None);
        }
        let nonce = self.nonce.as_deref().ok_or(AuthFailure::Missing("clientNonce"))?;
        let nonce = nonce.try_into().map_err(|_| AuthFailure::BadToken("clientNonce has not 32 bytes".to_owned()))?;
        Ok(Some(nonce))
    }

    fn delegate(
        &mut self,
        host: &AuthHost,
        mut session: Session,
        request: &TsRequest,
    ) -> Result<AuthReply, AuthFailure> {
        let sealed = request.auth_info.as_ref().ok_or(AuthFailure::Missing("authInfo"))?;
        let opened = session.theirs.unseal(sealed).ok_or(AuthFailure::Unsealable("authInfo"))?;
        let credentials = delegated::open(&opened)?;
        // Given away is given away, whatever comes of it.
        self.delegated = Some(credentials.delegated.clone());
        delegated::judge(host, &credentials)?;
        Ok(AuthReply::Done { last: None })
    }

    /// Tells the client that it failed, as the scenario says.
    ///
    /// An error code stands for a failed authentication (MS-CSSP 2.2.1). Once that is over, a client of HYBRID has begun
    /// with the next stage when the server opens `authInfo`, and only the connection's end can tell it anything.
    fn refuse(&mut self, host: &AuthHost, failure: AuthFailure, delegating: bool) -> AuthReply {
        self.state = State::Over;
        if failure == AuthFailure::MechanismRejected {
            let last = Some(Box::new(message(host, Some(spnego::reject()))));
            return AuthReply::Failed { last, failure, ending: Ending::Fin };
        }
        let may_get_code = TsRequest::may_get_error_code(self.version(host));
        let how = match host.nla.refusal {
            Refusal::ErrorCode if delegating => Refusal::Fin,
            Refusal::ErrorCode if !may_get_code => host.nla.refusal_without_code,
            how => how,
        };
        let (last, ending) = match how {
            Refusal::ErrorCode => {
                let error_code = Some(code(&failure));
                (Some(Box::new(TsRequest { error_code, ..message(host, None) })), Ending::Fin)
            }
            Refusal::Alert => (None, Ending::TlsAlert(INTERNAL_ERROR)),
            Refusal::Fin => (None, Ending::Fin),
            Refusal::Rst => (None, Ending::Rst),
            Refusal::Stall => (None, Ending::Stall),
        };
        AuthReply::Failed { last, failure, ending }
    }
}

/// `errorCode` for a failure. Only refusals have an NTSTATUS of their own; for the rest these SECURITY_STATUS values are
/// inferred: they are what Windows' security packages return for such a message.
const fn code(failure: &AuthFailure) -> NtStatus {
    let status = match failure {
        AuthFailure::Refused(status) => return *status,
        AuthFailure::VersionTooOld(_) => SecurityStatus::SEC_E_UNSUPPORTED_FUNCTION,
        AuthFailure::VersionChanged { .. }
        | AuthFailure::PublicKeyMismatch
        | AuthFailure::Unsealable(_)
        | AuthFailure::MessageIntegrity
        | AuthFailure::MechListMic => SecurityStatus::SEC_E_MESSAGE_ALTERED,
        _ => SecurityStatus::SEC_E_INVALID_TOKEN,
    };
    NtStatus(status.0)
}

/// A message of this server.
fn message(host: &AuthHost, token: Option<NegoToken>) -> TsRequest {
    TsRequest { version: host.nla.version, nego_tokens: token.map(|token| vec![token]), ..TsRequest::default() }
}

fn say(host: &AuthHost, token: Option<NegoToken>) -> AuthReply {
    AuthReply::Send(Box::new(message(host, token)))
}

fn hash(magic: &[u8], nonce: &[u8; NONCE], key: &[u8]) -> Vec<u8> {
    Sha256::new().chain_update(magic).chain_update(nonce).chain_update(key).finalize().to_vec()
}

/// The key plus one, its first byte the lowest.
fn incremented(key: &[u8]) -> Vec<u8> {
    let mut key = key.to_vec();
    for byte in &mut key {
        *byte = byte.wrapping_add(1);
        if *byte != 0 {
            break;
        }
    }
    key
}

/// A key that is not this server's, of the same length.
fn other_key(key: &[u8]) -> Vec<u8> {
    let mut key = key.to_vec();
    if let Some(byte) = key.last_mut() {
        *byte ^= 0xff;
    }
    key
}
