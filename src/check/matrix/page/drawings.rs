//! Which cases have their ladder drawn: as many as a page can bear, those that are bad first, and none twice. Of the other
//! bad ones the messages stand there as text, which takes a tenth.

use std::collections::HashMap;

use badrdp_client_probe::report::html::{Pieces, ladder_lines};
use serde_json::Value;

use super::PageError;
use crate::check::Class;
use crate::check::matrix::{Case, Matrix};

/// Connections of one case that are drawn.
const CONNECTIONS: usize = 6;

/// What a drawing shows of an entry, times aside.
const SHOWN: &[&str] = &["stage", "event", "direction", "kind", "length", "fact", "altered", "how", "problems"];

/// Row and column of a case.
pub(super) type Place = (usize, usize);

/// A case's ladders.
#[derive(Debug)]
pub(super) enum Drawing {
    /// HTML, and how many more connections there were.
    Here(String, usize),
    /// The messages as lines of text, and how many more connections there were.
    Lines(Vec<String>, usize),
    /// The same messages as in another case.
    Same(Place),
    /// There was no connection.
    Nothing,
}

/// About how many bytes there may be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    pub(super) drawn: usize,
    pub(super) lines: usize,
}

/// The ladders of a page; what is not in it is not drawn.
#[derive(Debug, Default)]
pub(super) struct Drawings(HashMap<Place, Drawing>);

impl Drawings {
    /// Draws what there is room for.
    pub(super) fn of(matrix: &Matrix<'_>, room: Room) -> Result<Self, PageError> {
        let pieces = Pieces::new()?;
        let mut drawings = HashMap::new();
        let mut known: HashMap<String, Place> = HashMap::new();
        let mut left = room;
        let order = within_theme(matrix);
        let order = |(row, _): Place| order.get(row).copied().unwrap_or_default();
        let mut cases: Vec<(u8, Place, &Case<'_>)> = matrix
            .rows
            .iter()
            .enumerate()
            .flat_map(|(row, cells)| cells.cells.iter().enumerate().map(move |(column, cell)| ((row, column), cell)))
            .filter_map(|(place, cell)| cell.as_ref().map(|case| (rank(case), place, case)))
            .collect();
        // Of every theme some are drawn, whatever they are called.
        cases.sort_by_key(|(rank, place, _)| (*rank, order(*place), *place));
        for (_, place, case) in cases {
            let connections = connections(case);
            if connections.is_empty() {
                drawings.insert(place, Drawing::Nothing);
                continue;
            }
            let key = key(&connections);
            if let Some(same) = known.get(&key) {
                drawings.insert(place, Drawing::Same(*same));
                continue;
            }
            let more = connections.len().saturating_sub(CONNECTIONS);
            if left.drawn == 0 {
                if rank(case) < GOOD && left.lines > 0 {
                    let lines: Vec<_> = connections.iter().take(CONNECTIONS).flat_map(ladder_lines).collect();
                    left.lines = left.lines.saturating_sub(lines.iter().map(String::len).sum());
                    drawings.insert(place, Drawing::Lines(lines, more));
                    known.insert(key, place);
                }
                continue;
            }
            let mut html = String::new();
            for (number, connection) in connections.iter().take(CONNECTIONS).enumerate() {
                let caption = match connections.len() {
                    1 => "The connection, message by message".to_owned(),
                    many => format!("Connection {} of {many}", number + 1),
                };
                html.push_str(&pieces.ladder(&caption, connection)?);
            }
            left.drawn = left.drawn.saturating_sub(html.len());
            known.insert(key, place);
            drawings.insert(place, Drawing::Here(html, more));
        }
        Ok(Self(drawings))
    }

    pub(super) fn get(&self, place: Place) -> Option<&Drawing> {
        self.0.get(&place)
    }
}

/// From this rank on nothing is wrong.
const GOOD: u8 = 3;

/// What is looked at first comes first.
const fn rank(case: &Case<'_>) -> u8 {
    match case.verdict.class {
        Class::Crashed | Class::LeakedCredentials => 0,
        _ if !case.recorded.as_recorded => 1,
        class if class.is_bad() => 2,
        class if class.is_good() => GOOD,
        _ => GOOD + 1,
    }
}

/// Of each row how many of its theme stand before it.
fn within_theme(matrix: &Matrix<'_>) -> Vec<usize> {
    matrix.rows.chunk_by(|one, next| one.theme() == next.theme()).flat_map(|rows| 0..rows.len()).collect()
}

/// The transcripts; none where they are not what they should be.
fn connections(case: &Case<'_>) -> Vec<Value> {
    let read = case.connections.map(|text| serde_json::from_str::<Option<Vec<Value>>>(text.get()));
    match read {
        Some(Ok(connections)) => connections.unwrap_or_default(),
        Some(Err(error)) => {
            tracing::debug!(%error, "{}: connections", case.id);
            Vec::new()
        }
        None => Vec::new(),
    }
}

/// All that a drawing shows, times aside.
fn key(connections: &[Value]) -> String {
    let mut key = String::new();
    for connection in connections {
        for entry in connection.get("entries").and_then(Value::as_array).into_iter().flatten() {
            for field in SHOWN.iter().filter_map(|field| entry.get(field)) {
                key.push_str(&field.to_string());
                key.push('\t');
            }
            key.push('\n');
        }
        key.push_str(&connection.get("failure").map_or_else(String::new, Value::to_string));
    }
    key
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests state what they expect")]
    use super::*;
    use crate::check::matrix::tests::{case, merged, run};

    /// What is drawn of four cases, the bad ones last.
    fn drawn(room: Room) -> Vec<&'static str> {
        let classes = [("a/1", Class::AsRequired), ("a/2", Class::Hung), ("b/1", Class::Hung), ("b/2", Class::Crashed)];
        let cases = classes.map(|(id, class)| case(id, class)).to_vec();
        merged(&[run("client", cases)], |matrix| {
            let drawings = Drawings::of(&matrix.unwrap(), room).unwrap();
            let how = |row| match drawings.get((row, 0)) {
                Some(Drawing::Here(..)) => "drawn",
                Some(Drawing::Lines(..)) => "lines",
                Some(Drawing::Same(..)) => "same",
                Some(Drawing::Nothing) => "nothing",
                None => "left out",
            };
            (0..classes.len()).map(how).collect()
        })
    }

    #[test]
    fn what_is_bad_is_drawn_first_and_told_in_lines_where_there_is_no_room() {
        assert_eq!(drawn(Room { drawn: 1_000_000, lines: 0 }), ["drawn"; 4]);
        assert_eq!(drawn(Room { drawn: 1, lines: 1_000_000 }), ["left out", "lines", "lines", "drawn"]);
        // Each theme's first case comes before any theme's second.
        assert_eq!(drawn(Room { drawn: 1, lines: 1 }), ["left out", "left out", "lines", "drawn"]);
        assert_eq!(drawn(Room { drawn: 0, lines: 0 }), ["left out"; 4]);
    }
}
