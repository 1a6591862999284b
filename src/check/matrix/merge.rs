//! From runs to a matrix.

use std::collections::{BTreeMap, BTreeSet};

use super::run::{Case, Client, Expected, Run};
use crate::check::Counts;

/// Ids that a note names.
const NAMED: usize = 5;

/// A run, and where it came from.
#[derive(Debug)]
pub struct Source<'a> {
    /// Where from, for notes and errors.
    pub file: String,
    /// What its client is to be called, where that is not its name.
    pub rename: Option<String>,
    /// The run.
    pub run: Run<'a>,
}

/// Scenarios by clients.
#[derive(Debug)]
pub struct Matrix<'a> {
    /// The clients, in the order in which they were named.
    pub columns: Vec<Column>,
    /// The scenarios by id, grouped by theme.
    pub rows: Vec<Row<'a>>,
    /// What has to be known to read it rightly.
    pub notes: Vec<String>,
}

/// One client.
#[derive(Debug)]
pub struct Column {
    /// What it is called here.
    pub name: String,
    /// What its runs say of it.
    pub client: Client,
    /// Its runs.
    pub runs: Vec<Ran>,
    /// How many cases came to each verdict.
    pub classes: Counts,
    /// Cases that are recorded as failures, and are.
    pub known: usize,
    /// Cases that are not as recorded.
    pub unexpected: usize,
    /// Whether any expectation of a failure was given: without one, nothing that is bad is news.
    pub expects: bool,
}

/// When a run was, and by which version.
#[derive(Clone, Debug)]
pub struct Ran {
    /// Where it was read from.
    pub file: String,
    /// The version of badrdp.
    pub badrdp: String,
    /// When, Unix seconds.
    pub started: u64,
    /// How long it took.
    pub took_ms: f64,
}

/// One scenario.
#[derive(Debug)]
pub struct Row<'a> {
    /// Its id.
    pub id: String,
    /// In one sentence.
    pub summary: String,
    /// Sections of specifications.
    pub spec: Vec<String>,
    /// What it asks of a client.
    pub expected: Expected,
    /// What each client came to; none where it was not run.
    pub cells: Vec<Option<Case<'a>>>,
}

/// Runs that do not go together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// Nothing to merge.
    #[error("there is no run")]
    Nothing,
    /// Two clients go by one name.
    #[error(
        "`{name}` is two clients: its command line in {second} is not that of {first}; \
         give them names, as in old={first} new={second}"
    )]
    SameName {
        /// The name.
        name: String,
        /// A run's file.
        first: String,
        /// Another one's.
        second: String,
    },
}

impl Row<'_> {
    /// The folder that it is in; empty for a scenario of somebody's own.
    #[must_use]
    pub fn theme(&self) -> &str {
        self.id.split_once('/').map_or("", |(theme, _)| theme)
    }

    fn any(&self, is: impl Fn(&Case<'_>) -> bool) -> bool {
        self.cells.iter().flatten().any(is)
    }

    /// Whether any client does what it should not.
    #[must_use]
    pub fn is_bad(&self) -> bool {
        self.any(|case| case.verdict.class.is_bad())
    }

    /// Whether one client does well here, and another does not.
    #[must_use]
    pub fn differs(&self) -> bool {
        self.is_bad() && self.any(|case| case.verdict.class.is_good())
    }

    /// Whether any client's case is not as recorded.
    #[must_use]
    pub fn is_unexpected(&self) -> bool {
        self.any(|case| !case.recorded.as_recorded)
    }
}

