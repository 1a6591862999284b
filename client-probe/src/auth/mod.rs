//! The probe's auth port: CredSSP's client side.
//!
//! MS-CSSP 3.1.5. The rules of CredSSP are here; NTLM and SPNEGO are those of the sspi crate, behind [`context`].

mod binding;
mod context;
mod delegate;
mod identity;
mod spnego;
#[cfg(test)]
mod tests;

use std::time::SystemTime;

use badrdp_proto::connect::{AuthCall, AuthFailure, AuthReply, Ending};
use badrdp_proto::pdu::credssp::ntlm::NtlmMessage;
use badrdp_proto::pdu::credssp::{NegoToken, TsRequest};
use badrdp_proto::transcript::HostIdentity;
use badrdp_proto::vocab::codes::NtStatus;

use self::binding::Binding;
use self::context::{Context, Token};
use crate::probe::{CredSsp, Credentials, LogonMode, Options};

/// One connection's logon.
pub(crate) struct Auth {
    credentials: Option<Credentials>,
    credssp: CredSsp,
    /// The host's own certificate, in DER.
    leaf: Vec<u8>,
    trusted: bool,
    context: Option<Context>,
    awaits: Awaits,
    /// The version that the host said first.
    host_version: Option<u32>,
    /// What the challenge said of the host; taken by the driver for the record.
    pub(crate) identity: Option<HostIdentity>,
}

/// What the host is to say next.
enum Awaits {
    Challenge,
    /// SPNEGO alone: the host's `mechListMIC`, before the public keys are compared.
    MechListMic,
    PublicKey(Binding),
    Nothing,
}

impl Auth {
    /// For the host whose leaf certificate is `leaf` (DER); `trusted` says whether it may have credentials.
    pub(crate) fn new(options: &Options, leaf: &[u8], trusted: bool) -> Self {
        Self {
            credentials: options.credentials.clone(),
            credssp: options.credssp,
            leaf: leaf.to_vec(),
            trusted,
            context: None,
            awaits: Awaits::Nothing,
            host_version: None,
            identity: None,
        }
    }

    /// Does what the machine asks; `now` is the probe's clock.
    pub(crate) fn call(&mut self, call: AuthCall, now: SystemTime) -> AuthReply {
        let outcome = match call {
            AuthCall::Begin => self.begin(),
            AuthCall::Take(request) => self.take(&request, now),
        };
        outcome.unwrap_or_else(|failure| {
            self.awaits = Awaits::Nothing;
            AuthReply::Failed { last: None, failure, ending: Ending::Fin }
        })
    }

    fn begin(&mut self) -> Result<AuthReply, AuthFailure> {
        if self.credssp.mode == LogonMode::RemoteGuard {
            return Err(local("Remote Credential Guard needs Kerberos, which is not spoken here"));
        }
        let mut context = Context::new(self.credssp.spnego).ok_or_else(|| local("NTLM cannot be started"))?;
        let Token { bytes, .. } = context.step(&[], None).ok_or_else(|| local("NTLM cannot be started"))?;
        self.context = Some(context);
        self.awaits = Awaits::Challenge;
        Ok(self.send(TsRequest { nego_tokens: tokens(&bytes), ..TsRequest::default() }))
    }

    fn take(&mut self, request: &TsRequest, now: SystemTime) -> Result<AuthReply, AuthFailure> {
        if let Some(status) = request.error_code.filter(|status| *status != NtStatus(0)) {
            return Err(AuthFailure::Refused(status));
        }
        let from = *self.host_version.get_or_insert(request.version);
        if from != request.version {
            return Err(AuthFailure::VersionChanged { from, to: request.version });
        }
        match std::mem::replace(&mut self.awaits, Awaits::Nothing) {
            Awaits::Challenge => self.on_challenge(request, now),
            Awaits::MechListMic => self.on_mech_list_mic(request),
            Awaits::PublicKey(binding) => self.on_public_key(request, &binding),
            Awaits::Nothing => Err(local("a TSRequest came that nobody waits for")),
        }
    }

