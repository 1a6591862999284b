//! The properties that need no more than one replay.

use std::time::Duration;

use badrdp_client_probe::diagnosis::{Verdict, finding_ids};
use badrdp_client_probe::{Diagnosis, report};
use badrdp_fake_server::VerifyError;
use badrdp_proto::connect::{CloseKind, Ending};
use badrdp_proto::transcript::{Direction, Event, Transcript};
use badrdp_proto::vocab::{MessageKind, Stage};
use badrdp_scenarios::Scenario;
use badrdp_scenarios::model::{Fault, Operator, Step, Then};

use super::{longest, success};
use crate::replay::{Options, Played};

/// Every property that the replay breaks.
pub(super) fn broken(scenario: &Scenario, played: &Played, options: &Options) -> Vec<String> {
    let mut broken = Vec::new();
    let most = longest(options);
    if played.took > most {
        broken.push(format!("the probe took {:?}, and may take {most:?}", played.took));
    }
    if u64::try_from(played.server.len()) != Ok(played.accepted) {
        let (left, accepted) = (played.server.len(), played.accepted);
        broken.push(format!("{accepted} connections left {left} transcripts: a task of the server panicked"));
    }
    broken.extend(ill_formed("the probe's", &played.client));
    played.server.iter().for_each(|transcript| broken.extend(ill_formed("the server's", transcript)));
    broken.extend(incoherent(&played.client, &played.diagnosis));
    broken.extend(too_early(scenario, played));
    if played.diagnosis.verdict == Verdict::Healthy {
        let missing = success::missing(&played.client);
        broken.extend(missing.into_iter().map(|what| format!("the probe says healthy, and {what}")));
    }
    broken.extend(misclaimed(scenario, played));
    // Whatever was seen can be shown.
    let _ = report::json::report(&played.client, &played.diagnosis);
    let _ = report::text::report(&played.client, &played.diagnosis, report::text::Detail::Messages);
    broken
}

fn ill_formed(whose: &str, transcript: &Transcript) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut say = |what: &str| wrong.push(format!("{whose} transcript is ill-formed: {what}"));
    if !matches!(transcript.entries.first().map(|entry| &entry.event), Some(Event::Connected { .. })) {
        say("it does not begin with TCP");
    }
    let mut clock = Duration::ZERO;
    let (mut closed, mut secured) = (false, 0);
    for entry in &transcript.entries {
        if entry.at < clock {
            say("its clock goes back");
        }
        clock = entry.at;
        match &entry.event {
            Event::Message { direction: Direction::Sent, bytes, .. } if closed && !bytes.is_empty() => {
                say("something is sent behind its own close");
            }
            Event::Closed { .. } => closed = true,
            Event::TlsReady(_) => secured += 1,
            _ => {}
        }
    }
    if secured > 1 {
        say("TLS comes up twice");
    }
    if let Some(failure) = transcript.failure.as_ref().filter(|failure| failure.stage != transcript.stage) {
        say(&format!("it ends in {} with a failure in {}", transcript.stage, failure.stage));
    }
    wrong
}

fn incoherent(client: &Transcript, diagnosis: &Diagnosis) -> Vec<String> {
    let mut wrong = Vec::new();
    let has = |wanted: fn(&Event) -> bool| client.entries.iter().any(|entry| wanted(&entry.event));
    if diagnosis.complete != has(|event| *event == Event::Activated) {
        wrong.push(format!("the diagnosis says complete = {}, the transcript does not", diagnosis.complete));
    }
    let nothing = diagnosis.findings.is_empty();
    match diagnosis.verdict {
        Verdict::Healthy if !nothing || !diagnosis.complete || diagnosis.stage != Stage::Active => {
            wrong.push("healthy, although something was found or there was no session".to_owned());
        }
        Verdict::Healthy => {}
        Verdict::HealthySoFar => wrong.push("the probe left early, though nobody told it to".to_owned()),
        Verdict::Unreachable => wrong.push("the host answered TCP and is called unreachable".to_owned()),
        verdict if nothing => {
            wrong.push(format!("{verdict:?} at {}, and no finding says why", diagnosis.stage));
        }
        _ => {}
    }
    let known = finding_ids();
    for finding in &diagnosis.findings {
        let id = finding.id;
        if !known.contains(&id) {
            wrong.push(format!("`{id}` is no known finding"));
        }
        let empty = finding.title.is_empty() || finding.expected.is_empty() || finding.evidence.is_empty();
        if empty || finding.remedies.is_empty() {
            wrong.push(format!("`{id}` does not say what was seen, what was expected and what to do"));
        }
        let seen = match id {
            "closed-early" => has(|event| matches!(event, Event::PeerClosed(CloseKind::Fin))),
            "reset-early" => has(|event| matches!(event, Event::PeerClosed(CloseKind::Reset))),
            "silent" | "stalled" => has(|event| matches!(event, Event::TimedOut)),
            "frame-malformed" => has(|event| matches!(event, Event::Undecodable { .. } | Event::NotAFrame(_))),
            "frame-cut-short" => has(|event| {
                matches!(event, Event::Undecodable { .. } | Event::PeerClosed(CloseKind::FinMidFrame { .. }))
            }),
            _ => true,
        };
        if !seen {
            wrong.push(format!("`{id}` stands on an event that the transcript does not have"));
        }
    }
    wrong
}

