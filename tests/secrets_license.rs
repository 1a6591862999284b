//! What a client encrypts for its licence, and the licence that it presents, are nowhere in what comes out.
#![allow(clippy::expect_used, reason = "tests say what they expect")]

mod peers;

use badrdp::client_probe::report;
use badrdp::proto::transcript::Event;
use badrdp::proto::vocab::MessageKind;
use badrdp::replay::{Options, replay};
use peers::secret;

/// How the licence begins that the replay's probe presents.
const LICENSE: &str = "a licence of badrdp";

#[test]
fn no_transcript_of_an_exchange_holds_the_secrets() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let scenario = badrdp::scenario("healthy/license-exchange/upgrade").expect("a built-in scenario");
    let replayed = runtime.block_on(replay(&scenario, &Options::default())).expect("a loopback port");
    assert!(replayed.as_expected(), "{:?}", replayed.problems);
    let masked = [(MessageKind::LicenseInfo, 3), (MessageKind::PlatformChallengeResponse, 2)];
    for transcript in replayed.server.iter().chain([&replayed.client]) {
        for (wanted, blobs) in masked {
            let bytes = transcript.entries.iter().find_map(|entry| match &entry.event {
                Event::Message { kind, bytes, .. } if *kind == wanted => Some(bytes),
                _ => None,
            });
            // Each blob is longer than 16 bytes, and is as many asterisks.
            let bytes = bytes.expect("the message is in the transcript");
            let runs = bytes.split(|byte| *byte != b'*').filter(|run| run.len() > 16).count();
            assert_eq!(runs, blobs, "{wanted}: {bytes:02x?}");
        }
        secret::assert_free_of(LICENSE, "a transcript", format!("{transcript:?}").as_bytes());
        let json = report::json::report(transcript, &replayed.diagnosis).to_string();
        secret::assert_free_of(LICENSE, "a report", json.as_bytes());
    }
}
