//! Expectation files: what is known to go wrong with a client, each with a reason.

use std::path::Path;

use glob::Pattern;
use serde::Deserialize;
use toml::Spanned;

use super::file::{self, FileError, Text};
use super::{Checked, Class};

/// The largest file that is read.
const LARGEST: u64 = 4 * 1024 * 1024;

/// What is known to go wrong.
#[derive(Clone, Debug, Default)]
pub struct Expectations {
    entries: Vec<Entry>,
    file: String,
}

#[derive(Clone, Debug)]
struct Entry {
    scenarios: Vec<Pattern>,
    verdicts: Vec<Class>,
    reason: String,
    sometimes: bool,
    line: usize,
    /// Cases that it was asked about.
    asked: usize,
}

/// What the expectation file says of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// It is good, and nothing else was expected.
    Good,
    /// Nothing was learned of the client.
    Neutral,
    /// It is bad, as recorded: the reason given.
    Known(String),
    /// It is bad, and nothing says so; where another verdict is recorded, that.
    Bad(Option<String>),
    /// It is recorded as bad, and is good: what the entry says.
    UnexpectedlyGood(String),
}

impl Recorded {
    /// Whether the run is as recorded, as far as this case goes.
    #[must_use]
    pub const fn is_as_recorded(&self) -> bool {
        matches!(self, Self::Good | Self::Neutral | Self::Known(_))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    expect: Vec<Spanned<Row>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    scenarios: Vec<Spanned<String>>,
    /// A name, or a list of them.
    verdict: Spanned<toml::Value>,
    reason: Spanned<String>,
    #[serde(default)]
    sometimes: bool,
}

impl Expectations {
    /// Reads a file.
    ///
    /// # Errors
    /// It cannot be read, or has a mistake; the error names the line.
    pub fn load(path: &Path) -> Result<Self, FileError> {
        Self::parse(&path.display().to_string(), &file::read(path, LARGEST, "an expectation file")?)
    }

    /// Reads a file's text; `file` is its name in errors.
    ///
    /// # Errors
    /// It has a mistake; the error names the line.
    pub fn parse(file: &str, text: &str) -> Result<Self, FileError> {
        let source = Text { file, text };
        let wrong = |at: usize, message: String| source.wrong(at, message);
        let parsed: File = source.parse()?;
        let mut entries = Vec::new();
        for row in parsed.expect {
            let at = row.span().start;
            let Row { scenarios, verdict, reason, sometimes } = row.into_inner();
            if reason.get_ref().trim().is_empty() {
                return Err(wrong(reason.span().start, "`reason` is empty: say why this is known".to_owned()));
            }
            if scenarios.is_empty() {
                return Err(wrong(at, "`scenarios` is empty: it is about nothing".to_owned()));
            }
            let verdicts = failures(verdict.get_ref()).map_err(|why| wrong(verdict.span().start, why))?;
            let patterns = scenarios.iter().map(|pattern| {
                Pattern::new(pattern.get_ref())
                    .map_err(|error| wrong(pattern.span().start, format!("not a pattern: {error}")))
            });
            entries.push(Entry {
                scenarios: patterns.collect::<Result<_, _>>()?,
                verdicts,
                reason: reason.into_inner(),
                sometimes,
                line: source.line_of(at),
                asked: 0,
            });
        }
        Ok(Self { entries, file: file.to_owned() })
    }

    /// Whether a case that came to `class` is as recorded.
    #[must_use]
    pub fn allows(&self, id: &str, class: Class) -> bool {
        self.look_up(id, class).is_as_recorded()
    }

    /// What it says of a case; remembers that it was asked.
    pub fn recorded(&mut self, id: &str, class: Class) -> Recorded {
        self.entries.iter_mut().filter(|entry| entry.is_about(id)).for_each(|entry| entry.asked += 1);
        self.look_up(id, class)
    }

    fn look_up(&self, id: &str, class: Class) -> Recorded {
        let file = &self.file;
        let about: Vec<_> = self.entries.iter().filter(|entry| entry.is_about(id)).collect();
        if class.is_neutral() {
            return Recorded::Neutral;
        }
        if let Some(entry) = about.iter().find(|entry| entry.verdicts.contains(&class)) {
            return Recorded::Known(entry.reason.clone());
        }
        let listed = about.iter().find(|entry| !entry.sometimes);
        let says = |entry: &Entry| {
            let verdicts: Vec<_> = entry.verdicts.iter().map(|class| class.name()).collect();
            format!("{} by {file}:{} ({})", verdicts.join(" or "), entry.line, entry.reason)
        };
        match (class.is_good(), listed) {
            (true, None) => Recorded::Good,
            (true, Some(entry)) => Recorded::UnexpectedlyGood(says(entry)),
            (false, _) => Recorded::Bad(about.first().map(|entry| says(entry))),
        }
    }

