//! Which security protocols the host accepts: as few questions as settle it.
//!
//! A set of protocols is offered; what comes back selected is accepted, and taken out of the set; a refusal, or the
//! selection of something that was not offered, settles the rest of the set at once.

use badrdp_proto::connect::CloseKind;
use badrdp_proto::pdu::Message;
#[cfg(test)]
use badrdp_proto::pdu::x224::NegotiationAnswer;
use badrdp_proto::pdu::x224::{NegotiationRequest, Protocols};
use badrdp_proto::transcript::{Direction, Event, NlaRequirement, Transcript};
use badrdp_proto::vocab::codes::NegotiationFailureCode;
use badrdp_proto::wire::FrameError;

use super::ask::{Answer, Question, Reply, Settings, foreign, put, settings_of};
use super::pace::Pace;
use super::standard::{self, Standard};
use crate::diagnosis::Evidence;

/// What is asked about, the weakest first; RDSAAD stands last because xrdp takes it badly.
pub const ALL: [Protocols; 6] =
    [Protocols::RDP, Protocols::SSL, Protocols::HYBRID, Protocols::HYBRID_EX, Protocols::RDSTLS, Protocols::RDSAAD];
/// What is asked for in sets; xrdp takes no request in which RDSTLS stands beside others.
const SETS: [Protocols; 3] = [Protocols::SSL, Protocols::HYBRID, Protocols::HYBRID_EX];

/// What is known of the host's security protocols.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProtocolSurvey {
    /// Every question and its answer, in order.
    pub answers: Vec<Answer>,
    /// The conclusion for each of [`ALL`].
    pub protocols: Vec<Conclusion>,
    /// Whether NLA must be done.
    pub nla: Nla,
    /// Flags of the first Negotiation Response.
    pub flags: Option<u8>,
    /// What standard RDP security would use, where the host does it.
    pub standard: Option<Standard>,
}

/// Whether the host takes a protocol, and how that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conclusion {
    /// The protocol.
    pub protocol: Protocols,
    /// Yes, no, or not known.
    pub accepted: Option<bool>,
    /// How sure.
    pub evidence: Evidence,
    /// What shows it.
    pub because: String,
}

/// Network Level Authentication.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Nla {
    /// The host takes CredSSP and nothing without it.
    Enforced,
    /// The host takes CredSSP, and other clients as well.
    Offered,
    /// The host does not take CredSSP.
    NotOffered,
    /// Not settled.
    Unknown,
}

/// A flag of the Negotiation Response, MS-RDPBCGR 2.2.1.2.1.
pub const FLAGS: &[(u8, &str)] = &[
    (0x01, "extended client data"),
    (0x02, "graphics pipeline"),
    (NegotiationRequest::ANSWERS_RESTRICTED_ADMIN, "restricted admin"),
    (NegotiationRequest::ANSWERS_REMOTE_GUARD, "remote credential guard"),
];

/// What the walk has asked already.
pub(super) fn known(walk: &Transcript) -> Vec<Answer> {
    let mut asked = None;
    let mut answers: Vec<Answer> = Vec::new();
    for entry in &walk.entries {
        let answer = match (&entry.event, asked) {
            (Event::Message { message: Some(message), direction, .. }, _) => match (&**message, direction) {
                (Message::X224ConnectionRequest(request), Direction::Sent) => {
                    asked = request
                        .negotiation
                        .map(|it| Question { protocols: Some(it.requested_protocols), flags: it.flags });
                    None
                }
                (Message::X224ConnectionConfirm(confirm), Direction::Received) => {
                    asked.map(|asked| Answer::from_confirm(asked, confirm))
                }
                (Message::McsConnectResponse(response), Direction::Received) => {
                    let last = answers.last_mut().filter(|answer| {
                        answer.selected() == Some(Protocols::RDP) || answer.reply == Reply::NoNegotiationData
                    });
                    if let Some(answer) = last {
                        answer.settings = Some(settings_of((**response).clone()));
                    }
                    None
                }
                (Message::McsDisconnectProviderUltimatum(ultimatum), Direction::Received) if answers.is_empty() => {
                    asked.map(|asked| Answer::other(asked, Reply::McsDisconnect(ultimatum.reason)))
                }
                _ => None,
            },
            (Event::NotAFrame(FrameError::NotAFrame { head, .. }), Some(asked)) if answers.is_empty() => {
                Some(Answer::other(asked, Reply::Foreign(foreign(head))))
            }
            (Event::Undecodable { error, .. }, Some(asked)) if answers.is_empty() => {
                Some(Answer::other(asked, Reply::Unreadable(error.to_string())))
            }
            (Event::PeerClosed(kind), Some(asked)) if answers.is_empty() => {
                Some(Answer::other(asked, if *kind == CloseKind::Reset { Reply::Reset } else { Reply::Closed }))
            }
            (Event::TimedOut, Some(asked)) if answers.is_empty() => Some(Answer::other(asked, Reply::Silent)),
            (Event::NlaRequirement(NlaRequirement::Required), _) => Some(Answer::other(
                Question::of(Protocols::SSL),
                Reply::Refused(NegotiationFailureCode::HYBRID_REQUIRED_BY_SERVER),
            )),
            (Event::NlaRequirement(NlaRequirement::Optional), _) => Some(Answer::other(
                Question::of(Protocols::SSL),
                // Its flags were not kept; those of the walk's own answer stand first.
                Reply::Selected { protocol: Protocols::SSL, flags: 0 },
            )),
            _ => None,
        };
        answers.extend(answer.map(|answer| Answer { from_walk: true, ..answer }));
    }
    answers
}

