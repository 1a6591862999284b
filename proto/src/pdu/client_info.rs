//! Client Info PDU: user, domain, password and session settings.
//!
//! MS-RDPBCGR 2.2.1.11.

mod extended;

use core::fmt;

use super::text::{count, length16, terminator, to_utf16, units, utf16};
use crate::wire::Layer;
use crate::wire::read::{Read, bytes, field, le_u16, le_u32};
use crate::wire::write::{Encoder, Writer};

/// A secret: printed as a length, compared and encoded as itself.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({} characters)", self.0.encode_utf16().count())
    }
}

/// `TS_INFO_PACKET`. MS-RDPBCGR 2.2.1.11.1.1. Strings are UTF-16LE where `flags` has `INFO_UNICODE`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the specification's fields in wire order")]
pub struct ClientInfo {
    pub code_page: u32,
    pub flags: u32,
    pub domain: String,
    pub user_name: String,
    pub password: Secret,
    pub alternate_shell: String,
    pub working_dir: String,
    pub extra_info: Option<ExtendedInfo>,
}

impl ClientInfo {
    /// `INFO_MOUSE`.
    pub const MOUSE: u32 = 0x0000_0001;
    /// `INFO_DISABLECTRLALTDEL`.
    pub const DISABLE_CTRL_ALT_DEL: u32 = 0x0000_0002;
    /// `INFO_AUTOLOGON`: log on with the credentials in this PDU.
    pub const AUTOLOGON: u32 = 0x0000_0008;
    /// `INFO_UNICODE`.
    pub const UNICODE: u32 = 0x0000_0010;
    /// `INFO_MAXIMIZESHELL`.
    pub const MAXIMIZE_SHELL: u32 = 0x0000_0020;
    /// `INFO_LOGONNOTIFY`.
    pub const LOGON_NOTIFY: u32 = 0x0000_0040;
    /// `INFO_COMPRESSION`.
    pub const COMPRESSION: u32 = 0x0000_0080;
    /// `INFO_ENABLEWINDOWSKEY`.
    pub const ENABLE_WINDOWS_KEY: u32 = 0x0000_0100;
    /// `INFO_LOGONERRORS`: the client understands Logon Errors Info.
    pub const LOGON_ERRORS: u32 = 0x0001_0000;
}

/// `TS_EXTENDED_INFO_PACKET`. MS-RDPBCGR 2.2.1.11.1.1.1.
///
/// Each optional field needs all before it: one that is absent in front of one that is present
/// is encoded as zero. Windows: sends all of them; rdesktop stops behind the reconnect cookie.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the specification's fields in wire order")]
pub struct ExtendedInfo {
    pub client_address_family: u16,
    pub client_address: String,
    pub client_dir: String,
    /// `TS_TIME_ZONE_INFORMATION`, 172 bytes, MS-RDPBCGR 2.2.1.11.1.1.1.1.
    pub client_time_zone: Option<Box<TimeZone>>,
    pub client_session_id: Option<u32>,
    pub performance_flags: Option<u32>,
    /// `ARC_CS_PRIVATE_PACKET` (28 bytes, MS-RDPBCGR 2.2.4.3); empty where only a zero length stands.
    pub auto_reconnect_cookie: Option<Vec<u8>>,
    pub reserved1: Option<u16>,
    pub reserved2: Option<u16>,
    pub dynamic_dst_time_zone_key_name: Option<String>,
    pub dynamic_daylight_time_disabled: Option<u16>,
    /// Bytes behind the last field known here.
    pub rest: Vec<u8>,
}

/// `TS_TIME_ZONE_INFORMATION`. MS-RDPBCGR 2.2.1.11.1.1.1.1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the specification's fields in wire order")]
pub struct TimeZone {
    pub bias: i32,
    pub standard_name: String,
    /// `TS_SYSTEMTIME`, eight u16 le as 16 raw bytes.
    pub standard_date: [u8; 16],
    pub standard_bias: i32,
    pub daylight_name: String,
    /// `TS_SYSTEMTIME`, eight u16 le as 16 raw bytes.
    pub daylight_date: [u8; 16],
    pub daylight_bias: i32,
}

/// Secret bytes: printed as a length, compared and encoded as themselves.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct SecretBytes(pub Vec<u8>);

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretBytes({} bytes)", self.0.len())
    }
}

impl ClientInfo {
    const fn is_unicode(&self) -> bool {
        self.flags & Self::UNICODE != 0
    }

