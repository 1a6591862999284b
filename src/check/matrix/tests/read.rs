//! Files that are not what they should be are told with the field.

use serde_json::{Value, json};

use super::{case, run};
use crate::check::Class;
use crate::check::matrix::Run;

fn error(document: &Value) -> String {
    Run::read(document.to_string().as_bytes()).map(|_| ()).unwrap_err().to_string()
}

#[test]
fn the_field_that_is_wrong_is_named() {
    let right = run("client", vec![case("a/x", Class::Refused), case("a/y", Class::Refused)]);
    assert!(Run::read(right.to_string().as_bytes()).is_ok());
    let wrong = |pointer: &str, value: Value| {
        let mut document = right.clone();
        *document.pointer_mut(pointer).unwrap() = value;
        error(&document)
    };
    let class = wrong("/scenarios/1/verdict/class", json!("fine"));
    assert!(class.starts_with("scenarios[1].verdict.class: unknown variant `fine`"), "{class}");
    let took = wrong("/scenarios/0/outcome/took_ms", json!("long"));
    assert!(took.starts_with("scenarios[0].outcome.took_ms: invalid type: string \"long\""), "{took}");
    let name = wrong("/client", json!({}));
    assert!(name.starts_with("client: missing field `name`"), "{name}");
    let all = wrong("/scenarios", json!(5));
    assert!(all.starts_with("scenarios: invalid type: integer `5`"), "{all}");
}

#[test]
fn what_is_no_run_of_check_is_refused() {
    assert_eq!(Run::read(b" \n").unwrap_err().to_string(), "the file is empty");
    let foreign = "it is not what `badrdp check --json` prints: ";
    assert_eq!(error(&json!({ "a": 1 })), format!("{foreign}no field `schema`"));
    assert_eq!(error(&json!({ "schema": 1, "transcript": {} })), format!("{foreign}no field `kind` that is \"check\""));
    assert!(error(&json!({ "schema": 1, "kind": "matrix" })).contains("merge the runs themselves"));
    assert_eq!(error(&json!([])), format!("{foreign}it is no object"));
    assert_eq!(error(&json!({ "schema": 2, "kind": "check" })), "schema 2: this version reads schema 1");
    let whole = run("client", vec![case("a/x", Class::Refused)]).to_string();
    for cut in [1, 40, whole.len() / 2, whole.len() - 1] {
        let error = Run::read(&whole.as_bytes()[..cut]).unwrap_err().to_string();
        assert!(error.contains("EOF while parsing"), "{cut}: {error}");
    }
}

/// Fields that a later version adds, and those that an earlier one did not have.
#[test]
fn fields_may_come_and_some_may_be_missing() {
    let mut document = run("client", vec![case("a/x", Class::Refused)]);
    document["later"] = json!({ "x": [1] });
    let case = document["scenarios"][0].as_object_mut().unwrap();
    for field in ["connections", "leaks", "leak_lines", "shell", "tags", "spec", "command"] {
        case.remove(field);
    }
    assert!(Run::read(document.to_string().as_bytes()).is_ok());
}
