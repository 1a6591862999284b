//! Where the reports of a run go, besides the table.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::Context as _;
use badrdp::check::profile::Profile;
use badrdp::check::report::junit::Junit;
use badrdp::check::report::{Told, github, json, tap};
use badrdp::check::{Summary, artefacts};
use serde_json::Value;

use super::{Arguments, merge};
use crate::output;

fn cannot_write(path: &Path) -> String {
    format!("cannot write {}", path.display())
}

/// What is collected or written while the run goes on.
pub(super) struct Outputs {
    /// The cases as data, where anything is made of that.
    cases: Option<Vec<Value>>,
    json: bool,
    html: Option<PathBuf>,
    save: Option<PathBuf>,
    junit: Option<(PathBuf, Junit)>,
    tap: Option<(PathBuf, File)>,
    out: Option<PathBuf>,
    number: usize,
    /// Annotations would spoil a document on stdout.
    annotate: bool,
}

impl Outputs {
    /// Opens what is written as it comes, so that a path that cannot be written is known at once.
    pub(super) fn new(arguments: &Arguments, total: usize) -> anyhow::Result<Self> {
        let create = |path: &PathBuf| File::create(path).with_context(|| cannot_write(path));
        let tap = match &arguments.tap {
            Some(path) => {
                let mut file = create(path)?;
                file.write_all(tap::head(total).as_bytes()).with_context(|| cannot_write(path))?;
                Some((path.clone(), file))
            }
            None => None,
        };
        for path in [&arguments.junit, &arguments.html, &arguments.save].into_iter().flatten() {
            create(path)?;
        }
        if let Some(path) = &arguments.record {
            // What it holds is kept until there is something better.
            let mut file = File::options();
            file.append(true).create(true).open(path).with_context(|| cannot_write(path))?;
        }
        if let Some(path) = &arguments.out {
            std::fs::create_dir_all(path).with_context(|| cannot_write(path))?;
        }
        Ok(Self {
            cases: (arguments.json || arguments.html.is_some() || arguments.save.is_some()).then(Vec::new),
            json: arguments.json,
            html: arguments.html.clone(),
            save: arguments.save.clone(),
            junit: arguments.junit.clone().map(|path| (path, Junit::default())),
            tap,
            out: arguments.out.clone(),
            number: 0,
            annotate: github::is_here() && !arguments.json,
        })
    }

    pub(super) fn take(&mut self, told: &Told, client: &str) -> anyhow::Result<()> {
        self.number += 1;
        let artefacts = self.out.as_ref().map(|out| artefacts::write(out, told)).transpose()?;
        if let Some(cases) = &mut self.cases {
            let mut case = json::case(told);
            if let (Some(path), Value::Object(case)) = (artefacts, &mut case) {
                case.insert("artefacts".to_owned(), path.display().to_string().into());
            }
            cases.push(case);
        }
        if let Some((_, junit)) = &mut self.junit {
            junit.add(told);
        }
        if let Some((path, file)) = &mut self.tap {
            let text = tap::case(self.number, told);
            file.write_all(text.as_bytes()).with_context(|| cannot_write(path))?;
        }
        if self.annotate {
            output::print(&github::annotation(told, client))?;
        }
        Ok(())
    }

    pub(super) fn finish(
        mut self,
        profile: &Profile,
        summary: &Summary,
        started: SystemTime,
        took: Duration,
    ) -> anyhow::Result<()> {
        if let Some((path, file)) = &mut self.tap
            && summary.left > 0
        {
            file.write_all(tap::STOPPED.as_bytes()).with_context(|| cannot_write(path))?;
        }
        if let Some((path, junit)) = self.junit {
            let text = junit.document(&profile.name, took).context("cannot make JUnit XML")?;
            std::fs::write(&path, text).with_context(|| cannot_write(&path))?;
        }
        if let Some(cases) = self.cases {
            let document = format!("{:#}\n", json::document(&cases, profile, summary, started, took));
            drop(cases);
            if let Some(path) = &self.save {
                std::fs::write(path, &document).with_context(|| format!("cannot write {}", path.display()))?;
            }
            if let Some(path) = &self.html {
                merge::page_of_one(&document, path)?;
            }
            if self.json {
                output::print(&document)?;
            }
        }
        Ok(())
    }
}
