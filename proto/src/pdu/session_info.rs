//! Save Session Info PDU: logon notices, logon errors, reconnect cookie.
//!
//! MS-RDPBCGR 2.2.10.1.

use super::text::{length32, to_utf16_fixed, to_utf16_with_zero, units, utf16_without_zero};
use crate::vocab::codes::{LogonErrorData, LogonErrorType};
use crate::wire::read::{Read, ReadError, array, bytes, field, le_u16, le_u32, refuse, rest};
use crate::wire::write::Writer;

/// The four types of Save Session Info, and unknown ones kept. MS-RDPBCGR 2.2.10.1.1.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the specification's fields in wire order")]
pub enum SaveSessionInfo {
    /// infoType 0. MS-RDPBCGR 2.2.10.1.1.1.
    Logon { domain: String, user_name: String, session_id: u32 },
    /// infoType 1. MS-RDPBCGR 2.2.10.1.1.2.
    LogonLong { domain: String, user_name: String, session_id: u32 },
    /// infoType 2. MS-RDPBCGR 2.2.10.1.1.3: 576 bytes of padding.
    PlainNotify,
    /// infoType 3. MS-RDPBCGR 2.2.10.1.1.4. With a field of any other kind it is kept as unknown.
    Extended {
        /// `ARC_SC_PRIVATE_PACKET`: logonId and 16 random bytes (fieldsPresent bit 0). MS-RDPBCGR 2.2.4.2.
        auto_reconnect: Option<(u32, [u8; 16])>,
        /// Logon Errors Info: type and data (fieldsPresent bit 1). MS-RDPBCGR 2.2.10.1.1.4.1.1.
        logon_error: Option<(LogonErrorType, LogonErrorData)>,
    },
    /// Any other infoType.
    Unknown { info_type: u32, body: Vec<u8> },
}

const LOGON: u32 = 0;
const LOGON_LONG: u32 = 1;
const PLAIN_NOTIFY: u32 = 2;
const LOGON_EXTENDED: u32 = 3;
/// `LOGON_EX_AUTORECONNECTCOOKIE` in `FieldsPresent`.
const AUTO_RECONNECT_COOKIE: u32 = 1;
/// `LOGON_EX_LOGONERRORS` in `FieldsPresent`.
const LOGON_ERRORS: u32 = 2;
/// Bytes of `ARC_SC_PRIVATE_PACKET`.
const COOKIE_LENGTH: u32 = 28;
/// What `TS_LOGON_INFO_VERSION_2.Size` counts: the fields up to the pad.
const LONG_SIZE: u32 = 18;

impl SaveSessionInfo {
    /// Writes all behind the Share Data header.
    pub(super) fn write(&self, w: &mut Writer) {
        w.u32_le("infoType", self.info_type());
        match self {
            Self::Logon { domain, user_name, session_id } => w.block("TS_LOGON_INFO", |w| {
                let (domain, domain_length) = to_utf16_fixed::<52>(domain);
                w.u32_le("cbDomain", length32(domain_length));
                w.bytes("Domain", &domain);
                let (user_name, user_name_length) = to_utf16_fixed::<512>(user_name);
                w.u32_le("cbUserName", length32(user_name_length));
                w.bytes("UserName", &user_name);
                w.u32_le("SessionId", *session_id);
            }),
            Self::LogonLong { domain, user_name, session_id } => w.block("TS_LOGON_INFO_VERSION_2", |w| {
                let (domain, user_name) = (to_utf16_with_zero(domain), to_utf16_with_zero(user_name));
                w.u16_le("Version", 1);
                w.u32_le("Size", LONG_SIZE);
                w.u32_le("SessionId", *session_id);
                w.u32_le("cbDomain", length32(domain.len()));
                w.u32_le("cbUserName", length32(user_name.len()));
                w.zeros("Pad", 558);
                w.bytes("Domain", &domain);
                w.bytes("UserName", &user_name);
            }),
            Self::PlainNotify => w.block("TS_PLAIN_NOTIFY", |w| w.zeros("Pad", 576)),
            Self::Extended { auto_reconnect, logon_error } => w.block("TS_LOGON_INFO_EXTENDED", |w| {
                write_extended(w, *auto_reconnect, *logon_error);
            }),
            Self::Unknown { body, .. } => w.bytes("infoData", body),
        }
    }

