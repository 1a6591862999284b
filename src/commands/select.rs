//! Which scenarios a command means: ids, prefixes of ids, files.

use std::path::{Path, PathBuf};

use badrdp::{Scenario, UnknownScenario};

use crate::commands::filter::Filter;
use crate::commands::scenario::check;

/// The scenarios that `ids` and `files` name, or the whole catalogue when both are empty, as far as they pass `filter`.
pub(crate) fn scenarios(ids: &[String], files: &[PathBuf], filter: &Filter) -> anyhow::Result<Vec<Scenario>> {
    filter.check()?;
    let named = if ids.is_empty() && !files.is_empty() { Vec::new() } else { named(ids)? };
    let mut chosen: Vec<Scenario> = named.into_iter().cloned().collect();
    for path in files {
        chosen.extend(file(path)?);
    }
    passing(chosen, filter)
}

/// The scenarios of the catalogue that `ids` or prefixes of ids name, each once; all of it when there are none.
pub(crate) fn named(ids: &[String]) -> anyhow::Result<Vec<&'static Scenario>> {
    if ids.is_empty() {
        return Ok(badrdp::scenarios::catalog().iter().collect());
    }
    let mut chosen: Vec<&Scenario> = Vec::new();
    for id in ids {
        let selected = badrdp::scenarios::select(id).map_err(|nearest| UnknownScenario { id: id.clone(), nearest })?;
        for scenario in selected {
            if chosen.iter().all(|known| known.id != scenario.id) {
                chosen.push(scenario);
            }
        }
    }
    Ok(chosen)
}

/// The scenarios of a file that `ids` name, whole or by their last part; all of them when there are none.
pub(crate) fn of_file(ids: &[String], path: &Path, filter: &Filter) -> anyhow::Result<Vec<Scenario>> {
    filter.check()?;
    let all = file(path)?;
    if ids.is_empty() {
        return passing(all, filter);
    }
    let mut chosen = Vec::new();
    for id in ids {
        let named = |scenario: &&Scenario| scenario.id == *id || scenario.id.ends_with(&format!("/{id}"));
        let named: Vec<Scenario> = all.iter().filter(named).cloned().collect();
        if named.is_empty() {
            let ids = all.iter().map(|scenario| scenario.id.as_str()).collect::<Vec<_>>().join(", ");
            anyhow::bail!("the file has no scenario `{id}`; it has {ids}");
        }
        add(&mut chosen, named);
    }
    passing(chosen, filter)
}

/// Adds what is not there yet.
fn add(chosen: &mut Vec<Scenario>, more: impl IntoIterator<Item = Scenario>) {
    for scenario in more {
        if chosen.iter().all(|known| known.id != scenario.id) {
            chosen.push(scenario);
        }
    }
}

fn passing(mut scenarios: Vec<Scenario>, filter: &Filter) -> anyhow::Result<Vec<Scenario>> {
    scenarios.retain(|scenario| filter.wants(scenario));
    anyhow::ensure!(!scenarios.is_empty(), "no scenario passes all filters; `badrdp scenario list` shows them all");
    Ok(scenarios)
}

/// What can be chosen below an id, a line each: families of `fold` and more scenarios as one.
pub(crate) fn listed(scenarios: &[&Scenario], fold: usize) -> String {
    let mut families: Vec<(&Path, Vec<&str>)> = Vec::new();
    for scenario in scenarios {
        match families.last_mut() {
            Some((source, ids)) if *source == scenario.source => ids.push(&scenario.id),
            _ => families.push((&scenario.source, vec![&scenario.id])),
        }
    }
    let mut text = String::new();
    for (source, ids) in families {
        let family = source.with_extension("").display().to_string();
        let lines = if ids.len() >= fold { vec![family.as_str()] } else { ids };
        text.extend(lines.into_iter().map(|line| format!("\n  {line}")));
    }
    text
}

/// The scenarios of a file; the error shows every mistake beside its line.
fn file(path: &Path) -> anyhow::Result<Vec<Scenario>> {
    check::load(path).map_err(|mistakes| anyhow::anyhow!("the scenario file cannot be used\n{mistakes}"))
}
