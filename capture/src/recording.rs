//! What passes on one connection, kept up to a cap until the connection is over.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use rustls::KeyLog;

use crate::{Capture, Conversation, Happening, KeyLine, MAX_KEPT, Moment, Speaker};

/// What is kept of a moment beside its bytes, generously.
const OVERHEAD: usize = 128;
/// A TLS 1.3 session has 5 secrets; every key update of a peer that loves them is one more.
const MAX_KEYS: usize = 64;

/// One connection's record.
pub(crate) struct Recording {
    capture: Arc<Capture>,
    ours: Speaker,
    /// Where only keys are wanted, nothing is kept.
    state: Option<Mutex<State>>,
}

struct State {
    conversation: Conversation,
    kept: usize,
    full: bool,
    /// Bytes of the client and of the server that were not kept.
    left_out: [u64; 2],
    /// Whether the client and the server closed their halves.
    fin: [bool; 2],
    reset: bool,
}

impl Recording {
    pub(crate) fn new(capture: &Arc<Capture>, ours: Speaker, client: SocketAddr, server: SocketAddr) -> Self {
        let (opened, title) = (capture.now(), String::new());
        let state = capture.takes_packets().then(|| State {
            conversation: Conversation { client, server, opened, title, moments: Vec::new(), keys: Vec::new() },
            kept: 0,
            full: false,
            left_out: [0; 2],
            fin: [false; 2],
            reset: false,
        });
        Self { capture: Arc::clone(capture), ours, state: state.map(Mutex::new) }
    }

    fn with(&self, what: impl FnOnce(&mut State)) {
        if let Some(state) = &self.state {
            what(&mut state.lock().unwrap_or_else(PoisonError::into_inner));
        }
    }

    pub(crate) fn entitle(&self, title: String) {
        self.with(|state| state.conversation.title = title);
    }

    /// This side wrote so much.
    pub(crate) fn sent(&self, bytes: &[u8]) {
        self.data(self.ours, bytes);
    }

    /// A read brought this; nothing means that the peer has closed its half.
    pub(crate) fn received(&self, bytes: &[u8]) {
        if bytes.is_empty() {
            self.ends(self.ours.other(), &Happening::Fin);
        } else {
            self.data(self.ours.other(), bytes);
        }
    }

    /// This side closed its half.
    pub(crate) fn closed_half(&self) {
        self.ends(self.ours, &Happening::Fin);
    }

    /// A read or a write failed. The system tells of the peer's RST by one of these.
    pub(crate) fn failed(&self, error: &io::Error) {
        self.with(|state| {
            let broken = error.kind() == io::ErrorKind::BrokenPipe && !state.has_closed(self.ours);
            if broken || matches!(error.kind(), io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted) {
                state.end(self.capture.now(), self.ours.other(), &Happening::Rst);
            }
        });
    }

    /// This side closes its socket. `unread` is what arrived and was never read: it makes the system send RST, not FIN.
    pub(crate) fn closes(&self, unread: &io::Result<Vec<u8>>, by_reset: bool) {
        match unread {
            Ok(bytes) => self.received(bytes),
            Err(error) => self.failed(error),
        }
        let unread = unread.as_ref().is_ok_and(|bytes| !bytes.is_empty());
        self.with(|state| {
            // A connection that both sides have closed is over for the system, too.
            let over = state.fin == [true; 2];
            let how = if (by_reset && !over) || unread { Happening::Rst } else { Happening::Fin };
            state.end(self.capture.now(), self.ours, &how);
        });
    }

    /// The connection is over: hands on its record.
    pub(crate) fn finish(&self) {
        self.with(|state| {
            state.own_up(self.capture.now());
            self.capture.add(&state.conversation);
            state.conversation.moments = Vec::new();
            state.conversation.keys = Vec::new();
        });
    }

    fn data(&self, by: Speaker, bytes: &[u8]) {
        self.with(|state| state.data(self.capture.now(), by, bytes));
    }

    fn ends(&self, by: Speaker, how: &Happening) {
        self.with(|state| state.end(self.capture.now(), by, how));
    }
}

impl State {
    const fn has_closed(&self, who: Speaker) -> bool {
        let [client, server] = self.fin;
        match who {
            Speaker::Client => client,
            Speaker::Server => server,
        }
    }

    fn left_out(&mut self, by: Speaker) -> &mut u64 {
        let [client, server] = &mut self.left_out;
        match by {
            Speaker::Client => client,
            Speaker::Server => server,
        }
    }

    fn data(&mut self, at: Duration, by: Speaker, bytes: &[u8]) {
        let cost = bytes.len() + OVERHEAD;
        self.full |= self.kept + cost > MAX_KEPT;
        if self.full {
            *self.left_out(by) += u64::try_from(bytes.len()).unwrap_or_default();
        } else {
            self.kept += cost;
            self.push(at, by, Happening::Data(Bytes::copy_from_slice(bytes)));
        }
    }

    /// FIN or RST. Each side closes once; behind an RST nothing is left to close, and what is read then only looks like
    /// a FIN.
    fn end(&mut self, at: Duration, by: Speaker, how: &Happening) {
        if self.reset || (*how == Happening::Fin && self.has_closed(by)) {
            return;
        }
        self.own_up(at);
        self.reset = *how == Happening::Rst;
        let [client, server] = &mut self.fin;
        match by {
            Speaker::Client => *client = true,
            Speaker::Server => *server = true,
        }
        self.push(at, by, how.clone());
    }

    /// Says what was not kept.
    fn own_up(&mut self, at: Duration) {
        for by in [Speaker::Client, Speaker::Server] {
            match std::mem::take(self.left_out(by)) {
                0 => {}
                count => self.push(at, by, Happening::NotKept(count)),
            }
        }
    }

    fn push(&mut self, at: Duration, by: Speaker, what: Happening) {
        self.conversation.moments.push(Moment { at, by, what });
    }
}

impl KeyLog for Recording {
    fn log(&self, label: &str, client_random: &[u8], secret: &[u8]) {
        let line = KeyLine::new(label, client_random, secret);
        self.capture.key(&line);
        self.with(|state| {
            if state.conversation.keys.len() < MAX_KEYS {
                state.conversation.keys.push(line);
            }
        });
    }
}

impl fmt::Debug for Recording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recording").field("ours", &self.ours).finish_non_exhaustive()
    }
}