    /// The challenge: the last message that a stranger gets to see.
    fn on_challenge(&mut self, request: &TsRequest, now: SystemTime) -> Result<AuthReply, AuthFailure> {
        let token = first_token(request)?;
        let ntlm = spnego::challenge(token, self.credssp.spnego)?;
        let challenge = match ntlm.read().map_err(|error| AuthFailure::BadToken(error.to_string()))? {
            NtlmMessage::Challenge(challenge) => challenge,
            NtlmMessage::Negotiate(_) => return Err(bad_token("NTLM NEGOTIATE in place of CHALLENGE")),
            NtlmMessage::Authenticate(_) => return Err(bad_token("NTLM AUTHENTICATE in place of CHALLENGE")),
        };
        self.identity = Some(identity::read(&challenge, request.version, now));
        let credentials = self.credentials.clone().ok_or(AuthFailure::NoCredentials)?;
        if !self.trusted {
            return Err(AuthFailure::Withheld);
        }
        if request.version < TsRequest::FIRST_WITH_NONCE && !self.credssp.vulnerable {
            return Err(AuthFailure::VersionTooOld(request.version));
        }
        if !context::can_use(&credentials) {
            return Err(local("NTLM cannot be done with this user name or password"));
        }
        let answer = self
            .context()?
            .step(&spnego::bytes(token), Some(&credentials))
            .ok_or_else(|| bad_token("the NTLM challenge lacks what NTLMv2 needs"))?;
        if answer.complete {
            return self.prove_key(&answer.bytes);
        }
        self.awaits = Awaits::MechListMic;
        Ok(self.send(TsRequest { nego_tokens: tokens(&answer.bytes), ..TsRequest::default() }))
    }

    fn on_mech_list_mic(&mut self, request: &TsRequest) -> Result<AuthReply, AuthFailure> {
        let token = first_token(request)?;
        spnego::completion(token)?;
        match self.context()?.step(&spnego::bytes(token), None) {
            Some(answer) if answer.complete => self.prove_key(&answer.bytes),
            _ => Err(AuthFailure::MechListMic),
        }
    }

    /// Sends the public key that TLS showed, sealed, with the last logon token where one is left.
    fn prove_key(&mut self, token: &[u8]) -> Result<AuthReply, AuthFailure> {
        let version = self.credssp.version.min(self.host_version.unwrap_or_default());
        let binding = Binding::new(&self.leaf, version)?;
        let sealed = self.context()?.seal(&binding.request()).ok_or_else(|| local("pubKeyAuth cannot be sealed"))?;
        let reply = self.send(TsRequest {
            nego_tokens: tokens(token),
            pub_key_auth: Some(sealed),
            client_nonce: binding.nonce().map(<[u8]>::to_vec),
            ..TsRequest::default()
        });
        self.awaits = Awaits::PublicKey(binding);
        Ok(reply)
    }

    /// The host's proof; only behind it does the password leave.
    fn on_public_key(&mut self, request: &TsRequest, binding: &Binding) -> Result<AuthReply, AuthFailure> {
        let sealed = request.pub_key_auth.as_deref().ok_or(AuthFailure::Missing("pubKeyAuth"))?;
        let proof = self.context()?.unseal(sealed).ok_or(AuthFailure::Unsealable("pubKeyAuth"))?;
        binding.judge(&proof)?;
        let delegated = match (self.credssp.mode, &self.credentials) {
            (LogonMode::Password, Some(credentials)) => delegate::password(credentials),
            _ => delegate::nothing(),
        };
        let auth_info = self.context()?.seal(&delegated).ok_or_else(|| local("authInfo cannot be sealed"))?;
        let last = TsRequest { version: self.credssp.version, auth_info: Some(auth_info), ..TsRequest::default() };
        Ok(AuthReply::Done { last: Some(Box::new(last)) })
    }

    fn context(&mut self) -> Result<&mut Context, AuthFailure> {
        self.context.as_mut().ok_or_else(|| local("CredSSP was not begun"))
    }

    fn send(&self, request: TsRequest) -> AuthReply {
        AuthReply::Send(Box::new(TsRequest { version: self.credssp.version, ..request }))
    }
}

fn first_token(request: &TsRequest) -> Result<&NegoToken, AuthFailure> {
    request.nego_tokens.iter().flatten().next().ok_or(AuthFailure::Missing("negoTokens"))
}

/// No element at all in place of an empty token.
fn tokens(bytes: &[u8]) -> Option<Vec<NegoToken>> {
    (!bytes.is_empty()).then(|| vec![NegoToken::sort(bytes)])
}

fn local(why: &str) -> AuthFailure {
    AuthFailure::Local(why.to_owned())
}

fn bad_token(why: &str) -> AuthFailure {
    AuthFailure::BadToken(why.to_owned())
}
