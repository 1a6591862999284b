//! One run with real clients and a password of its own: a host that does NLA, `badrdp probe` and xfreerdp. The password
//! is searched for in everything that came out, and in the command line of every process on this machine.
#![allow(clippy::expect_used, reason = "tests say what they expect")]

mod peers;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex};

use badrdp::client_probe::report;
use badrdp::proto::transcript::Event;
use badrdp::scenarios::model::Account;
use peers::served::{LIMIT, serve_scenario};
use peers::{Display, Peer, program, secret, until};

const MARKER: &str = "Floccinaucical9";

const SCENARIO: &str = r#"
summary = "A host that does NLA"
spec = ["MS-CSSP 3.1.5"]
[server]
security = ["hybrid"]
[[server.account]]
user = "alice"
password = "MARKER"
[expect.probe]
stage = "nla"
finding = "nla-without-credentials"
[expect.client]
must = "connect"
because = "nothing is wrong (MS-CSSP 3.1.5)"
"#;

fn badrdp() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_badrdp"));
    command.env("NO_COLOR", "1").env("BADRDP_LOG", "trace,sspi=trace,rustls=trace");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// xfreerdp, which gets the password on standard input.
fn xfreerdp(display: &Display, addr: &str) -> Peer {
    let mut command = display.command(&program("xfreerdp", "freerdp2-x11"));
    command.args([&format!("/v:{addr}"), "/u:alice", "/d:EXAMPLE", "/from-stdin", "/cert:ignore", "/sec:nla"]);
    let mut client = Peer::spawn(command.arg("/size:640x480").stdin(Stdio::piped()));
    let mut stdin = client.0.stdin.take().expect("piped");
    stdin.write_all(format!("{MARKER}\n").as_bytes()).expect("it reads");
    client
}

/// What the server writes, while it runs.
struct Output {
    all: Arc<Mutex<Vec<u8>>>,
    reader: std::thread::JoinHandle<()>,
}

impl Output {
    fn collect(mut pipe: impl std::io::Read + Send + 'static) -> Self {
        let all = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&all);
        let reader = std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = pipe.read(&mut bytes) {
                sink.lock().expect("no thread panics with it").extend(bytes.iter().take(count));
            }
        });
        Self { all, reader }
    }

    fn so_far(&self) -> String {
        String::from_utf8_lossy(&self.all.lock().expect("no thread panics with it")).into_owned()
    }

    /// All of it, once the process has ended.
    fn whole(self) -> Vec<u8> {
        self.reader.join().expect("it only reads");
        std::mem::take(&mut *self.all.lock().expect("no thread panics with it"))
    }
}

/// The greeting of `serve`, which shows the file's test accounts on purpose: its address, and nothing else kept.
fn greeting(stdout: &mut BufReader<ChildStdout>) -> String {
    let mut lines = stdout.by_ref().lines().map(|line| line.expect("text"));
    let first = lines.next().expect("a greeting");
    assert!(lines.any(|line| line.trim_start().starts_with("stop with")), "the greeting has an end");
    first.rsplit(' ').next().expect("an address").to_owned()
}

/// The command lines of all processes that can be read.
fn command_lines() -> Vec<u8> {
    let processes = std::fs::read_dir("/proc").expect("Linux").filter_map(Result::ok);
    processes.filter_map(|process| std::fs::read(process.path().join("cmdline")).ok()).flatten().collect()
}

fn serve(directory: &std::path::Path) -> Peer {
    let (file, ca) = (directory.join("host.toml"), directory.join("ca.pem"));
    std::fs::write(&file, SCENARIO.replace("MARKER", MARKER)).expect("a file");
    let mut command = badrdp();
    command.arg("serve").arg("--file").arg(file).args(["--listen", "127.0.0.1:0", "--write-ca"]).arg(ca);
    Peer::spawn(&mut command)
}

#[test]
fn no_log_no_report_and_no_command_line_holds_the_password() {
    let display = Display::start();
    let directory = tempfile::tempdir().expect("a temporary directory");
    let mut server = serve(directory.path());
    let child: &mut Child = &mut server.0;
    let log = Output::collect(child.stderr.take().expect("piped"));
    let mut stdout = BufReader::new(child.stdout.take().expect("piped"));
    let addr = greeting(&mut stdout);
    let ladder = Output::collect(stdout);

    let client = xfreerdp(&display, &addr);
    until("xfreerdp's session becomes active", LIMIT, || ladder.so_far().contains("session active"));
    secret::assert_free_of(MARKER, "a command line", &command_lines());
    drop(client);

    for detail in ["--json", "--verbose"] {
        let mut probe = badrdp();
        probe.args(["probe", &addr, "--user", "alice", detail, "--ca"]).arg(directory.path().join("ca.pem"));
        let output = probe.env("BADRDP_PASSWORD", MARKER).output().expect("badrdp runs");
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
        secret::assert_free_of(MARKER, detail, &output.stdout);
        secret::assert_free_of(MARKER, "the probe's log", &output.stderr);
    }

    until("three clients gave it the password", LIMIT, || ladder.so_far().matches("in TSCredentials").count() == 3);
    drop(server);
    let (ladder, log) = (ladder.whole(), log.whole());
    assert!(log.windows(5).any(|word| word == b"TRACE"), "the log is as loud as it can be");
    secret::assert_free_of(MARKER, "the ladder", &ladder);
    secret::assert_free_of(MARKER, "the server's log", &log);
}

#[test]
fn no_transcript_of_a_logon_holds_the_password() {
    let display = Display::start();
    let mut scenario = badrdp::scenario("healthy/nla/hybrid").expect("a built-in scenario");
    scenario.server.accounts = vec![Account { password: MARKER.to_owned(), ..Account::default() }];
    let served = serve_scenario(scenario);
    let client = xfreerdp(&display, &served.server.addr().to_string());
    served.await_event("the session becomes active", |event| *event == Event::Activated);
    drop(client);
    served.runtime.block_on(served.server.wait_finished(1));

    let mut output = format!("{:?}", served.server.disclosures()).into_bytes();
    let mut logons = 0;
    for transcript in served.server.transcripts() {
        output.extend(format!("{transcript:?}\n{transcript:#?}\n").into_bytes());
        output.extend(report::json::transcript(&transcript).to_string().into_bytes());
        for entry in &transcript.entries {
            output.extend(report::ladder::line(entry).to_string().into_bytes());
            match &entry.event {
                Event::Delegated(delegated) => {
                    logons += 1;
                    assert_eq!(delegated.secret_length, MARKER.len(), "it was this password");
                }
                Event::Message { bytes, .. } => output.extend(bytes),
                _ => {}
            }
        }
    }
    assert_eq!(logons, 1, "the client logged on");
    secret::assert_free_of(MARKER, "a transcript", &output);
}
