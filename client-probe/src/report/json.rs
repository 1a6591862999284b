//! The report as data, `schema: 1`.
//!
//! Durations stand in fields whose name ends in `_ms`, so that two runs can be compared without
//! them. Values that differ from run to run by nature are masked, all of them here.

use badrdp_proto::connect::{AuthFailure, Blame, Failure};
use badrdp_proto::pdu::Side;
use badrdp_proto::transcript::{CertificateFacts, Chosen, Direction, Entry, Event, HostIdentity, Named, Transcript};
use badrdp_proto::vocab::code::Code as _;
use badrdp_proto::vocab::codes::SecurityStatus;
use badrdp_proto::vocab::{MessageKind, Stage};
use core::time::Duration;
use serde_json::{Map, Value, json};

use super::again;
use super::describe::{auth_failure, describe, problem};
use super::host;
use super::masked_request::masked_request;
use super::settings;
use super::survey_json;
use super::text::word;
use crate::diagnosis::nla::Logon;
use crate::diagnosis::view::View;
use crate::diagnosis::{Diagnosis, Finding, Verdict};
use crate::examine::Examination;
use crate::saved::exact::{Problem, hex, written};

/// The schema's number; it changes when a field changes its meaning or goes away.
pub const SCHEMA: u32 = 1;

/// Fields that are masked: lengths that depend on signatures and keys; CredSSP's bytes, which are nonces, challenges and
/// what is sealed with keys made of them; clocks that run (`host` has them).
const fn masked(entry: &Entry) -> &'static [&'static str] {
    match &entry.event {
        Event::TlsRecord { .. } => &["length"],
        Event::Message { kind: MessageKind::TsRequest, .. } => &["bytes"],
        Event::Undecodable { .. } if matches!(entry.stage, Stage::Nla) => &["bytes"],
        Event::Identity(_) => &["clock", "skew"],
        _ => &[],
    }
}

/// Transcript and diagnosis.
#[must_use]
pub fn report(transcript: &Transcript, diagnosis: &Diagnosis) -> Value {
    json!({
        "schema": SCHEMA,
        "transcript": self::transcript(transcript),
        "host": host(transcript),
        "diagnosis": self::diagnosis(diagnosis),
    })
}

/// A host's whole document: what `badrdp probe --json` prints.
#[must_use]
pub fn document(found: &Examination) -> Value {
    let mut report = report(&found.transcript, &found.diagnosis);
    if let Some(report) = report.as_object_mut() {
        report.insert("target".to_owned(), json!({ "host": found.target.host, "port": found.target.port }));
        report.extend(found.survey.as_ref().map(|survey| ("survey".to_owned(), survey_json::survey(survey))));
    }
    report
}

/// What is known of the host from negotiation, NLA and its settings, in the words that the text report has, as data.
///
/// `nla.required` is `null` where it is not known: a host that selects NLA may do without it.
/// `credentials` is `null` without a user. `identity` is `null` without an NTLM challenge; its `clock` is in Unix
/// seconds, its `skew` is that clock minus this machine's.
#[must_use]
pub fn host(transcript: &Transcript) -> Value {
    let view = View::new(transcript);
    json!({
        "nla": {
            "selected": view.selected().filter(|_| view.does_nla()).map(|(_, protocol)| protocol.to_string()),
            "required": view.requires_nla(),
        },
        "credentials": view.user().map(|user| credentials(view, &user)),
        "identity": view.identity().map(|(_, identity)| self::identity(identity)),
        "settings": settings::data(view),
    })
}

/// `status` is the NTSTATUS that the host refused with, where it said one.
fn credentials(view: View<'_>, user: &str) -> Value {
    let status = match view.auth_failure() {
        Some((_, AuthFailure::Refused(status))) => Some(status),
        _ => None,
    };
    json!({
        "user": user,
        "outcome": view.logon().map(outcome),
        "status": status.map(|status| format!("{:#x}", status.0)),
        "status_name": status.and_then(|status| status.name().or_else(|| SecurityStatus(status.0).name())),
    })
}

const fn outcome(logon: Logon) -> &'static str {
    match logon {
        Logon::Accepted => "accepted",
        Logon::Authenticated => "authenticated",
        Logon::Refused => "refused",
        Logon::Withheld => "withheld",
        Logon::NotChecked => "not-checked",
    }
}

fn identity(identity: &HostIdentity) -> Value {
    let target = &identity.target;
    json!({
        "netbios_computer": target.netbios_computer,
        "netbios_domain": target.netbios_domain,
        "dns_computer": target.dns_computer,
        "dns_domain": target.dns_domain,
        "dns_tree": target.dns_tree,
        "version": identity.version.map(host::number),
        "release": identity.version.and_then(host::release),
        "clock": identity.clock,
        "skew": identity.skew,
        "credssp_version": identity.credssp_version,
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
        Verdict::HealthySoFar => "healthy-so-far",
        Verdict::Degraded => "degraded",
        Verdict::NeedsCredentials => "needs-credentials",
        Verdict::Refused => "refused",
        Verdict::Broken => "broken",
        Verdict::NotRdp => "not-rdp",
        Verdict::Unreachable => "unreachable",
    }
}

pub(super) fn finding(finding: &Finding) -> Value {
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
        "why": why(&failure.cause),
        "blame": written!(BlameDef, &failure.cause),
        "after": failure.after.map(|kind| kind.name()),
    })
}

