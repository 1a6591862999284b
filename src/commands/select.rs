//! Which scenarios a command means: ids, prefixes of ids, files.

use std::path::{Path, PathBuf};

use badrdp::{Scenario, UnknownScenario};

use crate::commands::scenario::check;

/// The scenarios that `ids` and `files` name; the whole catalogue when both are empty.
pub(crate) fn scenarios(ids: &[String], files: &[PathBuf]) -> anyhow::Result<Vec<Scenario>> {
    if ids.is_empty() && files.is_empty() {
        return Ok(badrdp::scenarios::catalog().to_vec());
    }
    let mut chosen: Vec<Scenario> = Vec::new();
    for id in ids {
        let selected = badrdp::scenarios::select(id).map_err(|nearest| UnknownScenario { id: id.clone(), nearest })?;
        for scenario in selected {
            if chosen.iter().all(|known| known.id != scenario.id) {
                chosen.push(scenario.clone());
            }
        }
    }
    for path in files {
        chosen.extend(file(path)?);
    }
    Ok(chosen)
}

/// The one scenario with this id, of the catalogue or of a file.
pub(crate) fn one(id: Option<&str>, path: Option<&Path>) -> anyhow::Result<Scenario> {
    let Some(path) = path else {
        let id = id.unwrap_or_default();
        let family = badrdp::scenarios::select(id).unwrap_or_default();
        return badrdp::scenario(id).or_else(|unknown| {
            if family.is_empty() {
                return Err(unknown.into());
            }
            anyhow::bail!("`{id}` is no single scenario; choose one of:{}", listed(&family, usize::MAX))
        });
    };
    let scenarios = file(path)?;
    let ids = scenarios.iter().map(|scenario| scenario.id.clone()).collect::<Vec<_>>().join(", ");
    let wanted =
        |scenario: &Scenario| id.is_none_or(|id| scenario.id == id || scenario.id.ends_with(&format!("/{id}")));
    let mut matching = scenarios.into_iter().filter(wanted);
    match (matching.next(), matching.next()) {
        (Some(scenario), None) => Ok(scenario),
        _ => anyhow::bail!("choose one of the file's scenarios by its id: {ids}"),
    }
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
