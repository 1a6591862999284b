//! The survey of real hosts: what each answers, and what follows from it.
#![allow(clippy::expect_used, clippy::panic, reason = "tests say what they expect")]

mod peers;
#[path = "peers/replies.rs"]
mod replies;

use std::collections::BTreeSet;

use badrdp::client_probe::survey::fingerprint::{Family, Sure};
use badrdp::client_probe::survey::protocols::Nla;
use badrdp::client_probe::survey::{Question, Survey, SurveyOptions, ask, survey};
use badrdp::client_probe::{Options, Roots, Target, probe};
use badrdp::proto::pdu::x224::Protocols;
use badrdp::proto::wire::tls_record::version_name;
use peers::hosts::{Host, shadow, xrdp};

fn options() -> Options {
    let server_name = Some("rdphost.test".to_owned());
    Options { roots: Roots::Only(Vec::new()), server_name, ask_nla_required: true, ..Options::default() }
}

fn target(host: &Host) -> Target {
    Target { host: "127.0.0.1".to_owned(), port: host.port }
}

fn block_on<T>(task: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(task)
}

/// As `badrdp probe --survey protocols,tls` does it.
fn examine(host: &Host) -> Survey {
    block_on(async {
        let walk = probe(&target(host), &options()).await;
        survey(&target(host), &options(), &SurveyOptions::default(), Some(&walk)).await
    })
}

/// A question: no negotiation request; protocols; protocols with Remote Credential Guard.
fn none() -> Question {
    Question { protocols: None, flags: 0 }
}

fn asks(protocols: u32) -> Question {
    Question::of(Protocols(protocols))
}

const fn guarded(protocols: u32) -> Question {
    Question { protocols: Some(Protocols(protocols)), flags: 2 }
}

/// Asks one after the other, each on a connection of its own, and compares.
fn answers(host: &Host, expected: &[(Question, &str)]) {
    let options = options();
    let target = target(host);
    let got: Vec<_> = expected
        .iter()
        .map(|(question, _)| {
            let answer = block_on(ask(&target, &options, *question)).expect("the host accepts connections");
            (question.to_string(), replies::short(&answer.reply))
        })
        .collect();
    let expected: Vec<_> =
        expected.iter().map(|(question, reply)| (question.to_string(), (*reply).to_owned())).collect();
    assert_eq!(got, expected);
}

fn accepted(found: &Survey) -> Vec<Protocols> {
    let protocols = &found.protocols.as_ref().expect("protocols were asked for").protocols;
    assert!(protocols.iter().all(|one| one.accepted.is_some()), "{protocols:#?}");
    protocols.iter().filter(|one| one.accepted == Some(true)).map(|one| one.protocol).collect()
}

fn nla(found: &Survey) -> Nla {
    found.protocols.as_ref().expect("protocols were asked for").nla
}

fn versions(found: &Survey) -> Vec<String> {
    let versions = found.tls.iter().flat_map(|tls| &tls.versions);
    versions.filter(|version| version.accepted == Some(true)).map(|version| version_name(version.number)).collect()
}

fn weaknesses(found: &Survey) -> BTreeSet<&str> {
    found.weaknesses.iter().map(|weakness| weakness.finding.id).collect()
}

/// Nothing that this survey asks makes a healthy host fall silent, and it does not ask much.
fn is_gentle(found: &Survey, most: u32) {
    assert_eq!(found.stop, None);
    assert!(found.cost.connections <= most, "{:?}", found.cost);
}

#[test]
fn an_xrdp_that_negotiates_answers_as_it_always_does() {
    let host = xrdp(&[("security_layer", "negotiate")], false);
    answers(
        &host,
        &[
            (none(), "CC"),
            (asks(0), "RSP 0"),
            (asks(1), "RSP 1"),
            (asks(2), "RSP 0"),
            (asks(3), "RSP 1"),
            (asks(4), "RSP 0"),
            (asks(8), "RSP 0"),
            (asks(0xb), "RSP 1"),
            (guarded(0xb), "MCS"),
            (asks(0x10), "MCS"),
            (asks(0x13), "MCS"),
            (asks(0x1f), "MCS"),
        ],
    );
}

#[test]
fn an_xrdp_that_negotiates_has_neither_nla_nor_rdstls() {
    let found = examine(&xrdp(&[("security_layer", "negotiate"), ("crypt_level", "high")], false));
    assert_eq!((accepted(&found).as_slice(), nla(&found)), (&[Protocols::RDP, Protocols::SSL][..], Nla::NotOffered));
    assert_eq!(versions(&found), ["TLS 1.3", "TLS 1.2"]);
    let standard = found.protocols.as_ref().and_then(|protocols| protocols.standard.clone()).expect("RC4");
    assert_eq!((standard.methods.as_slice(), standard.level), (&[2][..], 3));
    assert_eq!(found.fingerprint.family, Some((Family::Xrdp, Sure::Likely)));
    let expected = BTreeSet::from(["standard-rdp-security-accepted", "nla-not-offered"]);
    assert!(expected.is_subset(&weaknesses(&found)), "{:?}", weaknesses(&found));
    assert!(!weaknesses(&found).contains("tls-1.0-accepted"));
    is_gentle(&found, 60);
}

