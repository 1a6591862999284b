//! NTLM messages, read.

use core::ops::Range;

use super::{
    Authenticate, Challenge, Negotiate, NtlmMessage, NtlmV2Response, SIGNATURE, TargetInfo, Version, av_id, flags,
    message_type,
};
use crate::pdu::text::{units, utf16};
use crate::wire::read::{Read, ReadError, array, bytes, field, le_u16, le_u32, refuse, rest, u8};

/// Bytes in front of `Version`: nothing of the payload lies there.
const NEGOTIATE_HEADER: usize = 16;
const CHALLENGE_HEADER: usize = 48;
const AUTHENTICATE_HEADER: usize = 64;
/// Bytes of `Version` and of `MIC`.
const VERSION: usize = 8;
const MIC: usize = 16;
/// `NTProofStr`, then the client challenge up to its pairs.
const PROOF: usize = 16;
const CLIENT_CHALLENGE: usize = 28;

/// Reads any of the three; the payload is found by offsets, so the message counts as read to its end.
pub(super) fn message(i: &[u8]) -> Read<'_, NtlmMessage> {
    let (after, signature) = field("Signature", array::<8>)(i)?;
    if &signature != SIGNATURE {
        return field("Signature", |i| refuse(i, "NTLMSSP\\0", signature.first().copied().unwrap_or(0).into()))(i);
    }
    let (header, kind) = field("MessageType", le_u32)(after)?;
    let (_, message) = match kind {
        message_type::NEGOTIATE => field("NEGOTIATE_MESSAGE", |header| negotiate(i, header))(header)?,
        message_type::CHALLENGE => field("CHALLENGE_MESSAGE", |header| challenge(i, header))(header)?,
        message_type::AUTHENTICATE => field("AUTHENTICATE_MESSAGE", |header| authenticate(i, header))(header)?,
        other => field("MessageType", |i| refuse(i, "1, 2 or 3", other.into()))(after)?,
    };
    Ok((rest(i)?.0, message))
}

fn negotiate<'a>(all: &'a [u8], i: &'a [u8]) -> Read<'a, NtlmMessage> {
    let (i, flags) = field("NegotiateFlags", le_u32)(i)?;
    // Old clients send no more than the flags.
    if i.is_empty() {
        return Ok((i, NtlmMessage::Negotiate(Negotiate { flags, domain: None, workstation: None, version: None })));
    }
    let (i, domain) = field("DomainNameFields", place(all, NEGOTIATE_HEADER))(i)?;
    let (i, workstation) = field("WorkstationFields", place(all, NEGOTIATE_HEADER))(i)?;
    let first = first([&domain, &workstation]);
    let (i, version) = version(all, i, flags, first)?;
    let oem =
        |range: &Range<usize>, flag| (flags & flag != 0).then(|| latin(all.get(range.clone()).unwrap_or_default()));
    let domain = oem(&domain, flags::OEM_DOMAIN_SUPPLIED);
    let workstation = oem(&workstation, flags::OEM_WORKSTATION_SUPPLIED);
    Ok((i, NtlmMessage::Negotiate(Negotiate { flags, domain, workstation, version })))
}

fn challenge<'a>(all: &'a [u8], i: &'a [u8]) -> Read<'a, NtlmMessage> {
    let (i, target_name) = field("TargetNameFields", place(all, CHALLENGE_HEADER))(i)?;
    let (i, flags) = field("NegotiateFlags", le_u32)(i)?;
    let (i, server_challenge) = field("ServerChallenge", array)(i)?;
    let (i, _reserved) = field("Reserved", array::<8>)(i)?;
    let (i, target_info) = field("TargetInfoFields", place(all, CHALLENGE_HEADER))(i)?;
    let (i, version) = version(all, i, flags, first([&target_name, &target_info]))?;
    let (_, target_name) = field("TargetName", text(flags))(part(all, &target_name))?;
    let target_info = match part(all, &target_info) {
        [] => TargetInfo::default(),
        list => field("TargetInfo", self::target_info)(list)?.1,
    };
    Ok((i, NtlmMessage::Challenge(Challenge { target_name, flags, server_challenge, target_info, version })))
}

