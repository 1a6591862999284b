//! One file per command; none knows the protocol.

pub(crate) mod capturing;
pub(crate) mod check;
pub(crate) mod diagnose;
pub(crate) mod explain;
pub(crate) mod filter;
pub(crate) mod probe;
mod progress;
pub(crate) mod run;
pub(crate) mod scenario;
pub(crate) mod select;
pub(crate) mod serve;

use std::process::ExitCode;

use crate::cli::{self, Command};
use crate::exit;

/// Runs the command and turns its outcome into the exit code.
pub(crate) fn run(arguments: cli::Arguments) -> ExitCode {
    let outcome = match arguments.command {
        Command::Run(arguments) => run::main(arguments),
        Command::Serve(arguments) => serve::main(arguments),
        Command::Probe(arguments) => probe::main(arguments),
        Command::Check(arguments) => check::main(arguments),
        Command::Explain(arguments) => explain::main(arguments),
        Command::Diagnose(arguments) => diagnose::main(arguments),
        Command::Scenario(arguments) => scenario::main(arguments),
    };
    match outcome {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            anstream::eprintln!("badrdp: {error:#}");
            ExitCode::from(exit::USAGE)
        }
    }
}
