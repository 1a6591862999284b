//! Findings and weaknesses, as the page has them.

use serde::Serialize;

use super::entry::Tone;
use super::part::Part;
use crate::diagnosis::is_the_probes_own;
use crate::report::text::dialog;

/// Findings, or weaknesses, of one host.
const MOST: usize = 100;
/// Lines of evidence, causes, and so on of one finding.
const LINES: usize = 24;

/// The words of the evidence that have a colour; others come from another version.
const EVIDENCE: &[&str] = &["observed", "documented", "reported", "inferred", "folklore"];

/// Something that is wrong.
#[derive(Debug, Serialize)]
pub(super) struct Finding {
    pub(super) id: String,
    pub(super) stage: Option<String>,
    pub(super) title: String,
    /// `high`, `medium`, `low`; findings of the diagnosis have none.
    pub(super) severity: Option<String>,
    pub(super) tone: Tone,
    pub(super) evidence: Vec<String>,
    pub(super) expected: Option<String>,
    pub(super) causes: Vec<Sure>,
    /// What a Windows user would see.
    pub(super) mstsc: Vec<Sure>,
    /// That nobody knows that: not of weaknesses, and not of what the probe did itself.
    pub(super) no_code: bool,
    pub(super) remedies: Vec<Vec<Piece>>,
    /// The code alone, for the summary.
    #[serde(skip)]
    pub(super) code: Option<String>,
}

/// A statement, and how sure it is.
#[derive(Debug, Serialize)]
pub(super) struct Sure {
    pub(super) text: Vec<Piece>,
    pub(super) evidence: Option<String>,
    /// Whether `evidence` is one of the words that the page explains.
    pub(super) known: bool,
}

/// Prose, or what is to be typed.
#[derive(Debug, Serialize)]
pub(super) struct Piece {
    pub(super) text: String,
    pub(super) code: bool,
}

/// The findings of `list`, and how many were left out.
pub(super) fn all(list: Part<'_>, tone: Tone) -> (Vec<Finding>, usize) {
    let all = list.list();
    let left_out = all.len().saturating_sub(MOST);
    (all.take(MOST).map(|found| finding(found, tone)).collect(), left_out)
}

fn finding(found: Part<'_>, tone: Tone) -> Finding {
    let id = found.get("id").words();
    let severity = found.get("severity").text();
    let codes = || found.get("mstsc").list().take(LINES).filter_map(|code| Some((code, code.get("code").hex()?)));
    let mstsc: Vec<_> = codes()
        .map(|(shown, code)| sure(dialog(code, shown.get("extended").hex().unwrap_or_default()), shown.get("evidence")))
        .collect();
    let tone = match severity.as_deref() {
        None => tone,
        Some("high") => Tone::Bad,
        Some("medium") => Tone::Warn,
        Some(_) => Tone::Plain,
    };
    Finding {
        stage: found.get("stage").text(),
        title: found.get("title").words(),
        tone,
        evidence: found.get("evidence").texts(LINES),
        expected: found.get("expected").text(),
        causes: found
            .get("causes")
            .list()
            .take(LINES)
            .map(|cause| sure(cause.get("text").words(), cause.get("evidence")))
            .collect(),
        no_code: mstsc.is_empty() && severity.is_none() && !is_the_probes_own(&id),
        mstsc,
        remedies: found.get("remedies").texts(LINES).iter().map(|text| pieces(text)).collect(),
        code: codes().next().map(|(shown, code)| match shown.get("extended").hex() {
            Some(extended) if extended != 0 => format!("{code:#x}, {extended:#x}"),
            _ => format!("{code:#x}"),
        }),
        severity,
        id,
    }
}

/// `text` with the word that says how sure it is.
pub(super) fn sure(text: String, evidence: Part<'_>) -> Sure {
    let evidence = evidence.text();
    let known = evidence.as_deref().is_some_and(|word| EVIDENCE.contains(&word));
    Sure { text: pieces(&text), evidence, known }
}

/// What stands between backticks is to be typed.
pub(super) fn pieces(text: &str) -> Vec<Piece> {
    if text.matches('`').count() % 2 == 1 {
        return vec![Piece { text: text.to_owned(), code: false }];
    }
    let pieces = text.split('`').enumerate().filter(|(_, piece)| !piece.is_empty());
    pieces.map(|(index, piece)| Piece { text: piece.to_owned(), code: index % 2 == 1 }).collect()
}
