//! The whole catalogue behind one port, each scenario named as clients name it.
#![allow(clippy::expect_used, clippy::panic, reason = "tests say what they expect")]

mod peers;

use std::process::Command;
use std::sync::Arc;

use badrdp::client_probe::{Options, Roots, Target, diagnose, probe};
use badrdp::proto::transcript::{Chosen, Event, Named, Transcript};
use badrdp::replay::{self, probe_options, unmet};
use badrdp::{Scenario, ServerOptions, SharedPort};
use peers::served::LIMIT;
use peers::{Display, Peer, program};
use tokio::runtime::Runtime;
use tokio::sync::Semaphore;

/// Probes under way at the same time.
const JOBS: usize = 16;

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime")
}

fn serve(runtime: &Runtime, scenarios: Vec<Scenario>) -> SharedPort {
    runtime.block_on(SharedPort::start_with(scenarios, ServerOptions::default())).expect("a loopback port")
}

fn chosen(transcript: &Transcript) -> Option<&Chosen> {
    transcript.entries.iter().find_map(|entry| match &entry.event {
        Event::Chosen(chosen) => Some(chosen),
        _ => None,
    })
}

/// What a scenario shows does not depend on whether it has a port of its own.
#[test]
fn every_scenario_named_by_its_code_in_the_cookie_ends_as_its_file_says() {
    let runtime = runtime();
    let catalog = badrdp::scenarios::catalog();
    let port = Arc::new(serve(&runtime, catalog.to_vec()));
    let permits = Arc::new(Semaphore::new(JOBS));
    let mut wrong = Vec::new();
    for scenarios in catalog.chunks(badrdp_fake_server::MAX_TRANSCRIPTS / 2) {
        let probes: Vec<_> = scenarios
            .iter()
            .map(|scenario| {
                let (port, permits) = (Arc::clone(&port), Arc::clone(&permits));
                runtime.spawn(async move {
                    let _permit = permits.acquire_owned().await;
                    let replay::Options { now, budget, .. } = replay::Options::default();
                    let target = Target { host: port.addr().ip().to_string(), port: port.addr().port() };
                    let options = Options {
                        budget,
                        linger: budget,
                        now,
                        ticking: false,
                        roots: Roots::Only(vec![port.ca_certificate().to_vec()]),
                        cookie: Some(scenario.code()),
                        routing_token: None,
                        ..probe_options(&scenario.probe, 0)
                    };
                    (scenario, unmet(scenario, &diagnose(&probe(&target, &options).await)))
                })
            })
            .collect();
        for probe in probes {
            let (scenario, problems) = runtime.block_on(probe).expect("a probe");
            wrong.extend(problems.into_iter().map(|problem| format!("{}: {problem}", scenario.id)));
        }
        runtime.block_on(port.finished());
        for scenario in scenarios {
            wrong.extend(port.verify(&scenario.id).err().map(|error| format!("{}: {error}", scenario.id)));
            let transcripts = port.transcripts(&scenario.id);
            let by: Vec<_> = transcripts.iter().map(|transcript| chosen(transcript).map(|chosen| &chosen.by)).collect();
            let named = |by: &Option<&Named>| match by {
                Some(Named::Cookie(said)) => *said == scenario.code(),
                // What a redirection brings stands in the cookie's place.
                Some(Named::RoutingToken(_)) => scenario.probe.follow,
                _ => false,
            };
            let again = scenario.probe.follow || scenario.probe.reconnect.is_some();
            if by.is_empty() || !by.iter().all(named) || (by.len() > 1 && !again) {
                wrong.push(format!("{}: chosen by {by:?}", scenario.id));
            }
        }
    }
    assert!(wrong.is_empty(), "{} problems:\n{}", wrong.len(), wrong.join("\n"));
}

/// Runs xfreerdp against `id` behind a port with everything until it ends; what the port says of the choice.
fn xfreerdp(id: &str, arguments: &[&str]) -> Chosen {
    let runtime = runtime();
    let port = serve(&runtime, badrdp::scenarios::catalog().to_vec());
    let display = Display::start();
    let mut command: Command = display.command(&program("xfreerdp", "freerdp2-x11"));
    command.args([&format!("/v:{}", port.addr()), "/p:b", "/cert:ignore", "/sec:tls", "/size:640x480"]).args(arguments);
    let output = Peer::spawn(&mut command).wait(LIMIT);
    runtime.block_on(port.finished());
    assert_eq!(port.verify(id), Ok(()), "{output:?}; {:#?}", port.unplayed());
    let transcripts = port.transcripts(id);
    chosen(transcripts.first().expect("a connection")).expect("a choice").clone()
}

const DENIED: &str = "last-mile/server-denied-connection";

#[test]
fn xfreerdp_names_a_scenario_by_its_user_name_which_it_puts_into_the_cookie() {
    let code = badrdp::scenario(DENIED).expect("a scenario").code();
    let chosen = xfreerdp(DENIED, &[&format!("/u:{code}")]);
    assert_eq!((chosen.by, chosen.too_late), (Named::Cookie(code), None));
}

#[test]
fn xfreerdp_names_a_scenario_by_its_load_balance_info() {
    let code = badrdp::scenario(DENIED).expect("a scenario").code();
    let token = format!("Cookie: msts={code}");
    let chosen = xfreerdp(DENIED, &["/u:alice", &format!("/load-balance-info:{token}")]);
    assert_eq!((chosen.by, chosen.too_late), (Named::RoutingToken(token), None));
}
