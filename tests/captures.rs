//! Captures, opened with the real tshark: what is in them is named, decrypted, and not malformed.
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests say what they expect")]

mod peers;

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::time::SystemTime;

use badrdp::capture::Capture;
use badrdp::client_probe::{Options as ProbeOptions, Target, probe};
use badrdp::proto::pdu::x224::Protocols;
use badrdp::proto::transcript::Event;
use badrdp::scenarios::model::Account;
use badrdp::{FakeServer, Scenario, ServerOptions};
use peers::served::{LIMIT, serve_with};
use peers::{Display, Peer, program};

/// A capture, the port that it is about, and what tshark is told about it.
struct Opened<'a> {
    file: &'a Path,
    port: u16,
    settings: Vec<String>,
}

impl<'a> Opened<'a> {
    /// As RDP inside TLS. Wireshark 4.0 decodes a port as one thing only: the two X.224 messages in front are not named.
    fn tls(file: &'a Path, port: u16) -> Self {
        Self::decoded(file, port, "tls")
    }

    /// As RDP without TLS.
    fn plain(file: &'a Path, port: u16) -> Self {
        Self::decoded(file, port, "tpkt")
    }

    fn decoded(file: &'a Path, port: u16, tcp: &str) -> Self {
        let [tcp, tls] = [format!("tcp.port=={port},{tcp}"), format!("tls.port=={port},tpkt")];
        Self { file, port, settings: ["-d".to_owned(), tcp, "-d".to_owned(), tls].to_vec() }
    }

    fn tshark(&self, arguments: &[&str]) -> String {
        let mut command = Command::new(program("tshark", "tshark"));
        // Nothing of the user's own configuration.
        command.env("HOME", self.file.with_file_name("home")).env_remove("SSLKEYLOGFILE");
        command.arg("-r").arg(self.file).args(["-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE"]);
        let output = command.args(&self.settings).args(arguments).output().expect("tshark runs");
        assert!(output.status.success(), "tshark {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text")
    }

    /// One field of the packets that pass a filter, a line each.
    fn field(&self, name: &str, filter: &str) -> String {
        self.tshark(&["-T", "fields", "-e", name, "-Y", filter])
    }

    /// Nothing in it is broken: no packet, no sequence of packets, no checksum.
    fn assert_sound(&self) {
        // Wireshark 4.0 wants what MS-RDPBCGR 2.2.1.11.1.1.1 leaves optional at the end of Client Info, and so finds
        // that of real clients malformed, too.
        let wrong = "tcp.analysis.flags || tcp.checksum.status != \"Good\" || ip.checksum.status == \"Bad\" \
                     || (_ws.malformed && !rdp.clientInfoPDU)";
        assert_eq!(self.tshark(&["-Y", wrong]), "");
    }

    /// RDP's messages of a whole session are there.
    fn assert_session(&self) {
        let text = self.tshark(&["-O", "rdp,t125"]);
        let parts = [
            "ClientData",
            "ServerData",
            "attachUserConfirm (11)",
            "clientInfoPDU",
            "validClientLicenseData",
            "Confirm Active PDU",
            "FontMap (40)",
        ];
        for part in parts {
            assert!(text.contains(part), "no {part} in\n{text}");
        }
    }

    /// Who ended the connection how: `FIN of 3389`, in order. `server` stands for the server's port.
    fn ends(&self) -> Vec<String> {
        let filter = "tcp.flags.fin == 1 || tcp.flags.reset == 1";
        let text = self.tshark(&["-Y", filter, "-T", "fields", "-e", "tcp.srcport", "-e", "tcp.flags.reset"]);
        let who = |port: &str| if port == self.port.to_string() { "server" } else { "client" };
        let row = |line: &str| {
            let (port, reset) = line.split_once('\t').expect("two fields");
            format!("{} of {}", if reset == "1" { "RST" } else { "FIN" }, who(port))
        };
        text.lines().map(row).collect()
    }
}

