//! Runs in which clients and servers, or whoever wrote the file, say what nobody should show as it is.

use serde_json::{Value, json};

use super::{case, every_class, page, parsed, run};
use crate::check::Class;

const SCRIPT: &str = "</text></pre></style><script>alert(1)</script><img src=x onerror='alert(1)' a=\"b";

#[test]
fn what_anybody_says_is_text_wherever_it_stands() {
    let mut whole = case("theme/a", Class::Crashed);
    whole["leak_lines"] = json!(["leak: a password"]);
    whole["artefacts"] = json!("out/theme/a");
    whole["recorded"] = json!({ "as_recorded": true, "known": "why", "listed": "what" });
    let mut evil = run("client", vec![whole, case("theme/b", Class::Hung)]);
    evil["client"]["about"] = json!("about");
    let keep =
        ["/kind", "/scenarios/0/verdict/class", "/scenarios/1/verdict/class"].map(|place| evil.pointer(place).cloned());
    replace(&mut evil);
    for (place, value) in ["/kind", "/scenarios/0/verdict/class", "/scenarios/1/verdict/class"].into_iter().zip(keep) {
        *evil.pointer_mut(place).unwrap() = value.unwrap();
    }
    evil["scenarios"][1]["id"] = json!("../../b\u{202e}\u{1b}[2J");
    let page = page(&[evil]);
    let read = parsed(&page);
    for node in read.descendants().filter(roxmltree::Node::is_element) {
        let name = node.tag_name().name();
        assert!(!["script", "img"].contains(&name), "<{name}> in {page}");
        assert!(node.attributes().all(|one| !one.name().starts_with("on")), "{node:?}");
    }
    assert!(!page.contains("<script") && !page.contains("<img"));
    // Title twice, client, theme, row, case, …
    assert!(page.matches("&lt;script&gt;").count() > 20, "{page}");
    let shown = |node: roxmltree::Node<'_, '_>| node.text().is_some_and(|text| text == "../../b\\u{202e}\\u{1b}[2J");
    assert!(read.descendants().any(shown), "{page}");
}

fn replace(value: &mut Value) {
    match value {
        Value::String(old) => SCRIPT.clone_into(old),
        Value::Array(all) => all.iter_mut().for_each(replace),
        Value::Object(all) => all.values_mut().for_each(replace),
        _ => {}
    }
}

#[test]
fn connections_that_are_none_are_not_drawn_and_no_error() {
    for odd in [json!(null), json!(5), json!("x"), json!([null]), json!([{ "entries": 5 }]), json!([[], {}])] {
        let mut case = case("theme/a", Class::Hung);
        case["connections"] = odd;
        parsed(&page(&[run("client", vec![case])]));
    }
}

#[test]
fn a_case_is_bounded_whatever_a_client_says() {
    let small = page(&[run("client", every_class())]).len();
    let long = "x".repeat(20_000);
    let mut cases = every_class();
    for case in &mut cases {
        case["outcome"]["stderr"] = json!(format!("{long}\n").repeat(15));
        case["verdict"]["detail"] = json!(long);
        case["verdict"]["said"] = json!(vec![json!({ "reason": "tls", "words": long }); 40]);
        case["verdict"]["right_reasons"] = json!([long]);
        case["leak_lines"] = json!(vec![&long; 40]);
        case["command"] = json!([long]);
        case["summary"] = json!(long);
        case["spec"] = json!(vec![&long; 20]);
        case["connections"] = json!(vec![case["connections"][0].clone(); 100]);
    }
    let mut run = run("client", cases);
    run["client"]["name"] = json!(long);
    run["client"]["about"] = json!(long);
    let page = page(&[run]);
    assert!(page.len() < small + Class::ALL.len() * 60_000, "{small}, then {}", page.len());
    parsed(&page);
}
