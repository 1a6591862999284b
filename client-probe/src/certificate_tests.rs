#![allow(clippy::unwrap_used, reason = "a test that cannot mint its certificate must stop")]

use std::time::{Duration, SystemTime};

use badrdp_proto::transcript::CertificateProblem as Problem;
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
};

use std::sync::Arc;

use super::{TrustStore, covers, judge};
use crate::trust::Roots;

/// 2026-01-01T00:00:00Z.
const NOW: u64 = 1_767_225_600;
const DAY: u64 = 86_400;

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

fn params(names: &[&str]) -> CertificateParams {
    let mut params = CertificateParams::new(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()).unwrap();
    params.distinguished_name.push(DnType::CommonName, "leaf");
    params.not_before = at(NOW - DAY).into();
    params.not_after = at(NOW + DAY).into();
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params
}

fn nobody() -> Arc<TrustStore> {
    TrustStore::load(&Roots::Only(Vec::new()))
}

struct Authority {
    der: Vec<u8>,
    issuer: Issuer<'static, KeyPair>,
}

fn authority(name: &str) -> Authority {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.not_before = at(NOW - 400 * DAY).into();
    params.not_after = at(NOW + 400 * DAY).into();
    let key = KeyPair::generate().unwrap();
    let der = params.self_signed(&key).unwrap().der().to_vec();
    Authority { der, issuer: Issuer::new(params, key) }
}

impl Authority {
    fn issue(&self, params: &CertificateParams) -> Vec<u8> {
        params.signed_by(&KeyPair::generate().unwrap(), &self.issuer).unwrap().der().to_vec()
    }

    fn roots(&self) -> Arc<TrustStore> {
        TrustStore::load(&Roots::Only(vec![self.der.clone()]))
    }
}

fn problems(chain: &[Vec<u8>], name: &str, roots: &TrustStore) -> Vec<Problem> {
    judge(chain, name, at(NOW), roots).problems
}

#[test]
fn a_good_certificate_has_no_problems_and_its_facts_are_read() {
    let ca = authority("test ca");
    let facts = judge(&[ca.issue(&params(&["host.test", "127.0.0.1"]))], "host.test", at(NOW), &ca.roots());
    assert_eq!(facts.problems, []);
    assert_eq!(facts.names, ["host.test", "127.0.0.1"]);
    assert_eq!(facts.key, "ECDSA P-256");
    assert!(facts.subject.contains("CN=leaf"), "{}", facts.subject);
    assert!(facts.issuer.contains("CN=test ca"), "{}", facts.issuer);
    assert_eq!((facts.not_before, facts.not_after), ((NOW - DAY) as i64, (NOW + DAY) as i64));
    assert_eq!(facts.checked_at, NOW as i64);
}

#[test]
fn validity_is_judged_at_the_given_time_and_does_not_spoil_trust() {
    let ca = authority("test ca");
    let chain = [ca.issue(&params(&["host.test"]))];
    assert_eq!(judge(&chain, "host.test", at(NOW + 2 * DAY), &ca.roots()).problems, [Problem::Expired]);
    assert_eq!(judge(&chain, "host.test", at(NOW - 2 * DAY), &ca.roots()).problems, [Problem::NotYetValid]);
    assert_eq!(judge(&chain, "host.test", at(NOW + DAY), &ca.roots()).problems, [], "the last second is valid");
}

#[test]
fn the_name_comes_from_the_alternative_name_first_and_the_common_name_else() {
    let ca = authority("test ca");
    let with_san = [ca.issue(&params(&["other.test"]))];
    assert_eq!(problems(&with_san, "leaf", &ca.roots()), [Problem::NameMismatch]);
    assert_eq!(problems(&with_san, "OTHER.test.", &ca.roots()), []);
    let without_san = [ca.issue(&params(&[]))];
    assert_eq!(problems(&without_san, "leaf", &ca.roots()), []);
    assert_eq!(problems(&without_san, "other.test", &ca.roots()), [Problem::NameMismatch]);
}

#[test]
fn addresses_match_only_address_names() {
    let ca = authority("test ca");
    let chain = [ca.issue(&params(&["127.0.0.1", "::1"]))];
    assert_eq!(problems(&chain, "127.0.0.1", &ca.roots()), []);
    assert_eq!(problems(&chain, "::1", &ca.roots()), []);
    assert_eq!(problems(&chain, "127.0.0.2", &ca.roots()), [Problem::NameMismatch]);
}

