//! Many hosts: every address of the loopback interface of a network namespace, so that nothing leaves it.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader};
use std::net::Ipv4Addr;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::measure::{Contender, Run, compare};
use crate::peers::hosts::xrdp_at;
use crate::peers::{self, Peer, sslyze};
use crate::{INSIDE, Outcome, has, heading, row, skipped};

const PORT: u16 = 3390;
/// Hosts behind one xrdp, which forks for each connection.
const REAL: u32 = 64;
/// Hosts behind one fake server.
const FAKE: [u32; 3] = [100, 1_000, 10_000];

/// Runs [`inside`] in a new namespace.
pub(crate) fn namespace(short: bool) -> Outcome<()> {
    let unshared = |arguments: &[&str]| {
        let mut command = Command::new("unshare");
        // Who is not root may be it in there.
        command.args(["--map-root-user", "--net", "--"]).args(arguments);
        command
    };
    let why = if !has("--quick")? {
        Some("this badrdp has no --quick".to_owned())
    } else {
        match unshared(&["ip", "link", "set", "lo", "up"]).output() {
            Err(error) => Some(format!("unshare cannot be started: {error}")),
            Ok(output) if !output.status.success() => {
                Some(format!("there is no namespace to be had: {}", String::from_utf8_lossy(&output.stderr).trim()))
            }
            Ok(_) => None,
        }
    };
    if let Some(why) = why {
        println!("many hosts: skipped because {why}");
        return Ok(());
    }
    let own = std::env::current_exe()?.display().to_string();
    let status = unshared(&[&own, INSIDE, if short { "--test" } else { "--bench" }]).status()?;
    if status.success() { Ok(()) } else { Err(format!("in the namespace: {status}").into()) }
}

/// All that runs in the namespace.
pub(crate) fn inside(rounds: usize, short: bool) -> Outcome<()> {
    let up = Command::new("ip").args(["link", "set", "lo", "up"]).status()?;
    if !up.success() {
        return Err("the loopback interface stays down".into());
    }
    if let Some(missing) = ["xrdp", "openssl"].into_iter().find(|name| peers::find(name).is_none()) {
        println!("{REAL} xrdp hosts: skipped because {missing} is not installed\n");
    } else {
        real(if short { 4 } else { REAL }, rounds, short)?;
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
    let mut contenders = vec![Contender::badrdp("probe --quick", &["-f", &with_port])];
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
    println!();
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
        for run in compare(&mut contenders, rounds, None)? {
            row(&format!("{count} hosts, badrdp probe --quick --ndjson"), &run, &rate(*count, &run));
        }
    }
    Ok(())
}

fn rate(count: u32, run: &Run) -> String {
    format!("{:.0}", f64::from(count) / run.took.as_secs_f64())
}
