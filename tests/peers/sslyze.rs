//! sslyze's opinion of an RDP port.
#![allow(dead_code, clippy::expect_used, clippy::panic, reason = "a test helper: what is missing is a failed test")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use serde_json::Value;

/// What was taken and what was refused; anything else was not asked for.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    pub(crate) accepted: BTreeSet<String>,
    pub(crate) rejected: BTreeSet<String>,
}

/// One certificate.
#[derive(Debug)]
pub(crate) struct Certificate {
    pub(crate) der: Vec<u8>,
    /// SHA-256, in hex.
    pub(crate) fingerprint: String,
    /// Unix seconds.
    pub(crate) not_before: i64,
    pub(crate) not_after: i64,
}

/// What one scan found.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    /// Why there is nothing.
    pub(crate) error: Option<String>,
    /// Suites by version: `TLS 1.2`.
    pub(crate) versions: BTreeMap<&'static str, Asked>,
    /// Curves, in lower case.
    pub(crate) curves: Asked,
    /// The chains that the host showed, leaf first.
    pub(crate) chains: Vec<Vec<Certificate>>,
}

const VERSIONS: [(&str, &str, &str); 5] = [
    ("TLS 1.3", "--tlsv1_3", "tls_1_3_cipher_suites"),
    ("TLS 1.2", "--tlsv1_2", "tls_1_2_cipher_suites"),
    ("TLS 1.1", "--tlsv1_1", "tls_1_1_cipher_suites"),
    ("TLS 1.0", "--tlsv1", "tls_1_0_cipher_suites"),
    ("SSL 3.0", "--sslv3", "ssl_3_0_cipher_suites"),
];

/// `sslyze` of $PATH, or the one that `tests/run` installs.
pub(crate) fn find() -> Option<PathBuf> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/peers/sslyze/bin/sslyze");
    super::find("sslyze").or(Some(own).filter(|own| own.is_file()))
}

fn program() -> PathBuf {
    find().unwrap_or_else(|| {
        panic!("`sslyze` is not installed: tests/run does it, or pip install sslyze==6.3.1 in an environment on $PATH")
    })
}

/// Every version that it can scan.
pub(crate) const ALL: [&str; 5] = ["TLS 1.3", "TLS 1.2", "TLS 1.1", "TLS 1.0", "SSL 3.0"];

/// Scans an RDP port: these versions with their suites, curves, certificates.
pub(crate) fn scan(port: u16, versions: &[&str]) -> Scan {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let file = directory.path().join("scan.json");
    let output = Command::new(program())
        .args(["--starttls", "rdp", "--quiet", "--mozilla_config=disable", "--certinfo", "--elliptic_curves"])
        .args(VERSIONS.iter().filter(|(version, ..)| versions.contains(version)).map(|(_, option, _)| option))
        .arg("--json_out")
        .arg(&file)
        .arg(format!("127.0.0.1:{port}"))
        .output()
        .expect("sslyze runs");
    assert!(output.status.success(), "sslyze: {}", String::from_utf8_lossy(&output.stderr));
    let text = std::fs::read_to_string(&file).expect("sslyze writes its JSON");
    // The moduli of RSA keys are numbers, longer than a JSON reader has to take.
    let modulus = |line: &str| line.trim_start().starts_with("\"rsa_n\":");
    let short = |line: &str| if line.ends_with(',') { "\"rsa_n\": 0," } else { "\"rsa_n\": 0" };
    let text: Vec<_> = text.lines().map(|line| if modulus(line) { short(line) } else { line }).collect();
    let json: Value = serde_json::from_str(&text.join("\n")).expect("JSON");
    read(json.pointer("/server_scan_results/0").expect("one host was scanned"), versions)
}

fn read(host: &Value, versions: &[&str]) -> Scan {
    let Some(results) = host.get("scan_result").filter(|results| !results.is_null()) else {
        let trace = host.get("connectivity_error_trace").and_then(Value::as_str).unwrap_or_default();
        let why = trace.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("it does not say why");
        return Scan { error: Some(why.to_owned()), ..Scan::default() };
    };
    let result = |key: &str| {
        let scan = results.get(key).expect("the scan was asked for");
        assert_eq!(scan.get("status").and_then(Value::as_str), Some("COMPLETED"), "{key}: {scan:#}");
        scan.get("result").expect("a result")
    };
    let scanned = VERSIONS.into_iter().filter(|(version, ..)| versions.contains(version));
    let versions = scanned.map(|(version, _, key)| {
        let suites = |list: &str| names(result(key), list, "/cipher_suite/name").collect();
        (version, Asked { accepted: suites("accepted_cipher_suites"), rejected: suites("rejected_cipher_suites") })
    });
    let curves = |list: &str| names(result("elliptic_curves"), list, "/name").map(|name| name.to_lowercase()).collect();
    let deployments = list(result("certificate_info"), "certificate_deployments");
    let chain = |deployment| list(deployment, "received_certificate_chain").iter().map(certificate).collect();
    Scan {
        error: None,
        versions: versions.collect(),
        curves: Asked { accepted: curves("supported_curves"), rejected: curves("rejected_curves") },
        chains: deployments.iter().map(chain).collect(),
    }
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn names(result: &Value, key: &str, at: &'static str) -> impl Iterator<Item = String> {
    list(result, key).iter().map(move |one| one.pointer(at).and_then(Value::as_str).expect("a name").to_owned())
}

fn certificate(value: &Value) -> Certificate {
    let text = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_else(|| panic!("no {key}"));
    let time = |key: &str| {
        let time = humantime::parse_rfc3339(text(key)).expect("a time");
        i64::try_from(time.duration_since(SystemTime::UNIX_EPOCH).expect("after 1970").as_secs()).expect("a time")
    };
    // It prints base64, for which PEM's reader is at hand.
    let fingerprint =
        format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", text("fingerprint_sha256"));
    Certificate {
        der: pem(text("as_pem")),
        fingerprint: pem(&fingerprint).iter().map(|byte| format!("{byte:02x}")).collect(),
        not_before: time("not_valid_before"),
        not_after: time("not_valid_after"),
    }
}

fn pem(text: &str) -> Vec<u8> {
    CertificateDer::from_pem_slice(text.as_bytes()).expect("PEM").to_vec()
}
