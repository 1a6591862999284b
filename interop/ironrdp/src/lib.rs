//! A small RDP client of IronRDP's connector and rustls: what the tests put in front of broken servers.

use std::error::Error as _;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use ironrdp_connector::sspi::generator::NetworkRequest;
use ironrdp_connector::{
    ClientConnector, ConnectionOutcome, ConnectorError, ConnectorResult, Credentials, DesktopSize, ServerName,
    general_err,
};
use ironrdp_pdu::gcc::{ConnectionType, KeyboardType};
use ironrdp_pdu::rdp::capability_sets::{MajorPlatformType, RailSupportLevel};
use ironrdp_pdu::rdp::client_info::{PerformanceFlags, TimezoneInfo};
use ironrdp_tokio::{NetworkClient, TokioFramed, connect_begin, connect_finalize, mark_as_upgraded};
use rustls::pki_types::CertificateDer;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// A session that is up; dropping it ends it.
pub struct Session {
    /// What was agreed.
    pub outcome: ConnectionOutcome,
    /// The connection.
    pub framed: TokioFramed<TlsStream<TcpStream>>,
}

/// Why there is no session.
pub enum Refused {
    /// The connector says so.
    Connector(ConnectorError),
    /// TLS, or the server's certificate.
    Tls(io::Error),
    /// TCP.
    Tcp(io::Error),
    /// The server says more than the negotiation's answer before TLS: so many bytes.
    Leftover(usize),
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(error) => write!(f, "tcp: {error}"),
            Self::Tls(error) => write!(f, "tls: {error}"),
            Self::Leftover(count) => write!(f, "unexpected data: {count} bytes before TLS"),
            Self::Connector(error) => {
                // Each cause on a line of its own.
                writeln!(f, "{error}")?;
                let mut source = error.source();
                while let Some(cause) = source {
                    writeln!(f, "{cause}")?;
                    source = cause.source();
                }
                Ok(())
            }
        }
    }
}

/// Connects, logs on and goes on until the session is up.
pub async fn connect(
    addr: SocketAddr,
    user: &str,
    password: &str,
    domain: &str,
    root: &[u8],
) -> Result<Session, Refused> {
    let stream = TcpStream::connect(addr).await.map_err(Refused::Tcp)?;
    let local = stream.local_addr().map_err(Refused::Tcp)?;
    let mut framed = TokioFramed::new(stream);
    let mut connector = ClientConnector::new(config(user, password, domain), local);
    let upgrade = connect_begin(&mut framed, &mut connector).await.map_err(Refused::Connector)?;
    let (stream, leftover) = framed.into_inner();
    if !leftover.is_empty() {
        return Err(Refused::Leftover(leftover.len()));
    }
    let (stream, key) = start_tls(stream, root).await.map_err(Refused::Tls)?;
    let mut framed = TokioFramed::new(stream);
    let upgraded = mark_as_upgraded(upgrade, &mut connector);
    let name = ServerName::new("localhost");
    let outcome = connect_finalize(upgraded, connector, &mut framed, &mut NoNetwork, name, key, None).await;
    Ok(Session { outcome: outcome.map_err(Refused::Connector)?, framed })
}

/// TLS with a client that trusts `root` alone; gives the server's public key, which CredSSP binds.
async fn start_tls(stream: TcpStream, root: &[u8]) -> io::Result<(TlsStream<TcpStream>, Vec<u8>)> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from(root.to_vec())).map_err(io::Error::other)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = rustls::pki_types::ServerName::try_from("localhost").map_err(io::Error::other)?;
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

fn config(user: &str, password: &str, domain: &str) -> ironrdp_connector::Config {
    ironrdp_connector::Config {
        desktop_size: DesktopSize { width: 800, height: 600 },
        monitor_layout: None,
        desktop_scale_factor: 0,
        desktop_physical_size: None,
        desktop_orientation: None,
        device_scale_factor: None,
        monitor_extended_layout: None,
        relative_mouse_input: false,
        enable_tls: true,
        enable_credssp: true,
        enable_standard_rdp_security: false,
        credentials: Credentials::UsernamePassword { username: user.to_owned(), password: password.to_owned() },
        domain: Some(domain.to_owned()).filter(|domain| !domain.is_empty()),
        client_build: 0,
        client_name: "interop".to_owned(),
        keyboard_type: KeyboardType::IBM_ENHANCED,
        keyboard_subtype: 0,
        keyboard_functional_keys_count: 12,
        keyboard_layout: 0,
        connection_type: ConnectionType::Lan,
        ime_file_name: String::new(),
        bitmap: None,
        dig_product_id: String::new(),
        client_dir: "C:\\Windows\\System32\\mstscax.dll".to_owned(),
        alternate_shell: String::new(),
        work_dir: String::new(),
        remote_application_mode: false,
        rail_support_level: RailSupportLevel::empty(),
        platform: MajorPlatformType::UNIX,
        hardware_id: None,
        request_data: None,
        autologon: true,
        enable_audio_playback: false,
        enable_audio_capture: false,
        performance_flags: PerformanceFlags::default(),
        license_cache: None,
        timezone_info: TimezoneInfo::default(),
        compression_type: None,
        enable_server_pointer: false,
        pointer_software_rendering: false,
        multitransport_flags: None,
        support_dyn_vc_gfx_protocol: false,
    }
}
