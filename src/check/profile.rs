//! Client profiles: how to start a client, and how to read what it says. They are data.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use regex::{Regex, RegexBuilder};
use serde::Deserialize;
use toml::Spanned;

use super::file::{self, FileError, Text};
use super::{Outcome, Reason};

/// Profiles that are built in, by name; each is a file in `profiles/`.
const BUILT_IN: &[(&str, &str)] = &[
    ("freerdp2", include_str!("../../profiles/freerdp2.toml")),
    ("freerdp3", include_str!("../../profiles/freerdp3.toml")),
    ("rdesktop", include_str!("../../profiles/rdesktop.toml")),
    ("ironrdp", include_str!("../../profiles/ironrdp.toml")),
    ("aardwolf", include_str!("../../profiles/aardwolf.toml")),
    ("remmina", include_str!("../../profiles/remmina.toml")),
    ("mstsc", include_str!("../../profiles/mstsc.toml")),
];

/// The largest profile that is read.
const LARGEST: u64 = 256 * 1024;
/// The longest time that a profile may give its client.
const LONGEST: Duration = Duration::from_secs(3600);
/// The longest words that are kept of one reading.
const WORDS: usize = 200;

/// How to start a client, and how to read what it says.
#[derive(Clone, Debug, Default)]
pub struct Profile {
    /// What it is called on the command line and in reports.
    pub name: String,
    /// The client, and which of its versions this was made for.
    pub about: String,
    /// Program and arguments, with placeholders.
    pub command: Vec<String>,
    /// What it reads on its standard input, with placeholders. Nothing: end of file at once.
    pub stdin: Option<String>,
    /// Variables of its environment, with placeholders.
    pub env: BTreeMap<String, String>,
    /// Whether it needs an X display.
    pub display: bool,
    /// What `{host}` is for it; default `127.0.0.1`. Over IPv6 `[::1]`, unless the system knows the
    /// name as one of that address, too.
    pub host: Option<String>,
    /// Whether its process stays behind the end of its connection, for its user to read a message.
    pub stays: bool,
    /// How long its process may live on behind its last connection before it is taken for hung; none: to the deadline.
    pub after_close: Option<Duration>,
    /// How long it may take, where that is more than usual.
    pub deadline: Option<Duration>,
    /// Exit codes that are crashes.
    pub crash_codes: Vec<i32>,
    /// By which words it warns of a server and asks its user.
    pub warns: Option<Words>,
    /// The package that has it, for those who miss it.
    pub package: Option<String>,
    /// Why it cannot be started by `badrdp check`, and what to do instead.
    pub by_hand: Option<String>,
    /// A script for whoever starts it by hand.
    pub script: Option<String>,
    /// What its exit codes and its words mean.
    says: Vec<Says>,
}

/// Words of a client, found by a regular expression.
#[derive(Clone, Debug)]
pub struct Words(Regex);

impl Words {
    /// Where they stand in `text`.
    #[must_use]
    pub fn find<'a>(&self, text: &'a str) -> Option<&'a str> {
        self.0.find(text).map(|found| found.as_str())
    }
}

#[derive(Clone, Debug)]
struct Says {
    reason: Reason,
    exit: Vec<i32>,
    output: Option<Regex>,
    means: Option<String>,
}

/// What a client said, and what that means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// What it means.
    pub reason: Reason,
    /// The client's own words, or its exit code with its documented meaning.
    pub words: String,
    /// The ERRINFO number that it reports, where it reports one.
    pub error_info: Option<u32>,
}

impl Said {
    /// What a fatal TLS alert says that the client sent.
    pub(crate) fn of_alert(description: u8) -> Self {
        use badrdp_proto::vocab::code::Code as _;
        let alert = badrdp_proto::vocab::codes::TlsAlert(description);
        let name = alert.name().map_or_else(|| description.to_string(), str::to_owned);
        Self { reason: Reason::of_alert(description), words: format!("TLS alert {name}"), error_info: None }
    }
}

