//! What is wrong with a scenario file, and where.

use core::cell::RefCell;
use core::fmt;
use core::ops::Range;
use std::path::{Path, PathBuf};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The file can be used; the catalogue does not take it.
    Warning,
    /// The file cannot be used.
    Error,
}

/// One mistake in a scenario file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// The file.
    pub file: PathBuf,
    /// Line, from 1; 0 where the file could not be read at all.
    pub line: usize,
    /// Column in characters, from 1; 0 where the file could not be read at all.
    pub column: usize,
    /// The bytes that are wrong.
    pub span: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What to write instead, where that can be told.
    pub suggestion: Option<String>,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if self.line > 0 {
            write!(f, ":{}:{}", self.line, self.column)?;
        }
        let severity = match self.severity {
            Severity::Warning => "warning: ",
            Severity::Error => "",
        };
        write!(f, ": {severity}{}", self.message)?;
        match &self.suggestion {
            Some(suggestion) => write!(f, "; {suggestion}"),
            None => Ok(()),
        }
    }
}

impl Diagnostic {
    /// A mistake of the file as a whole, which has no line.
    pub(crate) fn of_file(file: &Path, message: String) -> Self {
        Self {
            severity: Severity::Error,
            file: file.to_owned(),
            line: 0,
            column: 0,
            span: 0..0,
            message,
            suggestion: None,
        }
    }
}

/// Collects the mistakes of one file.
pub(crate) struct Sink<'t> {
    file: PathBuf,
    text: &'t str,
    found: RefCell<Vec<Diagnostic>>,
}

impl<'t> Sink<'t> {
    pub(crate) fn new(file: &Path, text: &'t str) -> Self {
        Self { file: file.to_owned(), text, found: RefCell::default() }
    }

    pub(crate) fn report(&self, span: Range<usize>, message: impl Into<String>) {
        self.push(Severity::Error, span, message.into(), None);
    }

    pub(crate) fn warn(&self, span: Range<usize>, message: impl Into<String>, suggestion: impl Into<String>) {
        self.push(Severity::Warning, span, message.into(), Some(suggestion.into()));
    }

    pub(crate) fn suggest(&self, span: Range<usize>, message: impl Into<String>, suggestion: impl Into<String>) {
        self.push(Severity::Error, span, message.into(), Some(suggestion.into()));
    }

    fn push(&self, severity: Severity, span: Range<usize>, message: String, suggestion: Option<String>) {
        let (line, column) = self.position(span.start);
        let found = Diagnostic { severity, file: self.file.clone(), line, column, span, message, suggestion };
        // The cases of a family share their base, and so its mistakes.
        let mut all = self.found.borrow_mut();
        if !all.contains(&found) {
            all.push(found);
        }
    }

    /// Line and column (in characters) of a byte, both from 1.
    pub(crate) fn position(&self, at: usize) -> (usize, usize) {
        let before = self.text.get(..at).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        (line, before.get(start..).unwrap_or_default().chars().count() + 1)
    }

    /// The mistakes in the order of the file.
    pub(crate) fn finish(self) -> Vec<Diagnostic> {
        let mut found = self.found.into_inner();
        found.sort_by_key(|diagnostic| (diagnostic.span.start, diagnostic.span.end));
        found
    }
}

/// The suggestion for an unknown name: the nearest known one, or all of them where they are few.
pub(crate) fn did_you_mean<'n>(name: &str, known: impl IntoIterator<Item = &'n str>) -> Option<String> {
    let known: Vec<&str> = known.into_iter().collect();
    match nearest(name, known.iter().copied(), 1).first() {
        Some(near) => Some(format!("did you mean `{near}`?")),
        None if known.is_empty() => None,
        None if known.len() <= 12 => Some(format!("known here: {}", known.join(", "))),
        None => None,
    }
}

/// The known names that are like `name`, the likest first.
#[must_use]
pub fn nearest<'n>(name: &str, known: impl IntoIterator<Item = &'n str>, most: usize) -> Vec<&'n str> {
    let wanted = name.to_lowercase();
    let mut scored: Vec<(f64, &str)> = known
        .into_iter()
        .map(|candidate| (strsim::normalized_damerau_levenshtein(&wanted, &candidate.to_lowercase()), candidate))
        .filter(|(score, candidate)| *score >= 0.5 || is_part(&wanted, candidate))
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    scored.into_iter().take(most).map(|(_, candidate)| candidate).collect()
}

/// A word that is long enough to mean something and stands inside the known name.
fn is_part(wanted: &str, candidate: &str) -> bool {
    wanted.len() >= 4 && candidate.to_lowercase().contains(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        let sink = Sink::new(Path::new("a.toml"), "é = 1\näö = 2\n");
        assert_eq!(sink.position(0), (1, 1));
        assert_eq!(sink.position(2), (1, 2));
        assert_eq!(sink.position(7), (2, 1));
        assert_eq!(sink.position(12), (2, 4));
    }

    #[test]
    fn the_nearest_name_is_suggested() {
        assert_eq!(did_you_mean("certficate", ["certificate", "key"]).as_deref(), Some("did you mean `certificate`?"));
        assert_eq!(did_you_mean("zzz", ["certificate", "key"]).as_deref(), Some("known here: certificate, key"));
        assert_eq!(nearest("expired", ["tls/certificate-expired", "healthy/tls-1.2"], 3), ["tls/certificate-expired"]);
    }
}
