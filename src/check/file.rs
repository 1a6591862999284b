//! Files that people write for `badrdp check`: read with a cap, their mistakes told with the line.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use serde::de::DeserializeOwned;

/// A profile or an expectation file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It cannot be read.
    #[error("cannot read {file}")]
    Read {
        /// The file.
        file: String,
        /// Why.
        source: std::io::Error,
    },
    /// It is larger than any that somebody writes.
    #[error("{file} is too large for {what}")]
    TooLarge {
        /// The file.
        file: String,
        /// What it should be.
        what: &'static str,
    },
    /// It is not TOML, or has a key that there is not, or a value of the wrong kind.
    #[error("{file}:{line}: {message}")]
    Wrong {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        message: String,
    },
}

/// A file's text, of at most `most` bytes; `what` says what it should be.
pub(super) fn read(path: &Path, most: u64, what: &'static str) -> Result<String, FileError> {
    let file = || path.display().to_string();
    let failed = |source| FileError::Read { file: file(), source };
    let mut bytes = Vec::new();
    let count = File::open(path).and_then(|open| open.take(most + 1).read_to_end(&mut bytes)).map_err(failed)?;
    if count as u64 > most {
        return Err(FileError::TooLarge { file: file(), what });
    }
    String::from_utf8(bytes)
        .map_err(|_| failed(std::io::Error::new(std::io::ErrorKind::InvalidData, "it is not UTF-8")))
}

/// A file's text, with its name in errors.
#[derive(Clone, Copy, Debug)]
pub(super) struct Text<'a> {
    pub(super) file: &'a str,
    pub(super) text: &'a str,
}

impl Text<'_> {
    /// What it holds.
    pub(super) fn parse<T: DeserializeOwned>(self) -> Result<T, FileError> {
        toml::from_str(self.text)
            .map_err(|error| self.wrong(error.span().map_or(0, |span| span.start), error.message().to_owned()))
    }

    /// A mistake at this byte.
    pub(super) fn wrong(self, at: usize, message: String) -> FileError {
        FileError::Wrong { file: self.file.to_owned(), line: self.line_of(at), message }
    }

    /// The line of a byte, from 1.
    pub(super) fn line_of(self, at: usize) -> usize {
        self.text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests state what they expect")]
    use super::*;

    #[test]
    fn a_file_that_never_ends_is_too_large() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let name = file.path().display().to_string();
        std::fs::write(file.path(), "ü".repeat(4)).unwrap();
        assert_eq!(read(file.path(), 8, "a test").unwrap(), "üüüü");
        for most in [5, 6, 7] {
            assert_eq!(
                read(file.path(), most, "a test").unwrap_err().to_string(),
                format!("{name} is too large for a test")
            );
        }
    }

    #[test]
    fn the_line_is_that_of_the_byte() {
        let text = Text { file: "a.toml", text: "a\nb\nc" };
        assert_eq!([0, 1, 2, 4, 99].map(|at| text.line_of(at)), [1, 1, 2, 3, 3]);
    }
}
