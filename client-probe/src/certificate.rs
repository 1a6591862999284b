//! The verdict on a server's certificate: pure, with name, time and roots as arguments.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::SystemTime;

use badrdp_proto::transcript::{CertificateFacts, CertificateProblem};
use rustls::client::verify_server_cert_signed_by_trust_anchor;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::{ParsedCertificate, WebPkiClientVerifier};
use x509_parser::prelude::{FromDer as _, GeneralName, ParsedExtension, X509Certificate, X509Name};
use x509_parser::public_key::PublicKey;

use crate::trust::TrustStore;

/// An RSA key of fewer bits is weak, RFC 9325 4.5.
pub(crate) const SHORTEST_RSA: usize = 2048;

/// Judges `chain` (DER, leaf first) for a host that is called `name`.
pub(crate) fn judge(chain: &[Vec<u8>], name: &str, now: SystemTime, roots: &TrustStore) -> CertificateFacts {
    let checked_at = unix_seconds(now);
    let leaf = chain.first().map(Vec::as_slice).unwrap_or_default();
    let certificate = match X509Certificate::from_der(leaf) {
        Ok((_, certificate)) => certificate,
        Err(error) => return unreadable(name, checked_at, error.to_string()),
    };
    let names = names(&certificate);
    let not_before = certificate.validity().not_before.timestamp();
    let not_after = certificate.validity().not_after.timestamp();
    let mut problems = Vec::new();
    if not_after < checked_at {
        problems.push(CertificateProblem::Expired);
    }
    if not_before > checked_at {
        problems.push(CertificateProblem::NotYetValid);
    }
    if lacks_server_auth(&certificate) {
        problems.push(CertificateProblem::NoServerAuth);
    }
    if !names.iter().any(|pattern| covers(pattern, name)) {
        problems.push(CertificateProblem::NameMismatch);
    }
    // The chain is judged at a time at which the leaf is valid: expiry has its own verdict.
    let at = checked_at.clamp(not_before, not_after.max(not_before));
    let own_issuer = certificate.subject().as_raw() == certificate.issuer().as_raw();
    let weak_signature = weak_signature(&certificate).filter(|_| !own_issuer);
    if !is_trusted(chain, at, roots) {
        match (&weak_signature, own_issuer) {
            (_, true) => problems.push(CertificateProblem::SelfSigned),
            // Nothing is claimed of an issuer whose signature is not looked at.
            (Some(_), _) => {}
            (None, _) if lacks_issuer(&certificate, chain) => problems.push(CertificateProblem::NoIntermediate),
            (None, _) => problems.push(CertificateProblem::UntrustedIssuer),
        }
    }
    problems.extend(weak_signature.map(|hash| CertificateProblem::WeakSignature(hash.to_owned())));
    problems.extend(weak_key(&certificate).map(|_| CertificateProblem::WeakKey(key(&certificate))));
    CertificateFacts {
        subject: distinguished(certificate.subject()),
        issuer: distinguished(certificate.issuer()),
        not_before,
        not_after,
        names,
        key: key(&certificate),
        checked_name: name.to_owned(),
        checked_at,
        problems,
    }
}

fn unreadable(name: &str, checked_at: i64, reason: String) -> CertificateFacts {
    CertificateFacts {
        subject: String::new(),
        issuer: String::new(),
        not_before: 0,
        not_after: 0,
        names: Vec::new(),
        key: String::new(),
        checked_name: name.to_owned(),
        checked_at,
        problems: vec![CertificateProblem::Unreadable(reason)],
    }
}

fn unix_seconds(time: SystemTime) -> i64 {
    match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_secs()).map_or(i64::MIN, |seconds| -seconds),
    }
}

pub(crate) fn distinguished(name: &X509Name<'_>) -> String {
    let text = name.to_string();
    if text.is_empty() { "(empty)".to_owned() } else { text }
}

/// Names of the subject alternative name; the common name where it has none, as mstsc does.
fn names(certificate: &X509Certificate<'_>) -> Vec<String> {
    let mut names = Vec::new();
    if let Ok(Some(extension)) = certificate.subject_alternative_name() {
        for name in &extension.value.general_names {
            match name {
                GeneralName::DNSName(name) => names.push((*name).to_owned()),
                GeneralName::IPAddress(bytes) => names.extend(address(bytes).map(|address| address.to_string())),
                _ => {}
            }
        }
    }
    if names.is_empty() {
        let common = certificate.subject().iter_common_name();
        names.extend(common.filter_map(|attribute| attribute.as_str().ok()).map(str::to_owned));
    }
    names
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    if let Ok(four) = <[u8; 4]>::try_from(bytes) {
        return Some(IpAddr::from(four));
    }
    <[u8; 16]>::try_from(bytes).ok().map(IpAddr::from)
}

/// Whether the certificate's name `pattern` covers the host `name`.
fn covers(pattern: &str, name: &str) -> bool {
    if let Ok(wanted) = name.parse::<IpAddr>() {
        return pattern.parse::<IpAddr>() == Ok(wanted);
    }
    let pattern = pattern.trim_end_matches('.');
    let name = name.trim_end_matches('.');
    if pattern.eq_ignore_ascii_case(name) {
        return true;
    }
    // A wildcard stands for exactly one label, and only the first.
    match (pattern.strip_prefix("*."), name.split_once('.')) {
        (Some(parent), Some((label, rest))) => !label.is_empty() && parent.eq_ignore_ascii_case(rest),
        _ => false,
    }
}

