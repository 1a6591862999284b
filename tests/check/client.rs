//! The mock client: the project's own probe, and around it what badly made clients do.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

use badrdp::client_probe::{Credentials, Options, Password, Roots, Target, diagnose, probe};
use badrdp::proto::pdu::x224::Protocols;
use badrdp::proto::vocab::Stage;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

/// The first argument of this program when it is to be a client.
pub(crate) const MARK: &str = "mock-client";

/// What the command line says.
struct Setting {
    behaviour: String,
    target: Target,
    options: Options,
}

pub(crate) fn main(words: &[String]) -> ExitCode {
    let [behaviour, host, port, user, password, domain, ca] = words else { panic!("seven words: {words:?}") };
    let port = port.parse().expect("a port");
    let root = CertificateDer::from_pem_file(Path::new(ca)).expect("the CA's certificate").to_vec();
    let credentials = Credentials { domain: domain.clone(), user: user.clone(), password: Password(password.clone()) };
    let options = Options {
        budget: Duration::from_secs(3),
        linger: Duration::from_secs(1),
        roots: Roots::Only(vec![root]),
        credentials: Some(credentials),
        ..Options::default()
    };
    let target = Target { host: host.clone(), port };
    let setting = Setting { behaviour: behaviour.clone(), target, options };
    run(setting)
}

fn run(Setting { behaviour, target, mut options }: Setting) -> ExitCode {
    match behaviour.as_str() {
        "never-connects" => {
            eprintln!("error: no display");
            ExitCode::from(9)
        }
        "hangs" => {
            let _open = connect(&target);
            forever()
        }
        "hangs-behind-the-end" => {
            drop(connect(&target));
            forever()
        }
        "crashes" => {
            let _open = connect(&target);
            std::process::abort()
        }
        "exits-as-if-it-crashed" => {
            walk(&target, &options);
            ExitCode::from(101)
        }
        "leaves" => {
            drop(connect(&target));
            ExitCode::from(1)
        }
        "sends-a-wrong-length" => {
            // X.224's length indicator says more than TPKT has room for.
            send(&mut connect(&target), &[&[3, 0, 0, 11, 0x20, 0xe0, 0, 0, 0, 0, 0]]);
            ExitCode::from(1)
        }
        "goes-on-with-a-wrong-length" => {
            let request = [3, 0, 0, 19, 14, 0xe0, 0, 0, 0, 0, 0, 1, 0, 8, 0, 1, 0, 0, 0];
            send(&mut connect(&target), &[&request, &[3, 0, 0, 8, 0x20, 0xf0, 0x80, 0x7f]]);
            ExitCode::from(1)
        }
        "leaves-a-child" => {
            let mut child = Command::new(std::env::current_exe().expect("this program"));
            child.args([MARK, "hangs", &target.host, &target.port.to_string(), "a", "b", ""]);
            child.arg(std::env::args().next_back().expect("the CA"));
            child.stdin(Stdio::null());
            let child = child.spawn().expect("a child");
            tell(child.id());
            drop(connect(&target));
            ExitCode::from(1)
        }
        "leaves-a-daemon" => {
            let mut daemon = Command::new("setsid");
            daemon.arg(std::env::current_exe().expect("this program"));
            daemon.args([MARK, "tells-its-id", &target.host, &target.port.to_string(), "a", "b", ""]);
            daemon.arg(std::env::args().next_back().expect("the CA")).stdin(Stdio::null());
            daemon.spawn().expect("setsid runs (Debian: util-linux)");
            // It has left the group once it can tell.
            let told = std::env::var_os("TELL").expect("the test says where to");
            while !Path::new(&told).exists() {
                std::thread::park_timeout(Duration::from_millis(10));
            }
            ExitCode::from(1)
        }
        "says-too-much" => {
            eprintln!("{}", "much ".repeat(10_000));
            drop(connect(&target));
            ExitCode::from(1)
        }
        "speaks-in-marks" => {
            eprintln!("größer → ✓ ✗ – ○ …");
            drop(connect(&target));
            ExitCode::from(1)
        }
        "tells-its-id" => {
            tell(std::process::id());
            let _open = connect(&target);
            forever()
        }
        "accepts" => {
            walk(&target, &options);
            ExitCode::SUCCESS
        }
        "accepts-and-logs-on" => {
            options.accept_certificate = true;
            walk(&target, &options);
            ExitCode::SUCCESS
        }
        "stays" => {
            options.linger = Duration::from_secs(60);
            walk(&target, &options);
            ExitCode::SUCCESS
        }
        "says-nothing" => {
            walk(&target, &options);
            ExitCode::from(1)
        }
        "reports-errinfo-7" => {
            walk(&target, &options);
            eprintln!("ERRINFO 0x7");
            ExitCode::from(7)
        }
        "reports-errinfo-c" => {
            walk(&target, &options);
            eprintln!("ERRINFO 0xc");
            ExitCode::from(12)
        }
        "blames-licensing" => {
            walk(&target, &options);
            eprintln!("reason: licence");
            ExitCode::from(1)
        }
        "warns" => {
            println!("the certificate is not good, go on? (yes/no)");
            let mut answer = String::new();
            let read = std::io::stdin().read_line(&mut answer);
            if read.is_err() || answer.trim() != "yes" {
                return ExitCode::from(1);
            }
            options.accept_certificate = true;
            walk(&target, &options);
            ExitCode::SUCCESS
        }
        "retries" => {
            walk(&target, &options);
            honest(&target, &options)
        }
        "falls-back" => {
            walk(&target, &options);
            options.protocols = Protocols::SSL;
            honest(&target, &options)
        }
        "offers-tls-alone" => {
            options.protocols = Protocols::SSL;
            honest(&target, &options)
        }
        "crashes-at-first" => {
            if told() {
                return honest(&target, &options);
            }
            tell(std::process::id());
            let _open = connect(&target);
            std::process::abort()
        }
        "accepts-at-first" => {
            if told() {
                return honest(&target, &options);
            }
            tell(std::process::id());
            walk(&target, &options);
            ExitCode::SUCCESS
        }
        "honest" => honest(&target, &options),
        "tells-the-password" => {
            let password = options.credentials.as_ref().map(|credentials| credentials.password.0.clone());
            eprintln!("error: {} was refused", password.unwrap_or_default());
            drop(connect(&target));
            ExitCode::from(1)
        }
        other => panic!("no behaviour is called {other}"),
    }
}