fn authenticate<'a>(all: &'a [u8], i: &'a [u8]) -> Read<'a, NtlmMessage> {
    let place = || place(all, AUTHENTICATE_HEADER);
    let (i, lm_response) = field("LmChallengeResponseFields", place())(i)?;
    let (i, nt_response) = field("NtChallengeResponseFields", place())(i)?;
    let (i, domain) = field("DomainNameFields", place())(i)?;
    let (i, user) = field("UserNameFields", place())(i)?;
    let (i, workstation) = field("WorkstationFields", place())(i)?;
    let (i, session_key) = field("EncryptedRandomSessionKeyFields", place())(i)?;
    let (i, flags) = field("NegotiateFlags", le_u32)(i)?;
    let first = first([&lm_response, &nt_response, &domain, &user, &workstation, &session_key]);
    let (i, version) = version(all, i, flags, first)?;
    let (_, domain) = field("DomainName", text(flags))(part(all, &domain))?;
    let (_, user) = field("UserName", text(flags))(part(all, &user))?;
    let (_, workstation) = field("Workstation", text(flags))(part(all, &workstation))?;
    let v2 = v2(all, &nt_response);
    let has_mic = v2.as_ref().and_then(|v2| v2.target_info.flags).unwrap_or(0) & TargetInfo::HAS_MIC != 0;
    let mic = mic(first.min(all.len()), flags).filter(|_| has_mic);
    let message =
        Authenticate { lm_response, nt_response, domain, user, workstation, session_key, flags, version, mic, v2 };
    Ok((i, NtlmMessage::Authenticate(message)))
}

/// Where the MIC stands. FreeRDP leaves `Version` out where it is not negotiated; Windows leaves it zero.
fn mic(header: usize, flags: u32) -> Option<Range<usize>> {
    let with_version = AUTHENTICATE_HEADER + VERSION;
    let starts = [with_version, AUTHENTICATE_HEADER];
    let candidates = if flags & flags::VERSION == 0 { starts.as_slice() } else { starts.get(..1)? };
    candidates.iter().map(|start| *start..start + MIC).find(|mic| mic.end <= header)
}

/// The response, where it is an NTLMv2 one that can be read.
fn v2(all: &[u8], response: &Range<usize>) -> Option<NtlmV2Response> {
    let temp = response.start + PROOF..response.end;
    let (pairs, (kinds, _reserved, timestamp)) = client_challenge(all.get(temp.clone())?).ok()?;
    let (_, target_info) = target_info(pairs).ok()?;
    let known = kinds == [1, 1];
    let nt_proof_str = response.start..temp.start;
    known.then_some(NtlmV2Response { nt_proof_str, client_challenge: temp, timestamp, target_info })
}

/// `RespType` and `HiRespType`, the reserved bytes behind them, `TimeStamp`; then to the pairs.
fn client_challenge(i: &[u8]) -> Read<'_, ([u8; 2], [u8; 6], u64)> {
    let (start, kinds) = array(i)?;
    let (start, reserved) = array(start)?;
    let (start, timestamp) = array(start)?;
    // ChallengeFromClient and Reserved3.
    let (start, _) = array::<{ CLIENT_CHALLENGE - 16 }>(start)?;
    Ok((start, (kinds, reserved, u64::from_le_bytes(timestamp))))
}

/// `AV_PAIR`s up to `MsvAvEOL`. A pair that comes twice is kept among the others.
pub(super) fn target_info(i: &[u8]) -> Read<'_, TargetInfo> {
    let mut info = TargetInfo::default();
    let mut i = i;
    loop {
        let (at, id) = field("AvId", le_u16)(i)?;
        let (left, value) = field("AvLen", |at| {
            let (after, length) = le_u16(at)?;
            let (value, left) = after
                .split_at_checked(length.into())
                .ok_or_else(|| nom::Err::Error(ReadError::length(at, length.into(), after.len())))?;
            Ok((left, value))
        })(at)?;
        i = left;
        match id {
            av_id::EOL => return Ok((left, info)),
            av_id::NB_COMPUTER_NAME => name("MsvAvNbComputerName", id, value, &mut info, |i| &mut i.netbios_computer)?,
            av_id::NB_DOMAIN_NAME => name("MsvAvNbDomainName", id, value, &mut info, |i| &mut i.netbios_domain)?,
            av_id::DNS_COMPUTER_NAME => name("MsvAvDnsComputerName", id, value, &mut info, |i| &mut i.dns_computer)?,
            av_id::DNS_DOMAIN_NAME => name("MsvAvDnsDomainName", id, value, &mut info, |i| &mut i.dns_domain)?,
            av_id::DNS_TREE_NAME => name("MsvAvDnsTreeName", id, value, &mut info, |i| &mut i.dns_tree)?,
            av_id::FLAGS if info.flags.is_none() => {
                info.flags = Some(u32::from_le_bytes(number("MsvAvFlags", value)?));
            }
            av_id::TIMESTAMP if info.timestamp.is_none() => {
                info.timestamp = Some(u64::from_le_bytes(number("MsvAvTimestamp", value)?));
            }
            _ => info.other.push((id, value.to_vec())),
        }
    }
}

