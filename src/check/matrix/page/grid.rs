//! The matrix itself: what stands at the top, and a table for each theme.

use badrdp_client_probe::report::html::shown;
use serde::Serialize;
use time::OffsetDateTime;
use time::macros::format_description;

use super::words::{Look, NOT_RUN, look, sentence, tag};
use crate::check::Class;
use crate::check::matrix::{Column, Matrix, Row, text};
use crate::check::report::shell;

/// Characters of a name, and of a sentence.
const NAME: usize = 60;
const SENTENCE: usize = 400;
/// Sections of specifications of one scenario.
const SPECS: usize = 4;
/// Notes, and runs of one client.
const NOTES: usize = 40;

/// What stands at the top.
#[derive(Debug, Serialize)]
pub(super) struct Head {
    title: String,
    summary: String,
    notes: Vec<String>,
    clients: Vec<ClientHead>,
    classes: Vec<Line>,
    /// How many rows each filter shows.
    rows: usize,
    bad: usize,
    differs: usize,
    unexpected: usize,
    /// Whether clients can differ, and whether anything is expected to fail.
    several: bool,
    expects: bool,
    themes: Vec<Jump>,
}

#[derive(Debug, Serialize)]
struct ClientHead {
    name: String,
    about: String,
    command: String,
    runs: Vec<String>,
    good: usize,
    bad: usize,
    neutral: usize,
    missing: usize,
}

/// How many cases came to one class.
#[derive(Debug, Serialize)]
struct Line {
    look: Look,
    name: &'static str,
    sentence: &'static str,
    counts: Vec<usize>,
}

#[derive(Debug, Serialize)]
struct Jump {
    id: String,
    name: String,
    bad: bool,
}

impl Head {
    pub(super) fn of(matrix: &Matrix<'_>, title: &str) -> Self {
        let columns = &matrix.columns;
        let line = |look, name, sentence, count: &dyn Fn(&Column) -> usize| {
            let counts: Vec<_> = columns.iter().map(count).collect();
            counts.iter().any(|count| *count > 0).then_some(Line { look, name, sentence, counts })
        };
        let classes = Class::ALL.iter().filter_map(|class| {
            line(look(*class), class.name(), sentence(*class), &|column| column.classes.of(*class))
        });
        let missing = |column: &Column| matrix.rows.len().saturating_sub(column.classes.total());
        let not_run = line(NOT_RUN, "not run", "other clients were", &missing);
        let rows = matrix.rows.iter();
        Self {
            title: shown(title, SENTENCE),
            summary: text::summary(matrix),
            notes: matrix.notes.iter().take(NOTES).map(|note| shown(note, SENTENCE)).collect(),
            clients: columns.iter().map(|column| client(column, missing(column))).collect(),
            classes: classes.chain(not_run).collect(),
            rows: matrix.rows.len(),
            bad: rows.clone().filter(|row| row.is_bad()).count(),
            differs: rows.clone().filter(|row| row.differs()).count(),
            unexpected: rows.clone().filter(|row| row.is_unexpected()).count(),
            several: columns.len() > 1,
            expects: columns.iter().any(|column| column.expects),
            themes: Theme::all(matrix)
                .map(|theme| Jump { id: theme.id, name: theme.name, bad: theme.rows.iter().any(|row| row.bad) })
                .collect(),
        }
    }
}

fn client(column: &Column, missing: usize) -> ClientHead {
    let runs = column.runs.iter().take(NOTES).map(|run| {
        let (at, took) = (date(run.started), run.took_ms / 1000.0);
        shown(&format!("{at} by badrdp {}, in {took:.1} s ({})", run.badrdp, run.file), SENTENCE)
    });
    ClientHead {
        name: shown(&column.name, NAME),
        about: shown(&column.client.about, SENTENCE),
        command: shown(&shell(&column.client.command), SENTENCE),
        runs: runs.collect(),
        good: column.classes.count(Class::is_good),
        bad: column.classes.count(Class::is_bad),
        neutral: column.classes.count(Class::is_neutral),
        missing,
    }
}

