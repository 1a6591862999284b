//! nmap's opinion of a port.
#![allow(dead_code, clippy::expect_used, clippy::panic, reason = "a test helper: what is missing is a failed test")]

use std::collections::BTreeMap;
use std::process::Command;

use super::program;

/// What nmap prints of a port with one script, which runs whatever the port is called.
pub(crate) fn script(name: &str, port: u16) -> String {
    let output = Command::new(program("nmap", "nmap"))
        .args(["-Pn", "-n", "--script", &format!("+{name}"), "-p", &port.to_string(), "127.0.0.1"])
        .output()
        .expect("nmap runs");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The suites that `ssl-enum-ciphers` lists, by version. It knows no connection initiation: the port must speak TLS at
/// once.
pub(crate) fn suites(port: u16) -> BTreeMap<String, Vec<String>> {
    let text = script("ssl-enum-ciphers", port);
    let mut lists: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut version = String::new();
    for line in text.lines() {
        let line = line.trim_start_matches(['|', '_', ' ']);
        if let Some(number) = line.strip_prefix("TLSv").and_then(|rest| rest.strip_suffix(": ")) {
            version = format!("TLS {number}");
        } else if line.starts_with("TLS_") {
            let name = line.split(' ').next().unwrap_or_default();
            // Its own name for suites of TLS 1.3.
            let name = name.replacen("TLS_AKE_WITH_", "TLS_", 1);
            lists.entry(version.clone()).or_default().push(name);
        }
    }
    assert!(!lists.is_empty(), "nmap found no suites: {text}");
    lists
}
