//! The only renderers of transcripts and diagnoses: text, JSON, and a web page made from the JSON.

pub(crate) mod again;
pub(crate) mod describe;
pub(crate) mod host;
pub mod html;
pub mod json;
pub mod ladder;
pub mod leak;
pub mod line;
mod masked_request;
mod settings;
pub mod style;
pub mod survey;
pub mod survey_json;
pub mod tally;
pub mod text;

#[cfg(test)]
mod tests;

use time::OffsetDateTime;
use time::macros::format_description;

/// A point in time as `2026-01-01 00:00 UTC`.
pub(crate) fn date(unix_seconds: i64) -> String {
    let format = format_description!("[year]-[month]-[day] [hour]:[minute] UTC");
    let text = OffsetDateTime::from_unix_timestamp(unix_seconds).ok().and_then(|at| at.format(format).ok());
    text.unwrap_or_else(|| format!("{unix_seconds} s since 1970"))
}

/// A point in time as `2026-01-01`.
pub(crate) fn day(unix_seconds: i64) -> String {
    let date = date(unix_seconds);
    date.split_once(' ').map_or(date.clone(), |(day, _)| day.to_owned())
}

/// Text from a peer, made safe for a terminal: control characters are shown, not obeyed.
pub(crate) fn printable(text: &str) -> String {
    let hidden = |c: char| {
        c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if !text.contains(hidden) {
        return text.to_owned();
    }
    text.chars().map(|c| if hidden(c) { c.escape_default().to_string() } else { c.to_string() }).collect()
}
