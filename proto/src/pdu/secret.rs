//! Where secrets lie in the bytes of a PDU, and PDUs without them.
//!
//! Passwords, reconnect cookies (MS-RDPBCGR 2.2.4), the side transport's cookie (2.2.15.1), typed keys; of the
//! licence exchange what the client encrypts, and the licence that it presents (MS-RDPELE 2.2.2). The
//! bytes themselves are walked, since a peer's strings need not be as long as they would be here.

use core::ops::Range;

use super::channel::sec;
use super::client_info::{ClientInfo, Secret, SecretBytes};
use super::licensing::{LicenseMessage, LicensePdu};
use super::session_info::SaveSessionInfo;
use super::share::{ShareDataPdu, looks_like_share};
use super::{ChannelPdu, Side, mcs, redirection, typed};
use crate::wire::ber;

/// Bytes of the basic security header.
const SECURITY_HEADER: usize = 4;
/// Bytes of `LICENSE_PREAMBLE`.
const LICENSE_PREAMBLE: usize = 4;
/// Bytes of a client's key exchange algorithm, platform and random number.
const LICENSE_CLIENT: usize = 4 + 4 + 32;
/// Licensing messages in which a client says secrets: `LICENSE_INFO`, `NEW_LICENSE_REQUEST`, `PLATFORM_CHALLENGE_RESPONSE`.
const LICENSE_SECRETS: [u8; 3] = [0x12, 0x13, 0x15];
/// Bytes of the Share Control and Share Data headers.
const SHARE_HEADERS: usize = 18;
/// `PDUTYPE2_SAVE_SESSION_INFO`.
const SAVE_SESSION_INFO: u8 = 0x26;

/// Steps through bytes; past their end nothing is found.
struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Walk<'_> {
    fn take(&mut self, count: usize) -> Option<Range<usize>> {
        let span = self.at..self.at.checked_add(count)?;
        self.bytes.get(span.clone())?;
        self.at = span.end;
        Some(span)
    }

    fn number(&mut self, width: usize) -> Option<usize> {
        let span = self.take(width)?;
        let digits = self.bytes.get(span)?;
        Some(digits.iter().rev().fold(0, |sum, digit| sum << 8 | usize::from(*digit)))
    }
}

/// Where secrets lie in `payload`, the user data of MCS Send Data.
///
/// Where the walk finds no way (a message that was altered on its way out), all that is left counts.
pub(super) fn spans(pdu: &ChannelPdu, payload: &[u8]) -> Vec<Range<usize>> {
    let mut walk = Walk { bytes: payload, at: 0 };
    let mut found = Vec::new();
    let whole = match pdu {
        ChannelPdu::ClientInfo(_) => client_info(&mut walk, &mut found),
        ChannelPdu::ServerRedirection(_) => redirected_password(&mut walk, &mut found),
        ChannelPdu::InitiateMultitransportRequest(_) => fixed(&mut walk, SECURITY_HEADER + 8, 16, &mut found),
        ChannelPdu::License(pdu) => match &pdu.message {
            LicenseMessage::NewLicenseRequest(_) => license_blobs(&mut walk, LICENSE_CLIENT, 1, &mut found),
            LicenseMessage::LicenseInfo(_) => license_blobs(&mut walk, LICENSE_CLIENT, 3, &mut found),
            LicenseMessage::PlatformChallengeResponse(_) => license_blobs(&mut walk, 0, 2, &mut found),
            _ => Some(()),
        },
        ChannelPdu::ShareData(pdu) => match &pdu.data {
            // infoType, Length, FieldsPresent, cbFieldData, cbLen, Version and LogonId stand in front.
            ShareDataPdu::SaveSessionInfo(SaveSessionInfo::Extended { auto_reconnect: Some(_), .. }) => {
                fixed(&mut walk, SHARE_HEADERS + 26, 16, &mut found)
            }
            ShareDataPdu::InputEvents(body) => {
                found.extend(
                    typed::slow_path(body).into_iter().map(|key| SHARE_HEADERS + key.start..SHARE_HEADERS + key.end),
                );
                Some(())
            }
            // A cookie among fields that are not known, or compressed.
            data if may_hold_cookie(data) => {
                walk.at = SHARE_HEADERS;
                None
            }
            _ => Some(()),
        },
        _ => Some(()),
    };
    if whole.is_none() {
        found.push(walk.at.min(payload.len())..payload.len());
    }
    found.retain(|span| !span.is_empty());
    found
}

fn may_hold_cookie(data: &ShareDataPdu) -> bool {
    match data {
        ShareDataPdu::SaveSessionInfo(SaveSessionInfo::Unknown { .. }) => true,
        ShareDataPdu::Unknown { pdu_type2, .. } => *pdu_type2 == SAVE_SESSION_INFO,
        _ => false,
    }
}

fn fixed(walk: &mut Walk<'_>, at: usize, length: usize, found: &mut Vec<Range<usize>>) -> Option<()> {
    walk.take(at)?;
    found.push(walk.take(length)?);
    Some(())
}

/// The first blobs of a licensing message, behind `fields` bytes of its own.
fn license_blobs(walk: &mut Walk<'_>, fields: usize, blobs: usize, found: &mut Vec<Range<usize>>) -> Option<()> {
    walk.take(SECURITY_HEADER + LICENSE_PREAMBLE + fields)?;
    for _ in 0..blobs {
        let _blob_type = walk.number(2)?;
        let length = walk.number(2)?;
        found.push(walk.take(length)?);
    }
    Some(())
}