fn lacks_server_auth(certificate: &X509Certificate<'_>) -> bool {
    match certificate.extended_key_usage() {
        Ok(Some(usage)) => !usage.value.server_auth && !usage.value.any,
        // Without the extension the key may be used for anything.
        _ => false,
    }
}

fn is_trusted(chain: &[Vec<u8>], at: i64, roots: &TrustStore) -> bool {
    let Some((leaf, rest)) = chain.split_first() else {
        return false;
    };
    if roots.exact.contains(leaf) {
        return true;
    }
    let leaf = CertificateDer::from(leaf.as_slice());
    let intermediates: Vec<_> = rest.iter().map(|der| CertificateDer::from(der.as_slice())).collect();
    let Ok(parsed) = ParsedCertificate::try_from(&leaf) else {
        return false;
    };
    let at = UnixTime::since_unix_epoch(std::time::Duration::from_secs(u64::try_from(at).unwrap_or(0)));
    let algorithms = rustls::crypto::ring::default_provider().signature_verification_algorithms.all;
    match verify_server_cert_signed_by_trust_anchor(&parsed, &roots.anchors, &intermediates, at, algorithms) {
        Ok(()) => true,
        Err(error) if is_about_purpose(&error) => is_trusted_client(&leaf, &intermediates, at, roots),
        Err(_) => false,
    }
}

/// Whether the issuer is trusted for a certificate that is not for servers.
///
/// webpki looks at the purpose before it builds the chain, so the chain is built for the other
/// common purpose. Where the certificate is for neither, nothing is claimed of its issuer.
fn is_trusted_client(
    leaf: &CertificateDer<'_>,
    intermediates: &[CertificateDer<'_>],
    at: UnixTime,
    roots: &TrustStore,
) -> bool {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let anchors = Arc::clone(&roots.anchors);
    let Ok(verifier) = WebPkiClientVerifier::builder_with_provider(anchors, provider).build() else {
        // No anchors at all.
        return false;
    };
    match verifier.verify_client_cert(leaf, intermediates, at) {
        Ok(_) => true,
        Err(error) => is_about_purpose(&error),
    }
}

/// The hash of the issuer's signature, where collisions of it can be made (RFC 9155, RFC 6151).
fn weak_signature(certificate: &X509Certificate<'_>) -> Option<&'static str> {
    match certificate.signature_algorithm.algorithm.to_id_string().as_str() {
        "1.2.840.113549.1.1.5" | "1.2.840.10045.4.1" | "1.2.840.10040.4.3" | "1.3.14.3.2.29" => Some("SHA-1"),
        "1.2.840.113549.1.1.4" => Some("MD5"),
        _ => None,
    }
}

/// The bits of an RSA key that is shorter than RFC 9325 4.5 demands.
fn weak_key(certificate: &X509Certificate<'_>) -> Option<usize> {
    match certificate.public_key().parsed() {
        Ok(PublicKey::RSA(rsa)) => Some(rsa.key_size()).filter(|bits| *bits < SHORTEST_RSA),
        _ => None,
    }
}

/// Whether the certificate says where its issuer's is, which roots' need not do, and the chain goes without that.
fn lacks_issuer(certificate: &X509Certificate<'_>, chain: &[Vec<u8>]) -> bool {
    let is_issuer = |der: &Vec<u8>| {
        X509Certificate::from_der(der).is_ok_and(|(_, other)| other.subject().as_raw() == certificate.issuer().as_raw())
    };
    issuer_location(certificate).is_some() && !chain.iter().skip(1).any(is_issuer)
}

/// `id-ad-caIssuers` of the authority information access extension, RFC 5280 4.2.2.1.
fn issuer_location(certificate: &X509Certificate<'_>) -> Option<String> {
    certificate.extensions().iter().find_map(|extension| match extension.parsed_extension() {
        ParsedExtension::AuthorityInfoAccess(access) => access.accessdescs.iter().find_map(|description| {
            match (description.access_method.to_id_string().as_str(), &description.access_location) {
                ("1.3.6.1.5.5.7.48.2", GeneralName::URI(location)) => Some((*location).to_owned()),
                _ => None,
            }
        }),
        _ => None,
    })
}

const fn is_about_purpose(error: &rustls::Error) -> bool {
    matches!(
        error,
        rustls::Error::InvalidCertificate(
            rustls::CertificateError::InvalidPurpose | rustls::CertificateError::InvalidPurposeContext { .. }
        )
    )
}

pub(crate) fn key(certificate: &X509Certificate<'_>) -> String {
    let info = certificate.public_key();
    match info.parsed() {
        Ok(PublicKey::RSA(rsa)) => format!("RSA {}", rsa.key_size()),
        Ok(PublicKey::EC(_)) => {
            let curve =
                info.algorithm.parameters.as_ref().and_then(|any| any.as_oid().ok()).map(|oid| oid.to_id_string());
            match curve.as_deref() {
                Some("1.2.840.10045.3.1.7") => "ECDSA P-256".to_owned(),
                Some("1.3.132.0.34") => "ECDSA P-384".to_owned(),
                Some("1.3.132.0.35") => "ECDSA P-521".to_owned(),
                Some(other) => format!("ECDSA on curve {other}"),
                None => "ECDSA".to_owned(),
            }
        }
        Ok(PublicKey::DSA(_)) => "DSA".to_owned(),
        _ => match info.algorithm.algorithm.to_id_string().as_str() {
            "1.3.101.112" => "Ed25519".to_owned(),
            other => format!("algorithm {other}"),
        },
    }
}

#[cfg(test)]
#[path = "certificate_tests.rs"]
mod tests;
