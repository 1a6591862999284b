//! The connection to one client: TCP, then TLS over it.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use badrdp_capture::Wire;
use badrdp_proto::connect::{Ending, TlsFailureKind};
use rustls::{ServerConfig, ServerConnection};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::{Instant, timeout};

use crate::tls::sealed_alert;

/// Bytes read at once.
const READ: usize = 16 * 1024;
/// A client that drips is given this many budgets in all until the session is active.
const BUDGETS: u32 = 12;

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
    stream: Wire,
    tls: Option<Box<ServerConnection>>,
    buffer: Vec<u8>,
    budget: Duration,
    /// How long is still listened in all; without end once the session is active.
    patience: Option<Duration>,
    gone: bool,
    /// The peer did not read in time.
    deaf: bool,
    half_closed: bool,
}

impl Link {
    /// An accepted connection; `budget` is the longest silence, and the longest time for one write.
    pub(crate) fn new(stream: Wire, budget: Duration) -> Self {
        // Every write is a segment of its own: `split` and `drip` need that.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "cannot set TCP_NODELAY");
        }
        Self {
            stream,
            tls: None,
            buffer: vec![0; READ],
            budget,
            patience: Some(budget * BUDGETS),
            gone: false,
            deaf: false,
            half_closed: false,
        }
    }

    /// The session has to stay up however long the user looks at it.
    pub(crate) const fn listen_for_ever(&mut self) {
        self.patience = None;
    }

    /// The configuration for this connection: with its own log of keys, where the connection is recorded.
    pub(crate) fn tls_config(&self, config: &Arc<ServerConfig>) -> Arc<ServerConfig> {
        let Some(key_log) = self.stream.key_log() else { return Arc::clone(config) };
        let mut config = ServerConfig::clone(config);
        config.key_log = key_log;
        Arc::new(config)
    }

    /// What a record of the connection is headed with.
    pub(crate) fn entitle(&self, scenario: &str, number: u64) {
        self.stream.entitle(|| format!("{scenario}, connection {number} of its port"));
    }

    /// From now on everything goes through TLS.
    pub(crate) fn secure(&mut self, tls: Box<ServerConnection>) {
        self.tls = Some(tls);
    }

    /// Whether nothing can be sent any more, because this side closed its half.
    pub(crate) const fn half_closed(&self) -> bool {
        self.half_closed
    }

    /// Reads from the socket, below TLS, within the budget and what is left of the patience.
    pub(crate) async fn read_raw(&mut self) -> Arrived {
        let Some(left) = self.patience else {
            return self.read_some().await;
        };
        let before = Instant::now();
        let arrived = timeout(left.min(self.budget), self.read_some()).await;
        self.patience = Some(left.saturating_sub(before.elapsed()));
        arrived.unwrap_or(Arrived::TimedOut)
    }

    async fn read_some(&mut self) -> Arrived {
        if self.gone {
            return Arrived::Closed { reset: true };
        }
        match self.stream.read(&mut self.buffer).await {
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
    pub(crate) async fn read(&mut self) -> Arrived {
        // What came in one flight with the end of the handshake.
        let mut arrived = Vec::new();
        loop {
            let Some(tls) = &mut self.tls else {
                return self.read_raw().await;
            };
            let plain = decrypt(tls, &arrived);
            match plain {
                Ok((bytes, _)) if !bytes.is_empty() => return Arrived::Bytes(bytes),
                // TLS ended in order; TCP may stay open for as long as the peer likes.
                Ok((_, true)) => return Arrived::Closed { reset: false },
                Ok((_, false)) => {}
                Err(failure) => return self.tls_failed(failure).await,
            }
            arrived = match self.read_raw().await {
                Arrived::Bytes(bytes) => bytes,
                other => return other,
            };
        }
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
        if self.gone || self.deaf || self.half_closed {
            return Err(WriteFailure::Gone);
        }
        match timeout(self.budget, self.stream.write_all(bytes)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => {
                self.gone = true;
                tracing::debug!(%error, "write");
                Err(WriteFailure::Gone)
            }
            Err(_) => {
                // Half a record may be out: nothing that follows could be understood.
                self.deaf = true;
                Err(WriteFailure::TimedOut)
            }
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

    /// Sends a fatal alert where TLS is up; nothing can be said through TLS behind it, `close_notify` neither.
    async fn alert(&mut self, description: u8) {
        if self.half_closed {
            return;
        }
        // What is sealed already keeps its place ahead of the alert.
        if let Err(failure) = self.flush().await {
            tracing::debug!(?failure, "not all was written ahead of the alert");
        }
        let Some(record) = self.tls.take().and_then(|tls| sealed_alert(*tls, description)) else {
            return;
        };
        if let Err(failure) = self.write_raw(&record).await {
            tracing::debug!(?failure, "no alert could be sent");
        }
    }

    /// Ends the connection. The value says how the peer closed, if it did so in its own time.
    pub(crate) async fn end(mut self, how: Ending) -> Option<bool> {
        match how {
            Ending::Fin | Ending::TlsAlert(_) => {
                if let Ending::TlsAlert(description) = how {
                    self.alert(description).await;
                }
                self.half_close().await;
                // A close with unread bytes would become RST and destroy what the peer has not read yet.
                let budget = self.budget;
                timeout(budget, self.drain()).await.ok()
            }
            Ending::TcpFin => {
                if let Err(failure) = self.flush().await {
                    tracing::debug!(?failure, "not all was written ahead of the end");
                }
                self.tls = None;
                self.half_close().await;
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
            if let Arrived::Closed { reset } = self.read_some().await {
                return reset;
            }
        }
    }
}

/// Gives bytes to TLS and takes the plain text out as it comes: TLS holds only so much of it. Plain text, and whether
/// the peer has ended TLS. After an error the plain text ahead of it comes first; TLS repeats its error.
fn decrypt(tls: &mut ServerConnection, mut bytes: &[u8]) -> Result<(Vec<u8>, bool), rustls::Error> {
    let general = |error: io::Error| rustls::Error::General(error.to_string());
    let mut plain = Vec::new();
    loop {
        let state = match tls.process_new_packets() {
            Ok(state) => state,
            Err(_) if !plain.is_empty() => return Ok((plain, false)),
            Err(error) => return Err(error),
        };
        let start = plain.len();
        plain.resize(start + state.plaintext_bytes_to_read(), 0);
        io::Read::read_exact(&mut tls.reader(), plain.get_mut(start..).unwrap_or_default()).map_err(general)?;
        if bytes.is_empty() || tls.read_tls(&mut bytes).map_err(general)? == 0 {
            return Ok((plain, state.peer_has_closed()));
        }
    }
}

/// Gives bytes from the socket to TLS while it shakes hands.
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
