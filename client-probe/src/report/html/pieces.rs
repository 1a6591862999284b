//! What other pages of this program are made of: the same style, the same ladder, the same care about what peers say.

use minijinja::Environment;
use minijinja::value::Serde;
use serde::Serialize;
use serde_json::Value;

use super::entry::{self, Kind};
use super::ladder::{Beside, Ends, Ladder};
use super::part::{Part, clip};
use super::{HtmlError, templates};

/// The style sheet. It has no place that is filled in.
pub const STYLE: &str = include_str!("templates/style.css");

/// Lines of one transcript, and characters of one line.
const LINES: usize = 200;
const LINE: usize = 240;

/// `text` with control characters shown in place of obeyed, cut behind `most` characters. It still has to be escaped.
#[must_use]
pub fn shown(text: &str, most: usize) -> String {
    clip(text, most)
}

/// The entries of one transcript in JSON, a line each, where a drawing is too much: with an arrow to the right for what
/// the client sent. The lines still have to be escaped.
#[must_use]
pub fn ladder_lines(transcript: &Value) -> Vec<String> {
    let transcript = Part::of(transcript);
    let by_server = transcript.get("side").is("server");
    let entries = transcript.get("entries").list();
    let left_out = entries.len().saturating_sub(LINES);
    let line = |entry| {
        let said = entry::said(entry, by_server);
        let arrow = match said.kind {
            Kind::Sent => "→",
            Kind::Received => "←",
            Kind::Note | Kind::Milestone | Kind::End => " ",
        };
        let (time, length) = (said.time.unwrap_or_default(), said.length.unwrap_or_default());
        let altered = said.altered.iter().map(|what| format!("; altered: {what}")).collect::<String>();
        let line = format!("{time:>10} {arrow} {:<26} {length:>7}  {}{altered}", said.name, said.fact);
        clip(line.trim_end(), LINE)
    };
    let lines = entries.take(LINES).map(line);
    lines.chain((left_out > 0).then(|| format!("and {left_out} more"))).collect()
}

/// Draws ladders for other pages.
#[derive(Debug)]
pub struct Pieces {
    templates: Environment<'static>,
}

#[derive(Serialize)]
struct Drawn {
    ladder: Ladder,
}

impl Pieces {
    /// Reads the templates.
    ///
    /// # Errors
    ///
    /// A template has a mistake.
    pub fn new() -> Result<Self, HtmlError> {
        Ok(Self { templates: templates()? })
    }

    /// The ladder of one transcript in JSON, a client on the left and a server on the right: HTML, in which all that
    /// they said is escaped. What the transcript lacks is left out.
    ///
    /// # Errors
    ///
    /// The template cannot be filled in.
    pub fn ladder(&self, caption: &str, transcript: &Value) -> Result<String, HtmlError> {
        let ladder = Ladder::draw(caption.to_owned(), Ends::CLIENT, Part::of(transcript), &Beside::default());
        Ok(self.templates.get_template("ladder.html")?.render(Serde(Drawn { ladder }))?)
    }
}