/// Captures of both sides in one directory.
struct Both {
    directory: tempfile::TempDir,
    port: u16,
}

impl Both {
    fn file(&self, side: &str) -> PathBuf {
        self.directory.path().join(side)
    }

    fn each(&self) -> [PathBuf; 2] {
        ["server", "client"].map(|side| self.file(side))
    }
}

fn capture(path: &Path) -> Arc<Capture> {
    Arc::new(Capture::new(SystemTime::now()).packets_to(path).expect("a file"))
}

/// The probe meets a scenario, and both sides are captured.
fn both(scenario: &str) -> Both {
    let directory = tempfile::tempdir().expect("a directory");
    let [server, client] = ["server", "client"].map(|side| capture(&directory.path().join(side)));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let scenario = badrdp::scenario(scenario).expect("a built-in scenario");
    let port = runtime.block_on(async {
        let options = ServerOptions { capture: Some(Arc::clone(&server)), ..ServerOptions::default() };
        let host = FakeServer::start_with(scenario, options).await.expect("a port");
        let target = Target { host: "127.0.0.1".to_owned(), port: host.addr().port() };
        let options =
            ProbeOptions { capture: Some(Arc::clone(&client)), ask_nla_required: true, ..ProbeOptions::default() };
        probe(&target, &options).await;
        host.finished().await;
        target.port
    });
    for capture in [server, client] {
        capture.finish().expect("all was written");
    }
    Both { directory, port }
}

/// The types of all handshake messages, in order.
fn handshake(opened: &Opened<'_>) -> String {
    opened.field("tls.handshake.type", "tls.handshake").trim().replace('\n', ",")
}

#[test]
fn a_tls_13_session_is_decrypted_from_the_file_alone() {
    let both = both("healthy/tls-1.3");
    for file in both.each() {
        let opened = Opened::tls(&file, both.port);
        opened.assert_sound();
        // Of these only the hellos are in the clear: certificate, its proof and both ends of the handshake are not.
        assert_eq!(handshake(&opened), "1,2,8,11,15,20,20");
        opened.assert_session();
        let protocols = opened.field("frame.protocols", "rdp");
        assert!(protocols.contains("raw:ip:tcp:tls:tpkt:cotp:t125"), "{protocols}");
        let x224 = Opened::plain(&file, both.port).tshark(&[]);
        assert!(x224.contains("Negotiate Request") && x224.contains("Negotiate Response"), "{x224}");
        assert_eq!(opened.ends().len(), 2, "{:?}", opened.ends());
        assert!(opened.ends().iter().all(|end| end.starts_with("FIN")), "{:?}", opened.ends());
    }
    // In one read with the licence, as clients do, Wireshark 4.0 does not name it.
    let file = both.file("server");
    assert!(Opened::tls(&file, both.port).tshark(&["-O", "rdp"]).contains("Demand Active PDU"));
    let heads = Opened::tls(&file, both.port).field("frame.comment", "frame.comment");
    assert_eq!(heads.trim(), "healthy/tls-1.3, connection 1 of its port");
}

#[test]
fn a_tls_12_session_is_decrypted_from_the_file_alone() {
    let both = both("healthy/tls-1.2");
    for file in both.each() {
        let opened = Opened::tls(&file, both.port);
        opened.assert_sound();
        assert_eq!(handshake(&opened), "1,2,11,12,14,16,20,20");
        opened.assert_session();
    }
}

#[test]
fn over_ipv6_it_is_the_same() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("server");
    let taken = capture(&file);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let port = runtime.block_on(async {
        let listen = "[::1]:0".parse().expect("an address");
        let options = ServerOptions { listen, capture: Some(Arc::clone(&taken)), ..ServerOptions::default() };
        let scenario = badrdp::scenario("healthy/tls-1.3").expect("a built-in scenario");
        let host = FakeServer::start_with(scenario, options).await.expect("a port");
        let target = Target { host: "::1".to_owned(), port: host.addr().port() };
        probe(&target, &ProbeOptions::default()).await;
        host.finished().await;
        target.port
    });
    taken.finish().expect("all was written");
    let opened = Opened::tls(&file, port);
    opened.assert_sound();
    opened.assert_session();
    assert_eq!(opened.field("frame.number", "!ipv6"), "");
}

