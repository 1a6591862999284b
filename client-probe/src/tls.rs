//! TLS as a probe does it: whatever certificate comes is taken, and judged elsewhere.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use badrdp_proto::connect::{CloseKind, TlsFacts, TlsFailure, TlsFailureKind};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, InvalidMessage, KeyLog, SignatureScheme};
use tokio::time::{Instant, sleep_until};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::tap::{Tap, Watched};
use crate::weak;

/// What is longer than rustls reads.
pub(crate) const TOO_LARGE: &str = "a TLS handshake message of more than 65535 bytes";

/// Runs the handshake; silence of `budget` ends it, and `latest` does in any case.
pub(crate) async fn handshake(
    tap: Tap,
    watched: &Watched,
    name: &str,
    peer: Option<IpAddr>,
    budget: Duration,
    latest: Instant,
) -> Result<(TlsStream<Tap>, TlsFacts), TlsFailure> {
    let failed = |kind| TlsFailure { kind, after: watched.with(|watch| watch.received.last()) };
    let connector = match connector(tap.key_log()) {
        Ok(connector) => connector,
        Err(error) => return Err(failed(TlsFailureKind::AlertSent(None, error.to_string()))),
    };
    let connecting = connector.connect(server_name(name, peer), tap);
    tokio::pin!(connecting);
    let outcome = loop {
        let deadline = latest.min(watched.with(|watch| watch.heard) + budget);
        tokio::select! {
            biased;
            outcome = &mut connecting => break outcome,
            () = sleep_until(deadline) => {
                // Bytes may have come while the timer ran.
                if deadline == latest || watched.with(|watch| watch.heard) + budget <= deadline {
                    // At the end of the whole stage or walk: silent is who was so for a good part of the budget.
                    let silent = watched.with(|watch| watch.heard) + budget / 2 <= deadline;
                    let have = watched.with(|watch| watch.received.unfinished());
                    return Err(failed(if silent { TlsFailureKind::TimedOut } else { TlsFailureKind::Unfinished(have) }));
                }
            }
        }
    };
    match outcome {
        Ok(stream) => {
            let facts = facts(&stream, name);
            Ok((stream, facts))
        }
        Err(error) => Err(failed(sort(&error, watched))),
    }
}

fn connector(key_log: Option<Arc<dyn KeyLog>>) -> Result<TlsConnector, rustls::Error> {
    let provider = Arc::new(ring::default_provider());
    let verifier = Arc::new(TakeAny { provider: Arc::clone(&provider) });
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    if let Some(key_log) = key_log {
        config.key_log = key_log;
    }
    Ok(TlsConnector::from(Arc::new(config)))
}

/// The name for SNI; an address sends none.
fn server_name(name: &str, peer: Option<IpAddr>) -> ServerName<'static> {
    let name = name.trim_end_matches('.').to_owned();
    ServerName::try_from(name)
        .unwrap_or_else(|_| ServerName::IpAddress(peer.unwrap_or(IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED)).into()))
}

fn facts(stream: &TlsStream<Tap>, name: &str) -> TlsFacts {
    let (_, connection) = stream.get_ref();
    let version = match connection.protocol_version() {
        Some(rustls::ProtocolVersion::TLSv1_2) => "TLS 1.2".to_owned(),
        Some(rustls::ProtocolVersion::TLSv1_3) => "TLS 1.3".to_owned(),
        other => format!("{other:?}"),
    };
    let suite = connection.negotiated_cipher_suite().and_then(|suite| suite.suite().as_str());
    let chain = connection.peer_certificates().unwrap_or_default();
    let is_address = name.parse::<IpAddr>().is_ok();
    TlsFacts {
        version,
        // rustls marks TLS 1.3 suites by their version; IANA does not.
        cipher_suite: suite.map(|suite| suite.replace("TLS13_", "TLS_")).unwrap_or_default(),
        chain: chain.iter().map(|certificate| certificate.to_vec()).collect(),
        server_name: (!is_address).then(|| name.to_owned()),
    }
}

/// What a failed handshake shows, from rustls' error and from the bytes that passed.
fn sort(error: &io::Error, watched: &Watched) -> TlsFailureKind {
    let not_tls = watched.with(|watch| watch.received.not_tls().map(<[u8]>::to_vec));
    if let Some(head) = not_tls {
        return TlsFailureKind::NotTls(head);
    }
    match sort_rustls(error) {
        Some(TlsFailureKind::AlertSent(None, why)) => {
            if let Some(version) = legacy_version(watched) {
                return TlsFailureKind::LegacyVersion(version);
            }
            TlsFailureKind::AlertSent(alert_sent(watched), why)
        }
        Some(kind) => kind,
        None if is_reset(error) => TlsFailureKind::Closed(CloseKind::Reset),
        None => {
            let have = watched.with(|watch| watch.received.unfinished());
            TlsFailureKind::Closed(if have > 0 { CloseKind::FinMidFrame { have } } else { CloseKind::Fin })
        }
    }
}

/// What rustls says inside an I/O error, if it is rustls who speaks.
pub(crate) fn sort_rustls(error: &io::Error) -> Option<TlsFailureKind> {
    match error.get_ref()?.downcast_ref::<rustls::Error>()? {
        rustls::Error::AlertReceived(alert) => Some(TlsFailureKind::AlertReceived(u8::from(*alert))),
        rustls::Error::InvalidMessage(
            InvalidMessage::HandshakePayloadTooLarge | InvalidMessage::CertificatePayloadTooLarge,
        ) => Some(TlsFailureKind::AlertSent(None, TOO_LARGE.to_owned())),
        other => Some(TlsFailureKind::AlertSent(None, other.to_string())),
    }
}

/// Whether the connection was reset; a FIN without `close_notify` is none.
pub(crate) fn is_reset(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted | io::ErrorKind::BrokenPipe
    )
}

fn legacy_version(watched: &Watched) -> Option<u16> {
    watched.with(|watch| watch.server_version).filter(|version| (0x0300..0x0303).contains(version))
}

fn alert_sent(watched: &Watched) -> Option<u8> {
    watched.with(|watch| watch.alert_sent)
}

/// Takes any certificate, and only from a peer that holds its key.
#[derive(Debug)]
struct TakeAny {
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for TakeAny {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        if let Some(verified) = weak::verify(message, certificate, signed) {
            return verified;
        }
        verify_tls12_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
