//! `badrdp scenario`: the catalogue, and what its files may say.

pub(crate) mod check;
pub(crate) mod coverage;
mod docs;
mod list;
mod new;
mod schema;
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
    /// Write a commented scenario file to start from
    New(new::Arguments),
    /// Print the file format as a JSON Schema
    Schema(schema::Arguments),
    /// List what Microsoft's suites test, with our scenarios beside each test
    Coverage(coverage::Arguments),
    /// Print the catalogue as a page in Markdown
    Docs(docs::Arguments),
}

/// Runs the command; the value is the exit code.
pub(crate) fn main(arguments: Arguments) -> anyhow::Result<u8> {
    match arguments.command {
        Command::List(arguments) => list::main(&arguments),
        Command::Show(arguments) => show::main(&arguments),
        Command::Check(arguments) => check::main(&arguments),
        Command::New(arguments) => new::main(&arguments),
        Command::Schema(arguments) => schema::main(&arguments),
        Command::Coverage(arguments) => coverage::main(&arguments),
        Command::Docs(arguments) => docs::main(&arguments),
    }
}
