//! Name resolution and the TCP connection.

use std::io;
use std::net::{IpAddr, SocketAddr};

use badrdp_proto::transcript::ConnectFailure;
use badrdp_proto::vocab::Stage;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::{Instant, timeout};

use crate::probe::{Family, Options, Target};

/// Addresses of a name that are tried.
const MOST_ADDRESSES: usize = 8;

/// Connects to the first of the target's addresses that accepts; each has the budget of its stage.
///
/// The error has the addresses that were tried.
pub(crate) async fn connect(target: &Target, options: &Options) -> Result<TcpStream, (ConnectFailure, Vec<IpAddr>)> {
    let started = Instant::now();
    let budget = options.silence(Stage::Tcp);
    let mut addresses: Vec<SocketAddr> = match timeout(budget, lookup_host((target.host.as_str(), target.port))).await {
        Ok(Ok(addresses)) => addresses.collect(),
        Ok(Err(error)) => {
            tracing::debug!("resolving {}: {error}", target.host);
            return Err((ConnectFailure::NameNotResolved, Vec::new()));
        }
        Err(_) => return Err((ConnectFailure::NameNotResolved, Vec::new())),
    };
    if let (Some(family), false) = (options.family, addresses.is_empty()) {
        addresses.retain(|address| options.takes(address.ip()));
        if addresses.is_empty() {
            let (wanted, has) = if family == Family::V6 { ("IPv6", "IPv4") } else { ("IPv4", "IPv6") };
            let words = format!("the host has only {has} addresses, and {wanted} was asked for");
            return Err((ConnectFailure::Other(words), Vec::new()));
        }
    }
    // A stage that has a budget has it as a whole.
    let latest = options.stage_budgets.of(Stage::Tcp).map(|budget| started + budget);
    let mut worst = ConnectFailure::NameNotResolved;
    let mut tried = Vec::new();
    for address in addresses.into_iter().take(MOST_ADDRESSES) {
        let budget = latest.map_or(budget, |latest| latest.saturating_duration_since(Instant::now()));
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
