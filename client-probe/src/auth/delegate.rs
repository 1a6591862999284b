//! The credentials that a host gets once it has proved its key.
//!
//! MS-CSSP 2.2.1.2. Written by hand: the crate that could do it logs what it writes.

use badrdp_proto::wire::ber;

use crate::probe::Credentials;

/// `credType` of `TSPasswordCreds`.
const PASSWORD: u8 = 1;

/// `TSCredentials` with `TSPasswordCreds`, MS-CSSP 2.2.1.2.1.
pub(super) fn password(credentials: &Credentials) -> Vec<u8> {
    ts_credentials(&credentials.domain, &credentials.user, &credentials.password.0)
}

/// `TSPasswordCreds` whose fields are all empty: Restricted Admin mode.
pub(super) fn nothing() -> Vec<u8> {
    ts_credentials("", "", "")
}

fn ts_credentials(domain: &str, user: &str, password: &str) -> Vec<u8> {
    let texts = [(0, domain), (1, user), (2, password)];
    let fields = texts.map(|(number, text)| field(number, &element(ber::OCTET_STRING, &utf16(text))));
    let creds = element(ber::SEQUENCE, &fields.concat());
    let cred_type = field(0, &element(ber::INTEGER, &[PASSWORD]));
    let credentials = field(1, &element(ber::OCTET_STRING, &creds));
    element(ber::SEQUENCE, &[cred_type, credentials].concat())
}

/// An explicit context tag.
fn field(number: u8, contents: &[u8]) -> Vec<u8> {
    element(0xa0 | number, contents)
}

fn element(tag: u8, contents: &[u8]) -> Vec<u8> {
    [&[tag], ber::length_prefix(contents.len()).as_slice(), contents].concat()
}

/// UTF-16LE without a terminator.
fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}
