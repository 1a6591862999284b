//! SPNEGO in DER: read as far as it is known, written in the shortest lengths.

use nom::Parser;
use nom::combinator::map;
use nom::multi::many0;

use super::super::ntlm;
use super::{MechToken, Mechanism, NegState, SpnegoToken};
use crate::wire::read::{Read, ReadError, all, refuse, rest};
use crate::wire::write::{Encoder, Writer};
use crate::wire::{Layer, NoTap, ber};

/// The GSS-API frame of a first token, RFC 2743 3.1.
const GSS_FRAME: u8 = 0x60;
/// SPNEGO's own object identifier, 1.3.6.1.5.5.2.
const SPNEGO: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x02];
/// `NegotiationToken`: the choices `negTokenInit` and `negTokenResp`.
const INIT: u8 = 0;
const RESP: u8 = 1;

/// The DER of a `MechTypeList`: what `mechListMIC` covers.
#[must_use]
pub fn mech_type_list(mech_types: &[Mechanism]) -> Vec<u8> {
    Encoder::new(&mut NoTap).seal(Layer::Spnego, |w| write_mech_types(w, mech_types))
}

/// Reads a token; nothing where it is no SPNEGO.
#[must_use]
pub(in crate::pdu::credssp) fn parse(bytes: &[u8]) -> Option<SpnegoToken> {
    all(bytes, token).ok()
}

fn token(i: &[u8]) -> Read<'_, SpnegoToken> {
    if i.first() != Some(&GSS_FRAME) {
        return ber::explicit(RESP, "negTokenResp (0xa1)", sequence(resp))(i);
    }
    let (rest, framed) = ber::value(GSS_FRAME, "a GSS-API frame (0x60)")(i)?;
    let (framed, mechanism) = oid(framed)?;
    if mechanism.0 != SPNEGO {
        return refuse(i, "SPNEGO's object identifier", mechanism.0.len() as u64);
    }
    Ok((rest, all(framed, ber::explicit(INIT, "negTokenInit (0xa0)", sequence(init)))?))
}

fn sequence<'a, T>(
    mut inner: impl Parser<&'a [u8], Output = T, Error = ReadError<'a>>,
) -> impl FnMut(&'a [u8]) -> Read<'a, T> {
    move |i| {
        let (rest, contents) = ber::value(ber::SEQUENCE, "a SEQUENCE (0x30)")(i)?;
        Ok((rest, all(contents, |i| inner.parse(i))?))
    }
}

fn oid(i: &[u8]) -> Read<'_, Mechanism> {
    let (rest, contents) = ber::value(ber::OBJECT_IDENTIFIER, "an OBJECT IDENTIFIER (0x06)")(i)?;
    Ok((rest, Mechanism(contents.to_vec())))
}

fn mech_types(i: &[u8]) -> Read<'_, Vec<Mechanism>> {
    sequence(many0(oid))(i)
}

fn mech_token(i: &[u8]) -> Read<'_, MechToken> {
    let (rest, octets) = ber::octet_string(i)?;
    Ok((rest, MechToken::sort(octets)))
}

fn octets(i: &[u8]) -> Read<'_, Vec<u8>> {
    let (rest, octets) = ber::octet_string(i)?;
    Ok((rest, octets.to_vec()))
}

fn init(i: &[u8]) -> Read<'_, SpnegoToken> {
    let (i, mech_types) = ber::explicit(0, "mechTypes (0xa0)", mech_types)(i)?;
    // Nothing protects reqFlags, and nobody acts on them.
    let (i, _) = ber::optional("reqFlags", 1, rest)(i)?;
    let (i, mech_token) = ber::optional("mechToken", 2, mech_token)(i)?;
    let (i, mech_list_mic) = ber::optional("mechListMIC", 3, octets)(i)?;
    Ok((i, SpnegoToken::Init { mech_types, mech_token, mech_list_mic }))
}

