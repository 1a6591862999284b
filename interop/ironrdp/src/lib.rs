//! A small RDP client of IronRDP's crates and rustls: what is put in front of broken servers.

mod config;
mod failure;
mod session;

use std::io;
use std::sync::Arc;

use ironrdp_connector::sspi::generator::NetworkRequest;
use ironrdp_connector::{ClientConnector, ConnectionOutcome, ConnectorResult, ServerName, general_err};
use ironrdp_displaycontrol::client::DisplayControlClient;
use ironrdp_dvc::DrdynvcClient;
use ironrdp_rdpdr::{NoopRdpdrBackend, Rdpdr};
use ironrdp_tokio::{NetworkClient, TokioFramed, connect_begin, connect_finalize, mark_as_upgraded};
use rustls::pki_types::CertificateDer;
use tokio::net::{TcpStream, ToSocketAddrs};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

pub use config::Login;
pub use failure::Failure;
pub use session::Ended;

/// The name that the server's certificate has to be for, whatever its address is.
const SERVER_NAME: &str = "localhost";

/// A session that is up; dropping it ends it.
pub struct Session {
    /// What was agreed, or where the server sends its client.
    pub outcome: ConnectionOutcome,
    /// The connection.
    pub framed: TokioFramed<TlsStream<TcpStream>>,
}

/// Connects to the first address that answers, logs on and goes on until the session is up. Trusts `root` alone.
pub async fn connect(target: impl ToSocketAddrs, login: &Login, root: CertificateDer<'_>) -> Result<Session, Failure> {
    let stream = TcpStream::connect(target).await.map_err(Failure::Tcp)?;
    let local = stream.local_addr().map_err(Failure::Tcp)?;
    let mut framed = TokioFramed::new(stream);
    let mut connector = ClientConnector::new(config::config(login), local)
        .with_static_channel(DrdynvcClient::new().with_dynamic_channel(DisplayControlClient::new(|_| Ok(Vec::new()))))
        .with_static_channel(Rdpdr::new(Box::new(NoopRdpdrBackend), config::NAME.to_owned()));
    let upgrade = connect_begin(&mut framed, &mut connector).await.map_err(Failure::Connector)?;
    let (stream, leftover) = framed.into_inner();
    if !leftover.is_empty() {
        return Err(Failure::Leftover(leftover.len()));
    }
    let (stream, key) = start_tls(stream, root).await.map_err(Failure::Tls)?;
    let mut framed = TokioFramed::new(stream);
    let upgraded = mark_as_upgraded(upgrade, &mut connector);
    let name = ServerName::new(SERVER_NAME);
    let outcome = connect_finalize(upgraded, connector, &mut framed, &mut NoNetwork, name, key, None).await;
    Ok(Session { outcome: outcome.map_err(Failure::Connector)?, framed })
}

/// TLS; gives the server's public key as well, which CredSSP binds.
async fn start_tls(stream: TcpStream, root: CertificateDer<'_>) -> io::Result<(TlsStream<TcpStream>, Vec<u8>)> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(root.into_owned()).map_err(io::Error::other)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = rustls::pki_types::ServerName::try_from(SERVER_NAME).map_err(io::Error::other)?;
    let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await?;
    let certificates = stream.get_ref().1.peer_certificates().unwrap_or_default();
    let leaf = certificates.first().ok_or_else(|| io::Error::other("no certificate"))?;
    let (_, leaf) = x509_parser::parse_x509_certificate(leaf).map_err(io::Error::other)?;
    let key = leaf.public_key().subject_public_key.data.to_vec();
    Ok((stream, key))
}

/// NTLM asks no other host.
struct NoNetwork;

impl NetworkClient for NoNetwork {
    async fn send(&mut self, _: &NetworkRequest) -> ConnectorResult<Vec<u8>> {
        Err(general_err!("no other host is asked"))
    }
}
