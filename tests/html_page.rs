//! The report's web page in a real browser: what is drawn, that it fits, and that nothing in it is run.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::indexing_slicing, reason = "tests say what they expect")]

mod peers;

use std::path::Path;
use std::process::{Command, Output, Stdio};

use badrdp::{FakeServer, ServerOptions};
use peers::browser;
use serde_json::{Value, json};

/// Widths of a screen and of a telephone, in pixels.
const WIDTHS: [u32; 2] = [1000, 400];

/// What is measured in each page, from the inside.
const MEASURE: &str = r#"<script>
addEventListener("load", () => {
  const outside = [], over = [];
  for (const details of document.querySelectorAll("details")) details.open = true;
  const box = element => element.getBoundingClientRect();
  for (const element of document.body.querySelectorAll("*")) {
    const { left, right, width } = box(element);
    if (width > 0 && !element.closest(".wide *") && (left < -1 || right > innerWidth + 1))
      outside.push(element.tagName + "." + (element.getAttribute("class") || "") + " " + left + ".." + right);
  }
  for (const drawing of document.querySelectorAll(".rows")) {
    const host = box(drawing).left + box(drawing).width * 0.97;
    for (const row of drawing.querySelectorAll(".row")) {
      const [label, length] = [row.querySelector(".label"), row.querySelector(".length")];
      if (length && box(label).right > box(length).left) over.push("length over " + label.textContent);
      for (const text of row.querySelectorAll(".fact, .label"))
        if (box(text).width > 0 && box(text).right > host + 1) over.push("past the host: " + text.textContent);
      for (const time of row.querySelectorAll(".time"))
        if (box(time).left < box(drawing).left - 5) over.push("past the edge: " + time.textContent);
    }
  }
  const seen = selector => [...document.querySelectorAll(selector)].filter(element => box(element).width > 0).length;
  parent.postMessage({
    page: PAGE, width: innerWidth, arrows: seen(".arrow"), ends: seen(".row.end"), rows: seen(".row"),
    loaded: performance.getEntriesByType("resource").length, outside: outside.slice(0, 5), over: over.slice(0, 5),
    summary: document.querySelector(".summary") ? box(document.querySelector(".summary")).top : null,
    first: box(document.querySelector(".host")).top,
  }, "*");
});
</script>"#;

fn badrdp(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_badrdp")).args(arguments).stdin(Stdio::null()).output().expect("badrdp runs")
}

/// The page that `badrdp diagnose` makes of `document`.
fn page(directory: &Path, document: &[u8]) -> String {
    let (saved, page) = (directory.join("saved.json"), directory.join("saved.html"));
    std::fs::write(&saved, document).unwrap();
    let output = badrdp(&["diagnose", saved.to_str().unwrap(), "--html", page.to_str().unwrap()]);
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    std::fs::read_to_string(page).unwrap()
}

/// What a surveyed host's probe prints, which goes by a very long name.
fn surveyed() -> Vec<u8> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let scenario = badrdp::scenario("healthy/tls-1.3").expect("a built-in scenario");
    let server = runtime.block_on(FakeServer::start_with(scenario, ServerOptions::default())).expect("a loopback port");
    let output = badrdp(&["probe", &server.addr().to_string(), "--survey", "protocols,tls", "--json"]);
    let mut document: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert!(document["survey"]["tls"]["versions"].is_array(), "{document}");
    document["target"]["host"] = json!("x".repeat(240));
    document.to_string().into_bytes()
}

/// What the browser measures: a record for each page and width.
fn measure(directory: &Path, pages: &[String]) -> Vec<Value> {
    let mut frames = String::new();
    let policy = "<meta http-equiv=\"Content-Security-Policy\"";
    for (number, page) in pages.iter().enumerate() {
        let measured = |page: &str, number: usize| {
            page.replace("</head>", &format!("{}</head>", MEASURE.replace("PAGE", &number.to_string())))
        };
        assert_eq!(page.matches(policy).count(), 1);
        std::fs::write(
            directory.join(format!("{number}.html")),
            measured(&page.replace(policy, "<meta name=\"no-policy\""), number),
        )
        .unwrap();
        // With its policy the same page may not run what somebody put into it.
        std::fs::write(directory.join(format!("shut-{number}.html")), measured(page, 1000 + number)).unwrap();
        for width in WIDTHS {
            frames.push_str(&format!("<iframe style=\"width:{width}px\" src=\"{number}.html\"></iframe>"));
        }
        frames.push_str(&format!("<iframe src=\"shut-{number}.html\"></iframe>"));
    }
    browser::posted(directory, &frames)
}

#[test]
fn the_ladder_is_drawn_and_fits_a_screen_and_a_telephone() {
    let directory = tempfile::tempdir().unwrap();
    let denied = badrdp(&["run", "last-mile/server-denied-connection", "--json"]).stdout;
    let document: Value = serde_json::from_slice(&denied).expect("JSON");
    let entries = document["scenarios"][0]["client"]["entries"].as_array().unwrap();
    let ends = ["peer-closed", "closed", "half-closed", "undecodable", "not-a-frame", "no-close-notify"];
    let arrow = |entry: &&Value| entry["direction"].is_string() || ends.iter().any(|end| entry["event"] == *end);
    let expected = entries.iter().filter(arrow).count();
    assert!(expected > 20, "{expected}");
    let several = badrdp(&["run", "redirection", "nla/account-state", "tls/key-unusable", "--json"]).stdout;
    let pages: Vec<_> = [denied, several, surveyed()].iter().map(|document| page(directory.path(), document)).collect();
    let measured = measure(directory.path(), &pages);
    assert_eq!(measured.len(), pages.len() * WIDTHS.len(), "{measured:#?}");
    for one in &measured {
        assert_eq!((&one["outside"], &one["over"]), (&json!([]), &json!([])), "{one:#}");
        assert_eq!(one["loaded"], 0, "nothing beside the page is loaded: {one:#}");
        assert!(one["rows"].as_u64() > Some(20), "{one:#}");
    }
    for width in WIDTHS {
        let of = |page: usize| {
            let one = measured.iter().find(|one| one["page"] == page && one["width"] == width);
            one.expect("a record for each page and width")
        };
        assert_eq!((&of(0)["arrows"], &of(0)["ends"]), (&json!(expected), &json!(1)));
        // It is written last.
        assert!(of(1)["summary"].as_f64().expect("a summary") < of(1)["first"].as_f64().expect("a host"));
        assert!(of(0)["summary"].is_null() && of(2)["summary"].is_null());
    }
}
