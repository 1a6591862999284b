//! `docs/scenario-format.md` explains every key, and its examples are right.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::path::Path;

use badrdp_proto::wire::Layer;
use badrdp_scenarios::{keys, load_str};

fn text() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/scenario-format.md")).unwrap()
}

#[test]
fn every_key_is_explained() {
    let text = text();
    // A key is explained in code quotes, or stands in an example as `key = `.
    let explained = |key: &str| text.contains(&format!("`{key}`")) || text.contains(&format!("{key} = "));
    for table in keys::TABLES {
        for key in table.names() {
            assert!(explained(key), "`{key}` of {} is explained nowhere", table.table);
        }
    }
    for layer in Layer::ALL {
        assert!(text.contains(&format!("`{layer}`")), "the layer {layer} is explained nowhere");
    }
}

#[test]
fn the_whole_example_loads() {
    let text = text();
    let blocks: Vec<&str> = text.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    let [whole, again, cases] = blocks.as_slice() else { panic!("three examples, not {}", blocks.len()) };
    assert_eq!(load_str(Path::new("a.toml"), whole).unwrap().len(), 1);
    let head = "summary = \"s\"\nspec = [\"s\"]\nexpect.probe = { stage = \"active\" }\n\
                expect.client = { must = \"connect\", because = \"b\" }\n";
    assert_eq!(load_str(Path::new("a.toml"), &format!("{head}{again}")).unwrap()[0].later.len(), 1);
    let base = whole.replace("[[fault]]", "[[unused]]");
    let base =
        format!("{}{}", base.split("[[unused]]").next().unwrap(), whole.split("then = \"fin\"\n").nth(1).unwrap());
    assert_eq!(load_str(Path::new("a.toml"), &format!("{base}\n{cases}")).unwrap().len(), 2);
}

/// Every example of a fault operator in the tables, at a message that has its layer.
#[test]
fn every_operator_example_loads() {
    let text = text();
    let mut seen = 0;
    for line in text.lines().filter(|line| line.starts_with("| `")) {
        let columns: Vec<&str> = line.split(" | ").collect();
        let Some(example) = columns.get(1).filter(|_| columns.len() == 3) else { continue };
        let example = example.trim_matches('`');
        if !example.contains(" = ") {
            continue;
        }
        let at = match example {
            _ if example.contains("gcc") => "McsConnectResponse",
            _ if example.contains("payload") => "LicenseErrorAlert",
            _ if example.contains("alert =") || example.contains("server_hello") => "TlsServerHello",
            _ => "DemandActive",
        };
        // What waits for a later message needs one.
        let at = if example.contains("hold") || example.contains("merge") { "Synchronize" } else { at };
        let file = format!(
            "summary = \"s\"\nspec = [\"s\"]\n[[fault]]\nat = \"{at}\"\n{example}\n\
             [expect.probe]\nstage = \"active\"\n[expect.client]\nmust = \"connect\"\nbecause = \"b\"\n"
        );
        let loaded = load_str(Path::new("a.toml"), &file);
        assert!(loaded.is_ok(), "{example}: {loaded:?}");
        seen += 1;
    }
    assert_eq!(seen, 18, "a table of operators changed its form");
}
