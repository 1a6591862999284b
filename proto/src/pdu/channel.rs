//! What an MCS channel carries: sealing, reading and facts of each [`ChannelPdu`].

use super::autodetect::{Request, Response};
use super::client_info::ClientInfo;
use super::licensing::LicensePdu;
use super::message_channel::{Heartbeat, InitiateMultitransportRequest, InitiateMultitransportResponse};
use super::{ChannelPdu, Context, Data, Expect, Side};
use super::{device, share};
use crate::wire::Layer;
use crate::wire::read::{Read, field, le_u16, refuse, rest};
use crate::wire::write::Encoder;

/// Flags of the basic security header that say what stands behind it. MS-RDPBCGR 2.2.8.1.1.2.1.
pub(super) mod sec {
    pub(in crate::pdu) const TRANSPORT_REQ: u16 = 0x0002;
    pub(super) const TRANSPORT_RSP: u16 = 0x0004;
    pub(super) const ENCRYPT: u16 = 0x0008;
    pub(in crate::pdu) const INFO_PKT: u16 = 0x0040;
    pub(in crate::pdu) const LICENSE_PKT: u16 = 0x0080;
    pub(super) const AUTODETECT_REQ: u16 = 0x1000;
    pub(super) const AUTODETECT_RSP: u16 = 0x2000;
    pub(super) const HEARTBEAT: u16 = 0x4000;
}

/// Seals the layers of a channel's PDU (payload, then security or share), to be carried in MCS Send Data.
pub(crate) fn seal(data: &Data, encoder: &mut Encoder<'_>) -> Vec<u8> {
    let (flags, flags_hi, payload) = match &data.pdu {
        ChannelPdu::ClientInfo(pdu) => (sec::INFO_PKT, 0, pdu.seal(encoder)),
        ChannelPdu::License(pdu) => (pdu.security_flags, pdu.security_flags_hi, pdu.seal(encoder)),
        ChannelPdu::AutoDetectRequest(pdu) => (sec::AUTODETECT_REQ, 0, pdu.seal(encoder)),
        ChannelPdu::AutoDetectResponse(pdu) => (sec::AUTODETECT_RSP, 0, pdu.seal(encoder)),
        ChannelPdu::InitiateMultitransportRequest(pdu) => (sec::TRANSPORT_REQ, 0, pdu.seal(encoder)),
        ChannelPdu::InitiateMultitransportResponse(pdu) => (sec::TRANSPORT_RSP, 0, pdu.seal(encoder)),
        ChannelPdu::Heartbeat(pdu) => (sec::HEARTBEAT, 0, pdu.seal(encoder)),
        ChannelPdu::DeviceRedirection(pdu) => return pdu.seal(encoder),
        ChannelPdu::VirtualChannel(bytes) => return seal_virtual_channel(bytes, encoder),
        ChannelPdu::DemandActive(_)
        | ChannelPdu::ConfirmActive(_)
        | ChannelPdu::DeactivateAll(_)
        | ChannelPdu::ServerRedirection(_)
        | ChannelPdu::UnknownShareControl(_)
        | ChannelPdu::Flow(_)
        | ChannelPdu::ShareData(_) => return share::seal(&data.pdu, encoder).unwrap_or_default(),
    };
    let secured = encoder.seal_around(Layer::Security, &payload, |w| {
        w.block("TS_SECURITY_HEADER", |w| {
            w.u16_le("flags", flags);
            w.u16_le("flagsHi", flags_hi);
        });
        w.carry(&payload);
    });
    encoder.reuse(payload);
    secured
}

fn seal_virtual_channel(bytes: &[u8], encoder: &mut Encoder<'_>) -> Vec<u8> {
    encoder.seal(Layer::Payload, |w| match bytes.split_first_chunk::<8>() {
        Some((&[a, b, c, d, e, f, g, h], data)) => {
            w.block("CHANNEL_PDU_HEADER", |w| {
                w.u32_le("length", u32::from_le_bytes([a, b, c, d]));
                w.u32_le("flags", u32::from_le_bytes([e, f, g, h]));
            });
            w.bytes("virtualChannelData", data);
        }
        None => w.bytes("virtualChannelData", bytes),
    })
}

