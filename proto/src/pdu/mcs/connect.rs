//! MCS Connect Initial and Response in BER, with GCC Conference Create in PER inside.
//!
//! T.125 section 7, part 2; T.124 section 8.7.

use super::{ConnectInitial, ConnectResponse, DomainParameters};
use crate::pdu::Message;
use crate::pdu::gcc::{ClientBlock, client, server};
use crate::vocab::codes::McsResult;
use crate::wire::layer::Layer;
use crate::wire::read::{Read, all, array, constant, end, field, refuse, to_end, u8};
use crate::wire::write::{Encoder, Writer};
use crate::wire::{ber, per};

/// Application tags 101 and 102, constructed.
const TAG: u8 = 0x7f;
const CONNECT_INITIAL: u8 = 0x65;
const CONNECT_RESPONSE: u8 = 0x66;

/// `ConnectData.t124Identifier`: the object 0.0.20.124.0.1 (T.124, 02/98).
const T124_IDENTIFIER: [u8; 7] = [0, 5, 0, 0x14, 0x7c, 0, 1];
/// `ConnectGCCPDU` choice conferenceCreateRequest, and its optional userData.
const CREATE_REQUEST: [u8; 2] = [0x00, 0x08];
/// `ConnectGCCPDU` choice conferenceCreateResponse with its optional userData.
const CREATE_RESPONSE: u8 = 0x14;
/// What Windows servers write as the length of `connectPDU`, whatever follows.
const CONNECT_PDU_LENGTH: u8 = 0x2a;
/// A user data element with a value, its key an H.221 non-standard identifier.
const USER_DATA_H221: u8 = 0xc0;
/// GCC node ids are MCS user ids, which start here.
const NODE_ID_MINIMUM: u16 = 1001;

/// Whether the user data of a Data TPDU is an MCS Connect PDU.
pub(in crate::pdu) fn starts(i: &[u8]) -> bool {
    i.first() == Some(&TAG)
}

/// Reads an MCS Connect PDU.
pub(in crate::pdu) fn read(i: &[u8]) -> Read<'_, Message> {
    let (i, ()) = constant("MCS.tag", TAG.into(), "0x7f", u8)(i)?;
    let (body, tag) = field("MCS.tag", u8)(i)?;
    match tag {
        CONNECT_INITIAL => to_end("McsConnectInitial", |i| {
            let (left, body) = field("length", ber::contents)(i)?;
            Ok((left, Message::McsConnectInitial(Box::new(all(body, initial)?))))
        })(body),
        CONNECT_RESPONSE => to_end("McsConnectResponse", |i| {
            let (left, body) = field("length", ber::contents)(i)?;
            Ok((left, Message::McsConnectResponse(Box::new(all(body, response)?))))
        })(body),
        other => field("MCS.tag", |i| refuse(i, "0x65 (Connect Initial) or 0x66 (Connect Response)", other.into()))(i),
    }
}

fn initial(i: &[u8]) -> Read<'_, ConnectInitial> {
    let (i, calling) = field("callingDomainSelector", ber::octet_string)(i)?;
    let (i, called) = field("calledDomainSelector", ber::octet_string)(i)?;
    let (i, upward_flag) = field("upwardFlag", ber::boolean)(i)?;
    let (i, target_parameters) = field("targetParameters", domain_parameters)(i)?;
    let (i, minimum_parameters) = field("minimumParameters", domain_parameters)(i)?;
    let (i, maximum_parameters) = field("maximumParameters", domain_parameters)(i)?;
    let (i, user_data) = field("userData", ber::octet_string)(i)?;
    let (conference_name, h221_key, blocks) = all(user_data, create_request)?;
    let initial = ConnectInitial {
        calling_domain_selector: calling.to_vec(),
        called_domain_selector: called.to_vec(),
        upward_flag,
        target_parameters,
        minimum_parameters,
        maximum_parameters,
        conference_name,
        h221_key,
        blocks,
    };
    Ok((i, initial))
}

fn response(i: &[u8]) -> Read<'_, ConnectResponse> {
    let (i, result) = field("result", |i| {
        let (left, number) = ber::enumerated(i)?;
        match u8::try_from(number) {
            Ok(number) => Ok((left, McsResult(number))),
            Err(_) => refuse(i, "an MCS Result", number.into()),
        }
    })(i)?;
    let mut response = ConnectResponse {
        result,
        called_connect_id: 0,
        domain_parameters: DomainParameters::ABSENT,
        node_id: 0,
        tag: 0,
        gcc_result: 0,
        h221_key: [0; 4],
        blocks: Vec::new(),
    };
    // A refusal may consist of its result alone (MS-RDPBCGR 3.3.5.3.3.1).
    if i.is_empty() && result != McsResult::RT_SUCCESSFUL {
        return Ok((i, response));
    }
    let (i, called_connect_id) = field("calledConnectId", ber::integer)(i)?;
    let (i, domain_parameters) = field("domainParameters", domain_parameters)(i)?;
    let (i, user_data) = field("userData", ber::octet_string)(i)?;
    (response.called_connect_id, response.domain_parameters) = (called_connect_id, domain_parameters);
    // A refusal may come without GCC.
    if !user_data.is_empty() {
        all(user_data, |i| create_response(i, &mut response))?;
    }
    Ok((i, response))
}

