//! Whether NLA is required is asked on a second connection, and only where the first leaves it open.
#![allow(clippy::expect_used, clippy::panic, reason = "tests say what they expect")]

use badrdp::FakeServer;
use badrdp::client_probe::{Options, Roots, Target, diagnose, probe, report};
use badrdp::proto::pdu::x224::Protocols;
use badrdp::proto::transcript::{Event, NlaRequirement, Transcript};

async fn asked(security: Protocols, options: Options) -> (Transcript, usize) {
    let mut scenario = badrdp::scenario("healthy/nla/hybrid").expect("a built-in scenario");
    scenario.server.security = security;
    let server = FakeServer::start(scenario).await.expect("a loopback port");
    let target = Target { host: server.addr().ip().to_string(), port: server.addr().port() };
    let transcript = probe(&target, &options).await;
    server.finished().await;
    (transcript, server.transcripts().len())
}

fn options() -> Options {
    Options { ask_nla_required: true, roots: Roots::Only(Vec::new()), ..Options::default() }
}

fn answer(transcript: &Transcript) -> Option<NlaRequirement> {
    transcript.entries.iter().find_map(|entry| match entry.event {
        Event::NlaRequirement(known) => Some(known),
        _ => None,
    })
}

#[tokio::test]
async fn a_host_that_refuses_tls_alone_requires_nla() {
    let (transcript, connections) = asked(Protocols::HYBRID, options()).await;
    assert_eq!((answer(&transcript), connections), (Some(NlaRequirement::Required), 2));
    let json = report::json::report(&transcript, &diagnose(&transcript));
    assert_eq!(json.pointer("/host/nla/required"), Some(&true.into()), "{json}");
}

#[tokio::test]
async fn a_host_that_accepts_tls_alone_does_without() {
    let (transcript, connections) = asked(Protocols::SSL.union(Protocols::HYBRID), options()).await;
    assert_eq!((answer(&transcript), connections), (Some(NlaRequirement::Optional), 2));
    let json = report::json::report(&transcript, &diagnose(&transcript));
    assert_eq!(json.pointer("/host/nla/required"), Some(&false.into()), "{json}");
}

#[tokio::test]
async fn where_the_first_connection_tells_there_is_no_second() {
    let (transcript, connections) = asked(Protocols::SSL, options()).await;
    assert_eq!((answer(&transcript), connections), (None, 1));
    // TLS alone was not offered: the question is not the probe's to ask.
    let (transcript, connections) =
        asked(Protocols::HYBRID, Options { protocols: Protocols::HYBRID, ..options() }).await;
    assert_eq!((answer(&transcript), connections), (None, 1));
    let (transcript, connections) = asked(Protocols::HYBRID, Options { ask_nla_required: false, ..options() }).await;
    assert_eq!((answer(&transcript), connections), (None, 1));
}

#[tokio::test]
async fn the_second_connection_counts_for_no_stages_time() {
    let (mut transcript, _) = asked(Protocols::HYBRID, options()).await;
    let with = report::ladder::stages(&transcript);
    transcript.entries.retain(|entry| !matches!(entry.event, Event::NlaRequirement(_)));
    assert_eq!(with, report::ladder::stages(&transcript));
}
