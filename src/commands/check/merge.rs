//! `badrdp check merge`: saved runs beside each other.

use std::fs::File;
use std::io::{BufWriter, Read as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use badrdp::check::matrix::{self, MAX_BYTES, Matrix, Run, Source};
use badrdp_client_probe::report::style::{self, paint};
use clap::Args;

use crate::{exit, output};

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(crate) struct Arguments {
    /// What `badrdp check --json` printed; with a name before it, the client is called so
    #[arg(value_name = "[NAME=]RUN", required = true)]
    runs: Vec<String>,
    /// Write the matrix as a web page to this file
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Print one JSON document in place of the counts
    #[arg(long)]
    json: bool,
}

const HELP: &str = "\
Runs of one client become one column: what is in several of them is taken from
the latest. A scenario that a client was not run against is \"not run\". Whatever
else makes the runs unlike is told in notes.

The page is one file that loads nothing and runs no script.

Examples:
  badrdp check tls --client freerdp2 --json > freerdp2.json
  badrdp check tls --client rdesktop --json > rdesktop.json
  badrdp check merge freerdp2.json rdesktop.json --html matrix.html
  badrdp check merge 2.11=old.json 3.5=new.json --json

Exit codes:
  0  the runs were merged, whatever the verdicts in them are
  2  wrong usage, or a file that cannot be read";

/// Runs the command; the value is the exit code.
pub(super) fn main(arguments: &Arguments) -> anyhow::Result<u8> {
    let mut texts = Vec::new();
    for run in &arguments.runs {
        let (rename, file) = named(run);
        texts.push((rename, file, bytes(file).with_context(|| format!("cannot read {file}"))?));
    }
    let mut sources = Vec::new();
    for (rename, file, bytes) in &texts {
        let run = Run::read(bytes).with_context(|| format!("cannot read {file}"))?;
        sources.push(Source { file: (*file).to_owned(), rename: rename.map(ToOwned::to_owned), run });
    }
    let matrix = matrix::merge(sources)?;
    for note in &matrix.notes {
        anstream::eprintln!("{}: {note}", paint(style::WARN, "note"));
    }
    if let Some(path) = &arguments.html {
        let names: Vec<_> = matrix.columns.iter().map(|column| column.name.as_str()).collect();
        page(&matrix, &names.join(", "), path)?;
    }
    if arguments.json {
        output::print(&format!("{:#}\n", matrix::document(&matrix)))?;
    } else {
        output::report(&matrix::counts(&matrix))?;
    }
    Ok(exit::AS_EXPECTED)
}

/// Writes the page of a run that was just made: `document` is what `--json` prints of it.
pub(super) fn page_of_one(document: &str, path: &Path) -> anyhow::Result<()> {
    let run = Run::read(document.as_bytes()).context("cannot read what this program wrote")?;
    let client = run.client.name.clone();
    let matrix = matrix::merge(vec![Source { file: "this run".to_owned(), rename: None, run }])?;
    page(&matrix, &client, path)
}

fn page(matrix: &Matrix<'_>, clients: &str, path: &Path) -> anyhow::Result<()> {
    let cannot = || format!("cannot write {}", path.display());
    let file = BufWriter::new(File::create(path).with_context(cannot)?);
    matrix::write(file, matrix, &format!("badrdp check: {clients}")).with_context(cannot)?;
    Ok(())
}

/// `NAME=FILE`, where no file is called so.
fn named(run: &str) -> (Option<&str>, &str) {
    match run.split_once('=') {
        Some((name, file)) if !name.is_empty() && !Path::new(run).exists() => (Some(name), file),
        _ => (None, run),
    }
}

/// The file's bytes, as far as one more than are read.
fn bytes(file: &str) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(file)?.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
