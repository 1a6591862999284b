//! `badrdp scenario show`.

use std::fmt::Write as _;

use badrdp_scenarios::model::{ClientDuty, ExpectClient};
use badrdp_scenarios::{Scenario, catalog};
use clap::Args;

use crate::commands::select;
use crate::{exit, output};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The id of a scenario, or of a family: licensing/refused
    id: String,
}

/// Runs the command; the value is the exit code.
pub(super) fn main(arguments: &Arguments) -> anyhow::Result<u8> {
    let found = badrdp_scenarios::select(&arguments.id)
        .map_err(|nearest| badrdp::UnknownScenario { id: arguments.id.clone(), nearest })?;
    let text = match found.as_slice() {
        [one] => scenario(one),
        [first, rest @ ..] if rest.iter().all(|other| other.source == first.source) => family(&arguments.id, &found),
        _ => {
            anyhow::bail!("`{}` is a directory; choose one of:{}", arguments.id, select::listed(&found, 2));
        }
    };
    output::print(&text)?;
    Ok(exit::AS_EXPECTED)
}

fn scenario(scenario: &Scenario) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{}\n{}", scenario.id, scenario.summary);
    about(&mut text, scenario);
    let _ = writeln!(text, "\nThe probe must say:  {}", probe(scenario));
    client(&mut text, &scenario.expect_client);
    file(&mut text, scenario);
    let _ = writeln!(text, "\nReplay it:  badrdp run {}", scenario.id);
    text
}

fn family(id: &str, scenarios: &[&Scenario]) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{} ({} scenarios)", id.trim_end_matches('/'), scenarios.len());
    if let Some(first) = scenarios.first() {
        about(&mut text, first);
    }
    let width = scenarios.iter().map(|scenario| scenario.id.len()).max().unwrap_or(0);
    text.push_str("\nThe probe must say:\n");
    for scenario in scenarios {
        let _ = writeln!(text, "  {:width$}  {}", scenario.id, probe(scenario));
    }
    if let Some(first) = scenarios.first() {
        file(&mut text, first);
    }
    let _ = writeln!(text, "\nReplay them:  badrdp run {}", id.trim_end_matches('/'));
    text
}

fn about(text: &mut String, scenario: &Scenario) {
    if !scenario.about.is_empty() {
        let _ = writeln!(text, "\n{}", output::wrap(&scenario.about, 0, output::prose_width()));
    }
    let _ = writeln!(text, "\nSpecification:  {}", scenario.spec.join(", "));
    if !scenario.tags.is_empty() {
        let _ = writeln!(text, "Tags:  {}", scenario.tags.join(", "));
    }
}

fn probe(scenario: &Scenario) -> String {
    let expect = &scenario.expect_probe;
    match (&expect.finding, &expect.says) {
        (Some(finding), Some(says)) => format!("{finding} ({says}), at the stage {}", expect.stage),
        (Some(finding), None) => format!("{finding}, at the stage {}", expect.stage),
        (None, _) => format!("nothing is wrong; the connection reaches the stage {}", expect.stage),
    }
}

fn client(text: &mut String, expect: &ExpectClient) {
    let duties = [("must", expect.must), ("should", expect.should)];
    for (word, duty) in duties.into_iter().filter_map(|(word, duty)| Some((word, duty?))) {
        let _ = writeln!(text, "A client {word}:  {}", duty_text(duty, expect.ends()));
    }
    let _ = writeln!(text, "Because:  {}", expect.because);
}

/// `ends`: the client must end the connection in any case.
pub(super) const fn duty_text(duty: ClientDuty, ends: bool) -> &'static str {
    match duty {
        ClientDuty::Connect => "go on to an active session",
        ClientDuty::Disconnect => "end the connection",
        ClientDuty::Warn if ends => "tell the user why",
        ClientDuty::Warn => "tell the user, and go on only if the user says so",
    }
}

fn file(text: &mut String, scenario: &Scenario) {
    let _ = writeln!(text, "\nscenarios/catalog/{}:\n", scenario.source.display());
    for line in catalog::source_text(scenario).unwrap_or_default().lines() {
        let _ = if line.is_empty() { writeln!(text) } else { writeln!(text, "    {line}") };
    }
}
