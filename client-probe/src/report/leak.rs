//! The leak ledger in words and as data.

use badrdp_proto::transcript::{Disclosure, Faced, Proof, Secret};
use badrdp_proto::vocab::Stage;
use serde_json::{Value, json};

use super::printable;

/// One secret that a client gave away: what, whose, when and to whom.
#[must_use]
pub fn line(disclosure: &Disclosure) -> String {
    let Disclosure { at: _, stage, secret, length, account, faced } = disclosure;
    let server = match &faced.certificate {
        Some(kind) => format!("to a server with {}", certificate(kind)),
        None if faced.encrypted => "inside TLS".to_owned(),
        None => "without encryption".to_owned(),
    };
    format!("leak: {}{} at stage {stage}, {server}{}", what(*secret, *length), whose(account), proof(*stage, faced))
}

/// The same as data.
#[must_use]
pub fn json(disclosure: &Disclosure) -> Value {
    let Disclosure { at, stage, secret, length, account: (domain, user), faced } = disclosure;
    json!({
        "at_ms": at.as_secs_f64() * 1000.0,
        "stage": stage.name(),
        "secret": name(*secret),
        "length": length,
        "domain": domain,
        "user": user,
        "encrypted": faced.encrypted,
        "certificate": faced.certificate,
        "acceptable": faced.acceptable,
        "proof": match faced.proof {
            Proof::None => "none",
            Proof::Honest => "honest",
            Proof::Wrong => "wrong",
        },
    })
}

const fn name(secret: Secret) -> &'static str {
    match secret {
        Secret::NtlmV1Response => "ntlmv1-response",
        Secret::NtlmV2Response => "ntlmv2-response",
        Secret::DelegatedPassword => "delegated-password",
        Secret::EmptyCredentials => "empty-credentials",
        Secret::DelegatedPin => "delegated-pin",
        Secret::RemoteGuardCredentials => "remote-guard-credentials",
        Secret::OtherCredentials => "other-credentials",
        Secret::ClientInfoPassword => "client-info-password",
    }
}

fn what(secret: Secret, length: usize) -> String {
    let bytes = if length == 1 { "1 byte".to_owned() } else { format!("{length} bytes") };
    let characters = if length == 1 { "1 character".to_owned() } else { format!("{length} characters") };
    match secret {
        Secret::NtlmV1Response => format!("NTLMv1 response ({bytes})"),
        Secret::NtlmV2Response => format!("NTLMv2 response ({bytes})"),
        Secret::DelegatedPassword => format!("password ({characters}) in TSCredentials"),
        Secret::EmptyCredentials => "empty TSCredentials (Restricted Admin)".to_owned(),
        Secret::DelegatedPin => format!("smart card PIN ({characters}) in TSCredentials"),
        Secret::RemoteGuardCredentials => format!("Remote Credential Guard tickets ({bytes})"),
        Secret::OtherCredentials => format!("TSCredentials of an unknown kind ({bytes})"),
        Secret::ClientInfoPassword => format!("password ({characters}) in Client Info"),
    }
}

fn whose((domain, user): &(String, String)) -> String {
    match (domain.as_str(), user.as_str()) {
        ("", "") => String::new(),
        ("", user) => format!(" of {}", printable(user)),
        (domain, user) => format!(" of {}\\{}", printable(domain), printable(user)),
    }
}

/// The scenario's word for a certificate as prose.
fn certificate(kind: &str) -> String {
    match kind {
        "good" => "a good certificate".to_owned(),
        "expired" => "an expired certificate".to_owned(),
        "not-yet-valid" => "a certificate that is not valid yet".to_owned(),
        "wrong-name" => "a certificate for another host".to_owned(),
        "self-signed" => "a self-signed certificate".to_owned(),
        "unknown-ca" => "a certificate of an unknown CA".to_owned(),
        "no-server-auth" => "a certificate that is not for servers".to_owned(),
        other => format!("a certificate of the kind {}", printable(other)),
    }
}

/// Behind NLA nothing has to be proved any more, and without it nothing ever is.
fn proof(stage: Stage, faced: &Faced) -> &'static str {
    match faced.proof {
        Proof::None if stage == Stage::Nla => ", before any proof of its key",
        Proof::None => "",
        Proof::Honest => ", which had proved its key",
        Proof::Wrong => ", which had proved another key",
    }
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use super::*;

    fn disclosure(secret: Secret, length: usize) -> Disclosure {
        let certificate = Some("expired".to_owned());
        Disclosure {
            at: Duration::from_millis(12),
            stage: Stage::Nla,
            secret,
            length,
            account: ("EXAMPLE".to_owned(), "alice".to_owned()),
            faced: Faced { encrypted: true, certificate, acceptable: false, proof: Proof::None },
        }
    }

    #[test]
    fn a_leak_says_what_whose_when_and_to_whom() {
        assert_eq!(
            line(&disclosure(Secret::NtlmV2Response, 312)),
            "leak: NTLMv2 response (312 bytes) of EXAMPLE\\alice at stage nla, to a server with an expired certificate, \
             before any proof of its key"
        );
        let mut info = disclosure(Secret::ClientInfoPassword, 1);
        info.stage = Stage::SecureSettingsExchange;
        info.account = (String::new(), "a\u{1b}[0m".to_owned());
        info.faced = Faced { encrypted: false, certificate: None, acceptable: false, proof: Proof::None };
        assert_eq!(
            line(&info),
            "leak: password (1 character) in Client Info of a\\u{1b}[0m at stage secure-settings-exchange, \
             without encryption"
        );
        let mut delegated = disclosure(Secret::DelegatedPassword, 9);
        delegated.account = (String::new(), String::new());
        delegated.faced.certificate = Some("good".to_owned());
        delegated.faced.proof = Proof::Wrong;
        assert_eq!(
            line(&delegated),
            "leak: password (9 characters) in TSCredentials at stage nla, to a server with a good certificate, \
             which had proved another key"
        );
    }

    #[test]
    fn every_kind_of_secret_has_a_text_and_a_name_of_its_own() {
        let all = [
            Secret::NtlmV1Response,
            Secret::NtlmV2Response,
            Secret::DelegatedPassword,
            Secret::EmptyCredentials,
            Secret::DelegatedPin,
            Secret::RemoteGuardCredentials,
            Secret::OtherCredentials,
            Secret::ClientInfoPassword,
        ];
        let distinct = |of: &dyn Fn(Secret) -> String| {
            let mut texts: Vec<String> = all.into_iter().map(of).collect();
            texts.sort_unstable();
            texts.dedup();
            texts.len()
        };
        assert_eq!(distinct(&|secret| name(secret).to_owned()), all.len());
        assert_eq!(distinct(&|secret| what(secret, 24)), all.len());
    }

    #[test]
    fn as_data_it_has_every_fact() {
        let value = json(&disclosure(Secret::NtlmV1Response, 24));
        assert_eq!(
            value,
            json!({
                "at_ms": 12.0, "stage": "nla", "secret": "ntlmv1-response", "length": 24, "domain": "EXAMPLE",
                "user": "alice", "encrypted": true, "certificate": "expired", "acceptable": false, "proof": "none",
            })
        );
    }
}
