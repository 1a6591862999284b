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
fn lists_are_narrowed_by_id_and_by_prefix() {
    let text = stdout(&["list", "nla/refusal", "tls/key-unusable"]);
    let ids: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("  ")?.split_whitespace().next()).collect();
    assert!(ids.len() > 2 && ids.contains(&"tls/key-unusable"), "{text}");
    assert!(ids.iter().all(|id| id.starts_with("nla/refusal/") || *id == "tls/key-unusable"), "{text}");
    assert!(stdout(&["list", "nla", "--stage", "tls"]).lines().all(|line| !line.starts_with("  healthy/")));
    let stderr = refused(&["list", "tsl"]);
    assert!(stderr.contains("no scenario has the id `tsl`"), "{stderr}");
}

#[test]
fn lists_are_narrowed_by_section_and_by_row() {
    let ids = |arguments: &[&str]| -> Vec<String> {
        let text = stdout(&[&["list", "--json"], arguments].concat());
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        json["scenarios"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
    };
    let joins = ids(&["--spec", "2.2.1.9"]);
    assert!(joins.contains(&"mcs/join-of-another-channel".to_owned()), "{joins:?}");
    assert!(joins.iter().all(|id| id.starts_with("mcs/")), "{joins:?}");
    assert!(ids(&["--spec", "MS-RDPBCGR 2.2"]).len() > joins.len());
    assert!(ids(&["--spec", "2.2.99"]).is_empty());
    let refused = ids(&["--covers", "C037"]);
    assert_eq!(refused, ["mcs/join-refused/user-channel"]);
    assert!(ids(&["--covers", "C037", "--stage", "tls"]).is_empty(), "filters go together");
    assert_eq!(stdout(&["list", "--spec", "2.2.99"]), "no scenario matches\n");
}

#[test]
fn a_list_is_in_the_order_of_the_stages() {
    let text = stdout(&["list"]);
    let stages = badrdp_proto::vocab::Stage::ALL.iter().map(|stage| stage.name());
    let places: Vec<usize> = stages.filter_map(|name| text.find(&format!("{name}: "))).collect();
    assert!(places.len() >= 9 && places.is_sorted(), "{places:?}");
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
    let text = refused(&["list", "--covers", "C33"]);
    assert!(text.starts_with("badrdp: no row has the id `C33`; near it: C033"), "{text}");
}

#[test]
fn one_scenario_is_shown_with_its_file() {
    insta::assert_snapshot!("scenario_show_one", stdout(&["show", "tls/key-unusable"]));
    let shown = stdout(&["show", "negotiation/failure/nla-required"]);
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
fn a_warning_leaves_the_file_usable() {
    let scratch = Scratch::new("warning");
    let text = include_str!("../scenarios/starter.toml").replace("(MS-RDPBCGR 2.2.1.3.1)", "");
    let file = scratch.file("mine.toml", text);
    let output = badrdp(&["check", &file]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(scratch.masked(&String::from_utf8(output.stdout).unwrap()), "mine.toml: 1 scenario, 1 warning\n");
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.starts_with("warning: `because` names no section of a specification"), "{stderr}");
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

#[test]
fn what_is_written_to_start_from_is_right() {
    let scratch = Scratch::new("new");
    let path = scratch.0.join("mine.toml").display().to_string();
    let said = stdout(&["new", &path]);
    assert!(scratch.masked(&said).starts_with("mine.toml: written; "), "{said}");
    assert_eq!(scratch.masked(&stdout(&["check", &path])), "mine.toml: 1 scenario, all right\n");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), stdout(&["new"]), "without a file it is printed");
    std::fs::write(&path, "mine").unwrap();
    assert!(refused(&["new", &path]).starts_with("badrdp: cannot write "));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "mine", "what was there stays");
}

/// What stands in comments there is right, too.
#[test]
fn the_examples_of_the_starter_are_right() {
    let scratch = Scratch::new("examples");
    let text = stdout(&["new"]);
    let cases = text.replace("# [[case]]", "[[case]]").replace("# id =", "id =").replace("# fault =", "fault =");
    let refuses =
        text.replace("# [server", "[server").replace("# error", "error").replace("# transition", "transition");
    let covers = text.replace("# covers", "covers");
    for (name, variant) in [("cases.toml", cases), ("covers.toml", covers), ("refuses.toml", refuses)] {
        assert_ne!(variant, text, "{name}");
        let file = scratch.file(name, variant);
        assert!(stdout(&["check", &file]).ends_with("1 scenario, all right\n"), "{name}");
    }
}

#[test]
fn the_schema_knows_the_probes_findings() {
    let schema: serde_json::Value = serde_json::from_str(&stdout(&["schema"])).unwrap();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    let findings = schema["$defs"]["expect_probe"]["properties"]["finding"]["enum"].as_array().unwrap();
    assert!(findings.contains(&"frame-cut-short".into()) && findings.len() > 40, "{findings:?}");
}
