//! Ten ways in which a host can be broken, ten sentences: `badrdp probe` tells each from the others, in time.
#![allow(clippy::expect_used, clippy::panic, reason = "tests say what they expect")]

use std::collections::BTreeMap;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use badrdp::{FakeServer, ServerOptions};
use serde_json::Value;

/// The longest silence that the probe accepts.
const TIMEOUT: Duration = Duration::from_secs(2);
/// Starting the program, the connection itself, and a machine that is busy with other tests.
const MARGIN: Duration = Duration::from_secs(3);

/// A way to be broken, and what has to be said of it.
struct Broken {
    /// A scenario of the catalogue that is served; none: nobody listens.
    scenario: Option<&'static str>,
    /// What the verdict begins with.
    verdict: &'static str,
    stage: &'static str,
    finding: &'static str,
    /// Words of the sentence.
    says: &'static [&'static str],
    /// What a Windows user would see; none: no code is known, and the report says so.
    mstsc: &'static [&'static str],
    /// A word of what fixes it.
    fix: &'static str,
}

const TEN: [Broken; 10] = [
    Broken {
        scenario: None,
        verdict: "unreachable",
        stage: "tcp",
        finding: "connection-refused",
        says: &["refuse", "port"],
        mstsc: &["0x204"],
        fix: "fDenyTSConnections",
    },
    Broken {
        scenario: Some("transport/stall/connection-initiation"),
        verdict: "broken at connection-initiation",
        stage: "connection-initiation",
        finding: "silent",
        says: &["accepts the connection", "says nothing"],
        mstsc: &["0x108", "0x704"],
        fix: "TermService",
    },
    Broken {
        scenario: Some("transport/reset/connection-initiation"),
        verdict: "broken at connection-initiation",
        stage: "connection-initiation",
        finding: "reset-early",
        says: &["resets", "Connection Request"],
        mstsc: &["0x404", "0x304"],
        fix: "beside the host",
    },
    Broken {
        scenario: Some("transport/close/connection-initiation"),
        verdict: "broken at connection-initiation",
        stage: "connection-initiation",
        finding: "closed-early",
        says: &["closes", "Connection Request"],
        mstsc: &["0x904"],
        fix: "event logs",
    },
    Broken {
        scenario: Some("negotiation/another-service/http"),
        verdict: "not RDP",
        stage: "connection-initiation",
        finding: "speaks-http",
        says: &["web server", "HTTP"],
        mstsc: &["0x1104"],
        fix: "the port that Remote Desktop really listens on",
    },
    Broken {
        scenario: Some("transport/stall/tls"),
        verdict: "broken at tls",
        stage: "tls",
        finding: "tls-stalled",
        says: &["says nothing more", "TLS"],
        mstsc: &["0x704"],
        fix: "KeyIso",
    },
    Broken {
        scenario: Some("tls/key-unusable-reset"),
        verdict: "broken at tls",
        stage: "tls",
        finding: "tls-closed",
        says: &["resets", "TLS", "without an alert"],
        mstsc: &["0x404", "0x304"],
        fix: "MachineKeys",
    },
    Broken {
        scenario: Some("tls/no-common-cipher/handshake-failure"),
        verdict: "broken at tls",
        stage: "tls",
        finding: "tls-handshake-failure",
        says: &["cipher suite", "alert handshake_failure (40)"],
        mstsc: &["0x904"],
        fix: "Get-TlsCipherSuite",
    },
    Broken {
        scenario: Some("negotiation/failure/no-server-certificate"),
        verdict: "broken at connection-initiation",
        stage: "connection-initiation",
        finding: "no-server-certificate",
        says: &["certificate", "SSL_CERT_NOT_ON_SERVER"],
        mstsc: &[],
        fix: "certlm.msc",
    },
    Broken {
        scenario: Some("negotiation/failure/client-certificate-required"),
        verdict: "broken at connection-initiation",
        stage: "connection-initiation",
        finding: "client-certificate-required",
        says: &["client certificate", "SSL_WITH_USER_AUTH_REQUIRED_BY_SERVER"],
        mstsc: &[],
        fix: "smart card",
    },
];

/// Serves one of the ten for as long as it lives.
struct Host {
    addr: String,
    _server: Option<(tokio::runtime::Runtime, FakeServer)>,
}

