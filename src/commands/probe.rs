//! `badrdp probe`.

mod limits;
mod list;
mod logon;
mod many;
mod one;
mod surveying;
mod target;

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::Context as _;
use badrdp_client_probe::{Follow, License, LicenseSecrets, Options, Roots, Target};
use badrdp_proto::pdu::x224::Protocols;
use clap::Args;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

use self::limits::Limits;
use self::list::Hosts;
use self::logon::Logon;
use self::surveying::Surveying;
use self::target::Spec;
use crate::commands::capturing::{self, Capturing};

pub(crate) use self::target::address;

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(crate) struct Arguments {
    /// Name or address, with a port where it is not 3389: `pc.corp.example`, `192.0.2.7:3390`, `[::1]:3389`; or a range
    /// of addresses: `192.0.2.0/24`
    #[arg(value_name = "HOST[:PORT]", value_parser = Spec::read, required_unless_present = "file")]
    targets: Vec<Spec>,
    /// Probe the hosts in FILE, too: one or a range at the beginning of each line, and behind it or behind `#` what you
    /// like; `-` is standard input
    #[arg(short, long, value_name = "FILE")]
    file: Vec<PathBuf>,
    #[command(flatten)]
    several: many::Several,
    #[command(flatten)]
    limits: Limits,
    #[command(flatten)]
    output: one::Output,
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
    #[arg(long, value_name = "TOKEN", value_parser = token)]
    routing_token: Option<String>,
    /// Follow redirections, as long as they lead to the same host; at most 3
    #[arg(long)]
    follow: bool,
    /// Follow redirections to this host, too (repeat for more); it may get the redirection's credentials, and yours
    #[arg(long, value_name = "HOST[:PORT]", value_parser = target::target)]
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
The probe walks the handshake as far as the host lets a stranger go, and then
asks, one connection at a time and paced, which security protocols, which TLS
and which certificates it has (--survey). A host that does NLA tells its names
and its clock even so. No credentials are sent. The connections are counted, and
stop at the first silence, as some servers take a row of refused ones badly. The
host's log will show handshakes that were begun and not finished. --quick asks
one connection of it and no more.

With --user the password comes from --password-file, else from the environment's
BADRDP_PASSWORD, else from a prompt on the terminal. It is used only on hosts
that do NLA, and kept back where the certificate has a problem. The host itself
gets it only once it has proved that its certificate is its own. Credentials
that it takes are reported as \"accepted\", refused ones with the reason. --user,
--follow and --accept-license go with one host: a wrong password that is tried
on many locks the account.

With --follow and without --user, the user and the password that a redirection
brings are used where it leads, if the certificate of the host that sent it has
no problem.

A host that issues licences asks for one after the logon. The probe declines,
and most such hosts end the connection there: they are reported as working.
--accept-license asks for a licence as a client without one does and throws it
away, so that the session opens. The host's licence server may count it as
given to a device, a temporary one the first time.

Several hosts are told in a line or two each, as they are done: the verdict's
finding, what mstsc would show, and all else by its id. Addresses of a range at
which nothing can be reached are only counted.

Examples:
  badrdp probe pc.corp.example
  badrdp probe pc.corp.example --quick
  badrdp probe 192.0.2.7:3390 --server-name pc.corp.example --ca corp-ca.pem
  badrdp probe [::1]:3389 --timeout 2s --stage-timeout nla=20s --verbose
  badrdp probe pc.corp.example --user 'EXAMPLE\\alice' --auth-only
  badrdp probe broker.corp.example --follow-to rdsh1.corp.example
  badrdp probe 192.0.2.0/24 -f servers.txt --quick --ndjson > all.ndjson

Exit codes:
  0  the host works, as far as it can be seen, and has no weakness of medium or
     high severity; with --user: and it accepted the credentials, where it does
     NLA
  1  a failure, a problem or a weakness was found, or the probe could not see
     the end; of several hosts: at one of them, or a host that was named could
     not be reached
  2  wrong usage, or a file that cannot be read or written
  3  the host could not be reached; of several hosts: none
130  stopped by Ctrl-C";

/// Runs the command; the value is the exit code.
pub(crate) fn main(arguments: Arguments) -> anyhow::Result<u8> {
    let hosts = list::hosts(arguments.targets.clone(), &arguments.file)?;
    let errand = arguments.logon.is_wanted() || arguments.follow || !arguments.follow_to.is_empty();
    let survey = arguments.surveying.what(errand)?;
    if matches!(hosts, Hosts::Several(_)) {
        anyhow::ensure!(
            !arguments.logon.is_wanted(),
            "--user goes with one host: a wrong password that is tried on many locks the account"
        );
        anyhow::ensure!(
            !arguments.follow && arguments.follow_to.is_empty(),
            "--follow and --follow-to go with one host: redirections may bring credentials, and all lead to one place"
        );
        anyhow::ensure!(
            !arguments.accept_license,
            "--accept-license goes with one host: each may use up a licence of the same licence server"
        );
    }
    let Arguments { several, output, .. } = &arguments;
    let (several, output) = (several.clone(), output.clone());
    let options = options(arguments)?;
    let capture = options.capture.clone();
    let code = match hosts {
        Hosts::One(target) => one::main(&target, &options, survey.as_ref(), &output),
        Hosts::Several(specs) => many::main(specs, options, survey, &several, &output),
    };
    capturing::finish(capture.as_ref())?;
    code
}

fn options(arguments: Arguments) -> anyhow::Result<Options> {
    let Arguments { limits, server_name, ca, cookie, routing_token, follow, follow_to, protocols, .. } = arguments;
    let Arguments { accept_license, logon, surveying, capturing, .. } = arguments;
    let follow = (follow || !follow_to.is_empty()).then_some(Follow { elsewhere: follow_to });
    let mut options = Options::default();
    logon.apply(&mut options)?;
    limits.apply(&mut options);
    Ok(Options {
        protocols,
        // Whoever typed a password took a while.
        now: SystemTime::now(),
        roots: roots(&ca)?,
        server_name,
        ask_nla_required: !surveying.quick,
        stop_after_settings: surveying.quick,
        license: license(accept_license)?,
        cookie: Some(cookie).filter(|cookie| !cookie.is_empty()),
        routing_token,
        follow,
        capture: capturing.start()?,
        ..options
    })
}

/// As a cookie; the Connection Request has room for so many bytes beside its negotiation request (X.224 13.2.1).
fn token(text: &str) -> Result<String, String> {
    if text.len() > 238 || !text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') {
        return Err("a routing token has at most 238 printable ASCII characters".to_owned());
    }
    Ok(text.to_owned())
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
