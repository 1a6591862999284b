//! How fast the probe is, beside nmap and sslyze on the same hosts in the same run.
//!
//! One host is xrdp on loopback, behind a port that counts connections. Many hosts are all addresses of a network
//! namespace of their own (`many`), where one server stands for each of them. Whatever is not installed is skipped.
#![allow(clippy::print_stdout, reason = "the numbers are the result")]

mod many;
mod measure;
#[path = "../../tests/peers/mod.rs"]
mod peers;

use std::path::PathBuf;

use measure::{Contender, Run, compare};
use peers::between::Counted;
use peers::hosts::xrdp;
use peers::sslyze;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// The argument with which the program calls itself in a namespace.
const INSIDE: &str = "--inside-namespace";

/// nmap's scripts about RDP, and about TLS.
const FIVE_SCRIPTS: &str = "+rdp-enum-encryption,+rdp-ntlm-info,+rdp-vuln-ms12-020,+ssl-cert,+ssl-enum-ciphers";

fn main() -> Outcome<()> {
    let given = |name: &str| std::env::args().any(|argument| argument == name);
    // `cargo bench -- --test` asks for one short round: that everything still works.
    let short = given("--test");
    let rounds = if short { 1 } else { 5 };
    if given(INSIDE) {
        return many::inside(rounds, short);
    }
    println!("{} cores; medians of {rounds}, in turns\n", std::thread::available_parallelism()?);
    match no_xrdp() {
        Some(why) => println!("one xrdp host: skipped because {why}\n"),
        None => one(rounds, short)?,
    }
    many::namespace(short)
}

/// Why there is no xrdp to be had.
fn no_xrdp() -> Option<String> {
    if let Some(missing) = ["xrdp", "openssl"].into_iter().find(|name| peers::find(name).is_none()) {
        return Some(format!("{missing} is not installed: apt-get install {missing}"));
    }
    let Ok(files) = std::fs::read_dir("/etc/xrdp") else { return Some("there is no /etc/xrdp".to_owned()) };
    let paths = files.filter_map(Result::ok).map(|entry| entry.path()).filter(|path| path.is_file());
    let closed = paths.into_iter().find(|path| std::fs::File::open(path).is_err())?;
    Some(format!("{} cannot be read", closed.display()))
}

/// One xrdp: the quick look, and all there is to know of protocols, TLS and certificates.
fn one(rounds: usize, short: bool) -> Outcome<()> {
    let host = xrdp(&[("security_layer", "negotiate"), ("crypt_level", "high")], false);
    let counted = Counted::in_front_of(host.port);
    let (port, address) = (counted.port.to_string(), format!("127.0.0.1:{}", counted.port));
    let nmap = peers::find("nmap");

    heading("One xrdp, a quick look", "connections");
    let mut contenders =
        vec![Contender::badrdp("probe --quick", &[&address]), Contender::badrdp("probe --survey none", &[&address])];
    contenders.extend(scripts(nmap.as_ref(), "rdp-enum-encryption", "+rdp-enum-encryption", &port));
    table(&compare(&mut contenders, rounds, Some(&counted))?, &contenders);

    heading("One xrdp: protocols, TLS, certificate", "connections");
    let mut contenders = vec![Contender::badrdp("probe --survey protocols,tls", &[&address])];
    if short {
        skipped("nmap, sslyze", "they take half a minute, and this is a test");
    } else {
        contenders.extend(scripts(nmap.as_ref(), "five scripts", FIVE_SCRIPTS, &port));
        match sslyze::find() {
            Some(sslyze) => contenders.push(Contender {
                // 1: the host is not what Mozilla recommends.
                codes: &[0, 1],
                ..Contender::new("sslyze --starttls rdp", &sslyze, &["--starttls", "rdp", "--quiet", &address])
            }),
            None => skipped("sslyze --starttls rdp", "it is not installed: tests/run does it"),
        }
    }
    table(&compare(&mut contenders, rounds, Some(&counted))?, &contenders);
    Ok(())
}

fn scripts(nmap: Option<&PathBuf>, what: &str, scripts: &str, port: &str) -> Option<Contender> {
    let name = format!("nmap {what}");
    let Some(nmap) = nmap else {
        skipped(&name, "it is not installed: apt-get install nmap");
        return None;
    };
    Some(Contender::new(&name, nmap, &["-Pn", "-n", "--script", scripts, "-p", port, "127.0.0.1"]))
}

fn heading(what: &str, last: &str) {
    println!("{what:<44} {:>9} {last:>12} {:>10}", "median", "peak");
}

fn skipped(what: &str, why: &str) {
    println!("  {what:<42} skipped because {why}");
}

fn table(runs: &[Run], contenders: &[Contender]) {
    for (run, contender) in runs.iter().zip(contenders) {
        row(&contender.name, run, &run.connections.to_string());
    }
    println!();
}

fn row(name: &str, run: &Run, last: &str) {
    let peak = run.peak.map_or_else(|| "?".to_owned(), |peak| format!("{:.1} MiB", peak as f64 / 1024.0));
    println!("  {name:<42} {:>7.3} s {last:>12} {peak:>10}", run.took.as_secs_f64());
}
