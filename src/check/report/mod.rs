//! Reports of a run: what it came to, for people and for other programs.

pub mod github;
pub mod json;
pub mod junit;
pub mod tap;
pub mod text;

use anstyle::Style;
use badrdp_client_probe::report::style;
use badrdp_scenarios::model::{ClientDuty, ExpectClient};

use super::expectations::Recorded;
use super::{Checked, Class};

/// A case, and what the expectation file says of it.
#[derive(Clone, Debug)]
pub struct Told {
    /// What became of it.
    pub checked: Checked,
    /// Whether that is known.
    pub recorded: Recorded,
}

/// What the scenario asks of a client, with its reason: `must disconnect: … (MS-RDPBCGR 2.2.5.1)`.
#[must_use]
pub fn duty(expect: &ExpectClient) -> String {
    let of = |level: &str, duty: Option<ClientDuty>| duty.map(|duty| format!("{level} {}", duty_name(duty)));
    let duties: Vec<_> = of("must", expect.must).into_iter().chain(of("should", expect.should)).collect();
    format!("{}: {}", duties.join(", "), expect.because)
}

/// The duty's word in scenario files.
#[must_use]
pub const fn duty_name(duty: ClientDuty) -> &'static str {
    match duty {
        ClientDuty::Connect => "connect",
        ClientDuty::Disconnect => "disconnect",
        ClientDuty::Warn => "warn",
    }
}

/// How the verdict is painted.
#[must_use]
pub const fn style_of(class: Class) -> Style {
    match class {
        _ if class.is_good() => style::GOOD,
        _ if class.is_neutral() => style::DIM,
        _ => style::BAD,
    }
}

/// What is to be said about a case that is not as recorded; none where it is.
#[must_use]
pub fn complaint(told: &Told) -> Option<String> {
    let verdict = &told.checked.verdict;
    match &told.recorded {
        Recorded::Good | Recorded::Neutral | Recorded::Known(_) => None,
        Recorded::Bad(None) => Some(verdict.to_string()),
        Recorded::Bad(Some(listed)) => Some(format!("{verdict}; recorded is {listed}")),
        Recorded::UnexpectedlyGood(listed) => {
            Some(format!("{verdict}; recorded is {listed}: take the entry out of the file"))
        }
    }
}

/// The last lines of a text, at most `lines` of them.
pub(crate) fn last_lines(text: &str, lines: usize) -> Vec<&str> {
    let all: Vec<_> = text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    let from = all.len().saturating_sub(lines);
    all.get(from..).unwrap_or_default().to_vec()
}

/// A command line as a POSIX shell takes it.
#[must_use]
pub fn shell(words: &[String]) -> String {
    let quoted = |word: &String| {
        let plain = |c: char| c.is_ascii_alphanumeric() || "@%+=:,./-_{}".contains(c);
        if !word.is_empty() && word.chars().all(plain) {
            word.clone()
        } else {
            format!("'{}'", word.replace('\'', r"'\''"))
        }
    };
    words.iter().map(quoted).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_can_be_pasted_into_a_shell() {
        let words = ["xfreerdp", "/p:it's", "/v:{host}"].map(str::to_owned);
        assert_eq!(shell(&words), r"xfreerdp '/p:it'\''s' /v:{host}");
    }

    #[test]
    fn the_last_lines_are_those_that_say_something() {
        assert_eq!(last_lines("a\n\nb\nc\n\n", 2), ["b", "c"]);
        assert_eq!(last_lines("", 2), [] as [&str; 0]);
    }
}
