//! `badrdp serve` as a user runs it.
#![allow(clippy::unwrap_used, reason = "tests state what they expect")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Output, Stdio};

fn badrdp(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_badrdp"));
    command.args(arguments).env("NO_COLOR", "1");
    command
}

/// Exit code, stdout, stderr of a run that ends by itself.
fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = badrdp(arguments).output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

#[test]
fn an_unknown_scenario_is_a_usage_error_with_the_nearest_ids() {
    let (code, stdout, stderr) = run(&["serve", "healthy/tls13"]);
    assert_eq!((code, stdout.as_str()), (Some(2), ""));
    assert!(stderr.contains("no scenario has the id `healthy/tls13`; near it: healthy/tls-1.3"), "{stderr}");
}

#[test]
fn a_port_in_use_is_said_plainly() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = taken.local_addr().unwrap().to_string();
    let (code, stdout, stderr) = run(&["serve", "healthy/tls-1.3", "--listen", &addr]);
    assert_eq!((code, stdout.as_str()), (Some(2), ""));
    assert!(stderr.contains(&format!("cannot listen on {addr}: the port is in use")), "{stderr}");
}

#[test]
fn an_address_that_is_none_is_answered_with_examples() {
    let (code, _, stderr) = run(&["serve", "healthy/tls-1.3", "--listen", "pc.corp.example:3390"]);
    assert_eq!(code, Some(2));
    assert!(stderr.contains("such as 127.0.0.1:3390"), "{stderr}");
}

#[test]
fn many_scenarios_take_the_ports_from_the_first_on_and_a_taken_one_is_named() {
    // Two ports in a row, of which the second is taken.
    let (addr, (code, stdout, stderr)) = loop {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = taken.local_addr().unwrap();
        let first = addr.port() - 1;
        let ran = run(&["serve", "tls/version-too-old", "--listen", &first.to_string()]);
        // Somebody else may have the first.
        if !ran.2.contains(&format!("127.0.0.1:{first}: the port is in use")) {
            break (addr, ran);
        }
    };
    assert_eq!((code, stdout.as_str()), (Some(2), ""));
    let expected = format!("tls/version-too-old/tls-1.1 cannot be served: cannot listen on {addr}: the port is in use");
    assert!(stderr.contains(&expected), "{stderr}");

    let (code, _, stderr) = run(&["serve", "tls", "--listen", "65530"]);
    assert_eq!(code, Some(2));
    assert!(stderr.contains("scenarios need as many ports, and 127.0.0.1:65530 has fewer behind it"), "{stderr}");
}

#[test]
fn filters_that_nothing_passes_and_a_missing_choice_are_usage_errors() {
    let (code, _, stderr) = run(&["serve", "tls", "--stage", "licensing"]);
    assert_eq!(code, Some(2));
    assert!(stderr.contains("no scenario passes all filters"), "{stderr}");
    let (code, _, stderr) = run(&["serve"]);
    assert_eq!(code, Some(2));
    assert!(stderr.contains("<ID>"), "{stderr}");
}

/// A server that was started and says where it listens.
#[cfg(unix)]
struct Serving {
    child: std::process::Child,
    stdout: BufReader<std::process::ChildStdout>,
    seen: String,
}

#[cfg(unix)]
impl Serving {
    fn start(arguments: &[&str]) -> Self {
        let mut child = badrdp(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        Self { child, stdout, seen: String::new() }
    }

    /// Reads on until a line says so.
    fn until(&mut self, wanted: impl Fn(&str) -> bool) -> &str {
        while !self.seen.lines().any(&wanted) {
            assert_ne!(self.stdout.read_line(&mut self.seen).unwrap(), 0, "{}", self.seen);
        }
        &self.seen
    }

    /// Ctrl-C; the value is what is said from then on.
    fn stop(mut self) -> String {
        let interrupted = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status().unwrap();
        assert!(interrupted.success());
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).unwrap();
        assert!(self.child.wait().unwrap().success());
        rest
    }
}

#[cfg(unix)]
#[test]
fn every_scenario_has_a_port_of_its_own_and_its_connections_its_code() {
    let mut serving = Serving::start(&["serve", "negotiation/no-data", "healthy/tls-1.3", "--listen", "0"]);
    let greeting = serving.until(|line| line.contains("Ctrl-C")).to_owned();
    assert!(greeting.starts_with("2 scenarios listen on 127.0.0.1\n"), "{greeting}");
    let row = greeting.lines().find(|line| line.contains("  negotiation/no-data  ")).unwrap();
    let cells: Vec<_> = row.split_whitespace().collect();
    let [port, code, ..] = cells.as_slice() else { unreachable!("{row}") };
    assert_eq!(*code, badrdp::scenario("negotiation/no-data").unwrap().code());

    let mut stream = TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
    stream.write_all(&[3, 0, 0, 19, 14, 0xe0, 0, 0, 0, 0, 0, 1, 0, 8, 0, 1, 0, 0, 0]).unwrap();
    let mut confirm = [0; 11];
    stream.read_exact(&mut confirm).unwrap();
    drop(stream);
    let label = format!("{code}#1 ");
    let seen = serving.until(|line| line.starts_with(&label) && line.contains(" closed  "));
    assert!(seen.contains(&format!("{label}< ")), "{seen}");
    assert!(serving.stop().contains("1 connection; the furthest ended in stage"));
}

