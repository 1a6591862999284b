//! Many hosts: every address of the loopback interface of a network namespace, so that nothing leaves it.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader};
use std::net::Ipv4Addr;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::measure::{Contender, Run, compare};
use crate::peers::hosts::xrdp_at;
use crate::peers::{self, Peer, sslyze};
use crate::{INSIDE, Outcome, heading, no_xrdp, row, skipped};

const PORT: u16 = 3390;
const UP: [&str; 6] = ["ip", "link", "set", "dev", "lo", "up"];
/// Hosts behind one xrdp, which forks for each connection.
const REAL: u32 = 64;
/// Hosts behind one fake server.
const FAKE: [u32; 3] = [100, 1_000, 10_000];

/// Runs [`inside`] in a new namespace.
pub(crate) fn namespace(short: bool) -> Outcome<()> {
    // Who is not root may be it in there, but can read no more files than before.
    let ways = [&["--net", "--"][..], &["--map-root-user", "--net", "--"]];
    let works = |way: &&&[&str]| {
        let tried = Command::new("unshare").args(**way).args(UP).stderr(Stdio::null()).status();
        tried.is_ok_and(|status| status.success())
    };
    let Some(way) = ways.iter().find(works) else {
        println!(
            "many hosts: skipped because there is no network namespace to be had (unshare --net ip link set lo up)"
        );
        return Ok(());
    };
    let mut command = Command::new("unshare");
    command.args(*way).arg(std::env::current_exe()?).arg(INSIDE).args(short.then_some("--test"));
    let status = command.status()?;
    if status.success() { Ok(()) } else { Err(format!("in the namespace: {status}").into()) }
}

/// All that runs in the namespace.
pub(crate) fn inside(rounds: usize, short: bool) -> Outcome<()> {
    let [ip, up @ ..] = UP;
    if !Command::new(ip).args(up).status()?.success() {
        return Err("the loopback interface stays down".into());
    }
    match no_xrdp() {
        Some(why) => println!("{REAL} xrdp hosts: skipped because {why}\n"),
        None => real(if short { 4 } else { REAL }, rounds, short)?,
    }
    fake(if short { &[20] } else { &FAKE }, rounds)
}

/// The first addresses behind `first`, one a line; with the port where `port` says so.
fn addresses(file: &Path, first: Ipv4Addr, count: u32, port: bool) -> Outcome<String> {
    let mut text = String::new();
    for address in (u32::from(first)..).take(count as usize).map(Ipv4Addr::from) {
        if port { writeln!(text, "{address}:{PORT}")? } else { writeln!(text, "{address}")? }
    }
    std::fs::write(file, text)?;
    Ok(file.display().to_string())
}

fn real(count: u32, rounds: usize, short: bool) -> Outcome<()> {
    let directory = tempfile::tempdir()?;
    let first = Ipv4Addr::new(127, 0, 1, 1);
    let with_port = addresses(&directory.path().join("with-port"), first, count, true)?;
    let without = addresses(&directory.path().join("without"), first, count, false)?;
    let _host = xrdp_at(&format!("tcp://:{PORT}"), PORT, &[("security_layer", "negotiate")], false);
    heading(&format!("{count} hosts, one xrdp"), "hosts/s");
    let mut contenders = vec![Contender::badrdp("probe --quick --ndjson", &["-f", &with_port])];
    let told = told(&mut contenders)?;
    // So many as the one server behind all of them keeps waiting, and one that it serves.
    contenders.push(Contender::badrdp("probe --quick --jobs 3", &["-f", &with_port]));
    let port = PORT.to_string();
    match peers::find("nmap") {
        Some(nmap) => contenders.push(Contender::new(
            "nmap rdp-enum-encryption",
            &nmap,
            &["-Pn", "-n", "--script", "+rdp-enum-encryption", "-p", &port, "-iL", &without],
        )),
        None => skipped("nmap rdp-enum-encryption", "it is not installed: apt-get install nmap"),
    }
    match sslyze::find() {
        Some(_) if short => skipped("sslyze --certinfo", "it takes long, and this is a test"),
        Some(sslyze) => {
            let arguments =
                ["--starttls", "rdp", "--certinfo", "--mozilla_config=disable", "--quiet", "--targets_in", &with_port];
            contenders.push(Contender::new("sslyze --certinfo", &sslyze, &arguments));
        }
        None => skipped("sslyze --certinfo", "it is not installed: tests/run does it"),
    }
    let runs = compare(&mut contenders, rounds, None)?;
    for (run, contender) in runs.iter().zip(&contenders) {
        row(&contender.name, run, &rate(count, run));
    }
    match reached(told.path())? {
        fewest if fewest < count => println!("  badrdp reached {fewest} of {count} hosts in one of the rounds\n"),
        _ => println!(),
    }
    Ok(())
}

fn fake(counts: &[u32], rounds: usize) -> Outcome<()> {
    let mut server = Peer(
        Command::new(env!("CARGO_BIN_EXE_badrdp"))
            .args(["serve", "healthy/tls-1.3", "--listen", &format!("0.0.0.0:{PORT}")])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?,
    );
    // Its first line says that it listens; the rest is read so that it need not wait for a reader.
    let mut lines = BufReader::new(server.0.stdout.take().ok_or("no stdout")?);
    let mut line = String::new();
    lines.read_line(&mut line)?;
    if !line.contains(" on ") {
        return Err(format!("badrdp serve said {line:?}").into());
    }
    std::thread::spawn(move || std::io::copy(&mut lines, &mut std::io::sink()));
    heading("Hosts, one badrdp serve healthy/tls-1.3", "hosts/s");
    let directory = tempfile::tempdir()?;
    for count in counts {
        let file = addresses(&directory.path().join("hosts"), Ipv4Addr::new(127, 1, 0, 1), *count, true)?;
        let mut contenders = [Contender::badrdp("probe --quick --ndjson", &["-f", &file])];
        let told = told(&mut contenders)?;
        for run in compare(&mut contenders, rounds, None)? {
            row(&format!("{count} hosts, badrdp probe --quick --ndjson"), &run, &rate(*count, &run));
        }
        let fewest = reached(told.path())?;
        if fewest < *count {
            return Err(format!("{fewest} of {count} hosts were reached").into());
        }
    }
    Ok(())
}

/// Where badrdp, the first of the contenders, tells its results.
fn told(contenders: &mut [Contender]) -> Outcome<tempfile::NamedTempFile> {
    let file = tempfile::NamedTempFile::new()?;
    if let Some(badrdp) = contenders.first_mut() {
        badrdp.command.stdout(std::fs::OpenOptions::new().append(true).open(file.path())?);
    }
    Ok(file)
}

/// How many hosts were reached in the round that reached fewest: each ends with a summary.
fn reached(file: &Path) -> Outcome<u32> {
    let mut fewest = None;
    for line in BufReader::new(std::fs::File::open(file)?).lines() {
        let line: serde_json::Value = serde_json::from_str(&line?)?;
        let Some(summary) = line.get("summary") else { continue };
        let number = |key: &str| summary.get(key).and_then(serde_json::Value::as_u64).ok_or(format!("no {key}"));
        let reached = number("hosts")? - number("unreachable")? - number("failed")? - number("left")?;
        fewest = Some(fewest.unwrap_or(reached).min(reached));
    }
    Ok(u32::try_from(fewest.ok_or("badrdp printed no summary")?)?)
}

fn rate(count: u32, run: &Run) -> String {
    format!("{:.0}", f64::from(count) / run.took.as_secs_f64())
}
