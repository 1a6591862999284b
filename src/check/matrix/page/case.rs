//! One case: what the client came to, and everything that this rests on.

use std::rc::Rc;

use badrdp_client_probe::report::html::shown;
use serde::Serialize;

use super::drawings::{Drawing, Drawings, Place};
use super::grid::duty;
use super::words::{Look, look, tag, time};
use crate::check::artefacts::by_hand;
use crate::check::matrix::{Case, Column, Matrix, Row};
use crate::check::outcome::signal_name;
use crate::check::profile::Profile;
use crate::check::report::{last_lines, shell};

/// Characters of a name, a sentence, a line and a command.
const NAME: usize = 60;
const SENTENCE: usize = 1000;
const LINE: usize = 300;
const COMMAND: usize = 2000;
/// Last lines of a client, where it did something wrong and elsewhere.
const LINES: usize = 12;
const LINES_OF_THE_GOOD: usize = 4;
/// Entries of a list.
const MOST: usize = 20;

/// What is said of one case.
#[derive(Debug, Serialize)]
pub(super) struct Panel<'a> {
    row: usize,
    column: usize,
    id: String,
    client: String,
    summary: String,
    look: Look,
    class: &'static str,
    tag: Option<&'static str>,
    detail: String,
    others: Vec<Other>,
    /// Cases of the same client, to go on to.
    before: Option<usize>,
    next: Option<usize>,
    facts: Vec<Fact>,
    /// `stderr` or `stdout`.
    stream: &'static str,
    words: Vec<String>,
    again: String,
    drawn: Option<&'a str>,
    /// The messages, where they are not drawn.
    lines: &'a [String],
    undrawn: usize,
    /// A case with the same ladder.
    same: Option<Same>,
    no_connection: bool,
}

/// Another client in the same scenario.
#[derive(Debug, Serialize)]
struct Other {
    column: usize,
    client: String,
    look: Look,
}

/// A label, and what there is to say; several lines are a list.
#[derive(Debug, Serialize)]
struct Fact {
    label: &'static str,
    lines: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Same {
    row: usize,
    column: usize,
    id: String,
    client: String,
}

impl<'a> Panel<'a> {
    /// Every case that was run.
    pub(super) fn all(matrix: &'a Matrix<'_>, drawings: &'a Drawings) -> impl Iterator<Item = Self> {
        let clients: Rc<[_]> = (0..matrix.columns.len()).map(|place| OfClient::read(matrix, place)).collect();
        matrix.rows.iter().enumerate().flat_map(move |(number, row)| {
            let clients = Rc::clone(&clients);
            matrix.columns.iter().zip(&row.cells).enumerate().filter_map(move |(place, (column, cell))| {
                let of_client = clients.get(place)?;
                let mut panel = Self::of(matrix, row, (number, place), column, cell.as_ref()?, &of_client.how);
                panel.before = of_client.bad.iter().copied().rfind(|bad| *bad < number);
                panel.next = of_client.bad.iter().copied().find(|bad| *bad > number);
                panel.draw(matrix, drawings);
                Some(panel)
            })
        })
    }

    fn of(
        matrix: &Matrix<'_>,
        row: &Row<'_>,
        (number, place): Place,
        column: &Column,
        case: &Case<'_>,
        how: &str,
    ) -> Self {
        let class = case.verdict.class;
        let others = matrix.columns.iter().zip(&row.cells).enumerate().filter(|(other, _)| *other != place);
        let others = others.filter_map(|(column, (other, cell))| {
            let look = look(cell.as_ref()?.verdict.class);
            Some(Other { column, client: shown(&other.name, NAME), look })
        });
        let lines = if class.is_good() { LINES_OF_THE_GOOD } else { LINES };
        let (stream, words) = match last_lines(&case.outcome.stderr, lines) {
            none if none.is_empty() => ("stdout", last_lines(&case.outcome.stdout, lines)),
            words => ("stderr", words),
        };
        Self {
            row: number,
            column: place,
            id: shown(&row.id, SENTENCE),
            client: shown(&column.name, NAME),
            summary: shown(&row.summary, SENTENCE),
            look: look(class),
            class: class.name(),
            tag: tag(case, column),
            detail: shown(&case.verdict.detail, SENTENCE),
            others: others.collect(),
            before: None,
            next: None,
            facts: facts(row, case),
            stream,
            words: words.into_iter().map(|line| shown(line, LINE)).collect(),
            again: again(row, case, how),
            drawn: None,
            lines: &[],
            undrawn: 0,
            same: None,
            no_connection: false,
        }
    }

