//! Client Info PDU: user, domain, password and session settings.
//!
//! MS-RDPBCGR 2.2.1.11.

use core::fmt;

/// A secret: printed as a length, compared and encoded as itself.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({} characters)", self.0.chars().count())
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

/// `TS_EXTENDED_INFO_PACKET`. MS-RDPBCGR 2.2.1.11.1.1.1. Each optional field needs all before it.
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
    /// `ARC_CS_PRIVATE_PACKET` (28 bytes) where its length is not zero. MS-RDPBCGR 2.2.4.3.
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
