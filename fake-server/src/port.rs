//! A listening port: who connects is counted, served, and waited for.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{oneshot, watch};
use tokio::task::{AbortHandle, JoinError, JoinSet};

use crate::tls::TlsError;

/// Connections served at once on one port; further ones wait in the system's backlog until one ends.
pub const MAX_CONNECTIONS: usize = 64;

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

/// Connections by what became of them.
#[derive(Clone, Copy, Debug, Default)]
struct Progress {
    /// Connections accepted.
    accepted: u64,
    /// Connections whose end is near: nothing is played any more.
    ending: u64,
    /// Connections that ended.
    ended: u64,
}

/// A connection that was accepted.
pub(crate) struct Arrival {
    pub(crate) stream: TcpStream,
    pub(crate) peer: SocketAddr,
    /// From 1.
    pub(crate) number: u64,
    pub(crate) open: Open,
}

/// Counts a connection; it has ended when this is dropped, however its task ended.
pub(crate) struct Open {
    progress: Arc<watch::Sender<Progress>>,
    ending: AtomicBool,
}

impl Open {
    /// The scenario is played to its end; what is left is to close.
    pub(crate) fn ending(&self) {
        if !self.ending.swap(true, Ordering::Relaxed) {
            self.progress.send_modify(|progress| progress.ending += 1);
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.ending();
        self.progress.send_modify(|progress| progress.ended += 1);
    }
}

/// A port that is bound and not yet served.
pub(crate) struct Bound {
    listener: TcpListener,
    addr: SocketAddr,
}

impl Bound {
    pub(crate) async fn to(wanted: SocketAddr) -> Result<Self, StartError> {
        let refused = |error| listen_error(wanted, error);
        let listener = TcpListener::bind(wanted).await.map_err(refused)?;
        let addr = listener.local_addr().map_err(refused)?;
        Ok(Self { listener, addr })
    }

    /// Serves the port, each connection with a future of its own.
    pub(crate) fn serve<F>(self, serve: impl Fn(Arrival) -> F + Send + Sync + 'static) -> Port
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let (progress, knocks) = (Arc::new(watch::Sender::default()), Arc::new(Knocks::default()));
        let accepting = accept(self.listener, Arc::clone(&progress), Arc::clone(&knocks), serve);
        Port { addr: self.addr, progress, knocks, accepting: tokio::spawn(accepting).abort_handle() }
    }
}

/// Connections of this process to its own port, by where they come from: they are no clients.
#[derive(Debug, Default)]
struct Knocks(Mutex<Vec<(SocketAddr, oneshot::Sender<()>)>>);

impl Knocks {
    fn expect(&self, from: SocketAddr) -> Expected<'_> {
        let (sender, answered) = oneshot::channel();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((from, sender));
        Expected { knocks: self, from, answered }
    }

    /// Whether `peer` is one; whoever made it is told.
    fn answer(&self, peer: SocketAddr) -> bool {
        let mut expected = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(place) = expected.iter().position(|(from, _)| *from == peer) else { return false };
        // Who does not wait any more is not told.
        let _ = expected.swap_remove(place).1.send(());
        true
    }
}

/// A connection that is on its way; dropping this takes it back, so that a client from the same place is one.
struct Expected<'a> {
    knocks: &'a Knocks,
    from: SocketAddr,
    answered: oneshot::Receiver<()>,
}

impl Drop for Expected<'_> {
    fn drop(&mut self) {
        self.knocks.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|(from, _)| *from != self.from);
    }
}

/// A port that is served; dropping it stops that without blocking: open connections are cut.
pub(crate) struct Port {
    addr: SocketAddr,
    progress: Arc<watch::Sender<Progress>>,
    knocks: Arc<Knocks>,
    accepting: AbortHandle,
}

impl Port {
    pub(crate) const fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// How many connections were accepted so far.
    pub(crate) fn accepted(&self) -> u64 {
        self.progress.borrow().accepted
    }

    /// Waits until whoever has connected by now is accepted.
    pub(crate) async fn caught_up(&self) -> io::Result<()> {
        let ip = match self.addr.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
            ip => ip,
        };
        let socket = if ip.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        socket.bind(SocketAddr::new(ip, 0))?;
        let mut expected = self.knocks.expect(socket.local_addr()?);
        // The system's backlog is in order: this one comes behind all others.
        let _knock = socket.connect(SocketAddr::new(ip, self.addr.port())).await?;
        if (&mut expected.answered).await.is_err() {
            tracing::debug!("the server is gone");
        }
        Ok(())
    }

    /// Waits until somebody has connected and every connection has ended.
    pub(crate) async fn finished(&self) {
        self.wait_for(|progress| progress.accepted > 0 && progress.ended == progress.accepted).await;
    }

    /// Waits until `count` connections have ended.
    pub(crate) async fn wait_finished(&self, count: u64) {
        self.wait_for(|progress| progress.ended >= count).await;
    }

    /// Waits for connections in which nothing is played any more; open sessions are not waited for.
    pub(crate) async fn settled(&self) {
        self.wait_for(|progress| progress.ended >= progress.ending).await;
    }

    async fn wait_for(&self, reached: impl FnMut(&Progress) -> bool) {
        // The sender lives as long as this value.
        if self.progress.subscribe().wait_for(reached).await.is_err() {
            tracing::debug!("the server is gone");
        }
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        // The task owns the listener and every connection.
        self.accepting.abort();
    }
}

async fn accept<F>(
    listener: TcpListener,
    progress: Arc<watch::Sender<Progress>>,
    knocks: Arc<Knocks>,
    serve: impl Fn(Arrival) -> F,
) where
    F: Future<Output = ()> + Send + 'static,
{
    let mut connections = JoinSet::new();
    loop {
        if connections.len() >= MAX_CONNECTIONS {
            reap(connections.join_next().await);
        }
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((_, peer)) if knocks.answer(peer) => {}
                Ok((stream, peer)) => {
                    progress.send_modify(|progress| progress.accepted += 1);
                    let number = progress.borrow().accepted;
                    let open = Open { progress: Arc::clone(&progress), ending: AtomicBool::new(false) };
                    connections.spawn(serve(Arrival { stream, peer, number, open }));
                }
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

fn reap(ended: Option<Result<(), JoinError>>) {
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