/// Puts runs beside each other. Runs of one client are one column; a case that is in several of them is the latest's.
///
/// # Errors
/// There is none, or different clients have one name.
pub fn merge(sources: Vec<Source<'_>>) -> Result<Matrix<'_>, MergeError> {
    let mut names: Vec<String> = Vec::new();
    let mut runs: BTreeMap<String, Vec<Source<'_>>> = BTreeMap::new();
    for source in sources {
        let name = source.rename.clone().unwrap_or_else(|| source.run.client.name.clone());
        let of_name = runs.entry(name.clone()).or_default();
        if let Some(first) = of_name.iter().find(|first| first.run.client.command != source.run.client.command) {
            return Err(MergeError::SameName { name, first: first.file.clone(), second: source.file });
        }
        of_name.push(source);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if names.is_empty() {
        return Err(MergeError::Nothing);
    }
    let mut notes = versions(runs.values().flatten());
    let mut columns = Vec::new();
    let mut cells: Vec<BTreeMap<String, (String, Case<'_>)>> = Vec::new();
    for name in names {
        let mut of_name = runs.remove(&name).unwrap_or_default();
        // What stands behind counts, and of two that began at the same time what was named last.
        of_name.sort_by_key(|source| source.run.started);
        let (column, of_column) = column(name, of_name, &mut notes);
        columns.push(column);
        cells.push(of_column);
    }
    let rows = rows(cells, &mut notes);
    missing(&columns, &rows, &mut notes);
    Ok(Matrix { columns, rows, notes })
}

/// One client's cases with the files that they are from.
fn column<'a>(
    name: String,
    sources: Vec<Source<'a>>,
    notes: &mut Vec<String>,
) -> (Column, BTreeMap<String, (String, Case<'a>)>) {
    let mut cases: BTreeMap<String, (String, Case<'a>)> = BTreeMap::new();
    let mut again: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut runs = Vec::new();
    let mut client = None;
    let mut files = BTreeSet::new();
    for Source { file, run, .. } in sources {
        if !files.insert(file.clone()) {
            notes.push(format!("{name}: {file} is named more than once; it counts once"));
            continue;
        }
        runs.push(Ran { file: file.clone(), badrdp: run.badrdp, started: run.started, took_ms: run.took_ms });
        client = Some(run.client);
        for case in run.scenarios {
            if let Some((before, _)) = cases.insert(case.id.clone(), (file.clone(), case)) {
                *again.entry((before, file.clone())).or_default() += 1;
            }
        }
    }
    for ((before, behind), count) in again {
        let cases = if count == 1 { "1 case is".to_owned() } else { format!("{count} cases are") };
        notes.push(if before == behind {
            format!("{name}: {cases} in {before} more than once; what stands there last counts")
        } else {
            format!("{name}: {cases} both in {before} and in {behind}; the later run counts, {behind}")
        });
    }
    let mut column = Column {
        client: client.unwrap_or_else(|| Client { name: name.clone(), about: String::new(), command: Vec::new() }),
        name,
        runs,
        classes: Counts::default(),
        known: 0,
        unexpected: 0,
        expects: false,
    };
    for (_, case) in cases.values() {
        column.classes.add(case.verdict.class);
        column.known += usize::from(case.recorded.known.is_some());
        column.unexpected += usize::from(!case.recorded.as_recorded);
        column.expects |= case.recorded.known.is_some() || case.recorded.listed.is_some();
    }
    (column, cases)
}

fn rows<'a>(mut columns: Vec<BTreeMap<String, (String, Case<'a>)>>, notes: &mut Vec<String>) -> Vec<Row<'a>> {
    // By theme first: `a-b/x` stands between `a` and `a/x` otherwise.
    let ids: BTreeSet<(String, String)> = columns
        .iter()
        .flat_map(BTreeMap::keys)
        .map(|id| (id.split_once('/').map_or("", |(theme, _)| theme).to_owned(), id.clone()))
        .collect();
    let mut changed = Vec::new();
    let mut rows = Vec::new();
    for (_, id) in ids {
        let found: Vec<_> = columns.iter_mut().map(|column| column.remove(&id)).collect();
        let mut all = found.iter().flatten().map(|(_, case)| case);
        let Some(first) = all.next() else { continue };
        if all.any(|case| case.expected != first.expected || case.summary != first.summary) {
            changed.push(id.clone());
        }
        let (summary, spec, expected) = (first.summary.clone(), first.spec.clone(), first.expected.clone());
        let cells = found.into_iter().map(|cell| cell.map(|(_, case)| case)).collect();
        rows.push(Row { id, summary, spec, expected, cells });
    }
    if !changed.is_empty() {
        let (are, ids) = (plural(changed.len(), "scenario is", "scenarios are"), named(&changed));
        notes.push(format!("{are} not the same in all runs ({ids}): shown is what the first client's run says of it"));
    }
    rows
}

fn versions<'s, 'a: 's>(sources: impl Iterator<Item = &'s Source<'a>>) -> Vec<String> {
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for source in sources {
        versions.entry(&source.run.badrdp).or_default().push(&source.file);
    }
    if versions.len() < 2 {
        return Vec::new();
    }
    let each = versions.iter().map(|(version, files)| format!("{version} ({})", files.join(", ")));
    vec![format!("the runs are of different versions of badrdp: {}", each.collect::<Vec<_>>().join(", "))]
}

/// Which client was not run against what others were.
fn missing(columns: &[Column], rows: &[Row<'_>], notes: &mut Vec<String>) {
    for (place, column) in columns.iter().enumerate() {
        let without = |row: &&Row<'_>| row.cells.get(place).is_none_or(Option::is_none);
        let missing: Vec<_> = rows.iter().filter(without).map(|row| row.id.clone()).collect();
        if !missing.is_empty() {
            let (count, ids) = (plural(missing.len(), "scenario", "scenarios"), named(&missing));
            notes.push(format!("{} was not run against {count} of {}: {ids}", column.name, rows.len()));
        }
    }
}

fn plural(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn named(ids: &[String]) -> String {
    let named = ids.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    match ids.len().saturating_sub(NAMED) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}
