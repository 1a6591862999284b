//! The names by which a client can ask for a scenario, where many are served behind one port.

use crate::model::Scenario;
use crate::random::Seeded;

/// Crockford's base 32: nothing in it is mistaken for anything else.
const DIGITS: [char; 32] = [
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'j', 'k', 'm', 'n', 'p',
    'q', 'r', 's', 't', 'v', 'w', 'x', 'y', 'z',
];
/// Letters of the id's first part in a code.
const LETTERS: usize = 3;
/// Digits behind them.
const WIDTH: usize = 5;
/// RFC 1035 2.3.4.
const LONGEST_LABEL: usize = 63;

impl Scenario {
    /// The short name, such as `tls-hgnzm`: three letters of the id's first part, then a hash of the whole id.
    ///
    /// It has 9 characters at most, for mstsc cuts the user name in its cookie to 9. It depends on the id alone, so
    /// that it stays when others come and go.
    #[must_use]
    pub fn code(&self) -> String {
        Self::code_of(&self.id)
    }

    /// The code of the scenario with this id.
    #[must_use]
    pub fn code_of(id: &str) -> String {
        let letters: String = id.chars().filter(char::is_ascii_alphanumeric).take(LETTERS).collect();
        let first = id.split('/').next().unwrap_or_default();
        let own = first.chars().filter(char::is_ascii_alphanumeric).count().clamp(1, LETTERS);
        let letters = letters.get(..own).unwrap_or(&letters).to_ascii_lowercase();
        let hash = Seeded::new(0, id).next();
        let digits = (0..WIDTH).rev().map(|place| {
            let digit = usize::try_from(hash >> (5 * place) & 31).unwrap_or_default();
            DIGITS.get(digit).copied().unwrap_or('0')
        });
        format!("{letters}-{}", digits.collect::<String>())
    }

    /// The id as one label of a host name: `tls-certificate-expired`. The code, where the id is too long for that.
    #[must_use]
    pub fn label(&self) -> String {
        if self.id.len() > LONGEST_LABEL {
            return self.code();
        }
        let hyphenated = self.id.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' });
        hyphenated.collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::catalog;
    use crate::model::Scenario;

    fn named(id: &str) -> Option<Scenario> {
        let any = catalog().first()?;
        Some(Scenario { id: id.to_owned(), ..any.clone() })
    }

    fn code(id: &str) -> Option<String> {
        Some(named(id)?.code())
    }

    #[test]
    fn codes_are_what_they_were() {
        // People write codes down. Whoever changes these lines breaks what they wrote.
        assert_eq!(code("tls/certificate-expired").as_deref(), Some("tls-hgnzm"));
        assert_eq!(code("healthy/tls-1.3").as_deref(), Some("hea-np5k8"));
        assert_eq!(code("last-mile/server-denied-connection").as_deref(), Some("las-n7g0p"));
    }

    #[test]
    fn odd_ids_have_codes_too() {
        for (id, letters) in [("a", "a-"), ("x/y", "x-"), ("-/y", "y-"), ("9.toml", "9to-"), ("Ünder/x", "nde-")] {
            let code = code(id).unwrap_or_default();
            assert!(code.starts_with(letters) && code.len() == letters.len() + 5, "{id}: {code}");
        }
    }

    /// Case aside, as clients and DNS do not care for it; a code must not be another's label either.
    #[test]
    fn every_name_of_the_catalogue_is_of_one_scenario() {
        let mut owners: BTreeMap<String, &str> = BTreeMap::new();
        for scenario in catalog() {
            for name in [scenario.id.clone(), scenario.code(), scenario.label()] {
                let other = owners.insert(name.to_lowercase(), &scenario.id);
                assert!(other.is_none_or(|other| other == scenario.id), "{name}: {} and {other:?}", scenario.id);
            }
        }
    }

    #[test]
    fn names_fit_where_clients_put_them() {
        for scenario in catalog() {
            assert!(scenario.code().len() <= 9, "{}", scenario.code());
            let label = scenario.label();
            assert!((1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-'), "{label}");
            assert!(label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'), "{label}");
        }
    }
}
