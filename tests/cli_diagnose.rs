//! `badrdp diagnose` as a user runs it: what was saved is judged as it was live.
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "tests say what they expect")]

use std::io::Write as _;
use std::net::TcpListener;
use std::process::{Command, Output, Stdio};

use badrdp::{FakeServer, ServerOptions};
use serde_json::Value;

fn badrdp(arguments: &[&str], stdin: Option<&[u8]>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_badrdp"));
    command.args(arguments).env("NO_COLOR", "1").env_remove("BADRDP_PASSWORD").env_remove("BADRDP_LOG");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the binary");
    let mut pipe = child.stdin.take().expect("a pipe");
    // A reader that refuses its input early closes the pipe.
    let _ = pipe.write_all(stdin.unwrap_or_default());
    drop(pipe);
    child.wait_with_output().expect("an end")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

/// What a live probe of a scenario prints, as text without durations' digits and as JSON.
fn probe(id: &str, arguments: &[&str]) -> Output {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let scenario = badrdp::scenario(id).expect("a built-in scenario");
    let server = runtime.block_on(FakeServer::start_with(scenario, ServerOptions::default())).expect("a loopback port");
    badrdp(&[&["probe", &server.addr().to_string(), "--timeout", "3s"], arguments].concat(), None)
}

#[test]
fn a_saved_probe_is_diagnosed_as_it_was_live() {
    for id in [
        "last-mile/server-denied-connection",
        "nla/clock-skew/without-credentials",
        "tls/no-common-cipher/handshake-failure",
    ] {
        let live = probe(id, &["--json"]);
        let document: Value = serde_json::from_slice(&live.stdout).expect("JSON");
        let saved = badrdp(&["diagnose", "-", "--json"], Some(&live.stdout));
        assert_eq!(text(&saved.stderr), "", "{id}");
        assert_eq!(serde_json::from_slice::<Value>(&saved.stdout).expect("JSON"), document, "{id}");
        assert_eq!(saved.status.code(), live.status.code(), "{id}");
        // What is read back can be saved and read again.
        let again = badrdp(&["diagnose", "-", "--json"], Some(&saved.stdout));
        assert_eq!(text(&again.stdout), text(&saved.stdout), "{id}");
    }
}

#[test]
fn the_report_names_host_and_file() {
    let live = probe("last-mile/server-denied-connection", &["--json"]);
    let folder = tempfile::tempdir().expect("a temporary directory");
    let file = folder.path().join("pc.json");
    std::fs::write(&file, &live.stdout).expect("a file");
    let file = file.to_str().expect("UTF-8");
    let shown = badrdp(&["diagnose", file, "--verbose"], None);
    let report = text(&shown.stdout);
    assert!(report.starts_with("Probed 127.0.0.1:") && report.contains(&format!(", saved in {file}\n")), "{report}");
    assert!(report.contains("SetErrorInfo") && report.contains("[server-denied-connection]"), "{report}");
    assert!(report.contains("error code 0x904, extended code 0x7 (inferred)"), "{report}");
    assert_eq!(shown.status.code(), Some(1));
}

#[test]
fn a_run_is_diagnosed_scenario_by_scenario() {
    let run = badrdp(&["run", "negotiation/failure", "healthy/tls-1.3", "--json"], None);
    let document: Value = serde_json::from_slice(&run.stdout).expect("JSON");
    let scenarios = document["scenarios"].as_array().expect("scenarios");
    assert!(scenarios.len() > 1);
    let saved = badrdp(&["diagnose", "-", "--json"], Some(&run.stdout));
    let lines: Vec<Value> =
        text(&saved.stdout).lines().map(|line| serde_json::from_str(line).expect("a document per line")).collect();
    assert_eq!(lines.len(), scenarios.len());
    for (line, scenario) in lines.iter().zip(scenarios) {
        assert_eq!(line["scenario"], scenario["id"]);
        assert_eq!(line["diagnosis"], scenario["diagnosis"], "{}", scenario["id"]);
        assert_eq!(line["host"], scenario["host"]);
    }
    let only = badrdp(&["diagnose", "-", "--only", "healthy"], Some(&run.stdout));
    assert_eq!(only.status.code(), Some(0));
    assert!(text(&only.stdout).starts_with("Replayed healthy/tls-1.3, saved in standard input\n"));
    let none = badrdp(&["diagnose", "-", "--only", "sunshine"], Some(&run.stdout));
    assert!(text(&none.stderr).contains("standard input has no scenario `sunshine`"));
}

#[test]
fn a_port_where_nothing_listens_stays_unreachable() {
    let port = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
    let live = badrdp(&["probe", &format!("127.0.0.1:{port}"), "--json"], None);
    let saved = badrdp(&["diagnose", "-"], Some(&live.stdout));
    assert_eq!((live.status.code(), saved.status.code()), (Some(3), Some(3)));
}

#[test]
fn what_cannot_be_read_is_refused_with_the_reason() {
    let refused = |arguments: &[&str], stdin: &[u8]| {
        let output = badrdp(arguments, Some(stdin));
        assert_eq!((output.status.code(), text(&output.stdout)), (Some(2), String::new()));
        text(&output.stderr)
    };
    let live = probe("last-mile/server-denied-connection", &["--json"]).stdout;
    let cut = refused(&["diagnose", "-"], &live[..live.len() / 2]);
    assert!(cut.contains("cannot read standard input: EOF while parsing") && cut.contains("at line"), "{cut}");
    assert!(refused(&["diagnose", "-"], b"").contains("the file is empty"));
    assert!(refused(&["diagnose", "-"], b"\xff\xfe").contains("line 1"));
    assert!(refused(&["diagnose", "-"], b"{\"schema\":9}").contains("schema 9: this version reads schema 1"));
    let explained = badrdp(&["explain", "7", "--json"], None).stdout;
    assert!(refused(&["diagnose", "-"], &explained).contains("nothing to diagnose"));
    assert!(refused(&["diagnose", "/no/such/file"], b"").contains("cannot read /no/such/file"));
    assert!(refused(&["diagnose", "/"], b"").contains("cannot read /"));
}

/// A password that was typed is in no saved file, nor in what is made of it.
#[test]
fn secrets_stay_masked() {
    let run = badrdp(&["run", "healthy/nla-logon/hybrid", "--json"], None);
    let document = text(&run.stdout);
    assert!(document.contains("ts_request"));
    let password = badrdp::scenario("healthy/nla-logon/hybrid").expect("a scenario").probe.password;
    let utf16: String = password.encode_utf16().flat_map(u16::to_le_bytes).map(|byte| format!("{byte:02x}")).collect();
    assert!(!password.is_empty() && !document.contains(&password) && !document.contains(&utf16));
}

#[test]
fn a_page_is_written_beside_what_is_printed() {
    let run = badrdp(&["run", "negotiation/failure", "healthy/tls-1.3", "--json"], None);
    let folder = tempfile::tempdir().expect("a temporary directory");
    let file = folder.path().join("run.html");
    let path = file.to_str().expect("UTF-8");
    for more in [&[][..], &["--json"], &["--only", "healthy/tls-1.3"]] {
        let without = badrdp(&[&["diagnose", "-"], more].concat(), Some(&run.stdout));
        let with = badrdp(&[&["diagnose", "-", "--html", path], more].concat(), Some(&run.stdout));
        assert_eq!((text(&with.stdout), with.status.code()), (text(&without.stdout), without.status.code()));
        let page = std::fs::read_to_string(&file).expect("a page");
        assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>\n"));
        // Replayed alone, and one of several.
        let alone = more.contains(&"--only");
        assert_eq!(page.contains("<title>Replayed healthy&#x2f;tls-1.3, saved in standard input</title>"), alone);
        assert_eq!(page.matches("<details class=\"host").count() == 0, alone);
        assert!(page.contains("McsConnectInitial"));
    }
}

#[test]
fn a_page_that_cannot_be_written_is_named() {
    let run = badrdp(&["run", "healthy/tls-1.3", "--json"], None);
    let folder = tempfile::tempdir().expect("a temporary directory");
    let file = folder.path().join("not-there").join("run.html");
    let path = file.to_str().expect("UTF-8");
    let output = badrdp(&["diagnose", "-", "--html", path], Some(&run.stdout));
    assert_eq!((text(&output.stdout).as_str(), output.status.code()), ("", Some(2)));
    assert!(text(&output.stderr).contains(&format!("cannot write {path}: ")), "{}", text(&output.stderr));
}
