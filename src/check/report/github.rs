//! Annotations for GitHub Actions: workflow commands on stdout.

use super::{Told, complaint};

/// Whether this runs in a job of GitHub Actions.
#[must_use]
pub fn is_here() -> bool {
    std::env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true")
}

/// The annotation of a case that is not as recorded; empty where it is. The rest is in the report.
#[must_use]
pub fn annotation(told: &Told, client: &str) -> String {
    let Some(complaint) = complaint(told) else { return String::new() };
    let title = property(&format!("{client}: {}", told.checked.scenario.id));
    format!("::error title={title}::{}\n", data(&complaint))
}

/// An annotation about an entry of the expectation file.
#[must_use]
pub fn notice(text: &str) -> String {
    format!("::warning title=badrdp check::{}\n", data(text))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_one_line_whatever_the_client_says() {
        assert_eq!(notice("50 %\nmore"), "::warning title=badrdp check::50 %25%0Amore\n");
        assert_eq!(property("a: b, c"), "a%3A b%2C c");
    }
}
