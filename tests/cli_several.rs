//! `badrdp probe` of several hosts: lists and ranges, how they are told, and that none harms another.
#![allow(clippy::expect_used, clippy::panic, reason = "tests say what they expect")]

mod peers;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use badrdp::proto::transcript::{Direction, Event, Transcript};
use badrdp::proto::vocab::MessageKind;
use badrdp::{FakeServer, ServerOptions};
use peers::Peer;
use serde_json::Value;

const LIMIT: Duration = Duration::from_secs(60);

/// Fake servers, each on a port of its own.
struct Servers {
    runtime: tokio::runtime::Runtime,
    all: Vec<FakeServer>,
}

impl Servers {
    fn start(ids: &[&str]) -> Self {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let start = |id: &&str| {
            let scenario = badrdp::scenario(id).expect("a built-in scenario");
            runtime.block_on(FakeServer::start(scenario)).expect("a loopback port")
        };
        let all = ids.iter().map(start).collect();
        Self { runtime, all }
    }

    fn address(&self, index: usize) -> String {
        self.server(index).addr().to_string()
    }

    fn server(&self, index: usize) -> &FakeServer {
        self.all.get(index).expect("one of the servers")
    }

    fn transcripts(&self, index: usize) -> Vec<Transcript> {
        self.runtime.block_on(self.server(index).finished());
        self.server(index).transcripts()
    }
}

fn badrdp(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_badrdp"));
    command.args(arguments).env("NO_COLOR", "1").env_remove("BADRDP_LOG");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = Peer::spawn(&mut badrdp(arguments)).wait(LIMIT);
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (status.code(), text(stdout), text(stderr))
}

/// A port of 127.0.0.1 at which nothing listens.
fn closed() -> String {
    TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr()).expect("a port").to_string()
}

#[test]
fn each_host_is_told_in_a_line_and_all_are_counted() {
    let servers = Servers::start(&["tls/key-unusable", "healthy/tls-1.3"]);
    let (broken, healthy, nobody) = (servers.address(0), servers.address(1), closed());
    let (code, stdout, stderr) = run(&["probe", &broken, &healthy, &nobody, &broken, "--survey", "none"]);
    assert_eq!((code, stderr.as_str()), (Some(1), ""), "{stdout}");
    let line = |host: &str| {
        let lines: Vec<_> = stdout.lines().filter(|line| line.contains(host)).collect();
        assert_eq!(lines.len(), 1, "{host} once in {stdout}");
        lines.concat()
    };
    assert!(line(&broken).starts_with("x ") && line(&broken).contains("tls-closed"), "{stdout}");
    assert!(line(&broken).contains("0x904/0x0"), "{stdout}");
    assert!(line(&healthy).starts_with("! ") && line(&healthy).contains("certificate-"), "{stdout}");
    assert!(line(&nobody).contains("connection-refused") && line(&nobody).contains("0x204/0x0"), "{stdout}");
    let summary = stdout.lines().find(|line| line.contains(" hosts in ")).expect("a summary");
    assert!(summary.ends_with("s: 0 fine, 2 with something wrong, 1 unreachable"), "{summary}");
    assert!(stdout.is_ascii(), "{stdout}");
    // A host that is named twice is probed once.
    assert_eq!(servers.transcripts(0).len(), 1);
}

#[test]
fn a_quick_probe_is_one_connection_up_to_the_settings() {
    let servers = Servers::start(&["healthy/tls-1.3", "healthy/nla/hybrid"]);
    let (plain, nla) = (servers.address(0), servers.address(1));
    let (_, stdout, _) = run(&["probe", &plain, &nla, "--quick", "--ndjson"]);
    let documents: Vec<Value> = stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(documents.len(), 3, "two hosts and a summary: {stdout}");
    assert!(documents.iter().all(|document| document.get("schema") == Some(&1.into())));
    let of = |address: &str| {
        let port = address.parse::<SocketAddr>().expect("an address").port();
        let is = |document: &&Value| document.pointer("/target/port") == Some(&port.into());
        documents.iter().find(is).unwrap_or_else(|| panic!("no document of {address}"))
    };
    assert!(of(&plain).pointer("/host/settings/io_channel").is_some_and(Value::is_u64), "{stdout}");
    assert!(of(&nla).pointer("/host/identity/netbios_computer").is_some_and(Value::is_string), "{stdout}");
    assert_eq!(documents.last().and_then(|last| last.pointer("/summary/hosts")), Some(&2.into()));
    for (index, last) in [(0, MessageKind::McsConnectInitial), (1, MessageKind::TsRequest)] {
        let transcripts = servers.transcripts(index);
        assert_eq!(transcripts.len(), 1, "one connection");
        let heard =
            transcripts.iter().flat_map(|transcript| &transcript.entries).filter_map(|entry| match entry.event {
                Event::Message { direction: Direction::Received, kind, .. } => Some(kind),
                _ => None,
            });
        assert_eq!(heard.last(), Some(last));
    }
}

