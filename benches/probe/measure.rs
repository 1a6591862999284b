//! Programs run side by side: time, peak memory, connections.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::Outcome;
use crate::peers::between::Counted;

/// A program and what it is given.
pub(crate) struct Contender {
    pub(crate) name: String,
    pub(crate) command: Command,
    /// Exit codes that mean that it did what it was asked for.
    pub(crate) codes: &'static [i32],
}

impl Contender {
    pub(crate) fn new(name: &str, program: &Path, arguments: &[&str]) -> Self {
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Self { name: name.to_owned(), command, codes: &[0] }
    }

    /// `badrdp` with the options in `what`, and what is not worth a name. Its exit code 1 is a verdict about the host;
    /// 2 and 3 mean that there is none.
    pub(crate) fn badrdp(what: &str, more: &[&str]) -> Self {
        let arguments: Vec<_> = what.split(' ').chain(more.iter().copied()).collect();
        let new = Self::new(&format!("badrdp {what}"), Path::new(env!("CARGO_BIN_EXE_badrdp")), &arguments);
        Self { codes: &[0, 1], ..new }
    }
}

/// What one run cost.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Run {
    pub(crate) took: Duration,
    /// Connections that came by the counting port.
    pub(crate) connections: u32,
    /// Peak of the resident set, KiB, looked at every few milliseconds; none where there is no /proc.
    pub(crate) peak: Option<u64>,
}

/// Runs every contender so many times, in turns; the median run of each, by time.
pub(crate) fn compare(contenders: &mut [Contender], rounds: usize, counted: Option<&Counted>) -> Outcome<Vec<Run>> {
    let mut runs = vec![Vec::new(); contenders.len()];
    for _ in 0..rounds {
        for (contender, runs) in contenders.iter_mut().zip(&mut runs) {
            counted.map(Counted::take);
            let run = once(contender)?;
            runs.push(Run { connections: counted.map_or(0, Counted::take), ..run });
        }
    }
    for runs in &mut runs {
        runs.sort_by_key(|run| run.took);
    }
    Ok(runs.iter().map(|runs| runs.get(runs.len() / 2).copied().unwrap_or_default()).collect())
}

fn once(contender: &mut Contender) -> Outcome<Run> {
    let start = Instant::now();
    let mut process = contender.command.spawn()?;
    let file = format!("/proc/{}/status", process.id());
    let mut peak = None;
    let status = loop {
        if let Some(status) = process.try_wait()? {
            break status;
        }
        peak = high_water(&file).or(peak);
        std::thread::park_timeout(Duration::from_millis(2));
    };
    let took = start.elapsed();
    if !status.code().is_some_and(|code| contender.codes.contains(&code)) {
        return Err(format!("{}: {status}", contender.name).into());
    }
    Ok(Run { took, connections: 0, peak })
}

/// VmHWM of a process' status.
fn high_water(file: &str) -> Option<u64> {
    let text = std::fs::read_to_string(file).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}