#[test]
fn a_reset_is_a_reset_and_whose() {
    for scenario in ["transport/reset/connection-initiation", "transport/reset/attach-user"] {
        let both = both(scenario);
        for file in both.each() {
            let opened = Opened::tls(&file, both.port);
            assert_eq!(opened.ends(), ["RST of server"], "{scenario} {}", file.display());
            opened.assert_sound();
        }
    }
}

#[test]
fn a_fin_without_close_notify_is_seen_as_one() {
    let both = both("transport/close/tls");
    for file in both.each() {
        let opened = Opened::tls(&file, both.port);
        assert_eq!(opened.ends().first().map(String::as_str), Some("FIN of server"), "{}", file.display());
        assert_eq!(handshake(&opened), "1", "there was no ServerHello");
        opened.assert_sound();
    }
}

#[test]
fn each_connection_of_an_attempt_is_there_with_its_own_keys() {
    let both = both("healthy/nla/hybrid");
    for file in both.each() {
        let opened = Opened::tls(&file, both.port);
        opened.assert_sound();
        let streams = opened.field("tcp.stream", "tcp.flags.syn == 1 && tcp.flags.ack == 0");
        assert_eq!(streams, "0\n1\n", "the walk, and whether NLA is required");
        let names = opened.field("ntlmssp.challenge.target_name", "credssp");
        assert!(names.contains("EXAMPLE"), "{names}");
    }
}

fn xfreerdp(display: &Display, port: u16, arguments: &[&str]) -> Command {
    let mut command = display.command(&program("xfreerdp", "freerdp2-x11"));
    command.args([&format!("/v:127.0.0.1:{port}"), "/cert:ignore", "/size:640x480"]).args(arguments);
    command
}

/// A real client's session with this host, until it is active; then the client is ended.
fn session(scenario: Scenario, arguments: &[&str]) -> Both {
    let directory = tempfile::tempdir().expect("a directory");
    let taken = capture(&directory.path().join("server"));
    let display = Display::start();
    let served = serve_with(scenario, ServerOptions { capture: Some(Arc::clone(&taken)), ..ServerOptions::default() });
    let port = served.server.addr().port();
    let client = Peer::spawn(&mut xfreerdp(&display, port, arguments));
    served.await_event("the session becomes active", |event| *event == Event::Activated);
    drop(client);
    served.runtime.block_on(served.server.wait_finished(1));
    taken.finish().expect("all was written");
    Both { directory, port }
}

#[test]
fn xfreerdps_logon_by_nla_shows_the_password_that_it_delegates() {
    let mut scenario = badrdp::scenario("healthy/nla/hybrid").expect("a built-in scenario");
    let password = "Capture-Passw0rd!";
    scenario.server.accounts = vec![Account { password: password.to_owned(), ..Account::default() }];
    let both = session(scenario, &["/u:alice", "/d:EXAMPLE", &format!("/p:{password}"), "/sec:nla"]);
    let file = both.file("server");
    let opened = Opened::tls(&file, both.port);
    opened.assert_sound();
    opened.assert_session();
    assert_eq!(opened.field("ntlmssp.auth.username", "ntlmssp.auth.username"), "alice\n");
    // As the documents warn. FreeRDP has it in its Client Info as well as in CredSSP.
    assert_eq!(opened.field("rdp.password", "rdp.clientInfoPDU"), format!("{password}\n"));
}

