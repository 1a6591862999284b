//! The scenarios that ship inside the binary.

use std::path::Path;
use std::sync::LazyLock;

use include_dir::{Dir, include_dir};
use toml::de::{DeTable, DeValue};

use crate::diagnostic::{Diagnostic, Severity, nearest};
use crate::load::check_str;
use crate::model::Scenario;

static FILES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/catalog");

static CATALOG: LazyLock<Vec<Scenario>> = LazyLock::new(|| load_all().0);

/// Every scenario of the catalogue, ordered by id.
#[must_use]
pub fn catalog() -> &'static [Scenario] {
    &CATALOG
}

/// The scenario with this id.
///
/// # Errors
/// The ids nearest to it.
pub fn find(id: &str) -> Result<&'static Scenario, Vec<&'static str>> {
    catalog().iter().find(|scenario| scenario.id == id).ok_or_else(|| near(id))
}

/// The scenario with this id, or every scenario below it: `licensing`, `licensing/refused`.
///
/// # Errors
/// The ids nearest to it.
pub fn select(pattern: &str) -> Result<Vec<&'static Scenario>, Vec<&'static str>> {
    let stem = pattern.trim_end_matches('/');
    let below = |id: &str| id.strip_prefix(stem).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let found: Vec<&Scenario> = catalog().iter().filter(|scenario| below(&scenario.id)).collect();
    if found.is_empty() { Err(near(pattern)) } else { Ok(found) }
}

/// Ids, and the families above them, that are like `id`.
fn near(id: &str) -> Vec<&'static str> {
    let mut names: Vec<&'static str> = Vec::new();
    for scenario in catalog() {
        names.push(&scenario.id);
        let above = scenario.id.match_indices('/').filter_map(|(at, _)| scenario.id.get(..at));
        names.extend(above.filter(|name| name.contains('/')));
    }
    names.sort_unstable();
    names.dedup();
    nearest(id, names, 3)
}

/// The text of the file that a scenario of the catalogue came from.
#[must_use]
pub fn source_text(scenario: &Scenario) -> Option<&'static str> {
    files().into_iter().find(|(path, _)| *path == scenario.source).map(|(_, text)| text)
}

/// Path (from the catalogue's root) and text of every file of the catalogue, ordered by path.
#[must_use]
pub fn files() -> Vec<(&'static Path, &'static str)> {
    let mut files: Vec<(&Path, &str)> = FILES
        .dirs()
        .flat_map(Dir::files)
        .filter(|file| file.path().extension().is_some_and(|extension| extension == "toml"))
        .filter_map(|file| Some((file.path(), file.contents_utf8()?)))
        .collect();
    files.sort_unstable();
    files
}

/// One file of the catalogue: a scenario, or a family of them.
#[derive(Clone, Debug)]
pub struct Entry {
    /// `directory/file`: the id, or what all ids of the family begin with.
    pub id: String,
    /// What is broken, in one line: of a family, what all of it is about.
    pub summary: String,
    /// Its scenarios, ordered by id.
    pub scenarios: Vec<&'static Scenario>,
}

/// Every file of the catalogue, ordered by id.
#[must_use]
pub fn entries() -> Vec<Entry> {
    let mut entries = Vec::new();
    for (path, text) in files() {
        let scenarios: Vec<&Scenario> = catalog().iter().filter(|scenario| scenario.source == path).collect();
        let Some(first) = scenarios.first() else { continue };
        let (document, _) = DeTable::parse_recoverable(text);
        let summary = match document.get_ref().get("summary").map(toml::Spanned::get_ref) {
            Some(DeValue::String(summary)) => summary.to_string(),
            _ => first.summary.clone(),
        };
        let id = catalog_id(path);
        entries.push(Entry { id, summary, scenarios });
    }
    entries.sort_by(|a, b| a.id.cmp(&b.id));
    entries
}

/// The id of a file's scenario or family: its path from the catalogue's root, without its extension.
fn catalog_id(path: &Path) -> String {
    let path = path.with_extension("");
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// Loads the catalogue: what is right, and what is wrong. A test keeps the second part empty, warnings too.
#[must_use]
pub fn load_all() -> (Vec<Scenario>, Vec<Diagnostic>) {
    let mut scenarios = Vec::new();
    let mut wrong = Vec::new();
    for (path, text) in files() {
        let checked = check_str(path, text);
        if checked.diagnostics.iter().all(|found| found.severity == Severity::Warning) {
            scenarios.extend(checked.scenarios);
        }
        wrong.extend(checked.diagnostics);
    }
    scenarios.sort_by(|a, b| a.id.cmp(&b.id));
    (scenarios, wrong)
}
