//! The survey: which security protocols, which TLS and which certificates a host has, beyond what one walk shows.
//!
//! It asks with as few connections as settle the questions, one at a time, and stops at the first sign of harm
//! (`pace`). What follows from the answers is pure: `protocols`, `fingerprint`, `rules`.

mod ask;
pub mod chain;
pub mod fingerprint;
mod pace;
pub mod protocols;
mod rules;
pub mod standard;
pub mod tls;

use std::net::IpAddr;

use badrdp_proto::connect::{Blame, TlsFailureKind};
use badrdp_proto::pdu::Message;
use badrdp_proto::pdu::mcs::ConnectResponse;
use badrdp_proto::transcript::{Direction, Event, HostIdentity, Transcript};
use badrdp_proto::vocab::Stage;

pub use ask::{Answer, Question, Reply, Settings, ask};
pub use pace::{Cost, Pauses, Stop, StopReason};
pub(crate) use rules::advice_of;
#[cfg(test)]
pub(crate) use rules::look as survey_weaknesses;
pub use rules::{Severity, Weakness, weakness_ids};

use crate::probe::{Options, Target};
use crate::trust::Reading;
use chain::Chain;
use fingerprint::Fingerprint;
use pace::Pace;
use protocols::ProtocolSurvey;
use tls::TlsSurvey;

/// What to survey, and at what cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SurveyOptions {
    /// Security protocols and the settings of standard RDP security.
    pub protocols: bool,
    /// TLS versions, suites, groups, signature schemes, and certificates.
    pub tls: bool,
    /// The most connections to make.
    pub max_connections: u32,
    /// Pauses behind refused questions.
    pub pauses: Pauses,
}

impl Default for SurveyOptions {
    fn default() -> Self {
        Self { protocols: true, tls: true, max_connections: 250, pauses: Pauses::default() }
    }
}

/// What the survey found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Survey {
    /// Connections made, and time.
    pub cost: Cost,
    /// Why it asked no more before it was done.
    pub stop: Option<Stop>,
    /// Security protocols, where they were asked for.
    pub protocols: Option<ProtocolSurvey>,
    /// TLS, where it was asked for and the host does it.
    pub tls: Option<TlsSurvey>,
    /// The certificate chains that the host showed to the survey, or else to the walk.
    pub chains: Vec<Chain>,
    /// Whose software answers.
    pub fingerprint: Fingerprint,
    /// What is wrong.
    pub weaknesses: Vec<Weakness>,
}

/// Surveys a host. What `walk` has seen is not asked again.
///
/// Never fails: where it could not go on, [`Survey::stop`] says why.
pub async fn survey(target: &Target, options: &Options, what: &SurveyOptions, walk: Option<&Transcript>) -> Survey {
    let roots = Reading::start(&options.roots);
    let name = options.server_name.clone().unwrap_or_else(|| target.host.clone());
    let mut target = target.clone();
    if let Some(peer) = walk.and_then(peer) {
        // A name may stand for several hosts.
        target.host = peer.to_string();
    }
    let mut pace = Pace::new(&target, options, what);
    let mut answers = walk.map(protocols::known).unwrap_or_default();
    if walk.is_some() && answers.is_empty() {
        pace.stop(StopReason::NotConnected, "the walk");
    }
    for answer in &answers {
        match answer.reply {
            Reply::Silent | Reply::Stalled => pace.stop(StopReason::Silent, "the walk"),
            Reply::Foreign(_) => pace.stop(StopReason::NotRdp, "the walk"),
            _ => {}
        }
    }
    if walk.is_some_and(fell_silent) {
        pace.stop(StopReason::Silent, "the walk");
    }
    let (standard, tls) = run(&mut pace, what, &mut answers, &name).await;
    let walked = walk.and_then(walked);
    let chains = chains(walked, tls.as_ref());
    let roots = roots.finish().await;
    let chains = chains.iter().map(|chain| chain::read(chain, &name, options, &roots, walked)).collect();
    let given = answers.iter().find_map(|answer| match &answer.settings {
        Some(Settings::Given(response)) => Some(response.as_ref()),
        _ => None,
    });
    let response = walk.and_then(response).or(given);
    let fingerprint = fingerprint::guess(&answers, response, walk.and_then(identity));
    let mut concluded = protocols::conclude(answers);
    concluded.standard = standard.or(concluded.standard);
    let (cost, stop) = pace.finish();
    let protocols = what.protocols.then_some(concluded);
    let mut survey = Survey { cost, stop, protocols, tls, chains, fingerprint, weaknesses: Vec::new() };
    survey.weaknesses = rules::look(&survey);
    survey
}

/// The order of the questions: RDSAAD last, because it is the one that servers take worst.
async fn run(
    pace: &mut Pace<'_>,
    what: &SurveyOptions,
    answers: &mut Vec<Answer>,
    name: &str,
) -> (Option<standard::Standard>, Option<TlsSurvey>) {
    let mut standard = None;
    if what.protocols {
        protocols::settle(pace, answers).await;
        standard = answers.iter().find_map(|answer| standard::read(answer.settings.as_ref()?));
        if let Some(standard) = &mut standard {
            standard::exhaust(pace, standard).await;
        }
    } else if answers.is_empty() {
        protocols::first(pace, answers).await;
    }
    let carrier = answers.iter().find(|answer| protocols::carries_tls(answer)).map(|answer| answer.asked);
    let mut tls = None;
    if let Some(question) = carrier.filter(|_| what.tls) {
        let server_name = name.parse::<IpAddr>().is_err().then(|| name.trim_end_matches('.').to_owned());
        tls = Some(tls::survey(pace, question, server_name).await);
    }
    if what.protocols {
        protocols::last(pace, answers).await;
    }
    (standard, tls)
}

/// Whether the walk met silence where the survey would ask again: behind a logon it is about something else.
fn fell_silent(walk: &Transcript) -> bool {
    walk.failure.as_ref().is_some_and(|failure| {
        let silent = match &failure.cause {
            Blame::Stalled => true,
            Blame::Tls(failure) => matches!(failure.kind, TlsFailureKind::TimedOut | TlsFailureKind::Unfinished(_)),
            _ => false,
        };
        silent && failure.stage <= Stage::Nla
    })
}

fn walked(walk: &Transcript) -> Option<&[Vec<u8>]> {
    walk.entries.iter().find_map(|entry| match &entry.event {
        Event::TlsReady(facts) if !facts.chain.is_empty() => Some(facts.chain.as_slice()),
        _ => None,
    })
}

fn chains(walked: Option<&[Vec<u8>]>, tls: Option<&TlsSurvey>) -> Vec<Vec<Vec<u8>>> {
    let mut chains = tls.map(|tls| tls.chains.clone()).unwrap_or_default();
    chains.extend(walked.filter(|chain| !chains.iter().any(|known| known == chain)).map(<[_]>::to_vec));
    chains
}

fn peer(walk: &Transcript) -> Option<IpAddr> {
    walk.entries.iter().find_map(|entry| match entry.event {
        Event::Connected { peer } => peer,
        _ => None,
    })
}

fn response(walk: &Transcript) -> Option<&ConnectResponse> {
    walk.messages().find_map(|(direction, _, message)| match (direction, message) {
        (Direction::Received, Some(Message::McsConnectResponse(response))) => Some(response.as_ref()),
        _ => None,
    })
}

fn identity(walk: &Transcript) -> Option<&HostIdentity> {
    walk.entries.iter().find_map(|entry| match &entry.event {
        Event::Identity(identity) => Some(identity.as_ref()),
        _ => None,
    })
}
