//! One host's section, and its row in the summary.

use serde::Serialize;
use serde_json::Value;

use super::about::{self, Label};
use super::entry::Tone;
use super::finding::{self, Finding};
use super::ladder::{Beside, CONNECTIONS, Ends, Ladder};
use super::part::{Part, clip, short};
use super::survey::{self, Survey};
use crate::diagnosis::Verdict;
use crate::report::{json, text};

/// The verdicts, and how good they are.
const VERDICTS: &[(Verdict, Tone)] = &[
    (Verdict::Healthy, Tone::Good),
    (Verdict::HealthySoFar, Tone::Good),
    (Verdict::NeedsCredentials, Tone::Good),
    (Verdict::Degraded, Tone::Warn),
    (Verdict::Refused, Tone::Bad),
    (Verdict::Broken, Tone::Bad),
    (Verdict::NotRdp, Tone::Bad),
    (Verdict::Unreachable, Tone::Bad),
];

/// What is said of one host.
#[derive(Debug, Serialize)]
pub(super) struct Section {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) tone: Tone,
    pub(super) verdict: String,
    /// What the verdict rests on.
    pub(super) title: Option<String>,
    /// Where the probe itself stops, and why.
    pub(super) limit: Option<String>,
    pub(super) findings: Vec<Finding>,
    /// Findings that are not shown.
    pub(super) left_out: usize,
    pub(super) about: Vec<Label>,
    pub(super) ladders: Vec<Ladder>,
    /// Connections that are not drawn.
    pub(super) undrawn: usize,
    pub(super) survey: Option<Survey>,
}

/// What stays of a host until the page's end.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    id: String,
    name: String,
    tone: Tone,
    verdict: String,
    stage: String,
    finding: Option<String>,
    code: Option<String>,
    severity: Option<String>,
    weakness: Option<String>,
    /// Whether nobody has to look at it.
    fine: bool,
}

impl Section {
    /// Reads `document`, the `number`th of the page; with what its row says besides.
    pub(super) fn read(document: &Value, number: usize) -> (Self, Row) {
        let document = Part::of(document);
        let diagnosis = document.get("diagnosis");
        let complete = diagnosis.get("complete").flag() == Some(true);
        let word = diagnosis.get("verdict");
        let known = VERDICTS.iter().find(|(verdict, _)| word.is(json::verdict(*verdict)));
        let tone = known.map_or(Tone::Warn, |(_, tone)| *tone);
        let stage = diagnosis.get("stage").words();
        let (findings, left_out) = finding::all(diagnosis.get("findings"), tone);
        let first = findings.first();
        let verdict = match known {
            Some((Verdict::Broken, _)) if !stage.is_empty() => format!("broken at {stage}"),
            Some((verdict, _)) => text::headline(*verdict, first.is_some(), complete).1.to_owned(),
            None => word.text().unwrap_or_else(|| "no verdict".to_owned()),
        };
        let reached = known.and_then(|(verdict, _)| text::reached(*verdict, complete));
        let title = first.map(|found| found.title.clone()).or_else(|| reached.map(ToOwned::to_owned));
        let transcript = document.get("transcript");
        let beside = Beside {
            evidence: findings.iter().flat_map(|found| found.evidence.iter().cloned()).collect(),
            logon: about::logon(document.get("host")),
            fault: first
                .filter(|_| tone == Tone::Bad)
                .map(|found| (found.stage.clone().unwrap_or_else(|| stage.clone()), found.title.clone())),
            to_blame: tone == Tone::Bad,
            followed: false,
        };
        let (ladders, undrawn) = ladders(transcript, beside);
        let survey = document.get("survey");
        let survey = survey.is_there().then(|| survey::survey(survey));
        let section = Self {
            id: format!("host-{number}"),
            name: name(document, number),
            tone,
            verdict,
            title,
            limit: limit(last(transcript).get("failure")),
            findings,
            left_out,
            about: about::labels(document.get("host")),
            ladders,
            undrawn,
            survey,
        };
        let row = section.row(stage, &word.words());
        (section, row)
    }

    fn row(&self, stage: String, verdict: &str) -> Row {
        let first = self.findings.first();
        let worst = self.survey.as_ref().and_then(|survey| survey.weaknesses.first());
        Row {
            id: self.id.clone(),
            name: short(&self.name),
            tone: self.tone,
            verdict: short(&verdict.replace('-', " ")),
            stage: short(&stage),
            finding: first.map(|found| short(&found.title)),
            code: first.and_then(|found| found.code.clone()),
            severity: worst.and_then(|found| found.severity.as_deref().map(short)),
            weakness: worst.map(|found| short(&found.title)),
            fine: self.tone == Tone::Good && worst.is_none_or(|found| found.tone == Tone::Plain),
        }
    }
}

impl Row {
    pub(super) const fn is_fine(&self) -> bool {
        self.fine
    }

    pub(super) const fn has_code(&self) -> bool {
        self.code.is_some()
    }

    pub(super) const fn has_weakness(&self) -> bool {
        self.weakness.is_some()
    }
}

/// `host:port` as it is typed, or the id of the scenario that was replayed.
fn name(document: Part<'_>, number: usize) -> String {
    let target = document.get("target");
    let host = target.get("host").text().map(|host| clip(&host, 300));
    match (host, target.get("port").number()) {
        (Some(host), Some(port)) if host.contains(':') => format!("[{host}]:{port}"),
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => host,
        (None, _) => document.get("scenario").text().unwrap_or_else(|| format!("host {number}")),
    }
}

/// Why the probe goes no further, where the host has not failed.
fn limit(failure: Part<'_>) -> Option<String> {
    if !failure.get("cause").is("local") || failure.get("stage").is("tcp") {
        return None;
    }
    let why = failure.get("why").text().map_or_else(String::new, |why| format!(": {why}"));
    Some(format!("the probe stops at {}{why}", failure.get("stage").words()))
}

/// The connection that follows from this one.
fn next(transcript: Part<'_>) -> Option<Part<'_>> {
    transcript.get("entries").list().rev().find(|entry| entry.get("event").is("again"))
}

/// The last connection: the diagnosis is about it.
fn last(mut transcript: Part<'_>) -> Part<'_> {
    for _ in 0..CONNECTIONS * 4 {
        match next(transcript) {
            Some(again) => transcript = again.get("transcript"),
            None => break,
        }
    }
    transcript
}

/// A ladder for each connection, and how many were left out.
fn ladders(transcript: Part<'_>, beside: Beside) -> (Vec<Ladder>, usize) {
    let mut ladders = Vec::new();
    let mut left_out = 0;
    let mut beside = beside;
    let first = "The connection, message by message".to_owned();
    let mut current = transcript.is_there().then_some((first, transcript));
    while let Some((caption, transcript)) = current {
        let again = next(transcript);
        if ladders.len() < CONNECTIONS {
            // What went wrong in the end did so on the last connection; who the host is was said on the first.
            let fault = if again.is_some() { None } else { beside.fault.take() };
            let here = Beside {
                followed: again.is_some(),
                fault,
                logon: beside.logon.take(),
                evidence: beside.evidence.clone(),
                ..beside
            };
            ladders.push(Ladder::draw(caption, Ends::PROBE, transcript, &here));
        } else {
            left_out += 1;
        }
        current = again.map(|again| {
            let caption = format!("The next connection: {}", again.get("fact").words());
            (caption, again.get("transcript"))
        });
    }
    (ladders, left_out)
}