/// Asks until every protocol but RDSAAD is settled.
pub(super) async fn settle(pace: &mut Pace<'_>, answers: &mut Vec<Answer>) {
    while let Some(question) = next(answers) {
        let Some((answer, stream)) = put(pace, question).await else {
            return;
        };
        answers.push(answer);
        pace.close(stream, &[]).await;
    }
}

/// One question, where nothing is known and only TLS is wanted.
pub(super) async fn first(pace: &mut Pace<'_>, answers: &mut Vec<Answer>) {
    if let Some(question) = next(answers)
        && let Some((answer, stream)) = put(pace, question).await
    {
        answers.push(answer);
        pace.close(stream, &[]).await;
    }
}

/// RDSAAD, alone and on its own connection.
pub(super) async fn last(pace: &mut Pace<'_>, answers: &mut Vec<Answer>) {
    if let Some((answer, stream)) = put(pace, Question::of(Protocols::RDSAAD)).await {
        answers.push(answer);
        pace.close(stream, &[]).await;
    }
}

/// The next question; none where all is settled.
pub(super) fn next(answers: &[Answer]) -> Option<Question> {
    let open = |protocol: &Protocols| conclude_one(answers, *protocol).accepted.is_none();
    let unknown: Vec<_> = SETS.into_iter().filter(open).collect();
    let fresh = |protocols: Protocols| !answers.iter().any(|answer| answer.asked == Question::of(protocols));
    if answers.is_empty() {
        return Some(Question::of(Protocols::SSL.union(Protocols::HYBRID).union(Protocols::HYBRID_EX)));
    }
    let all = unknown.iter().fold(Protocols::RDP, |all, one| all.union(*one));
    let candidates = std::iter::once(all).filter(|all| *all != Protocols::RDP).chain(unknown.iter().copied());
    let alone = [Protocols::RDSTLS, Protocols::RDP].into_iter().filter(open);
    candidates.chain(alone).find(|protocols| fresh(*protocols)).map(Question::of)
}

/// What follows from the answers.
pub(crate) fn conclude(answers: Vec<Answer>) -> ProtocolSurvey {
    let protocols: Vec<_> = ALL.into_iter().map(|protocol| conclude_one(&answers, protocol)).collect();
    let flags = answers.iter().find_map(|answer| match answer.reply {
        Reply::Selected { flags, .. } => Some(flags),
        _ => None,
    });
    let standard = answers.iter().find_map(|answer| standard::read(answer.settings.as_ref()?));
    let accepted = |protocol| protocols.iter().find(|one| one.protocol == protocol).and_then(|one| one.accepted);
    let nla = match (accepted(Protocols::HYBRID), accepted(Protocols::HYBRID_EX)) {
        (Some(true), _) | (_, Some(true)) => match (accepted(Protocols::SSL), accepted(Protocols::RDP)) {
            (Some(true), _) | (_, Some(true)) => Nla::Offered,
            (Some(false), Some(false)) => Nla::Enforced,
            _ => Nla::Unknown,
        },
        (Some(false), Some(false)) => Nla::NotOffered,
        _ => Nla::Unknown,
    };
    ProtocolSurvey { protocols, nla, flags, standard, answers }
}

