//! Protocol data units: one struct per PDU with its fields in wire order.
//!
//! Absent is not zero: optional trailing fields are `Option`. Unknown is not broken: unknown
//! numbers, blocks and capability sets are kept as they came.

pub mod activation;
pub mod auto_reconnect;
pub mod autodetect;
pub mod capability;
pub mod client_info;
pub mod credssp;
pub mod device;
pub mod fast_path;
pub mod gcc;
pub mod licensing;
pub mod mcs;
pub mod message_channel;
pub mod redirection;
pub mod session_info;
pub mod share;
pub mod specimen;
pub mod x224;

mod channel;
mod decode;
mod encode;
mod fact;
mod secret;
mod text;
mod typed;

pub use decode::{Context, Expect, decode, unbundle};
pub use encode::encode;
pub use secret::may_hold_secret;

use crate::vocab::MessageKind;
use crate::vocab::codes::EarlyUserAuthorizationResult;

/// Which end of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// The end that connects.
    Client,
    /// The end that listens.
    Server,
}

impl Side {
    /// The other end.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }
}

/// Any message of the connection, decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant is the struct that it holds")]
pub enum Message {
    X224ConnectionRequest(x224::ConnectionRequest),
    X224ConnectionConfirm(x224::ConnectionConfirm),
    X224DisconnectRequest(x224::DisconnectRequest),
    X224Error(x224::TpduError),
    TsRequest(Box<credssp::TsRequest>),
    EarlyUserAuthResult(EarlyUserAuthorizationResult),
    McsConnectInitial(Box<mcs::ConnectInitial>),
    McsConnectResponse(Box<mcs::ConnectResponse>),
    McsErectDomainRequest(mcs::ErectDomainRequest),
    McsAttachUserRequest,
    McsAttachUserConfirm(mcs::AttachUserConfirm),
    McsChannelJoinRequest(mcs::ChannelJoinRequest),
    McsChannelJoinConfirm(mcs::ChannelJoinConfirm),
    McsDisconnectProviderUltimatum(mcs::DisconnectProviderUltimatum),
    Data(Data),
    FastPathInput(fast_path::Input),
    FastPathOutput(fast_path::Output),
}

/// A PDU carried by MCS Send Data Request (client) or Indication (server).
///
/// T.125 7, parts 7; MS-RDPBCGR 2.2.1.11 and all later PDUs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Data {
    /// Who sends: decides between Send Data Request and Indication.
    pub from: Side,
    /// The sender's user channel id (the server's is 0x03EA).
    pub initiator: u16,
    /// The channel that carries the PDU.
    pub channel_id: u16,
    /// What is carried.
    pub pdu: ChannelPdu,
}

/// What an MCS channel carries.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant is the struct that it holds")]
pub enum ChannelPdu {
    ClientInfo(Box<client_info::ClientInfo>),
    License(licensing::LicensePdu),
    DemandActive(Box<activation::DemandActive>),
    ConfirmActive(Box<activation::ConfirmActive>),
    DeactivateAll(activation::DeactivateAll),
    ServerRedirection(Box<redirection::ServerRedirection>),
    UnknownShareControl(share::UnknownShareControl),
    Flow(share::FlowPdu),
    ShareData(share::ShareData),
    AutoDetectRequest(autodetect::Request),
    AutoDetectResponse(autodetect::Response),
    InitiateMultitransportRequest(message_channel::InitiateMultitransportRequest),
    InitiateMultitransportResponse(message_channel::InitiateMultitransportResponse),
    Heartbeat(message_channel::Heartbeat),
    DeviceRedirection(device::DeviceRedirection),
    /// Static virtual channel bytes, `CHANNEL_PDU_HEADER` included (MS-RDPBCGR 2.2.6.1).
    VirtualChannel(Vec<u8>),
}

