//! The TLS survey against OpenSSL's own server, and against nmap's opinion of it.
#![allow(clippy::expect_used, clippy::panic, reason = "tests say what they expect")]

mod peers;

use std::collections::BTreeMap;

use badrdp::client_probe::survey::tls::names::{group_name, scheme_name, suite_name};
use badrdp::client_probe::survey::tls::{Order, TlsSurvey, Version};
use badrdp::client_probe::survey::{Survey, SurveyOptions, survey};
use badrdp::client_probe::{Options, Roots, Target};
use badrdp::proto::wire::tls_record::version_name;
use peers::between::front;
use peers::hosts::{Host, openssl};
use peers::nmap;

/// Surveys a server of OpenSSL through connection initiation.
fn examine(host: &Host) -> Survey {
    let target = Target { host: "127.0.0.1".to_owned(), port: front(host.port) };
    let options = Options { roots: Roots::Only(Vec::new()), ..Options::default() };
    let what = SurveyOptions { protocols: false, ..SurveyOptions::default() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let found = runtime.block_on(survey(&target, &options, &what, None));
    assert_eq!(found.stop, None, "{:?}", found.cost);
    found
}

fn tls(found: &Survey) -> &TlsSurvey {
    found.tls.as_ref().expect("the front selects TLS")
}

fn accepted(found: &Survey) -> impl Iterator<Item = &Version> {
    tls(found).versions.iter().filter(|version| version.accepted == Some(true))
}

fn ours(found: &Survey) -> BTreeMap<String, Vec<String>> {
    let names = |version: &Version| version.suites.iter().map(|suite| suite_name(*suite)).collect();
    accepted(found).map(|version| (version_name(version.number), names(version))).collect()
}

#[test]
fn nmap_finds_the_same_versions_suites_and_order_on_a_weak_server() {
    let settings = ["-cipher", "ALL:COMPLEMENTOFALL:@SECLEVEL=0", "-serverpref"];
    let host = openssl(&[&settings[..], &["-min_protocol", "TLSv1", "-max_protocol", "TLSv1.2"]].concat());
    let found = examine(&host);
    assert_eq!(ours(&found), nmap::suites(host.port));
    assert!(accepted(&found).all(|version| version.order == Some(Order::Server)));
    // 101 suites in three lists.
    assert!(found.cost.connections < 101, "{:?}", found.cost);
    let ids: Vec<_> = found.weaknesses.iter().map(|weakness| weakness.finding.id).collect();
    for id in ["tls-1.0-accepted", "tls-1.1-accepted", "cipher-null", "cipher-unauthenticated"] {
        assert!(ids.contains(&id), "{id} in {ids:?}");
    }
}

#[test]
fn a_server_of_tls_1_0_alone_is_found_out() {
    let host = openssl(&["-cipher", "AES128-SHA:AES256-SHA:@SECLEVEL=0", "-tls1"]);
    let found = examine(&host);
    let expected = vec!["TLS_RSA_WITH_AES_128_CBC_SHA".to_owned(), "TLS_RSA_WITH_AES_256_CBC_SHA".to_owned()];
    let mut lists = ours(&found);
    lists.values_mut().for_each(|suites| suites.sort_unstable());
    assert_eq!(lists, BTreeMap::from([("TLS 1.0".to_owned(), expected)]));
    assert!(found.weaknesses.iter().any(|weakness| weakness.finding.id == "tls-too-old"));
    // The certificate comes in the clear, whatever rustls makes of the version.
    assert_eq!(found.chains.first().map(|chain| chain.verdict.key.as_str()), Some("RSA 2048"));
}

#[test]
fn groups_and_signatures_are_those_that_the_server_was_given() {
    let settings = ["-groups", "P-384:X25519", "-sigalgs", "RSA+SHA384:rsa_pss_rsae_sha256", "-serverpref"];
    let found = examine(&openssl(&settings));
    let mut groups: Vec<_> = tls(&found).groups.iter().map(|group| group_name(*group)).collect();
    groups.sort_unstable();
    let mut schemes: Vec<_> = tls(&found).schemes.iter().map(|scheme| scheme_name(*scheme)).collect();
    schemes.sort_unstable();
    assert_eq!(groups, ["secp384r1", "x25519"]);
    assert_eq!(schemes, ["rsa_pkcs1_sha384", "rsa_pss_rsae_sha256"]);
    assert!(tls(&found).groups_complete && tls(&found).schemes_complete);
}

#[test]
fn a_server_of_tls_1_3_alone_shows_its_suites_and_what_it_signs_with() {
    let settings = ["-tls1_3", "-ciphersuites", "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256"];
    let found = examine(&openssl(&[&settings[..], &["-sigalgs", "rsa_pss_rsae_sha384", "-serverpref"]].concat()));
    let expected = vec!["TLS_AES_128_GCM_SHA256".to_owned(), "TLS_CHACHA20_POLY1305_SHA256".to_owned()];
    assert_eq!(ours(&found), BTreeMap::from([("TLS 1.3".to_owned(), expected)]));
    let schemes: Vec<_> = tls(&found).schemes.iter().map(|scheme| scheme_name(*scheme)).collect();
    assert_eq!(schemes, ["rsa_pss_rsae_sha384"]);
    assert_eq!((tls(&found).compression, tls(&found).secure_renegotiation), (None, None));
}

#[test]
fn dhe_shows_its_prime_and_a_hello_what_it_can_do() {
    let found = examine(&openssl(&["-tls1_2", "-cipher", "DHE-RSA-AES128-SHA:@SECLEVEL=0"]));
    assert_eq!((tls(&found).secure_renegotiation, tls(&found).compression), (Some(true), Some(false)));
    assert!(tls(&found).dh_bits.is_some_and(|bits| bits >= 1024), "{:?}", tls(&found).dh_bits);
    assert_eq!(accepted(&found).count(), 1);
}
