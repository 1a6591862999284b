//! A TCP stream that is listened in on.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use rustls::KeyLog;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use crate::recording::Recording;
use crate::{Capture, Speaker};

/// What is looked at of bytes that arrived and were never read.
const PEEK: usize = 64 * 1024;

/// A TCP stream, and what it carries is recorded where somebody wants that; else it costs nothing.
///
/// The record is handed on when the stream is dropped: on dropping it the system ends the connection.
#[derive(Debug)]
pub struct Wire {
    stream: TcpStream,
    recording: Option<Arc<Recording>>,
    by_reset: bool,
}

impl Wire {
    /// A connection that this program made.
    #[must_use]
    pub fn connected(stream: TcpStream, capture: Option<&Arc<Capture>>) -> Self {
        Self::new(stream, Speaker::Client, None, capture)
    }

    /// A connection that this program accepted.
    #[must_use]
    pub fn accepted(stream: TcpStream, client: SocketAddr, capture: Option<&Arc<Capture>>) -> Self {
        Self::new(stream, Speaker::Server, Some(client), capture)
    }

    fn new(stream: TcpStream, ours: Speaker, client: Option<SocketAddr>, capture: Option<&Arc<Capture>>) -> Self {
        let recording = capture.and_then(|capture| {
            let ends = match (ours, client) {
                (Speaker::Client, _) => stream.local_addr().and_then(|client| Ok((client, stream.peer_addr()?))),
                (Speaker::Server, Some(client)) => stream.local_addr().map(|server| (client, server)),
                (Speaker::Server, None) => stream.peer_addr().and_then(|client| Ok((client, stream.local_addr()?))),
            };
            match ends {
                Ok((client, server)) => Some(Arc::new(Recording::new(capture, ours, client, server))),
                Err(error) => {
                    // The peer is gone already, and with it the address.
                    tracing::debug!(%error, "a connection cannot be recorded");
                    None
                }
            }
        });
        Self { stream, recording, by_reset: false }
    }

    /// The peer's address.
    ///
    /// # Errors
    /// The system does not tell.
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.stream.peer_addr()
    }

    /// Never holds small writes back.
    ///
    /// # Errors
    /// The system refuses.
    pub fn set_nodelay(&self, nodelay: bool) -> io::Result<()> {
        self.stream.set_nodelay(nodelay)
    }

    /// From now on dropping the stream resets the connection.
    ///
    /// # Errors
    /// The system refuses.
    pub fn set_zero_linger(&mut self) -> io::Result<()> {
        self.stream.set_zero_linger()?;
        self.by_reset = true;
        Ok(())
    }

    /// Says what this connection is.
    pub fn entitle(&self, title: impl FnOnce() -> String) {
        if let Some(recording) = &self.recording {
            recording.entitle(title());
        }
    }

    /// Where the TLS keys of this connection are wanted; nothing where it is not recorded.
    #[must_use]
    pub fn key_log(&self) -> Option<Arc<dyn KeyLog>> {
        self.recording.clone().map(|recording| recording as Arc<dyn KeyLog>)
    }

    fn tell(&self, what: impl FnOnce(&Recording)) {
        if let Some(recording) = &self.recording {
            what(recording);
        }
    }

    fn tell_failure(&self, error: io::Error) -> io::Error {
        self.tell(|recording| recording.failed(&error));
        error
    }
}

impl From<TcpStream> for Wire {
    fn from(stream: TcpStream) -> Self {
        Self { stream, recording: None, by_reset: false }
    }
}

impl AsyncRead for Wire {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let (before, room) = (buffer.filled().len(), buffer.remaining());
        ready!(Pin::new(&mut self.stream).poll_read(cx, buffer)).map_err(|error| self.tell_failure(error))?;
        if room > 0 {
            self.tell(|recording| recording.received(buffer.filled().get(before..).unwrap_or_default()));
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.stream).poll_write(cx, bytes));
        let count = written.map_err(|error| self.tell_failure(error))?;
        if count > 0 {
            self.tell(|recording| recording.sent(bytes.get(..count).unwrap_or_default()));
        }
        Poll::Ready(Ok(count))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.stream).poll_shutdown(cx)).map_err(|error| self.tell_failure(error))?;
        self.tell(Recording::closed_half);
        Poll::Ready(Ok(()))
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        if let Some(recording) = self.recording.take() {
            recording.closes(&unread(&self.stream), self.by_reset);
            recording.finish();
        }
    }
}

/// What arrived and was not read; an error where nothing did, or where the connection broke.
fn unread(stream: &TcpStream) -> io::Result<Vec<u8>> {
    #[cfg(unix)]
    let twin = std::os::fd::AsFd::as_fd(stream).try_clone_to_owned()?;
    #[cfg(windows)]
    let twin = std::os::windows::io::AsSocket::as_socket(stream).try_clone_to_owned()?;
    let mut buffer = vec![0; PEEK];
    // The twin does not wait, either: that is a property of the socket, not of the handle.
    let count = std::net::TcpStream::from(twin).peek(&mut buffer)?;
    buffer.truncate(count);
    Ok(buffer)
}
