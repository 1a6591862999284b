//! What the writer writes, the loader reads as the same scenario.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::path::{Path, PathBuf};
use std::time::Duration;

use badrdp_proto::vocab::MessageKind;
use badrdp_proto::wire::Layer;
use badrdp_scenarios::model::{Anchor, Fault, Later, Operator, Place, Span, Value};
use badrdp_scenarios::write::{WriteError, to_toml};
use badrdp_scenarios::{Scenario, catalog, load_str};

/// What belongs to a file's place and not to what it says.
fn placeless(scenario: &Scenario) -> Scenario {
    let lineless = |faults: &[Fault]| faults.iter().map(|fault| Fault { line: 0, ..fault.clone() }).collect();
    let later = scenario.later.iter().map(|later| Later { line: 0, faults: lineless(&later.faults), ..later.clone() });
    let faults = lineless(&scenario.faults);
    Scenario { id: String::new(), source: PathBuf::new(), faults, later: later.collect(), ..scenario.clone() }
}

fn read(text: &str) -> Scenario {
    let loaded = load_str(Path::new("test/written.toml"), text);
    let mut loaded = loaded.unwrap_or_else(|wrong| panic!("{wrong:#?}\n{text}"));
    assert_eq!(loaded.len(), 1, "{text}");
    loaded.remove(0)
}

#[test]
fn every_scenario_of_the_catalogue_comes_back_the_same() {
    for scenario in catalog() {
        let text = to_toml(scenario).unwrap_or_else(|error| panic!("{}: {error}", scenario.id));
        assert_eq!(placeless(&read(&text)), placeless(scenario), "{}\n{text}", scenario.id);
    }
}

fn base() -> &'static Scenario {
    badrdp_scenarios::find("healthy/tls-1.3").unwrap()
}

fn with(operator: Operator) -> Scenario {
    let at = Anchor { kind: Some(MessageKind::McsConnectResponse), occurrence: Some(1) };
    Scenario { faults: vec![Fault { at, operator: Some(operator), then: None, line: 0 }], ..base().clone() }
}

#[test]
fn bytes_texts_and_numbers_come_back_the_same() {
    let at = |at, count| Place { layer: Layer::Gcc, span: Span::Bytes { at, count } };
    let operators = [
        Operator::Replace(b"a \"quote\", a \\, and ''' \r\n \n".to_vec()),
        Operator::Replace(b"\n first".to_vec()),
        Operator::Before("ü".into()),
        Operator::After(vec![0, 0x7f, 0x1b]),
        Operator::Set(at(3, 1), Value::Bytes(vec![1])),
        Operator::Set(at(3, 7), Value::Bytes(vec![1, 2])),
        Operator::Insert(at(0, 0), vec![0xff]),
        Operator::Remove(at(4, 2)),
        Operator::Wait(Duration::from_millis(60_000)),
    ];
    for operator in operators {
        let scenario = with(operator);
        let text = to_toml(&scenario).unwrap();
        assert_eq!(placeless(&read(&text)), placeless(&scenario), "{text}");
    }
}

#[test]
fn it_reads_like_a_file_written_by_hand() {
    let scenario = with(Operator::Truncate(Layer::Gcc, 10));
    let plain = Scenario { about: String::new(), tags: vec!["a".to_owned()], covers: Vec::new(), ..scenario };
    let text = to_toml(&plain).unwrap();
    let expected = format!(
        "summary = \"{}\"\nspec = [\"{}\"]\ntags = [\"a\"]\n\n[server.tls]\nmin = \"1.3\"\n\n[[fault]]\n\
         at = \"McsConnectResponse\"\ntruncate = {{ layer = \"gcc\", keep = 10 }}\n\n[expect.probe]\n",
        base().summary,
        base().spec.join("\", \"")
    );
    assert!(text.starts_with(&expected), "{text}\n---\n{expected}");
}

#[test]
fn later_connections_come_back_the_same_in_every_way_of_being_different() {
    let text = r#"
summary = "s"
spec = ["RFC 1"]
expect.probe = { stage = "active" }
expect.client = { must = "connect", because = "b" }
probe = { user = "bob", password = "Passw0rd!", accept_certificate = true, follow = true, routing_token = "msts=1", correlation_id = "000102030405060708090a0b0c0d0e0f", ipv6 = true }
fault = [{ at = "LicenseErrorAlert", wait = "1ms" }]
[server]
security = ["hybrid"]
tls = { certificate = "expired", key = "rsa", max = "1.2" }
nla = { version = 5, restricted_admin = true, target.timestamp = false }
negotiation = { answer = true, flags = ["graphics"] }
redirection = { token = "t", user = "u", domain = "d", password = "p", address = "a", session = 3 }
[[server.account]]
user = "bob"
[[connection]]
from = 2
server.tls = { certificate = "good", max = "1.3" }
server.nla = { version = 6, restricted_admin = false, target.timestamp = true }
server.account = [{ user = "eve" }, { user = "bob" }]
[[connection]]
from = 3
fault = []
[[connection]]
from = 4
fault = [{ at = "X224ConnectionConfirm", wait = "2ms" }]
server.redirection.address = "b"
[[connection]]
from = 5
server.negotiation.flags = ["graphics"]
"#;

    let scenario = read(text);
    assert_eq!(scenario.later.len(), 4);
    let written = to_toml(&scenario).unwrap();
    assert_eq!(placeless(&read(&written)), placeless(&scenario), "{written}");
}

#[test]
fn what_no_file_can_say_is_not_written() {
    let unsayable = [
        Operator::Replace(Vec::new()),
        Operator::Wait(Duration::from_micros(1)),
        Operator::LegacyServerHello(0x0300),
        Operator::Set(Place { layer: Layer::Gcc, span: Span::Bytes { at: 0, count: 1 } }, Value::Number(1)),
    ];
    for operator in unsayable {
        let error = to_toml(&with(operator.clone())).unwrap_err();
        assert!(matches!(error, WriteError::NoWord(_)), "{operator:?}: {error}");
    }
}
