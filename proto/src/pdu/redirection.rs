//! Server Redirection PDU.
//!
//! MS-RDPBCGR 2.2.13.

use super::text::{length16, length32, to_utf16_with_zero, units, utf16_without_zero};
use super::x224::ConnectionRequest;
use crate::wire::read::{Read, bytes, field, le_u16, le_u32, refuse, rest};
use crate::wire::write::Writer;

/// `RDP_SERVER_REDIRECTION_PACKET` in its Enhanced Security form. MS-RDPBCGR 2.2.13.1, 2.2.13.3.1.
///
/// Each field is present where its `redirFlags` bit is set, and encoding sets the bits of the fields
/// that are here; strings are UTF-16LE, zero-terminated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the specification's fields in wire order")]
pub struct ServerRedirection {
    pub pdu_source: u16,
    pub session_id: u32,
    /// `redirFlags`.
    pub redir_flags: u32,
    pub target_net_address: Option<String>,
    pub load_balance_info: Option<Vec<u8>>,
    pub user_name: Option<String>,
    pub domain: Option<String>,
    /// Raw: with `LB_PASSWORD_IS_PK_ENCRYPTED` no text. A secret: never printed.
    pub password: Option<super::client_info::SecretBytes>,
    pub target_fqdn: Option<String>,
    pub target_netbios_name: Option<String>,
    pub tsv_url: Option<Vec<u8>>,
    pub redirection_guid: Option<Vec<u8>>,
    pub target_certificate: Option<Vec<u8>>,
    pub target_net_addresses: Option<Vec<String>>,
    /// Padding behind the last field, 8 bytes from Windows; what `Length` leaves out comes last.
    pub pad: Vec<u8>,
}

/// Bits of `redirFlags` that say which fields are present. MS-RDPBCGR 2.2.13.1.
mod present {
    pub(super) const TARGET_NET_ADDRESS: u32 = 0x0000_0001;
    pub(super) const LOAD_BALANCE_INFO: u32 = 0x0000_0002;
    pub(super) const USERNAME: u32 = 0x0000_0004;
    pub(super) const DOMAIN: u32 = 0x0000_0008;
    pub(super) const PASSWORD: u32 = 0x0000_0010;
    pub(super) const TARGET_FQDN: u32 = 0x0000_0100;
    pub(super) const TARGET_NETBIOS_NAME: u32 = 0x0000_0200;
    pub(super) const TARGET_NET_ADDRESSES: u32 = 0x0000_0800;
    pub(super) const CLIENT_TSV_URL: u32 = 0x0000_1000;
    pub(super) const REDIRECTION_GUID: u32 = 0x0000_8000;
    pub(super) const TARGET_CERTIFICATE: u32 = 0x0001_0000;
    pub(super) const ALL: u32 = 0x0001_9b1f;
}

/// `LB_PASSWORD`.
pub(super) const PASSWORD: u32 = present::PASSWORD;
/// The fields up to the password, in wire order.
pub(super) const UP_TO_PASSWORD: [u32; 5] =
    [present::TARGET_NET_ADDRESS, present::LOAD_BALANCE_INFO, present::USERNAME, present::DOMAIN, PASSWORD];

/// `SEC_REDIRECTION_PKT`, the packet's own `Flags`.
const SEC_REDIRECTION_PKT: u16 = 0x0400;
/// Bytes of the pad that `Length` counts.
const PAD: usize = 8;

impl ServerRedirection {
    /// `LB_DONTSTOREUSERNAME`.
    pub const DONT_STORE_USERNAME: u32 = 0x0000_0020;
    /// `LB_PASSWORD_IS_PK_ENCRYPTED`.
    pub const PASSWORD_IS_PK_ENCRYPTED: u32 = 0x0000_4000;

