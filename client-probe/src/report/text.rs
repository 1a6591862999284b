//! The probe's report for people.

use core::fmt::Write as _;

use anstyle::Style;
use badrdp_proto::transcript::Transcript;
use badrdp_proto::vocab::Stage;

use super::style::{self, paint};
use super::{host, ladder, printable, survey};
use crate::diagnosis::view::View;
use crate::diagnosis::{Diagnosis, Evidence, Finding, MstscCode, Verdict};
use crate::examine::Examination;

/// How much to print.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Detail {
    /// One line per stage.
    #[default]
    Stages,
    /// One line per message.
    Messages,
}

/// Codes from here on are HRESULTs of failure.
const HRESULT: u32 = 0x8000_0000;
/// Where prose is wrapped unless the caller knows better.
pub const WIDTH: usize = 100;

/// The whole report: ladder, verdict, and each finding with evidence, causes and remedies.
#[must_use]
pub fn report(transcript: &Transcript, diagnosis: &Diagnosis, detail: Detail) -> String {
    report_within(transcript, diagnosis, detail, WIDTH)
}

/// As [`report`], with prose wrapped at `width` columns.
#[must_use]
pub fn report_within(transcript: &Transcript, diagnosis: &Diagnosis, detail: Detail, width: usize) -> String {
    let mut out = String::new();
    let lines = match detail {
        Detail::Stages => ladder::stages(transcript),
        Detail::Messages => ladder::lines(transcript),
    };
    for line in lines {
        let _ = writeln!(out, "  {line}");
    }
    if transcript.dropped > 0 {
        let _ = writeln!(out, "  {} entries from the middle were not kept", transcript.dropped);
    }
    let view = View::new(transcript);
    let host: Vec<_> = host::lines(view);
    if !host.is_empty() {
        let _ = writeln!(out, "\n{}", paint(style::HEAD, "Host"));
    }
    for (label, text) in &host {
        item(&mut out, width, &format!("{:<13}", format!("{label}:")), &printable(text));
    }
    let _ = writeln!(out, "\n{}", verdict(diagnosis));
    if let Some((stage, why)) = view.own_limit().filter(|(stage, _)| *stage > Stage::Tcp) {
        item(&mut out, width, "", &format!("the probe stops at {stage}: {}", printable(&why)));
    }
    // What is true of several findings is said once, and so is what stands above.
    let host: Vec<_> = host.iter().map(|(label, text)| host::line(label, text)).collect();
    let mut said: Vec<&String> = host.iter().collect();
    for (index, found) in diagnosis.findings.iter().enumerate() {
        let fresh: Vec<_> = found.evidence.iter().filter(|line| !said.contains(line)).collect();
        finding(&mut out, width, found, &fresh, index > 0);
        said.extend(fresh);
    }
    out
}

/// The whole report of a host, its survey included, with prose wrapped at `width` columns.
#[must_use]
pub fn examination(found: &Examination, detail: Detail, width: usize) -> String {
    let report = report_within(&found.transcript, &found.diagnosis, detail, width);
    match &found.survey {
        Some(survey) => format!("{report}\n{}", survey::report_within(survey, width)),
        None => report,
    }
}

/// The verdict in one line: `Verdict: broken at tls: …`.
#[must_use]
pub fn verdict(diagnosis: &Diagnosis) -> String {
    let first = diagnosis.findings.first();
    let (style, word) = headline(diagnosis.verdict, first.is_some(), diagnosis.complete);
    let head = paint(style::HEAD, "Verdict:");
    let place = match diagnosis.verdict {
        Verdict::Broken => format!(" at {}", diagnosis.stage),
        _ => String::new(),
    };
    let title = match first {
        Some(finding) => format!(": {}", printable(&finding.title)),
        None => reached(diagnosis.verdict, diagnosis.complete).map_or_else(String::new, |title| format!(": {title}")),
    };
    format!("{head} {}{title}", paint(style, format!("{word}{place}")))
}

