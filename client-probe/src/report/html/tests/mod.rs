#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests state what they expect")]

mod drawn;
mod hostile;
mod pieces;
mod several;

use badrdp_proto::transcript::Transcript;
use roxmltree::{Document, Node, ParsingOptions};
use serde_json::{Value, json};

use super::Page;
use crate::diagnose;
use crate::diagnosis::fixture::{ALL, Story, error_info, logon};
use crate::report::survey::tests::old_host;
use crate::report::{json, survey_json};

/// What `badrdp probe --json` prints.
fn document(transcript: &Transcript) -> Value {
    let mut document = json::report(transcript, &diagnose(transcript));
    document["target"] = json!({ "host": "192.0.2.7", "port": 3389 });
    document
}

fn denied() -> Transcript {
    Story::active().got(logon()).got(error_info(7)).closed(badrdp_proto::connect::CloseKind::Fin)
}

fn page(documents: &[Value]) -> String {
    let mut page = Page::begin(Vec::new(), "Probed 192.0.2.7").unwrap();
    for document in documents {
        page.host(document).unwrap();
    }
    String::from_utf8(page.end().unwrap()).unwrap()
}

/// Fails the test where a tag is not closed, or a name is there twice in one tag.
fn read(page: &str) -> Document<'_> {
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    Document::parse_with_options(page, options).unwrap_or_else(|error| panic!("{error}:\n{page}"))
}

/// The elements that have all of these classes.
fn with<'a>(document: &'a Document<'_>, classes: &str) -> Vec<Node<'a, 'a>> {
    let has = |node: &Node<'_, '_>, class| {
        node.attribute("class").is_some_and(|all| all.split_whitespace().any(|one| one == class))
    };
    let root = document.root();
    root.descendants().filter(|node| classes.split(' ').all(|class| has(node, class))).collect()
}

fn text(node: Node<'_, '_>) -> String {
    node.descendants().filter(Node::is_text).filter_map(|node| node.text()).collect::<String>().trim().to_owned()
}

fn texts(nodes: &[Node<'_, '_>]) -> Vec<String> {
    nodes.iter().map(|node| text(*node)).collect()
}

fn entries(document: &Value) -> &Vec<Value> {
    document["transcript"]["entries"].as_array().unwrap()
}

#[test]
fn every_finding_and_every_message_is_there() {
    let stories = [
        denied(),
        Story::secured().stalled(),
        Story::asked(ALL).stalled(),
        Story::active().drawn().done(),
        Story::unreachable(badrdp_proto::transcript::ConnectFailure::Refused),
    ];
    for story in stories {
        let document = document(&story);
        let page = page(std::slice::from_ref(&document));
        let page = read(&page);
        let shown = texts(&with(&page, "id"));
        for finding in document["diagnosis"]["findings"].as_array().unwrap() {
            let id = finding["id"].as_str().unwrap();
            assert!(shown.iter().any(|shown| shown.starts_with(id)), "{id} in {shown:?}");
        }
        let labels = texts(&with(&page, "label"));
        let kinds: Vec<_> = entries(&document).iter().filter_map(|entry| entry["kind"].as_str()).collect();
        assert!(kinds.iter().all(|kind| labels.iter().any(|label| label == kind)), "{kinds:?} in {labels:?}");
        let arrows = entries(&document).iter().filter(|entry| {
            let closes = ["peer-closed", "closed", "half-closed"].contains(&entry["event"].as_str().unwrap());
            closes || entry["direction"].is_string()
        });
        assert_eq!(with(&page, "arrow").len(), arrows.count());
        assert_eq!(with(&page, "row").len(), entries(&document).len() + with(&page, "row end").len());
    }
}

#[test]
fn a_finding_says_all_that_the_document_says() {
    let document = document(&denied());
    let page = page(std::slice::from_ref(&document));
    let page = read(&page);
    let finding = text(with(&page, "finding")[0]);
    let found = &document["diagnosis"]["findings"][0];
    for lines in ["evidence", "remedies"] {
        for line in found[lines].as_array().unwrap() {
            assert!(finding.contains(&line.as_str().unwrap().replace('`', "")), "{line} in {finding}");
        }
    }
    for cause in found["causes"].as_array().unwrap() {
        let said = format!("{}{}", cause["evidence"].as_str().unwrap(), cause["text"].as_str().unwrap());
        assert!(finding.contains(&said), "{said} in {finding}");
    }
    assert!(finding.contains("error code 0x904, extended code 0x7"), "{finding}");
    assert!(finding.contains(found["expected"].as_str().unwrap()), "{finding}");
}

#[test]
fn a_survey_is_shown_in_full() {
    let mut document = document(&denied());
    document["survey"] = survey_json::survey(&old_host());
    document["survey"]["certificates"] = json!([{
        "verdict": { "checked_name": "pc.corp.example", "problems": ["expired"], "names": ["pc", "pc.corp.example"] },
        "chain": [
            { "subject": "CN=pc", "issuer": "CN=ca", "not_before": 0, "not_after": 86400, "days_left": -3,
              "key": "RSA 1024", "signature": "sha1WithRSAEncryption", "self_issued": false, "sha256": "00ff" },
            { "subject": "CN=ca", "issuer": "CN=ca", "self_issued": true },
        ],
    }]);
    let page = page(std::slice::from_ref(&document));
    let page = read(&page);
    let survey = text(with(&page, "survey")[0]);
    for weakness in document["survey"]["weaknesses"].as_array().unwrap() {
        assert!(survey.contains(weakness["id"].as_str().unwrap()), "{weakness} in {survey}");
    }
    for version in document["survey"]["tls"]["versions"].as_array().unwrap() {
        assert!(survey.contains(version["version"].as_str().unwrap()));
        for suite in version["suites"].as_array().unwrap() {
            assert!(survey.contains(suite["name"].as_str().unwrap()), "{suite} in {survey}");
        }
    }
    for name in ["x25519", "secp256r1", "rsa_pkcs1_sha256", "pc.corp.example", "CN=ca", "00ff", "ended 3 days ago"] {
        assert!(survey.contains(name), "{name} in {survey}");
    }
    // What ends a connection is no row of the survey, and a host without one has no such part.
    assert_eq!(with(&read(&self::page(&[self::document(&denied())])), "survey").len(), 0);
}