fn client_info(walk: &mut Walk<'_>, found: &mut Vec<Range<usize>>) -> Option<()> {
    // The security header and CodePage.
    walk.take(SECURITY_HEADER + 4)?;
    let flags = walk.number(4)?;
    let zero = if u32::try_from(flags).unwrap_or(u32::MAX) & ClientInfo::UNICODE == 0 { 1 } else { 2 };
    let mut lengths = [0; 5];
    for length in &mut lengths {
        *length = walk.number(2)?;
    }
    let [domain, user_name, password, alternate_shell, working_dir] = lengths;
    walk.take(domain + user_name + 2 * zero)?;
    found.push(walk.take(password)?);
    walk.take(alternate_shell + working_dir + 3 * zero)?;
    if walk.at == walk.bytes.len() {
        return Some(());
    }
    let _client_address_family = walk.number(2)?;
    for _address_then_dir in 0..2 {
        let length = walk.number(2)?;
        walk.take(length)?;
    }
    // Each later field may be missing: clientTimeZone, clientSessionId and performanceFlags stand before the cookie.
    if walk.bytes.len() - walk.at <= 172 + 4 + 4 {
        return Some(());
    }
    walk.take(172 + 4 + 4)?;
    let cookie = walk.number(2)?;
    found.push(walk.take(cookie)?);
    Some(())
}

fn redirected_password(walk: &mut Walk<'_>, found: &mut Vec<Range<usize>>) -> Option<()> {
    // Share Control header, pad2Octets, Flags, Length and SessionID.
    walk.take(16)?;
    let flags = walk.number(4)?;
    for flag in redirection::UP_TO_PASSWORD {
        if u32::try_from(flags).unwrap_or(u32::MAX) & flag == 0 {
            continue;
        }
        let length = walk.number(4)?;
        let span = walk.take(length)?;
        if flag == redirection::PASSWORD {
            found.push(span);
        }
    }
    Some(())
}

/// Replaces every secret by as many `*`.
pub(super) fn redact(pdu: &mut ChannelPdu) {
    match pdu {
        ChannelPdu::ClientInfo(pdu) => {
            // By UTF-16 unit, as it is counted on the wire.
            pdu.password = Secret("*".repeat(pdu.password.0.encode_utf16().count()));
            if let Some(cookie) = pdu.extra_info.as_mut().and_then(|info| info.auto_reconnect_cookie.as_mut()) {
                cookie.fill(b'*');
            }
        }
        ChannelPdu::ServerRedirection(pdu) => {
            if let Some(SecretBytes(password)) = &mut pdu.password {
                password.fill(b'*');
            }
        }
        ChannelPdu::InitiateMultitransportRequest(pdu) => pdu.security_cookie.fill(b'*'),
        ChannelPdu::License(pdu) => redact_license(pdu),
        ChannelPdu::ShareData(pdu) => match &mut pdu.data {
            ShareDataPdu::SaveSessionInfo(SaveSessionInfo::Extended {
                auto_reconnect: Some((_, random_bits)), ..
            }) => random_bits.fill(b'*'),
            ShareDataPdu::SaveSessionInfo(SaveSessionInfo::Unknown { body, .. })
            | ShareDataPdu::Unknown { pdu_type2: SAVE_SESSION_INFO, body, .. } => body.fill(b'*'),
            ShareDataPdu::InputEvents(body) => {
                for key in typed::slow_path(body) {
                    if let Some(key) = body.get_mut(key) {
                        key.fill(b'*');
                    }
                }
            }
            _ => {}
        },
        _ => {}
    }
}

fn redact_license(pdu: &mut LicensePdu) {
    match &mut pdu.message {
        LicenseMessage::NewLicenseRequest(pdu) => pdu.encrypted_pre_master_secret.data.fill(b'*'),
        LicenseMessage::LicenseInfo(pdu) => {
            for blob in [&mut pdu.encrypted_pre_master_secret, &mut pdu.license_info, &mut pdu.encrypted_hwid] {
                blob.data.fill(b'*');
            }
        }
        LicenseMessage::PlatformChallengeResponse(pdu) => {
            for blob in [&mut pdu.encrypted_platform_challenge_response, &mut pdu.encrypted_hwid] {
                blob.data.fill(b'*');
            }
        }
        _ => {}
    }
}

/// Whether a frame that cannot be decoded may hold a secret all the same.
///
/// Told by what little a damaged frame still shows: `TSRequest`, Client Info and licensing from a client; Server
/// Redirection, Save Session Info and the multitransport request from a server.
#[must_use]
pub fn may_hold_secret(frame: &[u8], from: Side) -> bool {
    if from == Side::Client && frame.first() == Some(&ber::SEQUENCE) {
        return true;
    }
    let Some(payload) = mcs::domain::sent_data(frame) else {
        return false;
    };
    let &[first, second, low, high, ..] = payload else {
        return false;
    };
    let flags = u16::from_le_bytes([first, second]);
    match from {
        Side::Client if looks_like_share(payload) => false,
        Side::Client if flags & sec::LICENSE_PKT != 0 => {
            payload.get(4).is_some_and(|message_type| LICENSE_SECRETS.contains(message_type))
        }
        Side::Client => flags & sec::INFO_PKT != 0,
        Side::Server => match u16::from_le_bytes([low, high]) & 0x000f {
            0x000a => true,
            0x0007 => payload.get(14) == Some(&SAVE_SESSION_INFO),
            _ => flags == sec::TRANSPORT_REQ,
        },
    }
}
