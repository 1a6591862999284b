//! The scenarios that ship inside the binary.

use std::path::Path;
use std::sync::LazyLock;

use include_dir::{Dir, include_dir};

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