#[test]
fn json_of_several_hosts_is_one_document_that_can_be_diagnosed_again() {
    let servers = Servers::start(&["tls/key-unusable", "healthy/tls-1.3"]);
    let directory = tempfile::tempdir().expect("a directory");
    for format in ["--json", "--ndjson"] {
        let (code, stdout, _) = run(&["probe", &servers.address(0), &servers.address(1), "--survey", "none", format]);
        assert_eq!(code, Some(1));
        if format == "--json" {
            let document: Value = serde_json::from_str(&stdout).expect("one document");
            assert_eq!(document.pointer("/hosts").and_then(Value::as_array).map(Vec::len), Some(2));
            assert_eq!(document.pointer("/summary/findings/tls-closed"), Some(&1.into()));
        }
        let file = directory.path().join("saved.json");
        std::fs::write(&file, &stdout).expect("a file");
        let (code, text, stderr) = run(&["diagnose", file.to_str().expect("UTF-8")]);
        assert_eq!(code, Some(1), "{stderr}");
        assert!(text.contains(&format!("Probed {}", servers.address(0))) && text.contains("[tls-closed]"), "{text}");
        assert!(text.contains(&format!("Probed {}", servers.address(1))), "{text}");
    }
}

#[test]
fn a_page_has_a_section_for_each_host() {
    let servers = Servers::start(&["tls/key-unusable", "healthy/tls-1.3"]);
    let directory = tempfile::tempdir().expect("a directory");
    let page = directory.path().join("report.html");
    let file = page.to_str().expect("UTF-8");
    let (code, _, stderr) = run(&["probe", &servers.address(0), &servers.address(1), "--quick", "--html", file]);
    assert_eq!((code, stderr.as_str()), (Some(1), ""));
    let html = std::fs::read_to_string(&page).expect("a page");
    assert_eq!(html.matches("<details").count(), 2);
    assert!(html.contains(&servers.address(0)) && html.contains("tls-closed") && html.contains("<svg"), "{html}");
    // What cannot be written is known before any host is asked.
    let (code, _, stderr) = run(&["probe", &servers.address(0), "--html", "/nonexistent/report.html"]);
    assert_eq!(code, Some(2));
    assert!(stderr.contains("/nonexistent/report.html"), "{stderr}");
    assert_eq!(servers.transcripts(0).len(), 1);
}

#[test]
fn lists_come_from_files_and_standard_input_and_mistakes_have_their_line() {
    let servers = Servers::start(&["tls/key-unusable"]);
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("hosts.txt");
    std::fs::write(&file, format!("# ours\n{}  in the cellar\n", servers.address(0))).expect("a file");
    let name = file.to_str().expect("UTF-8");
    let mut command = badrdp(&["probe", "-f", name, "-f", "-", "--quick"]);
    let mut child = Peer::spawn(command.stdin(Stdio::piped()));
    let nobody = closed();
    child.0.stdin.take().expect("piped").write_all(format!("\n{nobody}\n").as_bytes()).expect("it reads");
    let output = child.wait(LIMIT);
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(stdout.contains(&servers.address(0)) && stdout.contains(&nobody), "{stdout}");

    std::fs::write(&file, "pc1\n\nhttps://pc2\n").expect("a file");
    let (code, _, stderr) = run(&["probe", "-f", name]);
    assert_eq!(code, Some(2));
    assert!(stderr.contains("hosts.txt:3: give HOST or HOST:PORT, not a URL"), "{stderr}");
    let (code, _, stderr) = run(&["probe", "-f", "/nonexistent/hosts"]);
    assert_eq!(code, Some(2));
    assert!(stderr.contains("/nonexistent/hosts"), "{stderr}");
}

