//! `[server.session] steps`.

use badrdp_proto::vocab::codes::{ErrorInfo, LogonErrorData, LogonErrorType, McsReason};
use toml::de::DeValue;

use super::measure::{self, belongs};
use super::words::STEPS;
use crate::keys::{SESSION, STEP, STEP_KINDS};
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
        let these = step(&view, item);
        if let ([Step::End(_)], DeValue::String(word)) = (these.as_slice(), item.get_ref()) {
            ended = Some(word);
        }
        steps.extend(these);
    }
    SessionProfile { steps, refuse_cookies: view.flag("refuse_cookies") }
}

fn step(view: &View<'_, '_>, item: &Value<'_>) -> Vec<Step> {
    match item.get_ref() {
        DeValue::String(word) => {
            view.sink.word("steps", word, item.span(), STEPS).map(Step::from).into_iter().collect()
        }
        DeValue::Table(_) => View::of(item, &STEP, view.sink).map(|step| table_step(&step)).unwrap_or_default(),
        other => view.wrong_type::<Step>("steps", item, "words and tables", other).into_iter().collect(),
    }
}

fn table_step(step: &View<'_, '_>) -> Vec<Step> {
    let number = |number: u64| u32::try_from(number).ok();
    if step.has("data") && !step.has("logon_error") {
        step.sink.report(step.key_span("data"), "`data` belongs to `logon_error`");
    }
    belongs(step, &["warn", "reconnect"], "heartbeat");
    let Some(kind) = measure::only_one(step, STEP_KINDS) else { return Vec::new() };
    let one = match kind {
        "logon_error" => {
            let kind = step.code("logon_error", |n| number(n).map(LogonErrorType));
            if !step.has("data") {
                step.sink.report(step.span.clone(), "`logon_error` needs `data`");
            }
            kind.zip(step.code("data", |n| number(n).map(LogonErrorData)))
                .map(|(kind, data)| Step::LogonError(kind, data))
        }
        "error_info" => step.code("error_info", |n| number(n).map(ErrorInfo)).map(Step::ErrorInfo),
        // T.125 has room for five reasons; a packed choice cannot carry more than three bits.
        "disconnect" => {
            step.code("disconnect", |n| u8::try_from(n).ok().filter(|n| *n < 8).map(McsReason)).map(Step::Disconnect)
        }
        "heartbeat" => {
            let byte = |key, default| step.integer(key).and_then(|n| u8::try_from(n).ok()).unwrap_or(default);
            let (period, count1, count2) = (byte("heartbeat", 0), byte("warn", 1), byte("reconnect", 2));
            Some(Step::Heartbeat { period, count1, count2 })
        }
        _ => return measure::table(step, kind).into_iter().map(Step::Measure).collect(),
    };
    one.into_iter().collect()
}