#[cfg(unix)]
#[test]
fn once_a_client_is_gone_and_has_not_come_again_its_verdict_is_told() {
    let mut serving = Serving::start(&["serve", "tls/certificate-expired", "--listen", "127.0.0.1:0"]);
    let greeting = serving.until(|line| line.contains("Ctrl-C")).to_owned();
    let addr = greeting.lines().next().unwrap().rsplit(' ').next().unwrap().to_owned();
    // Two connections soon after each other are one attempt.
    for _ in 0..2 {
        let mut stream = TcpStream::connect(&addr).unwrap();
        stream.write_all(&[3, 0, 0, 19, 14, 0xe0, 0, 0, 0, 0, 0, 1, 0, 8, 0, 1, 0, 0, 0]).unwrap();
        let mut confirm = [0; 19];
        stream.read_exact(&mut confirm).unwrap();
    }
    let told = |line: &str| line.contains(" verdict: ");
    let seen = serving.until(told).to_owned();
    let line = seen.lines().find(|line| told(line)).unwrap();
    assert!(line.starts_with("#1-#2 verdict: retried-then-refused after 2 connections: ended at tls"), "{line}");
    assert!(serving.stop().contains("2 connections; the furthest ended in stage tls"));
}

#[test]
fn a_client_that_had_its_session_is_not_said_to_have_refused() {
    let mut serving = Serving::start(&["serve", "tls/certificate-expired", "--listen", "127.0.0.1:0"]);
    let greeting = serving.until(|line| line.contains("Ctrl-C")).to_owned();
    let addr = greeting.lines().next().unwrap().rsplit(' ').next().unwrap().to_owned();
    // The probe looks at the certificate, and goes on.
    let (_, report, _) = run(&["probe", &addr, "--survey", "none"]);
    assert!(report.contains(" active "), "{report}");
    let told = |line: &str| line.contains(" verdict: ");
    let seen = serving.until(told).to_owned();
    let line = seen.lines().find(|line| told(line)).unwrap();
    assert!(
        line.contains("verdict: unknown the session was up, and whether the client left it or its user did"),
        "{line}"
    );
    serving.stop();
}

#[test]
fn a_name_that_no_certificate_can_have_is_said_plainly() {
    let (code, _, stderr) = run(&["serve", "healthy/tls-1.3", "--listen", "127.0.0.1:0", "--name", "höst"]);
    assert_eq!(code, Some(2));
    assert!(stderr.contains("cannot make the certificate for höst"), "{stderr}");
}

#[cfg(unix)]
#[test]
fn it_serves_until_interrupted_and_shows_each_connection() {
    let mut child = badrdp(&["serve", "negotiation/no-data", "--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    let addr = line.trim().rsplit(' ').next().unwrap().to_owned();

    let mut stream = TcpStream::connect(&addr).unwrap();
    // A Connection Request that offers TLS.
    stream.write_all(&[3, 0, 0, 19, 14, 0xe0, 0, 0, 0, 0, 0, 1, 0, 8, 0, 1, 0, 0, 0]).unwrap();
    let mut confirm = [0; 11];
    stream.read_exact(&mut confirm).unwrap();
    assert_eq!(confirm, [3, 0, 0, 11, 6, 0xd0, 0, 0, 0x12, 0x34, 0], "no negotiation data");
    drop(stream);

    let mut seen = String::new();
    // The server's own close is its last word on a connection.
    let closed = |line: &str| line.contains(" closed ") && !line.contains("closed by the peer");
    while !seen.lines().any(closed) {
        assert_ne!(stdout.read_line(&mut seen).unwrap(), 0, "{seen}");
    }
    assert!(seen.contains("#1 <") && seen.contains("X224ConnectionConfirm"), "{seen}");

    let interrupted = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(interrupted.success());
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).unwrap();
    assert!(child.wait().unwrap().success());
    assert!(rest.contains("1 connection; the furthest ended in stage"), "{rest}");
}

#[cfg(unix)]
#[test]
fn behind_one_port_the_ladder_says_which_scenario_is_played_and_why() {
    let mut serving = Serving::start(&["serve", "--all", "--one-port", "--listen", "0"]);
    let greeting = serving.until(|line| line.contains("Ctrl-C")).to_owned();
    let (_, rest) = greeting.split_once(" scenarios listen on ").unwrap();
    let (addr, _) = rest.split_once(", named by the client").unwrap();
    let no_data = badrdp::scenario("negotiation/no-data").unwrap();
    let listed = |line: &str| line.starts_with(&format!("{}  negotiation/no-data  ", no_data.code()));
    assert!(greeting.lines().any(listed), "{greeting}");

    let mut stream = TcpStream::connect(addr).unwrap();
    let cookie = format!("Cookie: mstshash={}\r\n", no_data.code()).into_bytes();
    let length = u8::try_from(19 + cookie.len()).unwrap();
    let request =
        [&[3, 0, 0, length, length - 5, 0xe0, 0, 0, 0, 0, 0], &cookie[..], &[1, 0, 8, 0, 1, 0, 0, 0]].concat();
    stream.write_all(&request).unwrap();
    let mut confirm = [0; 11];
    stream.read_exact(&mut confirm).unwrap();
    drop(stream);
    let seen = serving.until(|line| line.starts_with("#1 ") && line.contains(" closed  "));
    let played = format!("negotiation/no-data, named by the cookie \"{}\"", no_data.code());
    assert!(seen.lines().any(|line| line.contains(" plays ") && line.ends_with(&played)), "{seen}");
    assert!(serving.stop().contains("1 connection; the furthest ended in stage"));
}
