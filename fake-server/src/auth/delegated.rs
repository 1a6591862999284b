//! What the client delegates: `TSCredentials`, MS-CSSP 2.2.1.2.

use badrdp_proto::connect::AuthFailure;
use badrdp_proto::transcript::Delegated;
use badrdp_proto::wire::{ber, read};

use super::{AuthHost, accounts};

/// `credType`.
const PASSWORD: u32 = 1;
const SMART_CARD: u32 = 2;
const REMOTE_GUARD: u32 = 6;

/// Credentials, opened. Never printed.
pub(super) struct Credentials {
    /// What the record may hold.
    pub(super) delegated: Delegated,
    password: String,
}

/// Reads `TSCredentials`.
pub(super) fn open(bytes: &[u8]) -> Result<Credentials, AuthFailure> {
    parse(bytes).ok_or(AuthFailure::Credentials("authInfo holds no TSCredentials"))
}

/// Whether somebody can be logged on with them.
///
/// Empty ones (Restricted Admin mode) are acceptable from every client as soon as the server supports the mode
/// (MS-RDPBCGR 2.2.1.1.1): what the client asked for at first does not matter.
pub(super) fn judge(host: &AuthHost, credentials: &Credentials) -> Result<(), AuthFailure> {
    let Credentials { delegated, password } = credentials;
    let refuse = |why| Err(AuthFailure::Credentials(why));
    match delegated.cred_type {
        PASSWORD if delegated.user.is_empty() && delegated.domain.is_empty() && password.is_empty() => {
            match host.nla.restricted_admin {
                true => Ok(()),
                false => refuse("they are empty, and Restricted Admin mode is not supported"),
            }
        }
        PASSWORD => match accounts::find(host, &delegated.user, &delegated.domain) {
            Some(account) if account.password == *password && account.state.is_none() => Ok(()),
            Some(_) => refuse("they are not those of the account"),
            None => refuse("they name no account"),
        },
        REMOTE_GUARD if host.nla.remote_guard => Ok(()),
        REMOTE_GUARD => refuse("Remote Credential Guard is not supported"),
        SMART_CARD => refuse("smart cards are not supported"),
        _ => refuse("their type is unknown"),
    }
}

fn parse(bytes: &[u8]) -> Option<Credentials> {
    let (_, fields) = ber::value(ber::SEQUENCE, "TSCredentials")(bytes).ok()?;
    let (fields, cred_type) = ber::explicit(0, "credType", ber::integer)(fields).ok()?;
    let (_, credentials) = ber::explicit(1, "credentials", ber::octet_string)(fields).ok()?;
    let mut delegated =
        Delegated { cred_type, domain: String::new(), user: String::new(), secret_length: credentials.len() };
    let mut password = String::new();
    if !matches!(cred_type, PASSWORD | SMART_CARD) {
        return Some(Credentials { delegated, password });
    }
    let (_, fields) = ber::value(ber::SEQUENCE, "credentials")(credentials).ok()?;
    let (fields, first) = ber::explicit(0, "domainName or pin", ber::octet_string)(fields).ok()?;
    if cred_type == PASSWORD {
        let (fields, user) = ber::explicit(1, "userName", ber::octet_string)(fields).ok()?;
        let (_, last) = ber::explicit(2, "password", ber::octet_string)(fields).ok()?;
        password = text(last);
        delegated.domain = text(first);
        delegated.user = text(user);
        delegated.secret_length = password.encode_utf16().count();
    } else {
        let (fields, _) = ber::explicit(1, "cspData", read::rest)(fields).ok()?;
        let (fields, user) = ber::optional("userHint", 2, ber::octet_string)(fields).ok()?;
        let (_, domain) = ber::optional("domainHint", 3, ber::octet_string)(fields).ok()?;
        delegated.user = user.map(text).unwrap_or_default();
        delegated.domain = domain.map(text).unwrap_or_default();
        delegated.secret_length = first.len().div_ceil(2);
    }
    Some(Credentials { delegated, password })
}

/// UTF-16, little-endian.
fn text(bytes: &[u8]) -> String {
    let unit = |unit: &[u8]| unit.iter().rev().fold(0, |number, byte| (number << 8) | u16::from(*byte));
    String::from_utf16_lossy(&bytes.chunks(2).map(unit).collect::<Vec<_>>())
}
