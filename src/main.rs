//! `badrdp`: the one binary.

mod cli;
mod commands;
mod duration;
mod exit;
mod output;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    let arguments = cli::Arguments::parse();
    commands::run(arguments)
}
