//! A fake server whose events a test can wait for.
#![allow(dead_code, clippy::expect_used, clippy::panic, reason = "a test helper: what is missing is a failed test")]

use std::sync::mpsc;
use std::time::Duration;

use badrdp::proto::connect::Failure;
use badrdp::proto::transcript::Event;
use badrdp::{FakeServer, Scenario};

/// What a test waits for on the server's side.
pub(crate) const LIMIT: Duration = Duration::from_secs(30);

/// A running server, and what happens on its connections.
pub(crate) struct Served {
    pub(crate) runtime: tokio::runtime::Runtime,
    pub(crate) server: FakeServer,
    events: mpsc::Receiver<Event>,
}

/// Serves a built-in scenario.
pub(crate) fn serve(id: &str) -> Served {
    serve_scenario(badrdp::scenario(id).expect("a built-in scenario"))
}

/// Serves this scenario.
pub(crate) fn serve_scenario(scenario: Scenario) -> Served {
    serve_with(scenario, badrdp::ServerOptions::default())
}

/// Serves this scenario with these options, which have no observer of their own.
pub(crate) fn serve_with(scenario: Scenario, options: badrdp::ServerOptions) -> Served {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let (sender, events) = mpsc::channel();
    let sender = std::sync::Mutex::new(sender);
    let options = badrdp::ServerOptions {
        observer: Some(std::sync::Arc::new(move |seen: &badrdp::Seen<'_>| {
            let _ = sender.lock().expect("no thread panics with the lock").send(seen.entry.event.clone());
        })),
        ..options
    };
    let server = runtime.block_on(FakeServer::start_with(scenario, options)).expect("a loopback port");
    Served { runtime, server, events }
}

impl Served {
    /// Waits for an event on the server's side; fails the test with what came in its place.
    pub(crate) fn await_event(&self, what: &str, wanted: impl Fn(&Event) -> bool) {
        let mut seen = Vec::new();
        loop {
            match self.events.recv_timeout(LIMIT) {
                Ok(event) if wanted(&event) => return,
                Ok(Event::Message { kind, .. }) => seen.push(kind.name().to_owned()),
                Ok(event) => seen.push(format!("{event:?}")),
                Err(error) => panic!("{what}: {error}; what came: {seen:#?}"),
            }
        }
    }

    /// Why the one connection stopped short, once it has ended and every fault has fired.
    pub(crate) fn failure(self) -> Option<Failure> {
        self.runtime.block_on(self.server.wait_finished(1));
        let transcripts = self.server.transcripts();
        self.server.verify().expect("nothing was left undone");
        transcripts.last().expect("a connection").failure.clone()
    }
}