/// Reads all of `i`, the user data of MCS Send Data.
pub(crate) fn read<'a>(i: &'a [u8], from: Side, channel_id: u16, context: &Context) -> Read<'a, ChannelPdu> {
    if context.message_channel == Some(channel_id) {
        return read_secured(i);
    }
    if context.device_channel == Some(channel_id) {
        return device::read(i, from);
    }
    if channel_id != context.io_channel {
        let (i, bytes) = rest(i)?;
        return Ok((i, ChannelPdu::VirtualChannel(bytes.to_vec())));
    }
    match context.expect {
        Expect::Share => share::read(i),
        Expect::ClientInfo => read_secured(i),
        // A server may leave licensing out, or say why it gives up, with a Share Control PDU.
        Expect::Licensing | Expect::Mcs | Expect::X224 if share::looks_like_share(i) => share::read(i),
        Expect::CredSsp | Expect::EarlyUserAuth | Expect::Licensing | Expect::Mcs | Expect::X224 => read_secured(i),
    }
}

/// A basic security header, and what its flags announce. Old servers send auto-detect on the I/O channel.
fn read_secured(i: &[u8]) -> Read<'_, ChannelPdu> {
    let (at, (flags, flags_hi)) = field("TS_SECURITY_HEADER", |i| {
        let (rest, flags) = field("flags", le_u16)(i)?;
        if flags & sec::ENCRYPT != 0 {
            return field("flags", |_| refuse(i, "no SEC_ENCRYPT (0x0008), TLS encrypts", flags.into()))(i);
        }
        let (rest, flags_hi) = field("flagsHi", le_u16)(rest)?;
        Ok((rest, (flags, flags_hi)))
    })(i)?;
    let has = |flag: u16| flags & flag != 0;
    if has(sec::INFO_PKT) {
        let (i, pdu) = field("TS_INFO_PACKET", ClientInfo::read)(at)?;
        Ok((i, ChannelPdu::ClientInfo(Box::new(pdu))))
    } else if has(sec::LICENSE_PKT) {
        let (i, pdu) = field("LICENSE_PREAMBLE", |i| LicensePdu::read(i, flags, flags_hi))(at)?;
        Ok((i, ChannelPdu::License(pdu)))
    } else if has(sec::AUTODETECT_REQ) {
        let (i, pdu) = field("autoDetectReqPduData", Request::read)(at)?;
        Ok((i, ChannelPdu::AutoDetectRequest(pdu)))
    } else if has(sec::AUTODETECT_RSP) {
        let (i, pdu) = field("autoDetectRspPduData", Response::read)(at)?;
        Ok((i, ChannelPdu::AutoDetectResponse(pdu)))
    } else if has(sec::HEARTBEAT) {
        let (i, pdu) = field("heartbeat", Heartbeat::read)(at)?;
        Ok((i, ChannelPdu::Heartbeat(pdu)))
    } else if has(sec::TRANSPORT_REQ) {
        let (i, pdu) = field("initiateMultitransportRequest", InitiateMultitransportRequest::read)(at)?;
        Ok((i, ChannelPdu::InitiateMultitransportRequest(pdu)))
    } else if has(sec::TRANSPORT_RSP) {
        let (i, pdu) = field("initiateMultitransportResponse", InitiateMultitransportResponse::read)(at)?;
        Ok((i, ChannelPdu::InitiateMultitransportResponse(pdu)))
    } else {
        field("TS_SECURITY_HEADER", field("flags", |_| refuse(i, "flags that name a PDU", flags.into())))(i)
    }
}

/// One short phrase, without secrets.
pub(crate) fn fact(pdu: &ChannelPdu) -> String {
    match pdu {
        ChannelPdu::ClientInfo(pdu) => pdu.fact(),
        ChannelPdu::License(pdu) => pdu.fact(),
        ChannelPdu::DemandActive(pdu) => pdu.fact(),
        ChannelPdu::ConfirmActive(pdu) => pdu.fact(),
        ChannelPdu::DeactivateAll(pdu) => pdu.fact(),
        ChannelPdu::ServerRedirection(pdu) => pdu.fact(),
        ChannelPdu::UnknownShareControl(pdu) => format!("pduType {:#x}, {} bytes", pdu.pdu_type, pdu.body.len()),
        ChannelPdu::Flow(_) => "T.128 flow control".to_owned(),
        ChannelPdu::ShareData(pdu) => pdu.data.fact(),
        ChannelPdu::AutoDetectRequest(pdu) => pdu.fact(),
        ChannelPdu::AutoDetectResponse(pdu) => pdu.fact(),
        ChannelPdu::InitiateMultitransportRequest(pdu) => pdu.fact(),
        ChannelPdu::InitiateMultitransportResponse(pdu) => pdu.fact(),
        ChannelPdu::Heartbeat(pdu) => pdu.fact(),
        ChannelPdu::DeviceRedirection(pdu) => pdu.message.fact(),
        ChannelPdu::VirtualChannel(bytes) => format!("{} bytes", bytes.len()),
    }
}
