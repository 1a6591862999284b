//! Security protocols.

use badrdp_proto::pdu::x224::Protocols;
use badrdp_proto::vocab::Stage;

use super::{Rule, Seen, Severity, advice};
use crate::survey::Survey;
use crate::survey::protocols::{Conclusion, Nla};
use crate::survey::standard::{LEVELS, METHODS, name};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "standard-rdp-security-accepted",
        stage: Stage::ConnectionInitiation,
        check: standard,
        advice: &advice::STANDARD,
    },
    Rule {
        id: "rdp-encryption-weak",
        stage: Stage::BasicSettingsExchange,
        check: weak_method,
        advice: &advice::WEAK_METHOD,
    },
    Rule {
        id: "nla-not-enforced",
        stage: Stage::ConnectionInitiation,
        check: nla_not_enforced,
        advice: &advice::NLA_NOT_ENFORCED,
    },
    Rule {
        id: "nla-not-offered",
        stage: Stage::ConnectionInitiation,
        check: nla_not_offered,
        advice: &advice::NLA_NOT_OFFERED,
    },
];

fn conclusion(survey: &Survey, protocol: Protocols) -> Option<&Conclusion> {
    survey.protocols.as_ref()?.protocols.iter().find(|one| one.protocol == protocol)
}

fn line(conclusion: &Conclusion) -> String {
    let word = match conclusion.accepted {
        Some(true) => "accepted",
        Some(false) => "refused",
        None => "not settled",
    };
    format!("{}: {word} ({})", conclusion.protocol, conclusion.because)
}

fn standard(survey: &Survey) -> Option<Seen> {
    let found = conclusion(survey, Protocols::RDP).filter(|found| found.accepted == Some(true))?;
    Some(Seen::new(Severity::High, "the host accepts standard RDP security, without TLS").evidence(line(found)))
}

fn weak_method(survey: &Survey) -> Option<Seen> {
    let standard = survey.protocols.as_ref()?.standard.as_ref()?;
    let weak: Vec<_> = standard.methods.iter().filter(|method| matches!(method, 0 | 1 | 8)).collect();
    let names = weak.iter().map(|method| name(METHODS, **method)).collect::<Vec<_>>().join(", ");
    let title = match weak.as_slice() {
        [] => return None,
        [0] => "standard RDP security without any encryption".to_owned(),
        _ => format!("standard RDP security with weak encryption: {names}"),
    };
    let level = format!("encryption level of the host: {}", name(LEVELS, standard.level));
    Some(Seen::new(Severity::High, title).evidence(format!("encryption methods picked: {names}")).evidence(level))
}

fn nla_not_enforced(survey: &Survey) -> Option<Seen> {
    let protocols = survey.protocols.as_ref().filter(|protocols| protocols.nla == Nla::Offered)?;
    let seen = Seen::new(Severity::Medium, "NLA is on offer, but clients without it are accepted too");
    let accepted = protocols.protocols.iter().filter(|one| one.accepted == Some(true));
    Some(accepted.map(line).fold(seen, Seen::evidence))
}

fn nla_not_offered(survey: &Survey) -> Option<Seen> {
    survey.protocols.as_ref().filter(|protocols| protocols.nla == Nla::NotOffered)?;
    let lines = [Protocols::HYBRID, Protocols::HYBRID_EX].into_iter().filter_map(|one| conclusion(survey, one));
    let seen = Seen::new(Severity::Medium, "the host does not do NLA");
    Some(lines.map(line).fold(seen, Seen::evidence))
}
