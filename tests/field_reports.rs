//! `docs/field-reports.md`: each report has a scenario of the catalogue, whose finding and sentence are as the page says.
#![allow(clippy::expect_used, clippy::panic, reason = "tests say what they expect")]

use std::path::Path;

use badrdp::replay::{Options, replay};

/// Fewer would not be worth a page.
const FEWEST: usize = 10;

struct Report {
    who: String,
    scenario: String,
    finding: String,
    says: String,
}

/// The rows of the page's table.
fn reports() -> Vec<Report> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/field-reports.md");
    let page = std::fs::read_to_string(page).expect("the page is there");
    let rows = page.lines().filter(|line| line.starts_with("| ")).skip(2);
    rows.map(|line| {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [who, what, scenario, finding, says] = <[&str; 5]>::try_from(cells).expect(line);
        assert!(who.contains('#') && !what.is_empty(), "{line}");
        let id = |cell: &str| cell.trim_matches('`').to_owned();
        Report { who: who.to_owned(), scenario: id(scenario), finding: id(finding), says: says.to_owned() }
    })
    .collect()
}

#[test]
fn every_report_names_a_scenario_that_expects_its_finding() {
    let reports = reports();
    assert!(reports.len() >= FEWEST, "{}", reports.len());
    for Report { who, scenario, finding, .. } in &reports {
        let known = badrdp::scenario(scenario).unwrap_or_else(|error| panic!("{who}: {error}"));
        assert_eq!(known.expect_probe.finding.as_deref(), Some(finding.as_str()), "{who}: {scenario}");
        assert!(badrdp::client_probe::diagnosis::finding_ids().contains(&finding.as_str()), "{who}: {finding}");
    }
}

#[test]
fn the_probe_says_of_each_what_the_page_says() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    for Report { who, scenario, finding, says } in &reports() {
        let known = badrdp::scenario(scenario).expect("it is in the catalogue");
        let replayed = runtime.block_on(replay(&known, &Options::default())).expect("it can be replayed");
        let first = replayed.diagnosis.findings.first().expect("something is wrong");
        assert_eq!((first.id, first.title.as_str()), (finding.as_str(), says.as_str()), "{who}: {scenario}");
        // What a person can act on.
        assert!(!first.causes.is_empty() && !first.remedies.is_empty(), "{who}: {scenario}");
    }
}
