//! The one loop between a [`Session`] and a socket.

use std::io;
use std::net::IpAddr;
use std::time::Duration;

use badrdp_capture::Wire;
use badrdp_proto::connect::{
    AuthCall, Blame, Client, ClientConfig, Ending, Failure, LicenseCall, Machine as _, Output, TlsFailure,
    TlsFailureKind,
};
use badrdp_proto::pdu::auto_reconnect::ServerCookie;
use badrdp_proto::pdu::autodetect::NetworkCharacteristics;
use badrdp_proto::pdu::message_channel::Heartbeat;
use badrdp_proto::pdu::redirection::ServerRedirection;
use badrdp_proto::pdu::share::ShareDataPdu;
use badrdp_proto::pdu::x224::{NegotiationRequest, Protocols};
use badrdp_proto::pdu::{ChannelPdu, Message, Side};
use badrdp_proto::session::Session;
use badrdp_proto::transcript::{Direction, Event, Recorder, Transcript};
use badrdp_proto::vocab::Stage;
use badrdp_proto::vocab::codes::ErrorInfo;
use tokio::time::{Instant, timeout, timeout_at};

use crate::again::Errand;
use crate::auth::Auth;
use crate::certificate::judge;
use crate::connect::connect;
use crate::licensing::Licensing;
use crate::picture::is_picture;
use crate::probe::{License, LogonMode, Options, Target};
use crate::stream::{CHUNK, Stream};
use crate::tap::{Tap, Watched};
use crate::tls;
use crate::trust::Reading;

/// A peer that drips is given this many budgets in all.
const BUDGETS: u32 = 12;
/// How long a peer may take to close behind us.
const FAREWELL: Duration = Duration::from_millis(500);

/// What one connection leaves behind.
pub(crate) struct Walked {
    pub(crate) transcript: Transcript,
    /// The auto-reconnect cookie that was received last.
    pub(crate) cookie: Option<ServerCookie>,
    /// What the host told of the network.
    pub(crate) network: Option<NetworkCharacteristics>,
    /// Whether the host may have credentials.
    pub(crate) trusted: bool,
    /// Where the host sent the client.
    pub(crate) redirection: Option<Box<ServerRedirection>>,
}

/// Walks the handshake on this errand, and records it.
pub(crate) async fn walk(target: &Target, options: &Options, errand: &Errand) -> Walked {
    let start = Instant::now();
    let roots = Reading::start(&options.roots);
    let stream = match connect(target, options).await {
        Ok(stream) => stream,
        Err((failure, tried)) => {
            let mut recorder = Recorder::new(Side::Client, options.silence(Stage::Tcp));
            recorder.record(start.elapsed(), Stage::Tcp, Event::ConnectFailed { failure, tried });
            let cause = Blame::Local("TCP could not be connected");
            let failure = Failure { stage: Stage::Tcp, cause, after: None };
            let transcript = recorder.finish(Stage::Tcp, Some(failure));
            return Walked { transcript, cookie: None, network: None, trusted: false, redirection: None };
        }
    };
    let peer = stream.peer_addr().ok().map(|address| address.ip());
    let config = client_config(options, errand, peer.is_some_and(|peer| peer.is_ipv6()));
    let first = Stage::ConnectionInitiation;
    let mut session = Session::new(Client::new(config), options.silence(first));
    session.note(start.elapsed(), Event::Connected { peer });
    if let (Some(credentials), None) = (&options.credentials, &errand.password) {
        let (domain, user) = (credentials.domain.clone(), credentials.user.clone());
        session.note(start.elapsed(), Event::Credentials { domain, user });
    }
    let drive = Drive {
        session,
        peer,
        stream: Stream::Plain(Wire::connected(stream, options.capture.as_ref())),
        name: options.server_name.clone().unwrap_or_else(|| target.host.clone()),
        options,
        errand,
        start,
        roots: Some(roots),
        stage: (first, Instant::now()),
        leaf: Vec::new(),
        trusted: false,
        auth: None,
        licensing: None,
        linger_until: None,
        deaf: false,
        failed: None,
        reset: false,
        thought: Duration::ZERO,
    };
    drive.run().await
}