    /// The fields in wire order: flag, names, bytes.
    fn fields(&self) -> [(u32, &'static str, &'static str, Option<Vec<u8>>); 11] {
        let text = |text: &Option<String>| text.as_deref().map(to_utf16_with_zero);
        let password = self.password.as_ref().map(|password| password.0.clone());
        let addresses = self.target_net_addresses.as_deref().map(net_addresses);
        [
            (present::TARGET_NET_ADDRESS, "TargetNetAddressLength", "TargetNetAddress", text(&self.target_net_address)),
            (present::LOAD_BALANCE_INFO, "LoadBalanceInfoLength", "LoadBalanceInfo", self.load_balance_info.clone()),
            (present::USERNAME, "UserNameLength", "UserName", text(&self.user_name)),
            (present::DOMAIN, "DomainLength", "Domain", text(&self.domain)),
            (present::PASSWORD, "PasswordLength", "Password", password),
            (present::TARGET_FQDN, "TargetFQDNLength", "TargetFQDN", text(&self.target_fqdn)),
            (
                present::TARGET_NETBIOS_NAME,
                "TargetNetBiosNameLength",
                "TargetNetBiosName",
                text(&self.target_netbios_name),
            ),
            (present::CLIENT_TSV_URL, "TsvUrlLength", "TsvUrl", self.tsv_url.clone()),
            (present::REDIRECTION_GUID, "RedirectionGuidLength", "RedirectionGuid", self.redirection_guid.clone()),
            (
                present::TARGET_CERTIFICATE,
                "TargetCertificateLength",
                "TargetCertificate",
                self.target_certificate.clone(),
            ),
            (present::TARGET_NET_ADDRESSES, "TargetNetAddressesLength", "TargetNetAddresses", addresses),
        ]
    }

    /// Writes all behind the Share Control header.
    pub(super) fn write(&self, w: &mut Writer) {
        let fields = self.fields();
        let flags = fields.iter().filter(|field| field.3.is_some()).fold(0, |flags, field| flags | field.0);
        w.zeros("pad2Octets", 2);
        let start = w.len();
        w.u16_le("Flags", SEC_REDIRECTION_PKT);
        w.u16_le("Length", 0);
        w.u32_le("SessionID", self.session_id);
        w.u32_le("RedirFlags", self.redir_flags & !present::ALL | flags);
        for (_, length_name, name, bytes) in &fields {
            if let Some(bytes) = bytes {
                w.u32_le(length_name, length32(bytes.len()));
                w.bytes(name, bytes);
            }
        }
        let counted = if self.pad.len() < PAD { 0 } else { PAD };
        let length = length16(w.len() - start + counted);
        w.bytes("Pad", &self.pad);
        w.patch(start + 2, &length.to_le_bytes());
    }

