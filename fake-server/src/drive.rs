//! The one loop of a connection: socket on one side, session on the other, the plan between.

use std::net::IpAddr;
use std::sync::Arc;

use badrdp_capture::Wire;
use badrdp_proto::connect::{CloseKind, Ending, Output, TlsFailure};
use badrdp_proto::pdu::Message;
use badrdp_proto::transcript::{Direction, Event};
use badrdp_proto::vocab::MessageKind;
use badrdp_proto::wire::tls_record::TlsWatch;

use crate::auth::Acceptor;
use crate::fault::{Plan, Shaped, WireOp};
use crate::host::Host;
use crate::licensing::Licensor;
use crate::link::{Arrived, Link, WriteFailure};
use crate::log::Log;
use crate::port::{Arrival, Open};
use crate::shared_port::Casting;
use crate::{Act, Deed};

/// Pictures drawn per connection: a client that asks for redraws in a loop must not fill the record.
const MAX_PICTURES: u32 = 256;

/// Whether the connection goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flow {
    /// On.
    Go,
    /// It was ended.
    Ended,
}

/// One connection.
pub(crate) struct Connection {
    pub(crate) host: Arc<Host>,
    pub(crate) link: Link,
    pub(crate) log: Log,
    pub(crate) plan: Plan,
    /// What the picture says.
    pub(crate) title: String,
    /// The choice of a scenario, while it is open.
    pub(crate) casting: Option<Casting>,
    acceptor: Acceptor,
    licensor: Licensor,
    open: Open,
    pub(crate) number: u64,
    pub(crate) client: IpAddr,
    pictures: u32,
    ending: Option<(Ending, Option<String>)>,
}

impl Connection {
    pub(crate) fn new(host: Arc<Host>, arrival: Arrival) -> Self {
        let Arrival { stream, peer, number, open } = arrival;
        let log = Log::new(&host, number, peer);
        let wire = Wire::accepted(stream, peer, host.capture.as_ref());
        let link = Link::new(wire, host.budget);
        let plan = Plan::new(&host.faults);
        let acceptor = Acceptor::new(&host.auth, number);
        let licensor = Licensor::new(host.auth.seed, number);
        let title = host.title.clone();
        let client = peer.ip();
        Self {
            host,
            link,
            log,
            plan,
            title,
            casting: None,
            acceptor,
            licensor,
            open,
            number,
            client,
            pictures: 0,
            ending: None,
        }
    }

    /// A connection that `host` plays until its client names another scenario.
    pub(crate) fn undecided(host: &Arc<Host>, arrival: Arrival, casting: Casting) -> Self {
        let mut connection = Self::new(Arc::clone(host), arrival);
        connection.casting = Some(casting);
        connection.log.machine_mut().remember();
        connection
    }

    /// Plays the scenario to its end.
    pub(crate) async fn run(mut self) {
        self.log.connected();
        self.link.entitle(&self.host.id, self.number);
        while let Flow::Go = self.turn().await {}
        self.choose_nothing();
        for shaped in self.plan.flush() {
            self.record(&shaped, Some("the connection ended first"));
        }
        self.host.learn(self.plan.firing());
        if let Some((how, _)) = &self.ending {
            self.done(None, Act::End(*how));
        }
        let Self { host, link, mut log, open, number, client, ending, .. } = self;
        let (how, altered) = ending.unwrap_or_default();
        if how != Ending::Stall {
            open.ending();
        }
        log.closed(how, altered);
        // By now it is settled which scenario was played.
        link.entitle(&host.id, number);
        let closed = link.end(how).await;
        if let (Ending::Stall, Some(reset)) = (how, closed) {
            log.note(Event::PeerClosed(if reset { CloseKind::Reset } else { CloseKind::Fin }));
        }
        host.book.keep(number, log.finish());
        host.book.left(client);
        // From here on the connection counts as ended: its transcript is there.
        drop(open);
    }

    /// Says everything that is to be said, then listens once.
    async fn turn(&mut self) -> Flow {
        while let Some(output) = self.log.poll() {
            if self.recast() {
                continue;
            }
            if let Flow::Ended = self.act(output).await {
                return Flow::Ended;
            }
        }
        match self.link.read().await {
            Arrived::Bytes(bytes) => self.log.receive(&bytes),
            Arrived::Closed { reset } => self.log.peer_closed(reset),
            Arrived::TimedOut => self.log.timed_out(),
            Arrived::TlsFailed(kind) => self.log.tls_failed(TlsFailure { kind, after: None }),
        }
        Flow::Go
    }

