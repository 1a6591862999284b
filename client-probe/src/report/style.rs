//! The styles of the text report. Whether they reach the terminal is decided where text is printed.

use core::fmt;

use anstyle::{AnsiColor, Style};

/// Something went well.
pub const GOOD: Style = AnsiColor::Green.on_default();
/// Something failed.
pub const BAD: Style = AnsiColor::Red.on_default().bold();
/// Something deserves a look.
pub const WARN: Style = AnsiColor::Yellow.on_default();
/// Headings.
pub const HEAD: Style = Style::new().bold();
/// What can be skipped.
pub const DIM: Style = Style::new().dimmed();

/// Around what others say, or what something is called: this asks for the font that is in use anyhow.
pub const VERBATIM: &str = "\x1b[10m";

/// `text`, which others wrote: where the marks of a report are printed in ASCII, this stays as it is.
pub fn verbatim(text: impl fmt::Display) -> String {
    format!("{VERBATIM}{text}{VERBATIM}")
}

/// `text` in `style`.
pub fn paint(style: Style, text: impl fmt::Display) -> String {
    format!("{style}{text}{style:#}")
}
