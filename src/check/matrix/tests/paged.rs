//! What stands on the page.

use std::collections::BTreeSet;

use serde_json::json;

use super::{by_id, case, every_class, page, parsed, run, text, transcript, with};
use crate::check::Class;

#[test]
fn every_class_has_a_cell_of_its_own_a_count_and_a_case() {
    let page = page(&[run("client", every_class())]);
    let page = parsed(&page);
    let cells = with(&page, "td", "cell");
    assert_eq!(cells.len(), Class::ALL.len());
    let words: BTreeSet<_> = cells.iter().map(|cell| text(*cell)).collect();
    assert_eq!(words.len(), Class::ALL.len(), "each has words of its own: {words:?}");
    for class in Class::ALL {
        let of_class = |node: &roxmltree::Node<'_, '_>| node.attribute("title") == Some(class.name());
        let link = page.descendants().find(of_class).unwrap_or_else(|| panic!("no cell of {class}"));
        let opened = by_id(&page, link.attribute("href").unwrap().strip_prefix('#').unwrap());
        let said = text(opened);
        assert!(said.contains(&format!("how it came to {class}")), "{said}");
        assert!(said.contains("right reasons certificate the client said tls: \"handshake failed\", ERRINFO 0x7"));
        assert!(said.contains("time to detect 12 ms ended exit code 5 after 300 ms"), "{said}");
        assert!(said.contains("first line last line"), "{said}");
        assert!(said.contains("badrdp check theme/") && said.contains("client 127.0.0.1:4000"), "{said}");
        let tones = with(&page, "a", "good").len();
        assert_eq!(tones, Class::ALL.iter().filter(|class| class.is_good()).count());
    }
    // A link of the page leads to something that is there.
    for link in page.descendants().filter_map(|node| node.attribute("href")) {
        by_id(&page, link.strip_prefix('#').unwrap());
    }
}

#[test]
fn a_cell_that_was_not_run_opens_nothing() {
    let page = page(&[run("one", vec![case("a/x", Class::Refused)]), run("two", vec![case("a/y", Class::Hung)])]);
    let page = parsed(&page);
    let cells: Vec<_> = with(&page, "td", "cell").into_iter().map(text).collect();
    assert_eq!(cells, ["✓ refused", "· not run", "· not run", "✗ hung"]);
    assert_eq!((with(&page, "section", "case").len(), with(&page, "a", "none").len()), (2, 0));
}

#[test]
fn what_is_listed_is_marked() {
    let mut cases = every_class();
    cases.truncate(6);
    cases[3]["recorded"] = json!({ "as_recorded": false, "known": null, "listed": "hung" });
    cases[4]["recorded"] = json!({ "as_recorded": true, "known": "it is old", "listed": null });
    let page = page(&[run("client", cases), run("other", vec![case("theme/new", Class::Hung)])]);
    let page = parsed(&page);
    let tags = with(&page, "small", "tag").into_iter().map(text).collect::<BTreeSet<_>>();
    assert_eq!(tags, ["known", "new", "passes, listed"].map(str::to_owned).into(), "nothing is expected of the other");
    let opened: Vec<_> = with(&page, "section", "case").into_iter().map(text).collect();
    let with_words = |words: &str| opened.iter().filter(|case| case.contains(words)).count();
    assert_eq!((with_words("known failure it is old"), with_words("listed as hung")), (1, 1), "{opened:?}");
}

#[test]
fn the_same_messages_are_drawn_once() {
    let alike = |id: &str| {
        let mut case = case(id, Class::Hung);
        case["connections"] = json!([transcript("selects SSL"), transcript("selects SSL")]);
        case["connections"][0]["entries"][0]["at_ms"] = json!(id.len());
        case
    };
    let mut silent = case("a/silent", Class::NotApplicable);
    silent["connections"] = json!([]);
    let page = page(&[run("client", vec![alike("a/one"), alike("a/other"), case("a/third", Class::Hung), silent])]);
    let page = parsed(&page);
    assert_eq!(with(&page, "figure", "ladder").len(), 3, "two connections, and one of the third");
    let heads: Vec<_> = with(&page, "svg", "heads").into_iter().map(text).collect();
    assert_eq!(heads, ["client server"; 3]);
    assert_eq!(with(&page, "g", "sent").len(), 3, "what the client sent goes to the right");
    assert!(text(by_id(&page, "c1-0")).contains("The messages are those of a/one, client"));
    assert!(text(by_id(&page, "c2-0")).contains("There is no connection to draw."));
}

#[test]
fn a_reader_gets_from_one_bad_case_to_the_next() {
    let cases = ["a", "b", "c", "d"].map(|id| {
        let class = if id == "b" { Class::Refused } else { Class::Hung };
        case(&format!("x/{id}"), class)
    });
    let page = page(&[run("one", cases.to_vec()), run("two", vec![case("x/a", Class::Refused)])]);
    let page = parsed(&page);
    let links = |id: &str| -> Vec<String> {
        let bar = by_id(&page, id).descendants().filter(|node| node.attribute("href").is_some());
        bar.map(|node| format!("{} {}", text(node), node.attribute("href").unwrap())).collect()
    };
    assert_eq!(links("c0-0"), ["✕ close #r0", "next bad one → #c2-0", "✓ refused #c0-1"]);
    assert_eq!(links("c1-0"), ["✕ close #r1", "← bad one before #c0-0", "next bad one → #c2-0"]);
    assert_eq!(links("c3-0"), ["✕ close #r3", "← bad one before #c2-0"]);
}
