//! How much `badrdp probe` asks of a host.

use badrdp_client_probe::survey::SurveyOptions;
use clap::{Args, ValueEnum};

/// What a survey may cover.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Topic {
    /// Security protocols, whether NLA is enforced, encryption of standard RDP security
    Protocols,
    /// TLS versions, cipher suites, groups, signature schemes, and certificates
    Tls,
    /// Nothing: one walk, and a second connection where it leaves open whether NLA is required
    None,
}

#[derive(Clone, Debug, Args)]
pub(super) struct Surveying {
    /// One connection: X.224, TLS, the certificate, then the NTLM challenge or the settings, and no more
    #[arg(long, conflicts_with_all = ["user", "accept_license", "follow", "follow_to"])]
    pub(super) quick: bool,
    /// What to ask behind the walk [default: protocols,tls, and nothing with --user or --follow]
    #[arg(long, value_name = "TOPICS", value_enum, value_delimiter = ',')]
    survey: Vec<Topic>,
    /// The most connections that the survey of a host may make
    #[arg(long, value_name = "COUNT", default_value_t = SurveyOptions::default().max_connections)]
    max_connections: u32,
}

impl Surveying {
    /// What to survey. Whoever has an errand (a logon, a redirection) wants to know of that.
    pub(super) fn what(&self, errand: bool) -> anyhow::Result<Option<SurveyOptions>> {
        let usual: &[Topic] = if self.quick || errand { &[] } else { &[Topic::Protocols, Topic::Tls] };
        let topics = if self.survey.is_empty() { usual } else { &self.survey };
        let what = SurveyOptions {
            protocols: topics.contains(&Topic::Protocols),
            tls: topics.contains(&Topic::Tls),
            max_connections: self.max_connections,
            ..SurveyOptions::default()
        };
        let any = what.protocols || what.tls;
        anyhow::ensure!(!(self.quick && any), "--quick is one connection: there is no --survey beside it");
        Ok(any.then_some(what))
    }
}
