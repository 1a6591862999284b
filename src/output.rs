//! Results go to stdout, through here, so that a reader that stops early is no error.

use std::io::{self, Write as _};

/// Writes a result to stdout; colour is dropped where stdout is no terminal.
///
/// `badrdp run | head` closes the pipe early: that is success, not a failure.
pub(crate) fn print(text: &str) -> anyhow::Result<()> {
    let mut stdout = anstream::stdout().lock();
    let written = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}
