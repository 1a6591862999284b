//! How many cases came to what.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use super::Class;

/// How many cases came to each class of verdict.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts(BTreeMap<Class, usize>);

impl Counts {
    /// One more.
    pub fn add(&mut self, class: Class) {
        *self.0.entry(class).or_default() += 1;
    }

    /// How many cases there are.
    #[must_use]
    pub fn total(&self) -> usize {
        self.0.values().sum()
    }

    /// How many came to this class.
    #[must_use]
    pub fn of(&self, class: Class) -> usize {
        self.0.get(&class).copied().unwrap_or(0)
    }

    /// How many came to a class of this kind.
    #[must_use]
    pub fn count(&self, kind: impl Fn(Class) -> bool) -> usize {
        self.0.iter().filter(|(class, _)| kind(**class)).map(|(_, count)| count).sum()
    }
}

impl Serialize for Counts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(Class::ALL.iter().map(|class| (class, self.of(*class))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases_are_counted_by_class_and_by_kind() {
        let mut counts = Counts::default();
        for class in [Class::Hung, Class::Refused, Class::Hung, Class::Unknown, Class::AsRequired] {
            counts.add(class);
        }
        assert_eq!((counts.total(), counts.of(Class::Hung), counts.of(Class::Crashed)), (5, 2, 0));
        let kinds = (counts.count(Class::is_good), counts.count(Class::is_bad), counts.count(Class::is_neutral));
        assert_eq!(kinds, (2, 2, 1));
    }
}
