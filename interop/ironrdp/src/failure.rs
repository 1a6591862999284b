//! Why there is no session, or no more.

use std::error::Error;
use std::fmt;
use std::io;

use ironrdp_connector::ConnectorError;
use ironrdp_session::SessionError;

/// Why there is no session, or no more.
///
/// Its text has each cause on a line of its own.
#[derive(Debug)]
pub enum Failure {
    /// TCP.
    Tcp(io::Error),
    /// TLS, or the server's certificate.
    Tls(io::Error),
    /// The server says more than the negotiation's answer before TLS: so many bytes.
    Leftover(usize),
    /// `ironrdp-connector` says so.
    Connector(ConnectorError),
    /// `ironrdp-session` says so.
    Session(SessionError),
    /// The session's connection is lost, or what comes is no frame.
    Lost(io::Error),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, error): (_, &dyn Error) = match self {
            Self::Leftover(count) => return write!(f, "tls: {count} bytes of unexpected data ahead of the handshake"),
            Self::Tcp(error) => ("tcp", error),
            Self::Tls(error) if is_about_the_certificate(error) => ("certificate", error),
            Self::Tls(error) => ("tls", error),
            Self::Connector(error) => ("connector", error),
            Self::Session(error) => ("session", error),
            Self::Lost(error) => ("connection", error),
        };
        write!(f, "{what}: {error}")?;
        let mut cause = error.source();
        while let Some(error) = cause {
            write!(f, "\n{error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

fn is_about_the_certificate(error: &io::Error) -> bool {
    let inner = error.get_ref().and_then(|error| error.downcast_ref::<rustls::Error>());
    matches!(inner, Some(rustls::Error::InvalidCertificate(_)))
}