    pub(super) fn read(i: &[u8]) -> Read<'_, Self> {
        let (i, info_type) = field("infoType", le_u32)(i)?;
        match info_type {
            LOGON => field("TS_LOGON_INFO", read_logon)(i),
            LOGON_LONG => field("TS_LOGON_INFO_VERSION_2", read_logon_long)(i),
            PLAIN_NOTIFY => {
                let (i, _) = field("TS_PLAIN_NOTIFY", bytes(576))(i)?;
                Ok((i, Self::PlainNotify))
            }
            LOGON_EXTENDED => field("TS_LOGON_INFO_EXTENDED", read_extended)(i),
            _ => {
                let (i, body) = rest(i)?;
                Ok((i, Self::Unknown { info_type, body: body.to_vec() }))
            }
        }
    }

    const fn info_type(&self) -> u32 {
        match self {
            Self::Logon { .. } => LOGON,
            Self::LogonLong { .. } => LOGON_LONG,
            Self::PlainNotify => PLAIN_NOTIFY,
            Self::Extended { .. } => LOGON_EXTENDED,
            Self::Unknown { info_type, .. } => *info_type,
        }
    }

    pub(super) fn fact(&self) -> String {
        match self {
            Self::Logon { domain, user_name, session_id } | Self::LogonLong { domain, user_name, session_id } => {
                let user = match domain.as_str() {
                    "" => user_name.clone(),
                    domain => format!("{domain}\\{user_name}"),
                };
                format!("logon of {user:?} in session {session_id}")
            }
            Self::PlainNotify => "logon, no names".to_owned(),
            Self::Extended { auto_reconnect, logon_error } => {
                let cookie = auto_reconnect.map(|(logon_id, _)| format!("reconnect cookie for logon {logon_id}"));
                let error = logon_error.map(|(kind, data)| format!("{kind}, {data}"));
                let facts: Vec<String> = cookie.into_iter().chain(error).collect();
                if facts.is_empty() { "no field".to_owned() } else { facts.join(", ") }
            }
            Self::Unknown { info_type, body } => format!("infoType {info_type:#x}, {} bytes", body.len()),
        }
    }
}

fn write_extended(
    w: &mut Writer,
    auto_reconnect: Option<(u32, [u8; 16])>,
    logon_error: Option<(LogonErrorType, LogonErrorData)>,
) {
    let fields_present = if auto_reconnect.is_some() { AUTO_RECONNECT_COOKIE } else { 0 }
        | if logon_error.is_some() { LOGON_ERRORS } else { 0 };
    let cookie_length = if auto_reconnect.is_some() { 32 } else { 0 };
    let error_length = if logon_error.is_some() { 12 } else { 0 };
    // The pad is not counted.
    w.u16_le("Length", 6 + cookie_length + error_length);
    w.u32_le("FieldsPresent", fields_present);
    if let Some((logon_id, random_bits)) = auto_reconnect {
        w.u32_le("cbFieldData", COOKIE_LENGTH);
        w.block("ARC_SC_PRIVATE_PACKET", |w| {
            w.u32_le("cbLen", COOKIE_LENGTH);
            w.u32_le("Version", 1);
            w.u32_le("LogonId", logon_id);
            w.bytes("ArcRandomBits", &random_bits);
        });
    }
    if let Some((kind, data)) = logon_error {
        w.block("TS_LOGON_ERRORS_INFO", |w| {
            w.u32_le("cbFieldData", 8);
            w.u32_le("ErrorNotificationType", kind.0);
            w.u32_le("ErrorNotificationData", data.0);
        });
    }
    w.zeros("Pad", 570);
}

/// Bytes used of a fixed-size name; more than the field has is refused.
fn used<'a>(cap: usize) -> impl FnMut(&'a [u8]) -> Read<'a, usize> {
    move |at: &'a [u8]| {
        let (i, length) = le_u32(at)?;
        match usize::try_from(length) {
            Ok(length) if length <= cap => Ok((i, length)),
            _ => Err(nom::Err::Error(ReadError::too_large(at, cap, usize::try_from(length).unwrap_or(usize::MAX)))),
        }
    }
}

