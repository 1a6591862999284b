//! The probe's front: a target, options, a transcript.

use std::time::{Duration, SystemTime};

use badrdp_proto::pdu::x224::Protocols;
use badrdp_proto::transcript::Transcript;

/// The host to probe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
}

/// How to probe. Time is an argument.
#[derive(Clone, Debug)]
pub struct Options {
    /// The longest silence accepted at any stage. Default 10 s.
    pub budget: Duration,
    /// The longest wait for TCP to connect. Default 5 s.
    pub connect_budget: Duration,
    /// How long to wait in the active stage for a picture, an error or a close. Default 3 s.
    pub linger: Duration,
    /// Protocols to offer. Default SSL, HYBRID, HYBRID_EX.
    pub protocols: Protocols,
    /// The time that certificates are judged at. Default: now.
    pub now: SystemTime,
    /// Who is trusted to issue certificates.
    pub roots: Roots,
    /// The name that the certificate must be for; default the target's host.
    pub server_name: Option<String>,
    /// The `mstshash` cookie to send, as real clients do. Default `badrdp`. Its CR LF also wakes services that read
    /// lines, such as HTTP, so that they show themselves.
    pub cookie: Option<String>,
}

/// Who is trusted to issue certificates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Roots {
    /// The system's trust store.
    System,
    /// The system's trust store and these certificates, in DER.
    SystemAnd(Vec<Vec<u8>>),
    /// Only these certificates, in DER.
    Only(Vec<Vec<u8>>),
}

impl Default for Options {
    fn default() -> Self {
        Self {
            budget: Duration::from_secs(10),
            connect_budget: Duration::from_secs(5),
            linger: Duration::from_secs(3),
            protocols: Protocols::SSL.union(Protocols::HYBRID).union(Protocols::HYBRID_EX),
            now: SystemTime::now(),
            roots: Roots::System,
            server_name: None,
            cookie: Some("badrdp".to_owned()),
        }
    }
}

/// Walks the handshake against `target` as far as it goes without credentials.
///
/// Never fails: what goes wrong is in the transcript.
pub async fn probe(target: &Target, options: &Options) -> Transcript {
    crate::drive::walk(target, options).await
}
