//! A client made by hand: right where nothing else is asked for.

use badrdp_proto::connect::{AuthCall, AuthReply};
use badrdp_proto::pdu::Side;
use badrdp_proto::pdu::credssp::ntlm::{NtlmMessage, TargetInfo, flags};
use badrdp_proto::pdu::credssp::{NegoToken, NtlmToken, TsRequest};
use sha2::{Digest as _, Sha256};

use super::super::ntlm_crypto::{Channel, Sender, hmac_md5, key_exchange_key, mic, nt_proof, ntowf_v2, rc4k, unicode};
use super::{Acceptor, AuthHost, KEY, Refused, through_the_wire};

const FLAGS: u32 = flags::UNICODE
    | flags::REQUEST_TARGET
    | flags::SIGN
    | flags::SEAL
    | flags::NTLM
    | flags::ALWAYS_SIGN
    | flags::EXTENDED_SESSIONSECURITY
    | flags::VERSION
    | flags::KEY_128
    | flags::KEY_EXCH
    | flags::KEY_56;
const SESSION_KEY: [u8; 16] = [7; 16];
pub(super) const NONCE: [u8; 32] = [9; 32];

/// What the client puts in place of an NTLMv2 response.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Response {
    V2,
    V1,
    Anonymous,
    /// NTLMv2, for a key without the domain.
    V2WithoutDomain,
}

pub(super) struct Raw {
    pub(super) version: u32,
    pub(super) user: &'static str,
    pub(super) domain: &'static str,
    pub(super) password: &'static str,
    pub(super) flags: u32,
    pub(super) response: Response,
    pub(super) has_mic: bool,
    /// The key that the client saw in TLS.
    pub(super) key: &'static [u8],
    pub(super) acceptor: Acceptor,
    pub(super) negotiate: Vec<u8>,
    pub(super) session: Option<(Channel, Channel)>,
}

impl Raw {
    pub(super) fn new(host: &AuthHost) -> Self {
        Self {
            version: 6,
            user: "alice",
            domain: "EXAMPLE",
            password: "Passw0rd!",
            flags: FLAGS,
            response: Response::V2,
            has_mic: true,
            key: KEY,
            acceptor: Acceptor::new(host, 1),
            negotiate: Vec::new(),
            session: None,
        }
    }

    pub(super) fn request(&self) -> TsRequest {
        TsRequest { version: self.version, ..TsRequest::default() }
    }

    /// Sends a message.
    pub(super) fn call(&mut self, host: &AuthHost, request: TsRequest) -> AuthReply {
        self.acceptor.call(host, AuthCall::Take(Box::new(through_the_wire(request, Side::Client))))
    }

    /// Sends a token; the answer must be a message.
    pub(super) fn say(&mut self, host: &AuthHost, token: NegoToken) -> TsRequest {
        let request = TsRequest { nego_tokens: Some(vec![token]), ..self.request() };
        self.ask(host, request)
    }

    /// Sends a message; the answer must be one.
    pub(super) fn ask(&mut self, host: &AuthHost, request: TsRequest) -> TsRequest {
        match self.call(host, request) {
            AuthReply::Send(reply) => through_the_wire(*reply, Side::Server),
            other => panic!("{other:?}"),
        }
    }

    /// Sends a message; the answer must be a refusal.
    pub(super) fn refused(&mut self, host: &AuthHost, request: TsRequest) -> Refused {
        match self.call(host, request) {
            AuthReply::Failed { last, failure, ending } => Refused::of(last, failure, ending),
            other => panic!("{other:?}"),
        }
    }

    pub(super) fn delegated(&mut self) -> Option<badrdp_proto::transcript::Delegated> {
        self.acceptor.take_delegated()
    }

    pub(super) fn negotiate(&mut self) -> NtlmToken {
        let mut message = b"NTLMSSP\0\x01\0\0\0".to_vec();
        message.extend(self.flags.to_le_bytes());
        // Neither domain nor workstation; then the version.
        message.extend([0; 16]);
        message.extend([10, 0, 0x63, 0x45, 0, 0, 0, 15]);
        self.negotiate.clone_from(&message);
        NtlmToken(message)
    }