#[test]
fn empty_addresses_of_a_range_are_counted_and_no_fault() {
    let servers = Servers::start(&["tls/key-unusable"]);
    let port = servers.server(0).addr().port();
    let range = format!("127.0.0.0/29:{port}");
    let (code, stdout, _) = run(&["probe", &range, "--quick"]);
    assert_eq!(code, Some(1), "{stdout}");
    assert_eq!(stdout.lines().filter(|line| line.contains(&format!(":{port}"))).count(), 1, "{stdout}");
    assert!(stdout.contains("5 unreachable (5 of them are addresses of a range"), "{stdout}");
    let (_, stdout, _) = run(&["probe", &range, "--quick", "--full"]);
    assert_eq!(stdout.lines().filter(|line| line.starts_with("Probing ")).count(), 6, "{stdout}");
    // Nothing at all is there.
    let nobody = closed();
    let (code, stdout, _) = run(&["probe", &format!("127.0.0.2/31:{}", nobody.rsplit(':').next().expect("a port"))]);
    assert_eq!(code, Some(3), "{stdout}");
}

/// Accepts and says nothing; counts how many connections are open at the same time.
fn silent(listener: TcpListener, open: Arc<AtomicUsize>, most: Arc<AtomicUsize>) -> SocketAddr {
    let address = listener.local_addr().expect("a bound socket");
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let (open, most) = (Arc::clone(&open), Arc::clone(&most));
            std::thread::spawn(move || {
                most.fetch_max(open.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                let _ = stream.read_to_end(&mut Vec::new());
                open.fetch_sub(1, Ordering::SeqCst);
            });
        }
    });
    address
}

#[test]
fn a_host_has_one_connection_at_a_time_whatever_its_ports() {
    let (open, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let start = || {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        silent(listener, Arc::clone(&open), Arc::clone(&most)).to_string()
    };
    let hosts = [start(), start(), start()];
    let [a, b, c] = &hosts;
    let (code, stdout, _) = run(&["probe", a, b, c, "--timeout", "200ms", "--jobs", "8"]);
    assert_eq!(code, Some(1), "{stdout}");
    assert_eq!(stdout.lines().filter(|line| line.contains(" silent ")).count(), 3, "{stdout}");
    assert_eq!(most.load(Ordering::SeqCst), 1);
}

#[test]
fn a_host_that_stalls_holds_nobody_up_and_ctrl_c_tells_what_is_known() {
    let servers = Servers::start(&["healthy/tls-1.3"]);
    let listener = TcpListener::bind("127.0.0.2:0").expect("a port of the loopback network");
    let stalled = silent(listener, Arc::default(), Arc::default()).to_string();
    let mut command = badrdp(&["probe", &stalled, &servers.address(0), "--quick", "--timeout", "10m"]);
    let mut child = Peer::spawn(&mut command);
    let mut stdout = BufReader::new(child.0.stdout.take().expect("piped"));
    let mut first = String::new();
    stdout.read_line(&mut first).expect("the other host is told at once");
    assert!(first.contains(&servers.address(0)), "{first}");
    let interrupted = Command::new("kill").args(["-INT", &child.0.id().to_string()]).status().expect("kill runs");
    assert!(interrupted.success());
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).expect("it ends");
    assert!(rest.contains("1 not come to"), "{rest}");
    assert_eq!(child.wait(LIMIT).status.code(), Some(130));
}

#[test]
fn a_password_is_for_one_host() {
    let (code, stdout, stderr) = run(&["probe", "127.0.0.1:1", "127.0.0.1:2", "--user", "alice"]);
    assert_eq!((code, stdout.as_str()), (Some(2), ""));
    assert!(stderr.contains("locks the account"), "{stderr}");
}

