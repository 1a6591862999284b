//! The report as data, `schema: 1`.
//!
//! Durations stand in fields whose name ends in `_ms`, so that two runs can be compared without
//! them. Values that differ from run to run by nature are masked, all of them here.

use badrdp_proto::connect::{Blame, Failure};
use badrdp_proto::pdu::Side;
use badrdp_proto::transcript::{CertificateFacts, Direction, Entry, Event, Transcript};
use core::time::Duration;
use serde_json::{Map, Value, json};

use super::describe::{describe, problem};
use super::text::word;
use crate::diagnosis::{Diagnosis, Finding, Verdict};

/// The schema's number; it changes when a field changes its meaning or goes away.
pub const SCHEMA: u32 = 1;

/// Fields that are masked, by event and field: lengths that depend on signatures and keys.
const MASKED: &[(&str, &str)] = &[("tls-record", "length")];

/// Transcript and diagnosis.
#[must_use]
pub fn report(transcript: &Transcript, diagnosis: &Diagnosis) -> Value {
    json!({
        "schema": SCHEMA,
        "transcript": self::transcript(transcript),
        "diagnosis": self::diagnosis(diagnosis),
    })
}

/// A transcript, without the schema's number.
#[must_use]
pub fn transcript(transcript: &Transcript) -> Value {
    json!({
        "side": match transcript.side { Side::Client => "client", Side::Server => "server" },
        "budget_ms": milliseconds(transcript.budget),
        "stage": transcript.stage.name(),
        "failure": transcript.failure.as_ref().map(failure),
        "entries": transcript.entries.iter().map(entry).collect::<Vec<_>>(),
        "dropped": transcript.dropped,
    })
}

/// A diagnosis, without the schema's number.
#[must_use]
pub fn diagnosis(diagnosis: &Diagnosis) -> Value {
    json!({
        "verdict": verdict(diagnosis.verdict),
        "stage": diagnosis.stage.name(),
        "complete": diagnosis.complete,
        "findings": diagnosis.findings.iter().map(finding).collect::<Vec<_>>(),
    })
}

/// The verdict's name in data.
#[must_use]
pub const fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Healthy => "healthy",
        Verdict::Degraded => "degraded",
        Verdict::NeedsCredentials => "needs-credentials",
        Verdict::Broken => "broken",
        Verdict::NotRdp => "not-rdp",
        Verdict::Unreachable => "unreachable",
    }
}

fn finding(finding: &Finding) -> Value {
    let causes = finding.causes.iter().map(|(evidence, text)| json!({ "evidence": word(*evidence), "text": text }));
    let codes = finding.mstsc.iter().map(|code| {
        json!({
            "code": format!("{:#x}", code.code),
            "extended": format!("{:#x}", code.extended),
            "evidence": word(code.evidence),
        })
    });
    json!({
        "id": finding.id,
        "stage": finding.stage.name(),
        "title": finding.title,
        "evidence": finding.evidence,
        "expected": finding.expected,
        "causes": causes.collect::<Vec<_>>(),
        "mstsc": codes.collect::<Vec<_>>(),
        "remedies": finding.remedies,
    })
}

fn failure(failure: &Failure) -> Value {
    json!({
        "stage": failure.stage.name(),
        "cause": cause(&failure.cause),
        "after": failure.after.map(|kind| kind.name()),
    })
}

const fn cause(blame: &Blame) -> &'static str {
    match blame {
        Blame::Refused(_) => "refused",
        Blame::Malformed(_) => "malformed",
        Blame::NotAFrame(_) => "not-a-frame",
        Blame::Unexpected { .. } => "unexpected",
        Blame::Violated(_) => "violated",
        Blame::Closed(_) => "closed",
        Blame::Stalled => "stalled",
        Blame::Tls(_) => "tls",
        Blame::Local(_) => "local",
    }
}

fn entry(entry: &Entry) -> Value {
    let mut object = Map::new();
    object.insert("at_ms".to_owned(), milliseconds(entry.at));
    object.insert("stage".to_owned(), entry.stage.name().into());
    let described = describe(entry);
    let (event, details) = details(&entry.event);
    object.insert("event".to_owned(), event.into());
    if let Value::Object(details) = details {
        object.extend(details);
    }
    if let Some(length) = described.length {
        object.insert("length".to_owned(), length.into());
    }
    object.insert("fact".to_owned(), described.fact.into());
    if !described.altered.is_empty() {
        object.insert("altered".to_owned(), described.altered.into());
    }
    for (_, field) in MASKED.iter().filter(|(masked, _)| *masked == event) {
        object.insert((*field).to_owned(), "masked".into());
    }
    Value::Object(object)
}

fn details(event: &Event) -> (&'static str, Value) {
    match event {
        Event::Connected { peer } => ("connected", json!({ "peer": peer })),
        Event::ConnectFailed { tried, .. } => ("connect-failed", json!({ "tried": tried })),
        Event::Message { direction, kind, bytes, .. } => {
            ("message", json!({ "direction": self::direction(*direction), "kind": kind.name(), "bytes": hex(bytes) }))
        }
        Event::Undecodable { bytes, error, .. } => (
            "undecodable",
            json!({ "bytes": hex(bytes), "path": error.path, "offset": error.offset, "reason": error.reason.to_string() }),
        ),
        Event::NotAFrame(_) => ("not-a-frame", Value::Null),
        Event::TlsRecord { direction, kind, .. } => {
            ("tls-record", json!({ "direction": self::direction(*direction), "kind": kind.name() }))
        }
        Event::TlsReady(facts) => (
            "tls-ready",
            json!({
                "version": facts.version,
                "cipher_suite": facts.cipher_suite,
                "server_name": facts.server_name,
            }),
        ),
        Event::TlsFailed(failure) => ("tls-failed", json!({ "after": failure.after.map(|kind| kind.name()) })),
        Event::Certificate(facts) => ("certificate", certificate(facts)),
        Event::Activated => ("activated", Value::Null),
        Event::PeerClosed(_) => ("peer-closed", Value::Null),
        Event::HalfClosed { .. } => ("half-closed", Value::Null),
        Event::Closed { .. } => ("closed", Value::Null),
        Event::TimedOut => ("timed-out", Value::Null),
    }
}

fn certificate(facts: &CertificateFacts) -> Value {
    json!({
        "subject": facts.subject,
        "issuer": facts.issuer,
        "not_before": facts.not_before,
        "not_after": facts.not_after,
        "names": facts.names,
        "key": facts.key,
        "checked_name": facts.checked_name,
        "checked_at": facts.checked_at,
        "problems": facts.problems.iter().map(problem).collect::<Vec<_>>(),
    })
}

const fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::Sent => "sent",
        Direction::Received => "received",
    }
}

fn milliseconds(duration: Duration) -> Value {
    // Whole microseconds: enough for a person, and no noise of binary fractions.
    let micros = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
    json!(micros as f64 / 1000.0)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
