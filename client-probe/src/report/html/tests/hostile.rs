//! What hosts say, and documents that are not what they should be.

use badrdp_proto::pdu::x224::Protocols;
use badrdp_proto::transcript::{CertificateProblem, Event};
use serde_json::{Value, json};

use super::{denied, document, old_host, page, read, with};
use crate::diagnosis::fixture::{Story, certificate, nla};
use crate::report::survey_json;

const SCRIPT: &str = "</text></style><script>alert(1)</script><img src=x onerror='alert(1)' a=\"b";

/// Names that would break out of an element, or of an attribute.
#[test]
fn names_are_text_wherever_they_stand() {
    let mut facts = certificate(vec![CertificateProblem::SelfSigned]);
    facts.subject = SCRIPT.to_owned();
    facts.names = vec![SCRIPT.to_owned()];
    let mut identity = nla::identity();
    identity.target.netbios_computer = Some(SCRIPT.to_owned());
    identity.target.dns_tree = Some(SCRIPT.to_owned());
    let story = Story::nla(Protocols::HYBRID).event(Event::Certificate(facts)).challenged_by(identity);
    let mut honest = document(&story.stalled());
    honest["target"]["host"] = json!(SCRIPT);
    honest["survey"] = survey_json::survey(&old_host());
    let mut all = everywhere(&honest, SCRIPT);
    all.push(honest);
    for document in all {
        let page = page(&[document.clone(), document]);
        let read = read(&page);
        for node in read.descendants().filter(roxmltree::Node::is_element) {
            let name = node.tag_name().name();
            assert!(!["script", "img"].contains(&name), "<{name}> in {page}");
            assert!(node.attributes().all(|one| !one.name().starts_with("on")), "{node:?}");
        }
        assert!(!page.contains("<script") && !page.contains("<img"));
        // Each place that has no text of ours holds what was said.
        assert!(page.contains("&lt;script&gt;alert(1)&lt;"), "{page}");
    }
    let page = super::Page::begin(Vec::new(), SCRIPT).unwrap().end().unwrap();
    assert!(!String::from_utf8(page).unwrap().contains("<script"));
}

/// One document for each field of `document` that has text in it, which is `text` there.
fn everywhere(document: &Value, text: &str) -> Vec<Value> {
    let mut all = Vec::new();
    for top in ["diagnosis", "host", "survey"] {
        let mut changed = document.clone();
        replace(&mut changed[top], text);
        all.push(changed);
    }
    let mut changed = document.clone();
    for entry in changed["transcript"]["entries"].as_array_mut().unwrap() {
        replace(entry, text);
    }
    all.push(changed);
    all
}

fn replace(value: &mut Value, text: &str) {
    match value {
        Value::String(old) => text.clone_into(old),
        Value::Array(all) => all.iter_mut().for_each(|one| replace(one, text)),
        Value::Object(all) => all.values_mut().for_each(|one| replace(one, text)),
        _ => {}
    }
}

#[test]
fn control_characters_are_shown() {
    let mut document = document(&denied());
    document["transcript"]["entries"][2]["fact"] = json!("a\u{0}b\u{1b}[2Jc\u{202e}d\u{ffff}e");
    let page = page(&[document]);
    read(&page);
    assert!(page.contains("a\\u{0}b\\u{1b}[2Jc\\u{202e}d\u{fffd}e"), "{page}");
}

#[test]
fn a_page_is_bounded_whatever_a_host_says() {
    let names: Vec<_> = (0..10_000).map(|number| format!("name-{number}.example")).collect();
    let long = "x".repeat(100_000);
    let story = Story::secured_as(Protocols::SSL, vec![CertificateProblem::NameMismatch]).stalled();
    let mut document = document(&story);
    document["survey"] = survey_json::survey(&old_host());
    let small = page(std::slice::from_ref(&document)).len();
    document["survey"]["certificates"] = json!([{
        "verdict": { "names": names, "checked_name": long, "problems": names },
        "chain": vec![json!({ "subject": long, "issuer": long, "extended_key_usage": names }); 20],
    }]);
    for key in ["signature_schemes", "groups"] {
        document["survey"]["tls"][key] = json!(vec![json!({ "name": "x".repeat(200) }); 5000]);
    }
    let finding = document["diagnosis"]["findings"][0].clone();
    document["diagnosis"]["findings"] = json!(vec![finding; 3000]);
    document["diagnosis"]["findings"][0]["evidence"] = json!(names);
    document["diagnosis"]["findings"][0]["title"] = json!(long);
    document["host"] = json!({ "identity": { "netbios_computer": long, "dns_computer": long, "version": long } });
    let entry =
        |fact: &str| json!({ "event": "message", "direction": "sent", "kind": "X", "stage": "tls", "fact": fact });
    let (short, long) = (entry("short"), entry(&long));
    let entries = (0..4000).map(|index| if index % 20 == 0 { long.clone() } else { short.clone() });
    document["transcript"]["entries"] = entries.collect();
    let page = page(&[document]);
    assert!(small < 60_000, "{small}");
    // 1000 rows, facts of 1000 characters, 100 findings, and lists that end.
    assert!(page.len() < 3_000_000, "{}", page.len());
    let page = read(&page);
    let weaknesses = survey_json::survey(&old_host())["weaknesses"].as_array().unwrap().len();
    assert_eq!((with(&page, "row").len(), with(&page, "finding").len()), (1001, 100 + weaknesses));
}

/// Whatever a field holds, and whether it is there, there is a page.
#[test]
fn nothing_that_is_missing_or_odd_is_an_error() {
    for odd in [json!(null), json!([]), json!({}), json!(5), json!("x"), json!({ "transcript": { "entries": 5 } })] {
        read(&page(&[odd]));
    }
    let mut whole = document(&Story::nla(Protocols::HYBRID).challenged_by(nla::identity()).stalled());
    whole["survey"] = survey_json::survey(&old_host());
    whole["transcript"]["entries"].as_array_mut().unwrap().truncate(4);
    let mut paths = Vec::new();
    paths_of(&whole, String::new(), &mut paths);
    assert!(paths.len() > 200, "{}", paths.len());
    let odd = [json!(null), json!("text"), json!(-1), json!([[], 7]), json!({ "is": 1 })];
    let mut page = super::Page::begin(Vec::new(), "odd").unwrap();
    for (path, odd) in paths.iter().zip(odd.iter().cycle()) {
        let mut document = whole.clone();
        *document.pointer_mut(path).unwrap() = odd.clone();
        page.host(&document).unwrap_or_else(|error| panic!("{path}: {error}"));
    }
    let page = String::from_utf8(page.end().unwrap()).unwrap();
    let options = roxmltree::ParsingOptions { allow_dtd: true, ..roxmltree::ParsingOptions::default() };
    roxmltree::Document::parse_with_options(&page, options).unwrap();
}

fn paths_of(value: &Value, path: String, all: &mut Vec<String>) {
    match value {
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(index, one)| paths_of(one, format!("{path}/{index}"), all));
        }
        Value::Object(map) => map.iter().for_each(|(key, one)| paths_of(one, format!("{path}/{key}"), all)),
        _ => {}
    }
    all.push(path);
}
