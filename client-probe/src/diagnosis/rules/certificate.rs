//! What is wrong with the certificate: one finding per problem. The connection may well go on.

use badrdp_proto::transcript::{CertificateFacts, CertificateProblem as Problem};
use badrdp_proto::vocab::Stage;

use super::{Class, Rule, Seen, Verdict, View};
use crate::diagnosis::advice::{Advice, certificate};
use crate::report::{date, name_list};

/// Names of a certificate that are shown.
const SHOWN: usize = 10;

/// Its end lies in the past.
pub(super) const EXPIRED: Rule = rule("certificate-expired", &certificate::EXPIRED, |view| {
    check(view, |facts, problem| {
        (*problem == Problem::Expired).then(|| {
            let days = facts.checked_at.saturating_sub(facts.not_after) / 86_400;
            format!("the certificate expired on {} ({days} days ago)", date(facts.not_after))
        })
    })
});

/// Its start lies in the future.
pub(super) const NOT_YET_VALID: Rule = rule("certificate-not-yet-valid", &certificate::NOT_YET_VALID, |view| {
    check(view, |facts, problem| {
        (*problem == Problem::NotYetValid)
            .then(|| format!("the certificate is not valid before {}", date(facts.not_before)))
    })
});

/// It is for other hosts.
pub(super) const NAME_MISMATCH: Rule = rule("certificate-name-mismatch", &certificate::NAME_MISMATCH, |view| {
    check(view, |facts, problem| {
        (*problem == Problem::NameMismatch).then(|| format!("the certificate is not for {:?}", facts.checked_name))
    })
});

/// Its issuer is not trusted here.
pub(super) const UNTRUSTED_ISSUER: Rule =
    rule("certificate-untrusted-issuer", &certificate::UNTRUSTED_ISSUER, |view| {
        check(view, |facts, problem| {
            (*problem == Problem::UntrustedIssuer)
                .then(|| format!("the certificate's issuer is not trusted: {}", facts.issuer))
        })
    });

/// The host keeps its issuer's certificate to itself.
pub(super) const NO_INTERMEDIATE: Rule = rule("certificate-no-intermediate", &certificate::NO_INTERMEDIATE, |view| {
    check(view, |facts, problem| {
        (*problem == Problem::NoIntermediate)
            .then(|| format!("the host does not send the certificate of its issuer: {}", facts.issuer))
    })
});

/// Its issuer's signature says little.
pub(super) const WEAK_SIGNATURE: Rule = rule("certificate-weak-signature", &certificate::WEAK_SIGNATURE, |view| {
    check(view, |_, problem| match problem {
        Problem::WeakSignature(hash) => Some(format!("the certificate is signed with {hash}, which can be forged")),
        _ => None,
    })
});

/// Its key is too short.
pub(super) const WEAK_KEY: Rule = rule("certificate-weak-key", &certificate::WEAK_KEY, |view| {
    check(view, |_, problem| match problem {
        Problem::WeakKey(key) => Some(format!("the certificate's key is too short: {key}")),
        _ => None,
    })
});

/// It vouches for itself.
pub(super) const SELF_SIGNED: Rule = rule("certificate-self-signed", &certificate::SELF_SIGNED, |view| {
    check(view, |_, problem| {
        (*problem == Problem::SelfSigned).then(|| "the certificate is self-signed, so nobody vouches for it".to_owned())
    })
});

/// It is not for servers.
pub(super) const NO_SERVER_AUTH: Rule = rule("certificate-no-server-auth", &certificate::NO_SERVER_AUTH, |view| {
    check(view, |_, problem| {
        (*problem == Problem::NoServerAuth)
            .then(|| "the certificate's extended key usage does not allow server authentication".to_owned())
    })
});

/// It cannot be read.
pub(super) const UNREADABLE: Rule = rule("certificate-unreadable", &certificate::UNREADABLE, |view| {
    check(view, |_, problem| match problem {
        Problem::Unreadable(why) => Some(format!("the certificate cannot be read: {why}")),
        _ => None,
    })
});

const fn rule(id: &'static str, advice: &'static Advice, check: fn(&View<'_>) -> Option<Seen>) -> Rule {
    Rule { id, class: Class::Condition, verdict: Verdict::Degraded, check, advice }
}

fn check(view: &View<'_>, title: fn(&CertificateFacts, &Problem) -> Option<String>) -> Option<Seen> {
    let (_, facts) = view.certificate()?;
    let title = facts.problems.iter().find_map(|problem| title(facts, problem))?;
    let mut seen = Seen::new(Stage::Tls, title);
    if !facts.subject.is_empty() {
        let names = name_list(facts, SHOWN);
        seen = seen
            .evidence(format!("subject {}, issuer {}", facts.subject, facts.issuer))
            .evidence(format!("valid from {} to {}, names: {names}", date(facts.not_before), date(facts.not_after)))
            .evidence(format!("checked for {:?} at {}", facts.checked_name, date(facts.checked_at)));
    }
    Some(seen)
}
