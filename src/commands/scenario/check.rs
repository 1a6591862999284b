//! `badrdp scenario check`: every mistake beside its source line.

use std::path::{Path, PathBuf};

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use badrdp_client_probe::diagnosis;
use badrdp_scenarios::{Checked, Diagnostic, Scenario, Severity, check_findings, check_str, read_file};
use clap::Args;

use crate::{exit, output};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Scenario files
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

/// Runs the command; the value is the exit code.
pub(super) fn main(arguments: &Arguments) -> anyhow::Result<u8> {
    let mut mistakes = 0;
    for path in &arguments.files {
        let (text, Checked { scenarios, diagnostics }) = check(path);
        for diagnostic in &diagnostics {
            anstream::eprintln!("{}\n", render(diagnostic, &text));
        }
        let wrong = count(&diagnostics, Severity::Error);
        mistakes += wrong;
        if wrong == 0 {
            let verdict = match count(&diagnostics, Severity::Warning) {
                0 => "all right".to_owned(),
                warnings => counted(warnings, "warning"),
            };
            output::print(&format!("{}: {}, {verdict}\n", path.display(), counted(scenarios.len(), "scenario")))?;
        }
    }
    if mistakes == 0 {
        return Ok(exit::AS_EXPECTED);
    }
    anstream::eprintln!("badrdp: {}", counted(mistakes, "mistake"));
    Ok(exit::USAGE)
}

/// `1 mistake`, `2 mistakes`.
fn counted(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

fn count(diagnostics: &[Diagnostic], severity: Severity) -> usize {
    diagnostics.iter().filter(|found| found.severity == severity).count()
}

/// The scenarios of a file, or every mistake in it as text.
pub(crate) fn load(path: &Path) -> Result<Vec<Scenario>, String> {
    let (text, Checked { scenarios, mut diagnostics }) = check(path);
    diagnostics.retain(|found| found.severity == Severity::Error);
    if diagnostics.is_empty() {
        return Ok(scenarios);
    }
    Err(diagnostics.iter().map(|mistake| render(mistake, &text)).collect::<Vec<_>>().join("\n\n"))
}

/// The text, and the scenarios that it holds with what is wrong with them.
fn check(path: &Path) -> (String, Checked) {
    let text = match read_file(path) {
        Ok(text) => text,
        Err(diagnostics) => return (String::new(), Checked { scenarios: Vec::new(), diagnostics }),
    };
    let mut checked = check_str(path, &text);
    checked.diagnostics.extend(check_findings(path, &text, &diagnosis::finding_ids()));
    checked.diagnostics.sort_by_key(|found| found.span.start);
    (text, checked)
}

/// The mistake, its line and what to write instead, as compilers show it.
fn render(diagnostic: &Diagnostic, text: &str) -> String {
    let file = diagnostic.file.display().to_string();
    let level = match diagnostic.severity {
        Severity::Warning => Level::WARNING,
        Severity::Error => Level::ERROR,
    };
    let title = level.primary_title(&diagnostic.message);
    let mut report = Vec::new();
    if diagnostic.line == 0 {
        report.push(Group::with_title(title).element(annotate_snippets::Origin::path(&file)));
    } else {
        let snippet =
            Snippet::source(text).path(&file).annotation(AnnotationKind::Primary.span(marked(diagnostic, text)));
        report.push(title.element(snippet));
    }
    if let Some(suggestion) = &diagnostic.suggestion {
        report.push(Group::with_title(Level::HELP.secondary_title(suggestion)));
    }
    Renderer::styled().decor_style(DecorStyle::Ascii).render(&report)
}

/// The span, or its first line where it is a whole table.
fn marked(diagnostic: &Diagnostic, text: &str) -> std::ops::Range<usize> {
    let span = diagnostic.span.clone();
    let length = text.get(span.clone()).and_then(|marked| marked.find('\n')).unwrap_or(span.len());
    span.start..span.start + length
}
