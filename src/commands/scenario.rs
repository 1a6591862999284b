//! `badrdp scenario`: list, show and check scenarios.

pub(crate) mod check;
mod list;
mod show;

use clap::{Args, Subcommand};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the built-in scenarios
    List(list::Arguments),
    /// Show what one scenario does, and its file
    Show(show::Arguments),
    /// Check scenario files and point at every mistake
    Check(check::Arguments),
}

/// Runs the command; the value is the exit code.
pub(crate) fn main(arguments: Arguments) -> anyhow::Result<u8> {
    match arguments.command {
        Command::List(arguments) => list::main(&arguments),
        Command::Show(arguments) => show::main(&arguments),
        Command::Check(arguments) => check::main(&arguments),
    }
}