/// A profile that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// No built-in profile has the name, and it is no file.
    #[error("no profile is called `{name}`; there are {known}, and any file whose name ends in .toml")]
    Unknown {
        /// What was asked for.
        name: String,
        /// The built-in ones.
        known: String,
    },
    /// It cannot be read, or has a mistake.
    #[error(transparent)]
    File(#[from] FileError),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    about: String,
    command: Option<Spanned<Vec<String>>>,
    stdin: Option<String>,
    #[serde(default)]
    env: BTreeMap<String, String>,
    #[serde(default)]
    display: bool,
    host: Option<String>,
    #[serde(default)]
    stays: bool,
    after_close: Option<Spanned<String>>,
    deadline: Option<Spanned<String>>,
    #[serde(default)]
    crash_codes: Vec<i32>,
    warns: Option<Spanned<String>>,
    package: Option<String>,
    by_hand: Option<String>,
    script: Option<String>,
    #[serde(default)]
    says: Vec<Spanned<Row>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    reason: Reason,
    #[serde(default)]
    exit: Vec<i32>,
    output: Option<Spanned<String>>,
    means: Option<String>,
}

impl Profile {
    /// The built-in profile with this name, or that of a file whose name ends in `.toml`.
    ///
    /// # Errors
    /// There is none, or it has a mistake; the error names the line.
    pub fn find(name: &str) -> Result<Self, ProfileError> {
        if let Some((name, text)) = BUILT_IN.iter().find(|(known, _)| *known == name) {
            return Ok(Self::parse(name, &format!("profiles/{name}.toml"), text)?);
        }
        if Path::new(name).extension().is_none_or(|extension| extension != "toml") {
            let known = Self::names().collect::<Vec<_>>().join(", ");
            return Err(ProfileError::Unknown { name: name.to_owned(), known });
        }
        let text = file::read(Path::new(name), LARGEST, "a profile")?;
        let stem = Path::new(name).file_stem().map_or_else(|| name.into(), |stem| stem.to_string_lossy());
        Ok(Self::parse(&stem, name, &text)?)
    }