fn domain_parameters(i: &[u8]) -> Read<'_, DomainParameters> {
    let (left, i) = ber::value(ber::SEQUENCE, "a SEQUENCE (0x30)")(i)?;
    let (i, max_channel_ids) = field("maxChannelIds", ber::integer)(i)?;
    let (i, max_user_ids) = field("maxUserIds", ber::integer)(i)?;
    let (i, max_token_ids) = field("maxTokenIds", ber::integer)(i)?;
    let (i, num_priorities) = field("numPriorities", ber::integer)(i)?;
    let (i, min_throughput) = field("minThroughput", ber::integer)(i)?;
    let (i, max_height) = field("maxHeight", ber::integer)(i)?;
    let (i, max_mcs_pdu_size) = field("maxMCSPDUsize", ber::integer)(i)?;
    let (i, protocol_version) = field("protocolVersion", ber::integer)(i)?;
    end(i)?;
    let parameters = DomainParameters {
        max_channel_ids,
        max_user_ids,
        max_token_ids,
        num_priorities,
        min_throughput,
        max_height,
        max_mcs_pdu_size,
        protocol_version,
    };
    Ok((left, parameters))
}

/// The object identifier and the `connectPDU` length.
///
/// The length is not compared with anything: servers write 0x2a there, and clients have to ignore
/// it (MS-RDPBCGR 2.2.1.4).
fn connect_data(i: &[u8]) -> Read<'_, ()> {
    let (i, _) = field("t124Identifier", |i| {
        let (left, got) = array::<7>(i)?;
        if got == T124_IDENTIFIER { Ok((left, ())) } else { refuse(i, "the object 0.0.20.124.0.1", got[0].into()) }
    })(i)?;
    let (i, _) = field("connectPDU.length", per::length)(i)?;
    Ok((i, ()))
}

/// One set of user data: the key, then the length; gives the data.
fn user_data(i: &[u8]) -> Read<'_, ([u8; 4], &[u8])> {
    let (i, ()) = constant("numberOfSets", 1, "1", u8)(i)?;
    let (i, ()) = constant("userData.choice", USER_DATA_H221.into(), "0xc0 (an H.221 key and a value)", u8)(i)?;
    let (i, ()) = constant("h221Key.length", 0, "0 (four bytes)", u8)(i)?;
    let (i, key) = field("h221Key", array::<4>)(i)?;
    let (i, data) = field("userData.length", per::octets)(i)?;
    Ok((i, (key, data)))
}

fn create_request(i: &[u8]) -> Read<'_, (String, [u8; 4], Vec<ClientBlock>)> {
    let (i, (name, key, data)) = field("ConnectGCCPDU", |i| {
        let (i, ()) = connect_data(i)?;
        let (i, ()) = constant("choice", CREATE_REQUEST[0].into(), "0x00 (conferenceCreateRequest)", u8)(i)?;
        let (i, ()) = constant("optional", CREATE_REQUEST[1].into(), "0x08 (userData alone)", u8)(i)?;
        let (i, name) = field("conferenceName", per::digits)(i)?;
        let (i, _) = field("conferenceFlags", u8)(i)?;
        let (i, (key, data)) = user_data(i)?;
        Ok((i, (name, key, data)))
    })(i)?;
    Ok((i, (name, key, all(data, client::read_blocks)?)))
}

fn create_response<'a>(i: &'a [u8], response: &mut ConnectResponse) -> Read<'a, ()> {
    let (i, data) = field("ConnectGCCPDU", |i| {
        let (i, ()) = connect_data(i)?;
        let (i, ()) = constant("choice", CREATE_RESPONSE.into(), "0x14 (conferenceCreateResponse)", u8)(i)?;
        let (i, node_id) = field("nodeID", per::integer16(NODE_ID_MINIMUM))(i)?;
        let (i, tag) = field("tag", per::integer)(i)?;
        let (i, gcc_result) = field("result", u8)(i)?;
        let (i, (key, data)) = user_data(i)?;
        (response.node_id, response.tag, response.gcc_result, response.h221_key) = (node_id, tag, gcc_result, key);
        Ok((i, data))
    })(i)?;
    response.blocks = all(data, server::read_blocks)?;
    Ok((i, ()))
}

