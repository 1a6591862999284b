//! TPKT and X.224: reading and writing.

use nom::Parser as _;
use nom::combinator::map;

use super::{
    ConnectionConfirm, ConnectionRequest, CorrelationInfo, DisconnectRequest, NegotiationAnswer, NegotiationRequest,
    Protocols, Token, TpduError,
};
use crate::pdu::Message;
use crate::vocab::codes::NegotiationFailureCode;
use crate::wire::layer::Layer;
use crate::wire::read::{Read, ReadError, array, be_u16, constant, field, le_u16, le_u32, refuse, rest, to_end, u8};
use crate::wire::write::{Encoder, Writer};

const CR: u8 = 0xe0;
const CC: u8 = 0xd0;
const DR: u8 = 0x80;
const ER: u8 = 0x70;
const DT: u8 = 0xf0;

const NEG_REQ: u8 = 0x01;
const NEG_RSP: u8 = 0x02;
const NEG_FAILURE: u8 = 0x03;
const CORRELATION_INFO: u8 = 0x06;

const COOKIE: &[u8] = b"Cookie: mstshash=";

/// What a TPDU holds.
pub(in crate::pdu) enum Tpdu<'a> {
    /// A TPDU of the connection itself.
    Connection(Message),
    /// A Data TPDU: its user data.
    Data(&'a [u8]),
}

/// Reads a TPKT header and the TPDU behind it.
pub(in crate::pdu) fn read<'a>(frame: &'a [u8]) -> Read<'a, Tpdu<'a>> {
    let (i, ()) = constant("TPKT.version", 3, "3", u8)(frame)?;
    let (i, _) = field("TPKT.reserved", u8)(i)?;
    let (i, _) = field("TPKT.length", |i: &'a [u8]| {
        let (left, says) = be_u16(i)?;
        // The frame was cut by this very length; a test or a driver may still hand over another.
        length_is(i, usize::from(says), frame.len()).map(|()| (left, ()))
    })(i)?;
    let (tpdu, li) = field("X224.li", u8)(i)?;
    let (body, code) = field("X224.code", u8)(tpdu)?;
    if code == DT {
        if li != 2 {
            return field("X224.li", |i| refuse(i, "2", li.into()))(i);
        }
        let (data, ()) = constant("X224.eot", 0x80, "0x80 (the last and only TPDU)", u8)(body)?;
        return map(rest, Tpdu::Data).parse(data);
    }
    field("X224.li", |i| length_is(i, usize::from(li), tpdu.len()).map(|()| (i, ())))(i)?;
    let message = match code {
        CR => to_end("X224ConnectionRequest", map(request, Message::X224ConnectionRequest))(body)?,
        CC => to_end("X224ConnectionConfirm", map(confirm, Message::X224ConnectionConfirm))(body)?,
        DR => to_end("X224DisconnectRequest", map(disconnect, Message::X224DisconnectRequest))(body)?,
        ER => to_end("X224Error", map(error, Message::X224Error))(body)?,
        other => {
            let expected = "a TPDU code (0xe0 CR, 0xd0 CC, 0x80 DR, 0x70 ER or 0xf0 DT)";
            return field("X224.code", |i| refuse(i, expected, other.into()))(tpdu);
        }
    };
    Ok((message.0, Tpdu::Connection(message.1)))
}

fn length_is(at: &[u8], says: usize, have: usize) -> Result<(), nom::Err<ReadError<'_>>> {
    if says == have { Ok(()) } else { Err(nom::Err::Error(ReadError::length(at, says, have))) }
}

fn request(i: &[u8]) -> Read<'_, ConnectionRequest> {
    let (i, (dst_ref, src_ref, class)) = references(i)?;
    let (i, token) = match i.first() {
        None | Some(&(NEG_REQ | CORRELATION_INFO)) => (i, None),
        Some(_) => map(field("routingToken", line), |line| Some(token(line))).parse(i)?,
    };
    let (i, negotiation) = match i.first() {
        None | Some(&CORRELATION_INFO) => (i, None),
        Some(_) => map(field("RDP_NEG_REQ", negotiation_request), Some).parse(i)?,
    };
    let (i, correlation) = match i.first() {
        None => (i, None),
        Some(_) => map(field("RDP_NEG_CORRELATION_INFO", correlation_info), Some).parse(i)?,
    };
    Ok((i, ConnectionRequest { dst_ref, src_ref, class, token, negotiation, correlation }))
}

fn references(i: &[u8]) -> Read<'_, (u16, u16, u8)> {
    let (i, dst_ref) = field("dstRef", be_u16)(i)?;
    let (i, src_ref) = field("srcRef", be_u16)(i)?;
    let (i, class) = field("classOption", u8)(i)?;
    Ok((i, (dst_ref, src_ref, class)))
}

