//! One host, and its whole report.

use std::path::PathBuf;

use badrdp_client_probe::report::json;
use badrdp_client_probe::report::text::{self, Detail};
use badrdp_client_probe::survey::SurveyOptions;
use badrdp_client_probe::{Examination, Options, Target, examine};
use clap::Args;

use super::address;
use crate::page::PageFile;
use crate::{exit, output};

/// How the result is told.
#[derive(Clone, Debug, Args)]
pub(super) struct Output {
    /// Print every message in place of one line per stage
    #[arg(short, long)]
    pub(super) verbose: bool,
    /// Print JSON instead of text
    #[arg(long)]
    pub(super) json: bool,
    /// Print one JSON document per line, each host's as it is done, and a summary at the end
    #[arg(long, conflicts_with_all = ["json", "verbose"])]
    pub(super) ndjson: bool,
    /// Write a page with the ladders drawn to FILE, besides what is printed
    #[arg(long, value_name = "FILE")]
    pub(super) html: Option<PathBuf>,
}

impl Output {
    pub(super) const fn detail(&self) -> Detail {
        if self.verbose { Detail::Messages } else { Detail::Stages }
    }
}

pub(super) fn main(
    target: &Target,
    options: &Options,
    survey: Option<&SurveyOptions>,
    output: &Output,
) -> anyhow::Result<u8> {
    // Before the host is asked anything: what cannot be written need not be known.
    let page = output.html.as_deref().map(|file| PageFile::create(file, &address(target))).transpose()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let found = runtime.block_on(async {
        tokio::select! {
            found = examine(target, options, survey) => Some(found),
            _ = tokio::signal::ctrl_c() => None,
        }
    });
    // A name server that does not answer must not hold back the report.
    runtime.shutdown_background();
    let Some(found) = found else {
        anstream::eprintln!("badrdp: stopped before the probe was done");
        return Ok(exit::INTERRUPTED);
    };
    if let Some(mut page) = page {
        page.host(&json::document(&found))?;
        page.end()?;
    }
    if output.json {
        output::print(&format!("{:#}\n", json::document(&found)))?;
    } else if output.ndjson {
        output::print(&format!("{}\n", json::document(&found)))?;
    } else {
        let report = text::examination(&found, output.detail(), output::prose_width());
        output::report(&format!("Probing {}\n{report}", address(target)))?;
    }
    Ok(exit_code(&found))
}

/// The exit code for one host.
pub(super) fn exit_code(found: &Examination) -> u8 {
    let weak = if found.is_weak() { exit::NOT_AS_EXPECTED } else { exit::AS_EXPECTED };
    crate::commands::diagnose::exit_code(found.diagnosis.verdict).max(weak)
}
