//! `badrdp scenario coverage`: Microsoft's rows, and ours beside each.

use std::fmt::Write as _;

use badrdp_client_probe::report::style::{self, paint, verbatim};
use badrdp_scenarios::coverage::{Line, Standing, Total, coverage, owed, totals};
use badrdp_scenarios::{Scenario, catalog, suites};
use clap::Args;

use crate::{exit, output};

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(crate) struct Arguments {
    /// Exit with 1 where a row that matters is neither covered nor explained
    #[arg(long)]
    check: bool,
    /// Only rows that nothing covers and nothing explains
    #[arg(long)]
    open: bool,
    /// Print JSON instead of text
    #[arg(long, conflicts_with = "open")]
    json: bool,
}

const HELP: &str = "\
C001 to C141 are the tests of Microsoft's RDP client suite, S01 to S18 those of
its server suite. C032w is what the suite really sends where its test C032
claims something else. U and L rows are what no test of theirs does. A scenario
names the rows that it covers with `covers` in its file. The mark before a row
says whether it is covered, by the scenarios below it; explained, by the reason
below it; or open. Which mark is which stands beside the totals.

Exit codes:
  0  printed; with --check: no `must` or `should` row is left open
  1  with --check: some are not";

/// The marks of rows.
const COVERED: char = '✓';
const EXPLAINED: char = '–';
const OPEN: char = '✗';

/// Scenarios named beside a row, families counting as one, before the rest is only counted.
const NAMED: usize = 3;

/// Runs the command; the value is the exit code.
pub(super) fn main(arguments: &Arguments) -> anyhow::Result<u8> {
    let lines = coverage(catalog());
    if arguments.json {
        output::print(&format!("{:#}\n", json(&lines)))?;
    } else {
        output::report(&text(&lines, arguments.open))?;
    }
    let owed = owed(&lines);
    if !arguments.check || owed.is_empty() {
        return Ok(exit::AS_EXPECTED);
    }
    let ids: Vec<&str> = owed.iter().map(|line| line.row.id.as_str()).collect();
    anstream::eprintln!("badrdp: neither covered nor explained: {}", ids.join(", "));
    Ok(exit::NOT_AS_EXPECTED)
}

/// Refuses an id that no row has.
pub(crate) fn known_row(id: &str) -> anyhow::Result<()> {
    let near = || {
        let ids = suites::rows().iter().map(|row| row.id.as_str());
        let near = badrdp_scenarios::nearest(id, ids, 3);
        if near.is_empty() {
            "`badrdp scenario coverage` lists them".to_owned()
        } else {
            format!("near it: {}", near.join(", "))
        }
    };
    anyhow::ensure!(suites::find(id).is_some(), "no row has the id `{id}`; {}", near());
    Ok(())
}

fn text(lines: &[Line<'_>], open: bool) -> String {
    let mut text = String::new();
    let mut part = "";
    for line in lines.iter().filter(|line| !open || line.standing() == Standing::Open) {
        if line.row.part != part {
            part = &line.row.part;
            let gap = if text.is_empty() { "" } else { "\n" };
            let _ = writeln!(text, "{gap}{}", paint(style::HEAD, part));
        }
        row(&mut text, line);
    }
    let gap = if text.is_empty() { "" } else { "\n" };
    let marks = format!("{COVERED} covered, {EXPLAINED} explained, {OPEN} open");
    let _ = writeln!(text, "{gap}{}  {}", paint(style::HEAD, "Totals"), paint(style::DIM, marks));
    for total in totals(lines) {
        let Total { class, covered, explained, open } = total;
        let rows = total.rows();
        let _ = writeln!(
            text,
            "  {:12}  {rows:3} rows: {covered:3} covered, {explained:3} explained, {open:3} open",
            class.name()
        );
    }
    text
}

fn row(text: &mut String, line: &Line<'_>) {
    let (style, mark, below) = match line.standing() {
        Standing::Covered => (style::GOOD, COVERED, beside(&line.scenarios)),
        Standing::Explained => (style::DIM, EXPLAINED, line.row.reason.clone().unwrap_or_default()),
        Standing::Open => (style::BAD, OPEN, String::new()),
    };
    let head = format!("{:5}  {:12}  ", line.row.id, line.row.class.name());
    let wire = output::wrap(&line.row.wire, 2 + head.chars().count(), output::prose_width());
    let _ = writeln!(text, "{} {}", paint(style, mark), verbatim(head + &wire));
    if !below.is_empty() {
        let below = output::wrap(&below, 9, output::prose_width());
        let _ = writeln!(text, "         {}", paint(style::DIM, verbatim(below)));
    }
}

/// The scenarios of a row; those of one file as one, where there are several.
pub(super) fn beside(scenarios: &[&Scenario]) -> String {
    let mut families: Vec<(&std::path::Path, Vec<&str>)> = Vec::new();
    for scenario in scenarios {
        match families.last_mut() {
            Some((source, ids)) if *source == scenario.source => ids.push(&scenario.id),
            _ => families.push((&scenario.source, vec![&scenario.id])),
        }
    }
    let named = families.iter().take(NAMED).map(|(source, ids)| match ids.as_slice() {
        [id] => (*id).to_owned(),
        ids => format!("{} ({})", source.with_extension("").display(), ids.len()),
    });
    let mut text = named.collect::<Vec<_>>().join(", ");
    if families.len() > NAMED {
        let _ = write!(text, " and {} more", families.len() - NAMED);
    }
    text
}

fn json(lines: &[Line<'_>]) -> serde_json::Value {
    let rows: Vec<_> = lines
        .iter()
        .map(|line| {
            serde_json::json!({
                "id": line.row.id,
                "class": line.row.class.name(),
                "part": line.row.part,
                "spec": line.row.spec,
                "wire": line.row.wire,
                "test": line.row.test,
                "standing": line.standing().name(),
                "scenarios": line.scenarios.iter().map(|scenario| &scenario.id).collect::<Vec<_>>(),
                "reason": line.row.reason,
            })
        })
        .collect();
    let totals: serde_json::Map<_, _> = totals(lines)
        .iter()
        .map(|total| {
            let Total { class, covered, explained, open } = *total;
            let counts = serde_json::json!({
                "rows": total.rows(), "covered": covered, "explained": explained, "open": open,
            });
            (class.name().to_owned(), counts)
        })
        .collect();
    serde_json::json!({ "schema": 1, "rows": rows, "totals": totals })
}