fn name<'a>(
    name: &'static str,
    id: u16,
    value: &'a [u8],
    info: &mut TargetInfo,
    slot: impl FnOnce(&mut TargetInfo) -> &mut Option<String>,
) -> Result<(), nom::Err<ReadError<'a>>> {
    let (_, text) = field(name, text(flags::UNICODE))(value)?;
    let slot = slot(info);
    if slot.is_none() {
        *slot = Some(text);
    } else {
        info.other.push((id, value.to_vec()));
    }
    Ok(())
}

fn number<'a, const N: usize>(name: &'static str, value: &'a [u8]) -> Result<[u8; N], nom::Err<ReadError<'a>>> {
    let exact = |i: &'a [u8]| match i.try_into() {
        Ok(number) => Ok((i, number)),
        Err(_) => refuse(i, if N == 4 { "4 bytes" } else { "8 bytes" }, i.len() as u64),
    };
    field(name, exact)(value).map(|(_, number)| number)
}

/// Length, space and offset of a payload: its bytes in the message.
fn place<'a>(all: &'a [u8], header: usize) -> impl FnMut(&'a [u8]) -> Read<'a, Range<usize>> {
    move |i| {
        let (after, length) = le_u16(i)?;
        let (after, _space) = le_u16(after)?;
        let (after, offset) = le_u32(after)?;
        if length == 0 {
            return Ok((after, 0..0));
        }
        let start = usize::try_from(offset).unwrap_or(usize::MAX);
        let end = start.saturating_add(length.into());
        if start < header {
            return refuse(i, "an offset behind the header", offset.into());
        }
        if end > all.len() {
            return Err(nom::Err::Error(ReadError::length(i, end, all.len())));
        }
        Ok((after, start..end))
    }
}

/// Where the payload begins.
fn first<const N: usize>(places: [&Range<usize>; N]) -> usize {
    places.into_iter().filter(|place| !place.is_empty()).map(|place| place.start).min().unwrap_or(usize::MAX)
}

fn part<'a>(all: &'a [u8], range: &Range<usize>) -> &'a [u8] {
    all.get(range.clone()).unwrap_or_default()
}

/// `Version`, where the flag says so and the payload leaves room for it.
fn version<'a>(all: &[u8], i: &'a [u8], flags: u32, first: usize) -> Read<'a, Option<Version>> {
    let header = all.len() - i.len();
    if flags & flags::VERSION == 0 || first < header + VERSION {
        return Ok((i, None));
    }
    field("Version", |i| {
        let (i, major) = field("ProductMajorVersion", u8)(i)?;
        let (i, minor) = field("ProductMinorVersion", u8)(i)?;
        let (i, build) = field("ProductBuild", le_u16)(i)?;
        let (i, _reserved) = field("Reserved", bytes(3))(i)?;
        let (i, revision) = field("NTLMRevisionCurrent", u8)(i)?;
        Ok((i, Some(Version { major, minor, build, revision })))
    })(i)
}

fn text<'a>(negotiated: u32) -> impl FnMut(&'a [u8]) -> Read<'a, String> {
    move |i| {
        if negotiated & flags::UNICODE == 0 {
            return Ok((i, latin(i)));
        }
        let (left, text) = units(i.len())(i)?;
        Ok((left, utf16(text)))
    }
}

/// The OEM character set is not told: Latin-1.
fn latin(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}