#[test]
fn a_wildcard_stands_for_one_label() {
    assert!(covers("*.corp.test", "a.corp.test"));
    assert!(covers("*.CORP.test", "a.corp.TEST"));
    assert!(!covers("*.corp.test", "corp.test"));
    assert!(!covers("*.corp.test", "a.b.corp.test"));
    assert!(!covers("*.0.0.1", "127.0.0.1"));
}

#[test]
fn trust_tells_self_signed_from_an_unknown_issuer() {
    let ca = authority("test ca");
    let stranger = authority("stranger");
    assert_eq!(
        problems(&[ca.issue(&params(&["host.test"]))], "host.test", &stranger.roots()),
        [Problem::UntrustedIssuer]
    );
    let own = params(&["host.test"]).self_signed(&KeyPair::generate().unwrap()).unwrap().der().to_vec();
    assert_eq!(problems(std::slice::from_ref(&own), "host.test", &ca.roots()), [Problem::SelfSigned]);
    let trusted = TrustStore::load(&Roots::Only(vec![own.clone()]));
    assert_eq!(problems(&[own], "host.test", &trusted), [], "a certificate in the store is trusted as it is");
}

#[test]
fn an_intermediate_sent_by_the_server_completes_the_chain() {
    let root = authority("root");
    let mut middle = CertificateParams::default();
    middle.distinguished_name.push(DnType::CommonName, "middle");
    middle.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let middle_der = middle.signed_by(&key, &root.issuer).unwrap().der().to_vec();
    let middle = Issuer::new(middle, key);
    let leaf = params(&["host.test"]).signed_by(&KeyPair::generate().unwrap(), &middle).unwrap().der().to_vec();
    assert_eq!(problems(&[leaf.clone(), middle_der], "host.test", &root.roots()), []);
    assert_eq!(problems(&[leaf], "host.test", &root.roots()), [Problem::UntrustedIssuer]);
}

#[test]
fn extended_key_usage_must_allow_servers() {
    let ca = authority("test ca");
    let mut client_only = params(&["host.test"]);
    client_only.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    assert_eq!(problems(&[ca.issue(&client_only)], "host.test", &ca.roots()), [Problem::NoServerAuth]);
    let mut any_use = params(&["host.test"]);
    any_use.extended_key_usages = Vec::new();
    assert_eq!(problems(&[ca.issue(&any_use)], "host.test", &ca.roots()), []);
}

#[test]
fn several_problems_stand_in_order_of_weight() {
    let ca = authority("test ca");
    let mut bad = params(&["other.test"]);
    bad.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let facts = judge(&[ca.issue(&bad)], "host.test", at(NOW + 2 * DAY), &nobody());
    assert_eq!(
        facts.problems,
        [Problem::Expired, Problem::NoServerAuth, Problem::NameMismatch, Problem::UntrustedIssuer]
    );
}

#[test]
fn what_is_no_certificate_is_said_to_be_unreadable() {
    let facts = judge(&[vec![1, 2, 3]], "host.test", at(NOW), &nobody());
    assert!(matches!(facts.problems.as_slice(), [Problem::Unreadable(_)]), "{:?}", facts.problems);
    assert!(matches!(judge(&[], "host.test", at(NOW), &nobody()).problems.as_slice(), [Problem::Unreadable(_)]));
}

/// A leaf that says where its issuer's certificate is, or does not.
fn below(issuer: &Authority, says_where: bool) -> Vec<u8> {
    let mut params = params(&["host.example"]);
    if says_where {
        let access = b"\x30\x1a\x30\x18\x06\x08\x2b\x06\x01\x05\x05\x07\x30\x02\x86\x0chttp://a.b/c";
        let oid = [1, 3, 6, 1, 5, 5, 7, 1, 1];
        params.custom_extensions = vec![CustomExtension::from_oid_content(&oid, access.to_vec())];
    }
    issuer.issue(&params)
}

#[test]
fn an_issuer_that_is_not_sent_is_told_from_one_that_is_not_trusted() {
    let (issuer, other) = (authority("issuer"), authority("other"));
    let leaf = below(&issuer, true);
    let judged = |chain: &[Vec<u8>]| problems(chain, "host.example", &other.roots());
    assert_eq!(judged(std::slice::from_ref(&leaf)), [Problem::NoIntermediate]);
    assert_eq!(judged(&[leaf.clone(), other.der.clone()]), [Problem::NoIntermediate], "another one was sent");
    assert_eq!(judged(&[leaf.clone(), issuer.der.clone()]), [Problem::UntrustedIssuer], "it was sent");
    assert_eq!(judged(&[below(&issuer, false)]), [Problem::UntrustedIssuer], "perhaps it is a root");
    assert_eq!(problems(&[leaf], "host.example", &issuer.roots()), [], "who has it needs none");
}
