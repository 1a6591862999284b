//! How a verdict looks: a mark and a short word, so that it is told by more than its colour.

use serde::Serialize;

use crate::check::Class;
use crate::check::matrix::{Case, Column};

/// A verdict as a cell has it.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Look {
    pub(super) tone: &'static str,
    pub(super) mark: &'static str,
    pub(super) word: &'static str,
}

/// A case that is not there.
pub(super) const NOT_RUN: Look = Look { tone: "none", mark: "·", word: "not run" };

/// How `class` looks.
pub(super) const fn look(class: Class) -> Look {
    let word = match class {
        Class::AsRequired => "as required",
        Class::RefusedRightReason => "right reason",
        Class::Refused => "refused",
        Class::RetriedThenRefused => "retried",
        Class::RefusedWrongReason => "wrong reason",
        Class::RefusedGoodServer => "refused good",
        Class::AcceptedBadServer => "accepted bad",
        Class::Downgraded => "downgraded",
        Class::LeakedCredentials => "leaked",
        Class::Hung => "hung",
        Class::Crashed => "crashed",
        Class::NotApplicable => "n/a",
        Class::Unknown => "unknown",
    };
    let (tone, mark) = match class {
        Class::LeakedCredentials | Class::Crashed => ("worst", "✗"),
        Class::NotApplicable => ("plain", "–"),
        Class::Unknown => ("plain", "?"),
        class if class.is_good() => ("good", "✓"),
        _ => ("bad", "✗"),
    };
    Look { tone, mark, word }
}

/// What `class` means, for those who do not have `docs/check.md` beside the page.
pub(super) const fn sentence(class: Class) -> &'static str {
    match class {
        Class::AsRequired => "did what the scenario asks for",
        Class::RefusedRightReason => "ended the connection and said why, rightly",
        Class::Refused => "ended the connection; whether it knows why cannot be told",
        Class::RetriedThenRefused => "came again with the same offer, and then ended",
        Class::RefusedWrongReason => "ended the connection and blamed something else, or nothing in particular",
        Class::RefusedGoodServer => "ended a connection that it should have gone on with",
        Class::AcceptedBadServer => "went on with a server that it should have left or warned of",
        Class::Downgraded => "fell back to a weaker protocol",
        Class::LeakedCredentials => "gave a password away to a server that it had reason to reject",
        Class::Hung => "had not ended when its time was up",
        Class::Crashed => "was ended by a signal, or by an exit code that is a crash",
        Class::NotApplicable => "never meets what is wrong there",
        Class::Unknown => "what is asked for cannot be seen from outside",
    }
}

/// What an expectation file has to do with a case, in a word; none where it says nothing new.
pub(super) fn tag(case: &Case<'_>, column: &Column) -> Option<&'static str> {
    let recorded = &case.recorded;
    if recorded.known.is_some() {
        return Some("known");
    }
    match (recorded.as_recorded, &recorded.listed) {
        (true, _) => None,
        (false, Some(_)) if case.verdict.class.is_good() => Some("passes, listed"),
        (false, Some(_)) => Some("not as listed"),
        // Where nothing is expected, everything that is bad would be new.
        (false, None) => column.expects.then_some("new"),
    }
}

/// `12 ms`, from ten seconds on `12.3 s`.
pub(super) fn time(milliseconds: f64) -> String {
    if milliseconds.abs() < 10_000.0 {
        format!("{milliseconds:.0} ms")
    } else {
        format!("{:.1} s", milliseconds / 1000.0)
    }
}