    /// Reads all behind the Share Control header.
    pub(super) fn read(i: &[u8], pdu_source: u16) -> Read<'_, Self> {
        let (i, _) = field("pad2Octets", bytes(2))(i)?;
        let packet = i;
        let (i, _) = field("Flags", |at| {
            let (i, flags) = le_u16(at)?;
            if flags == SEC_REDIRECTION_PKT { Ok((i, flags)) } else { refuse(at, "0x0400", flags.into()) }
        })(i)?;
        let (i, _) = field("Length", |at| {
            let (i, length) = le_u16(at)?;
            if usize::from(length) <= packet.len() {
                Ok((i, length))
            } else {
                refuse(at, "at most the bytes that are left", length.into())
            }
        })(i)?;
        let (i, session_id) = field("SessionID", le_u32)(i)?;
        let (i, flags) = field("RedirFlags", le_u32)(i)?;
        let (i, target_net_address) = text(i, flags & present::TARGET_NET_ADDRESS, "TargetNetAddress")?;
        let (i, load_balance_info) = raw(i, flags & present::LOAD_BALANCE_INFO, "LoadBalanceInfo")?;
        let (i, user_name) = text(i, flags & present::USERNAME, "UserName")?;
        let (i, domain) = text(i, flags & present::DOMAIN, "Domain")?;
        let (i, password) = raw(i, flags & present::PASSWORD, "Password")?;
        let (i, target_fqdn) = text(i, flags & present::TARGET_FQDN, "TargetFQDN")?;
        let (i, target_netbios_name) = text(i, flags & present::TARGET_NETBIOS_NAME, "TargetNetBiosName")?;
        let (i, tsv_url) = raw(i, flags & present::CLIENT_TSV_URL, "TsvUrl")?;
        let (i, redirection_guid) = raw(i, flags & present::REDIRECTION_GUID, "RedirectionGuid")?;
        let (i, target_certificate) = raw(i, flags & present::TARGET_CERTIFICATE, "TargetCertificate")?;
        let (i, target_net_addresses) =
            optional(i, flags & present::TARGET_NET_ADDRESSES, |i| field("TargetNetAddresses", read_net_addresses)(i))?;
        let (i, pad) = rest(i)?;
        let packet = Self {
            pdu_source,
            session_id,
            redir_flags: flags,
            target_net_address,
            load_balance_info,
            user_name,
            domain,
            password: password.map(super::client_info::SecretBytes),
            target_fqdn,
            target_netbios_name,
            tsv_url,
            redirection_guid,
            target_certificate,
            target_net_addresses,
            pad: pad.to_vec(),
        };
        Ok((i, packet))
    }

    pub(super) fn fact(&self) -> String {
        let target = self.target_fqdn.as_ref().or(self.target_net_address.as_ref());
        let target = target.or(self.target_netbios_name.as_ref());
        let target = target.map_or_else(|| "to no named host".to_owned(), |target| format!("to {target:?}"));
        let token = self.load_balance_info.as_deref().map(|token| {
            let token = token.strip_suffix(b"\r\n").unwrap_or(token);
            match token.len() {
                0..=ConnectionRequest::LONGEST => format!(", routing token \"{}\"", token.escape_ascii()),
                length => format!(", a routing token of {length} bytes"),
            }
        });
        let user = self.user_name.as_ref().map(|user| format!(", user {user:?}"));
        let password = if self.password.is_some() { ", password" } else { "" };
        let (token, user) = (token.unwrap_or_default(), user.unwrap_or_default());
        format!("{target}, session {}{token}{user}{password}", self.session_id)
    }
}

fn net_addresses(addresses: &[String]) -> Vec<u8> {
    let mut bytes = length32(addresses.len()).to_le_bytes().to_vec();
    for address in addresses {
        let address = to_utf16_with_zero(address);
        bytes.extend_from_slice(&length32(address.len()).to_le_bytes());
        bytes.extend_from_slice(&address);
    }
    bytes
}

fn read_net_addresses(i: &[u8]) -> Read<'_, Vec<String>> {
    let (i, area) = counted(i)?;
    let (mut area, count) = field("addressCount", le_u32)(area)?;
    let mut addresses = Vec::new();
    for _ in 0..count {
        let address;
        (area, address) = field("address", read_text)(area)?;
        addresses.push(address);
    }
    field("address", crate::wire::read::end)(area)?;
    Ok((i, addresses))
}

/// Bytes behind their own 32-bit length.
fn counted(i: &[u8]) -> Read<'_, &[u8]> {
    let (i, length) = field("length", le_u32)(i)?;
    bytes(usize::try_from(length).unwrap_or(usize::MAX))(i)
}

fn read_text(i: &[u8]) -> Read<'_, String> {
    let (i, text) = counted(i)?;
    let (_, text) = units(text.len())(text)?;
    Ok((i, utf16_without_zero(text)))
}

fn optional<'a, T>(i: &'a [u8], flag: u32, mut parser: impl FnMut(&'a [u8]) -> Read<'a, T>) -> Read<'a, Option<T>> {
    if flag == 0 {
        return Ok((i, None));
    }
    let (i, value) = parser(i)?;
    Ok((i, Some(value)))
}

fn text<'a>(i: &'a [u8], flag: u32, name: &'static str) -> Read<'a, Option<String>> {
    optional(i, flag, field(name, read_text))
}

fn raw<'a>(i: &'a [u8], flag: u32, name: &'static str) -> Read<'a, Option<Vec<u8>>> {
    let (i, bytes) = optional(i, flag, field(name, counted))?;
    Ok((i, bytes.map(<[u8]>::to_vec)))
}