fn connect(target: &Target) -> TcpStream {
    TcpStream::connect((target.host.as_str(), target.port)).expect("the server listens")
}

/// Sends each frame once the one before is answered, and waits for the server's end.
fn send(connection: &mut TcpStream, frames: &[&[u8]]) {
    for frame in frames {
        connection.write_all(frame).expect("the server reads");
        let answered = connection.read(&mut [0; 512]).expect("the server answers, or ends the connection");
        if answered == 0 {
            return;
        }
    }
    while connection.read(&mut [0; 512]).is_ok_and(|read| read > 0) {}
}

fn forever() -> ! {
    loop {
        std::thread::park();
    }
}

/// Whether an earlier run has written what it tells.
fn told() -> bool {
    std::env::var_os("TELL").is_some_and(|path| Path::new(&path).exists())
}

/// Writes a process id to where the test reads it.
fn tell(id: u32) {
    let path = std::env::var_os("TELL").expect("the test says where to");
    let mut file = std::fs::File::create(Path::new(&path).with_extension("new")).expect("a file");
    write!(file, "{id}").expect("the file can be written");
    std::fs::rename(Path::new(&path).with_extension("new"), &path).expect("a file");
}

/// Where the handshake came to.
fn walk(target: &Target, options: &Options) -> badrdp::client_probe::Diagnosis {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    diagnose(&runtime.block_on(probe(target, options)))
}

/// A client that is satisfied with what the probe calls healthy, and says what it finds otherwise.
fn honest(target: &Target, options: &Options) -> ExitCode {
    let diagnosis = walk(target, options);
    // That nobody asked for the password is no reason to leave.
    let mut findings = diagnosis.findings.iter().filter(|finding| finding.id != "credentials-not-checked");
    let Some(finding) = findings.next() else { return ExitCode::SUCCESS };
    let reason = match (finding.id, finding.stage) {
        (id, _) if id.starts_with("certificate") || id == "credentials-withheld" => "certificate",
        (id, _) if id.starts_with("logon") => "logon",
        (_, Stage::Licensing) => "licence",
        (_, Stage::Tls) => "tls",
        (_, Stage::ConnectionInitiation) => "negotiation",
        _ => "protocol",
    };
    eprintln!("{}\nreason: {reason}", finding.title);
    ExitCode::from(1)
}
