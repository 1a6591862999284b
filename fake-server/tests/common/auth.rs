//! A client's auth port: CredSSP by sspi, which was not written here.

use badrdp_proto::connect::{AuthCall, AuthFailure, AuthReply, Ending};
use badrdp_proto::pdu::credssp::TsRequest;
use badrdp_proto::pdu::{Context, Expect, Message, Side, decode};
use rustls::ClientConnection;
use sspi::credssp::{ClientMode, ClientState, CredSspClient, CredSspMode, TsRequest as Foreign};
use sspi::ntlm::NtlmConfig;
use sspi::{AuthIdentity, Credentials, NegotiateConfig, Username};
use x509_parser::prelude::{FromDer as _, X509Certificate};

pub(crate) struct Auth {
    pub user: String,
    pub password: &'static str,
    pub version: u32,
    pub spnego: bool,
    pub client: Option<CredSspClient>,
}

impl Auth {
    /// Alice, in bare NTLM.
    pub(crate) fn new(password: &'static str) -> Self {
        Self { user: "alice".to_owned(), password, version: 6, spnego: false, client: None }
    }

    fn client(&self, key: Vec<u8>) -> CredSspClient {
        let packages = Some("!kerberos,!pku2u,ntlm".to_owned());
        let config = NegotiateConfig::new(Box::new(NtlmConfig::default()), packages, "peer".to_owned());
        let mode = if self.spnego { ClientMode::Negotiate(config) } else { ClientMode::Ntlm(NtlmConfig::default()) };
        let identity = AuthIdentity {
            username: Username::new(&self.user, Some("EXAMPLE")).unwrap(),
            password: self.password.to_owned().into(),
        };
        CredSspClient::new_with_version(
            key,
            Credentials::AuthIdentity(identity),
            CredSspMode::WithCredentials,
            self.version,
            mode,
            "TERMSRV/host".to_owned(),
        )
        .unwrap()
    }

    pub(crate) fn call(&mut self, call: AuthCall, key: Vec<u8>) -> AuthReply {
        let heard = match call {
            AuthCall::Begin => {
                self.client = Some(self.client(key));
                Foreign::default()
            }
            AuthCall::Take(request) => Foreign::from_buffer(&Message::TsRequest(request).encode()).unwrap(),
        };
        match self.client.as_mut().unwrap().process(heard).resolve_to_result() {
            Ok(ClientState::ReplyNeeded(said)) => AuthReply::Send(ours(&said)),
            Ok(ClientState::FinalMessage(said)) => AuthReply::Done { last: Some(ours(&said)) },
            Err(error) => {
                let failure = AuthFailure::Local(error.to_string());
                AuthReply::Failed { last: None, failure, ending: Ending::Fin }
            }
        }
    }
}

/// sspi's message, through its bytes.
fn ours(said: &Foreign) -> Box<TsRequest> {
    let mut bytes = Vec::new();
    said.encode_ts_request(&mut bytes).unwrap();
    let context = Context {
        from: Side::Client,
        io_channel: 1003,
        message_channel: None,
        device_channel: None,
        expect: Expect::CredSsp,
    };
    match decode(&bytes, &context).unwrap() {
        Message::TsRequest(request) => request,
        other => panic!("{other:?}"),
    }
}

/// `subjectPublicKey` of the certificate that TLS showed.
pub(super) fn public_key(tls: &ClientConnection) -> Vec<u8> {
    let (_, certificate) = X509Certificate::from_der(&tls.peer_certificates().unwrap()[0]).unwrap();
    certificate.public_key().subject_public_key.data.to_vec()
}
