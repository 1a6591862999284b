//! The survey of `badrdp probe` against the fake server: report, data, exit code, and the count of what it asked.
#![allow(clippy::expect_used, clippy::panic, reason = "tests say what they expect")]

use std::process::{Command, Output, Stdio};
use std::time::SystemTime;

use badrdp::proto::pdu::x224::Protocols;
use badrdp::{FakeServer, ServerOptions};
use serde_json::Value;
use tempfile::TempDir;

/// A host that takes these protocols, and whose certificate can be trusted.
struct Host {
    runtime: tokio::runtime::Runtime,
    server: FakeServer,
    files: TempDir,
}

impl Host {
    fn start(protocols: Protocols) -> Self {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let mut scenario = badrdp::scenario("healthy/nla/hybrid-ex").expect("a built-in scenario");
        scenario.server.security = protocols;
        let options = ServerOptions { now: SystemTime::now(), ..ServerOptions::default() };
        let server = runtime.block_on(FakeServer::start_with(scenario, options)).expect("a loopback port");
        let files = tempfile::tempdir().expect("a temporary directory");
        std::fs::write(files.path().join("ca.pem"), server.ca_certificate_pem()).expect("a file");
        Self { runtime, server, files }
    }

    fn probe(&self, arguments: &[&str]) -> Output {
        let mut command = badrdp(&["probe", &self.server.addr().to_string(), "--ca"]);
        command.arg(self.files.path().join("ca.pem")).args(arguments).output().expect("badrdp runs")
    }

    fn data(&self, arguments: &[&str]) -> Value {
        let output = self.probe(&[arguments, &["--json"]].concat());
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
    }
}

fn badrdp(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_badrdp"));
    command.args(arguments).env("NO_COLOR", "1").env_remove("BADRDP_LOG");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn nla_alone() -> Protocols {
    Protocols::HYBRID.union(Protocols::HYBRID_EX)
}

fn at<'a>(data: &'a Value, pointer: &str) -> &'a Value {
    data.pointer(pointer).unwrap_or_else(|| panic!("no {pointer} in {data:#}"))
}

#[test]
fn a_host_without_weakness_leaves_exit_code_and_report_clean() {
    let host = Host::start(nla_alone());
    let output = host.probe(&["--survey", "protocols,tls"]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(0), "{text}");
    for line in
        ["NLA           enforced", "TLS 1.3       accepted    3 cipher suites", "The survey finds nothing wrong."]
    {
        assert!(text.contains(line), "{line:?} in {text}");
    }
    // The fake server says what Windows would: all the same it is not taken for certain.
    assert!(text.contains("guess         perhaps Windows. All of this can be imitated"), "{text}");
    let section = text.lines().skip_while(|line| *line != "Survey");
    let wide: Vec<_> = section.filter(|line| line.chars().count() > 100).collect();
    assert!(wide.is_empty(), "{wide:#?}");
}

#[test]
fn a_weakness_of_medium_severity_makes_the_exit_code_1() {
    let host = Host::start(nla_alone().union(Protocols::SSL));
    let output = host.probe(&["--survey", "protocols"]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("Weakness, medium [nla-not-enforced]"), "{text}");
    // The walk alone finds nothing.
    assert_eq!(host.probe(&["--survey", "none"]).status.code(), Some(0));
}

#[test]
fn the_data_has_what_the_text_has_and_counts_what_was_asked() {
    let host = Host::start(nla_alone());
    let data = host.data(&["--survey", "protocols,tls"]);
    assert_eq!(at(&data, "/survey/protocols/nla"), "enforced");
    assert_eq!(at(&data, "/survey/stopped"), &Value::Null);
    let suites = at(&data, "/survey/tls/versions/0/suites").as_array().expect("a list");
    assert_eq!(suites.len(), 3);
    assert_eq!(at(&data, "/survey/certificates/0/verdict/problems"), &serde_json::json!([]));
    assert_eq!(at(&data, "/survey/weaknesses"), &serde_json::json!([]));
    let counted = at(&data, "/survey/connections").as_u64().expect("a number");
    host.runtime.block_on(host.server.finished());
    // The walk, and its question whether NLA is required.
    assert_eq!(host.server.transcripts().len() as u64, counted + 2);
}

#[test]
fn topics_are_surveyed_alone_too() {
    let host = Host::start(nla_alone());
    let protocols = host.data(&["--survey", "protocols"]);
    assert_eq!(at(&protocols, "/survey/tls"), &Value::Null);
    assert!(at(&protocols, "/survey/connections").as_u64().is_some_and(|count| count <= 4), "{protocols:#}");
    let tls = host.data(&["--survey", "tls"]);
    assert_eq!((at(&tls, "/survey/protocols"), at(&tls, "/survey/refused")), (&Value::Null, &0.into()));
    assert!(at(&tls, "/survey/tls/versions").as_array().is_some_and(|versions| versions.len() == 5));
    assert_eq!(host.data(&["--survey", "none"]).get("survey"), None);
    assert_eq!(host.data(&["--quick"]).get("survey"), None);
    let usual = host.data(&[]);
    assert!(at(&usual, "/survey/protocols").is_object() && at(&usual, "/survey/tls").is_object());
}

#[test]
fn the_cap_on_connections_is_kept_and_told() {
    let host = Host::start(nla_alone());
    let data = host.data(&["--survey", "protocols,tls", "--max-connections", "5"]);
    assert_eq!((at(&data, "/survey/connections"), at(&data, "/survey/stopped/reason")), (&5.into(), &"limit".into()));
    let text = host.probe(&["--survey", "tls", "--max-connections", "5"]);
    assert!(String::from_utf8_lossy(&text.stdout).contains("the cap on connections was reached"), "{text:?}");
}

#[test]
fn wrong_topics_and_a_quick_survey_are_usage_errors() {
    for wrong in [
        &["--survey", "everything"][..],
        &["--quick", "--survey", "tls"],
        &["--survey", "tls", "--max-connections", "x"],
    ] {
        let output = badrdp(&[&["probe", "127.0.0.1:1"], wrong].concat()).output().expect("badrdp runs");
        assert_eq!(output.status.code(), Some(2), "{wrong:?}");
    }
}

#[test]
fn a_host_that_cannot_be_reached_is_not_surveyed() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr()).expect("a port").port();
    let output =
        badrdp(&["probe", &format!("127.0.0.1:{port}"), "--survey", "tls", "--json"]).output().expect("badrdp runs");
    let data: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((output.status.code(), at(&data, "/survey/connections")), (Some(3), &0.into()));
}
