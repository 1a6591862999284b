//! Real clients log on to the fake server by NLA; nmap reads it as it reads Windows.
#![allow(clippy::expect_used, clippy::panic, reason = "tests say what they expect")]

mod peers;

use std::process::{Command, Output};

use badrdp::Scenario;
use badrdp::proto::connect::{AuthFailure, Blame, Failure};
use badrdp::proto::pdu::x224::Protocols;
use badrdp::proto::transcript::{Event, Secret, disclosures};
use badrdp::proto::vocab::Stage;
use badrdp::proto::vocab::codes::NtStatus;
use badrdp::scenarios::model::Account;
use peers::served::{LIMIT, Served, serve_scenario};
use peers::{Display, Peer, program};

const PASSWORD: &str = "Passw0rd!";

fn host(protocols: Protocols, state: Option<NtStatus>) -> Scenario {
    let mut scenario = badrdp::scenario("healthy/nla/hybrid").expect("a built-in scenario");
    scenario.server.security = protocols;
    scenario.server.accounts = vec![Account { state, password: PASSWORD.to_owned(), ..Account::default() }];
    scenario
}

fn xfreerdp(display: &Display, served: &Served, security: &str, password: &str) -> Command {
    let mut command = display.command(&program("xfreerdp", "freerdp2-x11"));
    let port = served.server.addr().port();
    command.args([&format!("/v:127.0.0.1:{port}"), "/u:alice", "/d:EXAMPLE", &format!("/p:{password}")]);
    command.args(["/cert:ignore", &format!("/sec:{security}"), "/size:640x480"]);
    command
}

/// Ends when xfreerdp does: the failure on the server's side, and xfreerdp's own output.
fn refused(scenario: Scenario, security: &str, password: &str) -> (Option<Failure>, Output) {
    let display = Display::start();
    let served = serve_scenario(scenario);
    let client = Peer::spawn(&mut xfreerdp(&display, &served, security, password));
    let output = client.wait(LIMIT);
    (served.failure(), output)
}

fn logs_on(protocols: Protocols, security: &str) {
    let display = Display::start();
    let served = serve_scenario(host(protocols, None));
    let client = Peer::spawn(&mut xfreerdp(&display, &served, security, PASSWORD));
    served.await_event("the session becomes active", |event| *event == Event::Activated);
    drop(client);
    served.runtime.block_on(served.server.wait_finished(1));
    let transcripts = served.server.transcripts();
    let given: Vec<_> =
        disclosures(transcripts.last().expect("a connection")).into_iter().map(|one| one.secret).collect();
    // FreeRDP 2.11 sends the password once more in its Client Info.
    assert_eq!(given.get(..2), Some(&[Secret::NtlmV2Response, Secret::DelegatedPassword][..]), "{given:?}");
}

#[test]
fn xfreerdp_logs_on_with_hybrid() {
    logs_on(Protocols::SSL.union(Protocols::HYBRID), "nla");
}

/// FreeRDP 2.11 offers HYBRID_EX (`/sec:ext`), and has no code for a server that selects it: it gives up before TLS.
#[test]
fn xfreerdp_offers_hybrid_ex_and_cannot_go_on_with_it() {
    let all = Protocols::SSL.union(Protocols::HYBRID).union(Protocols::HYBRID_EX);
    let (failure, output) = refused(host(all, None), "ext", PASSWORD);
    assert_eq!(failure.expect("it gives up").stage, Stage::Tls);
    assert_eq!(output.status.code(), Some(133), "{output:?}");
}

/// A status, and the exit code that FreeRDP 2.11 gives it.
type Answer = (NtStatus, i32);

