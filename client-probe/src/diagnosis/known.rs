//! What is known of a finding before anything is probed: its advice, for whoever has its id alone.

use super::advice::Advice;
use super::rules::RULES;
use super::{Evidence, Windows};

/// A finding of the probe or of its survey, without a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownFinding {
    /// Stable id, for example `certificate-expired`.
    pub id: &'static str,
    /// What was expected where it is found.
    pub expected: &'static str,
    /// Likely causes, the likeliest first; a host may show surer ones.
    pub causes: &'static [(Evidence, &'static str)],
    /// What fixes it, in the order in which to try.
    pub remedies: &'static [&'static str],
    /// What a Windows user would see; a host may narrow it down.
    pub windows: Windows,
}

/// The finding with this id.
#[must_use]
pub fn known_finding(id: &str) -> Option<KnownFinding> {
    let rule = RULES.iter().find(|rule| rule.id == id).map(|rule| (rule.id, rule.advice));
    let (id, advice): (&'static str, &'static Advice) = rule.or_else(|| crate::survey::advice_of(id))?;
    Some(KnownFinding {
        id,
        expected: advice.expected,
        causes: advice.causes,
        remedies: advice.remedies,
        windows: Windows::of(id, advice.mstsc),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests state what they expect")]
    use super::*;
    use crate::diagnosis::finding_ids;
    use crate::survey::weakness_ids;

    #[test]
    fn every_finding_and_every_weakness_is_known_by_its_id() {
        for id in finding_ids().into_iter().chain(weakness_ids()) {
            let known = known_finding(id).unwrap();
            assert_eq!(known.id, id);
            assert!(!known.expected.is_empty(), "{id}");
        }
        assert_eq!(known_finding("no-such-finding"), None);
    }
}