/// A verdict in a few words.
pub(super) const fn headline(verdict: Verdict, found: bool, complete: bool) -> (Style, &'static str) {
    match verdict {
        Verdict::Healthy => (style::GOOD, "healthy"),
        Verdict::HealthySoFar => (style::GOOD, "healthy as far as the probe looked"),
        Verdict::Degraded if !found => (style::WARN, "the probe cannot go further"),
        // The probe stopped on its way, so that "works" would say more than was seen.
        Verdict::Degraded if !complete => (style::WARN, "answers, with a problem"),
        Verdict::Degraded => (style::WARN, "works, with a problem"),
        Verdict::NeedsCredentials => (style::GOOD, "works as far as it can be seen from outside"),
        Verdict::Refused => (style::BAD, "logon refused"),
        Verdict::Broken => (style::BAD, "broken"),
        Verdict::NotRdp => (style::BAD, "not RDP"),
        Verdict::Unreachable => (style::BAD, "unreachable"),
    }
}

/// What stands in the place of a finding where there is none.
pub(super) const fn reached(verdict: Verdict, complete: bool) -> Option<&'static str> {
    match verdict {
        Verdict::Healthy if complete => Some("the session was reached and drawn"),
        Verdict::Healthy => Some("the host accepts the credentials; the probe went no further, as it was told"),
        Verdict::HealthySoFar => Some("the host's settings were read, no further"),
        _ => None,
    }
}

fn finding(out: &mut String, width: usize, finding: &Finding, evidence: &[&String], also: bool) {
    // A user who logs on sees no error at all.
    let harmless = crate::diagnosis::is_the_probes_own(finding.id);
    let id = paint(style::DIM, format!("[{}]", finding.id));
    if also {
        let _ = writeln!(out, "\n{} {} {id}", paint(style::HEAD, "Also:"), printable(&finding.title));
    } else {
        let _ = writeln!(out, "  {id}");
    }
    if !evidence.is_empty() {
        heading(out, "Evidence");
    }
    for line in evidence {
        item(out, width, "", &printable(line));
    }
    heading(out, "Expected");
    item(out, width, "", &printable(&finding.expected));
    if !finding.causes.is_empty() {
        heading(out, "Causes");
        for (evidence, text) in &finding.causes {
            item(out, width, &format!("{:<11} ", format!("{}:", word(*evidence))), &printable(text));
        }
    }
    if !harmless || !finding.mstsc.is_empty() {
        heading(out, "What a Windows user would see");
    }
    match finding.mstsc.as_slice() {
        [] if harmless => {}
        [] => item(out, width, "", "no code is known for this"),
        codes => codes.iter().for_each(|code| item(out, width, "", &mstsc(*code))),
    }
    if !finding.remedies.is_empty() {
        heading(out, "Fix");
        for text in &finding.remedies {
            item(out, width, "- ", text);
        }
    }
}

pub(super) fn heading(out: &mut String, text: &str) {
    let _ = writeln!(out, "  {}", paint(style::HEAD, text));
}

pub(super) fn item(out: &mut String, width: usize, lead: &str, text: &str) {
    let indent = 4 + lead.chars().count();
    let mut column = indent;
    let _ = write!(out, "    {}", paint(style::DIM, lead));
    for (index, piece) in text.split(' ').enumerate() {
        let length = piece.chars().count();
        if index > 0 && column + 1 + length > width {
            let _ = write!(out, "\n{:indent$}", "");
            column = indent;
        } else if index > 0 {
            out.push(' ');
            column += 1;
        }
        out.push_str(piece);
        column += length;
    }
    out.push('\n');
}

/// How sure, in one word.
#[must_use]
pub const fn word(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::Observed => "observed",
        Evidence::Documented => "documented",
        Evidence::Reported => "reported",
        Evidence::Inferred => "inferred",
        Evidence::Folklore => "folklore",
    }
}

/// `error code 0x904, extended code 0x7 (inferred)`; an HRESULT stands in a dialog of its own.
#[must_use]
pub fn mstsc(code: MstscCode) -> String {
    format!("{} ({})", dialog(code.code, code.extended), word(code.evidence))
}

/// What the dialog of mstsc says.
pub(super) fn dialog(code: u32, extended: u32) -> String {
    if code >= HRESULT {
        return format!("an authentication error has occurred, code {code:#x}");
    }
    format!("error code {code:#x}, extended code {extended:#x}")
}
