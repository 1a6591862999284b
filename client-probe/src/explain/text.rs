//! An explanation as text: 100 columns, plain ASCII, no colour of its own.

use core::fmt::Write as _;
use std::collections::HashSet;

use super::{Advised, Explanation, Fix, Meaning, Pair, Space, Unknown, evidence_word};

/// The widest line.
const WIDTH: usize = 100;
/// So many meanings of a bare number are told in full.
const IN_FULL: usize = 3;
/// Where values behind a label begin.
const COLUMN: usize = 16;

/// Renders an explanation.
#[must_use]
pub fn text(explanation: &Explanation) -> String {
    let mut out = String::new();
    head(&mut out, explanation);
    let many = explanation.meanings.len() > 1 && explanation.extended.is_none();
    for (n, meaning) in explanation.meanings.iter().enumerate() {
        // A name, like a pair, means what it says wherever it stands.
        if many && explanation.name.is_none() && n >= IN_FULL {
            if n == IN_FULL {
                gap(&mut out);
                wrap(&mut out, "", 0, "Less likely, in short:");
            }
            in_short(&mut out, meaning, n + 1);
            continue;
        }
        gap(&mut out);
        one_meaning(&mut out, meaning, many.then_some(n + 1));
    }
    for unknown in &explanation.unknown {
        gap(&mut out);
        one_unknown(&mut out, unknown);
    }
    if let Some(pair) = &explanation.pair {
        gap(&mut out);
        one_pair(&mut out, pair);
    }
    let shown = if many && explanation.name.is_none() { IN_FULL } else { explanation.meanings.len() };
    how(&mut out, explanation.meanings.get(..shown).unwrap_or(&explanation.meanings));
    if !explanation.scenarios.is_empty() {
        gap(&mut out);
        let tag = explanation.tags().into_iter().next().unwrap_or_default();
        scenarios(&mut out, &tag, &explanation.scenarios);
    }
    out
}

/// A meaning in a sentence.
fn in_short(out: &mut String, meaning: &Meaning, n: usize) {
    let name = meaning.name.map_or_else(String::new, |name| format!("{name}: "));
    let title = meaning.space.title();
    wrap(out, "   ", 3, &format!("{n}. {title} {}: {name}{}", spelled(meaning), meaning.meaning));
}

/// The number as people read it in that space.
fn spelled(meaning: &Meaning) -> String {
    match meaning.space {
        Space::WindowsEvent | Space::XfreerdpExit => meaning.number.to_string(),
        _ => number(meaning.number),
    }
}

/// An empty line between two parts.
fn gap(out: &mut String) {
    if !out.is_empty() {
        out.push('\n');
    }
}

/// The first line, where one meaning alone does not say everything.
fn head(out: &mut String, explanation: &Explanation) {
    let Some(code) = explanation.code else { return };
    let line = match (&explanation.pair, explanation.extended, explanation.meanings.len()) {
        (Some(pair), Some(extended), _) => format!("{code:#x} / {extended:#x}: {}", pair.headline),
        (_, Some(extended), _) => format!("{code:#x} / {extended:#x}"),
        (_, None, 0 | 1) => return,
        (_, None, n) => {
            let asked = explanation.name.clone().unwrap_or_else(|| number(code));
            format!("{asked} has {n} meanings: the code space decides, so look where you read it. Likeliest first.")
        }
    };
    wrap(out, "", 0, &line);
    if let Some(likely) = &explanation.likely {
        labelled(out, "likeliest", &format!("{} ({})", likely.text, evidence_word(likely.evidence)));
    }
}

fn number(value: u32) -> String {
    if value < 10 { format!("{value:#x}") } else { format!("{value:#x} ({value})") }
}

fn one_meaning(out: &mut String, meaning: &Meaning, n: Option<usize>) {
    let n = n.map_or_else(String::new, |n| format!("{n}. "));
    let name = meaning.name.map_or_else(String::new, |name| format!(": {name}"));
    wrap(out, "", 3, &format!("{n}{} {}{name}", meaning.space.title(), spelled(meaning)));
    wrap(out, "", 3, &format!("   {}", meaning.meaning));
    labelled(out, evidence_word(meaning.evidence), meaning.source);
    labelled(out, "met in", meaning.space.met_in());
    if let Some(stage) = meaning.stage {
        labelled(out, "stage", &format!("{stage}: {}", stage.sentence()));
    }
    if let Some(wire) = &meaning.wire {
        labelled(out, "on the wire", &format!("{} ({})", wire.text, evidence_word(wire.evidence)));
    }
    if !meaning.mstsc.is_empty() {
        let seen: Vec<String> = meaning
            .mstsc
            .iter()
            .map(|seen| format!("{:#x}/{:#x} ({})", seen.code, seen.extended, evidence_word(seen.evidence)))
            .collect();
        labelled(out, "mstsc shows", &seen.join(", or with an orderly end "));
    }
    if let Some(dialog) = meaning.dialog {
        labelled(out, "dialog", &format!("{dialog} (documented, in other words)"));
    }
    if let Some(reports) = meaning.reports {
        labelled(out, "reported", reports);
    }
    if !meaning.findings.is_empty() {
        labelled(out, "probe finds", &meaning.findings.join(", "));
    }
    for (n, remedy) in meaning.remedies.iter().enumerate() {
        labelled(out, if n == 0 { "try" } else { "" }, remedy);
    }
    for Advised { fix, evidence, why } in &meaning.fixes {
        labelled(out, "fix", &format!("{} ({}: {why})", fix.title, evidence_word(*evidence)));
    }
    if let Some(why) = meaning.no_advice {
        labelled(out, "no advice", why);
    }
}

