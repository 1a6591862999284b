//! `badrdp`: the one binary.

mod cli;
mod commands;
mod duration;
mod exit;
mod log;
mod output;
mod page;
mod password;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    let arguments = cli::Arguments::parse();
    log::start();
    commands::run(arguments)
}
