//! One test per scenario of the catalogue, over real sockets: the outcome is as its file says, and
//! both ladders and the diagnosis are as the snapshot says.
#![allow(clippy::expect_used, reason = "tests say what they expect")]

use badrdp::Scenario;
use badrdp::client_probe::report;
use badrdp::replay::{Options, Replay, replay};
use libtest_mimic::{Arguments, Failed, Trial};

fn main() {
    let arguments = Arguments::from_args();
    let trials = badrdp::scenarios::catalog()
        .iter()
        .map(|scenario| Trial::test(scenario.id.clone(), move || check(scenario)))
        .collect();
    libtest_mimic::run(&arguments, trials).exit();
}

fn check(scenario: &Scenario) -> Result<(), Failed> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let replayed = runtime.block_on(replay(scenario, &Options::default()))?;
    let settings = settings();
    let name = scenario.id.replace('/', "__");
    settings.bind(|| insta::assert_snapshot!(name, picture(&replayed)));
    if replayed.as_expected() { Ok(()) } else { Err(replayed.problems.join("\n").into()) }
}

/// What both sides saw and what the probe made of it.
fn picture(replayed: &Replay) -> String {
    let mut text = String::new();
    for transcript in &replayed.server {
        text.push_str("server\n");
        for entry in &transcript.entries {
            text.push_str(&format!("  {}\n", report::ladder::line(entry)));
        }
    }
    text.push_str("probe\n");
    for entry in &replayed.client.entries {
        text.push_str(&format!("  {}\n", report::ladder::line(entry)));
    }
    text.push_str(&report::text::report(&replayed.client, &replayed.diagnosis, report::text::Detail::Stages));
    anstream::adapter::strip_str(&text).to_string()
}

/// The one place that masks what differs from run to run: times, ports, and TLS lengths that hang on signatures.
fn settings() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("snapshots/scenarios");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.add_filter(r" *\d+\.\d+ ms", " [time]");
    settings.add_filter(r"127\.0\.0\.1:\d+", "127.0.0.1:[port]");
    settings.add_filter(r"(?P<tls>Tls(Server|Client)Hello) +\d+ B", "$tls [length]");
    // A key added to a file moves the lines behind it; what a fault does stays the same.
    settings.add_filter(r"\(line \d+\)", "(line [n])");
    settings
}
