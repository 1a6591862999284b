//! Scenarios by what they are about: the same options for every command that takes many.

use badrdp_proto::vocab::Stage;
use badrdp_scenarios::spec::Reference;
use badrdp_scenarios::{Scenario, catalog};
use clap::Args;

/// What is taken passes all of them.
#[derive(Debug, Default, Args)]
pub(crate) struct Filter {
    /// Only scenarios of which the probe must report this stage, for example tls
    #[arg(long, value_parser = stage)]
    stage: Option<Stage>,
    /// Only scenarios with this tag, for example 0x904
    #[arg(long)]
    tag: Option<String>,
    /// Only scenarios that cover this row of `badrdp scenario coverage`, for example C033
    #[arg(long, value_name = "ROW")]
    covers: Option<String>,
    /// Only scenarios about this section or one below it, for example 2.2.8 or "RFC 8446"
    #[arg(long, value_name = "SECTION")]
    spec: Option<String>,
}

impl Filter {
    /// Refuses tags and rows that nothing has: they are typing mistakes.
    pub(crate) fn check(&self) -> anyhow::Result<()> {
        if let Some(tag) = &self.tag {
            known_tag(tag)?;
        }
        if let Some(row) = &self.covers {
            super::scenario::coverage::known_row(row)?;
        }
        Ok(())
    }

    pub(crate) fn wants(&self, scenario: &Scenario) -> bool {
        let about = |wanted: &String| {
            let wanted = Reference::parse(wanted);
            scenario.spec.iter().any(|section| Reference::parse(section).is_within(&wanted))
        };
        self.stage.is_none_or(|stage| scenario.expect_probe.stage == stage)
            && self.tag.as_ref().is_none_or(|tag| scenario.tags.contains(tag))
            && self.covers.as_ref().is_none_or(|row| scenario.covers.contains(row))
            && self.spec.as_ref().is_none_or(about)
    }
}

fn known_tag(tag: &str) -> anyhow::Result<()> {
    let mut tags: Vec<&str> = catalog().iter().flat_map(|scenario| &scenario.tags).map(String::as_str).collect();
    tags.sort_unstable();
    tags.dedup();
    anyhow::ensure!(tags.contains(&tag), "no scenario has the tag `{tag}`; tags: {}", tags.join(", "));
    Ok(())
}

fn stage(name: &str) -> Result<Stage, String> {
    name.parse().map_err(|_| {
        let names: Vec<_> = Stage::ALL.iter().map(|stage| stage.name()).collect();
        format!("stages are {}", names.join(", "))
    })
}
