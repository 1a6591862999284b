//! `badrdp scenario docs`: the catalogue as a page.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use badrdp_proto::vocab::Stage;
use badrdp_scenarios::catalog::{self, Entry};
use badrdp_scenarios::coverage::{coverage, totals};
use badrdp_scenarios::model::ExpectClient;
use badrdp_scenarios::{Scenario, catalog as scenarios};
use clap::Args;

use super::show::duty_text;
use crate::{exit, output};

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(crate) struct Arguments {}

const HELP: &str = "\
The page is made from the scenario files alone. In badrdp's own repository it
stands in docs/scenarios.md; a test says when that is not current any more.

Example:
  badrdp scenario docs > docs/scenarios.md";

/// Runs the command; the value is the exit code.
pub(super) fn main(_: &Arguments) -> anyhow::Result<u8> {
    output::print(&page())?;
    Ok(exit::AS_EXPECTED)
}

fn page() -> String {
    let entries = catalog::entries();
    let mut text = String::new();
    let _ = write!(
        text,
        "# The catalogue\n\n\
         <!-- Made by `badrdp scenario docs`; changes belong into the files below scenarios/catalog/. -->\n\n\
         {} scenarios in {} files. Each is a way in which an RDP host can be wrong, or right: `badrdp serve ID` plays it for\n\
         any client, `badrdp run ID` replays it with the probe, `badrdp scenario show ID` shows its file. Where a file is a\n\
         family, the id goes on with the case: `tls/alert/access-denied`.\n",
        scenarios().len(),
        entries.len()
    );
    text.push_str(&stages());
    text.push_str(&rows());
    for (theme, entries) in themes(&entries) {
        let count: usize = entries.iter().map(|entry| entry.scenarios.len()).sum();
        let _ = write!(text, "\n## {theme} ({count})\n\n");
        text.extend(entries.into_iter().map(entry));
    }
    text
}

/// How many scenarios the probe must stop at each stage with.
fn stages() -> String {
    let mut text = "\n| stage | scenarios whose first finding is there |\n| --- | --- |\n".to_owned();
    for stage in Stage::ALL {
        let count = scenarios().iter().filter(|scenario| scenario.expect_probe.stage == *stage).count();
        if count > 0 {
            let _ = writeln!(text, "| {stage} | {count} |");
        }
    }
    text
}

/// The totals of `badrdp scenario coverage`.
fn rows() -> String {
    let mut text =
        "\nOf the tests in Microsoft's suites, and of what those leave out (`badrdp scenario coverage` has each):\n\n\
         | class | rows | covered | explained | open |\n| --- | --- | --- | --- | --- |\n"
            .to_owned();
    for total in totals(&coverage(scenarios())) {
        let (rows, name) = (total.rows(), total.class.name());
        let _ = writeln!(text, "| {name} | {rows} | {} | {} | {} |", total.covered, total.explained, total.open);
    }
    text
}

/// Files by their directory; directories in the order of the stages that most of their scenarios are about.
fn themes(entries: &[Entry]) -> Vec<(&str, Vec<&Entry>)> {
    let mut themes: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
    for entry in entries {
        let theme = entry.id.split('/').next().unwrap_or_default();
        themes.entry(theme).or_default().push(entry);
    }
    let mut themes: Vec<_> = themes.into_iter().collect();
    themes.sort_by_key(|(theme, entries)| (common_stage(entries), *theme));
    themes
}

fn common_stage(entries: &[&Entry]) -> Stage {
    let of = |stage: Stage| {
        let scenarios = entries.iter().flat_map(|entry| &entry.scenarios);
        scenarios.filter(|scenario| scenario.expect_probe.stage == stage).count()
    };
    // The earliest of the most common ones.
    Stage::ALL.iter().copied().rev().max_by_key(|stage| of(*stage)).unwrap_or(Stage::Active)
}

