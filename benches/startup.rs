//! How long a server takes until it listens, by certificate and key (the aim is 30 ms), and with the whole
//! catalogue (the aim is 1 s).
//!
//! In the library: `FakeServer::start` until `addr()` is known. As a command: from the start of the
//! process `badrdp serve` to its first line, which names the port.
#![allow(clippy::print_stdout, reason = "the numbers are the result")]

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use badrdp_fake_server::FakeServer;
use badrdp_scenarios::model::{Certificate, Key};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Outcome<()> {
    let repeats = if std::env::args().any(|argument| argument == "--test") { 1 } else { 21 };
    println!("{} cores; median and slowest of {repeats}\n", std::thread::available_parallelism()?);
    println!("FakeServer::start                  median    slowest");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let healthy = badrdp_scenarios::find("healthy/tls-1.3").map_err(|near| format!("only {near:?}"))?;
    for key in [Key::Ecdsa, Key::Rsa] {
        for certificate in KINDS {
            let mut scenario = healthy.clone();
            (scenario.server.tls.certificate, scenario.server.tls.key) = (certificate, key);
            report(&format!("{certificate:?} {key:?}"), repeats, || {
                let scenario = scenario.clone();
                let start = Instant::now();
                let server = runtime.block_on(FakeServer::start(scenario))?;
                let addr = server.addr();
                let elapsed = start.elapsed();
                if addr.port() == 0 { Err("no port".into()) } else { Ok(elapsed) }
            })?;
        }
    }
    println!("\nbadrdp serve                       median    slowest");
    for id in ["healthy/tls-1.3", "healthy/rsa-key", "tls/certificate-expired"] {
        report(id, repeats, || serve(&[id]))?;
    }
    report("--all", repeats, || serve(&["--all"]))?;
    report("--all --one-port", repeats, || serve(&["--all", "--one-port"]))?;
    Ok(())
}

const KINDS: [Certificate; 7] = [
    Certificate::Good,
    Certificate::Expired,
    Certificate::NotYetValid,
    Certificate::WrongName,
    Certificate::SelfSigned,
    Certificate::UnknownCa,
    Certificate::NoServerAuth,
];

fn report(name: &str, repeats: usize, mut once: impl FnMut() -> Outcome<Duration>) -> Outcome<()> {
    let mut times = (0..repeats).map(|_| once()).collect::<Outcome<Vec<_>>>()?;
    times.sort_unstable();
    let median = times.get(times.len() / 2).copied().unwrap_or_default().as_secs_f64() * 1e3;
    let slowest = times.last().copied().unwrap_or_default().as_secs_f64() * 1e3;
    println!("{name:<30} {median:>7.2} ms {slowest:>7.2} ms");
    Ok(())
}

/// From the start of the process to the line that says where it listens.
fn serve(what: &[&str]) -> Outcome<Duration> {
    let start = Instant::now();
    let mut process = Command::new(env!("CARGO_BIN_EXE_badrdp"))
        .arg("serve")
        .args(what)
        .args(["--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .spawn()?;
    let mut line = String::new();
    let read = process.stdout.take().map(|stdout| BufReader::new(stdout).read_line(&mut line));
    let elapsed = start.elapsed();
    process.kill()?;
    process.wait()?;
    read.ok_or("no stdout")??;
    if line.contains(" on 127.0.0.1") { Ok(elapsed) } else { Err(format!("it said {line:?}").into()) }
}
