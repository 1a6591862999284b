//! `badrdp probe`.

mod logon;
mod survey;

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::Context as _;
use badrdp_client_probe::report::{self, json, survey_json, text};
use badrdp_client_probe::{Follow, License, LicenseSecrets, Options, Roots, Target, diagnose};
use badrdp_proto::pdu::x224::Protocols;
use clap::Args;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use serde_json::json;

use self::logon::Logon;
use self::survey::Surveying;
use crate::commands::capturing::{self, Capturing};
use crate::{exit, output};

/// The port of Remote Desktop.
const PORT: u16 = 3389;

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(crate) struct Arguments {
    /// Name or address, with a port where it is not 3389: `pc.corp.example`, `192.0.2.7:3390`, `[::1]:3389`
    #[arg(value_name = "HOST[:PORT]", value_parser = target)]
    target: Target,
    /// The longest silence accepted at any step
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = crate::duration::parse)]
    timeout: Duration,
    /// The longest wait for TCP to connect
    #[arg(long, value_name = "DURATION", default_value = "5s", value_parser = crate::duration::parse)]
    connect_timeout: Duration,
    /// Print every message in place of one line per stage
    #[arg(short, long)]
    verbose: bool,
    /// Print JSON instead of text
    #[arg(long)]
    json: bool,
    /// The name that the certificate must be for, where it is not HOST
    #[arg(long, value_name = "NAME")]
    server_name: Option<String>,
    /// Trust the certificates in this PEM file, besides the system's (repeat for more)
    #[arg(long, value_name = "FILE")]
    ca: Vec<PathBuf>,
    /// Send this `mstshash` cookie, by which some load balancers choose; '' sends none
    #[arg(long, value_name = "NAME", default_value = "badrdp", value_parser = cookie)]
    cookie: String,
    /// Send this routing token in the cookie's place: `msts=…`
    #[arg(long, value_name = "TOKEN", value_parser = cookie)]
    routing_token: Option<String>,
    /// Follow redirections, as long as they lead to the same host; at most 3
    #[arg(long)]
    follow: bool,
    /// Follow redirections to this host, too (repeat for more); it may get the redirection's credentials, and yours
    #[arg(long, value_name = "HOST[:PORT]", value_parser = target)]
    follow_to: Vec<Target>,
    /// Protocols to offer
    #[arg(long, value_name = "LIST", default_value = "ssl,hybrid,hybrid-ex", value_parser = protocols)]
    protocols: Protocols,
    /// Take part in a licence exchange, which may use up a licence for a device on the host's licence server
    #[arg(long)]
    accept_license: bool,
    #[command(flatten)]
    logon: Logon,
    #[command(flatten)]
    surveying: Surveying,
    #[command(flatten)]
    capturing: Capturing,
}

const HELP: &str = "\
Without --user no credentials are sent: the probe goes as far as the host lets a
stranger go. A host that does NLA tells its names and its clock even so.

With --user the password comes from --password-file, else from the environment's
BADRDP_PASSWORD, else from a prompt on the terminal. It is used only on hosts
that do NLA, and kept back where the certificate has a problem. The host itself
gets it only once it has proved that its certificate is its own. Credentials
that it takes are reported as \"accepted\", refused ones with the reason.

With --follow and without --user, the user and the password that a redirection
brings are used where it leads, if the certificate of the host that sent it has
no problem.

A host that issues licences asks for one after the logon. The probe declines,
and most such hosts end the connection there: they are reported as working.
--accept-license asks for a licence as a client without one does and throws it
away, so that the session opens. The host's licence server may count it as
given to a device, a temporary one the first time.

With --survey the host is asked more, one connection at a time and paced: which
security protocols, which TLS, which certificates. The connections are counted.
The survey stops at the first silence, as some servers take it badly. The host's
log will show handshakes that were begun and not finished.

