//! `badrdp serve`.

mod chaos;
mod greeting;
mod ladder;
mod leaks;
mod live;
mod many;
mod one;
mod one_port;
mod verdicts;

use std::fmt::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::Context as _;
use badrdp_capture::Capture;
use badrdp_client_probe::report::style::{self, paint};
use badrdp_fake_server::{MAX_TRANSCRIPTS, Options};
use badrdp_proto::transcript::Transcript;
use clap::Args;

use crate::commands::capturing::{self, Capturing};
use crate::commands::filter::Filter;
use crate::commands::select;
use crate::{exit, output};

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(crate) struct Arguments {
    /// Scenarios to serve, for example `healthy/tls-1.3`, or a prefix of ids such as `tls`; `badrdp scenario list` shows
    /// them all
    #[arg(value_name = "ID", required_unless_present_any = ["file", "all", "chaos", "stage", "tag", "covers", "spec"])]
    ids: Vec<String>,
    /// Serve the whole catalogue
    #[arg(long, conflicts_with_all = ["ids", "file"])]
    all: bool,
    #[command(flatten)]
    filter: Filter,
    /// Serve them all behind one port: each client is shown the scenario that it names
    #[arg(long)]
    one_port: bool,
    /// Serve the scenarios of this file; IDs then choose among its cases
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Every connection meets another random scenario: the next of the sequence that --seed begins
    #[arg(long, conflicts_with_all = ["ids", "file", "all", "one_port", "stage", "tag", "covers", "spec"])]
    chaos: bool,
    /// With --chaos: write the file of each connection's scenario to this directory
    #[arg(long, value_name = "DIR", requires = "chaos")]
    out: Option<PathBuf>,
    #[command(flatten)]
    setting: Setting,
}

/// Where and how to serve, whatever it is.
#[derive(Debug, Args)]
struct Setting {
    /// Address and port to listen on; a port alone is one of 127.0.0.1, and port 0 takes a free one. Many scenarios take
    /// the ports from there on
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:3389", value_parser = listen)]
    listen: SocketAddr,
    /// A name or address that the certificate is for, besides localhost (repeat for more)
    #[arg(long, value_name = "HOST")]
    name: Vec<String>,
    /// Write the certificate of the CA that a client should trust to this file, in PEM
    #[arg(long, value_name = "FILE")]
    write_ca: Option<PathBuf>,
    /// Seeds serial numbers and cookies, and what --chaos chooses
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    seed: u64,
    #[command(flatten)]
    capturing: Capturing,
    /// What `capturing` asks for, once it is open.
    #[arg(skip)]
    capture: Option<Arc<Capture>>,
}

const HELP: &str = "\
Certificates are minted against the time of day. Without NLA any user and any
password is let in, with NLA the test accounts of the scenario's file: listen on
loopback, or on a network of your own. A line \"leak: ...\" says what a client
gave away, never the secret itself. Once a client is gone and does not come
again, a line \"verdict: ...\" says what is to be said of it, as far as the wire
shows it (not with --one-port and --chaos).

Examples:
  badrdp serve healthy/tls-1.3
  badrdp serve tls/certificate-expired --listen 127.0.0.1:0
  badrdp serve --file my-scenario.toml
  badrdp serve --tag 0x904 --listen 4000    a port for each, from 4000 on
  badrdp serve --all --listen 0             a free port for each
  badrdp serve --all --one-port             one port for all
  badrdp serve --chaos --seed 7 --out files random faults, and their files

Exit codes:
  0  stopped by Ctrl-C
  2  wrong usage, an unknown scenario, or an address that cannot be listened on";

/// How long clients may take to close behind a server that is stopped.
const SETTLE: Duration = Duration::from_millis(500);

/// Runs the command; the value is the exit code.
pub(crate) fn main(arguments: Arguments) -> anyhow::Result<u8> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let mut capture = None;
    let code = runtime.block_on(serve(arguments, &mut capture))?;
    // With it go the connections that were still open: they belong to the capture.
    drop(runtime);
    capturing::finish(capture.as_ref())?;
    Ok(code)
}

async fn serve(arguments: Arguments, capture: &mut Option<Arc<Capture>>) -> anyhow::Result<u8> {
    let Arguments { ids, all: _, filter, one_port, file, chaos, out, mut setting } = arguments;
    if chaos {
        setting.open(capture)?;
        chaos::serve(&setting, out.as_deref()).await?;
        return Ok(exit::AS_EXPECTED);
    }
    let mut scenarios = match &file {
        Some(path) => select::of_file(&ids, path, &filter)?,
        None => select::scenarios(&ids, &[], &filter)?,
    };
    setting.open(capture)?;
    match scenarios.len() {
        _ if one_port => one_port::serve(scenarios, &setting).await?,
        1 => one::serve(scenarios.remove(0), &setting).await?,
        _ => many::serve(scenarios, &setting).await?,
    }
    Ok(exit::AS_EXPECTED)
}

