//! The other side, for tests: sspi's CredSSP server, and a host that seals whatever the test says.

use std::io;

use badrdp_proto::pdu::credssp::{NegoToken, TsRequest};
use badrdp_proto::pdu::{Context, Expect, Message, Side, decode};
use rcgen::KeyPair;
use sspi::credssp::{CredSspServer, CredentialsProxy, ServerMode, ServerState, SspiContext};
use sspi::ntlm::NtlmConfig;
use sspi::{
    AuthIdentity, BufferType, Credentials, CredentialsBuffers, DataRepresentation, EncryptionFlags, NegotiateConfig,
    Ntlm, SecurityBuffer, SecurityBufferRef, ServerRequestFlags, Sspi as _, SspiEx as _, SspiImpl as _, Username,
};

pub(super) const USER: &str = "alice";
pub(super) const DOMAIN: &str = "EXAMPLE";
pub(super) const PASSWORD: &str = "Quizzaciously7 ß€";

/// A certificate in DER, and the contents of its `subjectPublicKey`.
pub(super) fn certificate() -> (Vec<u8>, Vec<u8>) {
    let key = KeyPair::generate().unwrap();
    let certificate = rcgen::CertificateParams::new(vec!["host".to_owned()]).unwrap().self_signed(&key).unwrap();
    (certificate.der().to_vec(), key.public_key_raw().to_vec())
}

/// The message as bytes.
pub(super) fn encoded(request: &TsRequest) -> Vec<u8> {
    Message::TsRequest(Box::new(request.clone())).encode()
}

/// The message that the other side reads.
pub(super) fn decoded(bytes: &[u8], from: Side) -> TsRequest {
    let context = Context { from, io_channel: 0, message_channel: None, device_channel: None, expect: Expect::CredSsp };
    match decode(bytes, &context) {
        Ok(Message::TsRequest(request)) => *request,
        other => panic!("{other:?}"),
    }
}

fn account(user: &str) -> AuthIdentity {
    let domain = (!user.contains('@')).then_some(DOMAIN);
    AuthIdentity { username: Username::new(user, domain).unwrap(), password: PASSWORD.to_owned().into() }
}

/// One account, by either of its names.
pub(super) struct Accounts;

impl CredentialsProxy for Accounts {
    type AuthenticationData = AuthIdentity;

    fn auth_data_by_user(&mut self, username: &Username) -> io::Result<AuthIdentity> {
        let all = self.auth_data()?;
        all.into_iter().find(|one| one.username == *username).ok_or_else(|| io::Error::other("nobody"))
    }

    fn auth_data(&mut self) -> io::Result<Vec<AuthIdentity>> {
        Ok(vec![account(USER), account("alice@corp.example")])
    }
}

/// sspi's CredSSP server.
pub(super) struct SspiServer(CredSspServer<Accounts>);

pub(super) enum Said {
    Reply(TsRequest),
    /// The client is logged on, and delegated this.
    Delegated(AuthIdentity),
}

impl SspiServer {
    pub(super) fn new(key: &[u8], version: u32, spnego: bool) -> Self {
        let mode = if spnego {
            let packages = Some("!kerberos,!pku2u,ntlm".to_owned());
            ServerMode::Negotiate(NegotiateConfig::new(Box::new(NtlmConfig::default()), packages, "HOST".to_owned()))
        } else {
            ServerMode::Ntlm(NtlmConfig::default())
        };
        Self(CredSspServer::new_with_version(key.to_vec(), Accounts, version, mode).unwrap())
    }

    /// Takes the client's bytes; what it says comes back through our decoder.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Said {
        let request = sspi::credssp::TsRequest::from_buffer(bytes).unwrap();
        let reply = match self.0.process(request).resolve_to_result() {
            Ok(ServerState::ReplyNeeded(reply)) => reply,
            Ok(ServerState::Finished(identity)) => return Said::Delegated(identity),
            Err(error) => *error.ts_request.unwrap(),
        };
        let mut bytes = Vec::new();
        reply.encode_ts_request(&mut bytes).unwrap();
        Said::Reply(decoded(&bytes, Side::Server))
    }
}

/// A host that does NTLM honestly, and leaves the rest to the test.
pub(super) struct Host(SspiContext);

impl Host {
    pub(super) fn new() -> Self {
        Self(SspiContext::Ntlm(Ntlm::new()))
    }

    fn accept(&mut self, request: &TsRequest) -> Vec<u8> {
        let mut input = [SecurityBuffer::new(request.ntlm().unwrap().0.clone(), BufferType::Token)];
        let mut output = [SecurityBuffer::new(Vec::new(), BufferType::Token)];
        let mut nobody: Option<CredentialsBuffers> = None;
        let builder = self
            .0
            .accept_security_context()
            .with_credentials_handle(&mut nobody)
            .with_context_requirements(ServerRequestFlags::empty())
            .with_target_data_representation(DataRepresentation::Native)
            .with_input(&mut input)
            .with_output(&mut output);
        self.0.accept_security_context_impl(builder).unwrap().resolve_to_result().unwrap();
        let [output] = output;
        output.buffer
    }

    /// The answer to NEGOTIATE.
    pub(super) fn challenge(&mut self, request: &TsRequest, version: u32) -> TsRequest {
        let token = self.accept(request);
        TsRequest { version, nego_tokens: Some(vec![NegoToken::sort(&token)]), ..TsRequest::default() }
    }

    /// Takes AUTHENTICATE; what the client's `pubKeyAuth` holds.
    pub(super) fn authenticate(&mut self, request: &TsRequest) -> Vec<u8> {
        self.accept(request);
        self.0.custom_set_auth_identity(Credentials::AuthIdentity(account(USER))).unwrap();
        self.0.complete_auth_token(&mut []).unwrap();
        let mut sealed = request.pub_key_auth.clone().unwrap();
        let (signature, data) = sealed.split_at_mut(16);
        let mut buffers = [SecurityBufferRef::data_buf(data), SecurityBufferRef::token_buf(signature)];
        self.0.decrypt_message(&mut buffers).unwrap();
        sealed.split_off(16)
    }

    /// A `pubKeyAuth` that holds this.
    pub(super) fn proof(&mut self, plain: &[u8], version: u32) -> TsRequest {
        let mut signature = [0; 16];
        let mut data = plain.to_vec();
        let mut buffers = [SecurityBufferRef::token_buf(&mut signature), SecurityBufferRef::data_buf(&mut data)];
        self.0.encrypt_message(EncryptionFlags::empty(), &mut buffers).unwrap();
        let sealed = [signature.as_slice(), &data].concat();
        TsRequest { version, pub_key_auth: Some(sealed), ..TsRequest::default() }
    }
}