fn resp(i: &[u8]) -> Read<'_, SpnegoToken> {
    let (i, neg_state) = ber::optional("negState", 0, map(ber::enumerated, NegState))(i)?;
    let (i, supported_mech) = ber::optional("supportedMech", 1, oid)(i)?;
    let (i, response_token) = ber::optional("responseToken", 2, mech_token)(i)?;
    let (i, mech_list_mic) = ber::optional("mechListMIC", 3, octets)(i)?;
    Ok((i, SpnegoToken::Resp { neg_state, supported_mech, response_token, mech_list_mic }))
}

/// The token's bytes, in DER.
#[must_use]
pub fn to_bytes(token: &SpnegoToken) -> Vec<u8> {
    seal(token, &mut Encoder::new(&mut NoTap))
}

/// Seals the mechanism's token, then the SPNEGO token around it.
pub(in crate::pdu::credssp) fn seal(token: &SpnegoToken, encoder: &mut Encoder<'_>) -> Vec<u8> {
    let inner = match token {
        SpnegoToken::Init { mech_token: inner, .. } | SpnegoToken::Resp { response_token: inner, .. } => inner.as_ref(),
    };
    let inner = inner.map(|inner| match inner {
        MechToken::Ntlm(token) => ntlm::seal(token, encoder),
        MechToken::Unknown(bytes) => bytes.clone(),
    });
    encoder.seal(Layer::Spnego, |w| match token {
        SpnegoToken::Init { mech_types, mech_list_mic, .. } => {
            w.carry(&[GSS_FRAME]);
            w.prefixed("length", ber::length_prefix, |w| {
                write_oid(w, "thisMech", SPNEGO);
                choice(w, INIT, "NegTokenInit", |w| {
                    ber::write_explicit(w, 0, "mechTypes", |w| {
                        let start = w.len();
                        write_mech_types(w, mech_types);
                        w.block("", |w| w.span("mechTypes", start));
                    });
                    write_octets(w, 2, "mechToken", inner.as_deref());
                    write_octets(w, 3, "mechListMIC", mech_list_mic.as_deref());
                });
            });
        }
        SpnegoToken::Resp { neg_state, supported_mech, mech_list_mic, .. } => {
            choice(w, RESP, "NegTokenResp", |w| {
                if let Some(NegState(state)) = neg_state {
                    ber::write_explicit(w, 0, "negState", |w| {
                        w.block("", |w| ber::write_number(w, ber::ENUMERATED, "negState", *state));
                    });
                }
                if let Some(Mechanism(oid)) = supported_mech {
                    ber::write_explicit(w, 1, "supportedMech", |w| {
                        w.block("", |w| write_oid(w, "supportedMech", oid));
                    });
                }
                write_octets(w, 2, "responseToken", inner.as_deref());
                write_octets(w, 3, "mechListMIC", mech_list_mic.as_deref());
            });
        }
    })
}

fn choice(w: &mut Writer, number: u8, name: &'static str, body: impl FnOnce(&mut Writer)) {
    ber::write_explicit(w, number, name, |w| ber::write_around(w, &[ber::SEQUENCE], "sequence.length", body));
}

fn write_octets(w: &mut Writer, number: u8, name: &'static str, octets: Option<&[u8]>) {
    if let Some(octets) = octets {
        ber::write_explicit(w, number, name, |w| ber::write_octets(w, name, octets));
    }
}

fn write_oid(w: &mut Writer, name: &'static str, oid: &[u8]) {
    w.carry(&[ber::OBJECT_IDENTIFIER]);
    w.carry(ber::length_prefix(oid.len()).as_slice());
    w.bytes(name, oid);
}

fn write_mech_types(w: &mut Writer, mech_types: &[Mechanism]) {
    ber::write_around(w, &[ber::SEQUENCE], "MechTypeList.length", |w| {
        for Mechanism(oid) in mech_types {
            write_oid(w, "mechType", oid);
        }
    });
}
