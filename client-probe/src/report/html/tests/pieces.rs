//! What other pages are made of.

use serde_json::{Value, json};

use super::super::{Pieces, ladder_lines};
use super::{read, texts, with};

/// A server's record of two messages.
fn transcript() -> Value {
    let message = |direction: &str, kind: &str, fact: &str, altered: Value| {
        json!({
            "at_ms": 1.25, "stage": "connection-initiation", "event": "message", "direction": direction, "kind": kind,
            "length": 19, "fact": fact, "altered": altered,
        })
    };
    let asked = message("received", "X224ConnectionRequest", "offers <SSL>", json!([]));
    let answered = message("sent", "X224ConnectionConfirm", "selects SSL\u{1b}[2J", json!(["x224: truncated"]));
    json!({ "side": "server", "entries": [asked, answered, { "event": "peer-closed", "fact": "TCP FIN" }] })
}

#[test]
fn a_client_stands_on_the_left_and_what_it_sent_goes_to_the_right() {
    let drawn = Pieces::new().unwrap().ladder("Connection 1 of 2", &transcript()).unwrap();
    let read = read(&drawn);
    assert_eq!(texts(&with(&read, "heads")), ["client\nserver"]);
    assert!(drawn.contains("Connection 1 of 2, as the server saw it"), "{drawn}");
    let rows = |kind: &str| texts(&with(&read, kind)).into_iter().map(|row| row.replace('\n', " ")).collect::<Vec<_>>();
    let (sent, received) = (rows("sent"), rows("received"));
    assert!(sent[0].contains("X224ConnectionRequest") && sent[1].contains("closed by the peer"), "{sent:?}");
    assert!(received[0].contains("X224ConnectionConfirm") && received[0].contains("altered: x224"), "{received:?}");
}

#[test]
fn lines_say_what_the_drawing_says() {
    assert_eq!(
        ladder_lines(&transcript()),
        [
            "    1.2 ms → X224ConnectionRequest         19 B  offers <SSL>",
            "    1.2 ms ← X224ConnectionConfirm         19 B  selects SSL\\u{1b}[2J; altered: x224: truncated",
            "           → closed by the peer                  TCP FIN",
        ]
    );
    let mut long = transcript();
    long["entries"] = json!(vec![long["entries"][0].clone(); 1000]);
    long["entries"][0]["fact"] = json!("x".repeat(5000));
    let lines = ladder_lines(&long);
    assert_eq!((lines.len(), lines[200].as_str()), (201, "and 800 more"));
    assert!(lines.iter().all(|line| line.chars().count() < 300));
    for odd in [json!(null), json!([]), json!({ "entries": [5, null, {}] })] {
        assert!(ladder_lines(&odd).len() <= 3);
    }
}