/// Each fix once, however many meanings name it: what to do, what it may break, how to take it back.
fn how(out: &mut String, meanings: &[Meaning]) {
    let mut all: Vec<&Advised> = meanings.iter().flat_map(|meaning| &meaning.fixes).collect();
    all.sort_by_key(|advised| advised.evidence);
    let mut told = HashSet::new();
    all.retain(|advised| told.insert(advised.fix.id));
    if all.is_empty() {
        return;
    }
    gap(out);
    wrap(out, "", 0, "The fixes, the surest first: what to do, what it can break, and how to take it back");
    for Advised { fix: Fix { title, steps, risk, undo, .. }, evidence, .. } in all {
        wrap(out, "   ", 3, &format!("{title} ({})", evidence_word(*evidence)));
        for (n, step) in steps.iter().enumerate() {
            wrap(out, "      ", 3, &format!("{}. {step}", n + 1));
        }
        wrap(out, "      ", 6, &format!("Risk: {risk}"));
        wrap(out, "      ", 6, &format!("Undo: {undo}"));
    }
}

fn one_unknown(out: &mut String, unknown: &Unknown) {
    let what = if unknown.extended { "As mstsc's extended reason " } else { "" };
    wrap(out, "", 0, &format!("{what}{} is in no list. Bytes: {}.", number(unknown.number), unknown.bytes));
    for hint in &unknown.hints {
        labelled(out, evidence_word(hint.evidence), &hint.text);
    }
}

fn one_pair(out: &mut String, pair: &Pair) {
    out.push_str("What the two say together\n");
    for claim in &pair.implies {
        labelled(out, evidence_word(claim.evidence), &claim.text);
    }
    if !pair.causes.is_empty() {
        out.push_str("\nWhat people name as the cause\n");
        for cause in &pair.causes {
            labelled(out, evidence_word(cause.verdict), cause.claim);
            wrap(out, &" ".repeat(COLUMN + 2), 0, cause.why);
        }
    }
    if !pair.check.is_empty() {
        out.push_str("\nWhat to check, in this order\n");
        for (n, check) in pair.check.iter().enumerate() {
            wrap(out, "   ", 3, &format!("{}. {check}", n + 1));
        }
    }
}

/// Scenarios by directory; several cases of one file shrink to one entry.
fn scenarios(out: &mut String, tag: &str, ids: &[String]) {
    let which = if tag.is_empty() { "that end so".to_owned() } else { format!("tagged {tag}") };
    let _ = writeln!(out, "Scenarios {which}: watch one with badrdp run ID --verbose");
    let mut rooms: Vec<(&str, Vec<&str>)> = Vec::new();
    for id in ids {
        let (room, rest) = id.split_once('/').unwrap_or(("", id));
        let file = rest.split('/').next().unwrap_or(rest);
        let of_file = |id: &&String| {
            let other = id.strip_prefix(room).and_then(|id| id.strip_prefix('/')).and_then(|id| id.strip_prefix(file));
            other.is_some_and(|other| other.is_empty() || other.starts_with('/'))
        };
        let file = if ids.iter().filter(of_file).count() == 1 { rest } else { file };
        match rooms.iter_mut().find(|(name, _)| *name == room) {
            Some((_, files)) if files.contains(&file) => {}
            Some((_, files)) => files.push(file),
            None => rooms.push((room, vec![file])),
        }
    }
    for (room, files) in rooms {
        wrap(out, "   ", 3, &format!("{room}/ {}", files.join(", ")));
    }
}

fn labelled(out: &mut String, label: &str, value: &str) {
    let mut line = String::new();
    let _ = write!(line, "   {label:<width$}{value}", width = COLUMN - 3);
    wrap(out, "", COLUMN, &line);
}

/// Writes one paragraph: every line begins with `indent`, lines after the first with `hang` more spaces.
fn wrap(out: &mut String, indent: &str, hang: usize, paragraph: &str) {
    // Leading spaces belong to the layout, so they survive; runs inside a label do too.
    let mut column = 0;
    let mut first_word = true;
    out.push_str(indent);
    column += indent.chars().count();
    for word in paragraph.split_inclusive(' ') {
        let width = word.trim_end_matches(' ').chars().count();
        if !first_word && width > 0 && column + width > WIDTH {
            while out.ends_with(' ') {
                out.pop();
            }
            out.push('\n');
            out.push_str(indent);
            out.push_str(&" ".repeat(hang));
            column = indent.chars().count() + hang;
        }
        out.push_str(word);
        column += word.chars().count();
        first_word &= width == 0;
    }
    while out.ends_with(' ') {
        out.pop();
    }
    out.push('\n');
}
