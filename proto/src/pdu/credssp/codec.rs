//! `TSRequest` and the Early User Authorization Result on the wire.

use nom::combinator::map;

use super::{NegoToken, TsRequest, ntlm, spnego};
use crate::pdu::Message;
use crate::vocab::codes::{EarlyUserAuthorizationResult, NtStatus};
use crate::wire::Layer;
use crate::wire::ber;
use crate::wire::read::{Read, ReadError, field, le_u32, refuse, to_end};
use crate::wire::write::{Encoder, Writer};

/// Reads a `TSRequest` that fills the frame. What is read does not depend on the version.
pub(in crate::pdu) fn read(frame: &[u8]) -> Read<'_, Message> {
    let (rest, request) = to_end("TSRequest", |i| {
        let (rest, body) = ber::value(ber::SEQUENCE, "a SEQUENCE (0x30)")(i)?;
        let (_, request) = fields(body)?;
        Ok((rest, request))
    })(frame)?;
    Ok((rest, Message::TsRequest(Box::new(request))))
}

fn fields(i: &[u8]) -> Read<'_, TsRequest> {
    let (i, version) = field("version", ber::explicit(0, "the tag [0] (0xa0)", ber::integer))(i)?;
    let (i, nego_tokens) = ber::optional("negoTokens", 1, nego_data)(i)?;
    let (i, auth_info) = octets("authInfo", 2)(i)?;
    let (i, pub_key_auth) = octets("pubKeyAuth", 3)(i)?;
    let (i, error_code) = ber::optional("errorCode", 4, map(status, NtStatus))(i)?;
    let (i, client_nonce) = octets("clientNonce", 5)(i)?;
    if let Some(&tag) = i.first() {
        return refuse(i, "a field of TSRequest in its place, [1] to [5]", tag.into());
    }
    Ok((i, TsRequest { version, nego_tokens, auth_info, pub_key_auth, error_code, client_nonce }))
}

fn octets<'a>(name: &'static str, number: u8) -> impl FnMut(&'a [u8]) -> Read<'a, Option<Vec<u8>>> {
    ber::optional(name, number, map(ber::octet_string, <[u8]>::to_vec))
}

/// `NegoData`, MS-CSSP 2.2.1.1.
fn nego_data(i: &[u8]) -> Read<'_, Vec<NegoToken>> {
    let (rest, mut items) = ber::value(ber::SEQUENCE, "a SEQUENCE (0x30)")(i)?;
    let mut tokens = Vec::new();
    while !items.is_empty() {
        let (left, item) = ber::value(ber::SEQUENCE, "a SEQUENCE (0x30)")(items)?;
        let (_, token) =
            to_end("negoToken", ber::explicit(0, "the tag [0] (0xa0)", map(ber::octet_string, NegoToken::sort)))(item)?;
        tokens.push(token);
        items = left;
    }
    Ok((rest, tokens))
}

/// An INTEGER that holds an NTSTATUS, with or without a sign.
///
/// Windows: four bytes, so that a failure counts as negative; others put a zero byte in front.
fn status(i: &[u8]) -> Read<'_, u32> {
    let (rest, digits) = ber::value(ber::INTEGER, "an INTEGER (0x02)")(i)?;
    let (negative, digits) = match digits {
        [0, four @ ..] if four.len() == 4 => (false, four),
        [first, ..] if digits.len() <= 4 => (first & 0x80 != 0, digits),
        _ => return Err(nom::Err::Error(ReadError::invalid(i, "an NTSTATUS of 1 to 4 bytes", digits.len() as u64))),
    };
    let sign = if negative { u32::MAX } else { 0 };
    Ok((rest, digits.iter().fold(sign, |sum, digit| sum << 8 | u32::from(*digit))))
}

/// Reads the 4 bytes of the Early User Authorization Result.
pub(in crate::pdu) fn read_early_user_auth(frame: &[u8]) -> Read<'_, Message> {
    let result = map(le_u32, |number| Message::EarlyUserAuthResult(EarlyUserAuthorizationResult(number)));
    to_end("authorizationResult", result)(frame)
}

/// Seals the tokens (NTLM, then SPNEGO), then the request.
pub(in crate::pdu) fn seal(request: &TsRequest, encoder: &mut Encoder<'_>) -> Vec<u8> {
    let tokens: Option<Vec<Vec<u8>>> =
        request.nego_tokens.as_ref().map(|tokens| tokens.iter().map(|token| seal_token(token, encoder)).collect());
    encoder.seal(Layer::CredSsp, |w| {
        w.u8("tag", ber::SEQUENCE);
        w.prefixed("length", ber::length_prefix, |w| {
            ber::write_explicit(w, 0, "version", |w| {
                w.block("", |w| ber::write_number(w, ber::INTEGER, "version", request.version));
            });
            if let Some(tokens) = &tokens {
                ber::write_explicit(w, 1, "negoTokens", |w| write_nego_data(w, tokens));
            }
            write_octets(w, 2, "authInfo", request.auth_info.as_deref());
            write_octets(w, 3, "pubKeyAuth", request.pub_key_auth.as_deref());
            if let Some(code) = request.error_code {
                ber::write_explicit(w, 4, "errorCode", |w| write_status(w, code));
            }
            write_octets(w, 5, "clientNonce", request.client_nonce.as_deref());
        });
    })
}

fn seal_token(token: &NegoToken, encoder: &mut Encoder<'_>) -> Vec<u8> {
    match token {
        NegoToken::Ntlm(token) => ntlm::seal(token, encoder),
        NegoToken::Spnego(token) => spnego::seal(token, encoder),
        NegoToken::Unknown(bytes) => bytes.clone(),
    }
}

fn write_nego_data(w: &mut Writer, tokens: &[Vec<u8>]) {
    let start = w.len();
    w.carry(&[ber::SEQUENCE]);
    w.prefixed("NegoData.length", ber::length_prefix, |w| {
        for token in tokens {
            w.carry(&[ber::SEQUENCE]);
            w.prefixed("NegoDataItem.length", ber::length_prefix, |w| {
                ber::write_explicit(w, 0, "negoToken", |w| ber::write_octets(w, "negoToken", token));
            });
        }
    });
    w.block("", |w| w.span("negoTokens", start));
}

fn write_octets(w: &mut Writer, number: u8, name: &'static str, octets: Option<&[u8]>) {
    if let Some(octets) = octets {
        ber::write_explicit(w, number, name, |w| ber::write_octets(w, name, octets));
    }
}

/// In the fewest of 1 to 4 bytes whose first bit is clear, or in 4: as FreeRDP and sspi write it.
/// A fifth byte, which would make the number positive, neither of them reads.
fn write_status(w: &mut Writer, NtStatus(code): NtStatus) {
    let all = code.to_be_bytes();
    let spare = match code {
        0..=0x7f => 3,
        0x80..=0x7fff => 2,
        0x8000..=0x7f_ffff => 1,
        _ => 0,
    };
    let digits = all.get(spare..).unwrap_or_default();
    w.carry(&[ber::INTEGER]);
    w.carry(ber::length_prefix(digits.len()).as_slice());
    w.block("", |w| w.bytes("errorCode", digits));
}

/// Seals the Early User Authorization Result.
pub(in crate::pdu) fn seal_early_user_auth(result: EarlyUserAuthorizationResult, encoder: &mut Encoder<'_>) -> Vec<u8> {
    encoder.seal(Layer::CredSsp, |w| w.u32_le("authorizationResult", result.0))
}
