//! A password that a real client sends is nowhere in what comes out: logs, ladders, transcripts, JSON.
#![allow(clippy::expect_used, reason = "tests say what they expect")]

mod peers;

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Command, Stdio};
use std::time::Duration;

use badrdp::FakeServer;
use badrdp::client_probe::report;
use badrdp::proto::transcript::Event;
use badrdp::proto::vocab::MessageKind;
use peers::{Display, Peer, program, secret};

const LIMIT: Duration = Duration::from_secs(30);
const MARKER: &str = "Quizzaciously7";

/// Ends with the test, whatever becomes of it.
struct Served(std::process::Child);

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn assert_free_of_it(what: &str, output: &[u8]) {
    secret::assert_free_of(MARKER, what, output);
}

fn xfreerdp(display: &Display, addr: &str) -> Command {
    let mut command = display.command(&program("xfreerdp", "freerdp2-x11"));
    command.args([&format!("/v:{addr}"), "/u:a", &format!("/p:{MARKER}"), "/cert:ignore", "/sec:tls", "/size:640x480"]);
    command
}

#[test]
fn the_search_finds_what_it_looks_for() {
    let wide: Vec<u8> = MARKER.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for output in [MARKER.as_bytes().to_vec(), wide.clone(), format!("{wide:?}").into_bytes()] {
        assert!(std::panic::catch_unwind(|| assert_free_of_it("this", &output)).is_err());
    }
}

#[test]
fn no_transcript_holds_the_password() {
    let display = Display::start();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let (sender, active) = std::sync::mpsc::channel();
    let sender = std::sync::Mutex::new(sender);
    let options = badrdp::ServerOptions {
        observer: Some(std::sync::Arc::new(move |seen: &badrdp::Seen<'_>| {
            if seen.entry.event == Event::Activated {
                let _ = sender.lock().expect("no thread panics with the lock").send(());
            }
        })),
        ..badrdp::ServerOptions::default()
    };
    let scenario = badrdp::scenario("healthy/tls-1.2").expect("a built-in scenario");
    let server = runtime.block_on(FakeServer::start_with(scenario, options)).expect("a loopback port");
    let client = Peer::spawn(&mut xfreerdp(&display, &server.addr().to_string()));
    active.recv_timeout(LIMIT).expect("the session becomes active");
    drop(client);
    runtime.block_on(server.finished());

    let mut output = Vec::new();
    let mut client_infos = 0;
    for transcript in server.transcripts() {
        output.extend(format!("{transcript:?}\n{transcript:#?}\n").into_bytes());
        output.extend(report::json::transcript(&transcript).to_string().into_bytes());
        for entry in &transcript.entries {
            output.extend(report::ladder::line(entry).to_string().into_bytes());
            if let Event::Message { bytes, kind, .. } = &entry.event {
                client_infos += usize::from(*kind == MessageKind::ClientInfo);
                output.extend(bytes);
            }
        }
    }
    assert_eq!(client_infos, 1, "the client logged on");
    assert_free_of_it("a transcript", &output);
}

#[test]
fn no_log_holds_the_password() {
    let display = Display::start();
    let mut child = Command::new(env!("CARGO_BIN_EXE_badrdp"))
        .args(["serve", "healthy/tls-1.2", "--listen", "127.0.0.1:0"])
        .env("NO_COLOR", "1")
        .env("BADRDP_LOG", "trace")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map(Served)
        .expect("badrdp runs");
    let mut stderr = child.0.stderr.take().expect("piped");
    let log = std::thread::spawn(move || {
        let mut log = Vec::new();
        stderr.read_to_end(&mut log).expect("standard error can be read");
        log
    });
    let mut stdout = BufReader::new(child.0.stdout.take().expect("piped"));
    let mut seen = String::new();
    stdout.read_line(&mut seen).expect("a greeting");
    let addr = seen.trim().rsplit(' ').next().expect("an address").to_owned();
    let client = Peer::spawn(&mut xfreerdp(&display, &addr));
    while !seen.contains("session active") {
        assert_ne!(stdout.read_line(&mut seen).expect("text"), 0, "{seen}");
    }
    drop(client);
    child.0.kill().expect("it still runs");
    stdout.read_to_string(&mut seen).expect("text");
    let log = log.join().expect("the log's reader ends");
    assert!(seen.contains("ClientInfo"), "{seen}");
    assert!(log.windows(5).any(|word| word == b"TRACE"), "the log is as loud as it can be");
    assert_free_of_it("the ladder", seen.as_bytes());
    assert_free_of_it("the log", &log);
}