/// What the cause's word leaves open, where the entries do not say it.
fn why(blame: &Blame) -> Option<String> {
    match blame {
        Blame::Auth(failure) => Some(auth_failure(failure)),
        Blame::License(failure) => Some(failure.to_string()),
        Blame::Local(why) | Blame::Violated(why) => Some((*why).to_owned()),
        _ => None,
    }
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
        Blame::Auth(_) => "auth",
        Blame::License(_) => "license",
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
    for field in masked(entry) {
        object.insert((*field).to_owned(), "masked".into());
    }
    Value::Object(object)
}

fn details(event: &Event) -> (&'static str, Value) {
    match event {
        Event::Connected { peer } => ("connected", json!({ "peer": peer })),
        Event::ConnectFailed { failure, tried } => {
            ("connect-failed", json!({ "tried": tried, "failure": written!(ConnectFailureDef, failure) }))
        }
        Event::Message { direction, kind, bytes, message, .. } => {
            let mut fields =
                json!({ "direction": self::direction(*direction), "kind": kind.name(), "bytes": hex(bytes) });
            if let (Some(request), Value::Object(fields)) = (message.as_deref().and_then(masked_request), &mut fields) {
                fields.insert("ts_request".to_owned(), hex(&request).into());
            }
            ("message", fields)
        }
        Event::Undecodable { bytes, error, .. } => (
            "undecodable",
            json!({
                "bytes": hex(bytes),
                "path": error.path,
                "offset": error.offset,
                "reason": error.reason.to_string(),
                "error": written!(DecodeErrorDef, error),
            }),
        ),
        Event::NotAFrame(error) => ("not-a-frame", json!({ "error": written!(FrameErrorDef, error) })),
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
        Event::TlsFailed(failure) => (
            "tls-failed",
            json!({ "after": failure.after.map(|kind| kind.name()), "failure": written!(TlsFailureDef, failure) }),
        ),
        Event::Certificate(facts) => ("certificate", certificate(facts)),
        Event::Chosen(chosen) => ("chosen", choice(chosen)),
        Event::Skipped { what, because } => ("skipped", json!({ "what": what, "because": because })),
        Event::Posture(posture) => (
            "posture",
            json!({
                "certificate": posture.certificate,
                "acceptable": posture.acceptable,
                "binds_key": posture.binds_key,
            }),
        ),
        Event::Delegated(delegated) => (
            "delegated",
            json!({
                "cred_type": delegated.cred_type,
                "domain": delegated.domain,
                "user": delegated.user,
                "secret_length": delegated.secret_length,
            }),
        ),
        Event::Credentials { domain, user } => ("credentials", json!({ "domain": domain, "user": user })),
        Event::NlaRequirement(known) => {
            ("nla-requirement", json!({ "requirement": written!(NlaRequirementDef, known) }))
        }
        Event::Identity(identity) => ("identity", self::identity(identity)),
        Event::CookieChecked(check) => {
            ("cookie-checked", json!({ "logon_id": check.logon_id, "verdict": again::verdict(check.verdict) }))
        }
        Event::Again(next) => (
            "again",
            json!({
                "why": again::why(next.why),
                "target": { "host": next.target.0, "port": next.target.1 },
                "transcript": transcript(&next.transcript),
            }),
        ),
        Event::StayedAway(why) => ("stayed-away", again::stayed_json(why)),
        Event::Activated => ("activated", Value::Null),
        Event::NoCloseNotify => ("no-close-notify", Value::Null),
        Event::PeerClosed(how) => ("peer-closed", json!({ "how": written!(CloseKindDef, how) })),
        Event::HalfClosed { .. } => ("half-closed", Value::Null),
        Event::Closed { how, .. } => ("closed", json!({ "how": written!(EndingDef, how) })),
        Event::TimedOut => ("timed-out", Value::Null),
    }
}

fn choice(chosen: &Chosen) -> Value {
    let (by, said) = match &chosen.by {
        Named::Cookie(said) => (Some("cookie"), Some(said)),
        Named::RoutingToken(said) => (Some("routing-token"), Some(said)),
        Named::ServerName(said) => (Some("server-name"), Some(said)),
        Named::UserName(said) => (Some("user-name"), Some(said)),
        Named::Nothing => (None, None),
    };
    json!({ "scenario": chosen.scenario, "by": by, "said": said, "too_late": chosen.too_late })
}

pub(super) fn certificate(facts: &CertificateFacts) -> Value {
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
        "problem_kinds": facts.problems.iter().cloned().map(Problem).collect::<Vec<_>>(),
    })
}

const fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::Sent => "sent",
        Direction::Received => "received",
    }
}

pub(super) fn milliseconds(duration: Duration) -> Value {
    // Whole microseconds: enough for a person, and no noise of binary fractions.
    let micros = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
    json!(micros as f64 / 1000.0)
}
