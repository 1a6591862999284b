//! The handle of a running server.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use badrdp_proto::transcript::{Event, Transcript};
use badrdp_scenarios::Scenario;
use time::OffsetDateTime;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinSet};

use crate::Options;
use crate::drive::{Connection, Host, Reporter};
use crate::fault::Firing;
use crate::profile::server_config;
use crate::random::Seeded;
use crate::testcard::Cards;
use crate::tls::{Mint, TlsError, TlsHost};

/// Connections served at once; further ones wait in the system's backlog until one ends.
pub const MAX_CONNECTIONS: usize = 64;
/// Transcripts kept; past this the oldest are dropped, so that a server can run for days.
pub const MAX_TRANSCRIPTS: usize = 1000;
/// Wire bytes kept in all transcripts but the newest; past this, too, the oldest are dropped.
const MAX_BYTES: usize = 32 * 1024 * 1024;

/// A running server; dropping it stops it without blocking: open connections are cut.
pub struct FakeServer {
    addr: SocketAddr,
    shared: Arc<Shared>,
    host: Arc<Host>,
    accepting: AbortHandle,
}

/// The server could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Another program listens there.
    #[error("cannot listen on {addr}: the port is in use; choose another, or port 0 for a free one")]
    InUse {
        /// Where.
        addr: SocketAddr,
    },
    /// The system does not allow this user to listen there.
    #[error("cannot listen on {addr}: no permission; ports below 1024 are often reserved, 3389 and above are not")]
    NoPermission {
        /// Where.
        addr: SocketAddr,
    },
    /// This host has no such address.
    #[error("cannot listen on {addr}: this host has no such address")]
    NoSuchAddress {
        /// Where.
        addr: SocketAddr,
    },
    /// The address cannot be listened on for another reason.
    #[error("cannot listen on {addr}")]
    Listen {
        /// Where.
        addr: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The scenario's TLS identity cannot be set up.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The clock lies outside what a certificate can say.
    #[error("the clock for certificates is out of range")]
    Clock,
}

/// A scenario did not play as its file says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// No client connected.
    #[error("no client connected")]
    NoConnection,
    /// A fault never fired: the message it waits for was never due.
    #[error("the fault at line {line} of {file} never fired: {anchor} was never due")]
    NeverFired {
        /// The scenario's file.
        file: String,
        /// The line of its `[[fault]]`.
        line: usize,
        /// Its anchor.
        anchor: String,
    },
    /// A fault's message was due, and the fault changed nothing.
    #[error("the fault at line {line} of {file} never fired: {anchor} was due, but {why}")]
    ChangedNothing {
        /// The scenario's file.
        file: String,
        /// The line of its `[[fault]]`.
        line: usize,
        /// Its anchor.
        anchor: String,
        /// Why nothing was changed.
        why: String,
    },
}

/// What connections leave behind.
#[derive(Debug)]
struct Shared {
    scenario: Scenario,
    state: Mutex<State>,
    progress: watch::Sender<Progress>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Progress {
    /// Connections accepted.
    accepted: u64,
    /// Connections whose end is near: nothing is played any more.
    ending: u64,
    /// Connections that ended.
    ended: u64,
}

#[derive(Debug, Default)]
struct State {
    /// Transcripts of ended connections by number.
    transcripts: BTreeMap<u64, Transcript>,
    /// Wire bytes in them.
    bytes: usize,
    firing: Vec<Firing>,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing is half-done under this lock, whoever panicked.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn learn(&self, firing: &[Firing]) {
        let mut state = self.state();
        state.firing.resize(firing.len(), Firing::NotDue);
        for (known, news) in state.firing.iter_mut().zip(firing) {
            known.learn(news.clone());
        }
    }

    fn keep(&self, number: u64, transcript: Transcript) {
        let mut state = self.state();
        state.bytes += wire_bytes(&transcript);
        state.transcripts.insert(number, transcript);
        while state.transcripts.len() > MAX_TRANSCRIPTS || (state.bytes > MAX_BYTES && state.transcripts.len() > 1) {
            let oldest = state.transcripts.pop_first();
            state.bytes -= oldest.map_or(0, |(_, transcript)| wire_bytes(&transcript));
        }
    }

