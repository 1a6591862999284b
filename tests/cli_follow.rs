//! `badrdp probe` at a host that redirects: it tells, and goes no further than it was allowed.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::indexing_slicing, reason = "tests say what they expect")]

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use badrdp::{FakeServer, Scenario, ServerOptions};

const HEAD: &str = "summary = \"s\"\nspec = [\"RFC 1\"]\nexpect.client = { must = \"connect\", because = \"b\" }\n\
                    expect.probe = { stage = \"active\" }\nprobe.follow = true\n";

fn scenario(text: &str) -> Scenario {
    badrdp::scenarios::load_str(Path::new("a.toml"), &format!("{HEAD}{text}")).expect("a right file").remove(0)
}

struct Host {
    runtime: tokio::runtime::Runtime,
    server: FakeServer,
    directory: tempfile::TempDir,
}

impl Host {
    fn start(scenario: Scenario, address: [u8; 4]) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        // The program's clock is the real one.
        let options = ServerOptions {
            listen: SocketAddr::from((address, 0)),
            now: std::time::SystemTime::now(),
            ..ServerOptions::default()
        };
        let server = runtime.block_on(FakeServer::start_with(scenario, options)).expect("a loopback port");
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("ca.pem"), server.ca_certificate_pem()).unwrap();
        Self { runtime, server, directory }
    }

    fn address(&self) -> String {
        self.server.addr().to_string()
    }

    /// What `badrdp probe` says of this host, and its exit code.
    fn probe(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_badrdp"))
            .args(["probe", &self.address(), "--survey", "none", "--ca"])
            .arg(self.directory.path().join("ca.pem"))
            .args(arguments)
            .output()
            .expect("badrdp runs");
        (output.status.code(), String::from_utf8(output.stdout).unwrap().replace("\n     ", ""))
    }

    /// How many connections there were, once they have ended.
    fn connections(&self) -> usize {
        self.runtime.block_on(self.server.finished());
        self.server.transcripts().len()
    }
}

#[test]
fn without_a_word_the_redirection_is_told_and_not_followed() {
    let scenario = scenario("server.redirection = { address = \"192.0.2.1\", token = \"msts=1\" }\n");
    let host = Host::start(scenario, [127, 0, 0, 1]);
    let (code, report) = host.probe(&[]);
    assert_eq!(code, Some(0), "{report}");
    assert!(
        report.contains("the host redirects the client to \"192.0.2.1\", with the routing token \"msts=1\""),
        "{report}"
    );
    assert_eq!(host.connections(), 1);
}

#[test]
fn follow_brings_the_token_back_to_the_same_host() {
    let scenario = scenario(
        "server.redirection = { token = \"msts=1\", user = \"alice\", password = \"hunter2-7\" }\n\
         [[connection]]\nfrom = 2\nserver.session.steps = [\"draw\"]\n",
    );
    let host = Host::start(scenario, [127, 0, 0, 1]);
    let (code, report) = host.probe(&["--follow", "--verbose"]);
    assert_eq!(code, Some(0), "{report}");
    assert!(report.contains("routing token \"msts=1\"") && report.contains("healthy"), "{report}");
    assert!(!report.contains("hunter2"), "the password is told by its length: {report}");
    assert_eq!(host.connections(), 2);
    let [_, given] = host.server.disclosures().try_into().expect("two connections");
    assert_eq!(given.1.iter().map(|given| given.length).collect::<Vec<_>>(), [9], "the ledger knows it");
    assert_eq!(host.server.verify(), Ok(()));
}

#[test]
fn a_bad_certificate_gets_no_password() {
    let scenario = scenario(
        "server.redirection = { token = \"msts=1\", user = \"alice\", password = \"hunter2-7\" }\n\
         [[connection]]\nfrom = 2\nserver.tls.certificate = \"expired\"\n",
    );
    let host = Host::start(scenario, [127, 0, 0, 1]);
    let (code, report) = host.probe(&["--follow"]);
    assert_eq!(code, Some(1), "{report}");
    assert_eq!(host.connections(), 2);
    assert!(host.server.disclosures().iter().all(|(_, given)| given.is_empty()));
}

#[test]
fn nobody_is_sent_to_another_host_unless_it_was_named() {
    let other = Host::start(scenario("server.session.steps = [\"draw\"]\n"), [127, 0, 0, 2]);
    let host = Host::start(scenario("server.redirection.address = \"127.0.0.2\"\n"), [127, 0, 0, 1]);
    let (code, report) = host.probe(&["--follow"]);
    assert_eq!(code, Some(0), "{report}");
    assert!(report.contains("\"127.0.0.2\" is another host, which nobody allowed"), "{report}");
    assert_eq!((host.connections(), other.server.accepted()), (1, 0));

    let ca = other.directory.path().join("ca.pem");
    let (code, report) = host.probe(&["--follow-to", &other.address(), "--ca", ca.to_str().unwrap()]);
    assert_eq!(code, Some(0), "{report}");
    assert!(report.contains(&format!("on to {}, as it was told", other.address())), "{report}");
    assert_eq!((host.connections(), other.connections()), (2, 1));
}

#[test]
fn a_redirection_without_end_is_told_in_json_too() {
    let host = Host::start(scenario("server.redirection.token = \"msts=1\"\n"), [127, 0, 0, 1]);
    let (code, report) = host.probe(&["--follow", "--json"]);
    assert_eq!(code, Some(1), "{report}");
    let report: serde_json::Value = serde_json::from_str(&report).expect("JSON");
    assert_eq!(report["diagnosis"]["findings"][0]["id"], "redirection-loop");
    let mut transcript = &report["transcript"];
    let mut depth = 0;
    while let Some(next) = transcript["entries"].as_array().unwrap().iter().find(|entry| entry["event"] == "again") {
        assert_eq!((&next["why"], &next["target"]["host"]), (&"redirected".into(), &"127.0.0.1".into()));
        transcript = &next["transcript"];
        depth += 1;
    }
    assert_eq!((depth, host.connections()), (3, 4));
}