/// What xfreerdp makes of each status, measured. FreeRDP knows ten of them by name; for all others it has one code.
const ANSWERS: &[Answer] = &[
    (NtStatus::STATUS_ACCOUNT_DISABLED, 151),
    (NtStatus::STATUS_ACCOUNT_LOCKED_OUT, 135),
    (NtStatus::STATUS_ACCOUNT_EXPIRED, 157),
    (NtStatus::STATUS_PASSWORD_EXPIRED, 148),
    (NtStatus::STATUS_PASSWORD_MUST_CHANGE, 149),
    (NtStatus::STATUS_INVALID_LOGON_HOURS, 132),
    (NtStatus::STATUS_INVALID_WORKSTATION, 132),
    (NtStatus::STATUS_LOGON_TYPE_NOT_GRANTED, 158),
    (NtStatus::STATUS_ACCOUNT_RESTRICTION, 156),
    (NtStatus::STATUS_ACCESS_DENIED, 155),
];

#[test]
fn xfreerdp_tells_account_states_apart_as_far_as_it_knows_them() {
    let hybrid = Protocols::SSL.union(Protocols::HYBRID);
    for (status, code) in ANSWERS {
        let (failure, output) = refused(host(hybrid, Some(*status)), "nla", PASSWORD);
        let failure = failure.expect("the logon is refused");
        assert_eq!((failure.stage, &failure.cause), (Stage::Nla, &Blame::Auth(AuthFailure::Refused(*status))));
        assert_eq!(output.status.code(), Some(*code), "{status}: {output:?}");
    }
}

#[test]
fn xfreerdp_with_a_wrong_password_gets_the_status_that_the_scenario_names() {
    for (status, code) in [(NtStatus::STATUS_LOGON_FAILURE, 134), (NtStatus::STATUS_WRONG_PASSWORD, 154)] {
        let mut scenario = host(Protocols::SSL.union(Protocols::HYBRID), None);
        scenario.server.nla.wrong_password = status;
        let (failure, output) = refused(scenario, "nla", "not the password");
        let failure = failure.expect("the logon is refused");
        assert_eq!((failure.stage, &failure.cause), (Stage::Nla, &Blame::Auth(AuthFailure::Refused(status))));
        assert_eq!(output.status.code(), Some(code), "{status}: {output:?}");
    }
}

/// What nmap's script says about the server, line by line.
fn nmap(script: &str, scenario: Scenario) -> Vec<String> {
    let served = serve_scenario(scenario);
    let output = Command::new(program("nmap", "nmap"))
        .args([
            "-Pn",
            "-n",
            "-p",
            &served.server.addr().port().to_string(),
            "--script",
            &format!("+{script}"),
            "127.0.0.1",
        ])
        .output()
        .expect("nmap runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines()
        .filter(|line| line.starts_with('|'))
        .map(|line| line.trim_start_matches(['|', '_', ' ']).to_owned())
        .collect()
}

#[test]
fn nmap_reads_names_version_and_clock_from_the_challenge() {
    let lines = nmap("rdp-ntlm-info", host(Protocols::SSL.union(Protocols::HYBRID), None));
    for expected in [
        "Target_Name: EXAMPLE",
        "NetBIOS_Domain_Name: EXAMPLE",
        "NetBIOS_Computer_Name: BADRDP",
        "DNS_Domain_Name: example.test",
        "DNS_Computer_Name: badrdp.example.test",
        "DNS_Tree_Name: example.test",
        "Product_Version: 10.0.20348",
    ] {
        assert!(lines.iter().any(|line| line == expected), "no `{expected}` in {lines:#?}");
    }
    // The server's clock is the one that it was given.
    assert!(lines.iter().any(|line| line.starts_with("System_Time: 2026-01-01T00:00:")), "{lines:#?}");
}

#[test]
fn nmap_finds_credssp_enforced() {
    let lines = nmap("rdp-enum-encryption", host(Protocols::HYBRID.union(Protocols::HYBRID_EX), None));
    for expected in ["CredSSP (NLA): SUCCESS", "CredSSP with Early User Auth: SUCCESS"] {
        assert!(lines.iter().any(|line| line == expected), "no `{expected}` in {lines:#?}");
    }
    assert!(
        !lines.iter().any(|line| line.contains("Native RDP: SUCCESS") || line.contains("SSL: SUCCESS")),
        "{lines:#?}"
    );
}