/// What the machine is told. It gets no password: that goes through [`Auth`] alone.
fn client_config(options: &Options, errand: &Errand, ipv6: bool) -> ClientConfig {
    ClientConfig {
        protocols: options.protocols,
        request_flags: match options.credssp.mode {
            LogonMode::Password => 0,
            LogonMode::RestrictedAdmin => NegotiationRequest::RESTRICTED_ADMIN,
            LogonMode::RemoteGuard => NegotiationRequest::REMOTE_GUARD,
        },
        stop_after_logon: options.stop_after_logon,
        stop_after_settings: options.stop_after_settings,
        user: errand.user.clone().or_else(|| {
            options.credentials.as_ref().map(|credentials| (credentials.domain.clone(), credentials.user.clone()))
        }),
        cookie: options.cookie.clone(),
        channels: options.channels.clone(),
        side_transports: options.side_transports,
        measure_time: options.ticking,
        accept_license: options.license != License::Decline,
        routing_token: errand.token.clone().or_else(|| options.routing_token.clone().map(String::into_bytes)),
        correlation_id: options.correlation_id,
        redirected_session: errand.session,
        network: errand.network,
        ipv6,
        ..ClientConfig::default()
    }
}

struct Drive<'a> {
    session: Session<Client>,
    stream: Stream,
    peer: Option<IpAddr>,
    name: String,
    options: &'a Options,
    errand: &'a Errand,
    start: Instant,
    roots: Option<Reading>,
    /// The stage that the connection is in, and since when.
    stage: (Stage, Instant),
    /// The host's own certificate, in DER.
    leaf: Vec<u8>,
    /// Whether the host may have credentials.
    trusted: bool,
    auth: Option<Auth>,
    licensing: Option<Licensing>,
    /// Set once the session is active.
    linger_until: Option<Instant>,
    /// A write failed: what the peer said before is still read, nothing is sent.
    deaf: bool,
    /// A read failed, and what was decrypted ahead of that had to be heard first.
    failed: Option<io::Error>,
    /// A write was told of the peer's RST. The system says so once; what is read behind it looks like a FIN.
    reset: bool,
    /// Time that the probe spent on itself while the host had nothing to do.
    thought: Duration,
}

