//! A host examined: the walk, what it means, and where asked for a survey.

use badrdp_proto::transcript::Transcript;

use crate::diagnosis::{Diagnosis, Verdict, diagnose};
use crate::probe::{Options, Target, probe};
use crate::survey::{Severity, Survey, SurveyOptions, survey};

/// What was found out about one host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Examination {
    /// The host.
    pub target: Target,
    /// The walk.
    pub transcript: Transcript,
    /// What it means.
    pub diagnosis: Diagnosis,
    /// What further connections brought to light, where they were asked for.
    pub survey: Option<Survey>,
}

impl Examination {
    /// Whether the survey found what should not stay so: a weakness of medium or high severity.
    #[must_use]
    pub fn is_weak(&self) -> bool {
        let mut weaknesses = self.survey.iter().flat_map(|survey| &survey.weaknesses);
        weaknesses.any(|weakness| weakness.severity <= Severity::Medium)
    }

    /// Whether nothing is wrong, as far as was looked.
    #[must_use]
    pub fn is_fine(&self) -> bool {
        let fine =
            matches!(self.diagnosis.verdict, Verdict::Healthy | Verdict::HealthySoFar | Verdict::NeedsCredentials);
        fine && !self.is_weak()
    }
}

/// Probes a host, diagnoses that, and surveys it, one connection at a time.
///
/// Never fails: what goes wrong is in the transcript and in [`Survey::stop`].
pub async fn examine(target: &Target, options: &Options, what: Option<&SurveyOptions>) -> Examination {
    let transcript = probe(target, options).await;
    let survey = match what {
        Some(what) => Some(survey(target, options, what, Some(&transcript)).await),
        None => None,
    };
    Examination { target: target.clone(), diagnosis: diagnose(&transcript), transcript, survey }
}
