//! What a code means: every code space, with how sure each statement is.
//!
//! A bare number means nothing without its space: 7 is a refusal in one and success in another. A lookup
//! therefore gives every meaning, the likeliest first. Tables in `mstsc`, `gateway` and `extended` are mstsc's
//! own spaces, `peers` and `events` those of other programs; the spaces of the wire come from `badrdp_proto::vocab`.
//! What to do stands in `fixes` and `fixes_for`, and where there is nothing to do, `no_advice` says why.

mod advice;
mod dialog;
mod events;
mod extended;
mod finding;
mod fixes;
mod fixes_for;
mod gateway;
mod general;
mod lookup;
mod mstsc;
mod no_advice;
mod pair;
mod peers;
mod row;
mod seen;
mod space;
#[cfg(test)]
mod tests;
mod text;
mod unknown;

pub use dialog::{Words, words_for};
pub(crate) use events::of as events_of;
pub use fixes::Fix;
pub use fixes_for::Advised;
pub use pair::{JudgedClaim, Pair};
pub(crate) use seen::mstsc_for_security_status;
pub use seen::{mstsc_for_error_info, mstsc_for_negotiation_failure, mstsc_for_nt_status};
pub use space::{Space, words};
pub use text::text;
pub use unknown::Unknown;

use std::borrow::Cow;

use badrdp_proto::vocab::Stage;
use serde::{Serialize, Serializer};

use crate::diagnosis::{Evidence, MstscCode};

/// Everything known about what was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The number asked for, or that of the name.
    pub code: Option<u32>,
    /// The extended code asked for.
    pub extended: Option<u32>,
    /// The name asked for.
    pub name: Option<String>,
    /// Whether anything is known.
    pub known: bool,
    /// What primary and extended code say together.
    pub pair: Option<Pair>,
    /// Why the first meaning is the likeliest, where there are several of one number.
    pub likely: Option<Claim>,
    /// Every meaning, the likeliest first. For a pair: the primary code's, then the extended code's.
    pub meanings: Vec<Meaning>,
    /// What can be said of numbers that stand in no list.
    pub unknown: Vec<Unknown>,
    /// Ids of scenarios that reproduce it. Left empty here: the catalogue belongs to the caller.
    pub scenarios: Vec<String>,
}

impl Explanation {
    /// The tags that scenarios of this explanation carry: mstsc's numbers in hex, the primary first.
    #[must_use]
    pub fn tags(&self) -> Vec<String> {
        let of_mstsc =
            self.meanings.iter().filter(|meaning| matches!(meaning.space, Space::Mstsc | Space::MstscExtended));
        let mut tags: Vec<String> =
            of_mstsc.filter(|meaning| meaning.number != 0).map(|meaning| format!("{:#x}", meaning.number)).collect();
        tags.dedup();
        tags
    }
}

impl Explanation {
    /// Names of statuses of a refused logon that this is about: scenarios that end so say one of them.
    #[must_use]
    pub fn says(&self) -> Vec<&'static str> {
        let of = |meaning: &Meaning| match meaning.space {
            Space::Mstsc => finding::status_names(meaning.number),
            Space::Wire(lookup::NT_STATUS) => meaning.name.into_iter().collect(),
            _ => Vec::new(),
        };
        self.meanings.iter().flat_map(of).collect()
    }
}

/// One meaning of a number: in one space.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Meaning {
    /// The space.
    pub space: Space,
    /// The number.
    pub number: u32,
    /// Its published name.
    pub name: Option<&'static str>,
    /// In one sentence.
    pub meaning: &'static str,
    /// How sure that is.
    #[serde(serialize_with = "as_word")]
    pub evidence: Evidence,
    /// Where it comes from.
    pub source: &'static str,
    /// The stage that it is about, where it is about one.
    #[serde(serialize_with = "as_stage")]
    pub stage: Option<Stage>,
    /// What happens on the wire.
    pub wire: Option<Claim>,
    /// What the text of mstsc's dialog says, in other words, where it is published.
    pub dialog: Option<&'static str>,
    /// What users report.
    pub reports: Option<&'static str>,
    /// What mstsc would show, for codes of the wire.
    #[serde(serialize_with = "as_mstsc")]
    pub mstsc: Vec<MstscCode>,
    /// Ids of the findings by which `badrdp probe` reports it.
    pub findings: Vec<&'static str>,
    /// What to do, in this order.
    pub remedies: &'static [&'static str],
    /// What can be done besides, with its risk and how sure it is that it helps; the surest first.
    pub fixes: Vec<Advised>,
    /// Why there is nothing to do, where there is not.
    pub no_advice: Option<&'static str>,
}

