//! From a file to checked scenarios.

use std::io::Read as _;
use std::path::{Component, Path};

use toml::de::{DeTable, DeValue};

use crate::check;
use crate::diagnostic::{Diagnostic, Severity, Sink};
use crate::keys::{CASE, FILE};
use crate::model::Scenario;
use crate::read::{Value, View};

/// A scenario file may not be larger than this: 1 MiB.
pub const LARGEST_FILE: u64 = 1024 * 1024;

/// Loads a scenario file.
///
/// # Errors
/// Every mistake in the file, or the one reason why it could not be read.
pub fn load_file(path: &Path) -> Result<Vec<Scenario>, Vec<Diagnostic>> {
    load_str(path, &read_file(path)?)
}

/// Reads the text of a scenario file: at most [`LARGEST_FILE`] bytes of UTF-8.
///
/// # Errors
/// The one reason why it could not be read.
pub fn read_file(path: &Path) -> Result<String, Vec<Diagnostic>> {
    let wrong = |message: String| vec![Diagnostic::of_file(path, message)];
    let file = std::fs::File::open(path).map_err(|error| wrong(format!("cannot open the file: {error}")))?;
    let mut bytes = Vec::new();
    file.take(LARGEST_FILE + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| wrong(format!("cannot read the file: {error}")))?;
    if bytes.len() as u64 > LARGEST_FILE {
        return Err(wrong(format!("the file is larger than {LARGEST_FILE} bytes, which no scenario is")));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        wrong(format!("the file is not UTF-8: the byte at offset {at} begins no character"))
    })
}

/// What became of the text of a scenario file.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The scenarios that could be read.
    pub scenarios: Vec<Scenario>,
    /// Every mistake and every warning, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
}

/// Loads the text of a scenario file; warnings are passed over. `path` gives the id and stands in the mistakes.
///
/// # Errors
/// Every mistake in the text.
pub fn load_str(path: &Path, text: &str) -> Result<Vec<Scenario>, Vec<Diagnostic>> {
    let Checked { scenarios, mut diagnostics } = check_str(path, text);
    diagnostics.retain(|found| found.severity == Severity::Error);
    if diagnostics.is_empty() { Ok(scenarios) } else { Err(diagnostics) }
}

/// Checks the text of a scenario file.
#[must_use]
pub fn check_str(path: &Path, text: &str) -> Checked {
    let sink = Sink::new(path, text);
    let mut scenarios = Vec::new();
    if let Some(document) = parse(text, &sink) {
        let id = id_of(path);
        let base = View::new(&document, 0..0, &FILE, &sink);
        match base.get("case") {
            None => scenarios.extend(check::scenario(&base, id, path)),
            Some(_) => {
                for (case, table) in cases(&base) {
                    let merged = View::new(&table, 0..0, &FILE, &sink);
                    scenarios.extend(check::scenario(&merged, format!("{id}/{case}"), path));
                }
            }
        }
    }
    Checked { scenarios, diagnostics: sink.finish() }
}

/// Checks that every `finding` of a scenario file is one of `known`.
///
/// The format cannot know the findings: they belong to the probe.
#[must_use]
pub fn check_findings(path: &Path, text: &str, known: &[&str]) -> Vec<Diagnostic> {
    let sink = Sink::new(path, text);
    let (document, _) = DeTable::parse_recoverable(text);
    check_findings_in(document.get_ref(), known, &sink);
    if let Some(DeValue::Array(cases)) = document.get_ref().get("case").map(|value| value.get_ref()) {
        for case in cases.iter() {
            if let DeValue::Table(case) = case.get_ref() {
                check_findings_in(case, known, &sink);
            }
        }
    }
    sink.finish()
}

fn check_findings_in(table: &DeTable<'_>, known: &[&str], sink: &Sink<'_>) {
    let finding = table
        .get("expect")
        .and_then(|expect| expect.get_ref().get("probe"))
        .and_then(|probe| probe.get_ref().get("finding"));
    if let Some(value) = finding
        && let DeValue::String(name) = value.get_ref()
        && !known.contains(&&**name)
    {
        sink.unknown(value.span(), format!("unknown finding `{name}`"), name, known.iter().copied());
    }
}

fn parse<'i>(text: &'i str, sink: &Sink<'_>) -> Option<DeTable<'i>> {
    let (document, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        // An error at the end of the file has no span of its own.
        let span = error.span().unwrap_or(text.len()..text.len());
        sink.report(span, format!("not TOML: {}", error.message().replace('\n', ", ")));
    }
    errors.is_empty().then(|| document.into_inner())
}

/// The id and the merged table of every case.
fn cases<'i>(base: &View<'_, 'i>) -> Vec<(String, DeTable<'i>)> {
    let items = base.array("case").unwrap_or_default();
    if items.is_empty() && base.has("case") {
        base.sink.report(base.key_span("case"), "a family needs at least one case");
    }
    let mut seen: Vec<&str> = Vec::new();
    let mut cases = Vec::new();
    for item in items {
        let Some(case) = View::of(item, &CASE, base.sink) else { continue };
        let Some((id, span)) = case.string("id") else {
            if !case.has("id") {
                case.missing("id");
            }
            continue;
        };
        if !is_name(id) {
            let message = format!("`{id}` is no id: lower-case letters, digits, dots and hyphens only");
            base.sink.report(span, message);
        } else if seen.contains(&id) {
            base.sink.report(span, format!("another case has the id `{id}`"));
        } else {
            seen.push(id);
            cases.push((id.to_owned(), merged(base, item)));
        }
    }
    cases
}

/// The base with the case laid over it: tables go together key by key, all else is replaced.
fn merged<'i>(base: &View<'_, 'i>, case: &Value<'i>) -> DeTable<'i> {
    let mut table = base.raw().clone();
    table.remove("case");
    if let DeValue::Table(over) = case.get_ref() {
        // What a case may not say was reported already.
        let over = over.iter().filter(|(key, _)| FILE.find(key.get_ref()).is_some());
        lay_over(&mut table, over.map(|(key, value)| (key.clone(), value.clone())).collect());
    }
    table
}

pub(crate) fn lay_over<'i>(base: &mut DeTable<'i>, over: DeTable<'i>) {
    for (key, value) in over {
        let name: &str = key.get_ref();
        let both_tables = value.get_ref().is_table() && base.get(name).is_some_and(|old| old.get_ref().is_table());
        if let (true, Some(old)) = (both_tables, base.get_mut(name)) {
            let DeValue::Table(old) = old.get_mut() else { continue };
            let DeValue::Table(new) = value.into_inner() else { continue };
            lay_over(old, new);
        } else {
            // Remove first: an insert alone would keep the base's key and its span.
            base.remove(name);
            base.insert(key, value);
        }
    }
}

/// `directory/file`, or `file` where the path has no directory.
fn id_of(path: &Path) -> String {
    let directory = path.parent().and_then(|parent| match parent.components().next_back() {
        Some(Component::Normal(name)) => Some(name.to_string_lossy().into_owned()),
        _ => None,
    });
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    match directory {
        Some(directory) => format!("{directory}/{stem}"),
        None => stem.into_owned(),
    }
}

/// What an id may be made of.
pub(crate) fn is_name(id: &str) -> bool {
    !id.is_empty()
        && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.'))
}
