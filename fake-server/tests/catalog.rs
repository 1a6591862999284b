//! Every scenario of the catalogue starts.
#![allow(clippy::unwrap_used, reason = "tests state what they expect")]

use badrdp_fake_server::FakeServer;

#[tokio::test]
async fn every_scenario_of_the_catalogue_starts() {
    let catalog = badrdp_scenarios::catalog();
    assert!(!catalog.is_empty());
    for scenario in catalog {
        let started = FakeServer::start(scenario.clone()).await;
        assert!(started.is_ok(), "{}: {started:?}", scenario.id);
    }
}
