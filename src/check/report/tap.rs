//! A run as TAP 14.

use std::fmt::Write as _;

use super::{Told, complaint, duty};
use crate::check::expectations::Recorded;

/// The beginning: version and plan.
#[must_use]
pub fn head(total: usize) -> String {
    format!("TAP version 14\n1..{total}\n")
}

/// What stands behind the last case of a run that was stopped.
pub const STOPPED: &str = "Bail out! the run was stopped\n";

/// One case; `number` counts from 1.
#[must_use]
pub fn case(number: usize, told: &Told) -> String {
    let checked = &told.checked;
    let verdict = &checked.verdict;
    let id = escaped(&checked.scenario.id);
    let complaint = complaint(told);
    let (ok, directive) = match (&complaint, &told.recorded) {
        // A known failure that passes is no TODO: TAP's harnesses let these pass.
        (Some(_), _) => ("not ok", String::new()),
        (None, Recorded::Known(reason)) => ("not ok", format!(" # TODO {}", escaped(reason))),
        (None, Recorded::Neutral) => ("ok", format!(" # SKIP {}", escaped(&verdict.to_string()))),
        (None, _) => ("ok", String::new()),
    };
    let mut text = format!("{ok} {number} - {id}{directive}\n");
    if complaint.is_some() || matches!(told.recorded, Recorded::Known(_)) {
        let mut field = |name: &str, value: &str| {
            let _ = writeln!(text, "  {name}: {}", serde_json::Value::from(value));
        };
        field("---", "");
        field("message", complaint.as_deref().unwrap_or(&verdict.detail));
        field("verdict", verdict.class.name());
        field("stage", verdict.stage.name());
        field("expected", &duty(&checked.scenario.expect_client));
        text = text.replace("  ---: \"\"\n", "  ---\n");
        text.push_str("  ...\n");
    }
    for (place, earlier) in checked.earlier.iter().enumerate() {
        let _ = writeln!(text, "# try {}: {}", place + 1, escaped(&earlier.to_string()));
    }
    text
}

/// What TAP reads as a directive is escaped, and a line stays one.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('#', "\\#").replace(['\n', '\r'], " ")
}
