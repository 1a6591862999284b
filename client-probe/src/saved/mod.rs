//! Saved transcripts: what `badrdp probe --json` and `badrdp run --json` print, read back for a diagnosis without the
//! host.
//!
//! What masking drops does not come back: the lengths of TLS records, the bytes of CredSSP's messages (`ts_request` has
//! what can be compared of them) and of frames in NLA that could not be decoded. The certificate chain was never in it.
//! No rule of the diagnosis looks at any of these.

mod entry;
pub(crate) mod exact;
mod fields;
mod keep;
mod message;
#[cfg(test)]
mod tests;

use core::time::Duration;

use badrdp_proto::connect::Failure;
use badrdp_proto::pdu::Side;
use badrdp_proto::transcript::{Again, Entry, Event, Transcript};
use badrdp_proto::vocab::Stage;
use serde::de::{Error as _, IgnoredAny};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use self::entry::{RawEntry, RawEvent};
use self::fields::Fields;
use self::message::Carriers;
use crate::probe::Target;
use crate::report::json::SCHEMA;

/// The largest file that is read: a run of the whole catalogue has some 40 MiB.
pub const MAX_BYTES: usize = 256 * 1024 * 1024;

/// A transcript that was saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    /// The host that was probed, where it is a probe's.
    pub target: Option<Target>,
    /// The scenario that was replayed, where it is a run's.
    pub scenario: Option<String>,
    /// The client's transcript.
    pub transcript: Transcript,
    /// What a survey found, as it was printed: it is data already, and is not judged again.
    pub survey: Option<Value>,
    /// Nobody named the host: it is an address of a range.
    pub by_range: bool,
}

/// Why a file cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// No text at all.
    #[error("the file is empty")]
    Empty,
    /// More than [`MAX_BYTES`].
    #[error("the file is larger than {} MiB", MAX_BYTES / 1024 / 1024)]
    TooLarge,
    /// Not JSON, cut short, or a field that is not as it should be; with line and column.
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    /// JSON that is none of ours.
    #[error("no field `schema`: this is not what `badrdp probe --json` or `badrdp run --json` prints")]
    Foreign,
    /// Written by another version.
    #[error("schema {0}: this version reads schema {SCHEMA}")]
    Schema(Value),
    /// Ours, but nothing to diagnose is in it.
    #[error("it holds neither a probe's transcript nor a run's, so there is nothing to diagnose")]
    NoTranscript,
    /// An entry whose message is not what the file says.
    #[error("{place}: {why}")]
    Entry {
        /// Which, as a path.
        place: String,
        /// What is wrong with it.
        why: String,
    },
}

/// Reads a file: one document, or several in a row (NDJSON). Replays that did not come to a transcript are left out.
///
/// # Errors
/// What is wrong with the file, and where.
pub fn read(json: &[u8]) -> Result<Vec<Saved>, ReadError> {
    if json.len() > MAX_BYTES {
        return Err(ReadError::TooLarge);
    }
    if json.iter().all(u8::is_ascii_whitespace) {
        return Err(ReadError::Empty);
    }
    // Whose it is comes first, wherever in the document it is said.
    for head in documents::<Head>(json) {
        let head = head?;
        match head.schema {
            None => return Err(ReadError::Foreign),
            Some(schema) if schema != SCHEMA => return Err(ReadError::Schema(schema)),
            Some(_) if head.transcript.is_none() && head.summary.is_none() && head.failed.is_none() => {
                return Err(ReadError::NoTranscript);
            }
            Some(_) => {}
        }
    }
    let mut all = Vec::new();
    for document in documents::<Document>(json) {
        let mut document = document?;
        let hosts = document.hosts.take().unwrap_or_default();
        for document in hosts.into_iter().chain([document]) {
            document.finish(&mut all)?;
        }
    }
    Ok(all)
}

impl Document {
    fn finish(self, all: &mut Vec<Saved>) -> Result<(), ReadError> {
        let document = self;
        if let Some(transcript) = document.transcript {
            let transcript = transcript.finish("transcript", document.host.as_ref())?;
            all.push(Saved {
                target: document.target.map(Target::from),
                scenario: None,
                transcript,
                survey: document.survey,
                by_range: document.by_range,
            });
        }
        for Record { id, client, host } in document.scenarios.into_iter().flatten() {
            if let Some(client) = client {
                let transcript = client.finish(&format!("{id}: client"), host.as_ref())?;
                all.push(Saved { target: None, scenario: Some(id), transcript, survey: None, by_range: false });
            }
        }
        Ok(())
    }
}

fn documents<'a, T: Deserialize<'a>>(json: &'a [u8]) -> impl Iterator<Item = serde_json::Result<T>> {
    serde_json::Deserializer::from_slice(json).into_iter()
}

