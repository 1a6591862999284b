//! Which anchors can be reached.

use badrdp_proto::vocab::{MessageKind, Sender, Stage};

use super::course::{Course, NO_TLS, Part, REPEATED};
use super::fault::Placed;
use crate::diagnostic::Sink;
use crate::model::{Operator, ProbeProfile, ServerProfile};

/// Reports faults that can never strike.
pub(super) fn check(profile: &ServerProfile, probe: &ProbeProfile, faults: &[Placed], sink: &Sink<'_>) {
    let course = Course::new(profile, probe);
    let mut struck: Vec<(usize, &Placed)> = Vec::new();
    for placed in faults {
        let (Some(kind), Some(occurrence)) = (placed.fault.at.kind, placed.fault.at.occurrence) else { continue };
        match course.find(kind, occurrence as usize) {
            Some((place, following)) => {
                follows(placed, kind, following, sink);
                alerts(&course, placed, sink);
                struck.push((place, placed));
            }
            None => absent(&course, placed, kind, sink),
        }
    }
    for (place, placed) in &struck {
        let earlier = struck.iter().find(|(at, other)| at < place && other.fault.ends());
        if let Some((_, ending)) = earlier {
            let line = ending.fault.line;
            sink.report(
                placed.at.clone(),
                format!("never reached: the fault at line {line} ends the connection first"),
            );
        }
    }
}

/// `hold` and `merge` wait for later messages, which must come without a word from the client.
fn follows(placed: &Placed, kind: MessageKind, following: usize, sink: &Sink<'_>) {
    let needed = match placed.fault.operator {
        Some(Operator::Hold(count)) => count as usize,
        Some(Operator::Merge) => 1,
        _ => return,
    };
    if following < needed && !REPEATED.contains(&kind) {
        let message = format!(
            "{kind} would wait for ever: {following} messages follow it before the client must answer, {needed} needed"
        );
        sink.report(placed.operator.clone(), message);
    }
}

/// An alert is a TLS record.
fn alerts(course: &Course, placed: &Placed, sink: &Sink<'_>) {
    if matches!(placed.fault.operator, Some(Operator::Alert(_))) && !course.parts.contains(&Part::Tls) {
        sink.report(placed.operator.clone(), format!("`alert` needs TLS, and {NO_TLS}"));
    }
}

fn absent(course: &Course, placed: &Placed, kind: MessageKind, sink: &Sink<'_>) {
    let at = placed.at.clone();
    let sent = course.count(kind);
    if sent > 0 {
        let times = if sent == 1 { "time" } else { "times" };
        // In NLA the number of messages depends on how far the logon gets.
        let because = match kind {
            MessageKind::TsRequest => course.logon_ends().map_or_else(String::new, |because| format!(": {because}")),
            _ => String::new(),
        };
        let message = format!("{kind} is sent {sent} {times} only{because}");
        sink.suggest(placed.occurrence.clone(), message, format!("`occurrence` counts from 1 to {sent}"));
    } else if kind.sender() == Sender::Client {
        let answer = course.flights.iter().flatten().find(|sent| sent.stage() >= kind.stage());
        let message = format!("{kind} is sent by the client; a fault shapes what the server sends");
        match answer {
            Some(answer) => sink.suggest(at, message, format!("its answer is {answer}")),
            None => sink.report(at, message),
        }
    } else if kind == MessageKind::TlsAlert {
        let message = "the server sends no TlsAlert of its own";
        sink.suggest(at, message, "write at = \"TlsServerHello\" and alert = 40");
    } else if kind.stage() == Stage::ConnectionInitiation {
        let message = format!("the server never sends {kind} of its own");
        sink.suggest(at, message, "write at = \"X224ConnectionConfirm\" and replace = { hex = \"…\" }");
    } else {
        let hint = course.hint(kind);
        let message = format!("{kind} is never sent: {}", if hint.is_empty() { course.because } else { hint });
        sink.report(at, message);
    }
}
