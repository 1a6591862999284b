//! Pages and captures, of runs that were made.

use std::process::{Command, Output};

use serde_json::Value;

use crate::support::{Room, text};
use crate::trials;

trials!(
    a_run_becomes_a_page,
    runs_of_two_clients_become_one_page_and_one_document,
    a_run_that_cannot_be_read_is_told_with_its_file_and_field,
    each_case_has_a_capture_that_only_its_owner_reads,
);

const SCENARIOS: [&str; 2] = ["tls/certificate-expired", "healthy/tls-1.3"];

fn merge(room: &Room, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_badrdp"));
    command.args(["check", "merge"]).args(arguments).current_dir(room.path(""));
    command.output().expect("badrdp runs")
}

/// Saves `badrdp check --json` of a client with this behaviour.
fn save(room: &Room, file: &str, scenarios: &[&str], behaviour: &str) {
    let output = room.check(&[scenarios, &["--json"]].concat(), behaviour);
    assert!(text(&output.stdout).starts_with('{'), "{}", text(&output.stderr));
    std::fs::write(room.path(file), output.stdout).expect("a file");
}

fn a_run_becomes_a_page() {
    let room = Room::new();
    let (page, out) = (room.path("run.html").display().to_string(), room.path("out").display().to_string());
    let output = room.check(&[&SCENARIOS[..], &["--html", &page, "--out", &out]].concat(), "accepts");
    assert_eq!(output.status.code(), Some(1), "{}{}", text(&output.stdout), text(&output.stderr));
    assert!(text(&output.stdout).contains("accepted-bad-server"), "the table is printed, too");
    let page = room.read("run.html");
    assert!(page.contains("<title>badrdp check: mock</title>") && page.ends_with("</html>\n"));
    assert!(page.contains("title=\"accepted-bad-server\">✗ accepted bad</a>"), "{page}");
    assert!(page.contains("title=\"as-required\">✓ as required</a>"), "{page}");
    assert!(page.contains("mock 0 of 1 good</span>") && page.contains("mock 1 of 1 good</span>"), "{page}");
    assert_eq!(page.matches("<figure class=\"ladder\">").count(), 2);
    assert!(page.contains(&format!("{out}/tls/certificate-expired").replace('/', "&#x2f;")), "where its artefacts are");
    assert!(!page.contains("Passw0rd!"));
}

fn runs_of_two_clients_become_one_page_and_one_document() {
    let room = Room::new();
    save(&room, "good.json", &SCENARIOS, "honest");
    save(&room, "bad.json", &SCENARIOS[..1], "accepts");
    let same = merge(&room, &["good.json", "bad.json"]);
    assert_eq!(same.status.code(), Some(2));
    let said = text(&same.stderr);
    assert!(said.contains("`mock` is two clients") && said.contains("old=good.json new=bad.json"), "{said}");
    let output = merge(&room, &["good=good.json", "bad=bad.json", "--html", "both.html", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(text(&output.stderr), "note: bad was not run against 1 scenario of 2: healthy/tls-1.3\n");
    let document: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let class = |row: usize, client: usize| document["scenarios"][row]["results"][client]["verdict"]["class"].clone();
    assert_eq!((class(0, 0), class(0, 1)), ("as-required".into(), Value::Null));
    assert_eq!((class(1, 0), class(1, 1)), ("refused-right-reason".into(), "accepted-bad-server".into()));
    assert_eq!(document["summary"]["differs"], 1);
    let page = room.read("both.html");
    assert!(page.contains("<title>badrdp check: good, bad</title>") && page.contains("clients differ 1"), "{page}");
    let counted = text(&merge(&room, &["good=good.json", "bad=bad.json"]).stdout);
    assert!(counted.contains("  as-required               1      0\n"), "{counted}");
}

fn a_run_that_cannot_be_read_is_told_with_its_file_and_field() {
    let room = Room::new();
    save(&room, "run.json", &SCENARIOS[1..], "honest");
    let mut document: Value = serde_json::from_str(&room.read("run.json")).expect("JSON");
    document["scenarios"][0]["verdict"]["class"] = "fine".into();
    std::fs::write(room.path("other.json"), document.to_string()).expect("a file");
    let wrong = |file: &str| {
        let output = merge(&room, &["run.json", file]);
        assert_eq!(output.status.code(), Some(2), "{file}");
        text(&output.stderr)
    };
    let field = wrong("other.json");
    assert!(
        field.starts_with("badrdp: cannot read other.json: scenarios[0].verdict.class: unknown variant"),
        "{field}"
    );
    assert!(wrong("none.json").starts_with("badrdp: cannot read none.json: No such file"), "{}", wrong("none.json"));
    std::fs::write(room.path("probe.json"), r#"{"schema": 1, "transcript": {}}"#).expect("a file");
    assert!(wrong("probe.json").contains("it is not what `badrdp check --json` prints"), "{}", wrong("probe.json"));
}

fn each_case_has_a_capture_that_only_its_owner_reads() {
    use std::os::unix::fs::PermissionsExt as _;
    let room = Room::new();
    let out = room.path("out").display().to_string();
    // A fault that this client never meets is followed by a run without it, which is no part of the case.
    let late = "summary = \"s\"\nspec = [\"MS-RDPBCGR 2.2.1.9\"]\n\
        fault = [{ at = \"McsChannelJoinConfirm\", occurrence = 25, omit = true }]\n\
        expect.probe = { stage = \"channel-connection\", finding = \"stalled\" }\n\
        expect.client = { must = \"disconnect\", because = \"b (T.125 7)\" }\n";
    std::fs::create_dir(room.path("mine")).expect("a directory");
    std::fs::write(room.path("mine/late.toml"), late).expect("a scenario");
    let file = room.path("mine/late.toml").display().to_string();
    let output = room.check(&[&SCENARIOS[..], &["--file", &file, "--out", &out]].concat(), "accepts");
    assert!(text(&output.stdout).contains("not-applicable"), "{}{}", text(&output.stdout), text(&output.stderr));
    for id in SCENARIOS.into_iter().chain(["mine/late"]) {
        let path = room.path(&format!("out/{id}/capture.pcapng"));
        let mode = std::fs::metadata(&path).unwrap_or_else(|error| panic!("{id}: {error}")).permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{id}");
        let capture = std::fs::read(path).expect("a capture");
        let times = |words: &[u8]| capture.windows(words.len()).filter(|found| *found == words).count();
        assert_eq!(times(b"CLIENT_HANDSHAKE_TRAFFIC_SECRET "), 1, "{id}: the keys of its one TLS session");
        assert_eq!(times(id.as_bytes()), 1, "the scenario is said once, of the one connection");
    }
    let without = room.check(&SCENARIOS[1..], "honest");
    assert_eq!(without.status.code(), Some(0));
}
