//! Two honest sides facing each other in virtual time: no socket, no clock, no sleep.
#![allow(dead_code, reason = "each test binary uses its part")]

use core::time::Duration;
use std::collections::VecDeque;

use badrdp_proto::connect::{
    Client, ClientConfig, CookieCheck, Ending, LicenseReply, Machine, Output, Server, ServerConfig, TlsFacts,
};
use badrdp_proto::session::Session;
use badrdp_proto::transcript::Transcript;
use badrdp_proto::vocab::MessageKind;

/// One client and one server, and the time that both live in.
pub(crate) struct Pair {
    pub(crate) client: Session<Client>,
    pub(crate) server: Session<Server>,
    pub(crate) now: Duration,
    /// Time that one step takes.
    pub(crate) latency: Duration,
    /// How the server asked to end, once it did.
    pub(crate) server_end: Option<Ending>,
    /// What the server said of auto-reconnect cookies.
    pub(crate) cookies: Vec<CookieCheck>,
    /// Pictures that the server asked for.
    pub(crate) drawn: usize,
    /// Why steps of the server were left out.
    pub(crate) skipped: Vec<&'static str>,
    client_end: bool,
    /// What each side's licensing port answers, in order.
    pub(crate) client_license: VecDeque<LicenseReply>,
    pub(crate) server_license: VecDeque<LicenseReply>,
}

/// A limit on steps: a pair that talks for ever is a failed test, not a hung one.
const STEPS: usize = 200;

impl Pair {
    pub(crate) fn new(client: ClientConfig, server: ServerConfig) -> Self {
        let budget = Duration::from_secs(1);
        Self {
            client: Session::new(Client::new(client), budget),
            server: Session::new(Server::new(server), budget),
            now: Duration::ZERO,
            latency: Duration::from_millis(1),
            server_end: None,
            cookies: Vec::new(),
            drawn: 0,
            skipped: Vec::new(),
            client_end: false,
            client_license: VecDeque::new(),
            server_license: VecDeque::new(),
        }
    }

    /// Lets both sides talk until the client is about to send `kind`, which is kept from the server.
    pub(crate) fn drive_to(&mut self, kind: MessageKind) {
        for _ in 0..STEPS {
            self.now += self.latency;
            while let Some(output) = self.client.poll(self.now) {
                match output {
                    Output::Send(message) if message.kind() == kind => return,
                    Output::Send(message) => self.server.receive(&message.encode()),
                    Output::StartTls => self.client.tls_ready(self.now, TlsFacts::default()),
                    _ => {}
                }
            }
            self.drive_server();
        }
        panic!("the client never sends {kind}");
    }

    /// Lets both sides talk until neither has anything to say.
    pub(crate) fn drive(&mut self) {
        for _ in 0..STEPS {
            self.now += self.latency;
            let client_moved = self.drive_client();
            let server_moved = self.drive_server();
            if !client_moved && !server_moved {
                return;
            }
        }
        panic!("the pair still talks after {STEPS} steps");
    }

    fn drive_client(&mut self) -> bool {
        let mut moved = false;
        while let Some(output) = self.client.poll(self.now) {
            moved = true;
            match output {
                Output::Send(message) => {
                    let bytes = message.encode();
                    self.client.sent(self.now, message.kind(), Some(&message), &bytes, Vec::new());
                    self.server.receive(&bytes);
                }
                Output::StartTls => self.client.tls_ready(self.now, TlsFacts::default()),
                Output::License(_) => {
                    self.client.license(self.client_license.pop_front().expect("an answer of the client's port"));
                }
                Output::End(_) if !self.client_end => {
                    self.client_end = true;
                    self.server.peer_closed(self.now, false);
                }
                _ => {}
            }
        }
        moved
    }

    fn drive_server(&mut self) -> bool {
        let mut moved = false;
        while let Some(output) = self.server.poll(self.now) {
            moved = true;
            match output {
                Output::Send(message) => {
                    let bytes = message.encode();
                    self.server.sent(self.now, message.kind(), Some(&message), &bytes, Vec::new());
                    self.client.receive(&bytes);
                }
                Output::StartTls => self.server.tls_ready(self.now, TlsFacts::default()),
                Output::Draw => self.drawn += 1,
                Output::Skipped { because, .. } => self.skipped.push(because),
                Output::License(_) => {
                    self.server.license(self.server_license.pop_front().expect("an answer of the server's port"));
                }
                Output::CookieChecked(check) => self.cookies.push(check),
                Output::End(ending) => self.server_end = Some(ending),
                _ => {}
            }
        }
        // The server's end reaches the client behind everything that was sent before it.
        if self.server_end == Some(Ending::Fin) && moved && !self.client_end {
            while let Some(output) = self.client.poll(self.now) {
                if let Output::End(_) = output {
                    self.client_end = true;
                }
            }
            self.client.peer_closed(self.now, false);
        }
        moved
    }

    /// The client leaves in order.
    pub(crate) fn client_leaves(&mut self) {
        self.client.machine_mut().leave();
        self.drive();
    }

    pub(crate) fn finish(self) -> (Transcript, Transcript) {
        (self.client.finish(), self.server.finish())
    }
}

/// The kinds of a transcript's messages with an arrow each, as one side saw them.
pub(crate) fn ladder(transcript: &Transcript) -> Vec<(&'static str, MessageKind)> {
    use badrdp_proto::transcript::Direction;
    transcript
        .messages()
        .map(|(direction, kind, _)| (if direction == Direction::Sent { "->" } else { "<-" }, kind))
        .collect()
}

/// What the machine says of where it is.
pub(crate) fn stage<M: Machine>(session: &Session<M>) -> badrdp_proto::vocab::Stage {
    session.machine().stage()
}
