//! The session with its clock and its observer: nothing happens unrecorded, or unseen.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use badrdp_proto::connect::{AuthReply, Ending, LicenseReply, Output, TlsFacts, TlsFailure};
use badrdp_proto::session::Session;
use badrdp_proto::transcript::{Event, Transcript};
use bytes::Bytes;
use tokio::time::Instant;

use crate::actor::Actor;
use crate::fault::Shaped;
use crate::host::Host;
use crate::{Observer, Seen};

/// One connection's session, timed and observed.
pub(crate) struct Log {
    session: Session<Actor>,
    start: Instant,
    /// Entries that the observer has seen.
    observed: u64,
    observer: Option<Observer>,
    scenario: Arc<str>,
    number: u64,
    peer: SocketAddr,
}

impl Log {
    pub(crate) fn new(host: &Host, number: u64, peer: SocketAddr) -> Self {
        Self {
            session: Session::new(Actor::new(host.config(number)), host.budget),
            start: Instant::now(),
            observed: 0,
            observer: host.observer.clone(),
            scenario: Arc::clone(&host.id),
            number,
            peer,
        }
    }

    fn with(&mut self, what: impl FnOnce(&mut Session<Actor>, Duration)) {
        what(&mut self.session, self.start.elapsed());
        self.observe();
    }

    fn observe(&mut self) {
        let recorder = self.session.recorder();
        let fresh = recorder.recorded() - self.observed;
        self.observed = recorder.recorded();
        if self.observer.is_none() && !tracing::enabled!(tracing::Level::TRACE) {
            return;
        }
        let entries = recorder.entries();
        // Past the recorder's caps the last entries are kept.
        let fresh = usize::try_from(fresh).unwrap_or(usize::MAX).min(entries.len());
        for entry in entries.iter().skip(entries.len() - fresh) {
            let (scenario, number, peer) = (&*self.scenario, self.number, self.peer);
            tracing::trace!(scenario, connection = number, %peer, stage = %entry.stage, event = ?entry.event);
            if let Some(observer) = &self.observer {
                observer(&Seen { scenario, number, peer, entry });
            }
        }
    }

    pub(crate) const fn machine(&self) -> &Actor {
        self.session.machine()
    }

    pub(crate) const fn machine_mut(&mut self) -> &mut Actor {
        self.session.machine_mut()
    }

    /// From now on another scenario is played.
    pub(crate) fn plays(&mut self, host: &Host) {
        self.scenario = Arc::clone(&host.id);
    }

    pub(crate) fn poll(&mut self) -> Option<Output> {
        let output = self.session.poll(self.start.elapsed());
        self.observe();
        output
    }

    pub(crate) fn connected(&mut self) {
        self.note(Event::Connected { peer: Some(self.peer.ip()) });
    }

    pub(crate) fn note(&mut self, event: Event) {
        self.with(|session, now| session.note(now, event));
    }

    pub(crate) fn sent(&mut self, shaped: &Shaped, bytes: &[u8], altered: Vec<String>) {
        self.with(|session, now| session.sent(now, shaped.kind, shaped.message.as_ref(), bytes, altered));
    }

    pub(crate) fn receive(&mut self, bytes: &[u8]) {
        self.session.receive(bytes);
    }

    pub(crate) fn take_unread(&mut self) -> Bytes {
        self.session.take_unread()
    }

    pub(crate) fn tls_ready(&mut self, facts: TlsFacts) {
        self.with(|session, now| session.tls_ready(now, facts));
    }

    pub(crate) fn auth(&mut self, reply: AuthReply) {
        self.with(|session, _| session.auth(reply));
    }

    pub(crate) fn license(&mut self, reply: LicenseReply) {
        self.with(|session, _| session.license(reply));
    }

    pub(crate) fn tls_failed(&mut self, failure: TlsFailure) {
        self.with(|session, now| session.tls_failed(now, failure));
    }

    pub(crate) fn peer_closed(&mut self, reset: bool) {
        self.with(|session, now| session.peer_closed(now, reset));
    }

    pub(crate) fn timed_out(&mut self) {
        self.with(Session::timed_out);
    }

    pub(crate) fn closed(&mut self, how: Ending, altered: Option<String>) {
        self.with(|session, now| session.closed(now, how, altered));
    }

    pub(crate) fn finish(self) -> Transcript {
        self.session.finish()
    }
}
