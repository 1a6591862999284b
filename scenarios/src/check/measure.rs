//! `[server] auto_detect`, and steps that measure: what the server asks of the network.

use badrdp_proto::connect::Measure;
use badrdp_proto::pdu::autodetect::NetworkCharacteristics;
use toml::de::DeValue;

use super::words::MEASURES;
use crate::keys::{MEASURE, MEASURE_KINDS};
use crate::read::{Value, View};

/// `[server] auto_detect`.
pub(super) fn auto_detect(server: &View<'_, '_>) -> Vec<Measure> {
    let items = server.array("auto_detect").unwrap_or_default();
    if items.is_empty() && server.has("auto_detect") {
        server.sink.suggest(
            server.key_span("auto_detect"),
            "`auto_detect` is empty",
            "leave it out: nothing is measured",
        );
    }
    items.iter().flat_map(|item| measure(server, item)).collect()
}

fn measure(view: &View<'_, '_>, item: &Value<'_>) -> Vec<Measure> {
    match item.get_ref() {
        DeValue::String(word) => view.sink.word("auto_detect", word, item.span(), MEASURES).into_iter().collect(),
        DeValue::Table(_) => {
            let Some(table) = View::of(item, &MEASURE, view.sink) else { return Vec::new() };
            only_one(&table, MEASURE_KINDS).map(|kind| self::table(&table, kind)).unwrap_or_default()
        }
        other => view.wrong_type::<Measure>("auto_detect", item, "words and tables", other).into_iter().collect(),
    }
}

/// The one of `kinds` that a table has.
pub(super) fn only_one(table: &View<'_, '_>, kinds: &[&'static str]) -> Option<&'static str> {
    let mut given = kinds.iter().copied().filter(|kind| table.has(kind));
    belongs(table, &["count"], "bandwidth_payload");
    belongs(table, &["base_rtt", "bandwidth"], "average_rtt");
    match (given.next(), given.next()) {
        (Some(kind), None) => Some(kind),
        (Some(_), Some(second)) => {
            let message = "one step does one thing: make this a step of its own";
            table.sink.report(table.key_span(second), message);
            None
        }
        (None, _) => {
            let known: Vec<String> = kinds.iter().map(|kind| format!("`{kind}`")).collect();
            let message = format!("a step says one of {}, or is a word", known.join(", "));
            table.sink.report(table.span.clone(), message);
            None
        }
    }
}

/// Reports keys that mean nothing without another.
pub(super) fn belongs(table: &View<'_, '_>, keys: &[&str], to: &str) {
    if !table.has(to) {
        for key in keys.iter().filter(|key| table.has(key)) {
            table.sink.report(table.key_span(key), format!("`{key}` belongs to `{to}`"));
        }
    }
}

/// What a table of this kind asks.
pub(super) fn table(table: &View<'_, '_>, kind: &str) -> Vec<Measure> {
    let length = |key| table.integer(key).and_then(|length| u16::try_from(length).ok());
    let number = |key| table.integer(key).and_then(|number| u32::try_from(number).ok());
    match kind {
        "bandwidth_payload" => {
            let count = if table.has("count") { table.integer("count").unwrap_or(0) } else { 1 };
            let count = usize::try_from(count).unwrap_or(0);
            length("bandwidth_payload").map(|length| vec![Measure::BandwidthPayload(length); count]).unwrap_or_default()
        }
        "bandwidth_stop" => length("bandwidth_stop").map(Measure::BandwidthStop).into_iter().collect(),
        _ => {
            let (base_rtt, bandwidth) = (number("base_rtt"), number("bandwidth"));
            if base_rtt.is_none() && bandwidth.is_none() {
                let message = "`average_rtt` comes with `base_rtt`, `bandwidth` or both (MS-RDPBCGR 2.2.14.1.5)";
                table.sink.report(table.span.clone(), message);
            }
            let known = |average_rtt| NetworkCharacteristics { base_rtt, bandwidth, average_rtt };
            number("average_rtt").map(|rtt| Measure::Characteristics(known(rtt))).into_iter().collect()
        }
    }
}