impl Host {
    fn start(broken: &Broken) -> Self {
        let Some(id) = broken.scenario else {
            let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr()).expect("a port");
            return Self { addr: free.to_string(), _server: None };
        };
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let scenario = badrdp::scenario(id).unwrap_or_else(|error| panic!("{id}: {error}"));
        let options = ServerOptions { now: std::time::SystemTime::now(), ..ServerOptions::default() };
        let server = runtime.block_on(FakeServer::start_with(scenario, options)).expect("a loopback port");
        Self { addr: server.addr().to_string(), _server: Some((runtime, server)) }
    }

    /// What `badrdp probe` prints, in no more time than a host may take.
    fn probe(&self, extra: &[&str]) -> (Option<i32>, String) {
        let started = Instant::now();
        let mut command = Command::new(env!("CARGO_BIN_EXE_badrdp"));
        command.args(["probe", &self.addr, "--timeout", "2s"]).args(extra).stdin(Stdio::null());
        command.env("NO_COLOR", "1").env("COLUMNS", "100").env_remove("BADRDP_LOG");
        let output = command.output().expect("badrdp runs");
        let took = started.elapsed();
        assert!(took < TIMEOUT + MARGIN, "{}: {took:?}", self.addr);
        (output.status.code(), String::from_utf8(output.stdout).expect("UTF-8"))
    }
}

/// The lines below a heading of the report.
fn below<'a>(text: &'a str, heading: &str) -> Vec<&'a str> {
    let lines = text.lines().skip_while(|line| *line != format!("  {heading}")).skip(1);
    lines.take_while(|line| line.starts_with("    ")).map(str::trim).collect()
}

#[test]
fn ten_faults_have_ten_sentences_each_with_what_windows_shows_and_a_fix() {
    let mut sentences: BTreeMap<String, &str> = BTreeMap::new();
    for broken in &TEN {
        let host = Host::start(broken);
        let name = broken.scenario.unwrap_or("nobody listens");
        let (code, text) = host.probe(&[]);
        assert_eq!(code, Some(if broken.scenario.is_none() { 3 } else { 1 }), "{name}: {text}");
        let verdict = text.lines().find_map(|line| line.strip_prefix("Verdict: "));
        let verdict = verdict.unwrap_or_else(|| panic!("{name}: no verdict in {text}"));
        let sentence = verdict.strip_prefix(broken.verdict).and_then(|rest| rest.strip_prefix(": "));
        let sentence = sentence.unwrap_or_else(|| panic!("{name}: {verdict}"));
        for word in broken.says {
            assert!(sentence.contains(word), "{name}: {word:?} in {sentence:?}");
        }
        if let Some(other) = sentences.insert(sentence.to_owned(), name) {
            panic!("{name} and {other} get the same sentence: {sentence}");
        }
        assert!(text.contains(&format!("  [{}]\n", broken.finding)), "{name}: {text}");
        let seen = below(&text, "What a Windows user would see").join(" ");
        assert!(!seen.is_empty(), "{name}: {text}");
        for code in broken.mstsc {
            assert!(seen.contains(&format!("error code {code},")), "{name}: {code} in {seen:?}");
        }
        assert_eq!(broken.mstsc.is_empty(), seen.contains("no code is known"), "{name}: {seen:?}");
        assert!(below(&text, "Fix").join(" ").contains(broken.fix), "{name}: {text}");
        // The verdict is one line, whatever its length.
        let prose = text.lines().skip_while(|line| !line.starts_with("Verdict: ")).skip(1);
        let wide: Vec<_> = prose.filter(|line| line.chars().count() > 100).collect();
        assert!(wide.is_empty(), "{name}: {wide:#?}");
    }
    assert_eq!(sentences.len(), 10);
}

#[test]
fn the_data_names_the_same_stage_and_finding() {
    for broken in &TEN {
        let host = Host::start(broken);
        let (_, text) = host.probe(&["--json"]);
        let data: Value = serde_json::from_str(&text).expect("JSON");
        let at = |pointer: &str| data.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        let told = (at("/diagnosis/stage"), at("/diagnosis/findings/0/id"));
        assert_eq!(told, (broken.stage, broken.finding), "{:?}", broken.scenario);
    }
}