/// Findings of stages that were honest.
fn too_early(scenario: &Scenario, played: &Played) -> Vec<String> {
    if resets(scenario) {
        return Vec::new();
    }
    let fired = scenario.faults.iter().filter(|fault| struck(played, fault.line) || keeps_back(fault));
    // What strikes every message only moves bytes, and is judged by that.
    let stages = fired.filter_map(|fault| Some(begins(scenario, fault.at.kind?)));
    let Some(first) = stages.min() else { return Vec::new() };
    let findings = played.diagnosis.findings.iter();
    // Nothing of what the honest run has is the faults' doing.
    let early = findings.filter(|finding| finding.stage < first && !HONEST.contains(&finding.id));
    early.map(|early| format!("`{}` blames {}, and up to {first} all was honest", early.id, early.stage)).collect()
}

/// What the probe finds in an honest run without credentials.
const HONEST: &[&str] = &["nla-without-credentials"];

/// The first stage in which this server sends such a message, or what is held back behind it.
fn begins(scenario: &Scenario, kind: MessageKind) -> Stage {
    let again = scenario.server.session.steps.contains(&Step::Deactivate);
    if again { kind.stage().min(Stage::CapabilitiesExchange) } else { kind.stage() }
}

/// Whether it can keep a message from the wire without having fired: the connection ended before it went out.
pub(super) const fn keeps_back(fault: &Fault) -> bool {
    matches!(fault.operator, Some(Operator::Hold(_) | Operator::Merge))
}

/// Whether a reset may overtake what was sent.
pub(super) fn resets(scenario: &Scenario) -> bool {
    scenario.faults.iter().any(|fault| fault.then == Some(Then::End(Ending::Rst)))
}

/// What the server says of its faults, held against its record.
fn misclaimed(scenario: &Scenario, played: &Played) -> Vec<String> {
    let mut wrong = Vec::new();
    let line = match &played.verified {
        Ok(()) => None,
        Err(error) => line_of(error),
    };
    for fault in &scenario.faults {
        let struck = struck(played, fault.line);
        match line {
            // What follows a message that the client did not wait for is claimed and never done.
            None if !struck && left_first(played) => {}
            None if !struck => wrong.push(format!("the fault at line {} fired, and nothing shows it", fault.line)),
            Some(line) if line == fault.line && struck => {
                wrong.push(format!("the fault at line {line} left its mark, and is said never to have fired"));
            }
            // Those behind the first that did not fire are not spoken of.
            _ => {}
        }
    }
    wrong
}

/// Whether the client was gone while the server still wrote.
fn left_first(played: &Played) -> bool {
    let entries = played.server.iter().flat_map(|transcript| &transcript.entries);
    entries.map(|entry| &entry.event).any(|event| match event {
        Event::Message { altered, .. } | Event::TlsRecord { altered, .. } => {
            altered.iter().any(|phrase| phrase.contains("the client went"))
        }
        _ => false,
    })
}

/// The fault that never fired.
pub(super) const fn line_of(error: &VerifyError) -> Option<usize> {
    match error {
        VerifyError::NoConnection | VerifyError::NeverCame { .. } => None,
        VerifyError::NeverFired { line, .. } | VerifyError::ChangedNothing { line, .. } => Some(*line),
    }
}

/// Whether the fault at this line shows in the server's record.
pub(super) fn struck(played: &Played, line: usize) -> bool {
    let mark = format!("(line {line})");
    let marked = |phrases: &[String]| phrases.iter().any(|phrase| phrase.contains(&mark));
    let entries = played.server.iter().flat_map(|transcript| &transcript.entries);
    entries.map(|entry| &entry.event).any(|event| match event {
        Event::Message { altered, .. } | Event::TlsRecord { altered, .. } => marked(altered),
        Event::Closed { altered: Some(phrase), .. } | Event::HalfClosed { altered: Some(phrase) } => {
            phrase.contains(&mark)
        }
        _ => false,
    })
}