Examples:
  badrdp probe pc.corp.example
  badrdp probe pc.corp.example --survey protocols,tls
  badrdp probe 192.0.2.7:3390 --server-name pc.corp.example --ca corp-ca.pem
  badrdp probe [::1]:3389 --timeout 2s --verbose
  badrdp probe pc.corp.example --user 'EXAMPLE\\alice' --auth-only
  badrdp probe broker.corp.example --follow-to rdsh1.corp.example

Exit codes:
  0  the host works, as far as it can be seen; with --user: and it accepted the
     credentials, where it does NLA
  1  a failure or a problem was found, or the probe could not see the end; with
     --survey: or a weakness of medium or high severity
  2  wrong usage
  3  the host could not be reached";

/// Runs the command; the value is the exit code.
pub(crate) fn main(arguments: Arguments) -> anyhow::Result<u8> {
    let Arguments { target, timeout, connect_timeout, verbose, json, server_name, ca, cookie, protocols, .. } =
        arguments;
    let Arguments { routing_token, follow, follow_to, accept_license, logon, surveying, capturing, .. } = arguments;
    let follow = (follow || !follow_to.is_empty()).then_some(Follow { elsewhere: follow_to });
    let mut options = Options::default();
    logon.apply(&mut options)?;
    let options = Options {
        budget: timeout,
        connect_budget: connect_timeout,
        protocols,
        // Whoever typed a password took a while.
        now: SystemTime::now(),
        roots: roots(&ca)?,
        server_name,
        ask_nla_required: true,
        license: license(accept_license)?,
        cookie: Some(cookie).filter(|cookie| !cookie.is_empty()),
        routing_token,
        follow,
        capture: capturing.start()?,
        ..options
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let transcript = runtime.block_on(badrdp_client_probe::probe(&target, &options));
    let survey = runtime.block_on(surveying.run(&target, &options, &transcript));
    // A name server that does not answer must not hold back the report.
    runtime.shutdown_background();
    let diagnosis = diagnose(&transcript);
    if json {
        let mut report = json::report(&transcript, &diagnosis);
        if let Some(report) = report.as_object_mut() {
            report.insert("target".to_owned(), json!({ "host": target.host, "port": target.port }));
            report.extend(survey.as_ref().map(|survey| ("survey".to_owned(), survey_json::survey(survey))));
        }
        output::print(&format!("{report:#}\n"))?;
    } else {
        let detail = if verbose { text::Detail::Messages } else { text::Detail::Stages };
        let mut report = text::report_within(&transcript, &diagnosis, detail, output::prose_width());
        if let Some(survey) = &survey {
            report = format!("{report}\n{}", report::survey::report_within(survey, output::prose_width()));
        }
        output::print(&format!("Probing {}\n{report}", address(&target)))?;
    }
    capturing::finish(options.capture.as_ref())?;
    let weak = survey.as_ref().is_some_and(survey::is_weak);
    Ok(super::diagnose::exit_code(diagnosis.verdict).max(if weak { exit::NOT_AS_EXPECTED } else { exit::AS_EXPECTED }))
}

pub(crate) fn address(target: &Target) -> String {
    let Target { host, port } = target;
    if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
}

/// `HOST`, `HOST:PORT`, `[V6]`, `[V6]:PORT`, or a bare IPv6 address.
fn target(text: &str) -> Result<Target, String> {
    if text.contains("//") {
        return Err("give HOST or HOST:PORT, not a URL".to_owned());
    }
    let (host, port) = if let Some(rest) = text.strip_prefix('[') {
        let (host, rest) = rest.split_once(']').ok_or("the bracket is not closed")?;
        if host.parse::<std::net::Ipv6Addr>().is_err() {
            return Err(format!("{host:?} is not an IPv6 address"));
        }
        match rest {
            "" => (host, None),
            rest => (host, Some(rest.strip_prefix(':').ok_or("only `:PORT` may follow the bracket")?)),
        }
    } else if text.parse::<std::net::Ipv6Addr>().is_ok() {
        (text, None)
    } else {
        text.rsplit_once(':').map_or((text, None), |(host, port)| (host, Some(port)))
    };
    if host.is_empty() {
        return Err("the host is empty".to_owned());
    }
    if host.contains(':') && host.parse::<std::net::Ipv6Addr>().is_err() {
        return Err("an IPv6 address with a port needs brackets: [::1]:3389".to_owned());
    }
    let port = match port {
        None => PORT,
        Some(text) => match text.parse() {
            Ok(port) if port > 0 => port,
            _ => return Err(format!("{text:?} is not a port (1 to 65535)")),
        },
    };
    Ok(Target { host: host.to_owned(), port })
}

/// A CR or LF would end the cookie; MS-RDPBCGR 2.2.1.1 has ANSI characters.
fn cookie(text: &str) -> Result<String, String> {
    if text.len() > 128 || !text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') {
        return Err("a cookie has at most 128 printable ASCII characters".to_owned());
    }
    Ok(text.to_owned())
}

