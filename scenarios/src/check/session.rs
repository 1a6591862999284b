//! `[server.session] steps`.

use badrdp_proto::vocab::codes::{ErrorInfo, LogonErrorData, LogonErrorType, McsReason};
use toml::de::DeValue;

use super::words::STEPS;
use crate::keys::{SESSION, STEP};
use crate::model::{SessionProfile, Step};
use crate::read::{Value, View};

/// `[server.session]`.
pub(super) fn session(server: &View<'_, '_>) -> SessionProfile {
    let Some(view) = server.table("session", &SESSION) else { return SessionProfile::default() };
    let items = view.array("steps").unwrap_or_default();
    if items.is_empty() && view.has("steps") {
        view.sink.suggest(view.key_span("steps"), "`steps` is empty", "leave it out: log on, draw, stay");
    }
    let mut steps = Vec::new();
    let mut ended = None;
    for item in items {
        if let Some(end) = ended {
            let message = format!("nothing comes after `{end}`: it ends the connection");
            view.sink.suggest(item.span(), message, format!("make `{end}` the last step"));
            break;
        }
        let Some(step) = step(&view, item) else { continue };
        if let (Step::End(_), DeValue::String(word)) = (&step, item.get_ref()) {
            ended = Some(word);
        }
        steps.push(step);
    }
    SessionProfile { steps }
}

fn step(view: &View<'_, '_>, item: &Value<'_>) -> Option<Step> {
    match item.get_ref() {
        DeValue::String(word) => view.sink.word("steps", word, item.span(), STEPS).map(Step::from),
        DeValue::Table(_) => table_step(&View::of(item, &STEP, view.sink)?),
        other => view.wrong_type("steps", item, "words and tables", other),
    }
}

fn table_step(step: &View<'_, '_>) -> Option<Step> {
    let number = |number: u64| u32::try_from(number).ok();
    let kinds = ["logon_error", "error_info", "disconnect"];
    let given: Vec<&str> = kinds.into_iter().filter(|key| step.has(key)).collect();
    if step.has("data") && !step.has("logon_error") {
        step.sink.report(step.key_span("data"), "`data` belongs to `logon_error`");
    }
    match given.as_slice() {
        ["logon_error"] => {
            let kind = step.code("logon_error", |n| number(n).map(LogonErrorType));
            if !step.has("data") {
                step.sink.report(step.span.clone(), "`logon_error` needs `data`");
            }
            Some(Step::LogonError(kind?, step.code("data", |n| number(n).map(LogonErrorData))?))
        }
        ["error_info"] => step.code("error_info", |n| number(n).map(ErrorInfo)).map(Step::ErrorInfo),
        [_] => {
            // T.125 has room for five reasons; a packed choice cannot carry more than three bits.
            step.code("disconnect", |n| u8::try_from(n).ok().filter(|n| *n < 8).map(McsReason)).map(Step::Disconnect)
        }
        [] => {
            let message = "a step says one of `logon_error`, `error_info`, `disconnect`, or is a word";
            step.sink.report(step.span.clone(), message);
            None
        }
        [_, second, ..] => {
            step.sink.report(step.key_span(second), "one step does one thing: make this a step of its own");
            None
        }
    }
}
