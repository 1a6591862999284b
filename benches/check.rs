//! What `badrdp check` costs over the whole catalogue, beside the clients that it drives (the aim is less than 5 % of their
//! processor time, and less than 5 minutes on 2 cores).
//!
//! A client's time is what the system counts for the programs that badrdp started and waited for: the client, what that
//! starts, and the one Xvfb of the run.
#![allow(clippy::print_stdout, reason = "the numbers are the result")]

#[path = "../tests/peers/mod.rs"]
mod peers;

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// Built-in profiles whose clients Debian has, with the program and its package.
const CLIENTS: [(&str, &str, &str); 2] =
    [("freerdp2", "xfreerdp", "freerdp2-x11"), ("rdesktop", "rdesktop", "rdesktop")];
/// How many ticks of `/proc/PID/stat` a second has on Linux.
const TICKS: f64 = 100.0;

fn main() -> Outcome<()> {
    let short = std::env::args().any(|argument| argument == "--test");
    let what: &[&str] = if short { &["tls/certificate-expired"] } else { &[] };
    println!("{} cores\n", std::thread::available_parallelism()?);
    println!("client        wall s   badrdp CPU s   clients' CPU s   share");
    for (client, program, package) in CLIENTS {
        if peers::find(program).is_some() {
            let Cost { took, own, children } = cost(client, what)?;
            let share = 100.0 * own / children;
            println!("{client:<10} {:>9.1} {own:>14.1} {children:>16.1} {share:>6.1}%", took.as_secs_f64());
        } else {
            println!("{client:<10} skipped: {program} is not installed: apt-get install {package}");
        }
    }
    Ok(())
}

struct Cost {
    took: Duration,
    /// Seconds that badrdp's process spent on a core.
    own: f64,
    /// The same of the programs that it started.
    children: f64,
}

fn cost(client: &str, what: &[&str]) -> Outcome<Cost> {
    let start = Instant::now();
    let mut process = Command::new(env!("CARGO_BIN_EXE_badrdp"))
        .arg("check")
        .args(what)
        .args(["--client", client, "--json"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let id = Pid::from_raw(i32::try_from(process.id())?).ok_or("no process")?;
    // What a process has spent can be read between its end and its being waited for.
    waitid(WaitId::Pid(id), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT)?;
    let took = start.elapsed();
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", process.id()))?;
    let status = process.wait()?;
    if !matches!(status.code(), Some(0 | 1)) {
        return Err(format!("badrdp check --client {client}: {status}").into());
    }
    // The name in the second field may have anything in it; behind its bracket comes the third.
    let (_, fields) = stat.rsplit_once(')').ok_or("an odd /proc/PID/stat")?;
    let spent: Vec<f64> = fields.split_whitespace().skip(11).take(4).map(str::parse).collect::<Result<_, _>>()?;
    let [user, system, children_user, children_system] = spent[..] else { return Err("a short /proc/PID/stat".into()) };
    Ok(Cost { took, own: (user + system) / TICKS, children: (children_user + children_system) / TICKS })
}
