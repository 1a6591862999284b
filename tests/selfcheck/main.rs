//! Every scenario with faults is held against the honest run: the same scenario without its faults, with the same seed,
//! clock and client. What was done on the wire must differ from it exactly where the file says.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(clippy::cast_possible_truncation, reason = "the bytes of a number are its lowest")]

mod edit;
mod expect;
mod judge;
mod peel;
mod play;
mod tampered;

use std::sync::Arc;

use badrdp::Scenario;
use badrdp::scenarios::catalog;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::expect::HonestRun;
use crate::judge::problems;
use crate::play::{Played, play};

/// Replays under way at the same time: most of them wait for something.
const JOBS: usize = 96;

/// Plays all of `scenarios`; the results are in their order.
async fn play_all(scenarios: Vec<Scenario>) -> Vec<Played> {
    let permits = Arc::new(Semaphore::new(JOBS));
    let mut under_way = JoinSet::new();
    let mut played: Vec<Option<Played>> = vec![None; scenarios.len()];
    for (index, scenario) in scenarios.into_iter().enumerate() {
        let permits = Arc::clone(&permits);
        under_way.spawn(async move {
            let _permit = permits.acquire().await;
            (index, play(&scenario).await)
        });
    }
    while let Some(ended) = under_way.join_next().await {
        let (index, one) = ended.unwrap();
        played[index] = Some(one);
    }
    played.into_iter().flatten().collect()
}

fn honest(scenario: &Scenario) -> Scenario {
    Scenario { faults: Vec::new(), ..scenario.clone() }
}

/// The honest run of each scenario by its index, and the honest runs.
async fn honest_runs(scenarios: &[&Scenario]) -> (Vec<usize>, Vec<HonestRun>) {
    // Scenarios that differ in their faults alone have one honest run.
    let mut distinct: Vec<&Scenario> = Vec::new();
    let mut of = Vec::new();
    for scenario in scenarios {
        let same = |known: &&Scenario| known.server == scenario.server && known.probe == scenario.probe;
        of.push(distinct.iter().position(same).unwrap_or_else(|| {
            distinct.push(scenario);
            distinct.len() - 1
        }));
    }
    let played = play_all(distinct.into_iter().map(honest).collect()).await;
    (of, played.iter().map(HonestRun::of).collect())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fault_changes_what_its_file_says_and_nothing_else() {
    let scenarios: Vec<&Scenario> = catalog().iter().filter(|scenario| !scenario.faults.is_empty()).collect();
    let (of, honest) = honest_runs(&scenarios).await;
    let played = play_all(scenarios.iter().copied().cloned().collect()).await;
    let mut wrong = Vec::new();
    for ((scenario, of), played) in scenarios.iter().zip(of).zip(&played) {
        let found = problems(&scenario.source, &scenario.faults, &honest[of], played);
        wrong.extend(found.into_iter().map(|problem| format!("{}: {problem}", scenario.id)));
    }
    assert!(scenarios.len() > 400, "only {} scenarios have faults", scenarios.len());
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), scenarios.len(), wrong.join("\n"));
}
