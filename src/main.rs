//! `badrdp`: the one binary.

mod cli;
mod commands;
mod duration;
mod exit;
mod output;

use std::io::IsTerminal as _;
use std::process::ExitCode;

use clap::Parser as _;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

fn main() -> ExitCode {
    let arguments = cli::Arguments::parse();
    log();
    commands::run(arguments)
}

/// Logs to stderr what `BADRDP_LOG` asks for; warnings by default.
fn log() {
    let filter = EnvFilter::builder()
        .with_env_var("BADRDP_LOG")
        .with_default_directive(LevelFilter::WARN.into())
        .from_env_lossy();
    let colour = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colour).init();
}
