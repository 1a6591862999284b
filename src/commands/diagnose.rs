//! `badrdp diagnose`: a saved transcript, judged again without the host.

use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use badrdp_client_probe::diagnosis::Verdict;
use badrdp_client_probe::report::{json, text};
use badrdp_client_probe::saved::{self, Saved};
use badrdp_client_probe::{Diagnosis, diagnose};
use clap::Args;
use serde_json::{Value, json};

use super::probe::address;
use crate::page::PageFile;
use crate::{exit, output};

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(crate) struct Arguments {
    /// What `badrdp probe --json` or `badrdp run --json` printed; `-` for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Of a run's scenarios, only this one, or all whose ids begin so
    #[arg(long, value_name = "ID")]
    only: Option<String>,
    /// Print every message in place of one line per stage
    #[arg(short, long)]
    verbose: bool,
    /// Print JSON instead of text: the document that `badrdp probe --json` prints, one per line where there are several
    #[arg(long)]
    json: bool,
    /// Write the report as a web page, too: the ladder as a drawing, the findings, and what a survey found
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

const HELP: &str = "\
The diagnosis is made from the transcript alone, as it was when the host was
there; a newer badrdp may say more. What the file lacks is not diagnosed: the
lengths of TLS records and the bytes of CredSSP's messages are not in it. What
a survey found is not judged again: --json and --html show it as it is, text
leaves it out.

The page of --html is one file that loads nothing and runs no script. What is
printed stays the same.

Examples:
  badrdp probe pc.corp.example --json > pc.json
  badrdp diagnose pc.json --html pc.html
  badrdp run tls --json | badrdp diagnose - --only tls/key-unusable

Exit codes:
  0  the host worked, as far as it was seen
  1  a failure or a problem was found, or the probe could not see the end
  2  wrong usage, or a file that cannot be read
  3  the host could not be reached; of several hosts: none";

/// Runs the command; the value is the exit code.
pub(crate) fn main(arguments: Arguments) -> anyhow::Result<u8> {
    let Arguments { file, only, verbose, json, html } = arguments;
    let name = if file == Path::new("-") { "standard input".to_owned() } else { file.display().to_string() };
    let bytes = bytes(&file).with_context(|| format!("cannot read {name}"))?;
    let mut all = saved::read(&bytes).with_context(|| format!("cannot read {name}"))?;
    drop(bytes);
    if let Some(only) = &only {
        all.retain(|saved| saved.scenario.as_deref().is_some_and(|id| is_below(id, only)));
        anyhow::ensure!(!all.is_empty(), "{name} has no scenario `{only}`");
    }
    anyhow::ensure!(!all.is_empty(), "{name} has no transcript: none of its scenarios was replayed");
    let detail = if verbose { text::Detail::Messages } else { text::Detail::Stages };
    let title = match all.as_slice() {
        [alone] => heading(alone, &name),
        many => format!("{} transcripts, saved in {name}", many.len()),
    };
    let mut page = html.map(|html| PageFile::create(&html, &title)).transpose()?;
    let (mut worst, mut reached) = (exit::AS_EXPECTED, false);
    for (index, saved) in all.iter().enumerate() {
        let diagnosis = diagnose(&saved.transcript);
        let unreachable = diagnosis.verdict == Verdict::Unreachable;
        reached |= !unreachable;
        // Nobody said that a host is at each address of a range.
        let empty = unreachable && saved.by_range;
        if !empty {
            worst = worst.max(exit_code(diagnosis.verdict));
        }
        let document = (json || page.is_some()).then(|| document(saved, &diagnosis));
        if let (Some(page), Some(document), false) = (&mut page, &document, empty) {
            page.host(document)?;
        }
        if let Some(document) = document.filter(|_| json) {
            let shown = if all.len() == 1 { format!("{document:#}\n") } else { format!("{document}\n") };
            output::print(&shown)?;
        } else {
            let gap = if index > 0 { "\n" } else { "" };
            let report = text::report_within(&saved.transcript, &diagnosis, detail, output::prose_width());
            output::report(&format!("{gap}{}\n{report}", heading(saved, &name)))?;
        }
    }
    if let Some(page) = page {
        page.end()?;
    }
    // Several hosts of which one was unreachable: something is wrong, not everything.
    Ok(match (reached, all.len()) {
        (false, _) => exit::UNREACHABLE,
        (true, 1) => worst,
        (true, _) => worst.min(exit::NOT_AS_EXPECTED),
    })
}

/// The exit code for one host.
pub(crate) const fn exit_code(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Healthy | Verdict::HealthySoFar | Verdict::NeedsCredentials => exit::AS_EXPECTED,
        Verdict::Degraded | Verdict::Refused | Verdict::Broken | Verdict::NotRdp => exit::NOT_AS_EXPECTED,
        Verdict::Unreachable => exit::UNREACHABLE,
    }
}

/// The file's bytes, as far as one more than are read.
fn bytes(file: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let reader: &mut dyn Read =
        if file == Path::new("-") { &mut std::io::stdin().lock() } else { &mut std::fs::File::open(file)? };
    reader.take(saved::MAX_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Whether `id` is what was asked for, or stands below it.
fn is_below(id: &str, wanted: &str) -> bool {
    id.strip_prefix(wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || wanted.ends_with('/'))
}

fn heading(saved: &Saved, name: &str) -> String {
    match (&saved.target, &saved.scenario) {
        (Some(target), _) => format!("Probed {}, saved in {name}", address(target)),
        (None, Some(id)) => format!("Replayed {id}, saved in {name}"),
        (None, None) => format!("Saved in {name}"),
    }
}

fn document(saved: &Saved, diagnosis: &Diagnosis) -> Value {
    let mut report = json::report(&saved.transcript, diagnosis);
    if let Value::Object(report) = &mut report {
        if let Some(target) = &saved.target {
            report.insert("target".to_owned(), json!({ "host": target.host, "port": target.port }));
        }
        if saved.by_range {
            report.insert("by_range".to_owned(), true.into());
        }
        report.extend(saved.survey.clone().map(|survey| ("survey".to_owned(), survey)));
        if let Some(id) = &saved.scenario {
            report.insert("scenario".to_owned(), id.as_str().into());
        }
    }
    report
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scenario_is_meant_by_its_id_or_by_what_stands_above_it() {
        for wanted in ["tls/alert/40", "tls/alert", "tls", "tls/"] {
            assert!(is_below("tls/alert/40", wanted), "{wanted}");
        }
        for other in ["tls/alert/4", "tl", "alert", "tls/alert/40/x"] {
            assert!(!is_below("tls/alert/40", other), "{other}");
        }
    }
}
