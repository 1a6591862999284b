//! What Microsoft's RDP suites put on the wire, and what they leave out: rows that scenarios cover.
//!
//! The data stands in `scenarios/coverage/suites.toml`, which says what each key means.

use std::sync::LazyLock;

use serde::Deserialize;

/// The table as it was written.
const TEXT: &str = include_str!("../coverage/suites.toml");

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| parse(TEXT).unwrap_or_default());

/// One thing that a suite does, or leaves out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// `C033`; `C032w` where the suite sends something else than its test C032 claims.
    pub id: String,
    /// How much it matters here.
    pub class: Class,
    /// What it is about: a section.
    pub spec: String,
    /// What stands on the wire.
    pub wire: String,
    /// The heading that it stands under.
    pub part: String,
    /// The suite's name for it.
    pub test: Option<String>,
    /// Why it cannot be covered, or not yet.
    pub reason: Option<String>,
    /// Of a test that sends something else than its name claims.
    pub side: Side,
}

/// How much a row matters, and where it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// A test of the client suite: a fault or a variant of the handshake.
    Must,
    /// A test of the client suite: establishing a session, and what comes after.
    Should,
    /// A test of the client suite that can wait.
    Later,
    /// A test of the client suite that only looks at pictures.
    OutOfScope,
    /// A test of the server suite.
    ServerSuite,
    /// The client suite can send it, and no test does.
    UnusedKnob,
    /// Neither suite has it.
    LeftOut,
}

impl Class {
    /// Every class, the weightiest first.
    pub const ALL: &'static [Self] =
        &[Self::Must, Self::Should, Self::Later, Self::OutOfScope, Self::ServerSuite, Self::UnusedKnob, Self::LeftOut];

    /// The name used in files and reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Must => "must",
            Self::Should => "should",
            Self::Later => "later",
            Self::OutOfScope => "out-of-scope",
            Self::ServerSuite => "server-suite",
            Self::UnusedKnob => "unused-knob",
            Self::LeftOut => "left-out",
        }
    }

    /// Whether a row of it has to be covered, or its absence explained.
    #[must_use]
    pub const fn is_owed(self) -> bool {
        matches!(self, Self::Must | Self::Should)
    }
}

/// Which half of a test a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// All of it: the test sends what it claims.
    Whole,
    /// What the test's name claims.
    Claimed,
    /// What the test really sends.
    Sent,
}

/// Every row, in the order of the table.
#[must_use]
pub fn rows() -> &'static [Row] {
    &ROWS
}

/// The row with this id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Row> {
    rows().iter().find(|row| row.id == id)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    part: Vec<Part>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Part {
    title: String,
    reason: Option<String>,
    row: Vec<Line>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    id: String,
    class: Class,
    spec: String,
    wire: String,
    sent: Option<String>,
    needs: Option<Needs>,
    reason: Option<String>,
    test: Option<String>,
}

/// What the protocol core would have to speak first.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Needs {
    RdpSecurity,
}

impl Needs {
    const fn reason(self) -> &'static str {
        match self {
            Self::RdpSecurity => "waits for RDP security",
        }
    }
}

fn parse(text: &str) -> Result<Vec<Row>, toml::de::Error> {
    let table: Table = toml::from_str(text)?;
    let rows = table.part.into_iter().flat_map(|part| {
        let (title, reason) = (part.title, part.reason);
        part.row.into_iter().flat_map(move |line| line.rows(&title, reason.as_deref()))
    });
    Ok(rows.collect())
}

impl Line {
    fn rows(self, part: &str, of_part: Option<&str>) -> Vec<Row> {
        let needed = self.needs.map(|needs| needs.reason().to_owned());
        let whole = Row {
            id: self.id,
            class: self.class,
            spec: self.spec,
            wire: self.wire,
            part: part.to_owned(),
            test: self.test,
            reason: self.reason.or(needed).or(of_part.map(str::to_owned)),
            side: Side::Whole,
        };
        match self.sent {
            None => vec![whole],
            Some(wire) => {
                let sent = Row { id: format!("{}w", whole.id), wire, side: Side::Sent, ..whole.clone() };
                vec![Row { side: Side::Claimed, ..whole }, sent]
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use std::collections::BTreeSet;

    use super::*;
    use crate::spec::Reference;

    #[test]
    fn the_table_is_right() {
        let rows = parse(TEXT).unwrap();
        assert_eq!(rows, super::rows());
        let ids: BTreeSet<&str> = rows.iter().map(|row| row.id.as_str()).collect();
        assert_eq!(ids.len(), rows.len(), "an id comes twice");
        for row in &rows {
            assert!(!Reference::parse(&row.spec).section.is_empty(), "{}: {}", row.id, row.spec);
            assert!(!row.wire.is_empty() && !row.wire.ends_with('.'), "{}", row.id);
            assert_eq!(row.test.is_some(), row.id.starts_with(['C', 'S']), "{}", row.id);
        }
    }

    /// The counts are those of the suites: 141 and 18 tests.
    #[test]
    fn no_test_is_missing() {
        let tests = |class| rows().iter().filter(|row| row.class == class && row.side != Side::Sent).count();
        let counts = [Class::Must, Class::Should, Class::Later, Class::OutOfScope, Class::ServerSuite].map(tests);
        assert_eq!(counts, [51, 58, 8, 24, 18]);
        assert_eq!(rows().iter().filter(|row| row.side == Side::Sent).count(), 13);
        for number in 1..=141 {
            assert!(find(&format!("C{number:03}")).is_some(), "C{number:03}");
        }
    }

    #[test]
    fn a_test_that_sends_something_else_is_two_rows() {
        let (claimed, sent) = (find("C032").unwrap(), find("C032w").unwrap());
        assert_eq!((claimed.side, sent.side), (Side::Claimed, Side::Sent));
        assert!(claimed.wire.contains("8, 3 too small") && sent.wire.contains("2048"));
        assert_eq!((claimed.class, &claimed.test), (sent.class, &sent.test));
        assert_eq!(find("C033").unwrap().side, Side::Whole);
        assert_eq!(find("C016").unwrap().reason.as_deref(), Some("waits for RDP security"));
        assert!(find("C120").unwrap().reason.is_some(), "of its part");
    }
}
