//! Phrases that the machines know as constants: read back, they are kept for the process's life, each once.
//!
//! Bounded, since a file may be anyone's.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use badrdp_proto::vocab::MessageKind;
use serde::de::Error as _;
use serde::{Deserialize as _, Deserializer};

/// Bytes of the longest phrase; the machines' own have less than 200.
const LONGEST: usize = 400;
/// Different phrases, and different lists of kinds.
const MOST: usize = 1024;

static PHRASES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
static LISTS: Mutex<BTreeSet<&'static [MessageKind]>> = Mutex::new(BTreeSet::new());

/// Reads a phrase.
pub(super) fn kept<'de, D: Deserializer<'de>>(deserializer: D) -> Result<&'static str, D::Error> {
    phrase(&String::deserialize(deserializer)?).map_err(D::Error::custom)
}

fn phrase(text: &str) -> Result<&'static str, String> {
    if text.len() > LONGEST {
        return Err(format!("a phrase of {} bytes: more than {LONGEST} are in none of ours", text.len()));
    }
    let mut known = PHRASES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = known.get(text) {
        return Ok(known);
    }
    if known.len() >= MOST {
        return Err(format!("more than {MOST} different phrases"));
    }
    let phrase: &'static str = Box::leak(text.into());
    known.insert(phrase);
    Ok(phrase)
}

/// Keeps a list of kinds.
pub(super) fn kinds(list: Vec<MessageKind>) -> Result<&'static [MessageKind], String> {
    if list.len() > MessageKind::ALL.len() {
        return Err("more kinds than there are".to_owned());
    }
    let mut known = LISTS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = known.get(list.as_slice()) {
        return Ok(known);
    }
    if known.len() >= MOST {
        return Err(format!("more than {MOST} different lists of kinds"));
    }
    let list: &'static [MessageKind] = list.leak();
    known.insert(list);
    Ok(list)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests state what they expect")]
    use super::*;

    #[test]
    fn a_phrase_is_kept_once_and_a_long_one_never() {
        let one = phrase("the rule").unwrap();
        assert!(std::ptr::eq(one, phrase("the rule").unwrap()));
        assert!(phrase(&"x".repeat(LONGEST + 1)).unwrap_err().contains("a phrase of 401 bytes"));
        let list = vec![MessageKind::TsRequest];
        assert!(std::ptr::eq(kinds(list.clone()).unwrap(), kinds(list).unwrap()));
        assert!(kinds(vec![MessageKind::TsRequest; 500]).is_err());
    }
}
