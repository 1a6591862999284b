//! The schema says what the checker says: both take every shipped file, and both refuse what is broken.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::path::Path;

use badrdp_scenarios::schema::schema;
use badrdp_scenarios::{catalog, load_str};
use jsonschema::Validator;
use serde_json::Value;

/// Every finding that the catalogue expects; which ones the probe has is a test of the front door.
fn validator() -> Validator {
    let mut findings: Vec<&str> =
        catalog().iter().filter_map(|scenario| scenario.expect_probe.finding.as_deref()).collect();
    findings.sort_unstable();
    findings.dedup();
    let schema = schema(&findings);
    assert!(jsonschema::meta::is_valid(&schema), "no schema of draft 2020-12");
    jsonschema::validator_for(&schema).unwrap()
}

/// TOML as the JSON that a schema judges.
fn json(text: &str) -> Value {
    toml::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn every_shipped_file_fits() {
    let validator = validator();
    for (path, text) in catalog::files() {
        let wrong: Vec<String> = validator
            .iter_errors(&json(text))
            .map(|error| format!("{}: {}: {error}", path.display(), error.instance_path()))
            .collect();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

const HEAD: &str = "summary = \"s\"\nspec = [\"RFC 1006 6\"]\n";
const REST: &str =
    "[expect.probe]\nstage = \"active\"\n[expect.client]\nmust = \"connect\"\nbecause = \"RFC 1006 6\"\n";

/// What makes a file wrong, put between its head and its expectations: one of each kind of value and of each rule.
const BROKEN: &[&str] = &[
    "colour = 1\n",
    "tags = [\"Upper\"]\n",
    "covers = [\"C999\"]\n",
    "covers = [\"C033\", \"C033\"]\n",
    "server.tls.certficate = \"good\"\n",
    "server.tls.certificate = \"god\"\n",
    "server.security = [\"tls\"]\n",
    "server.negotiation.failure = \"HYBRID_REQUIRED\"\n",
    "server.negotiation.failure = 5\n",
    "server.negotiation.answer = \"no\"\n",
    "server.mcs.skip_channel_join = false\n",
    "server.mcs.join_result = \"RT_NO_SUCH_CHANNEL\"\nserver.mcs.join_number = 35\n",
    "server.licensing.error = \"ERRINFO_LICENSE_INTERNAL\"\n",
    "server.session.steps = []\n",
    "server.session.steps = [\"login\"]\n",
    "server.session.steps = [{ logon_error = \"LOGON_MSG_NO_PERMISSION\" }]\n",
    "server.session.steps = [{ error_info = \"ERRINFO_NONE\", disconnect = \"RN_USER_REQUESTED\" }]\n",
    "server.session.steps = [{}]\n",
    "server.security = [\"hybrid\"]\nserver.nla.version = 1\n",
    "server.security = [\"hybrid\"]\nserver.nla.target.os = [10, 0]\n",
    "server.security = [\"hybrid\"]\nserver.nla.target.clock = \"5 m\"\n",
    "server.security = [\"hybrid\"]\nserver.account = [{ password = \"a\" }]\n",
    "server.security = [\"hybrid\"]\nserver.account = [{ user = \"a\", state = \"asleep\" }]\n",
    "[[fault]]\nomit = true\n",
    "[[fault]]\nat = \"ClientInfo\"\nomit = true\n",
    "[[fault]]\nat = \"FontMap\"\n",
    "[[fault]]\nat = \"FontMap\"\nomit = true\nduplicate = 1\n",
    "[[fault]]\nat = \"FontMap\"\nomit = false\n",
    "[[fault]]\nat = \"FontMap\"\noccurrence = 0\nomit = true\n",
    "[[fault]]\nat = \"FontMap\"\nthen = \"close\"\n",
    "[[fault]]\nat = \"FontMap\"\nreplace = { hex = \"0\" }\n",
    "[[fault]]\nat = \"FontMap\"\nreplace = { hex = \"00\", text = \"a\" }\n",
    "[[fault]]\nat = \"FontMap\"\nreplace = {}\n",
    "[[fault]]\nat = \"FontMap\"\nset = { field = \"length\", value = 1 }\n",
    "[[fault]]\nat = \"FontMap\"\nset = { layer = \"tpkt\", value = 1 }\n",
    "[[fault]]\nat = \"FontMap\"\nset = { layer = \"tcp\", at = 0, hex = \"00\" }\n",
    "[[fault]]\nat = \"FontMap\"\nset = { layer = \"tpkt\", field = \"length\" }\n",
    "[[fault]]\nat = \"FontMap\"\nadd = { layer = \"tpkt\", field = \"length\" }\n",
    "[[fault]]\nat = \"FontMap\"\nadd = { layer = \"tpkt\", field = \"length\", value = 0x1_0000_0000 }\n",
    "[[fault]]\nat = \"FontMap\"\nremove = { layer = \"tpkt\", at = 0 }\n",
    "[[fault]]\nat = \"FontMap\"\ntruncate = { layer = \"tpkt\" }\n",
    "[[fault]]\nat = \"FontMap\"\nsplit = []\n",
    "[[fault]]\nat = \"FontMap\"\nsplit = [0]\n",
    "[[fault]]\nat = \"FontMap\"\ndrip = { bytes = 1 }\n",
    "[[fault]]\nat = \"FontMap\"\nwait = \"1 s\"\n",
    "[[fault]]\nat = \"TlsServerHello\"\nalert = 256\n",
    "[[fault]]\nat = \"TlsServerHello\"\nserver_hello = \"1.2\"\n",
    "[probe]\nprotocols = \"ssl\"\n",
    "[[case]]\nsummary = \"no id\"\n",
];

#[test]
fn what_is_broken_is_refused_by_both() {
    let validator = validator();
    for part in BROKEN {
        let text = format!("{HEAD}{part}{REST}");
        assert!(load_str(Path::new("a.toml"), &text).is_err(), "the checker takes\n{part}");
        assert!(!validator.is_valid(&json(&text)), "the schema takes\n{part}");
    }
}

/// What a file must have at least.
#[test]
fn what_is_missing_is_missed_by_both() {
    let validator = validator();
    let whole = format!("{HEAD}{REST}");
    assert!(load_str(Path::new("a.toml"), &whole).is_ok() && validator.is_valid(&json(&whole)));
    let lines: Vec<&str> = whole.lines().collect();
    for line in lines.iter().filter(|line| !line.starts_with('[')) {
        let text = whole.replace(&format!("{line}\n"), "");
        assert!(load_str(Path::new("a.toml"), &text).is_err(), "the checker does not miss {line}");
        assert!(!validator.is_valid(&json(&text)), "the schema does not miss {line}");
    }
    assert!(!validator.is_valid(&json(HEAD)), "no [expect]");
}

/// What an editor shows beside a key.
#[test]
fn every_key_and_table_is_described() {
    let schema = schema(&[]);
    let tables = schema.get("$defs").and_then(Value::as_object).unwrap();
    assert_eq!(tables.len(), badrdp_scenarios::keys::TABLES.len(), "an id comes twice");
    for (id, table) in tables {
        assert_eq!(table.get("additionalProperties"), Some(&Value::Bool(false)), "{id}");
        for (name, key) in table.get("properties").and_then(Value::as_object).unwrap() {
            let about = key.get("description").and_then(Value::as_str).unwrap_or_default();
            assert!(!about.is_empty() && !about.ends_with('.'), "{id}.{name}: {about}");
        }
    }
}