fn entry(entry: &Entry) -> String {
    let Entry { id, summary, scenarios } = entry;
    let mut text = match scenarios.as_slice() {
        [_] => format!("- **`{id}`**: {summary}\n"),
        many => format!("- **`{id}`** ({}): {summary}\n", many.len()),
    };
    let probe = each(scenarios, |scenario| {
        let expect = &scenario.expect_probe;
        let found = expect.finding.as_ref().map_or_else(|| "healthy".to_owned(), |finding| format!("`{finding}`"));
        format!("{found} at {}", expect.stage)
    });
    let _ = writeln!(text, "  - the probe finds: {probe}");
    let _ = writeln!(text, "  - a client {}", each(scenarios, |scenario| duties(&scenario.expect_client)));
    let _ = writeln!(text, "  - {}", sections(scenarios));
    let cases: Vec<String> = scenarios
        .iter()
        .filter_map(|scenario| Some(format!("`{}`", scenario.id.strip_prefix(id.as_str())?.strip_prefix('/')?)))
        .collect();
    if !cases.is_empty() {
        let _ = writeln!(text, "  - cases: {}", cases.join(", "));
    }
    text
}

/// What is said of each scenario, the same words once, and how often.
fn each(scenarios: &[&Scenario], of: impl Fn(&Scenario) -> String) -> String {
    let mut said: Vec<(String, usize)> = Vec::new();
    for scenario in scenarios {
        let words = of(scenario);
        match said.iter_mut().find(|(known, _)| *known == words) {
            Some((_, count)) => *count += 1,
            None => said.push((words, 1)),
        }
    }
    let alone = said.len() == 1;
    let words = |(words, count)| if alone || count == 1 { words } else { format!("{words} ({count})") };
    said.into_iter().map(words).collect::<Vec<_>>().join(", ")
}

fn duties(expect: &ExpectClient) -> String {
    let duties = [("must", expect.must), ("should", expect.should)].into_iter();
    let said = duties.filter_map(|(word, duty)| Some(format!("{word} {}", duty_text(duty?, expect.ends()))));
    said.collect::<Vec<_>>().join(" and ")
}

/// Every section once.
fn sections(scenarios: &[&Scenario]) -> String {
    let mut sections: Vec<&str> = Vec::new();
    for section in scenarios.iter().flat_map(|scenario| &scenario.spec) {
        if !sections.contains(&section.as_str()) {
            sections.push(section);
        }
    }
    sections.join(", ")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests state what they expect")]
    use super::*;

    #[test]
    fn a_family_is_one_entry_with_its_cases() {
        let entries = catalog::entries();
        let find = |id: &str| entry(entries.iter().find(|entry| entry.id == id).unwrap());
        let text = find("tls/version-too-old");
        assert!(text.starts_with("- **`tls/version-too-old`** (2): "), "{text}");
        assert!(text.ends_with("  - cases: `tls-1.0`, `tls-1.1`\n"), "{text}");
        assert!(!find("tls/certificate-expired").contains("cases"));
    }

    #[test]
    fn what_differs_in_a_family_is_counted() {
        let scenarios: Vec<&Scenario> = badrdp_scenarios::select("tls/alert").unwrap();
        assert_eq!(each(&scenarios, |_| "the same".to_owned()), "the same");
        let said = each(&scenarios, |scenario| (scenario.id == "tls/alert/access-denied").to_string());
        assert_eq!(said, format!("true, false ({})", scenarios.len() - 1));
    }

    #[test]
    fn themes_follow_the_handshake() {
        let entries = catalog::entries();
        let themes: Vec<&str> = themes(&entries).into_iter().map(|(theme, _)| theme).collect();
        let place = |theme: &str| themes.iter().position(|known| *known == theme);
        assert!(place("negotiation") < place("tls") && place("tls") < place("nla") && place("nla") < place("mcs"));
        assert!(place("mcs") < place("licensing") && place("licensing") < place("activation"), "{themes:?}");
    }
}
