//! The command line: what can be typed.

use clap::{Parser, Subcommand};

use crate::commands::{check, diagnose, explain, probe, run, scenario, serve};

/// Replays broken RDP servers, probes real ones, and explains what a Windows user would see.
#[derive(Debug, Parser)]
#[command(name = "badrdp", version, about, propagate_version = true, after_help = HELP)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const HELP: &str = "\
Start here:
  badrdp run                      replay the whole catalogue
  badrdp serve healthy/tls-1.3    a server to point a client at
  badrdp probe HOST               what is wrong with a host
  badrdp check tls -- CLIENT ...  what a client makes of broken servers
  badrdp explain 0x904 0x7        what the two numbers of mstsc's dialog say
  badrdp diagnose FILE            what was wrong, from a saved probe

Environment:
  BADRDP_LOG       log on stderr: error, warn (default), info, debug or trace
  BADRDP_PASSWORD  the password for `badrdp probe --user`
  SSLKEYLOGFILE    serve and probe append the keys of TLS sessions to this file
  NO_COLOR         set to anything: no colours

Exit codes:
  0  everything was as expected
  1  something was not as expected, or the probe diagnosed a failure
  2  wrong usage or a wrong scenario file
  3  the peer could not be reached, or the client could not be started
  4  run: nothing went wrong, but some scenarios are not applicable
130  stopped by Ctrl-C";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Replay scenarios on loopback: fake server and probe in one process
    Run(run::Arguments),
    /// Serve scenarios to any client until Ctrl-C
    Serve(serve::Arguments),
    /// Walk the handshake against a host and say what is wrong with it
    Probe(probe::Arguments),
    /// Run a client against every broken server, and give a verdict on it
    Check(check::Arguments),
    /// Explain an error code of mstsc or of the protocol
    Explain(explain::Arguments),
    /// Diagnose a saved transcript again, without the host
    Diagnose(diagnose::Arguments),
    /// List, show, check and write scenarios, and count them against other suites
    Scenario(scenario::Arguments),
}
