//! The TLS handshake: rustls speaks, and what passes in the clear is recorded.

use badrdp_proto::connect::{CloseKind, TlsFacts, TlsFailure, TlsFailureKind};
use badrdp_proto::transcript::{Direction, Event, Posture};
use badrdp_proto::vocab::MessageKind;
use badrdp_proto::wire::tls_record::{Hello, TlsWatch, cipher_suite_name, version_name};
use badrdp_scenarios::model::PublicKeyAnswer;
use rustls::{Error, ServerConnection};

use super::forged;
use crate::drive::{Connection, Flow};
use crate::fault::HelloFault;
use crate::link::{Arrived, WriteFailure, feed, records};

/// What passes in the clear.
#[derive(Debug, Default)]
struct Watches {
    theirs: TlsWatch,
    ours: TlsWatch,
    offer: forged::Offer,
    /// The name in the newest ClientHello.
    server_name: Option<String>,
}

impl Watches {
    fn failure(&self, kind: TlsFailureKind) -> TlsFailure {
        TlsFailure { kind, after: self.theirs.last() }
    }

    fn closed(&self, reset: bool) -> TlsFailureKind {
        TlsFailureKind::Closed(match (reset, self.theirs.unfinished()) {
            (true, _) => CloseKind::Reset,
            (false, 0) => CloseKind::Fin,
            (false, have) => CloseKind::FinMidFrame { have },
        })
    }
}

impl Connection {
    /// Runs the handshake and tells the machine how it went.
    pub(crate) async fn handshake(&mut self) -> Flow {
        let mut watches = Watches::default();
        let mut tls = match ServerConnection::new(self.link.tls_config(&self.host.tls.config)) {
            Ok(tls) => Box::new(tls),
            Err(error) => return self.tls_failed(&watches, TlsFailureKind::AlertSent(None, error.to_string())),
        };
        // A client in a hurry has sent its ClientHello already.
        let mut bytes = self.log.take_unread().to_vec();
        // What another host has to hear again, should the ClientHello name one.
        let mut heard = Vec::new();
        loop {
            if !bytes.is_empty() {
                self.watch_client(&mut watches, &bytes);
                if self.casting.is_some() {
                    heard.extend_from_slice(&bytes);
                }
                if let Some(name) = watches.server_name.take()
                    && self.recast_by_server_name(&name)
                    && let Ok(other) = ServerConnection::new(self.link.tls_config(&self.host.tls.config))
                {
                    *tls = other;
                    bytes = std::mem::take(&mut heard);
                }
                if watches.theirs.last() == Some(MessageKind::TlsClientHello)
                    && let Some(fault) = self.plan.hello_fault()
                {
                    return self.take_over(fault, watches).await;
                }
            }
            let fed = feed(&mut tls, &bytes);
            // An alert that explains a failure goes out before the failure is acted on.
            if let Flow::Ended = self.write_records(&mut watches, records(&mut tls)).await {
                return Flow::Ended;
            }
            if let Err(error) = fed {
                let kind = failure_kind(error, &watches);
                return self.tls_failed(&watches, kind);
            }
            if !tls.is_handshaking() {
                self.log.tls_ready(facts(&tls));
                self.log.note(Event::Posture(self.posture()));
                self.link.secure(tls);
                return Flow::Go;
            }
            bytes = match self.link.read_raw().await {
                Arrived::Bytes(bytes) => bytes,
                Arrived::Closed { reset } => return self.tls_failed(&watches, watches.closed(reset)),
                Arrived::TimedOut => return self.tls_failed(&watches, TlsFailureKind::TimedOut),
                Arrived::TlsFailed(kind) => return self.tls_failed(&watches, kind),
            };
        }
    }

    /// What the leak ledger needs to know of this server.
    fn posture(&self) -> Posture {
        Posture {
            certificate: self.host.tls.shown.to_owned(),
            acceptable: self.host.tls.acceptable,
            binds_key: self.host.auth.nla.public_key == PublicKeyAnswer::Honest,
        }
    }