impl Message {
    /// The kind, for names and tables.
    #[must_use]
    pub const fn kind(&self) -> MessageKind {
        match self {
            Self::X224ConnectionRequest(_) => MessageKind::X224ConnectionRequest,
            Self::X224ConnectionConfirm(_) => MessageKind::X224ConnectionConfirm,
            Self::X224DisconnectRequest(_) => MessageKind::X224DisconnectRequest,
            Self::X224Error(_) => MessageKind::X224Error,
            Self::TsRequest(_) => MessageKind::TsRequest,
            Self::EarlyUserAuthResult(_) => MessageKind::EarlyUserAuthResult,
            Self::McsConnectInitial(_) => MessageKind::McsConnectInitial,
            Self::McsConnectResponse(_) => MessageKind::McsConnectResponse,
            Self::McsErectDomainRequest(_) => MessageKind::McsErectDomainRequest,
            Self::McsAttachUserRequest => MessageKind::McsAttachUserRequest,
            Self::McsAttachUserConfirm(_) => MessageKind::McsAttachUserConfirm,
            Self::McsChannelJoinRequest(_) => MessageKind::McsChannelJoinRequest,
            Self::McsChannelJoinConfirm(_) => MessageKind::McsChannelJoinConfirm,
            Self::McsDisconnectProviderUltimatum(_) => MessageKind::McsDisconnectProviderUltimatum,
            Self::Data(data) => data.pdu.kind(),
            Self::FastPathInput(_) => MessageKind::FastPathInput,
            Self::FastPathOutput(_) => MessageKind::FastPathOutput,
        }
    }
}

impl Message {
    /// Where secrets (passwords, cookies that stand for one) lie in `frame`, the bytes of this message.
    #[must_use]
    pub fn secret_spans(&self, frame: &[u8]) -> Vec<core::ops::Range<usize>> {
        let data = match self {
            Self::Data(data) => data,
            Self::TsRequest(request) => return credssp::secret_spans(request, frame),
            Self::FastPathInput(input) => return typed::fast_path(input, frame),
            _ => return Vec::new(),
        };
        // The payload is the frame's tail, whatever the carriers outside it look like.
        let start =
            mcs::domain::payload_start(frame).unwrap_or_else(|| frame.len().saturating_sub(encode::payload_len(data)));
        let spans = secret::spans(&data.pdu, frame.get(start..).unwrap_or_default());
        spans.into_iter().map(|span| start + span.start..start + span.end).collect()
    }

    /// The message with every secret replaced by as many `*`.
    #[must_use]
    pub fn redacted(&self) -> Self {
        let mut redacted = self.clone();
        match &mut redacted {
            Self::Data(data) => secret::redact(&mut data.pdu),
            Self::TsRequest(request) => credssp::redact(request),
            Self::FastPathInput(input) => typed::redact(input),
            _ => {}
        }
        redacted
    }
}

impl ChannelPdu {
    /// The kind, for names and tables.
    #[must_use]
    pub const fn kind(&self) -> MessageKind {
        match self {
            Self::ClientInfo(_) => MessageKind::ClientInfo,
            Self::License(pdu) => pdu.kind(),
            Self::DemandActive(_) => MessageKind::DemandActive,
            Self::ConfirmActive(_) => MessageKind::ConfirmActive,
            Self::DeactivateAll(_) => MessageKind::DeactivateAll,
            Self::ServerRedirection(_) => MessageKind::ServerRedirection,
            Self::UnknownShareControl(_) | Self::Flow(_) => MessageKind::UnknownShareControl,
            Self::ShareData(share) => share.data.kind(),
            Self::AutoDetectRequest(pdu) => pdu.kind(),
            Self::AutoDetectResponse(pdu) => pdu.kind(),
            Self::InitiateMultitransportRequest(_) => MessageKind::InitiateMultitransportRequest,
            Self::InitiateMultitransportResponse(_) => MessageKind::InitiateMultitransportResponse,
            Self::Heartbeat(_) => MessageKind::Heartbeat,
            Self::DeviceRedirection(pdu) => pdu.message.kind(),
            Self::VirtualChannel(_) => MessageKind::VirtualChannelData,
        }
    }
}
