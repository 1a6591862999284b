//! `run --json`: one document.

use badrdp::replay::Replay;
use badrdp_client_probe::report;
use badrdp_proto::transcript::{Transcript, disclosures};
use serde_json::{Value, json};

use super::pool::{Ended, Tally};

/// One scenario.
pub(super) fn scenario(ended: &Ended) -> Value {
    let scenario = ended.scenario();
    let mut value = json!({
        "id": scenario.id,
        "summary": scenario.summary,
        "expected": {
            "stage": scenario.expect_probe.stage.name(),
            "finding": scenario.expect_probe.finding,
            "says": scenario.expect_probe.says,
        },
        "as_expected": ended.problems().is_empty() && ended.not_applicable().is_none(),
        "problems": ended.problems(),
        "not_applicable": ended.not_applicable(),
    });
    if let (Ended::Replayed(replay), Value::Object(fields)) = (ended, &mut value)
        && let Value::Object(more) = replayed(replay)
    {
        fields.extend(more);
    }
    value
}

fn replayed(replay: &Replay) -> Value {
    json!({
        "diagnosis": report::json::diagnosis(&replay.diagnosis),
        "client": report::json::transcript(&replay.client),
        "host": report::json::host(&replay.client),
        "server": replay.server.iter().map(report::json::transcript).collect::<Vec<_>>(),
        "leaks": replay.server.iter().map(leaks).collect::<Vec<_>>(),
        "took_ms": replay.took.as_secs_f64() * 1000.0,
    })
}

/// What one connection gave away.
fn leaks(transcript: &Transcript) -> Vec<Value> {
    disclosures(transcript).iter().map(report::leak::json).collect()
}

/// The whole run.
pub(super) fn document(scenarios: Vec<Value>, tally: &Tally) -> Value {
    json!({
        "schema": report::json::SCHEMA,
        "scenarios": scenarios,
        "summary": {
            "total": tally.total,
            "not_as_expected": tally.unexpected.len(),
            "not_applicable": tally.not_applicable,
        },
    })
}
