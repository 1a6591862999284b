//! What mstsc says in words beside a code.

use std::borrow::Cow;

use badrdp_proto::vocab::code::Code as _;
use badrdp_proto::vocab::codes::SecurityStatus;

use super::{Claim, claim, lookup};
use crate::diagnosis::{Evidence, MstscCode};

/// HRESULTs of failure begin here.
const HRESULT: u32 = 0x8000_0000;

/// Words to a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// In other words than Microsoft's, and how sure it is that they stand for the code.
    pub claim: Claim,
    /// The dialog's published text says so; otherwise that is only what the code means.
    pub dialog: bool,
}

/// What the dialog says, or at least what the code means. `None`: the code is in no list.
///
/// An extended code is told in place of the primary one; Microsoft's web sample does it so.
#[must_use]
pub fn words_for(code: MstscCode) -> Option<Words> {
    if code.code >= HRESULT {
        let known = SecurityStatus(code.code).known()?;
        return Some(Words { claim: claim(Evidence::Documented, known.sentence), dialog: false });
    }
    if code.extended != 0 {
        let meaning = lookup::extended(code.extended)?;
        return Some(Words {
            claim: Claim { evidence: meaning.evidence, text: meaning.meaning.into() },
            dialog: false,
        });
    }
    let row = lookup::primary_row(code.code)?;
    let text = if row.dialog.is_empty() { row.meaning } else { row.dialog };
    let claim = Claim { evidence: row.source.evidence(), text: Cow::Borrowed(text) };
    Some(Words { claim, dialog: row.source.has_dialog() })
}
