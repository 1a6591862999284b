//! TLS versions, suites and what else a ClientHello brings to light.

use badrdp_proto::vocab::Stage;
use badrdp_proto::wire::tls_record::version_name;

use super::{Rule, Seen, Severity, advice};
use crate::diagnosis::advice::Advice;
use crate::survey::Survey;
use crate::survey::tls::Version;
use crate::survey::tls::names::{SSL3, TLS10, TLS11, TLS12, scheme_name, suite_name};

pub(super) const RULES: &[Rule] = &[
    rule("tls-too-old", no_modern_version, &advice::NO_MODERN_VERSION),
    rule("ssl-3.0-accepted", |survey| version(survey, SSL3, Severity::High), &advice::OLD_VERSION),
    rule("tls-1.0-accepted", |survey| version(survey, TLS10, Severity::Medium), &advice::OLD_VERSION),
    rule("tls-1.1-accepted", |survey| version(survey, TLS11, Severity::Medium), &advice::OLD_VERSION),
    rule(
        "cipher-unauthenticated",
        |survey| suites(survey, "that do not authenticate the host", Severity::High, is_anonymous),
        &advice::BROKEN_SUITE,
    ),
    rule(
        "cipher-null",
        |survey| suites(survey, "with NULL encryption", Severity::High, |name| name.contains("_WITH_NULL")),
        &advice::BROKEN_SUITE,
    ),
    rule("cipher-export", |survey| suites(survey, "of export grade", Severity::High, is_export), &advice::BROKEN_SUITE),
    rule(
        "cipher-des",
        |survey| suites(survey, "with single DES or RC2", Severity::High, is_des),
        &advice::BROKEN_SUITE,
    ),
    rule(
        "cipher-rc4",
        |survey| suites(survey, "with RC4", Severity::High, |name| name.contains("RC4_128")),
        &advice::BROKEN_SUITE,
    ),
    rule(
        "cipher-3des",
        |survey| suites(survey, "with 3DES or IDEA", Severity::Medium, is_short_block),
        &advice::TRIPLE_DES,
    ),
    rule(
        "no-forward-secrecy",
        |survey| suites(survey, "with RSA key exchange", Severity::Low, is_static),
        &advice::STATIC_RSA,
    ),
    rule("dh-weak", weak_dh, &advice::WEAK_DH),
    rule("no-secure-renegotiation", no_secure_renegotiation, &advice::RENEGOTIATION),
    rule("tls-compression", compression, &advice::COMPRESSION),
    rule("tls-signature-weak", weak_signature, &advice::SHA1_SIGNATURES),
];

const fn rule(id: &'static str, check: fn(&Survey) -> Option<Seen>, advice: &'static Advice) -> Rule {
    Rule { id, stage: Stage::Tls, check, advice }
}

fn accepted(survey: &Survey) -> impl Iterator<Item = &Version> {
    let versions = survey.tls.iter().flat_map(|tls| &tls.versions);
    versions.filter(|version| version.accepted == Some(true))
}

fn version(survey: &Survey, number: u16, severity: Severity) -> Option<Seen> {
    let found = accepted(survey).find(|version| version.number == number)?;
    let name = version_name(number);
    Some(Seen::new(severity, format!("the host accepts {name}")).evidence(format!("{name}: {}", found.because)))
}

fn no_modern_version(survey: &Survey) -> Option<Seen> {
    let newest = accepted(survey).next().filter(|version| version.number < TLS12)?;
    let title = format!("the newest version that the host speaks is {}", version_name(newest.number));
    let versions = survey.tls.iter().flat_map(|tls| &tls.versions).filter(|version| version.number >= TLS12);
    let line = |version: &Version| format!("{}: {}", version_name(version.number), version.because);
    Some(versions.map(line).fold(Seen::new(Severity::High, title), Seen::evidence))
}

fn suites(survey: &Survey, kind: &str, severity: Severity, of_kind: fn(&str) -> bool) -> Option<Seen> {
    let mut names: Vec<_> =
        accepted(survey).flat_map(|version| &version.suites).map(|suite| suite_name(*suite)).collect();
    names.sort_unstable();
    names.dedup();
    names.retain(|name| of_kind(name));
    let count = match names.len() {
        0 => return None,
        1 => "a cipher suite".to_owned(),
        many => format!("{many} cipher suites"),
    };
    let title = format!("the host accepts {count} {kind}");
    Some(names.into_iter().fold(Seen::new(severity, title), Seen::evidence))
}

fn is_anonymous(name: &str) -> bool {
    name.contains("_anon_") || name == "TLS_NULL_WITH_NULL_NULL"
}

fn is_export(name: &str) -> bool {
    name.contains("_EXPORT")
}

fn is_des(name: &str) -> bool {
    (name.contains("_DES_") || name.contains("_DES40_") || name.contains("_RC2_")) && !is_export(name)
}

fn is_short_block(name: &str) -> bool {
    name.contains("_3DES_") || name.contains("_IDEA_")
}

fn is_static(name: &str) -> bool {
    name.starts_with("TLS_RSA_WITH")
}

fn weak_dh(survey: &Survey) -> Option<Seen> {
    let bits = survey.tls.as_ref()?.dh_bits.filter(|bits| *bits < 2048)?;
    let severity = if bits < 1024 { Severity::High } else { Severity::Medium };
    Some(
        Seen::new(severity, format!("Diffie-Hellman with a prime of {bits} bits"))
            .evidence(format!("prime in ServerKeyExchange: {bits} bits")),
    )
}

fn no_secure_renegotiation(survey: &Survey) -> Option<Seen> {
    (survey.tls.as_ref()?.secure_renegotiation == Some(false)).then(|| {
        Seen::new(Severity::Medium, "the host does not know secure renegotiation")
            .evidence("a ServerHello without renegotiation_info in answer to a client that has it")
    })
}

fn compression(survey: &Survey) -> Option<Seen> {
    (survey.tls.as_ref()?.compression == Some(true))
        .then(|| Seen::new(Severity::Medium, "the host compresses TLS").evidence("DEFLATE picked in a ServerHello"))
}

fn weak_signature(survey: &Survey) -> Option<Seen> {
    let names: Vec<_> = survey.tls.as_ref()?.schemes.iter().map(|scheme| scheme_name(*scheme)).collect();
    let weak: Vec<_> = names.into_iter().filter(|name| name.ends_with("_sha1") || name.ends_with("_md5")).collect();
    (!weak.is_empty()).then(|| {
        Seen::new(Severity::Low, "the host signs TLS 1.2 handshakes with SHA-1 or MD5 where a client lets it")
            .evidence(format!("signature schemes picked: {}", weak.join(", ")))
    })
}
