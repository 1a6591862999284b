//! `badrdp probe --survey`.

use badrdp_client_probe::survey::{Severity, Survey, SurveyOptions, survey};
use badrdp_client_probe::{Options, Target};
use badrdp_proto::transcript::Transcript;
use clap::{Args, ValueEnum};

/// What a survey may cover.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Topic {
    /// Security protocols, whether NLA is enforced, encryption of standard RDP security
    Protocols,
    /// TLS versions, cipher suites, groups, signature schemes, and certificates
    Tls,
}

#[derive(Debug, Args)]
pub(super) struct Surveying {
    /// Ask for more than one walk shows
    #[arg(long, value_name = "TOPICS", value_enum, value_delimiter = ',')]
    survey: Vec<Topic>,
    /// The most connections that the survey may make
    #[arg(long, value_name = "COUNT", default_value_t = SurveyOptions::default().max_connections, requires = "survey")]
    max_connections: u32,
}

impl Surveying {
    /// Surveys the host, where that was asked for.
    pub(super) async fn run(&self, target: &Target, options: &Options, walk: &Transcript) -> Option<Survey> {
        if self.survey.is_empty() {
            return None;
        }
        let what = SurveyOptions {
            protocols: self.survey.contains(&Topic::Protocols),
            tls: self.survey.contains(&Topic::Tls),
            max_connections: self.max_connections,
            ..SurveyOptions::default()
        };
        Some(survey(target, options, &what, Some(walk)).await)
    }
}

/// Whether the survey found what should not stay so.
pub(super) fn is_weak(survey: &Survey) -> bool {
    survey.weaknesses.iter().any(|weakness| weakness.severity <= Severity::Medium)
}