/// Bytes up to CR LF, which is taken too.
fn line(i: &[u8]) -> Read<'_, &[u8]> {
    let end = i.windows(2).position(|pair| pair == b"\r\n");
    match end.and_then(|end| Some((i.get(..end)?, i.get(end + 2..)?))) {
        Some((line, left)) => Ok((left, line)),
        None => Err(nom::Err::Error(ReadError::end_of_input(i))),
    }
}

fn token(line: &[u8]) -> Token {
    match line.strip_prefix(COOKIE) {
        Some(identifier) => Token::Cookie(identifier.to_vec()),
        None => Token::Routing(line.to_vec()),
    }
}

fn negotiation_request(i: &[u8]) -> Read<'_, NegotiationRequest> {
    let (i, ()) = constant("type", NEG_REQ.into(), "0x01", u8)(i)?;
    let (i, flags) = field("flags", u8)(i)?;
    let (i, ()) = constant("length", 8, "8", le_u16)(i)?;
    let (i, requested) = field("requestedProtocols", le_u32)(i)?;
    Ok((i, NegotiationRequest { flags, requested_protocols: Protocols(requested) }))
}

fn correlation_info(i: &[u8]) -> Read<'_, CorrelationInfo> {
    let (i, ()) = constant("type", CORRELATION_INFO.into(), "0x06", u8)(i)?;
    let (i, flags) = field("flags", u8)(i)?;
    let (i, ()) = constant("length", 36, "36", le_u16)(i)?;
    let (i, correlation_id) = field("correlationId", array::<16>)(i)?;
    let (i, reserved) = field("reserved", array::<16>)(i)?;
    Ok((i, CorrelationInfo { flags, correlation_id, reserved }))
}

fn confirm(i: &[u8]) -> Read<'_, ConnectionConfirm> {
    let (i, (dst_ref, src_ref, class)) = references(i)?;
    let (i, negotiation) = match i.first() {
        None => (i, None),
        Some(&NEG_RSP) => map(field("RDP_NEG_RSP", negotiation_response), Some).parse(i)?,
        Some(&NEG_FAILURE) => map(field("RDP_NEG_FAILURE", negotiation_failure), Some).parse(i)?,
        Some(&other) => {
            let expected = "0x02 (RDP_NEG_RSP) or 0x03 (RDP_NEG_FAILURE)";
            return field("rdpNegData.type", |i| refuse(i, expected, other.into()))(i);
        }
    };
    Ok((i, ConnectionConfirm { dst_ref, src_ref, class, negotiation }))
}

fn negotiation_response(i: &[u8]) -> Read<'_, NegotiationAnswer> {
    let (i, (flags, selected)) = answer(i, "selectedProtocol")?;
    Ok((i, NegotiationAnswer::Response { flags, selected_protocol: Protocols(selected) }))
}

fn negotiation_failure(i: &[u8]) -> Read<'_, NegotiationAnswer> {
    let (i, (flags, code)) = answer(i, "failureCode")?;
    Ok((i, NegotiationAnswer::Failure { flags, failure_code: NegotiationFailureCode(code) }))
}

fn answer<'a>(i: &'a [u8], value: &'static str) -> Read<'a, (u8, u32)> {
    // The caller chose by the type.
    let (i, _) = field("type", u8)(i)?;
    let (i, flags) = field("flags", u8)(i)?;
    let (i, ()) = constant("length", 8, "8", le_u16)(i)?;
    let (i, value) = field(value, le_u32)(i)?;
    Ok((i, (flags, value)))
}

fn disconnect(i: &[u8]) -> Read<'_, DisconnectRequest> {
    let (i, dst_ref) = field("dstRef", be_u16)(i)?;
    let (i, src_ref) = field("srcRef", be_u16)(i)?;
    let (i, reason) = field("reason", u8)(i)?;
    // X.224 lets parameters follow; none is used in RDP.
    let (i, _) = rest(i)?;
    Ok((i, DisconnectRequest { dst_ref, src_ref, reason }))
}

fn error(i: &[u8]) -> Read<'_, TpduError> {
    let (i, dst_ref) = field("dstRef", be_u16)(i)?;
    let (i, reject_cause) = field("rejectCause", u8)(i)?;
    let (i, variable) = rest(i)?;
    Ok((i, TpduError { dst_ref, reject_cause, variable: variable.to_vec() }))
}

