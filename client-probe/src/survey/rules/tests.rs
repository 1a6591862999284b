#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests state what they expect")]

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use rcgen::{CertificateParams, DnType, KeyPair};

use super::*;
use crate::probe::Options;
use crate::survey::chain;
use crate::survey::fingerprint::Fingerprint;
use crate::survey::pace::Cost;
use crate::survey::protocols::{conclude, refuses, selects};
use crate::survey::standard::Standard;
use crate::survey::tls::names::{SSL3, TLS10, TLS12, TLS13};
use crate::survey::tls::{TlsSurvey, Version};
use crate::trust::{Roots, TrustStore};

/// 2026-01-01T00:00:00Z.
const NOW: u64 = 1_767_225_600;
const DAY: u64 = 86_400;

fn nothing() -> Survey {
    Survey {
        cost: Cost::default(),
        stop: None,
        protocols: None,
        tls: None,
        chains: Vec::new(),
        fingerprint: Fingerprint::default(),
        weaknesses: Vec::new(),
    }
}

fn version(number: u16, suites: &[u16]) -> Version {
    Version {
        number,
        accepted: Some(!suites.is_empty()),
        evidence: Evidence::Observed,
        because: "asked".to_owned(),
        suites: suites.to_vec(),
        suites_evidence: Evidence::Observed,
        complete: true,
        order: None,
    }
}

fn tls(versions: Vec<Version>) -> Survey {
    let tls =
        TlsSurvey { versions, secure_renegotiation: Some(true), compression: Some(false), ..TlsSurvey::default() };
    Survey { tls: Some(tls), ..nothing() }
}

fn found(survey: &Survey) -> Vec<(&'static str, Severity)> {
    look(survey).into_iter().map(|weakness| (weakness.finding.id, weakness.severity)).collect()
}

#[test]
fn ids_stand_once_and_advice_is_whole() {
    let ids = weakness_ids();
    assert_eq!(ids.len(), ids.iter().collect::<BTreeSet<_>>().len());
    for rule in RULES.iter().flat_map(|family| family.iter()) {
        assert!(!rule.advice.expected.is_empty() && !rule.advice.causes.is_empty(), "{}", rule.id);
        assert!(!rule.advice.remedies.is_empty(), "{}", rule.id);
    }
}

#[test]
fn a_modern_host_has_no_weakness() {
    let answers = vec![selects(0xb, 8, 0x1f, 0x1234), selects(3, 2, 0x1f, 0x1234), refuses(1, 5, 0x1234)];
    let host = tls(vec![version(TLS13, &[0x1302]), version(TLS12, &[0xc030]), version(TLS10, &[])]);
    assert_eq!(found(&Survey { protocols: Some(conclude(answers)), ..host }), []);
}

#[test]
fn protocols_without_tls_or_nla_are_named() {
    let with = |answers| Survey { protocols: Some(conclude(answers)), ..nothing() };
    let xrdp = with(vec![selects(0xb, 1, 1, 0x1234), selects(0xa, 0, 1, 0x1234)]);
    let expected = [("standard-rdp-security-accepted", Severity::High), ("nla-not-offered", Severity::Medium)];
    assert_eq!(found(&xrdp), expected);
    let lax = with(vec![selects(0xb, 2, 1, 0x1234), selects(1, 1, 1, 0x1234)]);
    assert_eq!(found(&lax), [("nla-not-enforced", Severity::Medium)]);
    let lines = &look(&lax)[0].finding.evidence;
    assert_eq!(lines.len(), 2, "{lines:?}");
    // What is not settled is not held against the host.
    assert_eq!(found(&with(vec![selects(0xb, 2, 1, 0x1234)])), []);
}

#[test]
fn weak_encryption_of_standard_rdp_security_is_named() {
    let encryption = |methods: &[u32]| {
        let standard = Standard { version: None, methods: methods.to_vec(), complete: true, level: 1 };
        let mut protocols = conclude(vec![selects(0xb, 1, 1, 0x1234), selects(8, 1, 1, 0)]);
        protocols.standard = Some(standard);
        found(&Survey { protocols: Some(protocols), ..nothing() })
    };
    assert!(encryption(&[2, 8, 1]).contains(&("rdp-encryption-weak", Severity::High)));
    assert!(encryption(&[0]).contains(&("rdp-encryption-weak", Severity::High)));
    assert!(!encryption(&[2, 0x10]).iter().any(|(id, _)| *id == "rdp-encryption-weak"));
}

#[test]
fn old_versions_and_bad_suites_are_named_each() {
    // RC4-MD5, 3DES, anonymous, NULL, export, DES, RSA key exchange.
    let suites = [0x0004, 0x000a, 0x0034, 0x0002, 0x0003, 0x0009, 0x002f];
    let host = tls(vec![version(TLS13, &[]), version(TLS12, &[]), version(TLS10, &suites), version(SSL3, &[0x0004])]);
    let ids: BTreeSet<_> = found(&host).into_iter().map(|(id, _)| id).collect();
    let expected = [
        "tls-too-old",
        "ssl-3.0-accepted",
        "tls-1.0-accepted",
        "cipher-unauthenticated",
        "cipher-null",
        "cipher-export",
        "cipher-des",
        "cipher-rc4",
        "cipher-3des",
        "no-forward-secrecy",
    ];
    assert_eq!(ids, BTreeSet::from(expected));
    let rc4 = look(&host).into_iter().find(|weakness| weakness.finding.id == "cipher-rc4").unwrap();
    assert_eq!(rc4.finding.evidence, ["TLS_RSA_WITH_RC4_128_MD5"]);
}

#[test]
fn what_else_a_hello_brings_to_light_is_named() {
    let mut host = tls(vec![version(TLS12, &[0xc030])]);
    if let Some(tls) = &mut host.tls {
        (tls.secure_renegotiation, tls.compression, tls.dh_bits) = (Some(false), Some(true), Some(1024));
        tls.schemes = vec![0x0401, 0x0201];
    }
    let expected = [
        ("dh-weak", Severity::Medium),
        ("no-secure-renegotiation", Severity::Medium),
        ("tls-compression", Severity::Medium),
        ("tls-signature-weak", Severity::Low),
    ];
    assert_eq!(found(&host), expected);
}

fn certificate(days: u64, walked: bool) -> Survey {
    let time = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
    let mut params = CertificateParams::new(vec!["host.test".to_owned()]).unwrap();
    params.distinguished_name.push(DnType::CommonName, "host.test");
    params.not_before = time(NOW - 300 * DAY).into();
    params.not_after = time(NOW + days * DAY - 200 * DAY).into();
    let der = params.self_signed(&KeyPair::generate().unwrap()).unwrap().der().to_vec();
    let options = Options { now: time(NOW), ..Options::default() };
    let roots = TrustStore::load(&Roots::Only(vec![der.clone()]));
    let chain = vec![der];
    let chain = chain::read(&chain, "host.test", &options, &roots, walked.then_some(chain.as_slice()));
    Survey { chains: vec![chain], ..nothing() }
}

#[test]
fn a_certificate_near_its_end_is_named_before_it_fails() {
    for (days, expected) in [(400, None), (215, Some(Severity::Low)), (203, Some(Severity::Medium))] {
        let severity = found(&certificate(days, true)).first().map(|(_, severity)| *severity);
        assert_eq!(severity, expected, "{days}");
    }
}

#[test]
fn what_the_walk_says_of_the_certificate_is_not_said_twice() {
    assert_eq!(found(&certificate(100, true)), []);
    assert_eq!(found(&certificate(100, false)), [("certificate-expired", Severity::High)]);
}
