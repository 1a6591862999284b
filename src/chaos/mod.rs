//! Scenarios that nobody wrote, and what must hold for every one of them all the same.
//!
//! A scenario of [`badrdp_scenarios::chaos`] says what goes wrong and not what a probe must make of it. What can be
//! claimed without knowing that:
//!
//! 1. The probe ends: within its 12 budgets, the time for TCP, its stay in the session and its farewell.
//! 2. Nothing panics, on neither side; no report and no JSON of what was seen does.
//! 3. Transcripts are well-formed: they begin with TCP, their clock never goes back, nothing is sent behind one's own
//!    close, TLS comes up once at most, and a failure is of the stage in which the transcript ends.
//! 4. The diagnosis is of one piece: `complete` is what the transcript shows, healthy means complete and nothing found,
//!    anything else has a finding; every finding is known and says what, why and what to do; the event that it stands
//!    on (a close, a silence, a frame that cannot be read) is in the transcript; and the host was never unreachable.
//! 5. No finding names a stage before the first message that was struck: until then the run was honest. An RST may
//!    overtake what was sent before it, and is left out of this and of 9.
//! 6. Healthy is said only where the probe has seen what makes a session: every answer of the sequence, each with the
//!    result that the specification has for success, a picture, and no word of refusal. So no omission, no refusal and
//!    no ending ahead of the session passes for healthy. A changed field that a client MAY ignore is not claimed.
//! 7. Faults that only cut, delay or join (`split`, `drip`, `wait`, `merge`) change nothing: the probe concludes what it
//!    concludes from the honest run.
//! 8. What the server claims of its faults is in its record: a fault that fired left its mark, one that did not left
//!    none.
//! 9. A second replay, of the faults that fired, comes to the same: verdict, stage and first finding.
//! 10. Written to a file, the scenario is the same again, with what was found as its expectation.
//!
//! Time is the one thing that a busy machine can change: what fails in a replay that ran out of a budget counts only
//! where it fails with five budgets, too.

mod rules;
mod success;

use std::time::Duration;

use badrdp_fake_server::StartError;
use badrdp_proto::connect::TlsFailureKind;
use badrdp_proto::transcript::Event;
use badrdp_scenarios::chaos::only_moves;
use badrdp_scenarios::model::{ClientDuty, ExpectClient, ExpectProbe, Fault};
use badrdp_scenarios::write::{WriteError, to_toml};
use badrdp_scenarios::{Scenario, Severity, check_findings, check_str};

use crate::replay::{Options, Played, play};

/// How much longer than at first a budget is, where one that ran out may be to blame.
const PATIENCE: u32 = 5;

/// What became of a random scenario.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What was played: the faults that fired, and as its expectation what the probe found.
    pub scenario: Scenario,
    /// Its file.
    pub file: String,
    /// What the probe concluded: `healthy`, or the first finding.
    pub finding: &'static str,
    /// Which of the properties did not hold, one phrase each.
    pub broken: Vec<String>,
    /// Faults that never fired, and why: they are not in `scenario`.
    pub unfired: Vec<String>,
    /// Why nothing can be said: no fault fired.
    pub not_applicable: Option<String>,
    /// Whether a budget ran out, in any of the replays: a busy machine can make that of anything.
    timed_out: bool,
}

/// What stands in place of a finding where nothing is wrong.
pub const HEALTHY: &str = "healthy";

/// Replays a random scenario, and judges what came of it.
///
/// # Errors
/// No loopback port can be listened on, or the scenario's TLS cannot be set up.
pub async fn judge(scenario: &Scenario, options: &Options) -> Result<Outcome, StartError> {
    let outcome = judge_once(scenario, options).await?;
    if outcome.broken.is_empty() || !outcome.timed_out {
        return Ok(outcome);
    }
    let patient = Options { budget: options.budget * PATIENCE, ..options.clone() };
    judge_once(scenario, &patient).await
}

/// What fires of a random scenario when it meets the probe, with what the probe finds as its expectation; nothing where
/// nothing fires.
///
/// # Errors
/// No loopback port can be listened on, or the scenario's TLS cannot be set up.
pub async fn settle(scenario: &Scenario, options: &Options) -> Result<Option<(Scenario, String)>, StartError> {
    let outcome = judge(scenario, options).await?;
    Ok(outcome.not_applicable.is_none().then_some((outcome.scenario, outcome.file)))
}

