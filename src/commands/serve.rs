//! `badrdp serve`.

use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct Arguments {}

/// Runs the command; the value is the exit code.
pub(crate) fn main(_arguments: Arguments) -> anyhow::Result<u8> {
    anyhow::bail!("not here yet")
}
