//! `badrdp scenario` as a user runs it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn badrdp(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_badrdp")).arg("scenario").args(arguments).output().unwrap()
}

/// Stdout of a run that must succeed and say nothing on stderr.
fn stdout(arguments: &[&str]) -> String {
    let output = badrdp(arguments);
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{arguments:?}");
    assert_eq!(output.status.code(), Some(0), "{arguments:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// Stderr of a run that must be refused, with nothing on stdout.
fn refused(arguments: &[&str]) -> String {
    let output = badrdp(arguments);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "", "{arguments:?}");
    assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

/// A file in a directory of this test's own, which is removed at the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("badrdp-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, content).unwrap();
        path.display().to_string()
    }

    /// `text` without the directory, which is another one each time.
    fn masked(&self, text: &str) -> String {
        text.replace(&format!("{}/", self.0.display()), "")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn every_scenario_is_listed() {
    let text = stdout(&["list"]);
    for scenario in badrdp_scenarios::catalog() {
        let line = text.lines().find(|line| line.split_whitespace().next() == Some(&scenario.id));
        assert!(line.is_some_and(|line| line.ends_with(&scenario.summary)), "{}", scenario.id);
    }
    let count = badrdp_scenarios::catalog().len();
    assert!(text.ends_with(&format!("{count} scenarios; `badrdp scenario show ID` says more about one\n")));
}

#[test]
fn lists_are_narrowed_by_tag_and_stage() {
    let text = stdout(&["list", "--tag", "0x904", "--stage", "tls"]);
    assert!(text.contains("tls/certificate-expired "), "{text}");
    assert!(!text.contains("licensing/"), "{text}");
    let text = stdout(&["list", "--tag", "tls-version"]);
    insta::assert_snapshot!("scenario_list_tls_version", text);
}

#[test]
fn a_list_as_json() {
    let json: serde_json::Value = serde_json::from_str(&stdout(&["list", "--stage", "nla", "--json"])).unwrap();
    assert_eq!(json["schema"], 1);
    let first = &json["scenarios"][0];
    assert_eq!(first["id"], "healthy/nla/hybrid");
    assert_eq!(first["stage"], "nla");
    assert_eq!(first["finding"], "nla-without-credentials");
    assert_eq!(first["file"], "healthy/nla.toml");
    assert_eq!(first["tags"], serde_json::json!(["healthy", "nla"]));
}

#[test]
fn unknown_tags_and_stages_are_refused() {
    let text = refused(&["list", "--tag", "0x905"]);
    assert!(text.starts_with("badrdp: no scenario has the tag `0x905`; tags: 0x1, "), "{text}");
    let text = refused(&["list", "--stage", "tsl"]);
    assert!(
        text.contains("invalid value 'tsl' for '--stage <STAGE>': stages are tcp, connection-initiation, tls"),
        "{text}"
    );
}

#[test]
fn one_scenario_is_shown_with_its_file() {
    insta::assert_snapshot!("scenario_show_one", stdout(&["show", "tls/key-unusable"]));
    let shown = stdout(&["show", "licensing/refused/no-license-total-abort"]);
    assert!(shown.contains("A client must:  end the connection\n"), "{shown}");
}

#[test]
fn a_family_is_shown_with_its_cases() {
    insta::assert_snapshot!("scenario_show_family", stdout(&["show", "tls/version-too-old"]));
    let text = refused(&["show", "tls"]);
    assert!(text.starts_with("badrdp: `tls` is a directory; choose one of:\n  tls/alert\n  tls/cert"), "{text}");
}

#[test]
fn an_unknown_id_is_answered_with_the_nearest() {
    let text = refused(&["show", "tls/certificate-expried"]);
    assert!(
        text.starts_with("badrdp: no scenario has the id `tls/certificate-expried`; near it: tls/certificate-expired")
    );
    let text = refused(&["show", "licensing/refusd"]);
    assert!(text.contains("licensing/refused"), "{text}");
    let text = refused(&["show", "qqq"]);
    assert_eq!(text, "badrdp: no scenario has the id `qqq`; `badrdp scenario list` shows them all\n");
}

#[test]
fn every_shipped_file_is_right() {
    let catalog = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/catalog");
    let mut files = Vec::new();
    for directory in std::fs::read_dir(catalog).unwrap() {
        for file in std::fs::read_dir(directory.unwrap().path()).unwrap() {
            files.push(file.unwrap().path().display().to_string());
        }
    }
    let arguments: Vec<&str> = ["check"].into_iter().chain(files.iter().map(String::as_str)).collect();
    let text = stdout(&arguments);
    assert_eq!(text.lines().count(), files.len());
    assert!(text.lines().all(|line| line.ends_with(", all right")), "{text}");
}

#[test]
fn mistakes_are_shown_beside_their_lines() {
    let scratch = Scratch::new("mistakes");
    let file = scratch.file(
        "wrong.toml",
        r#"summary = "Größe"
spec = ["RFC 1"]

[server.tls]
certficate = "expired"

[[fault]]
at = "McsConnectRespons"
truncate = { layer = "gcx", keep = 40 }

[expect.probe]
stage = "tls"
finding = "certificate-expried"

[expect.client]
should = "warn"
because = "ü"; must = 1
"#,
    );
    insta::assert_snapshot!("scenario_check_syntax", scratch.masked(&refused(&["check", &file])));
    let text = std::fs::read_to_string(&file).unwrap().replace("; must = 1", "");
    let file = scratch.file("wrong.toml", text);
    insta::assert_snapshot!("scenario_check_names", scratch.masked(&refused(&["check", &file])));
}

#[test]
fn one_wrong_file_does_not_hide_a_right_one() {
    let scratch = Scratch::new("mixed");
    let right = scratch.file("right.toml", include_str!("../scenarios/catalog/tls/alert.toml"));
    let missing = scratch.0.join("missing.toml").display().to_string();
    let output = badrdp(&["check", &missing, &right]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(scratch.masked(&String::from_utf8(output.stdout).unwrap()), "right.toml: 13 scenarios, all right\n");
    let text = scratch.masked(&String::from_utf8(output.stderr).unwrap());
    assert!(text.contains("error: cannot open the file: "), "{text}");
    assert!(text.contains("missing.toml"), "{text}");
    assert!(text.ends_with("badrdp: 1 mistake\n"), "{text}");
}

#[test]
fn what_is_not_text_is_refused() {
    let scratch = Scratch::new("bytes");
    let file = scratch.file("bytes.toml", b"summary = \"\xff\"");
    let text = refused(&["check", &file]);
    assert!(text.contains("the file is not UTF-8: the byte at offset 11 begins no character"), "{text}");
    let file = scratch.file("large.toml", vec![b'#'; 1024 * 1024 + 1]);
    let text = refused(&["check", &file]);
    assert!(text.contains("the file is larger than 1048576 bytes"), "{text}");
    let text = refused(&["check", &scratch.0.display().to_string()]);
    assert!(text.contains("error: cannot "), "{text}");
}

#[test]
fn check_wants_a_file() {
    let text = refused(&["check"]);
    assert!(text.contains("<FILES>..."), "{text}");
}
