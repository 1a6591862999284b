//! `badrdp explain` as a user runs it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::process::{Command, Output, Stdio};

fn badrdp(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_badrdp")).arg("explain").args(arguments).output().unwrap()
}

/// Stdout of a run that must end with `code` and say nothing on stderr.
fn stdout(arguments: &[&str], code: i32) -> String {
    let output = badrdp(arguments);
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{arguments:?}");
    assert_eq!(output.status.code(), Some(code), "{arguments:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// Without the list of scenarios, which grows with the catalogue.
fn prose(text: &str) -> &str {
    text.split_once("Scenarios tagged").map_or(text, |(prose, _)| prose)
}

/// Stderr of a run that must be refused as wrong usage, with nothing on stdout.
fn refused(arguments: &[&str]) -> String {
    let output = badrdp(arguments);
    assert_eq!(output.stdout, b"", "{arguments:?}");
    assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn the_famous_pair() {
    let text = stdout(&["0x904", "0x7"], 0);
    insta::assert_snapshot!("explain_0x904_0x7", prose(&text));
    let (_, scenarios) = text.split_once("Scenarios tagged 0x904").unwrap();
    assert!(scenarios.contains("certificate-expired"), "{scenarios}");
    assert_eq!(stdout(&["2308", "7"], 0), text);
    assert_eq!(stdout(&["0x904/0x7"], 0), text);
    assert_eq!(stdout(&["0x904 0x7"], 0), text);
}

#[test]
fn a_bare_number_in_many_spaces() {
    insta::assert_snapshot!("explain_7", prose(&stdout(&["7"], 0)));
}

#[test]
fn names_in_any_case() {
    insta::assert_snapshot!("explain_license", stdout(&["errinfo_license_no_license"], 0));
    assert_eq!(stdout(&["ERRINFO_LICENSE_NO_LICENSE"], 0), stdout(&["errinfo_license_no_license"], 0));
}

#[test]
fn an_authentication_error_in_hex_and_as_a_negative_number() {
    let text = stdout(&["0x80090302"], 0);
    insta::assert_snapshot!("explain_80090302", text);
    assert_eq!(stdout(&["-2146893054"], 0), text);
}

#[test]
fn json_has_a_schema_and_the_same_facts() {
    let text = stdout(&["0x708", "--json"], 0);
    insta::assert_snapshot!("explain_708_json", text);
    let json: serde_json::Value = serde_json::from_str(&stdout(&["0x904", "7", "--json"], 0)).unwrap();
    assert_eq!(json["schema"], 1);
    assert_eq!(json["known"], true);
    let ids: Vec<&str> = json["scenarios"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
    assert!(!ids.is_empty());
    for id in ids {
        assert!(badrdp_scenarios::find(id).unwrap().tags.iter().any(|tag| tag == "0x904"), "{id}");
    }
    let fixes = json["meanings"][1]["fixes"].as_array().unwrap();
    let profile = fixes.iter().find(|fix| fix["id"] == "check-profile-list").unwrap();
    assert_eq!(profile["evidence"], "folklore");
    assert!(profile["risk"].is_string() && profile["undo"].is_string() && profile["steps"].is_array());
    assert_eq!(json["meanings"][1]["name"], "exDiscReasonServerDeniedConnection");
    assert_eq!(json["meanings"][1]["evidence"], "documented");
}

#[test]
fn an_unknown_number_is_admitted() {
    insta::assert_snapshot!("explain_unknown", stdout(&["0x5507"], 1));
    let json: serde_json::Value = serde_json::from_str(&stdout(&["904", "--json"], 1)).unwrap();
    assert_eq!(json["known"], false);
    assert_eq!(json["did_you_mean"], "0x904");
    assert!(stdout(&["904"], 1).contains("Did you mean 0x904?"));
    assert!(stdout(&["7", "2308"], 1).contains("Did you mean 0x904 0x7? The error code comes first"));
}

#[test]
fn an_unknown_name_gets_the_nearest_ones() {
    let message = refused(&["ERRINFO_LICENSE_NO_LICENCE"]);
    assert!(message.contains("nearest: ERRINFO_LICENSE_NO_LICENSE"), "{message}");
    assert!(refused(&["zzzzzzzz"]).contains("no code is called `zzzzzzzz`"));
}

#[test]
fn what_is_no_number_is_refused() {
    assert!(refused(&["0x1ffffffff"]).contains("not a 32-bit number"));
    assert!(refused(&["99999999999"]).contains("not a 32-bit number"));
    assert!(refused(&["0x904", "seven"]).contains("`seven` is not a 32-bit number"));
    assert!(refused(&["STATUS_LOGON_FAILURE", "7"]).contains("must be a 32-bit number, or one of mstsc, extended"));
    assert!(refused(&["tls", "forty"]).contains("`forty` is not a 32-bit number"));
    assert!(refused(&[]).contains("Usage"));
}

#[cfg(unix)]
#[test]
fn an_argument_that_is_not_utf_8_is_refused() {
    use std::os::unix::ffi::OsStrExt as _;
    let bad = std::ffi::OsStr::from_bytes(b"0x9\xff");
    let output = Command::new(env!("CARGO_BIN_EXE_badrdp")).arg("explain").arg(bad).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(output.stdout, b"");
}

#[test]
fn a_closed_pipe_is_no_error() {
    // The reader is gone before the command writes.
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let child = Command::new(env!("CARGO_BIN_EXE_badrdp"))
        .args(["explain", "0x904", "7"])
        .stdout(writer)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn a_word_says_in_which_space_a_number_stands() {
    let alert = stdout(&["tls", "40"], 0);
    assert!(alert.starts_with("TLS AlertDescription 0x28 (40): HANDSHAKE_FAILURE\n"), "{alert}");
    assert_eq!(stdout(&["tls:40"], 0), alert);
    assert_eq!(stdout(&["handshake_failure"], 0), alert);
    insta::assert_snapshot!("explain_event_1058", stdout(&["event", "1058"], 0));
    insta::assert_snapshot!("explain_xfreerdp_131", stdout(&["131"], 0));
    assert!(stdout(&["tls", "41000"], 1).contains("0xa028 (41000) is in no list"));
}

/// Scenarios of a code of the wire are those whose server says it, by what their files have it do.
#[test]
fn the_scenarios_that_reproduce_a_code_come_from_the_catalogue() {
    let ids = |arguments: &[&str]| -> Vec<String> {
        let json: serde_json::Value = serde_json::from_str(&stdout(&[arguments, &["--json"]].concat(), 0)).unwrap();
        json["scenarios"].as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()).collect()
    };
    for (code, part) in [
        (&["HYBRID_REQUIRED_BY_SERVER"][..], "negotiation/failure"),
        (&["tls", "40"], "tls/no-common-cipher/handshake-failure"),
        (&["ERRINFO_LOGON_TIMEOUT"], "last-mile/"),
        (&["STATUS_ACCOUNT_DISABLED"], "nla/"),
        (&["RT_TOO_MANY_USERS"], "mcs/"),
        (&["AUTHZ_ACCESS_DENIED"], "nla/early-user-auth"),
    ] {
        let ids = ids(code);
        assert!(ids.iter().any(|id| id.starts_with(part)), "{code:?}: {ids:?}");
        assert!(ids.iter().all(|id| badrdp_scenarios::find(id).is_ok()));
    }
    let alert = ids(&["tls", "70"]);
    assert!(alert.iter().all(|id| !id.ends_with("handshake-failure")), "{alert:?}");
    assert_eq!(ids(&["tls", "111"]), [""; 0], "no scenario sends this alert");
}

#[test]
fn text_is_plain_ascii_that_fits_100_columns() {
    for arguments in [&["0x904", "0x7"][..], &["7"], &["0x808"], &["1"], &["event", "1511"], &["0x5507"]] {
        let output = badrdp(arguments);
        let text = String::from_utf8(output.stdout).unwrap();
        for line in text.lines() {
            assert!(line.is_ascii() && line.len() <= 100 && !line.contains('\u{1b}'), "{line}");
        }
    }
}

#[test]
fn every_finding_that_a_line_of_the_probe_names_is_explained() {
    let text = stdout(&["tls-closed"], 0);
    for part in ["The finding tls-closed", "  Causes", "error code 0x904", "  Fix", "Scenarios that end in it: "] {
        assert!(text.contains(part), "{part} in {text}");
    }
    let weakness = stdout(&["nla-not-offered"], 0);
    assert!(weakness.contains("The finding nla-not-offered") && weakness.contains("  Fix"), "{weakness}");
    let data: serde_json::Value = serde_json::from_str(&stdout(&["tls-closed", "--json"], 0)).unwrap();
    assert_eq!(data["finding"]["id"], "tls-closed");
    assert!(data["scenarios"].as_array().unwrap().iter().any(|id| id == "tls/key-unusable"), "{data}");
    assert!(refused(&["tls-clsoed"]).contains("no code is called `tls-clsoed`"));
}
