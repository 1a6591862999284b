//! Chromium, which reads pages and says what it measures in them.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use super::{Peer, program};

/// What pages that are framed by `frames` (elements) post to their parent; all of them are files in `directory`.
pub(crate) fn posted(directory: &Path, frames: &str) -> Vec<Value> {
    let outer = "<!DOCTYPE html><style>iframe{border:0;height:600px}</style><body><script>\
                 addEventListener('message', event => { const line = document.createElement('pre'); \
                 line.textContent = 'measured ' + JSON.stringify(event.data); document.body.append(line); });</script>";
    std::fs::write(directory.join("outer.html"), format!("{outer}{frames}")).expect("a file");
    let profile = tempfile::tempdir().expect("a directory");
    let browser = Peer::spawn(
        Command::new(program("chromium", "chromium"))
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"])
            .args(["--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"])
            .args(["--virtual-time-budget=10000", "--window-size=1200,900", "--dump-dom"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg(format!("file://{}", directory.join("outer.html").display()))
            .env("HOME", profile.path())
            .stdin(Stdio::null())
            .stdout(std::fs::File::create(directory.join("dom")).expect("a file"))
            .stderr(std::fs::File::create(directory.join("log")).expect("a file")),
    );
    let ended = browser.wait(Duration::from_secs(120));
    let dom = std::fs::read_to_string(directory.join("dom")).expect("the page as it stands in the browser");
    let log = || std::fs::read_to_string(directory.join("log")).unwrap_or_default();
    assert!(ended.status.success() && !dom.is_empty(), "{}: {}", ended.status, log());
    let lines = dom.split("<pre>measured ").skip(1).filter_map(|rest| rest.split("</pre>").next());
    let unescaped = lines.map(|line| line.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"));
    unescaped.map(|line| serde_json::from_str(&line).expect("what the page measured")).collect()
}
