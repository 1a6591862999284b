//! The probe's end of a connection: plain, inside TLS, or lost to a handshake that failed.

use std::io;

use badrdp_capture::Wire;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_rustls::client::TlsStream;

use crate::tap::Tap;

/// What is read from a peer in one go.
pub(crate) const CHUNK: usize = 16 * 1024;

pub(crate) enum Stream {
    Plain(Wire),
    Tls(Box<TlsStream<Tap>>),
    /// The handshake failed and took the stream with it.
    Gone,
}

impl Stream {
    pub(crate) async fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read(buffer).await,
            Self::Tls(stream) => stream.read(buffer).await,
            Self::Gone => Ok(0),
        }
    }

    /// What TLS has decrypted and not given out: it tells of an alert before what came ahead of it.
    pub(crate) fn take_decrypted(&mut self) -> Vec<u8> {
        let Self::Tls(stream) = self else { return Vec::new() };
        let mut reader = stream.get_mut().1.reader();
        let mut plain = Vec::new();
        let mut buffer = vec![0; CHUNK];
        while let Ok(count @ 1..) = io::Read::read(&mut reader, &mut buffer) {
            plain.extend_from_slice(buffer.get(..count).unwrap_or_default());
        }
        plain
    }

    pub(crate) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Plain(stream) => stream.write_all(bytes).await,
            Self::Tls(stream) => {
                stream.write_all(bytes).await?;
                stream.flush().await
            }
            Self::Gone => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    pub(crate) async fn half_close(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(stream) => stream.shutdown().await,
            Self::Tls(stream) => stream.shutdown().await,
            Self::Gone => Ok(()),
        }
    }
}
