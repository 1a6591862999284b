//! A matrix as one web page that needs nothing beside it, runs no script, and is made from the runs' JSON alone.
//!
//! A cell leads to its case, which opens over the matrix because it is the address's target. What clients and servers say
//! passes through `shown` (bounded, control characters shown) and is escaped by the templates.

mod case;
mod drawings;
mod grid;
mod words;

use std::io::{self, Write};

use badrdp_client_probe::report::html::{HtmlError, STYLE};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment};
use serde::Serialize;

use self::case::Panel;
use self::drawings::{Drawings, Room};
use self::grid::{Head, Theme};
use super::Matrix;

const TEMPLATES: &[(&str, &str)] = &[
    ("begin.html", include_str!("templates/begin.html")),
    ("theme.html", include_str!("templates/theme.html")),
    ("case.html", include_str!("templates/case.html")),
    ("end.html", include_str!("templates/end.html")),
];
/// What the matrix has besides the report's own style; nothing is filled in.
const MATRIX: &str = include_str!("templates/matrix.css");
/// The same without columns, for telephones and for many clients.
const STACKED: &str = include_str!("templates/stacked.css");

/// Clients that have a column each on a screen.
const COLUMNS: usize = 4;
/// Bytes of ladders on a page, about, that are drawn and that are lines of text.
const ROOM: Room = Room { drawn: 6 * 1024 * 1024, lines: 3 * 1024 * 1024 };

/// The page could not be made.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// It could not be written.
    #[error("the page cannot be written")]
    Write(#[from] io::Error),
    /// A template does not fit what is to be filled in.
    #[error("the page's template cannot be filled in")]
    Template(#[from] minijinja::Error),
    /// A ladder could not be drawn.
    #[error("a ladder cannot be drawn")]
    Ladder(#[from] HtmlError),
}

/// Writes `matrix` as a page, and gives back what was written to.
///
/// # Errors
/// The page cannot be made, or `out` does not take it.
pub fn write<W: Write>(out: W, matrix: &Matrix<'_>, title: &str) -> Result<W, PageError> {
    let mut page = Page { out, templates: templates()? };
    let drawings = Drawings::of(matrix, ROOM)?;
    page.fill("begin.html", Begin { head: Head::of(matrix, title), style: Style::of(matrix) })?;
    for theme in Theme::all(matrix) {
        page.fill("theme.html", Filled { theme: &theme })?;
    }
    for panel in Panel::all(matrix, &drawings) {
        page.fill("case.html", Opened { case: &panel })?;
    }
    page.fill("end.html", ())?;
    page.out.flush()?;
    Ok(page.out)
}

struct Page<W> {
    out: W,
    templates: Environment<'static>,
}

impl<W: Write> Page<W> {
    fn fill(&mut self, template: &str, context: impl Serialize) -> Result<(), PageError> {
        let text = self.templates.get_template(template)?.render(Serde(context))?;
        self.out.write_all(text.as_bytes())?;
        Ok(())
    }
}

#[derive(Serialize)]
struct Begin {
    head: Head,
    style: Style,
}

/// Style sheets, which are ours and not escaped.
#[derive(Serialize)]
struct Style {
    report: &'static str,
    matrix: &'static str,
    stacked: &'static str,
    /// Whether there are too many clients for columns.
    many: bool,
}

impl Style {
    fn of(matrix: &Matrix<'_>) -> Self {
        Self { report: STYLE, matrix: MATRIX, stacked: STACKED, many: matrix.columns.len() > COLUMNS }
    }
}

#[derive(Serialize)]
struct Filled<'a> {
    theme: &'a Theme,
}

#[derive(Serialize)]
struct Opened<'a> {
    case: &'a Panel<'a>,
}

fn templates() -> Result<Environment<'static>, minijinja::Error> {
    let mut all = Environment::new();
    let mut syntax = SyntaxConfig::builder();
    syntax.trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true);
    all.set_syntax(syntax.build()?);
    all.set_auto_escape_callback(|_| AutoEscape::Html);
    for (name, source) in TEMPLATES {
        all.add_template(name, source)?;
    }
    Ok(all)
}