/// Seals a Connection Request.
pub(in crate::pdu) fn seal_request(pdu: &ConnectionRequest, encoder: &mut Encoder<'_>) -> Vec<u8> {
    seal(encoder, CR, |w| {
        write_references(w, pdu.dst_ref, pdu.src_ref, pdu.class);
        match &pdu.token {
            Some(Token::Cookie(identifier)) => w.bytes("cookie", &[COOKIE, identifier, b"\r\n"].concat()),
            Some(Token::Routing(token)) => w.bytes("routingToken", &[token.as_slice(), b"\r\n"].concat()),
            None => {}
        }
        if let Some(negotiation) = &pdu.negotiation {
            let requested = negotiation.requested_protocols.0;
            write_negotiation(w, "RDP_NEG_REQ", NEG_REQ, negotiation.flags, "requestedProtocols", requested);
        }
        if let Some(correlation) = &pdu.correlation {
            w.block("RDP_NEG_CORRELATION_INFO", |w| {
                w.u8("type", CORRELATION_INFO);
                w.u8("flags", correlation.flags);
                w.u16_le("length", 36);
                w.bytes("correlationId", &correlation.correlation_id);
                w.bytes("reserved", &correlation.reserved);
            });
        }
    })
}

/// Seals a Connection Confirm.
pub(in crate::pdu) fn seal_confirm(pdu: &ConnectionConfirm, encoder: &mut Encoder<'_>) -> Vec<u8> {
    seal(encoder, CC, |w| {
        write_references(w, pdu.dst_ref, pdu.src_ref, pdu.class);
        match pdu.negotiation {
            Some(NegotiationAnswer::Response { flags, selected_protocol }) => {
                write_negotiation(w, "RDP_NEG_RSP", NEG_RSP, flags, "selectedProtocol", selected_protocol.0);
            }
            Some(NegotiationAnswer::Failure { flags, failure_code }) => {
                write_negotiation(w, "RDP_NEG_FAILURE", NEG_FAILURE, flags, "failureCode", failure_code.0);
            }
            None => {}
        }
    })
}

/// Seals a Disconnect Request.
pub(in crate::pdu) fn seal_disconnect(pdu: &DisconnectRequest, encoder: &mut Encoder<'_>) -> Vec<u8> {
    seal(encoder, DR, |w| {
        w.u16_be("dstRef", pdu.dst_ref);
        w.u16_be("srcRef", pdu.src_ref);
        w.u8("reason", pdu.reason);
    })
}

/// Seals a TPDU Error.
pub(in crate::pdu) fn seal_error(pdu: &TpduError, encoder: &mut Encoder<'_>) -> Vec<u8> {
    seal(encoder, ER, |w| {
        w.u16_be("dstRef", pdu.dst_ref);
        w.u8("rejectCause", pdu.reject_cause);
        if !pdu.variable.is_empty() {
            w.bytes("variable", &pdu.variable);
        }
    })
}

/// Seals a Data TPDU around an MCS PDU.
pub(in crate::pdu) fn seal_data(mcs: &[u8], encoder: &mut Encoder<'_>) -> Vec<u8> {
    encoder.seal_around(Layer::X224, mcs, |w| {
        w.u8("li", 2);
        w.u8("code", DT);
        w.u8("eot", 0x80);
        w.carry(mcs);
    })
}

/// Seals a TPKT around a TPDU.
pub(in crate::pdu) fn seal_tpkt(tpdu: &[u8], encoder: &mut Encoder<'_>) -> Vec<u8> {
    encoder.seal_around(Layer::Tpkt, tpdu, |w| {
        w.u8("version", 3);
        w.u8("reserved", 0);
        w.u16_be("length", u16::try_from(tpdu.len() + 4).unwrap_or(u16::MAX));
        w.carry(tpdu);
    })
}

fn seal(encoder: &mut Encoder<'_>, code: u8, body: impl FnOnce(&mut Writer)) -> Vec<u8> {
    encoder.seal(Layer::X224, |w| {
        w.u8("li", 0);
        w.u8("code", code);
        body(w);
        // 255 is reserved (X.224 13.2.1).
        let li = u8::try_from(w.len() - 1).unwrap_or(254).min(254);
        w.patch(0, &[li]);
    })
}

fn write_references(w: &mut Writer, dst_ref: u16, src_ref: u16, class: u8) {
    w.u16_be("dstRef", dst_ref);
    w.u16_be("srcRef", src_ref);
    w.u8("classOption", class);
}

fn write_negotiation(w: &mut Writer, block: &'static str, structure: u8, flags: u8, name: &'static str, value: u32) {
    w.block(block, |w| {
        w.u8("type", structure);
        w.u8("flags", flags);
        w.u16_le("length", 8);
        w.u32_le(name, value);
    });
}
