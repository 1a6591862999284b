//! A client over a real loopback socket, driven by hand: tests see every byte that arrives.
#![allow(dead_code, reason = "each test binary takes what it needs")]

mod auth;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

pub(crate) use auth::Auth;
use auth::public_key;
use badrdp_fake_server::{FakeServer, Options};
use badrdp_proto::connect::{Client, ClientConfig, Output, TlsFacts};
use badrdp_proto::pdu::x224::{ConnectionRequest, NegotiationRequest, Protocols};
use badrdp_proto::pdu::{ChannelPdu, Message};
use badrdp_proto::session::Session;
use badrdp_proto::transcript::Transcript;
use badrdp_proto::vocab::{MessageKind, Stage};
use badrdp_scenarios::Scenario;
use badrdp_scenarios::model::{Anchor, ExpectClient, ExpectProbe, Fault, Operator, ProbeProfile, ServerProfile, Then};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig as TlsConfig, ClientConnection, DigitallySignedStruct, RootCertStore};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

pub(crate) fn scenario(faults: Vec<Fault>) -> Scenario {
    Scenario {
        id: "test/loopback".to_owned(),
        summary: String::new(),
        about: String::new(),
        spec: Vec::new(),
        tags: Vec::new(),
        covers: Vec::new(),
        server: ServerProfile { security: Protocols::SSL, ..ServerProfile::default() },
        faults,
        later: Vec::new(),
        expect_probe: ExpectProbe { stage: Stage::Active, finding: None, says: None },
        probe: ProbeProfile::default(),
        expect_client: ExpectClient::default(),
        source: "loopback.toml".into(),
    }
}

pub(crate) fn fault(kind: MessageKind, operator: Option<Operator>, then: Option<Then>) -> Fault {
    Fault { at: Anchor { kind: Some(kind), occurrence: Some(1) }, operator, then, line: 3 }
}

pub(crate) async fn start(scenario: Scenario) -> FakeServer {
    start_with_budget(scenario, Duration::from_secs(5)).await
}

pub(crate) async fn start_with_budget(scenario: Scenario, budget: Duration) -> FakeServer {
    FakeServer::start_with(scenario, Options { budget, ..Options::default() }).await.unwrap()
}

/// The one connection's transcript, once it has ended.
pub(crate) async fn transcript(server: &FakeServer) -> Transcript {
    server.wait_finished(1).await;
    server.transcripts().remove(0)
}

pub(crate) fn request() -> Vec<u8> {
    let negotiation = Some(NegotiationRequest { flags: 0, requested_protocols: Protocols::SSL });
    Message::X224ConnectionRequest(ConnectionRequest { negotiation, ..ConnectionRequest::default() }).encode()
}

/// Reads until the peer closes; the error of a close by RST is part of the answer.
pub(crate) async fn read_to_close(stream: &mut TcpStream) -> (Vec<u8>, std::io::Result<()>) {
    let mut bytes = Vec::new();
    let mut piece = vec![0; 16 * 1024];
    loop {
        match stream.read(&mut piece).await {
            Ok(0) => return (bytes, Ok(())),
            Ok(length) => bytes.extend(&piece[..length]),
            Err(error) => return (bytes, Err(error)),
        }
    }
}

/// A TLS client that trusts the server's CA, at the clock that its certificates are minted against.
pub(crate) fn tls_client(ca: &[u8]) -> ClientConnection {
    tls_client_for(ca, "localhost")
}

/// The same, for a host of this name.
pub(crate) fn tls_client_for(ca: &[u8], name: &str) -> ClientConnection {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(ca.to_vec())).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = TlsConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.time_provider = Arc::new(FixedTime);
    ClientConnection::new(Arc::new(config), ServerName::try_from(name.to_owned()).unwrap()).unwrap()
}

/// A TLS client to which every certificate is good.
pub(crate) fn careless_tls_client() -> ClientConnection {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = TlsConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Careless(provider)))
        .with_no_client_auth();
    ClientConnection::new(Arc::new(config), ServerName::try_from("localhost").unwrap()).unwrap()
}

#[derive(Debug)]
struct Careless(Arc<rustls::crypto::CryptoProvider>);

