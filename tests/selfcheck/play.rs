//! One replay, with everything that the server did on the wire.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use badrdp::client_probe::{Options as ProbeOptions, Roots, Target, probe};
use badrdp::fake_server::{Act, Deed};
use badrdp::proto::connect::Ending;
use badrdp::proto::pdu::Message;
use badrdp::proto::transcript::{Direction, Event};
use badrdp::proto::vocab::MessageKind;
use badrdp::replay::{Options, probe_options};
use badrdp::{FakeServer, Scenario, ServerOptions};

/// What was done on the wire, and for which message; for the end of the connection there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Done {
    pub(crate) kind: Option<MessageKind>,
    pub(crate) what: What,
    /// When, since the server was started.
    pub(crate) at: Duration,
}

/// [`Act`], kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum What {
    Write(Vec<u8>),
    Wait(Duration),
    HalfClose,
    End(Ending),
}

/// A replay.
#[derive(Clone, Debug)]
pub(crate) struct Played {
    /// What the server did on the wire, in order.
    pub(crate) done: Vec<Done>,
    /// The messages that it sent as its machine meant them.
    pub(crate) messages: Vec<Message>,
}

/// The longest silence that the probe accepts: a busy machine must not cut a run short.
const BUDGET: Duration = Duration::from_secs(8);

/// Replays `scenario` with the probe that its file asks for.
pub(crate) async fn play(scenario: &Scenario) -> Played {
    let done: Arc<Mutex<Vec<Done>>> = Arc::default();
    let options = Options { budget: BUDGET, ..Options::default() };
    let started = Instant::now();
    let wire = Arc::clone(&done);
    let observe = move |deed: &Deed<'_>| {
        let what = match deed.act {
            Act::Write(bytes) => What::Write(bytes.to_vec()),
            Act::Wait(time) => What::Wait(time),
            Act::HalfClose => What::HalfClose,
            Act::End(ending) => What::End(ending),
        };
        let kind = deed.kind;
        wire.lock().unwrap_or_else(PoisonError::into_inner).push(Done { kind, what, at: started.elapsed() });
    };
    let server_options = ServerOptions { now: options.now, wire: Some(Arc::new(observe)), ..ServerOptions::default() };
    // The picture shows the id.
    let scenario = Scenario { id: "selfcheck".to_owned(), ..scenario.clone() };
    let server = FakeServer::start_with(scenario.clone(), server_options).await.expect("a loopback port");
    let target = Target { host: server.addr().ip().to_string(), port: server.addr().port() };
    let probe_options = ProbeOptions {
        budget: options.budget,
        linger: options.budget,
        now: options.now,
        ticking: false,
        roots: Roots::Only(vec![server.ca_certificate().to_vec()]),
        ..probe_options(&scenario.probe, options.seed)
    };
    probe(&target, &probe_options).await;
    server.wait_finished(1).await;
    let mut messages = Vec::new();
    for entry in server.transcripts().into_iter().flat_map(|transcript| transcript.entries) {
        if let Event::Message { direction: Direction::Sent, message: Some(message), .. } = entry.event {
            messages.push(*message);
        }
    }
    let done = done.lock().unwrap_or_else(PoisonError::into_inner).clone();
    Played { done, messages }
}