/// Seals a Connect Initial.
pub(in crate::pdu) fn seal_initial(pdu: &ConnectInitial, encoder: &mut Encoder<'_>) -> Vec<u8> {
    let gcc = encoder.seal(Layer::Gcc, |w| client::write_blocks(w, &pdu.blocks));
    encoder.seal_around(Layer::Mcs, &gcc, |w| {
        w.bytes("tag", &[TAG, CONNECT_INITIAL]);
        w.prefixed("length", ber::length_prefix, |w| {
            ber::write_octet_string(w, "callingDomainSelector", &pdu.calling_domain_selector);
            ber::write_octet_string(w, "calledDomainSelector", &pdu.called_domain_selector);
            ber::write_boolean(w, "upwardFlag", pdu.upward_flag);
            write_domain_parameters(w, "targetParameters", &pdu.target_parameters);
            write_domain_parameters(w, "minimumParameters", &pdu.minimum_parameters);
            write_domain_parameters(w, "maximumParameters", &pdu.maximum_parameters);
            ber::write_around(w, &[ber::OCTET_STRING], "userData.length", |w| {
                w.block("ConnectGCCPDU", |w| write_create_request(w, pdu, &gcc));
            });
        });
    })
}

fn write_create_request(w: &mut Writer, pdu: &ConnectInitial, gcc: &[u8]) {
    w.bytes("t124Identifier", &T124_IDENTIFIER);
    w.prefixed("connectPDU.length", per::length_prefix, |w| {
        w.u8("choice", CREATE_REQUEST[0]);
        w.u8("optional", CREATE_REQUEST[1]);
        per::write_digits(w, "conferenceName", &pdu.conference_name);
        w.u8("conferenceFlags", 0);
        write_user_data(w, pdu.h221_key, gcc);
    });
}

/// Seals a Connect Response.
pub(in crate::pdu) fn seal_response(pdu: &ConnectResponse, encoder: &mut Encoder<'_>) -> Vec<u8> {
    let gcc = encoder.seal(Layer::Gcc, |w| server::write_blocks(w, &pdu.blocks));
    encoder.seal_around(Layer::Mcs, &gcc, |w| {
        w.bytes("tag", &[TAG, CONNECT_RESPONSE]);
        w.prefixed("length", ber::length_prefix, |w| {
            ber::write_number(w, ber::ENUMERATED, "result", pdu.result.0.into());
            if pdu.domain_parameters == DomainParameters::ABSENT {
                return;
            }
            ber::write_number(w, ber::INTEGER, "calledConnectId", pdu.called_connect_id);
            write_domain_parameters(w, "domainParameters", &pdu.domain_parameters);
            ber::write_around(w, &[ber::OCTET_STRING], "userData.length", |w| {
                if pdu.node_id != 0 || !gcc.is_empty() {
                    w.block("ConnectGCCPDU", |w| write_create_response(w, pdu, &gcc));
                }
            });
        });
    })
}

fn write_create_response(w: &mut Writer, pdu: &ConnectResponse, gcc: &[u8]) {
    w.bytes("t124Identifier", &T124_IDENTIFIER);
    w.u8("connectPDU.length", CONNECT_PDU_LENGTH);
    w.u8("choice", CREATE_RESPONSE);
    per::write_integer16(w, "nodeID", pdu.node_id, NODE_ID_MINIMUM);
    per::write_integer(w, "tag", pdu.tag);
    w.u8("result", pdu.gcc_result);
    write_user_data(w, pdu.h221_key, gcc);
}

fn write_domain_parameters(w: &mut Writer, block: &'static str, parameters: &DomainParameters) {
    let numbers = [
        ("maxChannelIds", parameters.max_channel_ids),
        ("maxUserIds", parameters.max_user_ids),
        ("maxTokenIds", parameters.max_token_ids),
        ("numPriorities", parameters.num_priorities),
        ("minThroughput", parameters.min_throughput),
        ("maxHeight", parameters.max_height),
        ("maxMCSPDUsize", parameters.max_mcs_pdu_size),
        ("protocolVersion", parameters.protocol_version),
    ];
    w.block(block, |w| {
        ber::write_around(w, &[ber::SEQUENCE], "length", |w| {
            for (name, number) in numbers {
                ber::write_number(w, ber::INTEGER, name, number);
            }
        });
    });
}

fn write_user_data(w: &mut Writer, key: [u8; 4], gcc: &[u8]) {
    w.u8("numberOfSets", 1);
    w.u8("userData.choice", USER_DATA_H221);
    w.u8("h221Key.length", 0);
    w.bytes("h221Key", &key);
    w.bytes("userData.length", per::length_prefix(gcc.len()).as_slice());
    w.carry(gcc);
}
