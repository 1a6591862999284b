//! `badrdp check` with real clients: what they do in front of some of the catalogue is as their expectation files say.
//! `.ci/clients` has the whole catalogue.
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests say what they expect")]

mod peers;

use std::path::Path;
use std::process::{Command, Output};

use peers::program;
use serde_json::Value;

fn check(arguments: &[&str]) -> Output {
    program("Xvfb", "xvfb");
    Command::new(env!("CARGO_BIN_EXE_badrdp"))
        .arg("check")
        .args(arguments)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
        .env_remove("GITHUB_ACTIONS")
        .output()
        .expect("badrdp runs")
}

fn as_recorded(client: &str, scenarios: &[&str]) {
    let expect = format!("tests/expect/{client}.toml");
    let arguments =
        [scenarios, &["--client", client, "--expect", &expect, "--jobs", "8", "--deadline", "40s"]].concat();
    let output = check(&arguments);
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{stdout}{stderr}");
}

#[test]
fn xfreerdp_is_as_its_expectation_file_says() {
    program("xfreerdp", "freerdp2-x11");
    as_recorded(
        "freerdp2",
        &["healthy/tls-1.3", "tls", "negotiation/failure", "licensing/error-info", "nla/account-state"],
    );
}

#[test]
fn rdesktop_is_as_its_expectation_file_says() {
    program("rdesktop", "rdesktop");
    as_recorded("rdesktop", &["healthy/tls-1.3", "tls", "mcs/connect-refused", "nla/account-state"]);
}

/// Its header has 16 to 26 for ERRINFO 0x100 to 0x10a. What it exits with is the number less 0x100 and less 16, of which
/// a process's exit code keeps eight bits.
#[test]
fn xfreerdp_gives_licensing_reasons_an_exit_code_that_is_none_of_its_list() {
    program("xfreerdp", "freerdp2-x11");
    let ids = ["last-mile/error-info/license-internal", "last-mile/error-info/license-no-license-server"];
    let output = check(&[&ids[..], &["--client", "freerdp2", "--json", "--deadline", "40s"]].concat());
    let document: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    for (case, (code, number)) in
        document["scenarios"].as_array().expect("a list").iter().zip([(240, 0x100), (241, 0x101)])
    {
        assert_eq!(case["outcome"]["exit_code"], code, "{}", case["verdict"]);
        assert_eq!(case["verdict"]["said"][0]["error_info"], number, "{}", case["verdict"]);
        let detail = case["verdict"]["detail"].as_str().expect("text");
        assert!(detail.ends_with(&format!("its exit code {code} is none that its profile knows")), "{detail}");
    }
}
