//! Name resolution and the TCP connection.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use badrdp_proto::transcript::ConnectFailure;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use crate::probe::Target;

/// Connects to the first of the target's addresses that accepts; each has `budget`.
///
/// The error has the addresses that were tried.
pub(crate) async fn connect(target: &Target, budget: Duration) -> Result<TcpStream, (ConnectFailure, Vec<IpAddr>)> {
    let addresses: Vec<SocketAddr> = match timeout(budget, lookup_host((target.host.as_str(), target.port))).await {
        Ok(Ok(addresses)) => addresses.collect(),
        Ok(Err(error)) => {
            tracing::debug!("resolving {}: {error}", target.host);
            return Err((ConnectFailure::NameNotResolved, Vec::new()));
        }
        Err(_) => return Err((ConnectFailure::NameNotResolved, Vec::new())),
    };
    let mut worst = ConnectFailure::NameNotResolved;
    let mut tried = Vec::new();
    for address in addresses {
        if !tried.contains(&address.ip()) {
            tried.push(address.ip());
        }
        let failure = match timeout(budget, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                tracing::debug!("connected to {address}");
                // Small messages that wait for an answer: never hold them back.
                if let Err(error) = stream.set_nodelay(true) {
                    tracing::debug!("no TCP_NODELAY: {error}");
                }
                return Ok(stream);
            }
            Ok(Err(error)) => sort(&error),
            Err(_) => ConnectFailure::TimedOut,
        };
        tracing::debug!("{address}: {failure:?}");
        if weight(&failure) > weight(&worst) {
            worst = failure;
        }
    }
    Err((worst, tried))
}

fn sort(error: &io::Error) -> ConnectFailure {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => ConnectFailure::Refused,
        io::ErrorKind::TimedOut => ConnectFailure::TimedOut,
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => ConnectFailure::Unreachable,
        _ => ConnectFailure::Other(error.to_string()),
    }
}

/// Of several addresses, the failure that says most about the host is kept.
const fn weight(failure: &ConnectFailure) -> u8 {
    match failure {
        ConnectFailure::NameNotResolved => 0,
        ConnectFailure::Other(_) => 1,
        ConnectFailure::Unreachable => 2,
        ConnectFailure::TimedOut => 3,
        ConnectFailure::Refused => 4,
    }
}
