//! The matrix's web page in a real browser: that it fits, that cells open and close, that filters hide.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::indexing_slicing, reason = "tests say what they expect")]

mod peers;

use std::path::Path;

use badrdp::check::Class;
use badrdp::check::matrix::{self, Run, Source};
use peers::browser;
use serde_json::{Value, json};

/// Widths of a screen and of a telephone, in pixels.
const WIDTHS: [u32; 2] = [1000, 400];

/// What is measured in each page, from the inside.
const MEASURE: &str = r#"<script>
addEventListener("load", async () => {
  const box = element => element.getBoundingClientRect();
  const seen = selector => [...document.querySelectorAll(selector)].filter(element => box(element).width > 0).length;
  const outside = () => [...document.body.querySelectorAll("*")].filter(element => {
    const { left, right, width } = box(element);
    return width > 0 && !element.closest(".wide *") && (left < -1 || right > innerWidth + 1);
  }).map(element => element.tagName + "." + (element.getAttribute("class") || "") + " " + box(element).left + ".." + box(element).right);
  const over = () => [...document.querySelectorAll("td.cell")].filter(cell => {
    const word = cell.querySelector(".v");
    return box(word).width > 0 && box(word).right > box(cell).right + 1;
  }).map(cell => cell.textContent);
  const turned = act => new Promise(done => { addEventListener("hashchange", done, { once: true }); act(); });
  const said = { page: PAGE, width: innerWidth, outside: outside().slice(0, 5), over: over().slice(0, 5), rows: seen(".grid tbody tr") };
  said.shut = seen(".case");
  const cell = document.querySelector("td.cell a.bad");
  await turned(() => cell.click());
  const open = [...document.querySelectorAll(".case")].filter(one => box(one).width > 0);
  said.open = open.map(one => one.id);
  said.meant = cell.getAttribute("href").slice(1);
  said.arrows = open.length ? open[0].querySelectorAll(".arrow").length : 0;
  said.openOutside = outside().slice(0, 5);
  if (open.length) await turned(() => open[0].querySelector(".bar a").click());
  said.closed = seen(".case");
  const show = id => { const input = document.getElementById(id); if (input) input.checked = true; return seen(".grid tbody tr"); };
  said.bad = show("show-bad");
  said.differs = show("show-differs");
  said.themes = seen(".theme");
  said.loaded = performance.getEntriesByType("resource").length;
  parent.postMessage(said, "*");
});
</script>"#;

fn case(id: &str, class: Class, long: &str) -> Value {
    let entry = |direction: &str, kind: &str| {
        json!({
            "at_ms": 0.1, "stage": "connection-initiation", "event": "message", "direction": direction, "kind": kind,
            "length": 19, "fact": format!("{id} {long}"), "altered": ["a field of it"],
        })
    };
    let entries = [entry("received", "X224ConnectionRequest"), entry("sent", "X224ConnectionConfirm")];
    json!({
        "id": id,
        "summary": format!("a host that goes wrong {long}"),
        "spec": ["MS-RDPBCGR 2.2.1.2", "T.125 7"],
        "expected": { "must": "disconnect", "should": null, "because": "it has to" },
        "verdict": {
            "class": class.name(), "detail": format!("it came so {long}"), "stage": "tls", "connections": 1,
            "said": [{ "reason": "tls", "words": long, "error_info": null }], "right_reasons": ["tls"],
        },
        "recorded": { "as_recorded": !class.is_bad(), "known": null, "listed": "something else" },
        "outcome": { "end": "exited", "exit_code": 1, "took_ms": 12.5, "stdout": "", "stderr": format!("{long}\n{long}") },
        "command": ["client", long],
        "connections": [{ "side": "server", "entries": entries, "dropped": 0, "failure": null }],
        "leak_lines": [format!("leak: {long}")],
    })
}

/// The page of so many clients, of which the first does well in `b/` and the others do not.
fn page(clients: usize, long: &str) -> String {
    let runs = (0..clients).map(|client| {
        let all = Class::ALL.iter().map(|class| case(&format!("a/{class}"), *class, long));
        let class = if client == 0 { Class::AsRequired } else { Class::AcceptedBadServer };
        json!({
            "schema": 1, "kind": "check", "badrdp": "0.1.0", "started": 0, "took_ms": 1.0,
            "client": { "name": format!("client-{client}{long}"), "about": long, "command": [long] },
            "scenarios": all.chain([case("b/x", class, long)]).collect::<Vec<_>>(),
        })
    });
    let texts: Vec<_> = runs.map(|run| run.to_string()).collect();
    let source = |text| Source { file: "run.json".to_owned(), rename: None, run: Run::read(text).expect("a run") };
    let sources = texts.iter().map(|text| source(text.as_bytes())).collect();
    let matrix = matrix::merge(sources).expect("runs that go together");
    String::from_utf8(matrix::write(Vec::new(), &matrix, "a matrix").expect("a page")).expect("text")
}

fn measure(directory: &Path, pages: &[String]) -> Vec<Value> {
    let policy = "<meta http-equiv=\"Content-Security-Policy\"";
    let mut frames = String::new();
    for (number, page) in pages.iter().enumerate() {
        let with_script = |page: &str, number: usize| {
            page.replace("</head>", &format!("{}</head>", MEASURE.replace("PAGE", &number.to_string())))
        };
        assert_eq!(page.matches(policy).count(), 1);
        let open = with_script(&page.replace(policy, "<meta name=\"no-policy\""), number);
        std::fs::write(directory.join(format!("{number}.html")), open).unwrap();
        // With its policy the same page may not run what somebody put into it.
        std::fs::write(directory.join(format!("shut-{number}.html")), with_script(page, 1000 + number)).unwrap();
        for width in WIDTHS {
            frames.push_str(&format!("<iframe style=\"width:{width}px\" src=\"{number}.html\"></iframe>"));
        }
        frames.push_str(&format!("<iframe src=\"shut-{number}.html\"></iframe>"));
    }
    browser::posted(directory, &frames)
}

#[test]
fn the_matrix_fits_a_screen_and_a_telephone_and_its_cells_open() {
    let directory = tempfile::tempdir().unwrap();
    let long = format!(" {}", "x".repeat(240));
    let clients = [1, 2, 4, 8, 2];
    let pages = [page(1, ""), page(2, ""), page(4, ""), page(8, ""), page(2, &long)];
    let measured = measure(directory.path(), &pages);
    assert_eq!(measured.len(), pages.len() * WIDTHS.len(), "{measured:#?}");
    let bad = Class::ALL.iter().filter(|class| class.is_bad()).count();
    for one in &measured {
        assert_eq!(
            (&one["outside"], &one["over"], &one["openOutside"]),
            (&json!([]), &json!([]), &json!([])),
            "{one:#}"
        );
        assert_eq!((&one["shut"], &one["closed"], &one["loaded"]), (&json!(0), &json!(0), &json!(0)), "{one:#}");
        assert_eq!((&one["open"], &one["arrows"]), (&json!([one["meant"]]), &json!(2)), "{one:#}");
        let several = clients[usize::try_from(one["page"].as_u64().unwrap()).unwrap()] > 1;
        assert_eq!(one["rows"], Class::ALL.len() + 1, "{one:#}");
        assert_eq!(one["bad"], if several { bad + 1 } else { bad }, "{one:#}");
        // Of one client nothing differs, and there is no such filter.
        let (differs, themes) = if several { (1, 1) } else { (bad, 1) };
        assert_eq!((&one["differs"], &one["themes"]), (&json!(differs), &json!(themes)), "{one:#}");
    }
}