fn date(unix_seconds: u64) -> String {
    let format = format_description!("[year]-[month]-[day] [hour]:[minute] UTC");
    let at = i64::try_from(unix_seconds).ok().and_then(|at| OffsetDateTime::from_unix_timestamp(at).ok());
    at.and_then(|at| at.format(format).ok()).unwrap_or_else(|| format!("{unix_seconds} s since 1970"))
}

/// The scenarios of one folder.
#[derive(Debug, Serialize)]
pub(super) struct Theme {
    id: String,
    name: String,
    clients: Vec<Share>,
    rows: Vec<Scenario>,
    differs: bool,
    unexpected: bool,
    bad: bool,
}

/// How a client does in one theme.
#[derive(Debug, Serialize)]
struct Share {
    name: String,
    good: usize,
    /// Good and bad.
    judged: usize,
}

/// One scenario.
#[derive(Debug, Serialize)]
struct Scenario {
    row: usize,
    /// Without its theme.
    name: String,
    id: String,
    summary: String,
    duty: String,
    spec: Vec<String>,
    cells: Vec<Cell>,
    bad: bool,
    differs: bool,
    unexpected: bool,
}

#[derive(Debug, Serialize)]
struct Cell {
    client: String,
    look: Look,
    class: &'static str,
    tag: Option<&'static str>,
    /// Whether there is a case to look at.
    opens: bool,
}

impl Theme {
    /// The themes in order.
    pub(super) fn all<'m>(matrix: &'m Matrix<'_>) -> impl Iterator<Item = Self> + 'm {
        let mut from = 0;
        matrix.rows.chunk_by(|one, next| one.theme() == next.theme()).enumerate().map(move |(number, rows)| {
            let first = from;
            from += rows.len();
            Self::of(matrix, number, first, rows)
        })
    }

    fn of(matrix: &Matrix<'_>, number: usize, first: usize, rows: &[Row<'_>]) -> Self {
        let theme = rows.first().map_or("", Row::theme);
        let clients = matrix.columns.iter().enumerate().map(|(place, column)| {
            let classes = rows.iter().filter_map(|row| row.cells.get(place)?.as_ref()).map(|case| case.verdict.class);
            let good = classes.clone().filter(|class| class.is_good()).count();
            Share { name: shown(&column.name, NAME), good, judged: classes.filter(|class| !class.is_neutral()).count() }
        });
        let lines = rows.iter().enumerate().map(|(index, row)| line(matrix, first + index, row));
        Self {
            id: format!("t{number}"),
            name: if theme.is_empty() { "files of your own".to_owned() } else { shown(theme, NAME) },
            clients: clients.collect(),
            rows: lines.collect(),
            bad: rows.iter().any(Row::is_bad),
            differs: rows.iter().any(Row::differs),
            unexpected: rows.iter().any(Row::is_unexpected),
        }
    }
}

fn line(matrix: &Matrix<'_>, number: usize, row: &Row<'_>) -> Scenario {
    let name = row.id.split_once('/').map_or(row.id.as_str(), |(_, name)| name);
    let cells = matrix.columns.iter().zip(&row.cells).map(|(column, cell)| Cell {
        client: shown(&column.name, NAME),
        look: cell.as_ref().map_or(NOT_RUN, |case| look(case.verdict.class)),
        class: cell.as_ref().map_or("not run", |case| case.verdict.class.name()),
        tag: cell.as_ref().and_then(|case| tag(case, column)),
        opens: cell.is_some(),
    });
    Scenario {
        row: number,
        name: shown(name, SENTENCE),
        id: shown(&row.id, SENTENCE),
        summary: shown(&row.summary, SENTENCE),
        duty: duty(row),
        spec: row.spec.iter().take(SPECS).map(|spec| shown(spec, NAME)).collect(),
        cells: cells.collect(),
        bad: row.is_bad(),
        differs: row.differs(),
        unexpected: row.is_unexpected(),
    }
}

/// `must disconnect`, `should warn`.
pub(super) fn duty(row: &Row<'_>) -> String {
    let of = |level: &str, duty: &Option<String>| duty.as_ref().map(|duty| format!("{level} {}", shown(duty, NAME)));
    let duties = of("must", &row.expected.must).into_iter().chain(of("should", &row.expected.should));
    duties.collect::<Vec<_>>().join(", ")
}
