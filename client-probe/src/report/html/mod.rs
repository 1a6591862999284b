//! The report as one web page that needs nothing beside it, made from the JSON documents.
//!
//! What hosts say passes through `part` (bounded, control characters shown) and is escaped by the templates, which
//! [`minijinja`] does for every value of a template whose name ends in `.html`.

mod about;
mod entry;
mod finding;
mod ladder;
mod part;
mod pieces;
mod section;
mod survey;
mod tls;
mod wrap;

#[cfg(test)]
mod tests;

use std::io::{self, Write};

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment};
use serde::Serialize;
use serde_json::Value;

use section::{Row, Section};

pub use pieces::{Pieces, STYLE, ladder_lines, shown};

/// The templates, and the style sheet, in which nothing is filled in.
const TEMPLATES: &[(&str, &str)] = &[
    ("begin.html", include_str!("templates/begin.html")),
    ("style.css", STYLE),
    ("section.html", include_str!("templates/section.html")),
    ("ladder.html", include_str!("templates/ladder.html")),
    ("finding.html", include_str!("templates/finding.html")),
    ("survey.html", include_str!("templates/survey.html")),
    ("end.html", include_str!("templates/end.html")),
];

/// A page in the making. It is written as hosts come: what stays in memory is a row for each.
#[derive(Debug)]
pub struct Page<W: Write> {
    out: W,
    templates: Environment<'static>,
    /// The first host waits: whether its section stands open depends on whether others come.
    waiting: Option<Box<Section>>,
    rows: Vec<Row>,
}

/// The page could not be made.
#[derive(Debug, thiserror::Error)]
pub enum HtmlError {
    /// It could not be written.
    #[error("the page cannot be written")]
    Write(#[from] io::Error),
    /// A template does not fit what is to be filled in.
    #[error("the page's template cannot be filled in")]
    Template(#[from] minijinja::Error),
}

impl<W: Write> Page<W> {
    /// Writes the page's beginning.
    ///
    /// # Errors
    ///
    /// `out` does not take it.
    pub fn begin(out: W, title: &str) -> Result<Self, HtmlError> {
        let mut page = Self { out, templates: templates()?, waiting: None, rows: Vec::new() };
        page.write("begin.html", Begin { title: part::clip(title, 300) })?;
        Ok(page)
    }

    /// Writes one host's section: what `badrdp probe --json` prints of it, or a document of that form.
    ///
    /// What the document lacks is left out.
    ///
    /// # Errors
    ///
    /// The page cannot be written.
    pub fn host(&mut self, document: &Value) -> Result<(), HtmlError> {
        let (section, row) = Section::read(document, self.rows.len() + 1);
        self.rows.push(row);
        if self.rows.len() == 1 {
            self.waiting = Some(Box::new(section));
            return Ok(());
        }
        if let Some(first) = self.waiting.take() {
            self.write("section.html", Filled { host: &first, folded: true })?;
        }
        self.write("section.html", Filled { host: &section, folded: true })
    }

    /// Writes the end, with a summary where there are several hosts, and gives back what was written to.
    ///
    /// # Errors
    ///
    /// The page cannot be written.
    pub fn end(mut self) -> Result<W, HtmlError> {
        if let Some(only) = self.waiting.take() {
            self.write("section.html", Filled { host: &only, folded: false })?;
        }
        let rows = std::mem::take(&mut self.rows);
        let wrong = rows.iter().filter(|row| !row.is_fine()).count();
        let (codes, weaknesses) = (rows.iter().any(Row::has_code), rows.iter().any(Row::has_weakness));
        self.write("end.html", End { count: rows.len(), wrong, codes, weaknesses, rows })?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn write(&mut self, template: &str, context: impl Serialize) -> Result<(), HtmlError> {
        let text = self.templates.get_template(template)?.render(Serde(context))?;
        self.out.write_all(text.as_bytes())?;
        Ok(())
    }
}

#[derive(Serialize)]
struct Begin {
    title: String,
}

#[derive(Serialize)]
struct Filled<'a> {
    host: &'a Section,
    folded: bool,
}

#[derive(Serialize)]
struct End {
    count: usize,
    wrong: usize,
    /// Whether the columns have anything in them.
    codes: bool,
    weaknesses: bool,
    rows: Vec<Row>,
}

fn templates() -> Result<Environment<'static>, minijinja::Error> {
    let mut all = Environment::new();
    let mut syntax = SyntaxConfig::builder();
    syntax.trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true);
    all.set_syntax(syntax.build()?);
    // The style sheet is ours and has no place for a value; whatever has one is escaped.
    all.set_auto_escape_callback(|name| if name == "style.css" { AutoEscape::None } else { AutoEscape::Html });
    for (name, source) in TEMPLATES {
        all.add_template(name, source)?;
    }
    Ok(all)
}
