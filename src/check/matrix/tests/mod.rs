#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests state what they expect")]

mod hostile;
mod merged;
mod paged;
mod read;

use roxmltree::{Document, Node, ParsingOptions};
use serde_json::{Value, json};

use super::{Matrix, MergeError, Run, Source, merge, write};
use crate::check::Class;

/// What `badrdp check --json` prints of one case.
pub(super) fn case(id: &str, class: Class) -> Value {
    json!({
        "id": id,
        "summary": format!("what {id} is"),
        "spec": ["MS-RDPBCGR 2.2.1.2"],
        "tags": [],
        "expected": { "must": "disconnect", "should": null, "because": "it is broken (MS-RDPBCGR 2.2.1.2)" },
        "verdict": {
            "class": class.name(),
            "good": class.is_good(),
            "detail": format!("how it came to {class}"),
            "stage": "tls",
            "connections": 1,
            "time_to_detect_ms": 12.3,
            "said": [{ "reason": "tls", "words": "handshake failed", "error_info": 7 }],
            "right_reasons": ["certificate"],
        },
        "recorded": { "as_recorded": !class.is_bad(), "known": null, "listed": null },
        "outcome": {
            "end": "exited", "exit_code": 5, "signal": null, "core": null, "took_ms": 300.0,
            "stdout": "", "stderr": "first line\nlast line\n",
        },
        "command": ["client", "127.0.0.1:4000"],
        "shell": "client 127.0.0.1:4000",
        "started": 1_767_225_600,
        "connections": [transcript(id)],
        "leaks": [],
        "leak_lines": [],
    })
}

/// A server's transcript of two messages, whose second one says `fact`.
fn transcript(fact: &str) -> Value {
    let entry = |at: f64, direction: &str, kind: &str, fact: &str| {
        json!({
            "at_ms": at, "stage": "connection-initiation", "event": "message", "direction": direction, "kind": kind,
            "length": 19, "fact": fact, "altered": [],
        })
    };
    let entries = [
        entry(0.1, "received", "X224ConnectionRequest", "offers SSL"),
        entry(0.2, "sent", "X224ConnectionConfirm", fact),
    ];
    json!({ "side": "server", "entries": entries, "dropped": 0, "failure": null })
}

pub(super) fn run(name: &str, cases: Vec<Value>) -> Value {
    json!({
        "schema": 1,
        "kind": "check",
        "client": { "name": name, "about": "", "command": [name, "{host}:{port}"] },
        "badrdp": "0.1.0",
        "started": 1_767_225_600,
        "took_ms": 1500.0,
        "scenarios": cases,
        "summary": {},
    })
}

/// One case of each class.
fn every_class() -> Vec<Value> {
    Class::ALL.iter().map(|class| case(&format!("theme/{class}"), *class)).collect()
}

/// Does `look` with what runs come to; files are `0.json` and so on.
pub(super) fn merged<T>(runs: &[Value], look: impl FnOnce(Result<Matrix<'_>, MergeError>) -> T) -> T {
    let texts: Vec<_> = runs.iter().map(Value::to_string).collect();
    let mut sources = Vec::new();
    for (number, text) in texts.iter().enumerate() {
        let run = Run::read(text.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
        sources.push(Source { file: format!("{number}.json"), rename: None, run });
    }
    look(merge(sources))
}

fn page(runs: &[Value]) -> String {
    merged(runs, |matrix| String::from_utf8(write(Vec::new(), &matrix.unwrap(), "a matrix").unwrap()).unwrap())
}

/// Fails the test where a tag is not closed, or a name is there twice in one tag.
fn parsed(page: &str) -> Document<'_> {
    let options = ParsingOptions { allow_dtd: true, nodes_limit: u32::MAX, ..ParsingOptions::default() };
    Document::parse_with_options(page, options).unwrap_or_else(|error| panic!("{error}:\n{page}"))
}

/// The elements with this name that have this class.
fn with<'a>(document: &'a Document<'_>, name: &str, class: &str) -> Vec<Node<'a, 'a>> {
    let has = |node: &Node<'_, '_>| node.attribute("class").is_some_and(|all| all.split(' ').any(|one| one == class));
    document.descendants().filter(|node| node.tag_name().name() == name).filter(has).collect()
}

fn by_id<'a>(document: &'a Document<'_>, id: &str) -> Node<'a, 'a> {
    let mut all = document.descendants().filter(|node| node.attribute("id") == Some(id));
    let found = all.next().unwrap_or_else(|| panic!("nothing has the id {id}"));
    assert!(all.next().is_none(), "two elements have the id {id}");
    found
}

fn text(node: Node<'_, '_>) -> String {
    let all = node.descendants().filter(Node::is_text).filter_map(|node| node.text());
    all.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
}