/// A host that does NLA by today's clock.
fn nla() -> (tokio::runtime::Runtime, FakeServer) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let options = ServerOptions { now: SystemTime::now(), ticking: true, ..ServerOptions::default() };
    let scenario = badrdp::scenario("healthy/nla/hybrid").expect("a built-in scenario");
    let server = runtime.block_on(FakeServer::start_with(scenario, options)).expect("a loopback port");
    (runtime, server)
}

#[test]
fn a_host_that_comes_late_is_no_liar_about_the_time() {
    let (_runtime, nla) = nla();
    let listener = TcpListener::bind("127.0.0.2:0").expect("a port of the loopback network");
    let stalled = silent(listener, Arc::default(), Arc::default()).to_string();
    let (host, jobs) = (nla.addr().to_string(), ["--jobs", "1", "--timeout", "4s"]);
    let (_, stdout, _) = run(&[&["probe", &stalled, &host, "--quick", "--ndjson"][..], &jobs].concat());
    let documents = stdout.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let skews: Vec<_> = documents.filter_map(|one| one.pointer("/host/identity/skew")?.as_i64()).collect();
    let [skew] = skews.as_slice() else { panic!("one skew in {stdout}") };
    assert!(skew.unsigned_abs() <= 1, "{skew} s, behind a host that took 4");
}

#[test]
fn errands_are_for_one_host() {
    for (errand, why) in [("--follow", "credentials"), ("--accept-license", "licence server")] {
        let (code, _, stderr) = run(&["probe", "127.0.0.1:1", "127.0.0.1:2", errand]);
        assert_eq!(code, Some(2));
        assert!(stderr.contains("goes with one host") || stderr.contains("go with one host"), "{stderr}");
        assert!(stderr.contains(why), "{stderr}");
    }
}

#[test]
fn what_is_saved_of_a_range_is_judged_as_it_was() {
    let port = closed().rsplit(':').next().expect("a port").to_owned();
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("saved.ndjson");
    let (code, stdout, _) = run(&["probe", &format!("127.0.0.2/31:{port}"), "--quick", "--ndjson"]);
    std::fs::write(&file, &stdout).expect("a file");
    let (again, _, _) = run(&["diagnose", file.to_str().expect("UTF-8")]);
    assert_eq!((code, again), (Some(3), Some(3)));
    assert!(stdout.contains("\"by_range\":true"), "{stdout}");
    // With a host that works behind the range, its empty addresses are no fault.
    let (_runtime, nla) = nla();
    let pem = directory.path().join("ca.pem");
    std::fs::write(&pem, nla.ca_certificate_pem()).expect("a file");
    let range = format!("127.0.0.0/30:{}", nla.addr().port());
    let (code, stdout, _) = run(&["probe", &range, "--quick", "--ndjson", "--ca", pem.to_str().expect("UTF-8")]);
    std::fs::write(&file, &stdout).expect("a file");
    let (again, text, _) = run(&["diagnose", file.to_str().expect("UTF-8")]);
    assert_eq!((code, again), (Some(0), Some(0)), "{text}");
}

#[test]
fn a_stage_has_its_own_limit() {
    let servers = Servers::start(&["transport/stall/tls"]);
    let started = std::time::Instant::now();
    let (code, stdout, _) = run(&["probe", &servers.address(0), "--stage-timeout", "tls=300ms", "--timeout", "30s"]);
    assert_eq!(code, Some(1), "{stdout}");
    assert!(stdout.contains("300ms") && stdout.contains("broken at tls"), "{stdout}");
    assert!(started.elapsed() < Duration::from_secs(15), "{:?}", started.elapsed());
}

#[test]
fn addresses_of_the_other_family_are_not_tried() {
    let servers = Servers::start(&["healthy/tls-1.3"]);
    let (code, stdout, _) = run(&["probe", &servers.address(0), "--ipv6"]);
    assert_eq!(code, Some(3), "{stdout}");
    assert!(stdout.contains("only IPv4 addresses, and IPv6 was asked for"), "{stdout}");
    assert!(servers.server(0).transcripts().is_empty());
    let (code, _, _) = run(&["probe", &servers.address(0), "--ipv4", "--quick"]);
    assert_eq!(code, Some(1), "its certificate is nobody's");
}
