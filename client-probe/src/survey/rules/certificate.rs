//! The certificate: its strength and its end; and what the walk judges, where it saw no certificate.

use badrdp_proto::transcript::CertificateProblem as Problem;
use badrdp_proto::vocab::Stage;

use super::{Rule, Seen, Severity, advice};
use crate::diagnosis::advice::{Advice, certificate as known};
use crate::report::{date, day, name_list};
use crate::survey::Survey;
use crate::survey::chain::{Certificate, Chain};

/// Days before the end from which on it is worth a word, and from which on it is urgent.
const SOON: i64 = 30;
const URGENT: i64 = 7;
/// Names of a certificate that are shown.
const SHOWN: usize = 10;

pub(super) const RULES: &[Rule] = &[
    rule("certificate-chain-signature-weak", weak_signature, &advice::SHA1_CERTIFICATE),
    rule("certificate-expires-soon", expires_soon, &advice::EXPIRES_SOON),
    rule(
        "certificate-unreadable",
        |survey| judged(survey, |problem| matches!(problem, Problem::Unreadable(_))),
        &known::UNREADABLE,
    ),
    rule("certificate-expired", |survey| judged(survey, |problem| *problem == Problem::Expired), &known::EXPIRED),
    rule(
        "certificate-not-yet-valid",
        |survey| judged(survey, |problem| *problem == Problem::NotYetValid),
        &known::NOT_YET_VALID,
    ),
    rule(
        "certificate-no-server-auth",
        |survey| judged(survey, |problem| *problem == Problem::NoServerAuth),
        &known::NO_SERVER_AUTH,
    ),
    rule(
        "certificate-name-mismatch",
        |survey| judged(survey, |problem| *problem == Problem::NameMismatch),
        &known::NAME_MISMATCH,
    ),
    rule(
        "certificate-self-signed",
        |survey| judged(survey, |problem| *problem == Problem::SelfSigned),
        &known::SELF_SIGNED,
    ),
    rule(
        "certificate-untrusted-issuer",
        |survey| judged(survey, |problem| *problem == Problem::UntrustedIssuer),
        &known::UNTRUSTED_ISSUER,
    ),
    rule(
        "certificate-no-intermediate",
        |survey| judged(survey, |problem| *problem == Problem::NoIntermediate),
        &known::NO_INTERMEDIATE,
    ),
    rule(
        "certificate-weak-signature",
        |survey| judged(survey, |problem| matches!(problem, Problem::WeakSignature(_))),
        &known::WEAK_SIGNATURE,
    ),
    rule(
        "certificate-weak-key",
        |survey| judged(survey, |problem| matches!(problem, Problem::WeakKey(_))),
        &known::WEAK_KEY,
    ),
];

const fn rule(id: &'static str, check: fn(&Survey) -> Option<Seen>, advice: &'static Advice) -> Rule {
    Rule { id, stage: Stage::Tls, check, advice }
}

fn leaves(survey: &Survey) -> impl Iterator<Item = &Certificate> {
    survey.chains.iter().filter_map(|chain| chain.certificates.first())
}

fn line(certificate: &Certificate) -> String {
    format!(
        "{}: {}, {}, until {}",
        certificate.subject,
        certificate.key,
        certificate.signature,
        day(certificate.not_after)
    )
}

/// What [`Problem::WeakSignature`] leaves out: the host's own signature below its certificate, and its issuers'.
fn weak_signature(survey: &Survey) -> Option<Seen> {
    let weak = |certificate: &&Certificate| {
        let name = certificate.signature.to_ascii_lowercase();
        name.contains("sha1") || name.contains("md5") || name.contains("md2")
    };
    let issuers = survey.chains.iter().flat_map(|chain| chain.certificates.iter().skip(1));
    // A root of a chain is trusted as it is; only what vouches for the host counts.
    let issuer = issuers.filter(weak).find(|one| !one.self_issued);
    let found = issuer.or_else(|| leaves(survey).filter(weak).find(|leaf| leaf.self_issued))?;
    let severity = if found.self_issued { Severity::Low } else { Severity::Medium };
    Some(Seen::new(severity, format!("a certificate is signed with {}", found.signature)).evidence(line(found)))
}

fn expires_soon(survey: &Survey) -> Option<Seen> {
    let leaf = leaves(survey).find(|leaf| (0..SOON).contains(&leaf.days_left))?;
    let severity = if leaf.days_left < URGENT { Severity::Medium } else { Severity::Low };
    let days = match leaf.days_left {
        0 => "today or tomorrow".to_owned(),
        1 => "in 1 day".to_owned(),
        days => format!("in {days} days"),
    };
    Some(Seen::new(severity, format!("the certificate ends {days}")).evidence(line(leaf)))
}

/// The walk's own rules speak where it saw the certificate; these are for hosts that its TLS cannot talk to.
fn judged(survey: &Survey, of_kind: fn(&Problem) -> bool) -> Option<Seen> {
    let unseen = |chain: &&Chain| !chain.judged_by_walk;
    let (chain, problem) = survey
        .chains
        .iter()
        .filter(unseen)
        .find_map(|chain| Some((chain, chain.verdict.problems.iter().find(|problem| of_kind(problem))?)))?;
    let facts = &chain.verdict;
    let (severity, title) = match problem {
        Problem::Expired => (Severity::High, format!("the certificate expired on {}", date(facts.not_after))),
        Problem::NotYetValid => {
            (Severity::High, format!("the certificate is not valid before {}", date(facts.not_before)))
        }
        Problem::NameMismatch => (Severity::Medium, format!("the certificate is not for {:?}", facts.checked_name)),
        Problem::SelfSigned => {
            (Severity::Medium, "the certificate is self-signed, so nobody vouches for it".to_owned())
        }
        Problem::UntrustedIssuer => {
            (Severity::Medium, format!("the certificate's issuer is not trusted: {}", facts.issuer))
        }
        Problem::NoServerAuth => (Severity::Medium, "the certificate is not for server authentication".to_owned()),
        Problem::NoIntermediate => {
            (Severity::Medium, format!("the host does not send the certificate of its issuer: {}", facts.issuer))
        }
        Problem::WeakSignature(hash) => {
            (Severity::Medium, format!("the certificate is signed with {hash}, which can be forged"))
        }
        Problem::WeakKey(key) => (Severity::High, format!("the certificate's key is too short: {key}")),
        Problem::Unreadable(why) => (Severity::High, format!("the certificate cannot be read: {why}")),
    };
    let names = name_list(facts, SHOWN);
    let seen = Seen::new(severity, title);
    Some(if facts.subject.is_empty() {
        seen
    } else {
        seen.evidence(format!("subject {}, issuer {}, names: {names}", facts.subject, facts.issuer))
    })
}