/// What tells whose a document is.
#[derive(Deserialize)]
struct Head {
    schema: Option<Value>,
    /// A probe has it.
    transcript: Option<IgnoredAny>,
    /// A host at which the probe itself failed has it.
    failed: Option<IgnoredAny>,
    /// A run has it beside its `scenarios`; what `badrdp explain` prints has ids in a field of that name.
    summary: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Document {
    target: Option<SavedTarget>,
    transcript: Option<RawTranscript>,
    host: Option<Value>,
    survey: Option<Value>,
    #[serde(default)]
    by_range: bool,
    scenarios: Option<Vec<Record>>,
    /// A probe of several hosts.
    hosts: Option<Vec<Self>>,
}

#[derive(Deserialize)]
struct SavedTarget {
    host: String,
    port: u16,
}

impl From<SavedTarget> for Target {
    fn from(SavedTarget { host, port }: SavedTarget) -> Self {
        Self { host, port }
    }
}

/// One replay; what the server saw is not diagnosed.
#[derive(Deserialize)]
struct Record {
    id: String,
    client: Option<RawTranscript>,
    host: Option<Value>,
}

/// A transcript whose messages are not decoded yet.
#[derive(Deserialize, Debug)]
struct RawTranscript {
    #[serde(rename = "side")]
    _side: ClientSide,
    budget_ms: f64,
    stage: String,
    #[serde(default, deserialize_with = "failure")]
    failure: Option<Failure>,
    entries: Vec<RawEntry>,
    dropped: u64,
}

/// The only side that is diagnosed.
#[derive(Debug)]
struct ClientSide;

impl<'de> Deserialize<'de> for ClientSide {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match String::deserialize(deserializer)?.as_str() {
            "client" => Ok(Self),
            "server" => Err(D::Error::custom("`side`: a server's transcript; only a probe's can be diagnosed")),
            other => Err(D::Error::custom(format!("`side`: {other:?} is neither \"client\" nor \"server\""))),
        }
    }
}

fn failure<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Failure>, D::Error> {
    let value = Option::<Value>::deserialize(deserializer)?;
    let read = value.as_ref().map(entry::failure).transpose();
    read.map_err(|why| D::Error::custom(format!("`failure`: {why}")))
}

impl RawTranscript {
    fn finish(self, place: &str, host: Option<&Value>) -> Result<Transcript, ReadError> {
        let wrong = |place: String, why: String| ReadError::Entry { place, why };
        let object = serde_json::json!({ "budget_ms": self.budget_ms, "stage": self.stage });
        let top = Fields::of(&object).and_then(|top| Ok((top.milliseconds("budget_ms")?, top.stage()?)));
        let (budget, stage): (Duration, Stage) = top.map_err(|why| wrong(place.to_owned(), why))?;
        let clocks = clocks(host).map_err(|why| wrong("host.identity".to_owned(), why))?;
        let mut carriers = Carriers::default();
        let mut entries = Vec::with_capacity(self.entries.len());
        for (index, RawEntry { at, stage, event }) in self.entries.into_iter().enumerate() {
            let event = match event {
                RawEvent::Message { direction, kind, bytes, ts_request, altered } => {
                    let message = carriers.decode(direction, kind, ts_request.as_ref().unwrap_or(&bytes));
                    let message = message.map_err(|why| wrong(format!("{place}.entries[{index}]"), why))?;
                    Event::Message { direction, kind, message: Some(message), bytes, altered }
                }
                RawEvent::Again { why, target, transcript } => {
                    let transcript = transcript.finish(&format!("{place}.entries[{index}].transcript"), host)?;
                    Event::Again(Box::new(Again { why, target, transcript }))
                }
                RawEvent::Other(Event::Identity(mut identity)) => {
                    // They stand once only: two runs can be compared entry by entry.
                    (identity.clock, identity.skew) = clocks;
                    Event::Identity(identity)
                }
                RawEvent::Other(event) => event,
            };
            entries.push(Entry { at, stage, event });
        }
        Ok(Transcript { side: Side::Client, budget, entries, dropped: self.dropped, stage, failure: self.failure })
    }
}

/// Clock and skew of the host, which are masked in the entry.
fn clocks(host: Option<&Value>) -> Result<(Option<i64>, Option<i64>), String> {
    match host.and_then(|host| host.get("identity")).filter(|identity| !identity.is_null()) {
        None => Ok((None, None)),
        Some(identity) => {
            let fields = Fields::of(identity)?;
            Ok((fields.maybe("clock")?, fields.maybe("skew")?))
        }
    }
}
