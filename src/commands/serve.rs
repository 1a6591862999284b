//! `badrdp serve`.

mod ladder;

use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::Context as _;
use badrdp_client_probe::report::style::{self, paint};
use badrdp_fake_server::{FakeServer, Options, VerifyError};
use badrdp_proto::pdu::x224::Protocols;
use badrdp_scenarios::Scenario;
use clap::Args;

use self::ladder::Ladder;
use crate::commands::select;
use crate::{exit, output};

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(crate) struct Arguments {
    /// The scenario, for example `healthy/tls-1.3`; `badrdp scenario list` shows them all
    #[arg(required_unless_present = "file")]
    id: Option<String>,
    /// Address and port to listen on; a port alone is one of 127.0.0.1, and port 0 takes a free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:3389", value_parser = listen)]
    listen: SocketAddr,
    /// Serve a scenario from this file; ID then chooses among its cases
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// A name or address that the certificate is for, besides localhost (repeat for more)
    #[arg(long, value_name = "HOST")]
    name: Vec<String>,
    /// Write the certificate of the CA that a client should trust to this file, in PEM
    #[arg(long, value_name = "FILE")]
    write_ca: Option<PathBuf>,
    /// Seeds serial numbers and cookies
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    seed: u64,
}

const HELP: &str = "\
Certificates are minted against the time of day. Any user and any password is
let in: listen on loopback, or on a network of your own.

Examples:
  badrdp serve healthy/tls-1.3
  badrdp serve tls/certificate-expired --listen 127.0.0.1:0
  badrdp serve --file my-scenario.toml

Exit codes:
  0  stopped by Ctrl-C
  2  wrong usage, an unknown scenario, or an address that cannot be listened on";

/// How long clients may take to close behind a server that is stopped.
const SETTLE: Duration = Duration::from_millis(500);

/// Runs the command; the value is the exit code.
pub(crate) fn main(arguments: Arguments) -> anyhow::Result<u8> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(serve(arguments))
}

async fn serve(arguments: Arguments) -> anyhow::Result<u8> {
    let Arguments { id, listen, file, name, write_ca, seed } = arguments;
    let scenario = select::one(id.as_deref(), file.as_deref())?;
    let ladder = Arc::new(Ladder::default());
    let options = Options {
        listen,
        seed,
        names: name,
        now: SystemTime::now(),
        observer: Some({
            let ladder = Arc::clone(&ladder);
            Arc::new(move |number, peer, entry| print(&ladder.entry(number, peer, entry)))
        }),
        ..Options::default()
    };
    let server = FakeServer::start_with(scenario.clone(), options).await?;
    if let Some(path) = write_ca {
        std::fs::write(&path, server.ca_certificate_pem())
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    if !listen.ip().is_loopback() {
        let warning = paint(style::BAD, "warning");
        anstream::eprintln!(
            "{warning}: {} can be reached from other hosts. This server lets anybody in and is broken on purpose.",
            server.addr()
        );
    }
    // Heard from now on: whoever reads the greeting may stop the server at once.
    let stop = stop()?;
    output::print(&greeting(&scenario, server.addr(), output::prose_width()))?;
    stop.await;
    // Connections that are about to end belong to the summary.
    if tokio::time::timeout(SETTLE, server.settled()).await.is_err() {
        tracing::debug!("a client does not close its side");
    }
    output::print(&summary(&server))?;
    Ok(exit::AS_EXPECTED)
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

fn greeting(scenario: &Scenario, addr: SocketAddr, width: usize) -> String {
    let host = match addr.ip() {
        ip if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        ip => ip,
    };
    let at = SocketAddr::new(host, addr.port());
    let mut text = format!("{} listens on {addr}\n\n", paint(style::HEAD, &scenario.id));
    let _ = writeln!(text, "  what is wrong  {}", scenario.summary);
    if !scenario.about.trim().is_empty() {
        let about = output::wrap(&scenario.about, 17, width);
        let _ = writeln!(text, "                 {}", paint(style::DIM, about));
    }
    // Without it xfreerdp also offers CredSSP; with it a host that wants CredSSP refuses at once.
    let tls = if scenario.server.security.contains(Protocols::SSL) { " /sec:tls" } else { "" };
    let _ = writeln!(text, "  connect with   xfreerdp /v:{at} /u:a /p:b /cert:ignore{tls}");
    let _ = writeln!(text, "                 rdesktop -u a -p b {at}");
    let _ = writeln!(text, "                 badrdp probe {at}");
    let _ = writeln!(text, "  stop with      Ctrl-C\n");
    text
}

/// What became of the connections that ended.
fn summary(server: &FakeServer) -> String {
    let accepted = server.accepted();
    let mut text = match accepted {
        0 => return "\nno client connected\n".to_owned(),
        1 => "\n1 connection".to_owned(),
        many => format!("\n{many} connections"),
    };
    let transcripts = server.transcripts();
    let furthest = transcripts.iter().map(|transcript| transcript.stage).max();
    let open = accepted.saturating_sub(u64::try_from(transcripts.len()).unwrap_or(u64::MAX));
    if open > 0 && transcripts.len() < badrdp_fake_server::MAX_TRANSCRIPTS {
        let _ = write!(text, ", {open} cut while open");
    }
    if let Some(stage) = furthest {
        let _ = write!(text, "; the furthest ended in stage {stage}");
    }
    text.push('\n');
    match server.verify() {
        Ok(()) | Err(VerifyError::NoConnection) => {}
        Err(error) => {
            let _ = writeln!(text, "{}", paint(style::WARN, error));
        }
    }
    text
}

fn print(text: &str) {
    if text.is_empty() {
        return;
    }
    if let Err(error) = output::print(text) {
        tracing::debug!(%error, "cannot print");
    }
}

/// Listens for Ctrl-C and the system's request to stop; the value ends at the first.
fn stop() -> anyhow::Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    let (mut interrupt, mut terminate) = {
        use tokio::signal::unix::{SignalKind, signal};
        (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?)
    };
    #[cfg(windows)]
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        #[cfg(unix)]
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        #[cfg(windows)]
        interrupt.recv().await;
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tls_is_only_asked_for_where_it_is_accepted() {
        let addr = SocketAddr::from(([127, 0, 0, 1], 3390));
        let greet = |id| badrdp::scenario(id).map(|scenario| greeting(&scenario, addr, 80));
        assert!(greet("healthy/tls-1.3").is_ok_and(|text| text.contains("/cert:ignore /sec:tls\n")));
        assert!(greet("healthy/nla/hybrid").is_ok_and(|text| text.contains("/cert:ignore\n")));
    }

    #[test]
    fn prose_ends_before_the_terminal_does() {
        let addr = SocketAddr::from(([127, 0, 0, 1], 3390));
        for scenario in badrdp::scenarios::catalog().iter().filter(|scenario| !scenario.about.is_empty()) {
            let text = anstream::adapter::strip_str(&greeting(scenario, addr, 80)).to_string();
            for line in text.lines().filter(|line| line.starts_with("                 ")) {
                assert!(line.chars().count() <= 80, "{line}");
            }
        }
    }

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