fn protocols(text: &str) -> Result<Protocols, String> {
    text.split(',').try_fold(Protocols::RDP, |all, name| {
        let found = Protocols::NAMES.iter().find(|(known, _)| *known == name.trim());
        found.map(|(_, protocol)| all.union(*protocol)).ok_or_else(|| {
            let names: Vec<_> = Protocols::NAMES.iter().map(|(name, _)| *name).collect();
            format!("{name:?} is no protocol; known are {}", names.join(", "))
        })
    })
}

/// A licence is asked for only where somebody says so: a licence server counts it.
fn license(accepted: bool) -> anyhow::Result<License> {
    if !accepted {
        return Ok(License::Decline);
    }
    LicenseSecrets::random().map(License::New).context("the system gives no random numbers")
}

fn roots(files: &[PathBuf]) -> anyhow::Result<Roots> {
    if files.is_empty() {
        return Ok(Roots::System);
    }
    let mut extra = Vec::new();
    for file in files {
        extra.extend(certificates(file).with_context(|| format!("cannot read certificates from {}", file.display()))?);
    }
    Ok(Roots::SystemAnd(extra))
}

fn certificates(file: &Path) -> anyhow::Result<Vec<Vec<u8>>> {
    let text = std::fs::read(file)?;
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    let all: Vec<_> = all?.into_iter().map(|certificate| certificate.to_vec()).collect();
    anyhow::ensure!(!all.is_empty(), "the file holds no PEM certificate");
    Ok(all)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests state what they expect")]
    use super::*;

    #[test]
    fn targets_are_read_with_and_without_a_port() {
        let read = |text| target(text).map(|Target { host, port }| (host, port));
        let ok = |host: &str, port| Ok((host.to_owned(), port));
        assert_eq!(read("pc"), ok("pc", 3389));
        assert_eq!(read("pc:3390"), ok("pc", 3390));
        assert_eq!(read("192.0.2.7:1"), ok("192.0.2.7", 1));
        assert_eq!(read("[::1]:3390"), ok("::1", 3390));
        assert_eq!(read("[::1]"), ok("::1", 3389));
        assert_eq!(read("::1"), ok("::1", 3389));
        for wrong in ["", ":3389", "pc:", "pc:0", "pc:65536", "pc:x", "[::1", "[pc]:1", "[::1]x", "rdp://pc", "a:b:1"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
        assert!(read("rdp://pc").unwrap_err().contains("not a URL"));
    }

    #[test]
    fn addresses_are_printed_as_they_are_typed() {
        for text in ["pc:3390", "[::1]:3389"] {
            assert_eq!(address(&target(text).unwrap()), text);
        }
    }

    #[test]
    fn protocols_are_a_list_of_names() {
        assert_eq!(protocols("ssl,hybrid"), Ok(Protocols(3)));
        assert_eq!(protocols("rdp"), Ok(Protocols::RDP));
        assert!(protocols("tls").unwrap_err().contains("hybrid-ex"));
    }

    #[test]
    fn cookies_cannot_break_the_line() {
        assert!(cookie("alice").is_ok() && cookie("").is_ok());
        for wrong in ["a\r\nb", "ä"] {
            assert!(cookie(wrong).is_err(), "{wrong:?}");
        }
    }
}
