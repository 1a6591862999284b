//! The TLS survey: versions, suites, groups and signature schemes, by offering all and taking away what was picked.
//!
//! Each connection goes through connection initiation as any client does, sends one ClientHello, reads what comes in
//! the clear, and ends. Nothing is computed with keys, so nothing has to be supported here.

mod enumerate;
mod flight;
mod hello;
pub mod names;
#[cfg(test)]
mod tests;

use badrdp_capture::Wire;
use rustls::crypto::ring;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::{Instant, timeout_at};

use super::ask::{Question, put};
use super::pace::{Pace, StopReason};
use super::protocols::carries_tls;
use crate::diagnosis::Evidence;
use flight::{Picked, Reader, Step};
use hello::Offer;

/// What the peer hears at the end: a `close_notify`, so that it need not wonder.
const CLOSE_NOTIFY: [u8; 7] = [21, 3, 1, 0, 2, 1, 0];

/// What is known of the host's TLS.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TlsSurvey {
    /// The versions, the newest first.
    pub versions: Vec<Version>,
    /// Key exchange groups in the order in which the host takes them.
    pub groups: Vec<u16>,
    /// Whether the last group was followed by a refusal: there are no others.
    pub groups_complete: bool,
    /// The version that the groups were asked for with; that one's list.
    pub groups_version: Option<u16>,
    /// Signature schemes in the order in which the host takes them.
    pub schemes: Vec<u16>,
    /// As `groups_complete`.
    pub schemes_complete: bool,
    /// The smallest prime of a DHE key exchange, bits.
    pub dh_bits: Option<usize>,
    /// RFC 5746; `None` where only TLS 1.3 is spoken, which cannot renegotiate.
    pub secure_renegotiation: Option<bool>,
    /// RFC 7627; `None` as above.
    pub extended_master_secret: Option<bool>,
    /// DEFLATE was picked; `None` as above.
    pub compression: Option<bool>,
    /// Different chains that the host showed, DER, leaf first.
    pub chains: Vec<Vec<Vec<u8>>>,
}

/// One version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// The number, as on the wire.
    pub number: u16,
    /// Whether the host speaks it; `None` where it was not settled.
    pub accepted: Option<bool>,
    /// Observed, or derived from the answer to another version.
    pub evidence: Evidence,
    /// What shows it.
    pub because: String,
    /// Suites, in the order in which the host takes them.
    pub suites: Vec<u16>,
    /// Observed: each was picked. Inferred: as the next version's, with its first and last and the absence of others
    /// checked.
    pub suites_evidence: Evidence,
    /// Whether the rest was refused.
    pub complete: bool,
    /// Whose preference decides.
    pub order: Option<Order>,
}

/// Whose order of preference decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Order {
    /// The server's.
    Server,
    /// The client's.
    Client,
    /// Neither alone.
    Mixed,
}

/// What came of one ClientHello.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Outcome {
    Picked(Box<Picked>),
    Refused(Refusal),
    /// The survey is over.
    Stopped,
}

/// How a server refuses a ClientHello.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refusal {
    Alert(u8),
    Closed,
    Reset,
    NotTls,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Alert(alert) => write!(f, "alert {}", badrdp_proto::wire::tls_record::alert_name(*alert)),
            Self::Closed => f.write_str("closed"),
            Self::Reset => f.write_str("reset"),
            Self::NotTls => f.write_str("an answer that is not TLS"),
        }
    }
}

/// Who answers a ClientHello: a host, or a model of one in tests.
trait Peer {
    async fn answer(&mut self, offer: &Offer) -> Outcome;
}

/// A host behind connection initiation.
struct Host<'a, 'b> {
    pace: &'a mut Pace<'b>,
    question: Question,
    server_name: Option<String>,
}

/// Surveys the TLS of a host that selects TLS when it is asked `question`.
pub(super) async fn survey(pace: &mut Pace<'_>, question: Question, server_name: Option<String>) -> TlsSurvey {
    enumerate::all(&mut Host { pace, question, server_name }).await
}

impl Peer for Host<'_, '_> {
    async fn answer(&mut self, offer: &Offer) -> Outcome {
        let Some((answer, mut stream)) = put(self.pace, self.question).await else {
            return Outcome::Stopped;
        };
        if !carries_tls(&answer) {
            let what = format!("{}: {}, where TLS was selected before", self.question, answer.reply);
            self.pace.stop(StopReason::Changed, &what);
            self.pace.close(stream, &[]).await;
            return Outcome::Stopped;
        }
        let mut random = [0; 32];
        if ring::default_provider().secure_random.fill(&mut random).is_err() {
            return Outcome::Stopped;
        }
        let bytes = hello::write(offer, self.server_name.as_deref(), &random);
        let (outcome, in_time) = hear(&mut stream, &bytes, self.pace.deadline()).await;
        if !in_time {
            let version = badrdp_proto::wire::tls_record::version_name(offer.version);
            self.pace.stop(StopReason::Silent, &format!("ClientHello for {version}"));
        }
        self.pace.close(stream, &CLOSE_NOTIFY).await;
        outcome
    }
}

/// Sends a hello and reads the flight; false where the peer left it unfinished until the deadline.
async fn hear(stream: &mut Wire, hello: &[u8], deadline: Instant) -> (Outcome, bool) {
    let ended = |error: &std::io::Error| {
        Outcome::Refused(if crate::tls::is_reset(error) { Refusal::Reset } else { Refusal::Closed })
    };
    match timeout_at(deadline, stream.write_all(hello)).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => return (ended(&error), true),
        Err(_) => return (Outcome::Stopped, false),
    }
    let mut reader = Reader::default();
    let mut buffer = vec![0; 16 * 1024];
    let (end, in_time) = loop {
        match timeout_at(deadline, stream.read(&mut buffer)).await {
            Ok(Ok(0)) => break (Outcome::Refused(Refusal::Closed), true),
            Ok(Ok(count)) => match reader.push(buffer.get(..count).unwrap_or_default()) {
                Step::More => {}
                Step::Picked(picked) => return (Outcome::Picked(picked), true),
                Step::Alert(alert) => return (Outcome::Refused(Refusal::Alert(alert)), true),
                Step::NotTls => return (Outcome::Refused(Refusal::NotTls), true),
            },
            Ok(Err(error)) => break (ended(&error), true),
            Err(_) => break (Outcome::Stopped, false),
        }
    };
    // A hello is an answer, whatever became of the rest of the flight.
    (reader.cut().map_or(end, |picked| Outcome::Picked(Box::new(picked))), in_time)
}
