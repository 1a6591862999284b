//! What the documents show is what badrdp prints: the catalogue's page, and the worked example of a new scenario.
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "tests say what they expect")]

use std::path::Path;
use std::process::{Command, Output};

/// In `directory`, without colour.
fn badrdp(directory: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_badrdp")).current_dir(directory).args(arguments).output().expect("badrdp runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

fn document(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    std::fs::read_to_string(&path).unwrap_or_default()
}

#[test]
fn the_page_of_the_catalogue_is_current() {
    let output = badrdp(Path::new(env!("CARGO_MANIFEST_DIR")), &["scenario", "docs"]);
    let (now, shown) = (text(&output.stdout), document("docs/scenarios.md"));
    let differing = now.lines().zip(shown.lines()).position(|(now, shown)| now != shown);
    let line = differing.unwrap_or_else(|| now.lines().count().min(shown.lines().count())) + 1;
    assert!(
        now == shown,
        "docs/scenarios.md is not current from line {line} on; renew it: cargo run -- scenario docs > docs/scenarios.md"
    );
}

/// Contents of the code blocks of this language.
fn blocks(document: &str, language: &str) -> Vec<String> {
    let open = format!("```{language}\n");
    document.split(open.as_str()).skip(1).filter_map(|rest| Some(rest.split_once("```")?.0.to_owned())).collect()
}

/// Times differ from run to run; so do the spaces in front of them.
fn without_times(text: &str) -> String {
    let words = text.lines().map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let masked = words.iter().enumerate().map(|(at, word)| match words.get(at + 1) {
            Some(&"ms") if word.parse::<f64>().is_ok() => "[time]",
            _ => word,
        });
        masked.collect::<Vec<_>>().join(" ")
    });
    words.collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// CONTRIBUTING.md: the file, the commands, and what they print.
#[test]
fn the_worked_example_of_a_scenario_works() {
    let contributing = document("CONTRIBUTING.md");
    let [file] = <[String; 1]>::try_from(blocks(&contributing, "toml")).expect("one TOML file");
    let name = "attach-user-cut-short.toml";
    let directory = tempfile::tempdir().expect("a temporary directory");
    let sessions = blocks(&contributing, "console");
    assert_eq!(sessions.len(), 2, "the mistake, and what is right");
    for (session, content) in sessions.iter().zip([file.replace("\"mcs\", keep", "\"msc\", keep"), file.clone()]) {
        std::fs::write(directory.path().join(name), content).expect("a file");
        for step in session.split("$ badrdp ").skip(1) {
            let (command, shown) = step.split_once('\n').expect("a command and what it prints");
            let output = badrdp(directory.path(), &command.split(' ').collect::<Vec<_>>());
            let printed = format!("{}{}", text(&output.stderr), text(&output.stdout));
            // On a terminal the marks are drawn.
            assert_eq!(without_times(&printed), without_times(&shown.replace("✓ ", "+ ")), "{command}");
        }
    }
    let scenario = &badrdp::scenarios::load_str(Path::new(name), &file).expect("it was checked")[0];
    let known = badrdp::scenarios::catalog().iter().find(|known| known.faults == scenario.faults);
    assert!(known.is_none(), "the example is in the catalogue by now: {known:?}");
}
