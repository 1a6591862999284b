//! The host's certificates in full: the verdict on the leaf, and what each of the chain says of itself.

use badrdp_proto::transcript::CertificateFacts;
use sha2::{Digest as _, Sha256};
use x509_parser::oid_registry::OidRegistry;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use crate::certificate::{distinguished, judge, key};
use crate::probe::Options;
use crate::trust::TrustStore;

/// Names and purposes shown of one certificate.
const MAX_LIST: usize = 100;

/// A chain that the host showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    /// The verdict on the leaf.
    pub verdict: CertificateFacts,
    /// Leaf first.
    pub certificates: Vec<Certificate>,
    /// The walk saw the same leaf: its diagnosis speaks of it.
    pub judged_by_walk: bool,
}

/// One certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// RFC 4514 style.
    pub subject: String,
    /// RFC 4514 style.
    pub issuer: String,
    /// In hex.
    pub serial: String,
    /// Unix seconds.
    pub not_before: i64,
    /// Unix seconds.
    pub not_after: i64,
    /// Whole days left at the check's time; negative behind its end.
    pub days_left: i64,
    /// Type and size: `RSA 2048`.
    pub key: String,
    /// `sha256WithRSAEncryption`, or the object identifier.
    pub signature: String,
    /// Extended key usages by name or object identifier; `None` without the extension.
    pub extended_key_usage: Option<Vec<String>>,
    /// Subject and issuer are the same.
    pub self_issued: bool,
    /// Of the DER.
    pub sha256: String,
}

/// Reads and judges a chain.
pub(super) fn read(
    chain: &[Vec<u8>],
    name: &str,
    options: &Options,
    roots: &TrustStore,
    walked: Option<&[Vec<u8>]>,
) -> Chain {
    let judged_by_walk = walked.is_some_and(|walked| walked.first() == chain.first());
    let verdict = judge(chain, name, options.now, roots);
    let certificates = chain.iter().filter_map(|der| certificate(der, verdict.checked_at)).collect();
    Chain { verdict, certificates, judged_by_walk }
}

/// SHA-256 of the DER in hex.
pub(super) fn fingerprint(der: &[u8]) -> String {
    Sha256::digest(der).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn certificate(der: &[u8], now: i64) -> Option<Certificate> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    let (not_before, not_after) =
        (certificate.validity().not_before.timestamp(), certificate.validity().not_after.timestamp());
    let oid = &certificate.signature_algorithm.algorithm;
    let registry = OidRegistry::default().with_all_crypto().with_x509();
    Some(Certificate {
        subject: distinguished(certificate.subject()),
        issuer: distinguished(certificate.issuer()),
        serial: certificate.raw_serial().iter().map(|byte| format!("{byte:02x}")).collect(),
        not_before,
        not_after,
        days_left: not_after.saturating_sub(now).div_euclid(86_400),
        key: key(&certificate),
        signature: registry.get(oid).map_or_else(|| oid.to_id_string(), |known| known.sn().to_owned()),
        extended_key_usage: purposes(&certificate),
        self_issued: certificate.subject().as_raw() == certificate.issuer().as_raw(),
        sha256: fingerprint(der),
    })
}

fn purposes(certificate: &X509Certificate<'_>) -> Option<Vec<String>> {
    let usage = certificate.extended_key_usage().ok()??.value;
    let named = [
        (usage.any, "any"),
        (usage.server_auth, "server authentication"),
        (usage.client_auth, "client authentication"),
        (usage.code_signing, "code signing"),
        (usage.email_protection, "email protection"),
        (usage.time_stamping, "time stamping"),
        (usage.ocsp_signing, "OCSP signing"),
    ];
    let named = named.into_iter().filter(|(set, _)| *set).map(|(_, name)| name.to_owned());
    let others = usage.other.iter().map(|oid| match oid.to_id_string().as_str() {
        // Windows: the purpose of its own Remote Desktop template.
        "1.3.6.1.4.1.311.54.1.2" => "Remote Desktop authentication".to_owned(),
        other => other.to_owned(),
    });
    Some(named.chain(others).take(MAX_LIST).collect())
}