#[test]
fn xfreerdps_session_without_tls_needs_no_keys() {
    let mut scenario = badrdp::scenario("healthy/tls-1.2").expect("a built-in scenario");
    scenario.server.security = Protocols::RDP;
    let both = session(scenario, &["/u:a", "/p:b", "/sec:rdp"]);
    let file = both.file("server");
    let opened = Opened::plain(&file, both.port);
    opened.assert_sound();
    opened.assert_session();
    let bytes = std::fs::read(&file).expect("the file");
    assert!(!bytes.windows(4).any(|window| window == b"KSLT"), "no block of keys");
}

fn badrdp(directory: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_badrdp"));
    command.current_dir(directory).args(arguments).env("NO_COLOR", "1").env_remove("SSLKEYLOGFILE");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// `badrdp serve` in a directory, stopped as a user does.
struct Serving {
    process: Peer,
    stdout: BufReader<std::process::ChildStdout>,
    port: u16,
}

impl Serving {
    fn start(command: &mut Command) -> Self {
        let mut process = Peer::spawn(command);
        let mut stdout = BufReader::new(process.0.stdout.take().expect("stdout was piped"));
        let mut line = String::new();
        stdout.read_line(&mut line).expect("a greeting");
        let port = line.trim().rsplit_once(':').and_then(|(_, port)| port.parse().ok());
        let port = port.unwrap_or_else(|| panic!("no port in {line:?}"));
        Self { process, stdout, port }
    }

    /// What it prints up to a line with this.
    fn until(&mut self, part: &str) {
        let mut seen = String::new();
        while !seen.lines().any(|line| line.contains(part)) {
            assert_ne!(self.stdout.read_line(&mut seen).expect("text"), 0, "{seen}");
        }
    }

    /// Ctrl-C; gives what it said on stderr.
    fn stop(mut self) -> String {
        let id = self.process.0.id().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().expect("kill runs").success());
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).expect("text");
        let output = self.process.wait(LIMIT);
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stderr).expect("text")
    }
}

#[test]
fn a_session_that_is_open_when_the_server_is_stopped_is_in_the_file_and_the_file_was_whole_before() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("served.pcapng");
    let arguments = ["serve", "healthy/tls-1.3", "--listen", "127.0.0.1:0", "--pcap", "served.pcapng"];
    let mut serving = Serving::start(&mut badrdp(directory.path(), &arguments));
    let opened = Opened::tls(&file, serving.port);
    let display = Display::start();
    let _client = Peer::spawn(&mut xfreerdp(&display, serving.port, &["/u:a", "/p:b", "/sec:tls"]));
    serving.until("session active");
    assert_eq!(opened.tshark(&[]), "", "readable, with nothing in it");
    let stderr = serving.stop();
    assert!(stderr.starts_with("note: served.pcapng holds the keys of the TLS sessions in it"), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    opened.assert_sound();
    opened.assert_session();
    assert!(opened.ends().contains(&"FIN of server".to_owned()), "{:?}", opened.ends());
}

#[test]
fn a_key_log_is_appended_to_and_opens_a_capture_that_has_no_keys() {
    let directory = tempfile::tempdir().expect("a directory");
    let (file, keys) = (directory.path().join("probed.pcapng"), directory.path().join("keys.log"));
    std::fs::write(&keys, "# of another program\n").expect("a file");
    let arguments = ["serve", "healthy/tls-1.3", "--listen", "127.0.0.1:0"];
    let mut serving = Serving::start(badrdp(directory.path(), &arguments).env("SSLKEYLOGFILE", "server-keys.log"));
    let target = format!("127.0.0.1:{}", serving.port);
    let arguments = ["probe", &target, "--survey", "none", "--pcap", "probed.pcapng"];
    let Output { stderr, .. } =
        badrdp(directory.path(), &arguments).env("SSLKEYLOGFILE", "keys.log").output().expect("badrdp runs");
    let stderr = String::from_utf8(stderr).expect("text");
    assert!(
        stderr.ends_with("note: SSLKEYLOGFILE is set: the keys of TLS sessions are appended to keys.log\n"),
        "{stderr}"
    );
    serving.until(" closed ");
    let port = serving.port;
    serving.stop();

    let text = std::fs::read_to_string(&keys).expect("the key log");
    assert!(text.starts_with("# of another program\nCLIENT_HANDSHAKE_TRAFFIC_SECRET "), "{text}");
    let server_keys = std::fs::read_to_string(directory.path().join("server-keys.log")).expect("the server's");
    assert_eq!(sorted(&server_keys), sorted(text.split_once('\n').expect("lines").1), "both have the same session");

    let bare = directory.path().join("bare.pcapng");
    let stripped = Command::new(program("editcap", "wireshark-common"))
        .arg("--discard-all-secrets")
        .args([&file, &bare])
        .env("HOME", directory.path())
        .stderr(Stdio::null())
        .status();
    assert!(stripped.expect("editcap runs").success());
    let mut opened = Opened::tls(&bare, port);
    assert_eq!(opened.tshark(&["-Y", "t125"]), "", "without keys nothing of RDP is seen");
    let option = format!("tls.keylog_file:{}", keys.display());
    opened.settings.extend(["-o".to_owned(), option]);
    opened.assert_session();
}

