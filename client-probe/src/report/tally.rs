//! What many hosts came to.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::json::{SCHEMA, verdict};
use super::style::{self, paint};
use crate::diagnosis::{Verdict, is_harmless};
use crate::examine::Examination;

/// Findings that are listed.
const MAX_FINDINGS: usize = 40;

/// Counts of hosts; it grows with the kinds of findings, not with the hosts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Hosts that are done.
    pub hosts: usize,
    /// Hosts with nothing wrong.
    pub fine: usize,
    /// Hosts that could not be reached.
    pub unreachable: usize,
    /// Those of them that nobody named: addresses of a range.
    pub empty: usize,
    /// Hosts at which the probe itself failed.
    pub failed: usize,
    /// Connections of surveys, in all.
    pub connections: u64,
    verdicts: BTreeMap<&'static str, usize>,
    findings: BTreeMap<&'static str, usize>,
}

impl Tally {
    /// Counts a host; `by_range`: an address at which nobody said that a host is.
    pub fn count(&mut self, found: &Examination, by_range: bool) {
        self.hosts += 1;
        self.fine += usize::from(found.is_fine());
        let unreachable = found.diagnosis.verdict == Verdict::Unreachable;
        self.unreachable += usize::from(unreachable);
        *self.verdicts.entry(verdict(found.diagnosis.verdict)).or_default() += 1;
        if unreachable && by_range {
            self.empty += 1;
            return;
        }
        let weaknesses = found.survey.iter().flat_map(|survey| &survey.weaknesses).map(|weakness| weakness.finding.id);
        let findings = found.diagnosis.findings.iter().map(|finding| finding.id).filter(|id| !is_harmless(id));
        let mut ids: Vec<_> = findings.chain(weaknesses).collect();
        ids.sort_unstable();
        ids.dedup();
        for id in ids {
            *self.findings.entry(id).or_default() += 1;
        }
        self.connections += found.survey.as_ref().map_or(0, |survey| u64::from(survey.cost.connections));
    }

    /// Counts a host at which the probe itself failed.
    pub const fn count_failed(&mut self) {
        self.hosts += 1;
        self.failed += 1;
    }

    /// Hosts with something wrong, without those that could not be reached.
    #[must_use]
    pub const fn wrong(&self) -> usize {
        self.hosts - self.fine - self.unreachable
    }

    /// For people. `hidden` says that empty addresses were not shown; `left` counts hosts that were not come to.
    #[must_use]
    pub fn text(&self, took: Duration, hidden: bool, left: usize) -> String {
        let mut parts = vec![format!("{} fine", self.fine)];
        if self.wrong() > 0 {
            parts.push(paint(style::BAD, format!("{} with something wrong", self.wrong())));
        }
        if self.unreachable > 0 {
            let not = match self.empty {
                empty @ 1.. if hidden => format!(" ({empty} of them are addresses of a range: --full shows them)"),
                _ => String::new(),
            };
            parts.push(format!("{} unreachable{not}", self.unreachable));
        }
        if left > 0 {
            parts.push(paint(style::BAD, format!("{left} not come to")));
        }
        let connections = match self.connections {
            0 => String::new(),
            count => format!(", {count} connections of surveys"),
        };
        let hosts = if self.hosts == 1 { "host" } else { "hosts" };
        let mut text =
            format!("{} {hosts} in {:.1} s: {}{connections}\n", self.hosts, took.as_secs_f64(), parts.join(", "));
        let mut findings: Vec<_> = self.findings.iter().map(|(id, count)| (*id, *count)).collect();
        findings.sort_by_key(|(id, count)| (std::cmp::Reverse(*count), *id));
        for (id, count) in findings.iter().take(MAX_FINDINGS) {
            text.push_str(&format!("  {count:>6}  {id}\n"));
        }
        text
    }

    /// As data: the document `summary`.
    #[must_use]
    pub fn data(&self, took: Duration, left: usize) -> Value {
        json!({
            "schema": SCHEMA,
            "summary": {
                "hosts": self.hosts,
                "fine": self.fine,
                "wrong": self.wrong(),
                "unreachable": self.unreachable,
                "failed": self.failed,
                "left": left,
                "survey_connections": self.connections,
                "verdicts": self.verdicts,
                "findings": self.findings,
                "took_ms": super::json::milliseconds(took),
            },
        })
    }
}
