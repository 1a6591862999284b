//! Where recordings go: a pcapng, a key log, or both.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use crate::file::{Lines, Pieces};
use crate::{Conversation, EncodeError, Encoder, KeyLine};

/// How much of a connection is kept, what keeping it takes included. What comes behind it is counted only.
pub const MAX_KEPT: usize = 4 * 1024 * 1024;

/// What went wrong with a file.
#[derive(Debug, thiserror::Error)]
pub enum CaptureError {
    /// The file cannot be made.
    #[error("cannot write {}", path.display())]
    Create {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A piece of it cannot be written; it is whole up to there, and nothing is added any more.
    #[error("cannot write all of {}", path.display())]
    Write {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A connection cannot be written as packets; the others are there.
    #[error("a connection is missing in {}", path.display())]
    Encode {
        /// In which file.
        path: PathBuf,
        /// Why.
        source: EncodeError,
    },
}

/// Takes what the connections of a program carried, and their TLS keys. Time is an argument.
///
/// Connections are written as they end, each with its keys, so that the file is whole at every moment.
#[derive(Debug)]
pub struct Capture {
    /// Time since 1970 when it began, and the clock that goes on from there.
    began: (Duration, Instant),
    packets: Option<Mutex<(Encoder, Pieces)>>,
    key_log: Option<Mutex<Lines>>,
    failure: Mutex<Option<CaptureError>>,
}

impl Capture {
    /// Takes nothing yet; its clock starts at `now`.
    #[must_use]
    pub fn new(now: SystemTime) -> Self {
        let since_1970 = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Self { began: (since_1970, Instant::now()), packets: None, key_log: None, failure: Mutex::default() }
    }

    /// Writes connections to this file, with their keys in it: whoever can read it sees all that they carried. What was
    /// there is gone; on Unix its mode is 0600.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn packets_to(mut self, path: &Path) -> Result<Self, CaptureError> {
        let failed = |source| CaptureError::Create { path: path.to_owned(), source };
        let mut encoder = Encoder::new().map_err(|source| CaptureError::Encode { path: path.to_owned(), source })?;
        let mut file = Pieces::create(path).map_err(failed)?;
        file.write(&encoder.take()).map_err(failed)?;
        self.packets = Some(Mutex::new((encoder, file)));
        Ok(self)
    }

    /// Appends TLS keys to this file, in the format of NSS. On Unix a new file has the mode 0600.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn keys_to(mut self, path: &Path) -> Result<Self, CaptureError> {
        let file = Lines::append_to(path).map_err(|source| CaptureError::Create { path: path.to_owned(), source })?;
        self.key_log = Some(Mutex::new(file));
        Ok(self)
    }

    /// What went wrong first, if anything did. It is told once; ask when every connection has ended.
    ///
    /// # Errors
    /// Something could not be written.
    pub fn finish(&self) -> Result<(), CaptureError> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).take().map_or(Ok(()), Err)
    }

    /// Time since 1970, by this capture's clock.
    pub(crate) fn now(&self) -> Duration {
        let (began, clock) = self.began;
        began + clock.elapsed()
    }

    pub(crate) const fn takes_packets(&self) -> bool {
        self.packets.is_some()
    }

    pub(crate) fn key(&self, line: &KeyLine) {
        let Some(file) = &self.key_log else { return };
        let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(source) = file.write(&line.line()) {
            self.fail(CaptureError::Write { path: file.path().to_owned(), source });
        }
    }

    pub(crate) fn add(&self, conversation: &Conversation) {
        let Some(packets) = &self.packets else { return };
        let mut packets = packets.lock().unwrap_or_else(PoisonError::into_inner);
        // Behind a write that failed the file would not be whole.
        if self.failure.lock().unwrap_or_else(PoisonError::into_inner).is_some() {
            return;
        }
        let (encoder, file) = &mut *packets;
        if let Err(source) = encoder.add(conversation) {
            return self.fail(CaptureError::Encode { path: file.path().to_owned(), source });
        }
        if let Err(source) = file.write(&encoder.take()) {
            self.fail(CaptureError::Write { path: file.path().to_owned(), source });
        }
    }

    fn fail(&self, error: CaptureError) {
        tracing::debug!(%error, "capture");
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
    }
}