impl ServerCertVerifier for Careless {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: rustls::pki_types::UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

/// The clock that the server's certificates are minted against.
#[derive(Debug)]
struct FixedTime;

impl rustls::time_provider::TimeProvider for FixedTime {
    fn current_time(&self) -> Option<rustls::pki_types::UnixTime> {
        Some(rustls::pki_types::UnixTime::since_unix_epoch(Duration::from_secs(Options::FIXED_NOW)))
    }
}

pub(crate) fn records(tls: &mut ClientConnection) -> Vec<u8> {
    let mut bytes = Vec::new();
    while tls.wants_write() {
        tls.write_tls(&mut bytes).unwrap();
    }
    bytes
}

/// Runs the client's handshake on a stream where the confirm was read already.
pub(crate) async fn secure(stream: &mut TcpStream, tls: &mut ClientConnection) -> Result<(), rustls::Error> {
    let mut piece = [0; 4096];
    loop {
        stream.write_all(&records(tls)).await.unwrap();
        if !tls.is_handshaking() {
            return Ok(());
        }
        let length = stream.read(&mut piece).await.unwrap_or(0);
        if length == 0 {
            return Err(rustls::Error::General("closed".to_owned()));
        }
        let mut bytes = &piece[..length];
        while !bytes.is_empty() {
            tls.read_tls(&mut bytes).unwrap();
            if let Err(error) = tls.process_new_packets() {
                stream.write_all(&records(tls)).await.ok();
                return Err(error);
            }
        }
    }
}

/// An honest client, one message at a time.
pub(crate) struct Peer {
    pub stream: TcpStream,
    pub tls: ClientConnection,
    pub session: Session<Client>,
    /// What ended TLS, if it was not its own order.
    pub tls_error: Option<rustls::Error>,
    /// Answers CredSSP, where the client has credentials.
    pub auth: Option<Auth>,
    secured: bool,
    started: Instant,
}

impl Peer {
    pub(crate) async fn connect(server: &FakeServer) -> Self {
        let config = ClientConfig { protocols: Protocols::SSL, ..ClientConfig::default() };
        Self::connect_as(server, config).await
    }

    pub(crate) async fn connect_as(server: &FakeServer, config: ClientConfig) -> Self {
        Self::connect_to(server.addr(), tls_client(server.ca_certificate()), config).await
    }

    pub(crate) async fn connect_to(addr: SocketAddr, tls: ClientConnection, config: ClientConfig) -> Self {
        Self {
            stream: TcpStream::connect(addr).await.unwrap(),
            tls,
            session: Session::new(Client::new(config), Duration::from_secs(5)),
            tls_error: None,
            auth: None,
            secured: false,
            started: Instant::now(),
        }
    }

    /// A client in an active session.
    pub(crate) async fn active(server: &FakeServer) -> Self {
        let mut peer = Self::connect(server).await;
        assert!(peer.go(|message| vec![message.encode()]).await, "the session is active");
        peer
    }

    /// Goes on until the session is active (true) or ended. `shape` turns each message of an honest
    /// client into what is written.
    pub(crate) async fn go(&mut self, mut shape: impl FnMut(&Message) -> Vec<Vec<u8>>) -> bool {
        loop {
            while let Some(output) = self.session.poll(self.started.elapsed()) {
                match output {
                    Output::Send(message) => {
                        for bytes in shape(&message) {
                            self.write(&bytes).await;
                        }
                    }
                    Output::StartTls => {
                        if let Err(error) = secure(&mut self.stream, &mut self.tls).await {
                            self.tls_error = Some(error);
                            return false;
                        }
                        self.secured = true;
                        self.session.tls_ready(self.started.elapsed(), TlsFacts::default());
                    }
                    Output::CookieChecked(_) => {}
                    Output::Activated => return true,
                    Output::End(_) => return false,
                    Output::Authenticate(call) => {
                        let key = public_key(&self.tls);
                        let reply = self.auth.as_mut().map(|auth| auth.call(call, key));
                        self.session.auth(reply.unwrap());
                    }
                    Output::Draw | Output::Skipped { .. } | Output::License(_) => {}
                }
            }
            let bytes = self.read().await;
            if bytes.is_empty() {
                return false;
            }
            self.session.receive(&bytes);
        }
    }

    /// The next bytes, decrypted; empty once the server has closed.
    pub(crate) async fn read(&mut self) -> Vec<u8> {
        let mut piece = vec![0; 4096];
        loop {
            let length = self.stream.read(&mut piece).await.unwrap_or(0);
            if !self.secured || length == 0 {
                piece.truncate(length);
                return piece;
            }
            let mut plain = Vec::new();
            let mut bytes = &piece[..length];
            while !bytes.is_empty() {
                self.tls.read_tls(&mut bytes).unwrap();
                let ready = match self.tls.process_new_packets() {
                    Ok(state) => state.plaintext_bytes_to_read(),
                    Err(error) => {
                        self.tls_error = Some(error);
                        // What was sealed ahead of the error is here; `WouldBlock` ends it.
                        std::io::Read::read_to_end(&mut self.tls.reader(), &mut plain).unwrap_err();
                        break;
                    }
                };
                let start = plain.len();
                plain.resize(start + ready, 0);
                std::io::Read::read_exact(&mut self.tls.reader(), &mut plain[start..]).unwrap();
            }
            if !plain.is_empty() {
                return plain;
            }
        }
    }

    /// Writes through TLS where it is up; a server that closed already is no error.
    pub(crate) async fn write(&mut self, bytes: &[u8]) {
        if self.secured {
            for chunk in bytes.chunks(16 * 1024) {
                std::io::Write::write_all(&mut self.tls.writer(), chunk).unwrap();
                let records = records(&mut self.tls);
                self.stream.write_all(&records).await.ok();
            }
        } else {
            self.stream.write_all(bytes).await.ok();
        }
    }

    /// The message with a password in its Client Info.
    pub(crate) fn with_password(message: &Message, password: &str) -> Message {
        let mut message = message.clone();
        if let Message::Data(data) = &mut message
            && let ChannelPdu::ClientInfo(info) = &mut data.pdu
        {
            info.password.0 = password.to_owned();
        }
        message
    }
}