    /// Entries that no case was asked about, by their place in the file: a typing mistake, or a scenario that is gone.
    #[must_use]
    pub fn idle(&self) -> Vec<String> {
        let idle = self.entries.iter().filter(|entry| entry.asked == 0);
        let words = |entry: &Entry| {
            let patterns: Vec<_> = entry.scenarios.iter().map(Pattern::as_str).collect();
            format!("{}:{}: no scenario matches {}", self.file, entry.line, patterns.join(", "))
        };
        idle.map(words).collect()
    }
}

/// The failures that a name or a list of names stands for.
fn failures(value: &toml::Value) -> Result<Vec<Class>, String> {
    let names = match value {
        toml::Value::Array(names) if names.is_empty() => {
            return Err("`verdict` is empty: name what is to be expected".to_owned());
        }
        toml::Value::Array(names) => names.as_slice(),
        name => std::slice::from_ref(name),
    };
    let class = |name: &toml::Value| {
        let name = name.as_str().ok_or("`verdict` is a name, or a list of names")?;
        match Class::ALL.iter().find(|class| class.name() == name) {
            Some(class) if class.is_bad() => Ok(*class),
            Some(class) => Err(format!("`{class}` is no failure, so that there is nothing to expect")),
            None => {
                let failures: Vec<_> =
                    Class::ALL.iter().filter(|class| class.is_bad()).map(|class| class.name()).collect();
                Err(format!("no verdict is called `{name}`; failures are {}", failures.join(", ")))
            }
        }
    };
    names.iter().map(class).collect()
}

impl Entry {
    fn is_about(&self, id: &str) -> bool {
        self.scenarios.iter().any(|pattern| pattern.matches(id))
    }
}

/// A file that records what is bad in these cases, with the detail of the first of each kind as its reason.
#[must_use]
pub fn record<'a>(bad: impl Iterator<Item = &'a Checked>) -> String {
    let mut rows: Vec<(Class, String, Vec<String>)> = Vec::new();
    for checked in bad {
        let (class, family) = (checked.verdict.class, checked.scenario.source.clone());
        let family = family.with_extension("").display().to_string();
        let id = checked.scenario.id.clone();
        match rows.iter_mut().find(|(known, of, _)| *known == class && *of == family) {
            Some((_, _, ids)) => ids.push(id),
            None => rows.push((class, family, vec![id])),
        }
    }
    let mut text = String::from("# Recorded by `badrdp check --record`: look at each, and say why it is so.\n");
    for (class, _, ids) in rows {
        text.push_str("\n[[expect]]\nscenarios = [\n");
        text.extend(ids.iter().map(|id| format!("  {},\n", toml::Value::from(id.as_str()))));
        text.push_str(&format!("]\nverdict = \"{class}\"\nreason = \"recorded, not looked at yet\"\n"));
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests state what they expect")]
    use super::*;

    const FILE: &str = r#"
[[expect]]
scenarios = ["tls/certificate-*"]
verdict = "accepted-bad-server"
reason = "it is told to ignore certificates"

[[expect]]
scenarios = ["transport/slow"]
verdict = ["hung", "refused-wrong-reason"]
reason = "a race"
sometimes = true
"#;

    #[test]
    fn a_known_failure_is_as_recorded_and_one_that_passes_is_not() {
        let mut file = Expectations::parse("a.toml", FILE).unwrap();
        let mut recorded = |id, class| file.recorded(id, class);
        let known = Recorded::Known("it is told to ignore certificates".to_owned());
        assert_eq!(recorded("tls/certificate-expired", Class::AcceptedBadServer), known);
        assert_eq!(recorded("tls/alert/internal-error", Class::Hung), Recorded::Bad(None));
        let passes = recorded("tls/certificate-expired", Class::RefusedRightReason);
        let says = "accepted-bad-server by a.toml:2 (it is told to ignore certificates)";
        assert_eq!(passes, Recorded::UnexpectedlyGood(says.to_owned()));
        assert_eq!(recorded("tls/certificate-expired", Class::Crashed), Recorded::Bad(Some(says.to_owned())));
        assert_eq!(recorded("tls/certificate-expired", Class::NotApplicable), Recorded::Neutral);
        assert_eq!(recorded("healthy/tls-1.3", Class::AsRequired), Recorded::Good);
        assert_eq!(file.idle(), ["a.toml:7: no scenario matches transport/slow"]);
    }

    #[test]
    fn what_happens_sometimes_may_also_pass() {
        let mut file = Expectations::parse("a.toml", FILE).unwrap();
        assert_eq!(file.recorded("transport/slow", Class::Refused), Recorded::Good);
        assert_eq!(file.recorded("transport/slow", Class::Hung), Recorded::Known("a race".to_owned()));
        assert!(!file.recorded("transport/slow", Class::Crashed).is_as_recorded());
    }

    #[test]
    fn mistakes_are_told_with_their_line() {
        let wrong = |text: &str| Expectations::parse("a.toml", text).unwrap_err().to_string();
        let row = |verdict: &str, reason: &str, more: &str| {
            wrong(&format!("# a\n[[expect]]\nscenarios = [\"a*\"]\nverdict = {verdict}\nreason = \"{reason}\"\n{more}"))
        };
        assert!(row("\"crashed\"", "", "").starts_with("a.toml:5: `reason` is empty"));
        assert!(row("\"as-required\"", "r", "").contains("`as-required` is no failure"));
        for crushed in ["\"crushed\"", "[\"hung\", \"crushed\"]"] {
            let crushed = row(crushed, "r", "");
            assert!(
                crushed.starts_with("a.toml:4: no verdict is called `crushed`; failures are refused-w"),
                "{crushed}"
            );
        }
        assert!(row("7", "r", "").starts_with("a.toml:4: `verdict` is a name, or"), "{}", row("7", "r", ""));
        assert!(row("[]", "r", "").starts_with("a.toml:4: `verdict` is empty"), "{}", row("[]", "r", ""));
        let unknown = row("\"crashed\"", "r", "sometime = true");
        assert!(unknown.starts_with("a.toml:6: unknown field `sometime`"), "{unknown}");
        let pattern = wrong("[[expect]]\nscenarios = [\"a***\"]\nverdict = \"hung\"\nreason = \"r\"\n");
        assert!(pattern.starts_with("a.toml:2: not a pattern"), "{pattern}");
    }
}