    fn progress(&self) -> Progress {
        *self.progress.borrow()
    }

    async fn wait_for(&self, reached: impl FnMut(&Progress) -> bool) {
        // The sender lives as long as this value.
        if self.progress.subscribe().wait_for(reached).await.is_err() {
            tracing::debug!("the server is gone");
        }
    }
}

/// An accepted connection; it has ended when this is dropped, however its task ended.
struct Open {
    shared: Arc<Shared>,
    ending: AtomicBool,
}

impl Reporter for Open {
    fn fired(&self, firing: &[Firing]) {
        self.shared.learn(firing);
    }

    fn ending(&self) {
        if !self.ending.swap(true, Ordering::Relaxed) {
            self.shared.progress.send_modify(|progress| progress.ending += 1);
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.ending();
        self.shared.progress.send_modify(|progress| progress.ended += 1);
    }
}

impl FakeServer {
    /// Starts a server for `scenario` on a random loopback port.
    ///
    /// # Errors
    /// The address cannot be listened on, or the scenario's TLS identity cannot be set up.
    pub async fn start(scenario: Scenario) -> Result<Self, StartError> {
        Self::start_with(scenario, Options::default()).await
    }

    /// Starts a server with options.
    ///
    /// # Errors
    /// The address cannot be listened on, or the scenario's TLS identity cannot be set up.
    pub async fn start_with(scenario: Scenario, options: Options) -> Result<Self, StartError> {
        let wanted = options.listen;
        let refused = |error| listen_error(wanted, error);
        let listener = TcpListener::bind(wanted).await.map_err(refused)?;
        let addr = listener.local_addr().map_err(refused)?;

        let now = OffsetDateTime::from(options.now);
        if !(2000..2049).contains(&now.year()) {
            return Err(StartError::Clock);
        }
        let mint = Mint { now, seed: options.seed, names: host_names(&options) };
        let tls = TlsHost::new(&scenario.server.tls, mint)?;
        let random = Seeded::new(options.seed, "auto-reconnect").bytes();
        let host = Arc::new(Host {
            config: server_config(&scenario.server, random),
            tls,
            faults: scenario.faults.clone(),
            budget: options.budget,
            title: scenario.id.clone(),
            cards: Cards::default(),
            observer: options.observer,
        });
        let state = State { firing: vec![Firing::NotDue; scenario.faults.len()], ..State::default() };
        let shared = Arc::new(Shared { scenario, state: Mutex::new(state), progress: watch::Sender::default() });
        let accepting = tokio::spawn(accept(listener, Arc::clone(&host), Arc::clone(&shared))).abort_handle();
        Ok(Self { addr, shared, host, accepting })
    }

    /// Where it listens.
    #[must_use]
    pub const fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The scenario CA's certificate in DER: the root that a client should trust for the good certificate.
    #[must_use]
    pub fn ca_certificate(&self) -> &[u8] {
        self.host.tls.ca.der()
    }

    /// The same in PEM.
    #[must_use]
    pub fn ca_certificate_pem(&self) -> String {
        self.host.tls.ca.pem()
    }

    /// The TLS configuration with the scenario's certificate: what another server needs to be compared with this one.
    #[must_use]
    pub fn tls_config(&self) -> Arc<rustls::ServerConfig> {
        Arc::clone(&self.host.tls.config)
    }

    /// Transcripts of the connections that ended, in order of their start; at most [`MAX_TRANSCRIPTS`].
    #[must_use]
    pub fn transcripts(&self) -> Vec<Transcript> {
        self.shared.state().transcripts.values().cloned().collect()
    }

    /// How many connections were accepted so far.
    #[must_use]
    pub fn accepted(&self) -> u64 {
        self.shared.progress().accepted
    }

    /// Waits until somebody has connected and every connection has ended, on this side too: from
    /// then on [`transcripts`](Self::transcripts) and [`verify`](Self::verify) say all there is to
    /// say. A session stays up for as long as its client does: drop the client first.
    pub async fn finished(&self) {
        self.shared.wait_for(|progress| progress.accepted > 0 && progress.ended == progress.accepted).await;
    }

    /// Waits until `count` connections have ended.
    pub async fn wait_finished(&self, count: u64) {
        self.shared.wait_for(|progress| progress.ended >= count).await;
    }

