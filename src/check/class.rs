//! What a client can come to.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The verdict in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// It did what the scenario asks for.
    AsRequired,
    /// It ended the connection and said why, rightly.
    RefusedRightReason,
    /// It ended the connection; whether it knows why cannot be told from what it said.
    Refused,
    /// It came again with the same offer, and then ended.
    RetriedThenRefused,
    /// It ended the connection and blamed something else, or nothing in particular.
    RefusedWrongReason,
    /// It ended a connection that it should have gone on with.
    RefusedGoodServer,
    /// It went on with a server that it should have left, or of which it should have warned.
    AcceptedBadServer,
    /// It fell back to a weaker protocol.
    Downgraded,
    /// It gave a password away to a server that it had reason to reject.
    LeakedCredentials,
    /// It had not ended when its time was up.
    Hung,
    /// A signal that nobody here sent ended it, or an exit code that its profile calls a crash.
    Crashed,
    /// This client never meets what is wrong here.
    NotApplicable,
    /// What the scenario asks for cannot be seen from outside.
    Unknown,
}

impl Class {
    /// Every class, from the best to the worst, then those that are no verdict.
    pub const ALL: &'static [Self] = &[
        Self::AsRequired,
        Self::RefusedRightReason,
        Self::Refused,
        Self::RetriedThenRefused,
        Self::RefusedWrongReason,
        Self::RefusedGoodServer,
        Self::AcceptedBadServer,
        Self::Downgraded,
        Self::LeakedCredentials,
        Self::Hung,
        Self::Crashed,
        Self::NotApplicable,
        Self::Unknown,
    ];

    /// The name in reports, in expectation files and in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AsRequired => "as-required",
            Self::RefusedRightReason => "refused-right-reason",
            Self::Refused => "refused",
            Self::RetriedThenRefused => "retried-then-refused",
            Self::RefusedWrongReason => "refused-wrong-reason",
            Self::RefusedGoodServer => "refused-good-server",
            Self::AcceptedBadServer => "accepted-bad-server",
            Self::Downgraded => "downgraded",
            Self::LeakedCredentials => "leaked-credentials",
            Self::Hung => "hung",
            Self::Crashed => "crashed",
            Self::NotApplicable => "not-applicable",
            Self::Unknown => "unknown",
        }
    }

    /// Whether the client did well.
    #[must_use]
    pub const fn is_good(self) -> bool {
        matches!(self, Self::AsRequired | Self::RefusedRightReason | Self::Refused | Self::RetriedThenRefused)
    }

    /// Whether nothing was learned about the client: neither good nor bad.
    #[must_use]
    pub const fn is_neutral(self) -> bool {
        matches!(self, Self::NotApplicable | Self::Unknown)
    }

    /// Whether the client did something that it should not.
    #[must_use]
    pub const fn is_bad(self) -> bool {
        !self.is_good() && !self.is_neutral()
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests state what they expect")]
    use super::*;

    #[test]
    fn every_class_has_one_name_in_text_and_in_files() {
        for class in Class::ALL {
            assert_eq!(serde_json::to_value(class).unwrap(), class.name());
        }
        let names: std::collections::BTreeSet<_> = Class::ALL.iter().map(|class| class.name()).collect();
        assert_eq!(names.len(), Class::ALL.len());
    }
}
