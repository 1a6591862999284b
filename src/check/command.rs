//! Command lines with placeholders.

use badrdp_scenarios::Scenario;

/// The placeholders, and what each stands for.
pub const PLACEHOLDERS: &[(&str, &str)] = &[
    ("host", "the server's name or address"),
    ("port", "the server's port"),
    ("family", "4 or 6: over which internet protocol the server is reached"),
    ("user", "the user to log on as"),
    ("password", "that user's password"),
    ("password_file", "a file whose first line is the password"),
    ("domain", "that user's domain; may be empty"),
    ("ca", "a PEM file with the certificate of the test CA"),
    ("dir", "a directory of this run's own, which is also HOME"),
    ("display", "the X display, such as :99"),
    ("scenario", "the scenario's id"),
];

/// A word with placeholders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    /// The place in [`PLACEHOLDERS`].
    Value(usize),
}

/// A word that cannot be filled in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// No placeholder has the name.
    #[error("unknown placeholder `{{{name}}}` in `{word}`; there are {known}, and `{{{{` is a brace")]
    Unknown {
        /// The name.
        name: String,
        /// The word that has it.
        word: String,
        /// Those that there are.
        known: String,
    },
    /// A brace is opened and not closed.
    #[error("`{word}` opens a brace and does not close it; `{{{{` is a brace")]
    Open {
        /// The word.
        word: String,
    },
}

impl Template {
    /// Reads a word; `{{` and `}}` are braces.
    ///
    /// # Errors
    /// A placeholder is unknown, or a brace is not closed.
    pub fn parse(word: &str) -> Result<Self, TemplateError> {
        let mut pieces = Vec::new();
        let mut text = String::new();
        let mut rest = word;
        while let Some(at) = rest.find(['{', '}']) {
            let (before, behind) = rest.split_at(at);
            text.push_str(before);
            // A brace alone that closes nothing is a brace, too.
            let brace = [("{{", '{'), ("}}", '}'), ("}", '}')];
            if let Some((behind, brace)) =
                brace.iter().find_map(|(written, brace)| Some((behind.strip_prefix(written)?, *brace)))
            {
                text.push(brace);
                rest = behind;
                continue;
            }
            let inside = behind.get(1..).unwrap_or_default();
            let Some((name, behind)) = inside.split_once('}') else {
                return Err(TemplateError::Open { word: word.to_owned() });
            };
            let Some(place) = PLACEHOLDERS.iter().position(|(known, _)| *known == name) else {
                let known: Vec<_> = PLACEHOLDERS.iter().map(|(known, _)| format!("{{{known}}}")).collect();
                let (name, word) = (name.to_owned(), word.to_owned());
                return Err(TemplateError::Unknown { name, word, known: known.join(" ") });
            };
            pieces.push(Piece::Text(std::mem::take(&mut text)));
            pieces.push(Piece::Value(place));
            rest = behind;
        }
        text.push_str(rest);
        pieces.push(Piece::Text(text));
        Ok(Self(pieces))
    }

    /// The word with each placeholder's value.
    pub(super) fn fill(&self, values: &Values) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Value(place) => {
                PLACEHOLDERS.get(*place).map_or_else(String::new, |(name, _)| values.get(name).to_owned())
            }
        };
        self.0.iter().map(piece).collect()
    }

    /// Whether it has this placeholder.
    pub(super) fn has(&self, name: &str) -> bool {
        let place = PLACEHOLDERS.iter().position(|(known, _)| *known == name);
        self.0.iter().any(|piece| matches!(piece, Piece::Value(value) if Some(*value) == place))
    }
}

/// What the placeholders stand for in one case.
#[derive(Clone, Debug, Default)]
pub(super) struct Values(Vec<(&'static str, String)>);

impl Values {
    pub(super) fn set(&mut self, name: &'static str, value: impl Into<String>) {
        self.0.retain(|(known, _)| *known != name);
        self.0.push((name, value.into()));
    }

    fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
    }

    /// The same for reports: the password is not in it.
    pub(super) fn masked(&self) -> Self {
        let mut masked = self.clone();
        masked.set("password", "{password}");
        masked
    }
}

/// As whom the client logs on in a scenario.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    /// User name.
    pub user: String,
    /// Password.
    pub password: String,
    /// Domain; may be empty.
    pub domain: String,
}

impl Login {
    /// Whom the scenario's probe logs on as; the first account where it names nobody.
    #[must_use]
    pub fn of(scenario: &Scenario) -> Self {
        let probe = &scenario.probe;
        if let Some(user) = &probe.user {
            let (user, password, domain) = (user.clone(), probe.password.clone(), probe.domain.clone());
            return Self { user, password, domain };
        }
        let account = scenario.server.accounts.first().cloned().unwrap_or_default();
        Self { user: account.user, password: account.password, domain: account.domain.unwrap_or_default() }
    }
}

impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { user, password, domain } = self;
        write!(f, "Login({domain}\\{user}, {} characters)", password.chars().count())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests state what they expect")]
    use super::*;

    fn filled(word: &str) -> String {
        let mut values = Values::default();
        for (name, value) in [("host", "127.0.0.1"), ("port", "4000"), ("password", "Passw0rd!")] {
            values.set(name, value);
        }
        Template::parse(word).unwrap().fill(&values)
    }

    #[test]
    fn placeholders_are_filled_in_and_double_braces_are_braces() {
        assert_eq!(filled("/v:{host}:{port}"), "/v:127.0.0.1:4000");
        assert_eq!(filled("{{host}} {domain}|"), "{host} |");
        assert_eq!(filled("a}b"), "a}b");
        assert!(Template::parse("/p:{password}").unwrap().has("password"));
    }

    #[test]
    fn an_unknown_placeholder_is_named() {
        let error = Template::parse("/v:{hosts}").unwrap_err().to_string();
        assert!(error.starts_with("unknown placeholder `{hosts}` in `/v:{hosts}`; there are {host} {port}"), "{error}");
        let error = Template::parse("/v:{host").unwrap_err().to_string();
        assert_eq!(error, "`/v:{host` opens a brace and does not close it; `{{` is a brace");
    }

    #[test]
    fn reports_get_no_password() {
        let mut values = Values::default();
        values.set("password", "Passw0rd!");
        assert_eq!(Template::parse("/p:{password}").unwrap().fill(&values.masked()), "/p:{password}");
    }

    #[test]
    fn the_client_logs_on_as_the_scenarios_probe_does() {
        let login = |id| Login::of(&crate::scenario(id).unwrap());
        let wrong = login("nla/wrong-password/logon-failure");
        let right = badrdp_scenarios::model::Account::default();
        assert_eq!(wrong.user, right.user);
        assert_ne!(wrong.password, right.password);
        assert_eq!(login("healthy/tls-1.3").user, right.user, "without a probe's user the first account");
        assert!(!format!("{wrong:?}").contains(&wrong.password));
    }
}
