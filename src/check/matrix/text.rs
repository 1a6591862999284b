//! A matrix in a few lines: how many cases of each client came to what.

use std::fmt::Write as _;

use badrdp_client_probe::report::html::shown;
use badrdp_client_probe::report::style::{paint, verbatim};

use super::Matrix;
use crate::check::Class;
use crate::check::report::style_of;

/// Characters of a client's name.
const NAME: usize = 24;

/// What there is, and where the clients part: one sentence.
#[must_use]
pub fn summary(matrix: &Matrix<'_>) -> String {
    let (scenarios, clients) = (matrix.rows.len(), matrix.columns.len());
    let count = |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
    let bad = matrix.rows.iter().filter(|row| row.is_bad()).count();
    let mut text = format!("{}, {}", count(scenarios, "scenario"), count(clients, "client"));
    let _ = write!(text, "; in {bad} something is bad");
    if clients > 1 {
        let differs = matrix.rows.iter().filter(|row| row.differs()).count();
        let _ = write!(text, ", in {differs} one client does well and another does not");
    }
    text
}

/// A table with a line for each class of verdict and a column for each client.
#[must_use]
pub fn counts(matrix: &Matrix<'_>) -> String {
    let names: Vec<_> = matrix.columns.iter().map(|column| shown(&column.name, NAME)).collect();
    let width = |name: &String| name.chars().count().max(5);
    let line = |head: String, cells: Vec<String>| {
        let cells = names.iter().zip(cells).map(|(name, cell)| format!("  {cell:>width$}", width = width(name)));
        format!("{head}{}\n", cells.collect::<String>())
    };
    let mut text = verbatim(line(" ".repeat(22), names.clone()));
    for class in Class::ALL.iter().filter(|class| matrix.columns.iter().any(|column| column.classes.of(**class) > 0)) {
        let style = style_of(*class);
        let cells = matrix.columns.iter().map(|column| column.classes.of(*class).to_string());
        text.push_str(&line(format!("  {}", paint(style, format!("{:<20}", class.name()))), cells.collect()));
    }
    let left = matrix.columns.iter().map(|column| matrix.rows.len() - column.classes.total());
    if left.clone().any(|left| left > 0) {
        text.push_str(&line(format!("  {:<20}", "not run"), left.map(|left| left.to_string()).collect()));
    }
    let _ = writeln!(text, "{}", summary(matrix));
    text
}
