//! `badrdp scenario list`.

use std::fmt::Write as _;

use badrdp_proto::vocab::Stage;
use badrdp_scenarios::{Scenario, catalog};
use clap::Args;
use serde::Serialize;

use crate::{exit, output};

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Only scenarios with this tag, for example 0x904
    #[arg(long)]
    tag: Option<String>,
    /// Only scenarios of which the probe must report this stage, for example tls
    #[arg(long, value_parser = stage)]
    stage: Option<Stage>,
    /// Print JSON instead of text
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  badrdp scenario list --tag 0x904    every cause of 0x904 in the catalogue
  badrdp scenario list --stage tls    everything that goes wrong in TLS";

/// The JSON form.
#[derive(Serialize)]
struct Json<'a> {
    schema: u32,
    scenarios: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    id: &'a str,
    summary: &'a str,
    tags: &'a [String],
    spec: &'a [String],
    stage: &'static str,
    finding: Option<&'a str>,
    file: String,
}

/// Runs the command; the value is the exit code.
pub(super) fn main(arguments: &Arguments) -> anyhow::Result<u8> {
    if let Some(tag) = &arguments.tag {
        known_tag(tag)?;
    }
    let wanted = |scenario: &&Scenario| {
        arguments.tag.as_ref().is_none_or(|tag| scenario.tags.contains(tag))
            && arguments.stage.is_none_or(|stage| scenario.expect_probe.stage == stage)
    };
    let found: Vec<&Scenario> = catalog().iter().filter(wanted).collect();
    if arguments.json {
        let json = Json { schema: 1, scenarios: found.into_iter().map(row).collect() };
        output::print(&format!("{}\n", serde_json::to_string_pretty(&json)?))?;
    } else {
        output::print(&table(&found, output::width()))?;
    }
    Ok(exit::AS_EXPECTED)
}

fn known_tag(tag: &str) -> anyhow::Result<()> {
    let mut tags: Vec<&str> = catalog().iter().flat_map(|scenario| &scenario.tags).map(String::as_str).collect();
    tags.sort_unstable();
    tags.dedup();
    anyhow::ensure!(tags.contains(&tag), "no scenario has the tag `{tag}`; tags: {}", tags.join(", "));
    Ok(())
}

fn row(scenario: &Scenario) -> Row<'_> {
    Row {
        id: &scenario.id,
        summary: &scenario.summary,
        tags: &scenario.tags,
        spec: &scenario.spec,
        stage: scenario.expect_probe.stage.name(),
        finding: scenario.expect_probe.finding.as_deref(),
        file: scenario.source.display().to_string(),
    }
}

fn stage(name: &str) -> Result<Stage, String> {
    name.parse().map_err(|_| {
        let names: Vec<_> = Stage::ALL.iter().map(|stage| stage.name()).collect();
        format!("stages are {}", names.join(", "))
    })
}

/// One line per scenario, cut to `terminal` where stdout is one.
fn table(scenarios: &[&Scenario], terminal: Option<usize>) -> String {
    let width = scenarios.iter().map(|scenario| scenario.id.len()).max().unwrap_or(0);
    let mut text = String::new();
    for scenario in scenarios {
        let line = format!("{:width$}  {}", scenario.id, scenario.summary);
        let _ = writeln!(text, "{}", terminal.map_or_else(|| line.clone(), |terminal| output::fit(&line, terminal)));
    }
    let _ = match scenarios.len() {
        0 => writeln!(text, "no scenario matches"),
        1 => writeln!(text, "\n1 scenario; `badrdp scenario show ID` says more"),
        count => writeln!(text, "\n{count} scenarios; `badrdp scenario show ID` says more about one"),
    };
    text
}
