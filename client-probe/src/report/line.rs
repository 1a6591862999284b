//! One of several hosts in a line or two.

use badrdp_proto::transcript::{Event, Transcript};

use super::style::{self, paint};
use super::text::WIDTH;
use super::{day, host, printable};
use crate::diagnosis::view::View;
use crate::diagnosis::{Diagnosis, Verdict};
use crate::examine::Examination;

/// The column of the host's name.
const HOST: usize = 21;
/// The column of the finding's id.
const FINDING: usize = 28;

/// The host, what is wrong with it first, and all else by its id. `name` is the host as it was asked for.
#[must_use]
pub fn lines(name: &str, found: &Examination) -> String {
    let diagnosis = &found.diagnosis;
    let (style, mark) = match diagnosis.verdict {
        _ if found.is_fine() => (style::GOOD, "✓"),
        Verdict::Healthy | Verdict::HealthySoFar | Verdict::NeedsCredentials | Verdict::Degraded => (style::WARN, "!"),
        _ => (style::BAD, "✗"),
    };
    let (id, text) = match diagnosis.findings.first() {
        Some(finding) if diagnosis.verdict != Verdict::NeedsCredentials => (finding.id, finding.title.clone()),
        _ => (word(diagnosis.verdict), facts(&found.transcript)),
    };
    let code = code(diagnosis);
    let code = if code.is_empty() { code } else { format!("{code}  ") };
    let mut text = format!("{} {name:<HOST$} {id:<FINDING$} {code}{}\n", paint(style, mark), printable(&text));
    let more = more(found);
    if !more.is_empty() {
        let room = WIDTH.saturating_sub(HOST + 3);
        for line in wrapped(&more, room) {
            text.push_str(&format!("{:indent$}{}\n", "", paint(style::DIM, line), indent = HOST + 3));
        }
    }
    text
}

/// What mstsc would show: `0x904/0x7`.
fn code(diagnosis: &Diagnosis) -> String {
    let code = diagnosis.findings.first().and_then(|finding| finding.mstsc.first());
    code.map(|code| format!("{:#x}/{:#x}", code.code, code.extended)).unwrap_or_default()
}

/// Everything but the first finding, by id.
fn more(found: &Examination) -> Vec<String> {
    let first = usize::from(found.diagnosis.verdict != Verdict::NeedsCredentials);
    let also = found.diagnosis.findings.iter().skip(first);
    let also = also.filter(|finding| !crate::diagnosis::is_harmless(finding.id)).map(|finding| finding.id.to_owned());
    let weak = found.survey.iter().flat_map(|survey| &survey.weaknesses);
    let weak = weak.map(|weakness| format!("{} ({})", weakness.finding.id, weakness.severity.word()));
    let stopped = found.survey.as_ref().and_then(|survey| survey.stop.as_ref());
    let stopped = stopped.map(|stop| format!("survey stopped at {}", printable(&stop.at)));
    also.chain(weak).chain(stopped).collect()
}

fn wrapped(items: &[String], room: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for item in items {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 2 + item.chars().count() <= room => {
                line.push_str(", ");
                line.push_str(item);
            }
            _ => lines.push(item.clone()),
        }
    }
    lines
}

/// What stands in a finding's place where there is none.
const fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Healthy => "healthy",
        Verdict::HealthySoFar => "healthy so far",
        Verdict::NeedsCredentials => "needs credentials",
        Verdict::Degraded => "not seen to the end",
        Verdict::Refused => "refused",
        Verdict::Broken => "broken",
        Verdict::NotRdp => "not RDP",
        Verdict::Unreachable => "unreachable",
    }
}

/// What is good to know of a host: protocol, TLS, who it is, how long its certificate is good.
fn facts(transcript: &Transcript) -> String {
    let view = View::new(transcript);
    let mut parts = Vec::new();
    if let Some((_, protocol)) = view.selected() {
        let requires = if view.does_nla() && view.requires_nla() == Some(true) { ", required" } else { "" };
        parts.push(format!("{protocol}{requires}"));
    }
    let tls = transcript.entries.iter().find_map(|entry| match &entry.event {
        Event::TlsReady(facts) => Some(facts.version.clone()),
        _ => None,
    });
    parts.extend(tls);
    parts.extend(view.identity().map(|(_, identity)| host::summary(identity)));
    parts.extend(view.certificate().map(|(_, facts)| format!("certificate until {}", day(facts.not_after))));
    parts.join("; ")
}
