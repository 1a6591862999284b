//! The hosts of one run: from the command line, from a file, from standard input.

use std::collections::HashSet;
use std::io::Read;
use std::path::Path;

use anyhow::Context as _;
use badrdp_client_probe::Target;

use super::target::{Spec, address};

/// The largest list that is read.
const MAX_BYTES: u64 = 16 * 1024 * 1024;
/// The most hosts of one run.
const MOST: usize = 1_000_000;

/// What is to be probed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Hosts {
    /// One host, named alone on the command line.
    One(Target),
    /// All that these stand for.
    Several(Vec<Spec>),
}

/// One of several hosts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) target: Target,
    /// Nobody said that a host is there: it is an address of a range.
    pub(super) by_range: bool,
}

/// Puts together what was typed and what stands in the files; `-` is standard input.
pub(super) fn hosts(typed: Vec<Spec>, files: &[std::path::PathBuf]) -> anyhow::Result<Hosts> {
    let mut specs = typed;
    if let ([Spec::Host(target)], []) = (specs.as_slice(), files) {
        return Ok(Hosts::One(target.clone()));
    }
    for file in files {
        let name = if file == Path::new("-") { "standard input".to_owned() } else { file.display().to_string() };
        let text = text(file).with_context(|| format!("cannot read hosts from {name}"))?;
        specs.extend(read(&text, &name)?);
    }
    anyhow::ensure!(!specs.is_empty(), "no host to probe: the list is empty");
    let count: usize = specs.iter().map(Spec::count).sum();
    anyhow::ensure!(count <= MOST, "{count} hosts are too many for one run; at most {MOST}");
    Ok(Hosts::Several(specs))
}

/// Each host once, in the order of the list. Whoever is named, too, is no mere address of a range.
pub(super) fn each(specs: Vec<Spec>) -> impl Iterator<Item = Listed> {
    let mut seen = HashSet::new();
    let named: HashSet<String> = specs
        .iter()
        .filter_map(|spec| match spec {
            Spec::Host(target) => Some(address(target).to_lowercase()),
            Spec::Range(..) => None,
        })
        .collect();
    let all = specs.into_iter().flat_map(|spec| {
        let by_range = matches!(spec, Spec::Range(..));
        spec.targets().map(move |target| (target, by_range))
    });
    all.filter_map(move |(target, by_range)| {
        let name = address(&target).to_lowercase();
        let by_range = by_range && !named.contains(&name);
        seen.insert(name).then_some(Listed { target, by_range })
    })
}

fn text(file: &Path) -> anyhow::Result<String> {
    let reader: &mut dyn Read =
        if file == Path::new("-") { &mut std::io::stdin().lock() } else { &mut std::fs::File::open(file)? };
    let mut bytes = Vec::new();
    reader.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    anyhow::ensure!(bytes.len() as u64 <= MAX_BYTES, "it is larger than {} MiB", MAX_BYTES / 1024 / 1024);
    String::from_utf8(bytes).context("it is not text in UTF-8")
}

/// A host or range a line; what stands behind it, or behind `#`, is for people.
fn read(text: &str, name: &str) -> anyhow::Result<Vec<Spec>> {
    let mut specs = Vec::new();
    for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let line = line.split('#').next().unwrap_or_default();
        let Some(word) = line.split_whitespace().next() else { continue };
        let spec = Spec::read(word).map_err(|why| anyhow::anyhow!("{name}:{}: {why}", index + 1))?;
        specs.push(spec);
    }
    Ok(specs)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests state what they expect")]
    use super::*;

    #[test]
    fn a_list_has_a_host_a_line_and_room_for_people() {
        let text =
            "\u{feff}# servers\npc1\n\n  pc2:3390  the one in the cellar\r\n192.0.2.0/30 # a range\nPC1\n192.0.2.2\n";
        let specs = read(text, "list").unwrap();
        let all: Vec<_> = each(specs).map(|listed| (address(&listed.target), listed.by_range)).collect();
        let expected = [("pc1:3389", false), ("pc2:3390", false), ("192.0.2.1:3389", true), ("192.0.2.2:3389", false)];
        assert_eq!(all, expected.map(|(host, by_range)| (host.to_owned(), by_range)));
    }

    #[test]
    fn a_mistake_is_told_with_its_line() {
        let error = read("pc1\n\npc2:0\n", "hosts.txt").unwrap_err().to_string();
        assert!(error.starts_with("hosts.txt:3: ") && error.contains("not a port"), "{error}");
    }

    #[test]
    fn one_host_alone_is_one_and_all_else_are_several() {
        let spec = |text: &str| Spec::read(text).unwrap();
        assert!(matches!(hosts(vec![spec("pc")], &[]).unwrap(), Hosts::One(_)));
        for several in [vec![spec("192.0.2.1/32")], vec![spec("pc"), spec("pc")]] {
            assert!(matches!(hosts(several, &[]).unwrap(), Hosts::Several(_)));
        }
        assert!(hosts(Vec::new(), &[]).is_err());
        let many = vec![spec("10.0.0.0/16"); 16];
        assert!(hosts(many, &[]).unwrap_err().to_string().contains("too many"));
    }
}