    /// The file of a built-in profile.
    ///
    /// # Errors
    /// No built-in profile has the name.
    pub fn text(name: &str) -> Result<&'static str, ProfileError> {
        let known = || Self::names().collect::<Vec<_>>().join(", ");
        let found = BUILT_IN.iter().find(|(known, _)| *known == name).map(|(_, text)| *text);
        found.ok_or_else(|| ProfileError::Unknown { name: name.to_owned(), known: known() })
    }

    /// The built-in profiles' names.
    pub fn names() -> impl Iterator<Item = &'static str> {
        BUILT_IN.iter().map(|(name, _)| *name)
    }

    /// A client without a profile: it is started by `command`, and nothing that it says is understood.
    #[must_use]
    pub fn bare(command: Vec<String>) -> Self {
        let program = command.first().map(Path::new).and_then(Path::file_name);
        let name = program.map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        Self { name, command, ..Self::default() }
    }

    /// Whether somebody answers when the client asks about a server.
    #[must_use]
    pub const fn answers(&self) -> bool {
        self.stdin.is_some()
    }

    /// Reads a profile; `file` is its name in errors.
    ///
    /// # Errors
    /// It has a mistake; the error names the line.
    pub fn parse(name: &str, file: &str, text: &str) -> Result<Self, FileError> {
        let text = Text { file, text };
        let wrong = |at: usize, message: String| text.wrong(at, message);
        let parsed: File = text.parse()?;
        let regex = |pattern: &Spanned<String>| {
            let built = RegexBuilder::new(pattern.get_ref()).multi_line(true).size_limit(1 << 20).build();
            built.map_err(|error| wrong(pattern.span().start, format!("not a regular expression: {error}")))
        };
        if let Some(command) = &parsed.command
            && command.get_ref().is_empty()
        {
            return Err(wrong(command.span().start, "`command` is empty: name the program".to_owned()));
        }
        if parsed.command.is_none() && parsed.by_hand.is_none() {
            return Err(wrong(0, "neither `command` nor `by_hand` says how the client is started".to_owned()));
        }
        let duration = |text: &Spanned<String>| match humantime::parse_duration(text.get_ref()) {
            Err(error) => Err(wrong(text.span().start, format!("not a duration: {error}"))),
            Ok(time) if time.is_zero() || time > LONGEST => {
                Err(wrong(text.span().start, "a duration is above zero and at most 1h".to_owned()))
            }
            Ok(time) => Ok(time),
        };
        if let Some(after_close) = &parsed.after_close
            && parsed.stays
        {
            let message = "`after_close` says when a client is hung that `stays` says is not".to_owned();
            return Err(wrong(after_close.span().start, message));
        }
        let mut says = Vec::new();
        for row in parsed.says {
            let at = row.span().start;
            let Row { reason, exit, output, means } = row.into_inner();
            if exit.is_empty() && output.is_none() {
                return Err(wrong(at, "`says` has neither `exit` nor `output`".to_owned()));
            }
            let output = output.as_ref().map(regex).transpose()?;
            says.push(Says { reason, exit, output, means });
        }
        Ok(Self {
            name: name.to_owned(),
            about: parsed.about,
            command: parsed.command.map(Spanned::into_inner).unwrap_or_default(),
            stdin: parsed.stdin,
            env: parsed.env,
            display: parsed.display,
            host: parsed.host,
            stays: parsed.stays,
            after_close: parsed.after_close.as_ref().map(duration).transpose()?,
            deadline: parsed.deadline.as_ref().map(duration).transpose()?,
            crash_codes: parsed.crash_codes,
            warns: parsed.warns.as_ref().map(regex).transpose()?.map(Words),
            package: parsed.package,
            by_hand: parsed.by_hand,
            script: parsed.script,
            says,
        })
    }

    /// What the client says of the reason: its words before its exit code, in the order of the profile.
    #[must_use]
    pub fn read(&self, outcome: &Outcome) -> Vec<Said> {
        let mut said = Vec::new();
        for row in &self.says {
            let Some(pattern) = &row.output else { continue };
            let found = [&outcome.stderr, &outcome.stdout].into_iter().find_map(|text| pattern.captures(text));
            if let Some(found) = found {
                // A group called `words` is what is worth quoting.
                let words = found.name("words").or_else(|| found.get(0)).map_or("", |words| words.as_str());
                let number = found.name("errinfo").and_then(|number| u32::from_str_radix(number.as_str(), 16).ok());
                said.push(Said { reason: row.reason, words: shortened(words), error_info: number });
            }
        }
        let code = outcome.code();
        if let Some((code, row)) = code.and_then(|code| Some((code, self.row_of(code)?))) {
            let means = row.means.as_deref().map_or_else(String::new, |means| format!(": {means}"));
            said.push(Said { reason: row.reason, words: format!("exit code {code}{means}"), error_info: None });
        }
        said
    }

    /// Whether the exit code is none of those that its list has, where it has one.
    #[must_use]
    pub fn is_odd(&self, code: i32) -> bool {
        code != 0 && self.says.iter().any(|row| !row.exit.is_empty()) && self.row_of(code).is_none()
    }

    fn row_of(&self, code: i32) -> Option<&Says> {
        self.says.iter().find(|row| row.exit.contains(&code))
    }
}

/// Words of a client in one line, cut where they are long.
pub(super) fn shortened(words: &str) -> String {
    let words: String = words.split_whitespace().collect::<Vec<_>>().join(" ");
    match words.char_indices().nth(WORDS) {
        Some((end, _)) => format!("{}…", words.get(..end).unwrap_or_default()),
        None => words,
    }
}