fn read_logon(i: &[u8]) -> Read<'_, SaveSessionInfo> {
    let (i, domain_length) = field("cbDomain", used(52))(i)?;
    let (i, domain) = field("Domain", bytes(52))(i)?;
    let (i, user_name_length) = field("cbUserName", used(512))(i)?;
    let (i, user_name) = field("UserName", bytes(512))(i)?;
    let (i, session_id) = field("SessionId", le_u32)(i)?;
    let domain = utf16_without_zero(domain.get(..domain_length).unwrap_or(domain));
    let user_name = utf16_without_zero(user_name.get(..user_name_length).unwrap_or(user_name));
    Ok((i, SaveSessionInfo::Logon { domain, user_name, session_id }))
}

fn read_logon_long(i: &[u8]) -> Read<'_, SaveSessionInfo> {
    let all = i.len();
    let (i, _) = field("Version", le_u16)(i)?;
    let (i, _) = field("Size", le_u32)(i)?;
    let (i, session_id) = field("SessionId", le_u32)(i)?;
    let (i, domain_length) = field("cbDomain", used(all))(i)?;
    let (i, user_name_length) = field("cbUserName", used(all))(i)?;
    let (i, _) = field("Pad", bytes(558))(i)?;
    let (i, domain) = field("Domain", units(domain_length))(i)?;
    let (i, user_name) = field("UserName", units(user_name_length))(i)?;
    let (domain, user_name) = (utf16_without_zero(domain), utf16_without_zero(user_name));
    Ok((i, SaveSessionInfo::LogonLong { domain, user_name, session_id }))
}

fn read_extended(i: &[u8]) -> Read<'_, SaveSessionInfo> {
    let all = i;
    let (i, _) = field("Length", le_u16)(i)?;
    let (i, fields_present) = field("FieldsPresent", le_u32)(i)?;
    if fields_present & !(AUTO_RECONNECT_COOKIE | LOGON_ERRORS) != 0 {
        let (i, body) = rest(all)?;
        return Ok((i, SaveSessionInfo::Unknown { info_type: LOGON_EXTENDED, body: body.to_vec() }));
    }
    let (i, auto_reconnect) = if fields_present & AUTO_RECONNECT_COOKIE == 0 {
        (i, None)
    } else {
        let (i, cookie) = field("ARC_SC_PRIVATE_PACKET", read_cookie)(i)?;
        (i, Some(cookie))
    };
    let (i, logon_error) = if fields_present & LOGON_ERRORS == 0 {
        (i, None)
    } else {
        let (i, error) = field("TS_LOGON_ERRORS_INFO", read_logon_error)(i)?;
        (i, Some(error))
    };
    let (i, _) = field("Pad", bytes(570))(i)?;
    Ok((i, SaveSessionInfo::Extended { auto_reconnect, logon_error }))
}

/// A length that must be this one.
fn exactly<'a>(length: u32, expected: &'static str) -> impl FnMut(&'a [u8]) -> Read<'a, u32> {
    move |at: &'a [u8]| {
        let (i, got) = le_u32(at)?;
        if got == length { Ok((i, got)) } else { refuse(at, expected, got.into()) }
    }
}

fn read_cookie(i: &[u8]) -> Read<'_, (u32, [u8; 16])> {
    let (i, _) = field("cbFieldData", exactly(COOKIE_LENGTH, "28"))(i)?;
    let (i, _) = field("cbLen", exactly(COOKIE_LENGTH, "28"))(i)?;
    let (i, _) = field("Version", le_u32)(i)?;
    let (i, logon_id) = field("LogonId", le_u32)(i)?;
    let (i, random_bits) = field("ArcRandomBits", array)(i)?;
    Ok((i, (logon_id, random_bits)))
}

fn read_logon_error(i: &[u8]) -> Read<'_, (LogonErrorType, LogonErrorData)> {
    let (i, _) = field("cbFieldData", exactly(8, "8"))(i)?;
    let (i, kind) = field("ErrorNotificationType", le_u32)(i)?;
    let (i, data) = field("ErrorNotificationData", le_u32)(i)?;
    Ok((i, (LogonErrorType(kind), LogonErrorData(data))))
}
