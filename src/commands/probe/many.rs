//! Several hosts: each is told as it is done, and all are counted at the end.

use std::time::Instant;

use badrdp_client_probe::diagnosis::Verdict;
use badrdp_client_probe::report::json::SCHEMA;
use badrdp_client_probe::report::tally::Tally;
use badrdp_client_probe::report::{json as data, line, text};
use badrdp_client_probe::survey::SurveyOptions;
use badrdp_client_probe::{Examination, Options, Sweep, SweepOptions, Swept};
use clap::Args;
use serde_json::{Value, json};

use super::list::{Listed, each};
use super::one::Output;
use super::target::Spec;
use super::{address, one};
use crate::commands::progress::Progress;
use crate::page::PageFile;
use crate::{exit, output};

#[derive(Clone, Debug, Args)]
pub(super) struct Several {
    /// Hosts under way at the same time; each has one connection at a time
    #[arg(long, default_value_t = 64, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    jobs: u16,
    /// Print the whole report of each of several hosts, and of addresses at which nothing is, too
    #[arg(long)]
    full: bool,
}

/// Runs the probes; the value is the exit code.
pub(super) fn main(
    specs: Vec<Spec>,
    options: Options,
    survey: Option<SurveyOptions>,
    several: &Several,
    output: &Output,
) -> anyhow::Result<u8> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let code = runtime.block_on(sweep(specs, options, survey, several, output));
    // A name server that does not answer must not hold back the end.
    runtime.shutdown_background();
    code
}

async fn sweep(
    specs: Vec<Spec>,
    probe: Options,
    survey: Option<SurveyOptions>,
    several: &Several,
    output: &Output,
) -> anyhow::Result<u8> {
    let started = Instant::now();
    let ranges = specs.iter().any(|spec| matches!(spec, Spec::Range(..)));
    let total = each(specs.clone()).count();
    let options = SweepOptions { probe, survey, jobs: several.jobs.into() };
    let mut sweep = Sweep::new(each(specs).map(|Listed { target, by_range }| (target, by_range)), options);
    let page = output.html.as_deref().map(|file| PageFile::create(file, &format!("{total} hosts"))).transpose()?;
    let mut shown = Shown {
        several,
        output,
        tally: Tally::default(),
        progress: Progress::new(total),
        page,
        begun: false,
        code: exit::AS_EXPECTED,
    };
    let stopped = tokio::signal::ctrl_c();
    tokio::pin!(stopped);
    shown.begin()?;
    let interrupted = loop {
        tokio::select! {
            next = sweep.next() => match next {
                Some((swept, by_range)) => {
                    shown.take(swept, by_range)?;
                    if output::is_closed() {
                        // Nobody reads on: nobody is asked any more.
                        break false;
                    }
                }
                None => break false,
            },
            _ = &mut stopped => break true,
        }
    };
    let left = total - shown.tally.hosts;
    drop(sweep);
    shown.end(started, ranges, left)?;
    Ok(match &shown.tally {
        _ if interrupted => exit::INTERRUPTED,
        tally if tally.hosts == tally.unreachable => exit::UNREACHABLE,
        _ => shown.code,
    })
}

struct Shown<'a> {
    several: &'a Several,
    output: &'a Output,
    tally: Tally,
    progress: Progress,
    page: Option<PageFile>,
    /// A document was printed.
    begun: bool,
    code: u8,
}

impl Shown<'_> {
    fn begin(&self) -> anyhow::Result<()> {
        if self.output.json { output::print(&format!("{{\"schema\":{SCHEMA},\"hosts\":[")) } else { Ok(()) }
    }

    fn take(&mut self, swept: Swept, by_range: bool) -> anyhow::Result<()> {
        match swept {
            Swept::Examined(found) => self.examined(&found, by_range)?,
            Swept::Failed { target, why } => {
                self.tally.count_failed();
                self.code = exit::NOT_AS_EXPECTED;
                let name = address(&target);
                self.progress.suspend(|| anstream::eprintln!("badrdp: {name}: the probe failed: {why}"));
                if self.output.json || self.output.ndjson {
                    let host = json!({ "host": target.host, "port": target.port });
                    self.document(&json!({ "schema": SCHEMA, "target": host, "failed": why }))?;
                }
            }
        }
        self.progress.step(self.tally.wrong(), "with something wrong");
        Ok(())
    }

    fn examined(&mut self, found: &Examination, by_range: bool) -> anyhow::Result<()> {
        let empty = by_range && found.diagnosis.verdict == Verdict::Unreachable;
        if !empty && one::exit_code(found) != exit::AS_EXPECTED {
            self.code = exit::NOT_AS_EXPECTED;
        }
        self.tally.count(found, by_range);
        let name = address(&found.target);
        let data = self.output.json || self.output.ndjson;
        let document = (data || self.page.is_some()).then(|| {
            let mut document = data::document(found);
            if let (true, Some(document)) = (by_range, document.as_object_mut()) {
                document.insert("by_range".to_owned(), true.into());
            }
            document
        });
        if let (Some(page), Some(document), false) = (&mut self.page, &document, empty) {
            page.host(document)?;
        }
        if let Some(document) = document.filter(|_| data) {
            return self.document(&document);
        }
        if empty && !self.several.full {
            return Ok(());
        }
        let text = if self.several.full || self.output.verbose {
            let report = text::examination(found, self.output.detail(), output::prose_width());
            format!("Probing {name}\n{report}\n")
        } else {
            line::lines(&name, found)
        };
        self.progress.report(&text)
    }

    /// One of the documents of `--json` or `--ndjson`.
    fn document(&mut self, document: &Value) -> anyhow::Result<()> {
        let first = !std::mem::replace(&mut self.begun, true);
        let between = if self.output.ndjson || first { "" } else { "," };
        self.progress.print(&format!("{between}{document}\n"))
    }

    /// The summary; `left` hosts were not come to.
    fn end(&mut self, started: Instant, ranges: bool, left: usize) -> anyhow::Result<()> {
        self.progress.end();
        if let Some(page) = self.page.take() {
            page.end()?;
        }
        let took = started.elapsed();
        if self.output.json || self.output.ndjson {
            let data = self.tally.data(took, left);
            let summary = data.get("summary").unwrap_or(&data);
            return output::print(&if self.output.json {
                format!("],\"summary\":{summary}}}\n")
            } else {
                format!("{data}\n")
            });
        }
        let hidden = ranges && !self.several.full;
        output::report(&format!("\n{}", self.tally.text(took, hidden, left)))
    }
}