fn sorted(text: &str) -> Vec<&str> {
    let mut lines: Vec<_> = text.lines().collect();
    lines.sort_unstable();
    lines
}

#[test]
fn without_the_option_nothing_is_written_or_said() {
    let directory = tempfile::tempdir().expect("a directory");
    let serving =
        Serving::start(&mut badrdp(directory.path(), &["serve", "healthy/tls-1.3", "--listen", "127.0.0.1:0"]));
    let target = format!("127.0.0.1:{}", serving.port);
    let mut probing = badrdp(directory.path(), &["probe", &target]);
    // Set and empty is not set.
    let output = probing.env("SSLKEYLOGFILE", "").output().expect("badrdp runs");
    assert_eq!(String::from_utf8(output.stderr).expect("text"), "");
    assert_eq!(serving.stop(), "");
    assert_eq!(std::fs::read_dir(directory.path()).expect("a directory").count(), 0);
}

#[test]
fn a_file_that_cannot_be_written_is_named() {
    let directory = tempfile::tempdir().expect("a directory");
    let wrong: [(&[&str], &str); 2] = [(&["--pcap", "missing/file"], ""), (&[], "missing/file")];
    for command in [&["probe", "127.0.0.1:9"][..], &["serve", "healthy/tls-1.3", "--listen", "127.0.0.1:0"]] {
        for (arguments, keys) in wrong {
            let mut command = badrdp(directory.path(), &[command, arguments].concat());
            let output = command.env("SSLKEYLOGFILE", keys).output().expect("badrdp runs");
            assert_eq!(output.status.code(), Some(2));
            let stderr = String::from_utf8(output.stderr).expect("text");
            assert!(stderr.contains("cannot write missing/file: No such file or directory"), "{stderr}");
        }
    }
}

#[test]
fn a_survey_is_in_the_capture_connection_by_connection() {
    let directory = tempfile::tempdir().expect("a directory");
    let arguments = ["serve", "healthy/tls-1.3", "--listen", "127.0.0.1:0"];
    let serving = Serving::start(&mut badrdp(directory.path(), &arguments));
    let (port, target) = (serving.port, format!("127.0.0.1:{}", serving.port));
    let arguments = ["probe", &target, "--survey", "protocols", "--pcap", "probed.pcapng", "--json"];
    let output = badrdp(directory.path(), &arguments).output().expect("badrdp runs");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let made = report["survey"]["connections"].as_u64().expect("a number");
    serving.stop();
    let file = directory.path().join("probed.pcapng");
    let opened = Opened::tls(&file, port);
    let streams = opened.field("tcp.stream", "tcp.flags.syn == 1 && tcp.flags.ack == 0");
    assert!(made > 0);
    assert_eq!(streams.lines().count() as u64, made + 1, "the walk, and those of the survey");
    opened.assert_sound();
}
