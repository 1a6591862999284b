//! The connection to one client: TCP, then TLS over it.

use std::io;
use std::time::Duration;

use badrdp_proto::connect::{Ending, TlsFailureKind};
use rustls::ServerConnection;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Bytes read at once.
const READ: usize = 16 * 1024;

/// What a read brought.
#[derive(Debug)]
pub(crate) enum Arrived {
    /// Bytes; inside TLS decrypted.
    Bytes(Vec<u8>),
    /// The peer closed.
    Closed {
        /// By RST.
        reset: bool,
    },
    /// Nothing came in time.
    TimedOut,
    /// The TLS layer broke.
    TlsFailed(TlsFailureKind),
}

/// A write that did not reach the peer's kernel.
#[derive(Debug)]
pub(crate) enum WriteFailure {
    /// The peer is gone.
    Gone,
    /// The peer does not read.
    TimedOut,
}

/// The socket, with TLS on top once it is up.
#[derive(Debug)]
pub(crate) struct Link {
    stream: TcpStream,
    tls: Option<Box<ServerConnection>>,
    buffer: Vec<u8>,
    budget: Duration,
    gone: bool,
    half_closed: bool,
}

impl Link {
    /// An accepted connection; `budget` is the longest silence, and the longest time for one write.
    pub(crate) fn new(stream: TcpStream, budget: Duration) -> Self {
        // Every write is a segment of its own: `split` and `drip` need that.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "cannot set TCP_NODELAY");
        }
        Self { stream, tls: None, buffer: vec![0; READ], budget, gone: false, half_closed: false }
    }

    /// From now on everything goes through TLS.
    pub(crate) fn secure(&mut self, tls: Box<ServerConnection>) {
        self.tls = Some(tls);
    }

    /// Whether nothing can be sent any more, because this side closed its half.
    pub(crate) const fn half_closed(&self) -> bool {
        self.half_closed
    }

    /// Reads from the socket, below TLS.
    pub(crate) async fn read_raw(&mut self, patience: Option<Duration>) -> Arrived {
        if self.gone {
            return Arrived::Closed { reset: true };
        }
        let read = self.stream.read(&mut self.buffer);
        let result = match patience {
            Some(patience) => match timeout(patience, read).await {
                Ok(result) => result,
                Err(_) => return Arrived::TimedOut,
            },
            None => read.await,
        };
        match result {
            Ok(0) => Arrived::Closed { reset: false },
            Ok(length) => Arrived::Bytes(self.buffer.get(..length).unwrap_or_default().to_vec()),
            Err(error) => {
                self.gone = true;
                tracing::debug!(%error, "read");
                Arrived::Closed { reset: true }
            }
        }
    }

    /// Reads what the peer said, through TLS where it is up.
    pub(crate) async fn read(&mut self, patience: Option<Duration>) -> Arrived {
        loop {
            match self.decrypted() {
                Ok(bytes) if bytes.is_empty() => {}
                Ok(bytes) => return Arrived::Bytes(bytes),
                Err(failure) => return self.tls_failed(failure).await,
            }
            let bytes = match self.read_raw(patience).await {
                Arrived::Bytes(bytes) => bytes,
                other => return other,
            };
            let Some(tls) = &mut self.tls else {
                return Arrived::Bytes(bytes);
            };
            if let Err(failure) = feed(tls, &bytes) {
                return self.tls_failed(failure).await;
            }
        }
    }

    /// Plain text that TLS holds ready; empty without TLS.
    fn decrypted(&mut self) -> Result<Vec<u8>, rustls::Error> {
        let Some(tls) = &mut self.tls else {
            return Ok(Vec::new());
        };
        let ready = tls.process_new_packets()?.plaintext_bytes_to_read();
        let mut bytes = vec![0; ready];
        if ready > 0 {
            io::Read::read_exact(&mut tls.reader(), &mut bytes)
                .map_err(|error| rustls::Error::General(error.to_string()))?;
        }
        Ok(bytes)
    }

    async fn tls_failed(&mut self, error: rustls::Error) -> Arrived {
        // The alert that TLS wants to send comes out before anything else is done.
        if let Err(failure) = self.flush().await {
            tracing::debug!(?failure, "no alert could be sent");
        }
        Arrived::TlsFailed(match error {
            rustls::Error::AlertReceived(alert) => TlsFailureKind::AlertReceived(alert.into()),
            error => TlsFailureKind::AlertSent(None, error.to_string()),
        })
    }

    /// Writes to the socket, below TLS.
    pub(crate) async fn write_raw(&mut self, bytes: &[u8]) -> Result<(), WriteFailure> {
        if self.gone || self.half_closed {
            return Err(WriteFailure::Gone);
        }
        match timeout(self.budget, self.stream.write_all(bytes)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => {
                self.gone = true;
                tracing::debug!(%error, "write");
                Err(WriteFailure::Gone)
            }
            Err(_) => Err(WriteFailure::TimedOut),
        }
    }

    /// Writes one piece, through TLS where it is up.
    pub(crate) async fn write(&mut self, bytes: &[u8]) -> Result<(), WriteFailure> {
        let Some(tls) = &mut self.tls else {
            return self.write_raw(bytes).await;
        };
        // No buffer limit is set, so TLS takes everything.
        if io::Write::write_all(&mut tls.writer(), bytes).is_err() {
            return Err(WriteFailure::Gone);
        }
        self.flush().await
    }

    /// Writes the records that TLS holds ready.
    async fn flush(&mut self) -> Result<(), WriteFailure> {
        let records = self.tls.as_mut().map(|tls| records(tls)).unwrap_or_default();
        if records.is_empty() { Ok(()) } else { self.write_raw(&records).await }
    }

    /// Closes the sending half in order: `close_notify` where TLS is up, then FIN.
    pub(crate) async fn half_close(&mut self) {
        if self.half_closed {
            return;
        }
        if let Some(tls) = &mut self.tls {
            tls.send_close_notify();
        }
        if let Err(failure) = self.flush().await {
            tracing::debug!(?failure, "no close_notify could be sent");
        }
        if let Err(error) = self.stream.shutdown().await {
            tracing::debug!(%error, "shutdown");
        }
        self.half_closed = true;
    }

    /// Ends the connection. The value says how the peer closed, if it did so in its own time.
    pub(crate) async fn end(mut self, how: Ending) -> Option<bool> {
        match how {
            Ending::Fin => {
                self.half_close().await;
                // A close with unread bytes would become RST and destroy what the peer has not read yet.
                let budget = self.budget;
                timeout(budget, self.drain()).await.ok()
            }
            Ending::Rst => {
                if let Err(error) = self.stream.set_zero_linger() {
                    tracing::debug!(%error, "cannot set SO_LINGER");
                }
                None
            }
            Ending::Stall => Some(self.drain().await),
        }
    }

    /// Reads and discards until the peer closes; whether it did so by RST.
    async fn drain(&mut self) -> bool {
        loop {
            if let Arrived::Closed { reset } = self.read_raw(None).await {
                return reset;
            }
        }
    }
}

/// Gives bytes from the socket to TLS.
pub(crate) fn feed(tls: &mut ServerConnection, mut bytes: &[u8]) -> Result<(), rustls::Error> {
    while !bytes.is_empty() {
        match tls.read_tls(&mut bytes) {
            Ok(0) => break,
            Ok(_) => {
                tls.process_new_packets()?;
            }
            Err(error) => return Err(rustls::Error::General(error.to_string())),
        }
    }
    Ok(())
}

/// The records that TLS holds ready.
pub(crate) fn records(tls: &mut ServerConnection) -> Vec<u8> {
    let mut records = Vec::new();
    while tls.wants_write() {
        // Writing to memory cannot fail.
        if tls.write_tls(&mut records).is_err() {
            break;
        }
    }
    records
}