    async fn act(&mut self, output: Output) -> Flow {
        match output {
            Output::Send(message) => self.send(&message).await,
            Output::StartTls => {
                // Bytes meant for plain TCP must not end up inside TLS.
                if let Flow::Ended = self.flush().await {
                    return Flow::Ended;
                }
                self.handshake().await
            }
            Output::Authenticate(call) => {
                let reply = self.acceptor.call(&self.host.auth, call);
                if let Some(delegated) = self.acceptor.take_delegated() {
                    self.log.note(Event::Delegated(delegated));
                }
                self.log.auth(reply);
                Flow::Go
            }
            Output::License(call) => {
                let reply = self.licensor.call(self.host.licensing.as_ref(), call);
                self.log.license(reply);
                Flow::Go
            }
            Output::CookieChecked(check) => {
                if let Some(cookie) = self.log.machine().server().facts().reconnected {
                    self.host.book.use_up(&cookie);
                }
                self.log.note(Event::CookieChecked(check));
                Flow::Go
            }
            Output::Activated => {
                self.link.listen_for_ever();
                self.log.note(Event::Activated);
                Flow::Go
            }
            Output::Skipped { what, because } => {
                tracing::info!("{what} is left out: {because}");
                self.log.note(Event::Skipped { what: what.to_owned(), because: because.to_owned() });
                Flow::Go
            }
            Output::Draw => self.draw().await,
            Output::End(how) => {
                if let Flow::Ended = self.flush().await {
                    return Flow::Ended;
                }
                self.ending = Some((how, None));
                Flow::Ended
            }
        }
    }

    async fn send(&mut self, message: &Message) -> Flow {
        if let Some(cookie) = message.cookie() {
            // Known before the client can come back with it.
            self.host.book.give(cookie);
        }
        let shaped = self.plan.shape(message);
        self.write(shaped).await
    }

    async fn flush(&mut self) -> Flow {
        let shaped = self.plan.flush();
        self.write(shaped).await
    }

    async fn draw(&mut self) -> Flow {
        self.pictures += 1;
        if self.pictures > MAX_PICTURES {
            return Flow::Go;
        }
        let (width, height) = self.log.machine().server().facts().desktop;
        let card = self.host.cards.get(width, height, &self.title);
        for message in card.iter() {
            if let Flow::Ended = self.send(message).await {
                return Flow::Ended;
            }
        }
        Flow::Go
    }

    /// Carries out what the plan says.
    pub(crate) async fn write(&mut self, shaped: Vec<Shaped>) -> Flow {
        // Known before the first byte can be seen.
        self.host.learn(self.plan.firing());
        let mut failed = None;
        for mut shaped in shaped {
            if failed.is_some() {
                self.record(&shaped, Some("the client is gone"));
                continue;
            }
            let unsent = self.link.half_closed();
            let ops = std::mem::take(&mut shaped.ops);
            let mut after = Vec::new();
            for op in ops {
                match op {
                    WireOp::Bytes(bytes) if !unsent => {
                        if let Err(failure) = self.put(&shaped, &bytes).await {
                            failed = Some(failure);
                            break;
                        }
                        self.done(Some(shaped.kind), Act::Write(&bytes));
                    }
                    WireOp::Bytes(_) => {}
                    WireOp::Wait(time) => {
                        tokio::time::sleep(time).await;
                        self.done(Some(shaped.kind), Act::Wait(time));
                    }
                    WireOp::HalfClose(_) | WireOp::End(..) => after.push(op),
                }
            }
            if failed.is_some() {
                self.record(&shaped, Some("the client went before all of it was written"));
                continue;
            }
            self.record(&shaped, unsent.then_some("this side has closed its half"));
            for op in after {
                match op {
                    WireOp::HalfClose(why) => {
                        self.link.half_close().await;
                        self.done(Some(shaped.kind), Act::HalfClose);
                        self.log.note(Event::HalfClosed { altered: Some(why) });
                    }
                    WireOp::End(how, why) => {
                        self.ending = Some((how, Some(why)));
                        return Flow::Ended;
                    }
                    WireOp::Bytes(_) | WireOp::Wait(_) => {}
                }
            }
        }
        if let Some(failure) = failed {
            self.write_failed(&failure);
        }
        Flow::Go
    }

    async fn put(&mut self, shaped: &Shaped, bytes: &[u8]) -> Result<(), WriteFailure> {
        // TLS records of the handshake are bytes for TCP.
        if shaped.kind == MessageKind::TlsServerHello {
            self.link.write_raw(bytes).await
        } else {
            self.link.write(bytes).await
        }
    }

    /// Tells who watches the wire.
    fn done(&self, kind: Option<MessageKind>, act: Act<'_>) {
        if let Some(observer) = &self.host.wire {
            observer(&Deed { scenario: &self.host.id, number: self.number, kind, act });
        }
    }

    fn write_failed(&mut self, failure: &WriteFailure) {
        match failure {
            WriteFailure::Gone => self.log.peer_closed(true),
            WriteFailure::TimedOut => self.log.timed_out(),
        }
    }

    fn record(&mut self, shaped: &Shaped, unsent: Option<&str>) {
        let mut altered = shaped.altered.clone();
        altered.extend(unsent.map(|why| format!("not sent: {why}")));
        let bytes = if unsent.is_some() { &[] } else { shaped.bytes.as_ref() };
        if shaped.kind != MessageKind::TlsServerHello {
            return self.log.sent(shaped, bytes, altered);
        }
        let seen = TlsWatch::default().push(bytes);
        let fact = match (seen.first(), bytes) {
            (Some(seen), _) => seen.fact(),
            (None, []) => "not sent".to_owned(),
            (None, _) => "not a hello".to_owned(),
        };
        let kind = seen.first().map_or(shaped.kind, |seen| seen.kind());
        let length = seen.first().map_or(bytes.len(), |seen| seen.length);
        self.log.note(Event::TlsRecord { direction: Direction::Sent, kind, length, fact, altered });
    }
}
