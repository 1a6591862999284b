//! A directory for each case: what was seen of it, to look at later.

use std::io;
use std::path::{Path, PathBuf};

use badrdp_scenarios::Scenario;

use super::report::{Told, duty, json, shell, text};

/// An artefact that cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {}", path.display())]
pub struct ArtefactError {
    /// Where.
    pub path: PathBuf,
    /// Why.
    pub source: io::Error,
}

/// The capture among a case's artefacts, which is written while the case is played.
pub const CAPTURE: &str = "capture.pcapng";

/// Where the artefacts of this scenario's case are.
#[must_use]
pub fn directory(root: &Path, scenario: &Scenario) -> PathBuf {
    place(root, &scenario.id)
}

/// Writes a case's artefacts below `root`: `case.json`, `ladder.txt`, `stdout.txt`, `stderr.txt` and `reproduce.txt`, in
/// a directory that is called as the scenario. The value is that directory.
///
/// # Errors
/// A file cannot be written.
pub fn write(root: &Path, told: &Told) -> Result<PathBuf, ArtefactError> {
    let checked = &told.checked;
    let directory = directory(root, &checked.scenario);
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| ArtefactError { path, source }
    };
    std::fs::create_dir_all(&directory).map_err(failed(&directory))?;
    let verdict = &checked.verdict;
    let head = format!(
        "{}\n{}\nthe client {}\n{verdict}\n\n",
        checked.scenario.id,
        checked.scenario.summary,
        duty(&checked.scenario.expect_client)
    );
    let ladder = anstream::adapter::strip_str(&text::evidence(told)).to_string();
    let files = [
        ("case.json", format!("{:#}\n", json::case(told))),
        ("ladder.txt", head + &ladder),
        ("stdout.txt", checked.outcome.stdout.clone()),
        ("stderr.txt", checked.outcome.stderr.clone()),
        ("reproduce.txt", reproduction(told)),
    ];
    for (name, content) in files {
        let path = directory.join(name);
        std::fs::write(&path, content).map_err(failed(&path))?;
    }
    Ok(directory)
}

/// A directory below `root`, whatever a file or a case is called.
fn place(root: &Path, id: &str) -> PathBuf {
    let part = |part: &str| if part.trim_matches('.').is_empty() { "_".to_owned() } else { part.replace('\\', "_") };
    root.join(id.split('/').map(part).collect::<PathBuf>())
}

/// How to see it again by hand.
#[must_use]
pub fn reproduction(told: &Told) -> String {
    by_hand(&told.checked.scenario.id, &shell(&told.checked.command))
}

/// How to see scenario `id` again with a client whose command line was `client`.
pub(super) fn by_hand(id: &str, client: &str) -> String {
    let mut text = format!("badrdp serve {id} --listen 127.0.0.1:3389 --write-ca ca.pem\n");
    if !client.is_empty() {
        text.push_str(&format!("# then, with this port in place of the one that it had:\n{client}\n"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_scenario_is_called_so_that_its_artefacts_go_elsewhere() {
        let at = |id: &str| place(Path::new("out"), id);
        assert_eq!(at("tls/alert/internal-error"), Path::new("out/tls/alert/internal-error"));
        assert_eq!(at("a/../.."), Path::new("out/a/_/_"));
        assert_eq!(at("/etc//x"), Path::new("out/_/etc/_/x"));
    }
}
