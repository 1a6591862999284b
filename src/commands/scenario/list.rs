//! `badrdp scenario list`.

use std::fmt::Write as _;

use badrdp_client_probe::report::style::{self, paint, verbatim};
use badrdp_proto::vocab::Stage;
use badrdp_scenarios::Scenario;
use clap::Args;
use serde::Serialize;

use crate::commands::filter::Filter;
use crate::commands::select;
use crate::{exit, output};

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Only these: ids, or a prefix of them such as `tls`
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    #[command(flatten)]
    filter: Filter,
    /// Print JSON instead of text
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Filters go together: what is listed passes all of them.

Examples:
  badrdp scenario list nla             everything below nla/
  badrdp scenario list --tag 0x904     every cause of 0x904 in the catalogue
  badrdp scenario list --stage tls     everything that goes wrong in TLS
  badrdp scenario list --spec 2.2.1.4  all that is about MCS Connect Response";

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
    covers: &'a [String],
    stage: &'static str,
    finding: Option<&'a str>,
    file: String,
}

/// Runs the command; the value is the exit code.
pub(super) fn main(arguments: &Arguments) -> anyhow::Result<u8> {
    arguments.filter.check()?;
    let named = select::named(&arguments.ids)?;
    let found: Vec<&Scenario> = named.into_iter().filter(|scenario| arguments.filter.wants(scenario)).collect();
    if arguments.json {
        let json = Json { schema: 1, scenarios: found.into_iter().map(row).collect() };
        output::print(&format!("{}\n", serde_json::to_string_pretty(&json)?))?;
    } else {
        output::report(&table(&found, output::width()))?;
    }
    Ok(exit::AS_EXPECTED)
}

fn row(scenario: &Scenario) -> Row<'_> {
    Row {
        id: &scenario.id,
        summary: &scenario.summary,
        tags: &scenario.tags,
        spec: &scenario.spec,
        covers: &scenario.covers,
        stage: scenario.expect_probe.stage.name(),
        finding: scenario.expect_probe.finding.as_deref(),
        file: scenario.source.display().to_string(),
    }
}

/// Stage by stage, one line per scenario, cut to `terminal` where stdout is one.
fn table(scenarios: &[&Scenario], terminal: Option<usize>) -> String {
    let width = scenarios.iter().map(|scenario| scenario.id.len()).max().unwrap_or(0);
    let fitted = |line: String| terminal.map_or_else(|| line.clone(), |terminal| output::fit(&line, terminal));
    let mut text = String::new();
    for stage in Stage::ALL {
        let of_stage: Vec<_> = scenarios.iter().filter(|scenario| scenario.expect_probe.stage == *stage).collect();
        if of_stage.is_empty() {
            continue;
        }
        let _ = writeln!(text, "{}", paint(style::HEAD, fitted(format!("{stage}: {}", stage.sentence()))));
        for scenario in of_stage {
            let _ = writeln!(text, "{}", verbatim(fitted(format!("  {:width$}  {}", scenario.id, scenario.summary))));
        }
        text.push('\n');
    }
    let _ = match scenarios.len() {
        0 => writeln!(text, "no scenario matches"),
        1 => writeln!(text, "1 scenario; `badrdp scenario show ID` says more"),
        count => writeln!(text, "{count} scenarios; `badrdp scenario show ID` says more about one"),
    };
    text
}
