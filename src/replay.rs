//! Replaying a scenario: fake server and probe face each other on loopback.

use std::time::{Duration, Instant, SystemTime};

use badrdp_client_probe::{Diagnosis, Options as ProbeOptions, Roots, Target, diagnose, probe};
use badrdp_fake_server::{FakeServer, Options as ServerOptions, StartError};
use badrdp_proto::transcript::{Event, Transcript};
use badrdp_scenarios::Scenario;

/// How to replay. Time and randomness are arguments.
#[derive(Clone, Debug)]
pub struct Options {
    /// Seeds everything that the server chooses at random.
    pub seed: u64,
    /// The clock of both sides.
    pub now: SystemTime,
    /// The longest silence that the probe accepts: what a scenario that stalls costs.
    pub budget: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seed: 0,
            now: SystemTime::UNIX_EPOCH + Duration::from_secs(ServerOptions::FIXED_NOW),
            // Long enough for a machine that is busy with other things: a false stall would be a false verdict.
            budget: Duration::from_secs(3),
        }
    }
}

/// A scenario that was replayed.
#[derive(Clone, Debug)]
pub struct Replay {
    /// The scenario.
    pub scenario: Scenario,
    /// The probe's view.
    pub client: Transcript,
    /// The server's view, one per connection.
    pub server: Vec<Transcript>,
    /// What the probe concluded.
    pub diagnosis: Diagnosis,
    /// Why it was not as expected, one phrase each; empty when it was.
    pub problems: Vec<String>,
    /// Wall time.
    pub took: Duration,
}

impl Replay {
    /// Whether everything was as the scenario's file says.
    #[must_use]
    pub const fn as_expected(&self) -> bool {
        self.problems.is_empty()
    }
}

/// Replays one scenario.
///
/// # Errors
/// No loopback port can be listened on, or the scenario's TLS cannot be set up.
pub async fn replay(scenario: &Scenario, options: &Options) -> Result<Replay, StartError> {
    let started = Instant::now();
    let server_options = ServerOptions { seed: options.seed, now: options.now, ..ServerOptions::default() };
    let server = FakeServer::start_with(scenario.clone(), server_options).await?;
    let target = Target { host: server.addr().ip().to_string(), port: server.addr().port() };
    let probe_options = ProbeOptions {
        budget: options.budget,
        linger: options.budget,
        now: options.now,
        roots: Roots::Only(vec![server.ca_certificate().to_vec()]),
        ..ProbeOptions::default()
    };
    let client = probe(&target, &probe_options).await;
    // The server's side of the story ends a moment after the client's.
    if client.entries.iter().any(|entry| matches!(entry.event, Event::Connected { .. })) {
        server.wait_finished(1).await;
    }
    let transcripts = server.transcripts();
    let diagnosis = diagnose(&client);
    let mut problems = Vec::new();
    if let Err(error) = server.verify() {
        problems.push(error.to_string());
    }
    problems.extend(unmet(scenario, &diagnosis));
    Ok(Replay { scenario: scenario.clone(), client, server: transcripts, diagnosis, problems, took: started.elapsed() })
}

fn unmet(scenario: &Scenario, diagnosis: &Diagnosis) -> Vec<String> {
    let expected = &scenario.expect_probe;
    let mut problems = Vec::new();
    if diagnosis.stage != expected.stage {
        problems.push(format!("expected the stage {}, got {}", expected.stage, diagnosis.stage));
    }
    let found = diagnosis.findings.first().map(|finding| finding.id);
    if found != expected.finding.as_deref() {
        let say = |finding: Option<&str>| finding.map_or_else(|| "no finding".to_owned(), |id| format!("`{id}`"));
        problems.push(format!("expected {}, got {}", say(expected.finding.as_deref()), say(found)));
    }
    problems
}
