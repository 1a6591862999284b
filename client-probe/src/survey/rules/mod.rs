//! What is wrong with a host by its survey, whatever became of the walk: pure, a family of rules per file.

mod advice;
mod certificate;
mod protocols;
#[cfg(test)]
mod tests;
mod tls;

use badrdp_proto::vocab::Stage;

use super::Survey;
use crate::diagnosis::advice::Advice;
use crate::diagnosis::{Evidence, Finding};

/// How much it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Someone in the network's path can read or change the connection, or soon nobody can connect.
    High,
    /// A known weakness that takes more than the network's path, or a missing layer of defence.
    Medium,
    /// Worth tidying up.
    Low,
}

impl Severity {
    /// In one word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        }
    }
}

/// A finding of the survey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weakness {
    /// How much it matters.
    pub severity: Severity,
    /// What it is, and what to do.
    pub finding: Finding,
}

/// One rule.
#[derive(Debug)]
struct Rule {
    id: &'static str,
    stage: Stage,
    check: fn(&Survey) -> Option<Seen>,
    advice: &'static Advice,
}

/// What a rule sees.
#[derive(Debug)]
struct Seen {
    severity: Severity,
    title: String,
    evidence: Vec<String>,
    causes: Vec<(Evidence, String)>,
}

impl Seen {
    fn new(severity: Severity, title: impl Into<String>) -> Self {
        Self { severity, title: title.into(), evidence: Vec::new(), causes: Vec::new() }
    }

    fn evidence(mut self, line: impl Into<String>) -> Self {
        self.evidence.push(line.into());
        self
    }
}

/// Every rule; what is found stands by severity, then in this order.
static RULES: &[&[Rule]] = &[protocols::RULES, tls::RULES, certificate::RULES];

/// Every weakness's id.
#[must_use]
pub fn weakness_ids() -> Vec<&'static str> {
    RULES.iter().flat_map(|family| family.iter()).map(|rule| rule.id).collect()
}

/// What is said of the weakness with this id.
pub(crate) fn advice_of(id: &str) -> Option<(&'static str, &'static Advice)> {
    let mut rules = RULES.iter().flat_map(|family| family.iter());
    rules.find(|rule| rule.id == id).map(|rule| (rule.id, rule.advice))
}

/// What is wrong, the worst first.
pub(crate) fn look(survey: &Survey) -> Vec<Weakness> {
    let rules = RULES.iter().flat_map(|family| family.iter());
    let mut found: Vec<_> = rules.filter_map(|rule| Some(rule.weakness((rule.check)(survey)?))).collect();
    found.sort_by_key(|weakness| weakness.severity);
    found
}

impl Rule {
    fn weakness(&self, seen: Seen) -> Weakness {
        let own = self.advice.causes.iter().map(|(evidence, text)| (*evidence, (*text).to_owned()));
        let finding = Finding {
            id: self.id,
            stage: self.stage,
            title: seen.title,
            evidence: seen.evidence,
            expected: self.advice.expected.to_owned(),
            causes: seen.causes.into_iter().chain(own).collect(),
            remedies: self.advice.remedies.iter().map(|text| (*text).to_owned()).collect(),
            mstsc: self.advice.mstsc.to_vec(),
        };
        Weakness { severity: seen.severity, finding }
    }
}