impl Setting {
    fn options(&self) -> Options {
        let (listen, seed, names, capture) = (self.listen, self.seed, self.name.clone(), self.capture.clone());
        Options { capture, listen, seed, names, now: SystemTime::now(), ticking: true, ..Options::default() }
    }

    /// Opens the files of `capturing`; what they take is in `capture`, too.
    fn open(&mut self, capture: &mut Option<Arc<Capture>>) -> anyhow::Result<()> {
        *capture = self.capturing.start()?;
        self.capture.clone_from(capture);
        Ok(())
    }

    fn write_ca(&self, pem: &str) -> anyhow::Result<()> {
        let Some(path) = &self.write_ca else { return Ok(()) };
        std::fs::write(path, pem).with_context(|| format!("cannot write {}", path.display()))
    }

    /// Says that it is served, and waits until it is to stop and `settled` has come, or will not come soon.
    async fn until_stopped(
        &self,
        addr: SocketAddr,
        greeting: &str,
        settled: impl Future<Output = ()>,
    ) -> anyhow::Result<()> {
        if !self.listen.ip().is_loopback() {
            let warning = paint(style::BAD, "warning");
            anstream::eprintln!(
                "{warning}: {addr} can be reached from other hosts. This server lets anybody in and is broken on purpose."
            );
        }
        // Heard from now on: whoever reads the greeting may stop the server at once.
        let stop = stop()?;
        output::report(greeting)?;
        stop.await;
        // Connections that are about to end belong to the summary.
        if tokio::time::timeout(SETTLE, settled).await.is_err() {
            tracing::debug!("a client does not close its side");
        }
        Ok(())
    }
}

/// What became of the connections that ended, in one line.
fn tally(accepted: u64, transcripts: &[Transcript], leaks: usize) -> String {
    let mut text = match accepted {
        0 => return "\nno client connected\n".to_owned(),
        1 => "\n1 connection".to_owned(),
        many => format!("\n{many} connections"),
    };
    let furthest = transcripts.iter().map(|transcript| transcript.stage).max();
    let open = accepted.saturating_sub(u64::try_from(transcripts.len()).unwrap_or(u64::MAX));
    if open > 0 && transcripts.len() < MAX_TRANSCRIPTS {
        let _ = write!(text, ", {open} cut while open");
    }
    if let Some(stage) = furthest {
        let _ = write!(text, "; the furthest ended in stage {stage}");
    }
    match leaks {
        0 => {}
        1 => text.push_str("; 1 secret was given away"),
        many => {
            let _ = write!(text, "; {many} secrets were given away");
        }
    }
    text.push('\n');
    text
}

/// An address and a port, or a port of 127.0.0.1.
fn listen(text: &str) -> Result<SocketAddr, String> {
    if let Ok(addr) = text.parse() {
        return Ok(addr);
    }
    let port = text.strip_prefix("localhost").unwrap_or(text);
    let port = port.strip_prefix(':').unwrap_or(port);
    match port.parse() {
        Ok(port) => Ok(SocketAddr::from((Ipv4Addr::LOCALHOST, port))),
        Err(_) => Err("write an address and a port, such as 127.0.0.1:3390, [::1]:3390 or 0.0.0.0:3390".to_owned()),
    }
}

/// Listens for Ctrl-C, the terminal's end and the system's request to stop; the value ends at the first.
pub(crate) fn stop() -> anyhow::Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    let (mut interrupt, mut terminate, mut hangup) = {
        use tokio::signal::unix::{SignalKind, signal};
        let hangup = if is_hangup_ignored() { None } else { Some(signal(SignalKind::hangup())?) };
        (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?, hangup)
    };
    #[cfg(windows)]
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        #[cfg(unix)]
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            Some(_) = async { hangup.as_mut()?.recv().await } => {}
        }
        #[cfg(windows)]
        interrupt.recv().await;
    })
}

/// Whether this program is to outlive its terminal, as under `nohup`; where that cannot be known, the system's own
/// answer to a hangup is left as it is.
#[cfg(unix)]
fn is_hangup_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_none_or(|mask| mask & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_alone_is_one_of_loopback() {
        let loopback = Ok(SocketAddr::from(([127, 0, 0, 1], 3390)));
        for text in ["3390", ":3390", "localhost:3390", "127.0.0.1:3390"] {
            assert_eq!(listen(text), loopback, "{text}");
        }
        assert_eq!(listen("[::1]:0").map(|addr| addr.is_ipv6()), Ok(true));
        for wrong in ["", "pc", "pc:3390", "127.0.0.1", "70000", "::1:x"] {
            assert!(listen(wrong).is_err_and(|why| why.contains("127.0.0.1:3390")), "{wrong}");
        }
    }
}
