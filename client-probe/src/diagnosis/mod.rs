//! From a transcript to a verdict: pure.
//!
//! A rule looks at a `View` of the transcript and says what it sees; its advice is data.
//! Of the rules about how a connection ended, the first that matches speaks; rules about the
//! condition of a host all speak.

pub(crate) mod advice;
pub(crate) mod nla;
mod rules;
pub(crate) mod view;

#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod tests;

use badrdp_proto::transcript::Transcript;
use badrdp_proto::vocab::Stage;
use badrdp_proto::vocab::codes::NtStatus;

use rules::{Class, RULES, Rule, Seen};
use view::View;

use crate::report::again;

/// What the transcript shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    /// In one word.
    pub verdict: Verdict,
    /// The furthest stage reached, or where it failed.
    pub stage: Stage,
    /// Whether the session was reached.
    pub complete: bool,
    /// What was found, the one that matters most first. Empty for a healthy host.
    pub findings: Vec<Finding>,
}

/// The verdict in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// The session was reached and nothing is wrong.
    Healthy,
    /// The host answered as it should until the probe left, as it was told to.
    HealthySoFar,
    /// Something is wrong that clients will complain of, or the probe cannot go on to see the rest.
    Degraded,
    /// The host works as far as it can be seen without credentials.
    NeedsCredentials,
    /// The host works and refuses this user.
    Refused,
    /// The host answered and the connection failed.
    Broken,
    /// What answers is not RDP.
    NotRdp,
    /// The host could not be reached.
    Unreachable,
}

/// How sure a statement is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Evidence {
    /// Seen in this transcript.
    Observed,
    /// Said by Microsoft's documents or a standard.
    Documented,
    /// Reported by users.
    Reported,
    /// Our inference; not confirmed on a Windows client.
    Inferred,
    /// Repeated on the web without a source.
    Folklore,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Stable id, for example `certificate-expired`.
    pub id: &'static str,
    /// The stage it belongs to.
    pub stage: Stage,
    /// What is wrong, in one line.
    pub title: String,
    /// What in the transcript shows it.
    pub evidence: Vec<String>,
    /// What was expected at that point.
    pub expected: String,
    /// Likely causes, the likeliest first.
    pub causes: Vec<(Evidence, String)>,
    /// What fixes it, in the order in which to try.
    pub remedies: Vec<String>,
    /// What a Windows user would see: discReason, extended reason, and how sure that is.
    pub mstsc: Vec<MstscCode>,
}

/// A code pair of mstsc's error dialog, or the HRESULT of an authentication error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MstscCode {
    /// discReason, or from 0x80000000 on an HRESULT.
    pub code: u32,
    /// Extended reason.
    pub extended: u32,
    /// How sure.
    pub evidence: Evidence,
}

/// Every finding's id, in order of priority.
#[must_use]
pub fn finding_ids() -> Vec<&'static str> {
    RULES.iter().map(|rule| rule.id).collect()
}

/// Whether the finding says only that the probe goes no further, and nothing against the host.
#[must_use]
pub fn is_harmless(id: &str) -> bool {
    RULES.iter().any(|rule| rule.id == id && rule.verdict == Verdict::NeedsCredentials)
}

/// Findings for which mstsc is taken to show this code, in order of priority.
pub(crate) fn shown_as(code: u32) -> impl Iterator<Item = &'static str> {
    let shows = move |rule: &&Rule| rule.advice.mstsc.iter().any(|shown| shown.code == code);
    RULES.iter().filter(shows).map(|rule| rule.id)
}

/// What helps where a logon is refused with this status, if that has a row of its own.
pub(crate) fn logon_remedies(status: NtStatus) -> Option<&'static [&'static str]> {
    advice::logon::known(status).map(|advice| advice.remedies)
}

/// Whether the finding is about what the probe did or left: a Windows user sees nothing of it.
pub(crate) fn is_the_probes_own(id: &str) -> bool {
    is_harmless(id) || matches!(id, "credentials-withheld" | "credentials-not-checked")
}

/// What the rules see. How a connection ended does not matter where the client came again: that is why it came.
fn observe(transcript: &Transcript) -> Vec<(&'static Rule, Seen)> {
    let view = View::new(transcript);
    let see = |rule: &'static Rule| Some((rule, (rule.check)(&view)?));
    let of = |class| RULES.iter().filter(move |rule: &&'static Rule| rule.class == class);
    let mut seen: Vec<_> = match again::of(transcript) {
        Some(again) => observe(&again.transcript),
        None => of(Class::Ending).filter_map(see).take(1).collect(),
    };
    for (rule, news) in of(Class::Condition).filter_map(see) {
        if seen.iter().all(|(known, _)| known.id != rule.id) {
            seen.push((rule, news));
        }
    }
    seen
}

/// The last connection that followed from this one.
fn last(transcript: &Transcript) -> &Transcript {
    again::of(transcript).map_or(transcript, |again| last(&again.transcript))
}

/// Diagnoses a client-side transcript.
#[must_use]
pub fn diagnose(transcript: &Transcript) -> Diagnosis {
    let mut seen = observe(transcript);
    // The last connection shows how it all ended.
    let transcript = last(transcript);
    let view = View::new(transcript);
    // What ended the connection comes first, unless the host is not to blame for the end.
    seen.sort_by_key(|(rule, _)| rule.verdict == Verdict::NeedsCredentials);
    let verdict = match seen.first() {
        None if view.active() || view.left_after_logon() => Verdict::Healthy,
        None if view.left_after_settings() => Verdict::HealthySoFar,
        // The probe's own limit says nothing against the host.
        None if view.own_limit().is_some() => Verdict::Degraded,
        None => Verdict::Broken,
        Some((rule, _)) => rule.verdict,
    };
    let stage = seen.first().map_or(transcript.stage, |(_, seen)| seen.stage);
    let findings = seen.into_iter().map(|(rule, seen)| rule.finding(seen)).collect();
    Diagnosis { verdict, stage, complete: view.active(), findings }
}