    fn draw(&mut self, matrix: &Matrix<'_>, drawings: &'a Drawings) {
        match drawings.get((self.row, self.column)) {
            None => {}
            Some(Drawing::Nothing) => self.no_connection = true,
            Some(Drawing::Here(html, more)) => (self.drawn, self.undrawn) = (Some(html.as_str()), *more),
            Some(Drawing::Lines(lines, more)) => (self.lines, self.undrawn) = (lines, *more),
            Some(Drawing::Same((row, column))) => {
                let id = matrix.rows.get(*row).map_or_else(String::new, |row| shown(&row.id, SENTENCE));
                let client = matrix.columns.get(*column).map_or_else(String::new, |column| shown(&column.name, NAME));
                self.same = Some(Same { row: *row, column: *column, id, client });
            }
        }
    }
}

/// What all cases of one client have in common.
struct OfClient {
    /// Rows in which it does something wrong.
    bad: Vec<usize>,
    /// How `badrdp check` is told to run it.
    how: String,
}

impl OfClient {
    fn read(matrix: &Matrix<'_>, place: usize) -> Self {
        let is_bad = |row: &Row<'_>| {
            row.cells.get(place).and_then(Option::as_ref).is_some_and(|case| case.verdict.class.is_bad())
        };
        let rows = matrix.rows.iter().enumerate().filter(|(_, row)| is_bad(row));
        let how = matrix.columns.get(place).map_or_else(String::new, |Column { client, .. }| {
            // What a profile of somebody's own is called is not known here; its command line is.
            let known = Profile::names().any(|name| name == client.name).then(|| Profile::find(&client.name));
            let built_in = matches!(known, Some(Ok(profile)) if profile.command == client.command);
            if built_in { format!("--client {}", client.name) } else { format!("-- {}", shell(&client.command)) }
        });
        Self { bad: rows.map(|(number, _)| number).collect(), how }
    }
}

fn facts(row: &Row<'_>, case: &Case<'_>) -> Vec<Fact> {
    let (verdict, outcome, recorded) = (&case.verdict, &case.outcome, &case.recorded);
    let asked = format!("{}: {}", duty(row), row.expected.because);
    let said = verdict.said.iter().map(|said| {
        let number = said.error_info.map_or_else(String::new, |number| format!(", ERRINFO {number:#x}"));
        format!("{}: \"{}\"{number}", said.reason, said.words)
    });
    let said: Vec<_> = if verdict.said.is_empty() { vec!["nothing that is known".to_owned()] } else { said.collect() };
    let connections = match verdict.connections {
        0 => "it never connected".to_owned(),
        1 => format!("one connection, up to {}", verdict.stage),
        many => format!("{many} connections, the last up to {}", verdict.stage),
    };
    let artefacts = case.artefacts.iter().cloned().collect();
    let facts = [
        ("asked for", vec![asked]),
        ("specification", vec![row.spec.join(", ")]),
        ("right reasons", vec![verdict.right_reasons.join(", ")]),
        ("the client said", said),
        ("gave away", case.leak_lines.clone()),
        ("time to detect", verdict.time_to_detect_ms.map(time).into_iter().collect()),
        ("ended", vec![format!("{} after {}", ended(case), time(outcome.took_ms))]),
        ("connections", vec![connections]),
        ("known failure", recorded.known.iter().cloned().collect()),
        ("listed as", recorded.listed.iter().cloned().collect()),
        ("artefacts", artefacts),
    ];
    let kept = facts.into_iter().map(|(label, lines)| {
        let more = lines.len().saturating_sub(MOST);
        let lines = lines.iter().filter(|line| !line.is_empty()).take(MOST).map(|line| shown(line, SENTENCE));
        Fact { label, lines: lines.chain((more > 0).then(|| format!("and {more} more"))).collect() }
    });
    kept.filter(|fact| !fact.lines.is_empty()).collect()
}

/// How the process ended.
fn ended(case: &Case<'_>) -> String {
    let outcome = &case.outcome;
    match (outcome.end.as_str(), outcome.exit_code, outcome.signal) {
        (_, Some(code), _) => format!("exit code {code}"),
        (_, None, Some(signal)) => {
            let core = if outcome.core == Some(true) { ", core dumped" } else { "" };
            format!("signal {}{core}", signal_name(signal))
        }
        ("in-session", ..) => "in session, ended here".to_owned(),
        ("stayed", ..) => "stayed behind its connection, ended here".to_owned(),
        ("deadline", ..) => "still there at the deadline, ended here".to_owned(),
        ("cancelled", ..) => "stopped with the run".to_owned(),
        ("unseen", ..) => "not seen".to_owned(),
        (other, ..) => other.to_owned(),
    }
}

/// How to see it again: all at once, and by hand.
fn again(row: &Row<'_>, case: &Case<'_>, how: &str) -> String {
    let id = shell(std::slice::from_ref(&row.id));
    let text = format!("badrdp check {id} --verbose {how}\n\n{}", by_hand(&id, &shell(&case.command)));
    text.lines().map(|line| shown(line, COMMAND)).collect::<Vec<_>>().join("\n")
}
