//! A TCP stream under TLS: gives back what was read ahead of the handshake, and watches the records.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use badrdp_capture::Wire;
use badrdp_proto::transcript::{Direction, Event};
use badrdp_proto::wire::tls_record::{Hello, TlsWatch};
use bytes::{Buf as _, Bytes};
use rustls::KeyLog;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

/// What the tap saw; shared, because a failed handshake does not give its stream back.
#[derive(Clone, Debug)]
pub(crate) struct Watched(Arc<Mutex<Watch>>);

#[derive(Debug)]
pub(crate) struct Watch {
    pub(crate) received: TlsWatch,
    pub(crate) sent: TlsWatch,
    /// The version that the last ServerHello picked.
    pub(crate) server_version: Option<u16>,
    /// The description of the last alert sent in the clear.
    pub(crate) alert_sent: Option<u8>,
    /// Hellos and alerts, with the time.
    pub(crate) events: Vec<(Duration, Event)>,
    /// The last time that bytes arrived.
    pub(crate) heard: Instant,
    start: Instant,
}

impl Watched {
    pub(crate) fn new(start: Instant) -> Self {
        let watch = Watch {
            received: TlsWatch::default(),
            sent: TlsWatch::default(),
            server_version: None,
            alert_sent: None,
            events: Vec::new(),
            heard: Instant::now(),
            start,
        };
        Self(Arc::new(Mutex::new(watch)))
    }

    /// Looks at what was seen.
    pub(crate) fn with<T>(&self, look: impl FnOnce(&mut Watch) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Watch {
    fn pass(&mut self, direction: Direction, bytes: &[u8]) {
        let now = Instant::now();
        let side = match direction {
            Direction::Received => {
                self.heard = now;
                &mut self.received
            }
            Direction::Sent => &mut self.sent,
        };
        // Behind the first protected record nothing is in the clear.
        if side.encrypted() {
            return;
        }
        let at = now.saturating_duration_since(self.start);
        for seen in side.push(bytes) {
            match (direction, &seen.what) {
                (Direction::Received, Hello::Server { version, .. }) => self.server_version = Some(*version),
                (Direction::Sent, Hello::Alert { description, .. }) => self.alert_sent = Some(*description),
                _ => {}
            }
            let event = Event::TlsRecord {
                direction,
                kind: seen.kind(),
                length: seen.length,
                fact: seen.fact(),
                altered: Vec::new(),
            };
            self.events.push((at, event));
        }
    }
}

/// The stream itself.
#[derive(Debug)]
pub(crate) struct Tap {
    stream: Wire,
    ahead: Bytes,
    watched: Watched,
}

impl Tap {
    /// `ahead` was read before TLS was asked for.
    pub(crate) const fn new(stream: Wire, ahead: Bytes, watched: Watched) -> Self {
        Self { stream, ahead, watched }
    }

    /// Where the keys of this connection are wanted, if they are.
    pub(crate) fn key_log(&self) -> Option<Arc<dyn KeyLog>> {
        self.stream.key_log()
    }
}

impl AsyncRead for Tap {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        if self.ahead.is_empty() {
            ready!(Pin::new(&mut self.stream).poll_read(cx, buffer))?;
        } else {
            let count = self.ahead.len().min(buffer.remaining());
            buffer.put_slice(&self.ahead.split_to(count));
        }
        let arrived = buffer.filled().get(before..).unwrap_or_default();
        if arrived.has_remaining() {
            self.watched.with(|watch| watch.pass(Direction::Received, arrived));
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Tap {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let count = ready!(Pin::new(&mut self.stream).poll_write(cx, bytes))?;
        let written = bytes.get(..count).unwrap_or_default();
        self.watched.with(|watch| watch.pass(Direction::Sent, written));
        Poll::Ready(Ok(count))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
