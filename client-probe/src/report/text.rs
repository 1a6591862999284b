//! The probe's report for people.

use core::fmt::Write as _;

use badrdp_proto::transcript::Transcript;
use badrdp_proto::vocab::Stage;

use super::style::{self, paint};
use super::{host, ladder, printable, windows};
use crate::diagnosis::view::View;
use crate::diagnosis::{Diagnosis, Evidence, Finding, MstscCode, Verdict};

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

/// The verdict in one line: `Verdict: broken at tls: …`.
#[must_use]
pub fn verdict(diagnosis: &Diagnosis) -> String {
    let (style, word) = match diagnosis.verdict {
        Verdict::Healthy => (style::GOOD, "healthy"),
        Verdict::Degraded if diagnosis.findings.is_empty() => (style::WARN, "the probe cannot go further"),
        // The probe stopped on its way, so that "works" would say more than was seen.
        Verdict::Degraded if !diagnosis.complete => (style::WARN, "answers, with a problem"),
        Verdict::Degraded => (style::WARN, "works, with a problem"),
        Verdict::NeedsCredentials => (style::GOOD, "works as far as it can be seen from outside"),
        Verdict::Refused => (style::BAD, "logon refused"),
        Verdict::Broken => (style::BAD, "broken"),
        Verdict::NotRdp => (style::BAD, "not RDP"),
        Verdict::Unreachable => (style::BAD, "unreachable"),
    };
    let head = paint(style::HEAD, "Verdict:");
    let place = match diagnosis.verdict {
        Verdict::Broken => format!(" at {}", diagnosis.stage),
        _ => String::new(),
    };
    let title = match diagnosis.findings.first() {
        Some(finding) => format!(": {}", printable(&finding.title)),
        None if diagnosis.verdict == Verdict::Healthy && !diagnosis.complete => {
            ": the host accepts the credentials; the probe went no further, as it was told".to_owned()
        }
        None if diagnosis.verdict == Verdict::Healthy => ": the session was reached and drawn".to_owned(),
        None => String::new(),
    };
    format!("{head} {}{title}", paint(style, format!("{word}{place}")))
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
    windows::seen(out, width, &finding.windows(), harmless);
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
    if code.code >= HRESULT {
        return format!("an authentication error has occurred, code {:#x} ({})", code.code, word(code.evidence));
    }
    format!("error code {:#x}, extended code {:#x} ({})", code.code, code.extended, word(code.evidence))
}