/// A statement, and how sure it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Claim {
    /// How sure.
    #[serde(serialize_with = "as_word")]
    pub evidence: Evidence,
    /// The statement.
    pub text: Cow<'static, str>,
}

fn claim(evidence: Evidence, text: impl Into<Cow<'static, str>>) -> Claim {
    Claim { evidence, text: text.into() }
}

/// discReason: the socket closed.
const SOCKET_CLOSED: u32 = 0x904;

/// Explains a number. With an extended code both are mstsc's; alone it is looked up in every space.
#[must_use]
pub fn explain(code: u32, extended: Option<u32>) -> Explanation {
    let mut meanings = Vec::new();
    let mut unknown = Vec::new();
    let mut likely = None;
    match extended {
        None => {
            meanings = lookup::everywhere(code);
            if meanings.is_empty() {
                unknown.push(Unknown::of(code, false));
            }
            likely = lookup::likely(&meanings);
        }
        Some(extended) => {
            match lookup::primary(code) {
                Some(mut meaning) => {
                    // The server gave a reason, so TLS had worked: what mends TLS mends something else.
                    if code == SOCKET_CLOSED && extended != 0 {
                        meaning.fixes.retain(|advised| advised.evidence == Evidence::Folklore);
                    }
                    meanings.push(meaning);
                }
                None => unknown.push(Unknown::of(code, false)),
            }
            match lookup::extended(extended) {
                Some(meaning) => meanings.push(meaning),
                None => unknown.push(Unknown::of(extended, true)),
            }
        }
    }
    Explanation {
        code: Some(code),
        extended,
        name: None,
        known: unknown.is_empty(),
        pair: extended.and_then(|extended| pair::of(code, extended)),
        likely,
        meanings,
        unknown,
        scenarios: Vec::new(),
    }
}

/// Explains a name, in any case and with or without the prefix of its space. `None`: no space has it.
#[must_use]
pub fn explain_name(name: &str) -> Option<Explanation> {
    let meanings = lookup::by_name(name);
    let code = meanings.first()?.number;
    Some(Explanation {
        code: Some(code),
        extended: None,
        name: Some(name.to_owned()),
        known: true,
        pair: None,
        likely: None,
        meanings,
        unknown: Vec::new(),
        scenarios: Vec::new(),
    })
}

/// Explains a number in the spaces that a word stands for: `tls 40`. `None`: the word stands for none.
#[must_use]
pub fn explain_in(word: &str, code: u32) -> Option<Explanation> {
    let spaces = space::named(word)?;
    let meanings: Vec<Meaning> = spaces.iter().flat_map(|space| lookup::in_space(*space, code)).collect();
    let unknown = if meanings.is_empty() { vec![Unknown::in_space(code)] } else { Vec::new() };
    Some(Explanation {
        code: Some(code),
        extended: None,
        name: None,
        known: !meanings.is_empty(),
        pair: None,
        likely: None,
        meanings,
        unknown,
        scenarios: Vec::new(),
    })
}

/// Whether a word stands for a code space.
#[must_use]
pub fn is_space(word: &str) -> bool {
    space::named(word).is_some()
}

/// Every name that [`explain_name`] knows, for suggestions.
pub fn names() -> impl Iterator<Item = &'static str> {
    lookup::names()
}

/// The word for how sure a statement is.
#[must_use]
pub const fn evidence_word(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::Observed => "observed",
        Evidence::Documented => "documented",
        Evidence::Reported => "reported",
        Evidence::Inferred => "inferred",
        Evidence::Folklore => "folklore",
    }
}

fn as_word<S: Serializer>(evidence: &Evidence, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(evidence_word(*evidence))
}

fn as_stage<S: Serializer>(stage: &Option<Stage>, serializer: S) -> Result<S::Ok, S::Error> {
    stage.map(Stage::name).serialize(serializer)
}

fn as_mstsc<S: Serializer>(codes: &[MstscCode], serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Seen {
        code: u32,
        extended: u32,
        evidence: &'static str,
    }
    serializer.collect_seq(codes.iter().map(|seen| Seen {
        code: seen.code,
        extended: seen.extended,
        evidence: evidence_word(seen.evidence),
    }))
}