    /// The answer to a challenge; from then on there is a session.
    pub(super) fn authenticate(&mut self, challenge: &NtlmToken) -> NtlmToken {
        let Ok(NtlmMessage::Challenge(read)) = challenge.read() else { panic!("no challenge") };
        let key_domain = if self.response == Response::V2WithoutDomain { "" } else { self.domain };
        let key = ntowf_v2(self.password, self.user, key_domain);
        let with_mic = self.has_mic.then_some(TargetInfo::HAS_MIC);
        let target_info = TargetInfo { flags: with_mic, ..read.target_info };
        let mut temp = vec![1, 1, 0, 0, 0, 0, 0, 0];
        temp.extend(target_info.timestamp.unwrap_or(0).to_le_bytes());
        temp.extend([0xaa; 8]);
        temp.extend([0; 4]);
        temp.extend(target_info.to_bytes());
        temp.extend([0; 4]);
        let proof = nt_proof(&key, &read.server_challenge, &temp);
        let exchanged = key_exchange_key(&key, &proof);
        let (response, user) = match self.response {
            Response::V2 | Response::V2WithoutDomain => ([proof.as_slice(), &temp].concat(), self.user),
            // 24 bytes of which NTLMv1 makes its response; which ones does not matter.
            Response::V1 => (hmac_md5(&proof, &[&temp])[..].iter().chain(&[1; 8]).copied().collect(), self.user),
            Response::Anonymous => (Vec::new(), ""),
        };
        let with_key = self.flags & flags::KEY_EXCH != 0;
        let session_key = if with_key { SESSION_KEY } else { exchanged };
        let sealed_key = if with_key { rc4k(&exchanged, &SESSION_KEY) } else { Vec::new() };

        let fields = [Vec::new(), response, unicode(self.domain), unicode(user), Vec::new(), sealed_key];
        let mut message = b"NTLMSSP\0\x03\0\0\0".to_vec();
        let mut offset = 88;
        for field in &fields {
            let length = u16::try_from(field.len()).unwrap().to_le_bytes();
            message.extend([length, length].concat());
            message.extend(u32::try_from(offset).unwrap().to_le_bytes());
            offset += field.len();
        }
        message.extend(self.flags.to_le_bytes());
        message.extend([10, 0, 0x63, 0x45, 0, 0, 0, 15]);
        message.extend([0; 16]);
        message.extend(fields.concat());
        if self.has_mic {
            let mic = mic(&session_key, &self.negotiate, &challenge.0, &message);
            message[72..88].copy_from_slice(&mic);
        }
        let channel = |sender| Channel::new(&session_key, self.flags, sender);
        self.session = Some((channel(Sender::Client), channel(Sender::Server)));
        NtlmToken(message)
    }

    /// Up to the client's AUTHENTICATE_MESSAGE, in bare NTLM.
    pub(super) fn answered(&mut self, host: &AuthHost) -> NtlmToken {
        let negotiate = self.negotiate();
        let reply = self.say(host, NegoToken::Ntlm(negotiate));
        let Some([NegoToken::Ntlm(challenge)]) = reply.nego_tokens.as_deref() else { panic!("{reply:?}") };
        self.authenticate(challenge)
    }

    /// The client's `pubKeyAuth`, with its nonce where it has one.
    pub(super) fn bind(&mut self, token: Option<NegoToken>, version: u32) -> TsRequest {
        let plain = if version < TsRequest::FIRST_WITH_NONCE {
            self.key.to_vec()
        } else {
            hash(b"CredSSP Client-To-Server Binding Hash\0", &NONCE, self.key)
        };
        TsRequest {
            nego_tokens: token.map(|token| vec![token]),
            pub_key_auth: Some(self.seal(&plain)),
            client_nonce: (self.version >= TsRequest::FIRST_WITH_NONCE).then(|| NONCE.to_vec()),
            ..self.request()
        }
    }

    pub(super) fn seal(&mut self, plain: &[u8]) -> Vec<u8> {
        self.session.as_mut().unwrap().0.seal(plain)
    }

    pub(super) fn unseal(&mut self, sealed: &[u8]) -> Option<Vec<u8>> {
        self.session.as_mut().unwrap().1.unseal(sealed)
    }

    /// All the way to the server's proof of its key.
    pub(super) fn bound(&mut self, host: &AuthHost) -> TsRequest {
        let version = self.version.min(host.nla.version);
        let token = self.answered(host);
        let request = self.bind(Some(NegoToken::Ntlm(token)), version);
        self.ask(host, request)
    }

    /// `authInfo` with these credentials.
    pub(super) fn delegate(&mut self, credentials: &[u8]) -> TsRequest {
        TsRequest { auth_info: Some(self.seal(credentials)), ..self.request() }
    }
}

pub(super) fn hash(magic: &[u8], nonce: &[u8], key: &[u8]) -> Vec<u8> {
    Sha256::digest([magic, nonce, key].concat()).to_vec()
}
