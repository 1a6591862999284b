//! `badrdp scenario new`: a commented file to start from.

use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;

use anyhow::Context as _;
use badrdp_scenarios::STARTER;
use clap::Args;

use crate::{exit, output};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Where to write it; to stdout when left out. A file that is there already stays as it is
    file: Option<PathBuf>,
}

/// Runs the command; the value is the exit code.
pub(super) fn main(arguments: &Arguments) -> anyhow::Result<u8> {
    let Some(path) = &arguments.file else {
        output::print(STARTER)?;
        return Ok(exit::AS_EXPECTED);
    };
    let mut file = File::create_new(path).with_context(|| format!("cannot write {}", path.display()))?;
    file.write_all(STARTER.as_bytes()).with_context(|| format!("cannot write {}", path.display()))?;
    output::print(&format!("{0}: written; change it, then `badrdp scenario check {0}`\n", path.display()))?;
    Ok(exit::AS_EXPECTED)
}