    /// The bytes of a string without its terminator.
    ///
    /// Without `INFO_UNICODE` each character is one byte of the client's code page; the page is
    /// not applied, so that every byte has its character and the other way round.
    fn text(&self, text: &str) -> Vec<u8> {
        if self.is_unicode() {
            return to_utf16(text);
        }
        text.chars().map(|char| u8::try_from(u32::from(char)).unwrap_or(b'?')).collect()
    }

    pub(super) fn seal(&self, encoder: &mut Encoder<'_>) -> Vec<u8> {
        encoder.seal(Layer::Payload, |w| w.block("TS_INFO_PACKET", |w| self.write(w)))
    }

    fn write(&self, w: &mut Writer) {
        w.u32_le("CodePage", self.code_page);
        w.u32_le("flags", self.flags);
        let strings = [
            ("cbDomain", "Domain", self.text(&self.domain)),
            ("cbUserName", "UserName", self.text(&self.user_name)),
            ("cbPassword", "Password", self.text(&self.password.0)),
            ("cbAlternateShell", "AlternateShell", self.text(&self.alternate_shell)),
            ("cbWorkingDir", "WorkingDir", self.text(&self.working_dir)),
        ];
        for (length, _, text) in &strings {
            w.u16_le(length, length16(text.len()));
        }
        let zero: &[u8] = if self.is_unicode() { &[0, 0] } else { &[0] };
        for (_, name, text) in &strings {
            // The field holds the terminator, its length does not count it.
            w.bytes(name, &[text.as_slice(), zero].concat());
        }
        if let Some(extra_info) = &self.extra_info {
            w.block("TS_EXTENDED_INFO_PACKET", |w| extra_info.write(w));
        }
    }

    pub(super) fn read(i: &[u8]) -> Read<'_, Self> {
        let (i, code_page) = field("CodePage", le_u32)(i)?;
        let (i, flags) = field("flags", le_u32)(i)?;
        let unicode = flags & Self::UNICODE != 0;
        let (i, cb_domain) = field("cbDomain", le_u16)(i)?;
        let (i, cb_user_name) = field("cbUserName", le_u16)(i)?;
        let (i, cb_password) = field("cbPassword", le_u16)(i)?;
        let (i, cb_alternate_shell) = field("cbAlternateShell", le_u16)(i)?;
        let (i, cb_working_dir) = field("cbWorkingDir", le_u16)(i)?;
        let (i, domain) = field("Domain", string(unicode, cb_domain))(i)?;
        let (i, user_name) = field("UserName", string(unicode, cb_user_name))(i)?;
        let (i, password) = field("Password", string(unicode, cb_password))(i)?;
        let (i, alternate_shell) = field("AlternateShell", string(unicode, cb_alternate_shell))(i)?;
        let (i, working_dir) = field("WorkingDir", string(unicode, cb_working_dir))(i)?;
        let (i, extra_info) = extended::present(i, "extraInfo", ExtendedInfo::read)?;
        let password = Secret(password);
        Ok((i, Self { code_page, flags, domain, user_name, password, alternate_shell, working_dir, extra_info }))
    }

    pub(super) fn fact(&self) -> String {
        let user = match (self.domain.as_str(), self.user_name.as_str()) {
            ("", "") => "no user name".to_owned(),
            ("", user) => format!("user {user:?}"),
            (domain, user) => format!("user {:?}", format!("{domain}\\{user}")),
        };
        let password = match self.password.0.encode_utf16().count() {
            0 => "no password".to_owned(),
            length => format!("password {}", count(length, "character")),
        };
        let autologon = if self.flags & Self::AUTOLOGON == 0 { "" } else { ", autologon" };
        let cookie = self.extra_info.as_ref().and_then(|info| info.auto_reconnect_cookie.as_ref());
        let cookie = if cookie.is_some_and(|cookie| !cookie.is_empty()) { ", reconnect cookie" } else { "" };
        format!("{user}, {password}{autologon}{cookie}")
    }
}

/// A string of `count` bytes and its terminator, which `count` leaves out.
fn string<'a>(unicode: bool, count: u16) -> impl FnMut(&'a [u8]) -> Read<'a, String> {
    move |i: &'a [u8]| {
        let (i, text) = if unicode { units(count.into())(i)? } else { bytes(count.into())(i)? };
        let (i, ()) = terminator(unicode)(i)?;
        Ok((i, if unicode { utf16(text) } else { text.iter().map(|byte| char::from(*byte)).collect() }))
    }
}
