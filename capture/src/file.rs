//! Files that hold keys: nobody else may read them.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// A file that is written piece by piece, and that has no half pieces.
#[derive(Debug)]
pub(crate) struct Pieces {
    file: File,
    path: PathBuf,
    /// How much of it is whole.
    whole: u64,
}

impl Pieces {
    /// An empty file in the place of what was there, for its owner's eyes only.
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        let file = private().create(true).write(true).truncate(true).open(path)?;
        close_to_others(&file)?;
        Ok(Self { file, path: path.to_owned(), whole: 0 })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a piece; where it cannot be written whole, what was written of it is taken back.
    pub(crate) fn write(&mut self, piece: &[u8]) -> io::Result<()> {
        match self.file.write_all(piece) {
            Ok(()) => {
                self.whole += u64::try_from(piece.len()).unwrap_or_default();
                Ok(())
            }
            Err(error) => {
                if let Err(error) = self.file.set_len(self.whole) {
                    tracing::debug!("{}: half a piece stays: {error}", self.path.display());
                }
                Err(error)
            }
        }
    }
}

/// A file that lines are appended to, perhaps by other programs as well.
#[derive(Debug)]
pub(crate) struct Lines {
    file: File,
    path: PathBuf,
}

impl Lines {
    /// Makes the file where there is none. The rights on an existing one are its owner's choice.
    pub(crate) fn append_to(path: &Path) -> io::Result<Self> {
        let file = private().create(true).append(true).open(path)?;
        Ok(Self { file, path: path.to_owned() })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a line in one go, so that those of several programs do not mix.
    pub(crate) fn write(&mut self, line: &str) -> io::Result<()> {
        self.file.write_all(line.as_bytes())
    }
}

#[cfg_attr(not(unix), allow(unused_mut, reason = "only Unix has modes"))]
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// A file that was there keeps its mode when it is emptied.
#[cfg(unix)]
fn close_to_others(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    // A device or a pipe is not ours to close.
    if file.metadata()?.is_file() {
        file.set_permissions(std::fs::Permissions::from_mode(0o600))?;
    }
    Ok(())
}

#[cfg(not(unix))]
fn close_to_others(_file: &File) -> io::Result<()> {
    Ok(())
}
