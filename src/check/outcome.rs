//! How a client's run ended.

use std::fmt;
use std::time::Duration;

/// How a client's run ended, as far as it can be seen from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// How.
    pub end: End,
    /// From its start to its end.
    pub took: Duration,
    /// The end of what it wrote to stdout.
    pub stdout: String,
    /// The end of what it wrote to stderr; of a client in the same process its error.
    pub stderr: String,
}

/// How a client ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// Its process exited with this code.
    Exited(i32),
    /// A signal ended its process.
    Signalled {
        /// Which.
        signal: i32,
        /// Whether the system wrote a core file.
        core: bool,
    },
    /// It was in a session, nothing more was to come, and it was ended here.
    InSession,
    /// Its connection was over, and it was ended here: its profile says that it stays, for its user to read.
    Stayed,
    /// It had not ended when its time was up: at the deadline, or so long behind its last connection's end as its
    /// profile allows.
    Deadline {
        /// Whether it still had a connection.
        connected: bool,
    },
    /// It runs in this process, and came back with success.
    Succeeded,
    /// It runs in this process, and came back with an error.
    Failed,
    /// Nobody here sees its process: only the wire.
    Unseen,
    /// The whole run was stopped before it ended.
    Cancelled,
}

impl Outcome {
    /// Of a client that came back with `result`.
    #[must_use]
    pub fn of<T, E: fmt::Display>(result: &Result<T, E>) -> Self {
        let (end, stderr) = match result {
            Ok(_) => (End::Succeeded, String::new()),
            Err(error) => (End::Failed, error.to_string()),
        };
        Self { end, stderr, ..Self::unseen() }
    }

    /// Of a client that did not come back in time: `tokio::time::timeout` gives this.
    #[must_use]
    pub fn of_timed<T, E: fmt::Display, L>(result: &Result<Result<T, E>, L>) -> Self {
        match result {
            Ok(result) => Self::of(result),
            Err(_) => Self { end: End::Deadline { connected: true }, ..Self::unseen() },
        }
    }

    /// Of a client of which only the wire is seen.
    #[must_use]
    pub const fn unseen() -> Self {
        Self { end: End::Unseen, took: Duration::ZERO, stdout: String::new(), stderr: String::new() }
    }

    /// The exit code.
    #[must_use]
    pub const fn code(&self) -> Option<i32> {
        match self.end {
            End::Exited(code) => Some(code),
            _ => None,
        }
    }

    /// The last line that is not empty of what it wrote, stderr before stdout.
    #[must_use]
    pub fn last_words(&self) -> Option<&str> {
        let last = |text: &'_ str| text.lines().map(str::trim).rfind(|line| !line.is_empty()).map(str::len);
        let of = |text: &str| last(text).is_some();
        let text = if of(&self.stderr) { &self.stderr } else { &self.stdout };
        text.lines().map(str::trim).rfind(|line| !line.is_empty())
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exited(code) => write!(f, "exit code {code}"),
            Self::Signalled { signal, core } => {
                write!(f, "signal {}{}", signal_name(*signal), if *core { ", core dumped" } else { "" })
            }
            Self::InSession => f.write_str("in session, ended here"),
            Self::Stayed => f.write_str("stayed behind its connection, ended here"),
            Self::Deadline { connected: true } => f.write_str("still there at the deadline"),
            Self::Deadline { connected: false } => f.write_str("still there long behind its connection's end"),
            Self::Succeeded => f.write_str("success"),
            Self::Failed => f.write_str("an error"),
            Self::Unseen => f.write_str("not seen"),
            Self::Cancelled => f.write_str("stopped"),
        }
    }
}

/// The signal's name, or its number.
pub(super) fn signal_name(signal: i32) -> String {
    const NAMES: &[(i32, &str)] = &[
        (1, "SIGHUP"),
        (2, "SIGINT"),
        (3, "SIGQUIT"),
        (4, "SIGILL"),
        (5, "SIGTRAP"),
        (6, "SIGABRT"),
        (8, "SIGFPE"),
        (9, "SIGKILL"),
        (11, "SIGSEGV"),
        (13, "SIGPIPE"),
        (14, "SIGALRM"),
        (15, "SIGTERM"),
    ];
    let name = NAMES.iter().find(|(number, _)| *number == signal).map(|(_, name)| (*name).to_owned());
    name.unwrap_or_else(|| signal.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_words_are_those_of_stderr_if_there_are_any() {
        let outcome = |stdout: &str, stderr: &str| Outcome {
            stdout: stdout.to_owned(),
            stderr: stderr.to_owned(),
            ..Outcome::unseen()
        };
        assert_eq!(outcome("a\nb\n\n", " \n").last_words(), Some("b"));
        assert_eq!(outcome("a", "first\n last \n\n").last_words(), Some("last"));
        assert_eq!(outcome("", "").last_words(), None);
    }

    #[test]
    fn a_result_becomes_an_outcome() {
        let refused: Result<(), &str> = Err("certificate expired");
        assert_eq!(Outcome::of(&refused).last_words(), Some("certificate expired"));
        assert_eq!(Outcome::of::<_, &str>(&Ok(())).end, End::Succeeded);
        assert_eq!(Outcome::of_timed::<(), &str, ()>(&Err(())).end, End::Deadline { connected: true });
    }
}
