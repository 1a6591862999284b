//! A run as data: see `docs/json.md`.

use std::time::{Duration, SystemTime};

use badrdp_client_probe::report::{self, leak};
use badrdp_proto::transcript::disclosures;
use serde_json::{Value, json};

use super::{Told, duty_name, shell};
use crate::check::expectations::Recorded;
use crate::check::profile::Profile;
use crate::check::{Class, End, Outcome, Summary, Verdict};

/// One case.
#[must_use]
pub fn case(told: &Told) -> Value {
    let checked = &told.checked;
    let scenario = &checked.scenario;
    json!({
        "id": scenario.id,
        "summary": scenario.summary,
        "spec": scenario.spec,
        "tags": scenario.tags,
        "expected": {
            "must": scenario.expect_client.must.map(duty_name),
            "should": scenario.expect_client.should.map(duty_name),
            "because": scenario.expect_client.because,
        },
        "verdict": verdict(&checked.verdict),
        "earlier": checked.earlier.iter().map(verdict).collect::<Vec<_>>(),
        "recorded": recorded(&told.recorded),
        "outcome": outcome(&checked.outcome),
        "command": checked.command,
        "shell": shell(&checked.command),
        "started": seconds(checked.started),
        "connections": checked.connections.iter().map(report::json::transcript).collect::<Vec<_>>(),
        "leaks": checked
            .connections
            .iter()
            .map(|connection| disclosures(connection).iter().map(leak::json).collect::<Vec<_>>())
            .collect::<Vec<_>>(),
        "leak_lines": checked.verdict.disclosures.iter().map(|(_, given)| leak::line(given)).collect::<Vec<_>>(),
    })
}

/// A verdict.
#[must_use]
pub fn verdict(verdict: &Verdict) -> Value {
    json!({
        "class": verdict.class,
        "good": if verdict.class.is_neutral() { Value::Null } else { verdict.class.is_good().into() },
        "detail": verdict.detail,
        "stage": verdict.stage.name(),
        "connections": verdict.connections,
        "time_to_detect_ms": verdict.time_to_detect.map(milliseconds),
        "said": verdict
            .said
            .iter()
            .map(|said| json!({ "reason": said.reason, "words": said.words, "error_info": said.error_info }))
            .collect::<Vec<_>>(),
        "right_reasons": verdict.right,
    })
}

/// What the expectation file says of a case.
fn recorded(recorded: &Recorded) -> Value {
    let (as_recorded, known, listed) = match recorded {
        Recorded::Good | Recorded::Neutral => (true, None, None),
        Recorded::Known(reason) => (true, Some(reason.as_str()), None),
        Recorded::Bad(listed) => (false, None, listed.as_deref()),
        Recorded::UnexpectedlyGood(listed) => (false, None, Some(listed.as_str())),
    };
    json!({ "as_recorded": as_recorded, "known": known, "listed": listed })
}

fn outcome(outcome: &Outcome) -> Value {
    let (signal, core) = match outcome.end {
        End::Signalled { signal, core } => (Some(signal), Some(core)),
        _ => (None, None),
    };
    json!({
        "end": end(&outcome.end),
        "exit_code": outcome.code(),
        "signal": signal,
        "core": core,
        "took_ms": milliseconds(outcome.took),
        "stdout": outcome.stdout,
        "stderr": outcome.stderr,
    })
}

const fn end(end: &End) -> &'static str {
    match end {
        End::Exited(_) => "exited",
        End::Signalled { .. } => "signalled",
        End::InSession => "in-session",
        End::Stayed => "stayed",
        End::Deadline { .. } => "deadline",
        End::Succeeded => "succeeded",
        End::Failed => "failed",
        End::Unseen => "unseen",
        End::Cancelled => "cancelled",
    }
}

/// The whole run.
#[must_use]
pub fn document(cases: &[Value], profile: &Profile, summary: &Summary, started: SystemTime, took: Duration) -> Value {
    json!({
        "schema": report::json::SCHEMA,
        "kind": "check",
        "client": { "name": profile.name, "about": profile.about, "command": profile.command },
        "badrdp": env!("CARGO_PKG_VERSION"),
        "started": seconds(started),
        "took_ms": milliseconds(took),
        "scenarios": cases,
        "summary": self::summary(summary),
    })
}

/// How a run went.
#[must_use]
pub fn summary(summary: &Summary) -> Value {
    json!({
        "total": summary.classes.total(),
        "classes": summary.classes,
        "left": summary.left,
        "as_recorded": summary.as_recorded(),
        "not_applicable": summary.classes.of(Class::NotApplicable),
        "known": summary.known,
        "unexpected": summary.unexpected,
        "unexpectedly_good": summary.unexpected_good,
        "retried": summary.retried,
    })
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// Unix seconds.
fn seconds(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
