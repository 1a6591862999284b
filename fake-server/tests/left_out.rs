//! Steps that do not fit the client at hand are left out, and the transcript says so.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "tests state what they expect"
)]

mod common;

use badrdp_proto::connect::{Ending, Measure, SideTransport};
use badrdp_proto::transcript::Event;
use badrdp_scenarios::model::Step;
use common::{Peer, scenario, start, transcript};

#[tokio::test]
async fn the_transcript_says_what_was_left_out_and_why() {
    let mut scenario = scenario(Vec::new());
    scenario.server.mcs.message_channel = Some(0);
    scenario.server.auto_detect = vec![Measure::Rtt];
    scenario.server.multitransport = vec![SideTransport::Reliable];
    scenario.server.session.steps = vec![
        Step::OpenDevices,
        Step::Heartbeat { period: 1, count1: 1, count2: 2 },
        Step::Measure(Measure::BandwidthStart),
        Step::End(Ending::Fin),
    ];
    let server = start(scenario).await;
    let peer = Peer::active(&server).await;
    drop(peer);
    let transcript = transcript(&server).await;
    let skipped = transcript.entries.iter().filter_map(|entry| match &entry.event {
        Event::Skipped { what, because } => Some((what.as_str(), because.as_str())),
        _ => None,
    });
    let no_channel = "there is no message channel";
    assert_eq!(
        skipped.collect::<Vec<_>>(),
        [
            ("auto_detect", no_channel),
            ("a side transport", "the client did not announce it in its multitransport channel data"),
            ("device redirection", "the client did not ask for the channel rdpdr"),
            ("a heartbeat", no_channel),
            ("an auto-detect step", no_channel),
        ]
    );
}