#[test]
fn an_xrdp_without_tls_answers_and_is_surveyed_so() {
    let host = xrdp(&[("security_layer", "rdp"), ("crypt_level", "low")], false);
    let all = [0, 1, 2, 3, 4, 8, 0xb].map(|protocols| (asks(protocols), "RSP 0"));
    answers(
        &host,
        &[&[(none(), "CC")][..], &all, &[(asks(0x10), "MCS"), (asks(0x13), "MCS"), (asks(0x1f), "MCS")]].concat(),
    );
    let found = examine(&host);
    assert_eq!((accepted(&found).as_slice(), nla(&found)), (&[Protocols::RDP][..], Nla::NotOffered));
    assert_eq!(found.tls, None);
    let standard = found.protocols.as_ref().and_then(|protocols| protocols.standard.clone()).expect("RC4");
    assert_eq!((standard.methods.as_slice(), standard.level), (&[1][..], 1), "40-bit RC4, low");
    assert!(weaknesses(&found).contains("rdp-encryption-weak"), "{:?}", weaknesses(&found));
    assert_eq!(found.fingerprint.family, Some((Family::Xrdp, Sure::Likely)));
    is_gentle(&found, 4);
}

#[test]
fn an_xrdp_with_weak_tls_is_surveyed_though_rustls_cannot_talk_to_it() {
    let weak =
        [("security_layer", "tls"), ("ssl_protocols", "TLSv1, TLSv1.1, TLSv1.2"), ("tls_ciphers", "ALL:@SECLEVEL=0")];
    let host = xrdp(&weak, true);
    answers(
        &host,
        &[
            (none(), "CC"),
            (asks(0), "FAILURE 1"),
            (asks(1), "RSP 1"),
            (asks(2), "FAILURE 1"),
            (asks(3), "RSP 1"),
            (asks(4), "FAILURE 1"),
            (asks(8), "FAILURE 1"),
            (asks(0xb), "RSP 1"),
            (asks(0x10), "MCS"),
            (asks(0x1f), "MCS"),
        ],
    );
    let found = examine(&host);
    assert_eq!((accepted(&found).as_slice(), nla(&found)), (&[Protocols::SSL][..], Nla::NotOffered));
    assert_eq!(versions(&found), ["TLS 1.2", "TLS 1.1", "TLS 1.0"]);
    let expected = [
        "tls-1.0-accepted",
        "tls-1.1-accepted",
        "cipher-unauthenticated",
        "no-forward-secrecy",
        "certificate-expires-soon",
        "certificate-chain-signature-weak",
        "tls-signature-weak",
        "nla-not-offered",
    ];
    assert!(BTreeSet::from(expected).is_subset(&weaknesses(&found)), "{:?}", weaknesses(&found));
    let leaf = found.chains.first().and_then(|chain| chain.certificates.first()).expect("a certificate");
    assert_eq!((leaf.key.as_str(), leaf.signature.as_str()), ("RSA 1024", "sha1WithRSAEncryption"));
    assert!((0..=1).contains(&leaf.days_left), "{}", leaf.days_left);
    is_gentle(&found, 120);
}

#[test]
fn a_shadow_server_with_nla_enforces_it() {
    let host = shadow(true);
    answers(
        &host,
        &[
            (none(), "FAILURE 5"),
            (asks(0), "FAILURE 5"),
            (asks(1), "FAILURE 5"),
            (asks(2), "RSP 2"),
            (asks(3), "RSP 2"),
            (asks(4), "FAILURE 5"),
            (asks(8), "FAILURE 5"),
            (asks(0xb), "RSP 2"),
            (guarded(0xb), "RSP 2"),
            (asks(0x10), "FAILURE 5"),
            (asks(0x13), "RSP 2"),
            (asks(0x1f), "RSP 2"),
        ],
    );
    let found = examine(&host);
    assert_eq!((accepted(&found).as_slice(), nla(&found)), (&[Protocols::HYBRID][..], Nla::Enforced));
    assert_eq!(found.fingerprint.family, Some((Family::FreeRdp, Sure::Likely)), "{:#?}", found.fingerprint);
    let names: BTreeSet<_> = found.fingerprint.signs.iter().flat_map(|sign| &sign.families).collect();
    assert!(!names.contains(&Family::Windows), "its NTLM says Windows 7, which is not to be believed");
    assert!(!weaknesses(&found).iter().any(|id| id.starts_with("nla-") || id.starts_with("standard-")));
    is_gentle(&found, 60);
}

#[test]
fn a_shadow_server_without_nla_does_tls_and_standard_rdp_security() {
    let host = shadow(false);
    answers(
        &host,
        &[
            (none(), "RSP 0"),
            (asks(0), "RSP 0"),
            (asks(1), "RSP 1"),
            (asks(2), "FAILURE 2"),
            (asks(3), "RSP 1"),
            (asks(4), "FAILURE 2"),
            (asks(8), "FAILURE 2"),
            (asks(0xb), "RSP 1"),
            (asks(0x10), "FAILURE 2"),
            (asks(0x13), "RSP 1"),
            (asks(0x1f), "RSP 1"),
        ],
    );
    let found = examine(&host);
    assert_eq!((accepted(&found).as_slice(), nla(&found)), (&[Protocols::RDP, Protocols::SSL][..], Nla::NotOffered));
    assert_eq!(found.fingerprint.family, Some((Family::FreeRdp, Sure::Likely)), "{:#?}", found.fingerprint);
    is_gentle(&found, 60);
}