impl Drive<'_> {
    /// The time of the connection: what the probe itself thinks about is not the host's.
    fn now(&self) -> Duration {
        self.start.elapsed().saturating_sub(self.thought)
    }

    /// When the probe gives up, however busy the peer is.
    fn latest(&self) -> Instant {
        let stages = self.options.stage_budgets.sum();
        self.start + self.options.connect_budget + self.options.budget * BUDGETS + stages
    }

    /// Notes where the connection is: each stage may have a budget of its own.
    fn enter(&mut self) {
        let stage = self.session.machine().stage();
        if stage != self.stage.0 {
            self.stage = (stage, Instant::now());
            self.session.set_budget(self.options.silence(stage));
        }
    }

    /// When the stage must be over, silent or not.
    fn stage_deadline(&self) -> Instant {
        let (stage, since) = self.stage;
        self.options.stage_budgets.of(stage).map_or(self.latest(), |budget| self.latest().min(since + budget))
    }

    async fn run(mut self) -> Walked {
        loop {
            let now = self.now();
            let next = self.session.poll(now);
            self.enter();
            match next {
                Some(Output::Send(message)) => self.send(&message).await,
                Some(Output::StartTls) => self.start_tls().await,
                Some(Output::Activated) => {
                    self.session.note(now, Event::Activated);
                    self.linger_until = Some(Instant::now() + self.options.linger);
                }
                // Only a server does these.
                Some(Output::Draw | Output::Skipped { .. } | Output::CookieChecked(_)) => {}
                Some(Output::Authenticate(call)) => self.authenticate(call),
                Some(Output::License(call)) => self.license(call),
                Some(Output::End(ending)) => {
                    self.close(ending).await;
                    let machine = self.session.machine_mut();
                    let (cookie, redirection) = (machine.take_cookie(), machine.take_redirection());
                    let network = machine.facts().network;
                    return Walked {
                        transcript: self.session.finish(),
                        cookie,
                        network,
                        trusted: self.trusted,
                        redirection,
                    };
                }
                None if self.satisfied() => self.session.machine_mut().leave(),
                None => self.hear().await,
            }
        }
    }

    /// The session is active and drawn: there is nothing more to learn without a user.
    fn satisfied(&self) -> bool {
        if self.linger_until.is_none() || self.waits_for_loss() {
            return false;
        }
        let received = self.session.recorder().entries().iter().rev().filter_map(|entry| match &entry.event {
            Event::Message { direction: Direction::Received, message: Some(message), .. } => Some(message),
            _ => None,
        });
        let mut drawn = false;
        for message in received {
            // The host is about to close: how it does that is worth the wait.
            if is_last_word(message) {
                return false;
            }
            drawn |= is_picture(message);
        }
        drawn && self.session.machine().is_active() && !self.session.machine().is_opening_devices()
    }

    /// The probe is to come back to this session: it must be lost first.
    const fn waits_for_loss(&self) -> bool {
        self.options.reconnect.is_some() && self.errand.cookie.is_none()
    }

    async fn send(&mut self, message: &Message) {
        let bytes = message.encode();
        if self.deaf {
            return;
        }
        match timeout(self.options.silence(self.stage.0), self.stream.write(&bytes)).await {
            Ok(Ok(())) => {
                let now = self.now();
                self.session.sent(now, message.kind(), Some(message), &bytes, Vec::new());
            }
            Ok(Err(error)) => {
                tracing::debug!("writing {}: {error}", message.kind());
                self.deaf = true;
                self.reset = error.kind() == io::ErrorKind::ConnectionReset;
            }
            Err(_) => {
                let now = self.now();
                self.session.timed_out(now);
            }
        }
    }

    fn authenticate(&mut self, call: AuthCall) {
        let now = self.now();
        if let (None, Some(_), Some((domain, user))) = (&self.auth, &self.errand.password, &self.errand.user) {
            // Whose password the redirection brought matters only here, where it is used for a logon.
            let (domain, user) = (domain.clone(), user.clone());
            self.session.note(now, Event::Credentials { domain, user });
        }
        let auth = self.auth.get_or_insert_with(|| Auth::new(self.options, &self.leaf, self.trusted));
        let elapsed = if self.options.ticking { now } else { Duration::ZERO };
        let reply = auth.call(call, self.options.now + elapsed);
        if let Some(identity) = auth.identity.take() {
            self.session.note(now, Event::Identity(Box::new(identity)));
        }
        self.session.auth(reply);
    }

    fn license(&mut self, call: LicenseCall) {
        let licensing = self.licensing.get_or_insert_with(|| {
            let user = self.options.credentials.as_ref().map_or("", |credentials| credentials.user.as_str());
            Licensing::new(user, &ClientConfig::default().client_name)
        });
        let reply = licensing.call(&self.options.license, call);
        self.session.license(reply);
    }

    /// Reads once and feeds the machine with what came of it.
    async fn hear(&mut self) {
        if let Some(error) = self.failed.take() {
            let now = self.now();
            return self.read_failed(now, &error);
        }
        let silence = Instant::now() + self.options.silence(self.stage.0);
        let lost = self.heartbeat_lost().map(|silence| Instant::now() + silence);
        let linger = self.linger_until.unwrap_or(silence).min(self.stage_deadline());
        let deadline = lost.map_or(linger, |lost| lost.min(linger));
        let mut buffer = vec![0; CHUNK];
        let outcome = timeout_at(deadline, self.stream.read(&mut buffer)).await;
        let now = self.now();
        match outcome {
            Ok(Ok(0)) => self.session.peer_closed(now, self.reset),
            Ok(Ok(count)) => self.session.receive(buffer.get(..count).unwrap_or_default()),
            Ok(Err(error)) => match self.stream.take_decrypted() {
                plain if plain.is_empty() => self.read_failed(now, &error),
                plain => {
                    self.failed = Some(error);
                    self.session.receive(&plain);
                }
            },
            Err(_) if lost == Some(deadline) => self.session.timed_out(now),
            Err(_) if self.linger_until.is_some() && self.session.machine().is_active() => {
                self.session.machine_mut().leave();
            }
            Err(_) => self.session.timed_out(now),
        }
    }

    /// The silence that means that the connection is lost, once the host has promised signs of life.
    ///
    /// MS-RDPBCGR 2.2.16.1: `count2` heartbeats that fail to come.
    fn heartbeat_lost(&self) -> Option<Duration> {
        let active = self.session.machine().is_active();
        self.session.machine().facts().heartbeat.filter(|_| active).and_then(Heartbeat::lost_after)
    }

    fn read_failed(&mut self, now: Duration, error: &io::Error) {
        tracing::debug!("reading: {error}");
        match tls::sort_rustls(error) {
            Some(kind) => self.session.tls_failed(now, TlsFailure { kind, after: None }),
            // A FIN without close_notify is a FIN, too.
            None => {
                let reset = self.reset || tls::is_reset(error);
                if !reset && matches!(self.stream, Stream::Tls(_)) {
                    self.session.note(now, Event::NoCloseNotify);
                }
                self.session.peer_closed(now, reset);
            }
        }
    }

    async fn start_tls(&mut self) {
        let ahead = self.session.take_unread();
        let Stream::Plain(stream) = std::mem::replace(&mut self.stream, Stream::Gone) else {
            return;
        };
        let watched = Watched::new(self.start);
        let tap = Tap::new(stream, ahead, watched.clone());
        let (budget, latest) = (self.options.silence(Stage::Tls), self.stage_deadline());
        let outcome = tls::handshake(tap, &watched, &self.name, self.peer, budget, latest).await;
        for (at, event) in watched.with(|watch| std::mem::take(&mut watch.events)) {
            self.session.note(at, event);
        }
        let now = self.now();
        match outcome {
            Ok((stream, facts)) => {
                self.stream = Stream::Tls(Box::new(stream));
                self.judge_certificate(now, &facts.chain).await;
                self.session.tls_ready(now, facts);
            }
            Err(failure) => {
                let closed = match &failure.kind {
                    TlsFailureKind::Closed(kind) => Some(*kind),
                    _ => None,
                };
                if let Some(kind) = closed {
                    self.session.note(now, Event::PeerClosed(kind));
                }
                self.session.tls_failed(now, failure);
            }
        }
    }

    async fn judge_certificate(&mut self, now: Duration, chain: &[Vec<u8>]) {
        let Some(roots) = self.roots.take() else {
            return;
        };
        let begun = Instant::now();
        let roots = roots.finish().await;
        let verdict = judge(chain, &self.name, self.options.now, &roots);
        self.thought += begun.elapsed();
        self.leaf = chain.first().cloned().unwrap_or_default();
        self.trusted = self.options.accept_certificate || verdict.problems.is_empty();
        if let (true, Some(cookie)) = (self.trusted, self.errand.cookie) {
            self.session.machine_mut().give_cookie(cookie);
        }
        // Where there is a logon before the session, the password goes there and nowhere else.
        let plain = self.session.machine().facts().selected == Some(Protocols::SSL);
        if let (true, true, Some(password)) = (plain, self.trusted, &self.errand.password) {
            self.session.machine_mut().give_password(password.clone());
        }
        self.session.note(now, Event::Certificate(verdict));
    }

    /// Ends the connection so that the peer sees a FIN, not the RST that unread bytes would cause.
    async fn close(&mut self, ending: Ending) {
        let closed_by_peer = matches!(
            self.session.recorder().entries().last().map(|entry| &entry.event),
            Some(Event::PeerClosed(_) | Event::TlsFailed(_))
        );
        if matches!(self.stream, Stream::Gone) || closed_by_peer {
            return;
        }
        let farewell = FAREWELL.min(self.options.budget);
        let now = self.now();
        self.session.closed(now, ending, None);
        let drain = async {
            self.stream.half_close().await?;
            let mut buffer = vec![0; CHUNK];
            while self.stream.read(&mut buffer).await? > 0 {}
            io::Result::Ok(())
        };
        match timeout(farewell, drain).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::debug!("closing: {error}"),
            Err(_) => tracing::debug!("the peer did not close in {farewell:?}"),
        }
    }
}

/// Set Error Info with a reason, after which a server must disconnect.
fn is_last_word(message: &Message) -> bool {
    match message {
        Message::Data(data) => match &data.pdu {
            ChannelPdu::ShareData(share) => {
                matches!(share.data, ShareDataPdu::SetErrorInfo(code) if code != ErrorInfo(0))
            }
            _ => false,
        },
        _ => false,
    }
}
