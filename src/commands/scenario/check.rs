//! `badrdp scenario check`: every mistake beside its source line.

use std::path::{Path, PathBuf};

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use badrdp_client_probe::diagnosis;
use badrdp_scenarios::{Diagnostic, Scenario, check_findings, load_str, read_file};
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
        let (text, outcome) = check(path);
        match outcome {
            Ok(scenarios) => {
                let count = scenarios.len();
                let noun = if count == 1 { "scenario" } else { "scenarios" };
                output::print(&format!("{}: {count} {noun}, all right\n", path.display()))?;
            }
            Err(diagnostics) => {
                mistakes += diagnostics.len();
                for diagnostic in &diagnostics {
                    anstream::eprintln!("{}\n", render(diagnostic, &text));
                }
            }
        }
    }
    if mistakes == 0 {
        return Ok(exit::AS_EXPECTED);
    }
    anstream::eprintln!("badrdp: {mistakes} {}", if mistakes == 1 { "mistake" } else { "mistakes" });
    Ok(exit::USAGE)
}

/// The scenarios of a file, or every mistake in it as text.
pub(crate) fn load(path: &Path) -> Result<Vec<Scenario>, String> {
    let (text, outcome) = check(path);
    outcome.map_err(|mistakes| mistakes.iter().map(|mistake| render(mistake, &text)).collect::<Vec<_>>().join("\n\n"))
}

/// The text, and the scenarios that it holds or what is wrong with it.
fn check(path: &Path) -> (String, Result<Vec<Scenario>, Vec<Diagnostic>>) {
    let text = match read_file(path) {
        Ok(text) => text,
        Err(diagnostics) => return (String::new(), Err(diagnostics)),
    };
    let findings = check_findings(path, &text, &diagnosis::finding_ids());
    let outcome = match load_str(path, &text) {
        Ok(scenarios) if findings.is_empty() => Ok(scenarios),
        Ok(_) => Err(findings),
        Err(mut mistakes) => {
            mistakes.extend(findings);
            mistakes.sort_by_key(|mistake| mistake.span.start);
            Err(mistakes)
        }
    };
    (text, outcome)
}

/// The mistake, its line and what to write instead, as compilers show it.
fn render(diagnostic: &Diagnostic, text: &str) -> String {
    let file = diagnostic.file.display().to_string();
    let title = Level::ERROR.primary_title(&diagnostic.message);
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
