//! The report as a web page in a file.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use badrdp_client_probe::report::html::Page;
use serde_json::Value;

/// A page that is being written.
#[derive(Debug)]
pub(crate) struct PageFile {
    file: PathBuf,
    page: Page<BufWriter<File>>,
}

impl PageFile {
    /// Makes `file`, or empties it.
    pub(crate) fn create(file: &Path, title: &str) -> anyhow::Result<Self> {
        let cannot = || format!("cannot write {}", file.display());
        let out = BufWriter::new(File::create(file).with_context(cannot)?);
        let page = Page::begin(out, title).with_context(cannot)?;
        Ok(Self { file: file.to_owned(), page })
    }

    /// Writes what the JSON `document` says of one host.
    pub(crate) fn host(&mut self, document: &Value) -> anyhow::Result<()> {
        self.page.host(document).with_context(|| format!("cannot write {}", self.file.display()))
    }

    /// Writes the page's end.
    pub(crate) fn end(self) -> anyhow::Result<()> {
        let Self { file, page } = self;
        page.end().map(|_| ()).with_context(|| format!("cannot write {}", file.display()))
    }
}