    /// Waits for connections in which nothing is played any more; open sessions are not waited for.
    pub async fn settled(&self) {
        self.shared.wait_for(|progress| progress.ended >= progress.ending).await;
    }

    /// Whether every fault of the scenario fired at least once.
    ///
    /// A fault is known to have fired before its first byte is written, so a client that saw it can
    /// ask at once. After faults that a client cannot see, wait for [`finished`](Self::finished).
    ///
    /// # Errors
    /// No connection, or a fault that never fired.
    pub fn verify(&self) -> Result<(), VerifyError> {
        if self.accepted() == 0 {
            return Err(VerifyError::NoConnection);
        }
        let state = self.shared.state();
        let scenario = &self.shared.scenario;
        for (fault, firing) in scenario.faults.iter().zip(&state.firing) {
            let file = file_name(&scenario.source);
            let line = fault.line;
            let anchor = match (fault.at.kind, fault.at.occurrence) {
                (None, _) => "any message".to_owned(),
                (Some(kind), None | Some(1)) => kind.to_string(),
                (Some(kind), Some(occurrence)) => format!("{kind} number {occurrence}"),
            };
            match firing {
                Firing::Fired => {}
                Firing::NotDue => return Err(VerifyError::NeverFired { file, line, anchor }),
                Firing::Inert(why) => {
                    return Err(VerifyError::ChangedNothing { file, line, anchor, why: why.clone() });
                }
            }
        }
        Ok(())
    }
}

impl std::fmt::Debug for FakeServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FakeServer").field("addr", &self.addr).finish_non_exhaustive()
    }
}

impl Drop for FakeServer {
    fn drop(&mut self) {
        // The task owns the listener and every connection.
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, host: Arc<Host>, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        if connections.len() >= MAX_CONNECTIONS {
            reap(connections.join_next().await);
        }
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => serve(&mut connections, &host, &shared, stream, peer),
                Err(error) => {
                    // Out of file descriptors, most likely: others have to end first.
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            },
            Some(ended) = connections.join_next() => reap(Some(ended)),
        }
    }
}

fn serve(connections: &mut JoinSet<()>, host: &Arc<Host>, shared: &Arc<Shared>, stream: TcpStream, peer: SocketAddr) {
    shared.progress.send_modify(|progress| progress.accepted += 1);
    let number = shared.progress().accepted;
    let open = Arc::new(Open { shared: Arc::clone(shared), ending: AtomicBool::new(false) });
    let connection = Connection::new(Arc::clone(host), stream, number, peer, Arc::clone(&open) as Arc<dyn Reporter>);
    connections.spawn(async move {
        let transcript = connection.run().await;
        open.shared.keep(number, transcript);
    });
}

fn reap(ended: Option<Result<(), tokio::task::JoinError>>) {
    if let Some(Err(error)) = ended {
        tracing::error!(%error, "a connection's task failed");
    }
}

fn listen_error(addr: SocketAddr, source: io::Error) -> StartError {
    match source.kind() {
        io::ErrorKind::AddrInUse => StartError::InUse { addr },
        io::ErrorKind::PermissionDenied => StartError::NoPermission { addr },
        io::ErrorKind::AddrNotAvailable => StartError::NoSuchAddress { addr },
        _ => StartError::Listen { addr, source },
    }
}

/// Names of the good certificate: the options' own, then loopback's, then the listen address.
fn host_names(options: &Options) -> Vec<String> {
    let mut names = options.names.clone();
    names.extend(["localhost", "127.0.0.1", "::1"].map(str::to_owned));
    let address = options.listen.ip();
    if !address.is_unspecified() {
        names.push(address.to_string());
    }
    let mut known = Vec::new();
    names.retain(|name| {
        let fresh = !known.contains(name);
        known.push(name.clone());
        fresh
    });
    names
}

fn wire_bytes(transcript: &Transcript) -> usize {
    let of = |event: &Event| match event {
        Event::Message { bytes, .. } | Event::Undecodable { bytes, .. } => bytes.len(),
        _ => 0,
    };
    transcript.entries.iter().map(|entry| of(&entry.event)).sum()
}

fn file_name(path: &Path) -> String {
    path.display().to_string()
}