    fn watch_client(&mut self, watches: &mut Watches, bytes: &[u8]) {
        for seen in watches.theirs.push(bytes) {
            self.log.note(Event::TlsRecord {
                direction: Direction::Received,
                kind: seen.kind(),
                length: seen.length,
                fact: seen.fact(),
                altered: Vec::new(),
            });
            if let Hello::Client { cipher_suites, secure_renegotiation, server_name, .. } = seen.what {
                watches.server_name = server_name;
                watches.offer = forged::Offer { cipher_suites, secure_renegotiation };
            }
        }
    }

    /// Writes the records of the handshake; the flight that opens with the ServerHello passes through the plan.
    async fn write_records(&mut self, watches: &mut Watches, records: Vec<u8>) -> Flow {
        if records.is_empty() {
            return Flow::Go;
        }
        let seen = watches.ours.push(&records);
        if seen.iter().any(|seen| matches!(seen.what, Hello::Server { retry: false, .. })) {
            let shaped = self.plan.shape_server_hello(records);
            return self.write(shaped).await;
        }
        for seen in seen {
            self.log.note(Event::TlsRecord {
                direction: Direction::Sent,
                kind: seen.kind(),
                length: seen.length,
                fact: seen.fact(),
                altered: Vec::new(),
            });
        }
        // What cannot be written shows at the next read, as a close.
        if let Err(WriteFailure::TimedOut) = self.link.write_raw(&records).await {
            self.log.timed_out();
        }
        Flow::Go
    }

    /// Sends the scenario's answer in place of an honest ServerHello, and watches what the client makes of it.
    async fn take_over(&mut self, fault: HelloFault, mut watches: Watches) -> Flow {
        let records = match fault {
            HelloFault::Gone => Vec::new(),
            HelloFault::Alert(description) => forged::alert(description),
            HelloFault::Legacy(version) => {
                forged::legacy_server_hello(version, &watches.offer, &self.host.tls.rsa_chain())
            }
        };
        let shaped = self.plan.shape_server_hello(records);
        if let Flow::Ended = self.write(shaped).await {
            return Flow::Ended;
        }
        let before = watches.theirs.records();
        loop {
            match self.link.read_raw().await {
                Arrived::Bytes(bytes) => self.watch_client(&mut watches, &bytes),
                Arrived::Closed { reset } => return self.tls_failed(&watches, watches.closed(reset)),
                Arrived::TimedOut => return self.tls_failed(&watches, TlsFailureKind::TimedOut),
                Arrived::TlsFailed(kind) => return self.tls_failed(&watches, kind),
            }
            if let Some(description) = watches.theirs.alert() {
                return self.tls_failed(&watches, TlsFailureKind::AlertReceived(description));
            }
            if let (HelloFault::Legacy(version), true) = (fault, watches.theirs.records() > before) {
                return self.tls_failed(&watches, TlsFailureKind::LegacyAccepted(version));
            }
        }
    }

    fn tls_failed(&mut self, watches: &Watches, kind: TlsFailureKind) -> Flow {
        self.log.tls_failed(watches.failure(kind));
        Flow::Go
    }
}

fn failure_kind(error: Error, watches: &Watches) -> TlsFailureKind {
    match (error, watches.theirs.not_tls()) {
        (_, Some(head)) => TlsFailureKind::NotTls(head.to_vec()),
        (Error::AlertReceived(alert), None) => TlsFailureKind::AlertReceived(alert.into()),
        (error, None) => TlsFailureKind::AlertSent(watches.ours.alert(), error.to_string()),
    }
}

fn facts(tls: &ServerConnection) -> TlsFacts {
    let version = tls.protocol_version().map(|version| version_name(version.into()));
    let suite = tls.negotiated_cipher_suite().map(|suite| cipher_suite_name(suite.suite().into()));
    TlsFacts {
        version: version.unwrap_or_default(),
        cipher_suite: suite.unwrap_or_default(),
        // The client's view alone has a chain.
        chain: Vec::new(),
        server_name: tls.server_name().map(ToOwned::to_owned),
    }
}
