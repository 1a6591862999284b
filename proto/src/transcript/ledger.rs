//! The leak ledger: which secrets the client gave away, when, and to what kind of server.
//!
//! Computed from a server-side transcript. The secrets themselves are not in it: only their kind and length.

use core::time::Duration;

use super::{Delegated, Direction, Entry, Event, Posture, Transcript};
use crate::pdu::credssp::TsRequest;
use crate::pdu::credssp::ntlm::NtlmMessage;
use crate::pdu::{ChannelPdu, Context, Data, Expect, Message, Side, decode};
use crate::vocab::{MessageKind, Stage};

/// One secret that left the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disclosure {
    /// When, since the connection was opened.
    pub at: Duration,
    /// In which stage.
    pub stage: Stage,
    /// What.
    pub secret: Secret,
    /// Its length: bytes of an NTLM response, UTF-16 units of a password.
    pub length: usize,
    /// Whose, as far as the client said: domain and user.
    pub account: (String, String),
    /// To whom.
    pub faced: Faced,
}

/// Kinds of secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Secret {
    /// An NTLMv1 response: the password can be found offline, always.
    NtlmV1Response,
    /// An NTLMv2 response: a weak password can be found offline.
    NtlmV2Response,
    /// `TSPasswordCreds`: the password itself.
    DelegatedPassword,
    /// `TSPasswordCreds` with nothing in it (Restricted Admin): no secret, but worth a line.
    EmptyCredentials,
    /// `TSSmartCardCreds`: the PIN.
    DelegatedPin,
    /// `TSRemoteGuardCreds`: tickets, no password.
    RemoteGuardCredentials,
    /// `TSCredentials` of an unknown kind.
    OtherCredentials,
    /// The password in the Client Info PDU.
    ClientInfoPassword,
}

/// What the client faced when it gave the secret away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Faced {
    /// Whether TLS was up.
    pub encrypted: bool,
    /// The certificate's kind in the scenario's words; none without TLS.
    pub certificate: Option<String>,
    /// Whether the certificate was acceptable.
    pub acceptable: bool,
    /// What CredSSP had proved by then.
    pub proof: Proof,
}

/// What CredSSP's public-key binding had shown the client by then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Proof {
    /// Nothing yet, or no CredSSP.
    None,
    /// The server proved the key that TLS showed.
    Honest,
    /// The server answered with a wrong proof.
    Wrong,
}

/// Every secret that the client gave away, in order; nothing from a client's own transcript.
#[must_use]
pub fn disclosures(transcript: &Transcript) -> Vec<Disclosure> {
    if transcript.side != Side::Server {
        return Vec::new();
    }
    let mut view = View { encrypted: false, posture: None, proof: Proof::None };
    let mut found = Vec::new();
    for Entry { at, stage, event } in &transcript.entries {
        if let Some(Given { secret, length, account }) = given(event) {
            found.push(Disclosure { at: *at, stage: *stage, secret, length, account, faced: view.faced() });
        }
        view.see(event);
    }
    found
}

/// What the client can have seen of the server so far.
struct View<'t> {
    encrypted: bool,
    posture: Option<&'t Posture>,
    proof: Proof,
}

impl<'t> View<'t> {
    fn see(&mut self, event: &'t Event) {
        match event {
            Event::TlsReady(_) => self.encrypted = true,
            Event::Posture(posture) => self.posture = Some(posture),
            Event::Message { direction: Direction::Sent, kind: MessageKind::TsRequest, message, bytes, .. } => {
                self.proof = self.proved(message.as_deref(), bytes).unwrap_or(self.proof);
            }
            _ => {}
        }
    }

    /// What the server's message proved: by the bytes on the wire, which may be others than were meant.
    fn proved(&self, meant: Option<&Message>, bytes: &[u8]) -> Option<Proof> {
        let context = Context {
            from: Side::Server,
            io_channel: 0,
            message_channel: None,
            device_channel: None,
            expect: Expect::CredSsp,
        };
        let Ok(Message::TsRequest(sent)) = decode(bytes, &context) else { return None };
        let proof = sent.pub_key_auth?;
        let as_meant = matches!(meant, Some(Message::TsRequest(meant)) if meant.pub_key_auth.as_ref() == Some(&proof));
        let honest = as_meant && self.posture.is_none_or(|posture| posture.binds_key);
        Some(if honest { Proof::Honest } else { Proof::Wrong })
    }

    fn faced(&self) -> Faced {
        let posture = self.posture.filter(|_| self.encrypted);
        Faced {
            encrypted: self.encrypted,
            certificate: posture.map(|posture| posture.certificate.clone()),
            acceptable: posture.is_some_and(|posture| posture.acceptable),
            proof: self.proof,
        }
    }
}

/// What one event gave away.
struct Given {
    secret: Secret,
    length: usize,
    account: (String, String),
}

fn given(event: &Event) -> Option<Given> {
    match event {
        Event::Delegated(delegated) => Some(credentials(delegated)),
        Event::Message { direction: Direction::Received, message, .. } => match message.as_deref()? {
            Message::TsRequest(request) => response(request),
            Message::Data(Data { pdu: ChannelPdu::ClientInfo(info), .. }) => {
                let length = info.password.0.encode_utf16().count();
                let account = (info.domain.clone(), info.user_name.clone());
                (length > 0).then_some(Given { secret: Secret::ClientInfoPassword, length, account })
            }
            _ => None,
        },
        _ => None,
    }
}

/// An NTLM response. One with neither answers nobody's challenge: the client is anonymous.
fn response(request: &TsRequest) -> Option<Given> {
    let Ok(NtlmMessage::Authenticate(message)) = request.ntlm()?.read() else { return None };
    // NTLMv1 and LM responses have 24 bytes (MS-NLMP 2.2.2.3 and 2.2.2.6), NTLMv2 ones at least 44.
    let (secret, length) = match (message.nt_response.len(), message.lm_response.len()) {
        (nt @ 25.., _) => (Secret::NtlmV2Response, nt),
        (length @ 24, _) | (0, length @ 24) => (Secret::NtlmV1Response, length),
        _ => return None,
    };
    Some(Given { secret, length, account: (message.domain, message.user) })
}

fn credentials(delegated: &Delegated) -> Given {
    let Delegated { cred_type, domain, user, secret_length } = delegated;
    let secret = match cred_type {
        1 if *secret_length == 0 && user.is_empty() => Secret::EmptyCredentials,
        1 => Secret::DelegatedPassword,
        2 => Secret::DelegatedPin,
        6 => Secret::RemoteGuardCredentials,
        _ => Secret::OtherCredentials,
    };
    Given { secret, length: *secret_length, account: (domain.clone(), user.clone()) }
}
