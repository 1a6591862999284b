//! Microsoft's rows, and our scenarios beside each. Computed from the files, never written down.

use crate::model::Scenario;
use crate::suites::{self, Class, Row};

/// A row and what stands beside it.
#[derive(Clone, Debug)]
pub struct Line<'s> {
    /// The row.
    pub row: &'static Row,
    /// The scenarios that say that they cover it, ordered by id.
    pub scenarios: Vec<&'s Scenario>,
}

impl Line<'_> {
    /// What can be said of the row.
    #[must_use]
    pub fn standing(&self) -> Standing {
        match &self.row.reason {
            _ if !self.scenarios.is_empty() => Standing::Covered,
            Some(_) => Standing::Explained,
            None => Standing::Open,
        }
    }
}

/// What can be said of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// At least one scenario covers it.
    Covered,
    /// None does, and the table says why.
    Explained,
    /// None does, and nothing says why.
    Open,
}

impl Standing {
    /// The name used in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Covered => "covered",
            Self::Explained => "explained",
            Self::Open => "open",
        }
    }
}

/// How many rows of one class there are, by standing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Total {
    /// The class.
    pub class: Class,
    /// Rows that a scenario covers.
    pub covered: usize,
    /// Rows that none covers, with the reason.
    pub explained: usize,
    /// Rows that none covers, without a reason.
    pub open: usize,
}

impl Total {
    /// All rows of the class.
    #[must_use]
    pub const fn rows(&self) -> usize {
        self.covered + self.explained + self.open
    }
}

/// Every row of the table with the scenarios that cover it.
#[must_use]
pub fn coverage(scenarios: &[Scenario]) -> Vec<Line<'_>> {
    let beside = |row: &'static Row| {
        let covers = |scenario: &&Scenario| scenario.covers.contains(&row.id);
        Line { row, scenarios: scenarios.iter().filter(covers).collect() }
    };
    suites::rows().iter().map(beside).collect()
}

/// The totals of every class, the weightiest first.
#[must_use]
pub fn totals(lines: &[Line<'_>]) -> Vec<Total> {
    let total = |class: &Class| {
        let count =
            |standing| lines.iter().filter(|line| line.row.class == *class && line.standing() == standing).count();
        Total {
            class: *class,
            covered: count(Standing::Covered),
            explained: count(Standing::Explained),
            open: count(Standing::Open),
        }
    };
    Class::ALL.iter().map(total).collect()
}

/// Rows that have to be covered, are not, and have no reason.
#[must_use]
pub fn owed<'l, 's>(lines: &'l [Line<'s>]) -> Vec<&'l Line<'s>> {
    lines.iter().filter(|line| line.row.class.is_owed() && line.standing() == Standing::Open).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use std::path::Path;

    use super::*;
    use crate::load_str;

    #[test]
    fn every_row_is_counted_once() {
        let text = "summary = \"s\"\nspec = [\"s\"]\ncovers = [\"C001\", \"C032w\", \"C016\"]\n\
                    expect.probe = { stage = \"active\" }\nexpect.client = { must = \"connect\", because = \"b\" }\n";
        let scenarios = load_str(Path::new("a/b.toml"), text).unwrap();
        let lines = coverage(&scenarios);
        let standing = |id: &str| lines.iter().find(|line| line.row.id == id).unwrap().standing();
        assert_eq!(
            (standing("C001"), standing("C032"), standing("C032w")),
            (Standing::Covered, Standing::Open, Standing::Covered)
        );
        assert_eq!(standing("C016"), Standing::Covered, "a scenario is better than a reason");
        assert_eq!((standing("C017"), standing("C118")), (Standing::Explained, Standing::Explained));
        let totals = totals(&lines);
        assert_eq!(totals.iter().map(Total::rows).sum::<usize>(), suites::rows().len());
        let must = totals.first().unwrap();
        assert_eq!((must.class, must.covered, must.explained), (Class::Must, 2, 0));
        let owed = owed(&lines);
        assert!(owed.iter().any(|line| line.row.id == "C032") && owed.iter().all(|line| line.row.class.is_owed()));
        assert!(!owed.iter().any(|line| line.row.id == "C017"), "it is explained");
    }
}
