//! What a Windows user would see of a finding, and what an administrator would look at.

use badrdp_proto::pdu::Side;
use serde_json::{Value, json};

use super::text::{heading, item, mstsc, word};
use crate::diagnosis::{Shown, Windows, WindowsEvent};

/// The section of the text report; none where the finding is about what the probe did, and nothing is known.
pub(super) fn seen(out: &mut String, width: usize, windows: &Windows, probes_own: bool) {
    let Windows { codes, instead, events } = windows;
    if codes.is_empty() && instead.is_none() && probes_own {
        return;
    }
    heading(out, "What a Windows user would see");
    if codes.is_empty() && instead.is_none() {
        item(out, width, "", "no code is known for this");
    }
    for Shown { code, words } in codes {
        item(out, width, "", &mstsc(*code));
        if let Some(words) = words {
            let lead = if words.dialog { "in words: " } else { "meaning:  " };
            item(out, width, lead, &format!("{} ({})", words.claim.text, word(words.claim.evidence)));
        }
    }
    if let Some((evidence, text)) = instead {
        item(out, width, "", &format!("{text} ({})", word(*evidence)));
    }
    if !events.is_empty() {
        heading(out, "Events to look at");
    }
    for (side, lead) in [(Side::Client, "client:   "), (Side::Server, "host:     ")] {
        for line in lines(events.iter().filter(|event| event.side == side)) {
            item(out, width, lead, &line);
        }
    }
}

/// `events 36870, 36871 of Schannel in the System log`: a line for each log.
fn lines<'a>(events: impl Iterator<Item = &'a WindowsEvent>) -> Vec<String> {
    let mut logs: Vec<(&str, Vec<String>)> = Vec::new();
    for WindowsEvent { id, log, reason, .. } in events {
        let told = reason.map_or_else(|| id.to_string(), |reason| format!("{id} with reason {reason}"));
        match logs.iter_mut().find(|(known, _)| known == log) {
            Some((_, ids)) => ids.push(told),
            None => logs.push((log, vec![told])),
        }
    }
    let line = |(log, ids): (&str, Vec<String>)| {
        let events = if ids.len() == 1 { "event" } else { "events" };
        format!("{events} {} of {log}", ids.join(", "))
    };
    logs.into_iter().map(line).collect()
}

/// The same as data.
pub(super) fn data(windows: &Windows) -> Value {
    let codes = windows.codes.iter().map(|Shown { code, words }| {
        let words = words.as_ref().map(|words| {
            let evidence = word(words.claim.evidence);
            json!({ "text": words.claim.text, "evidence": evidence, "dialog": words.dialog })
        });
        json!({ "code": format!("{:#x}", code.code), "extended": format!("{:#x}", code.extended), "words": words })
    });
    let events = windows.events.iter().map(|WindowsEvent { id, log, side, meaning, reason }| {
        let side = if *side == Side::Client { "client" } else { "host" };
        json!({ "id": id, "side": side, "log": log, "meaning": meaning, "reason": reason })
    });
    json!({
        "codes": codes.collect::<Vec<_>>(),
        "instead": windows.instead.map(|(evidence, text)| json!({ "text": text, "evidence": word(evidence) })),
        "events": events.collect::<Vec<_>>(),
    })
}
