//! A matrix as data: see `docs/json.md`.

use badrdp_client_probe::report::json::SCHEMA;
use serde_json::{Value, json};

use super::{Case, Column, Matrix};

/// The whole matrix; the transcripts and what clients wrote stay in their runs.
#[must_use]
pub fn document(matrix: &Matrix<'_>) -> Value {
    let scenarios = matrix.rows.iter().map(|row| {
        json!({
            "id": row.id,
            "summary": row.summary,
            "spec": row.spec,
            "expected": row.expected,
            "differs": row.differs(),
            "results": row.cells.iter().map(|cell| cell.as_ref().map(result)).collect::<Vec<_>>(),
        })
    });
    json!({
        "schema": SCHEMA,
        "kind": "matrix",
        "badrdp": env!("CARGO_PKG_VERSION"),
        "clients": matrix.columns.iter().map(client).collect::<Vec<_>>(),
        "notes": matrix.notes,
        "scenarios": scenarios.collect::<Vec<_>>(),
        "summary": {
            "total": matrix.rows.len(),
            "bad": matrix.rows.iter().filter(|row| row.is_bad()).count(),
            "differs": matrix.rows.iter().filter(|row| row.differs()).count(),
        },
    })
}

fn client(column: &Column) -> Value {
    let runs = column
        .runs
        .iter()
        .map(|run| json!({ "file": run.file, "badrdp": run.badrdp, "started": run.started, "took_ms": run.took_ms }));
    json!({
        "name": column.name,
        "client": column.client,
        "runs": runs.collect::<Vec<_>>(),
        "total": column.classes.total(),
        "classes": column.classes,
        "known": column.known,
        "unexpected": column.unexpected,
    })
}

fn result(case: &Case<'_>) -> Value {
    json!({
        "verdict": case.verdict,
        "recorded": case.recorded,
        "outcome": case.outcome,
        "command": case.command,
        "leak_lines": case.leak_lines,
        "artefacts": case.artefacts,
    })
}
