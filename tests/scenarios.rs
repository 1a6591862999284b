//! One test per scenario of the catalogue, over real sockets: the outcome is as its file says, and
//! both ladders and the diagnosis are as the snapshot says.
#![allow(clippy::expect_used, reason = "tests say what they expect")]

use std::time::Duration;

use badrdp::Scenario;
use badrdp::client_probe::{diagnose, report, saved};
use badrdp::proto::transcript::{Event, Transcript};
use badrdp::replay::{Options, Replay, replay};
use libtest_mimic::{Arguments, Failed, Trial};

fn main() {
    let arguments = Arguments::from_args();
    let Options { ipv6, .. } = Options::default();
    let trials = badrdp::scenarios::catalog()
        .iter()
        .map(|scenario| {
            // On a machine without IPv6 they cannot be tried: shown as left out, not as passed.
            let off = scenario.probe.ipv6 && !ipv6;
            Trial::test(scenario.id.clone(), move || check(scenario)).with_ignored_flag(off)
        })
        .collect();
    libtest_mimic::run(&arguments, trials).exit();
}

fn check(scenario: &Scenario) -> Result<(), Failed> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let replayed = runtime.block_on(replay(scenario, &Options::default()))?;
    let settings = settings();
    let name = scenario.id.replace('/', "__");
    settings.bind(|| insta::assert_snapshot!(name, picture(&replayed)));
    read_back(&replayed)?;
    if replayed.as_expected() { Ok(()) } else { Err(replayed.problems.join("\n").into()) }
}

/// What is saved of a probe and read back is diagnosed as it was live, in data and in text.
fn read_back(replayed: &Replay) -> Result<(), Failed> {
    let document = |transcript: &Transcript| report::json::report(transcript, &diagnose(transcript));
    let live = document(&replayed.client);
    let mut saved = saved::read(live.to_string().as_bytes())?;
    let read = saved.pop().ok_or("nothing was read back")?.transcript;
    if diagnose(&read) != replayed.diagnosis {
        return Err(format!("the diagnosis differs once read back: {:#?}", diagnose(&read)).into());
    }
    let (again, live) = (format!("{:#}", document(&read)), format!("{live:#}"));
    if let Some((again, live)) = again.lines().zip(live.lines()).find(|(again, live)| again != live) {
        return Err(format!("the document differs once read back:\n{live}\n{again}").into());
    }
    // Text has tenths of milliseconds, a saved transcript whole microseconds.
    let mut live = replayed.client.clone();
    in_microseconds(&mut live);
    let text =
        |transcript: &Transcript| report::text::report(transcript, &diagnose(transcript), report::text::Detail::Stages);
    if text(&read) == text(&live) { Ok(()) } else { Err("the text differs once read back".into()) }
}

/// Cuts every time to whole microseconds, those of the connections that follow too.
fn in_microseconds(transcript: &mut Transcript) {
    for entry in &mut transcript.entries {
        entry.at = Duration::from_micros(entry.at.as_micros() as u64);
        if let Event::Again(next) = &mut entry.event {
            in_microseconds(&mut next.transcript);
        }
    }
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
    for line in report::ladder::lines(&replayed.client) {
        text.push_str(&format!("  {line}\n"));
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
