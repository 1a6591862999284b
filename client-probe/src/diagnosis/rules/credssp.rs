//! CredSSP breaks a rule, or asks for what is not spoken: one finding per way in which it can.

use badrdp_proto::connect::AuthFailure;
use badrdp_proto::pdu::credssp::TsRequest;
use badrdp_proto::transcript::Direction;
use badrdp_proto::vocab::Stage;

use super::{Class, Rule, Seen, Verdict, View};
use crate::diagnosis::advice::{Advice, credssp};

/// A host without the fix for CVE-2018-0886, which patched clients refuse.
pub(super) const VERSION_TOO_OLD: Rule = rule("credssp-version-too-old", &credssp::VERSION_TOO_OLD, |view| {
    check(view, |failure| {
        let AuthFailure::VersionTooOld(version) = failure else { return None };
        Some(format!("the host speaks CredSSP version {version}, which lacks the fix for CVE-2018-0886"))
    })
});

/// The proof is sealed well and is for another key than TLS showed: someone stands between.
pub(super) const PUBLIC_KEY_MISMATCH: Rule = rule("public-key-mismatch", &credssp::PUBLIC_KEY_MISMATCH, |view| {
    check(view, |failure| {
        let AuthFailure::PublicKeyMismatch = failure else { return None };
        Some(
            "the host that checked the password has another key than the TLS certificate: someone stands between"
                .to_owned(),
        )
    })
});

/// The proof fits the key, and not this connection's nonce.
pub(super) const NONCE_IGNORED: Rule = rule("public-key-nonce-ignored", &credssp::NONCE_IGNORED, |view| {
    check(view, |failure| {
        let AuthFailure::NonceIgnored = failure else { return None };
        Some("the host's proof of its public key leaves out the client's nonce".to_owned())
    })
});

/// Below version 5: the client's own bytes come back.
pub(super) const NOT_INCREMENTED: Rule = rule("public-key-not-incremented", &credssp::NOT_INCREMENTED, |view| {
    check(view, |failure| {
        let AuthFailure::NotIncremented = failure else { return None };
        Some("the host returns the client's proof of the public key unchanged".to_owned())
    })
});

/// A sealed field whose signature is wrong.
pub(super) const ALTERED: Rule = rule("sealed-message-altered", &credssp::ALTERED, |view| {
    check(view, |failure| match failure {
        AuthFailure::Unsealable(field) => Some(format!("{field} cannot be unsealed: its signature is wrong")),
        AuthFailure::MessageIntegrity => Some("the NTLM message integrity code does not verify".to_owned()),
        _ => None,
    })
});

/// A field that was due is absent.
pub(super) const FIELD_MISSING: Rule = rule("credssp-field-missing", &credssp::FIELD_MISSING, |view| {
    check(view, |failure| {
        let AuthFailure::Missing(field) = failure else { return None };
        Some(format!("the host's TSRequest has no {field}, which is due"))
    })
});

/// The version is not one per connection.
pub(super) const VERSION_CHANGED: Rule = rule("credssp-version-changed", &credssp::VERSION_CHANGED, |view| {
    check(view, |failure| {
        let AuthFailure::VersionChanged { from, to } = failure else { return None };
        Some(format!("the host changes its CredSSP version from {from} to {to} on the way"))
    })
});

/// `negState` reject.
pub(super) const SPNEGO_REJECTED: Rule = rule("spnego-rejected", &credssp::SPNEGO_REJECTED, |view| {
    // Once the mechanism was agreed on, a rejection is about the logon.
    if view.said().asks_for_a_verdict() && view.identity().is_some() {
        let seen = check(view, |failure| {
            let AuthFailure::MechanismRejected = failure else { return None };
            Some("the host rejects the logon inside SPNEGO, which carries no reason".to_owned())
        })?;
        return Some(seen.advice(&credssp::LOGON_REJECTED));
    }
    check(view, |failure| {
        let AuthFailure::MechanismRejected = failure else { return None };
        Some("the host rejects every mechanism that SPNEGO offered (NTLM)".to_owned())
    })
});

/// A mechanism that the probe does not speak.
pub(super) const MECHANISM_UNSUPPORTED: Rule =
    rule("spnego-mechanism-unsupported", &credssp::MECHANISM_UNSUPPORTED, |view| {
        check(view, |failure| {
            let AuthFailure::MechanismUnsupported(mechanism) = failure else { return None };
            Some(format!("the host wants {mechanism}, which was not offered"))
        })
    });

/// A token that is none.
pub(super) const TOKEN_MALFORMED: Rule = rule("logon-token-malformed", &credssp::TOKEN_MALFORMED, |view| {
    check(view, |failure| {
        let AuthFailure::BadToken(why) = failure else { return None };
        Some(format!("the host's logon token cannot be read: {why}"))
    })
});

/// The checksum over the mechanism list.
pub(super) const MECH_LIST_MIC_WRONG: Rule = rule("mech-list-mic-wrong", &credssp::MECH_LIST_MIC_WRONG, |view| {
    check(view, |failure| {
        let AuthFailure::MechListMic = failure else { return None };
        Some("the host's SPNEGO mechListMIC is missing or wrong".to_owned())
    })
});

/// As [`VERSION_TOO_OLD`], where the probe was told to go on.
pub(super) const VULNERABLE: Rule = Rule {
    id: "credssp-vulnerable",
    class: Class::Condition,
    verdict: Verdict::Degraded,
    check: vulnerable,
    advice: &credssp::VERSION_TOO_OLD,
};

const fn rule(id: &'static str, advice: &'static Advice, check: fn(&View<'_>) -> Option<Seen>) -> Rule {
    Rule { id, class: Class::Ending, verdict: Verdict::Broken, check, advice }
}

fn check(view: &View<'_>, title: fn(&AuthFailure) -> Option<String>) -> Option<Seen> {
    let (stage, failure) = view.auth_failure()?;
    // Whose key it is, where the key is what is wrong.
    let certificate = view.certificate().filter(|_| matches!(failure, AuthFailure::PublicKeyMismatch));
    Some(
        Seen::new(stage, title(failure)?)
            .evidence_if(view.last_ts_request(Direction::Sent).map(|entry| view.quote(entry)))
            .evidence_if(view.last_ts_request(Direction::Received).map(|entry| view.quote(entry)))
            .evidence_if(certificate.map(|(entry, _)| view.quote(entry))),
    )
}

fn vulnerable(view: &View<'_>) -> Option<Seen> {
    // Refusing it is a finding of its own.
    if matches!(view.auth_failure(), Some((_, AuthFailure::VersionTooOld(_)))) {
        return None;
    }
    let version = view.credssp_version(Direction::Received)?;
    // A host may repeat what the probe said.
    let repeated = view.credssp_version(Direction::Sent).is_some_and(|sent| sent <= version);
    if version >= TsRequest::FIRST_WITH_NONCE || repeated {
        return None;
    }
    let title = format!("the host speaks CredSSP version {version}, which lacks the fix for CVE-2018-0886");
    let answer = view.last_ts_request(Direction::Received);
    Some(Seen::new(Stage::Nla, title).evidence_if(answer.map(|entry| view.quote(entry))))
}
