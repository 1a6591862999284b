//! Results go to stdout, through here, so that a reader that stops early is no error.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context as _;
use badrdp_client_probe::report::style::VERBATIM;

/// Prose is never wider than this, however wide the terminal is.
const PROSE: usize = badrdp_client_probe::report::text::WIDTH;

/// Whoever reads stdout has gone.
static CLOSED: AtomicBool = AtomicBool::new(false);

/// Whether nobody reads stdout any more.
pub(crate) fn is_closed() -> bool {
    CLOSED.load(Ordering::Relaxed)
}

/// Writes a result to stdout; colour is dropped where stdout is no terminal.
///
/// `badrdp run | head` closes the pipe early: that is success, not a failure.
pub(crate) fn print(text: &str) -> anyhow::Result<()> {
    let mut stdout = anstream::stdout().lock();
    let written = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
            CLOSED.store(true, Ordering::Relaxed);
            Ok(())
        }
        other => other.context("cannot write to standard output"),
    }
}

/// Writes what people read: where stdout is no terminal, its marks and arrows are plain ASCII.
///
/// What is [`verbatim`](badrdp_client_probe::report::style::verbatim) stays as it is.
pub(crate) fn report(text: &str) -> anyhow::Result<()> {
    if io::stdout().is_terminal() { print(&text.replace(VERBATIM, "")) } else { print(&plain(text)) }
}

/// The text with its marks in ASCII, but for what is verbatim.
fn plain(text: &str) -> String {
    let parts = text.split(VERBATIM).enumerate();
    parts.map(|(place, part)| if place % 2 == 0 { in_ascii(part) } else { part.to_owned() }).collect()
}

/// The marks of reports in ASCII, each as wide as it was; an ellipsis is wider.
fn in_ascii(text: &str) -> String {
    let mark = |c| match c {
        '✓' => "+",
        '✗' => "x",
        '→' => ">",
        '←' => "<",
        '–' => "-",
        '○' => "o",
        '…' => "...",
        _ => "",
    };
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match mark(c) {
            "" => plain.push(c),
            mark => plain.push_str(mark),
        }
    }
    plain
}

/// The terminal's width; none where stdout is a pipe or a file, which get whole lines.
pub(crate) fn width() -> Option<usize> {
    let stdout = io::stdout();
    let (width, _) = stdout.is_terminal().then(|| terminal_size::terminal_size_of(stdout))??;
    Some(width.0.into())
}

/// The width at which prose is wrapped.
pub(crate) fn prose_width() -> usize {
    width().map_or(PROSE, |width| width.min(PROSE))
}

/// `text`, or its beginning and an ellipsis where it has more than `width` characters.
pub(crate) fn fit(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let mut cut: String = text.chars().take(width.saturating_sub(1)).collect();
    cut.truncate(cut.trim_end().len());
    cut.push('…');
    cut
}

/// The words of `text` in lines that, with `indent` spaces before all but the first, end before `width`.
///
/// An empty line in `text` stays one.
pub(crate) fn wrap(text: &str, indent: usize, width: usize) -> String {
    let room = width.saturating_sub(indent).max(20);
    let mut lines: Vec<String> = Vec::new();
    for paragraph in text.trim().split("\n\n") {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > room {
                lines.push(std::mem::take(&mut line));
            } else if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
    }
    lines.join(&format!("\n{:indent$}", "")).lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use badrdp_client_probe::report::style::verbatim;

    use super::*;

    #[test]
    fn marks_have_a_plain_form() {
        assert_eq!(plain("✓ ✗ – ○ → ← größer…"), "+ x - o > < größer...");
    }

    #[test]
    fn what_others_wrote_is_not_touched() {
        let text = format!("✗ {}…\n  → {}\n", verbatim("größer → ✓ …"), verbatim(""));
        assert_eq!(plain(&text), "x größer → ✓ …...\n  > \n");
    }

    #[test]
    fn what_does_not_fit_ends_in_an_ellipsis() {
        assert_eq!(fit("größer", 6), "größer");
        assert_eq!(fit("größer als", 6), "größe…");
        assert_eq!(fit("a host that", 7), "a host…");
        assert_eq!(fit("ab", 0), "…");
    }

    #[test]
    fn prose_is_wrapped_behind_its_indent() {
        assert_eq!(wrap("one two\nthree four five six", 4, 24), "one two three four\n    five six");
        assert_eq!(wrap("one\n\ntwo", 2, 80), "one\n\n  two");
        let long = "x".repeat(40);
        assert_eq!(wrap(&format!("a {long} b"), 0, 20), format!("a\n{long}\nb"), "a long word is not cut");
    }
}
