//! `badrdp scenario schema`: the format for editors.

use badrdp_client_probe::diagnosis;
use badrdp_scenarios::schema::schema;
use clap::Args;

use crate::{exit, output};

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(crate) struct Arguments {}

const HELP: &str = "\
A JSON Schema (draft 2020-12) for scenario files. Editors with a TOML language
server complete and check a file that begins with

  #:schema ./badrdp.schema.json

`badrdp scenario check` sees more: layers, fields, and what can never happen.

Example:
  badrdp scenario schema > badrdp.schema.json";

/// Runs the command; the value is the exit code.
pub(super) fn main(_: &Arguments) -> anyhow::Result<u8> {
    output::print(&format!("{:#}\n", schema(&diagnosis::finding_ids())))?;
    Ok(exit::AS_EXPECTED)
}