async fn judge_once(drawn: &Scenario, options: &Options) -> Result<Outcome, StartError> {
    let first = play(drawn, options).await?;
    let mut broken = rules::broken(drawn, &first, options);
    let mut timed_out = ran_out(&first);
    let (fired, unfired): (Vec<&Fault>, Vec<&Fault>) =
        drawn.faults.iter().partition(|fault| rules::struck(&first, fault.line));
    // What was kept back and never went out is missing in the first replay alone.
    let comparable = !rules::resets(drawn) && !unfired.iter().any(|fault| rules::keeps_back(fault));
    let unfired: Vec<String> = unfired.into_iter().map(|fault| why_not(&first, fault)).collect();
    let faults: Vec<Fault> = fired.into_iter().cloned().collect();
    let nothing = faults.is_empty();
    let kept = renumbered(Scenario { faults, ..drawn.clone() });
    let second = if nothing { first.clone() } else { play(&kept, options).await? };
    if !nothing {
        add(&mut broken, rules::broken(&kept, &second, options));
        timed_out |= ran_out(&second);
        if comparable && concluded(&first) != concluded(&second) {
            let (one, two) = (shown(&first), shown(&second));
            broken.push(format!("two replays come to different ends: first {one}, then {two}"));
        }
        if kept.faults.iter().all(only_moves) {
            let honest = play(&Scenario { faults: Vec::new(), ..kept.clone() }, options).await?;
            timed_out |= ran_out(&honest);
            if concluded(&honest) != concluded(&second) {
                let (one, two) = (shown(&honest), shown(&second));
                broken.push(format!("faults that only move bytes change the end: {one} without them, {two} with them"));
            }
        }
    }
    let scenario = as_found(kept, &second);
    let file = written(&scenario).unwrap_or_else(|why| {
        broken.push(why);
        String::new()
    });
    let finding = second.diagnosis.findings.first().map_or(HEALTHY, |finding| finding.id);
    let not_applicable = nothing.then(|| unfired.join("; "));
    Ok(Outcome { scenario, file, finding, broken, unfired, not_applicable, timed_out })
}

/// Whether silence decided: a budget ran out, or the stay in the session did before anything was drawn.
fn ran_out(played: &Played) -> bool {
    let timed_out = played.client.entries.iter().any(|entry| match &entry.event {
        Event::TimedOut => true,
        Event::TlsFailed(failure) => matches!(failure.kind, TlsFailureKind::TimedOut | TlsFailureKind::Unfinished(_)),
        _ => false,
    });
    timed_out || played.diagnosis.findings.iter().any(|finding| finding.id == "nothing-drawn")
}

fn add(known: &mut Vec<String>, more: Vec<String>) {
    for problem in more {
        if !known.contains(&problem) {
            known.push(problem);
        }
    }
}

/// Why a fault did not fire.
fn why_not(played: &Played, fault: &Fault) -> String {
    let line = fault.line;
    match &played.verified {
        Err(error) if rules::line_of(error) == Some(line) => error.to_string(),
        _ => {
            let at = fault.at.kind.map_or_else(|| "every message".to_owned(), |kind| kind.to_string());
            format!("the fault at line {line} never fired at {at}: the connection ended first, or nothing was changed")
        }
    }
}

/// What a replay came to.
fn concluded(played: &Played) -> (String, String, Option<&'static str>) {
    let diagnosis = &played.diagnosis;
    let first = diagnosis.findings.first().map(|finding| finding.id);
    (format!("{:?}", diagnosis.verdict), diagnosis.stage.to_string(), first)
}

fn shown(played: &Played) -> String {
    let (_, stage, finding) = concluded(played);
    format!("`{}` at {stage}", finding.unwrap_or(HEALTHY))
}

/// The lines that its faults have in a file of its own.
fn renumbered(scenario: Scenario) -> Scenario {
    let Ok(text) = to_toml(&scenario) else { return scenario };
    check_str(&scenario.source, &text).scenarios.pop().unwrap_or(scenario)
}

/// The scenario with what the probe found as its expectation.
fn as_found(mut scenario: Scenario, played: &Played) -> Scenario {
    let diagnosis = &played.diagnosis;
    let finding = diagnosis.findings.first().map(|finding| finding.id.to_owned());
    scenario.expect_probe = ExpectProbe { stage: diagnosis.stage, finding, says: None };
    let (duty, does) = if diagnosis.complete {
        (ClientDuty::Connect, "goes on to a session")
    } else {
        (ClientDuty::Disconnect, "goes no further")
    };
    let spec = scenario.spec.join(", ");
    let because = format!("badrdp's probe {does}; nobody has held that against the text ({spec})");
    scenario.expect_client = ExpectClient { must: None, should: Some(duty), because };
    scenario
}

/// The scenario's file, held against what it must say.
fn written(scenario: &Scenario) -> Result<String, String> {
    let text = to_toml(scenario).map_err(|error: WriteError| format!("no file can say it: {error}"))?;
    let checked = check_str(&scenario.source, &text);
    let mistakes = checked.diagnostics.into_iter();
    let findings = check_findings(&scenario.source, &text, &badrdp_client_probe::diagnosis::finding_ids());
    if let Some(mistake) = mistakes.chain(findings).find(|found| found.severity == Severity::Error) {
        return Err(format!("its file is refused: {mistake}"));
    }
    match checked.scenarios.as_slice() {
        [same] if same == scenario => Ok(text),
        other => Err(format!("its file says something else: {other:?}, not {scenario:?}")),
    }
}

/// The longest time that a probe may take.
pub(crate) fn longest(options: &Options) -> Duration {
    let probe = badrdp_client_probe::Options::default();
    // Besides its 12 budgets: TCP, the stay in the session, the farewell, and a machine that does other things, too.
    options.budget * 13 + probe.connect_budget + Duration::from_secs(2)
}