/// What the answers say of one protocol, the surest first.
fn conclude_one(answers: &[Answer], protocol: Protocols) -> Conclusion {
    let conclusion = |accepted, evidence, because| Conclusion { protocol, accepted: Some(accepted), evidence, because };
    let silent = |answer: &Answer| protocol == Protocols::RDP && answer.reply == Reply::NoNegotiationData;
    if let Some(answer) = answers.iter().find(|answer| answer.selected() == Some(protocol) || silent(answer)) {
        let because = if silent(answer) {
            format!("confirmed without negotiation data when {} was asked for", answer.asked)
        } else if protocol == Protocols::RDP && answer.asked.protocols != Some(Protocols::RDP) {
            format!("selected, though only {} was asked for", answer.asked)
        } else {
            format!("selected when {} was asked for", answer.asked)
        };
        // Some say 0 to everything; whether standard RDP security is done shows behind it.
        return match &answer.settings {
            Some(Settings::Refused(result)) => {
                conclusion(false, Evidence::Observed, format!("{because}, but MCS Connect is refused: {result}"))
            }
            Some(Settings::Nothing(what)) => {
                conclusion(!silent(answer), Evidence::Observed, format!("{because}; in answer to MCS Connect: {what}"))
            }
            Some(Settings::Given(_)) | None => conclusion(true, Evidence::Observed, because),
        };
    }
    for answer in answers {
        let told = |evidence| Some((evidence, format!("asked for {}: {}", answer.asked, answer.reply)));
        let offered = answer
            .asked
            .protocols
            .is_some_and(|asked| asked == protocol || protocol != Protocols::RDP && asked.contains(protocol));
        let alone = answer.asked.protocols == Some(protocol);
        let found = match &answer.reply {
            Reply::Silent | Reply::Stalled | Reply::Foreign(_) => None,
            // Server configuration, not the protocols, is what these two are about.
            Reply::Refused(
                NegotiationFailureCode::SSL_CERT_NOT_ON_SERVER | NegotiationFailureCode::INCONSISTENT_FLAGS,
            ) if !alone => None,
            Reply::Refused(code) if offered => {
                told(if alone { Evidence::Observed } else { Evidence::Inferred }).filter(|_| code.0 != 0)
            }
            // The two codes say what is required, whatever was asked for.
            Reply::Refused(NegotiationFailureCode::HYBRID_REQUIRED_BY_SERVER)
                if matches!(protocol, Protocols::RDP | Protocols::SSL) =>
            {
                told(Evidence::Documented)
            }
            Reply::Refused(NegotiationFailureCode::SSL_REQUIRED_BY_SERVER) if protocol == Protocols::RDP => {
                told(Evidence::Documented)
            }
            Reply::Selected { protocol: selected, .. }
                if offered && answer.asked.protocols.is_some_and(|asked| !asked.contains(*selected)) =>
            {
                told(Evidence::Inferred)
            }
            // Zero is contained in every set: nobody offered it.
            Reply::Selected { protocol: Protocols::RDP, .. } if offered => {
                told(if alone { Evidence::Observed } else { Evidence::Inferred })
            }
            Reply::NoNegotiationData if offered => told(Evidence::Documented),
            _ if alone && answer.selected().is_none() => told(Evidence::Observed),
            _ => None,
        };
        if let Some((evidence, because)) = found {
            return conclusion(false, evidence, because);
        }
    }
    Conclusion { protocol, accepted: None, evidence: Evidence::Observed, because: "not asked".to_owned() }
}

/// A confirm that selects TLS or what starts with it: on such a connection TLS can be surveyed.
pub(super) fn carries_tls(answer: &Answer) -> bool {
    let tls = [Protocols::SSL, Protocols::HYBRID, Protocols::HYBRID_EX, Protocols::RDSTLS];
    answer.selected().is_some_and(|selected| tls.contains(&selected))
        && answer.asked.protocols.is_some_and(|asked| asked.contains(answer.selected().unwrap_or_default()))
}

/// The answer as the wire has it, for tests that make their own.
#[cfg(test)]
pub(crate) fn selects(asked: u32, selected: u32, flags: u8, source: u16) -> Answer {
    let negotiation = NegotiationAnswer::Response { flags, selected_protocol: Protocols(selected) };
    confirm(asked, Some(negotiation), source)
}

/// A refusal as the wire has it.
#[cfg(test)]
pub(crate) fn refuses(asked: u32, code: u32, source: u16) -> Answer {
    let failure_code = NegotiationFailureCode(code);
    confirm(asked, Some(NegotiationAnswer::Failure { flags: 0, failure_code }), source)
}

#[cfg(test)]
fn confirm(asked: u32, negotiation: Option<NegotiationAnswer>, src_ref: u16) -> Answer {
    let confirm = badrdp_proto::pdu::x224::ConnectionConfirm { src_ref, negotiation, ..Default::default() };
    Answer::from_confirm(Question::of(Protocols(asked)), &confirm)
}

#[cfg(test)]
#[path = "protocols_tests.rs"]
mod tests;
