//! Representative messages of each kind, rich in fields.
//!
//! Tests round-trip them; scenario files are checked against their layers and field names.

mod auto_detect;
mod capability;
mod channel;
mod credssp;
mod device;
mod licensing;
mod settings;

use super::mcs::{
    AttachUserConfirm, ChannelJoinConfirm, ChannelJoinRequest, DisconnectProviderUltimatum, ErectDomainRequest,
};
use super::x224::{
    ConnectionConfirm, ConnectionRequest, CorrelationInfo, DisconnectRequest, NegotiationAnswer, NegotiationRequest,
    Protocols, Token, TpduError,
};
use super::{ChannelPdu, Context, Data, Expect, Message, Side, encode};
use crate::vocab::codes::{EarlyUserAuthorizationResult, McsReason, McsResult};
use crate::vocab::{MessageKind, Sender, Stage};
use crate::wire::layer::{Layer, Layered, Tap};

/// The I/O channel of all specimens, 0x03EB as from Windows servers.
pub const IO_CHANNEL: u16 = 1003;
/// The message channel of all specimens.
pub const MESSAGE_CHANNEL: u16 = 1007;
/// The channel of device redirection of all specimens.
pub const DEVICE_CHANNEL: u16 = 1005;
/// A static virtual channel of all specimens.
const VIRTUAL_CHANNEL: u16 = 1004;
/// The client's user channel in all specimens.
const USER_CHANNEL: u16 = 1008;
/// The server's own user channel.
const SERVER_CHANNEL: u16 = 1002;

/// Representative messages of `kind`: several where no message has all the fields that the kind may have.
/// None for TLS records, which are no [`Message`].
#[must_use]
pub fn specimens(kind: MessageKind) -> Vec<Message> {
    match kind {
        MessageKind::TsRequest => credssp::requests().map(|request| Message::TsRequest(Box::new(request))).into(),
        MessageKind::LicenseRequest => specimen(kind).into_iter().chain([channel::license_request_x509()]).collect(),
        _ => specimen(kind).into_iter().collect(),
    }
}

/// The first of [`specimens`].
#[must_use]
pub fn specimen(kind: MessageKind) -> Option<Message> {
    let message = match kind {
        MessageKind::X224ConnectionRequest => Message::X224ConnectionRequest(ConnectionRequest {
            dst_ref: 0,
            src_ref: 0,
            class: 0,
            token: Some(Token::Cookie(b"eltons".to_vec())),
            negotiation: Some(NegotiationRequest {
                flags: 0x08,
                requested_protocols: Protocols::SSL.union(Protocols::HYBRID).union(Protocols::HYBRID_EX),
            }),
            correlation: Some(CorrelationInfo { flags: 0, correlation_id: *b"badrdp specimen.", reserved: [0; 16] }),
        }),
        MessageKind::X224ConnectionConfirm => Message::X224ConnectionConfirm(ConnectionConfirm {
            dst_ref: 0,
            src_ref: 0x1234,
            class: 0,
            negotiation: Some(NegotiationAnswer::Response { flags: 0x1f, selected_protocol: Protocols::SSL }),
        }),
        MessageKind::X224DisconnectRequest => {
            Message::X224DisconnectRequest(DisconnectRequest { dst_ref: 0, src_ref: 0x1234, reason: 0x80 })
        }
        MessageKind::X224Error => {
            Message::X224Error(TpduError { dst_ref: 0, reject_cause: 2, variable: vec![0xc1, 1, 0x55] })
        }
        MessageKind::McsConnectInitial => Message::McsConnectInitial(Box::new(settings::connect_initial())),
        MessageKind::McsConnectResponse => Message::McsConnectResponse(Box::new(settings::connect_response())),
        MessageKind::McsErectDomainRequest => {
            Message::McsErectDomainRequest(ErectDomainRequest { sub_height: 0, sub_interval: 0 })
        }
        MessageKind::McsAttachUserRequest => Message::McsAttachUserRequest,
        MessageKind::McsAttachUserConfirm => Message::McsAttachUserConfirm(AttachUserConfirm {
            result: McsResult::RT_SUCCESSFUL,
            initiator: Some(USER_CHANNEL),
        }),
        MessageKind::McsChannelJoinRequest => {
            Message::McsChannelJoinRequest(ChannelJoinRequest { initiator: USER_CHANNEL, channel_id: IO_CHANNEL })
        }
        MessageKind::McsChannelJoinConfirm => Message::McsChannelJoinConfirm(ChannelJoinConfirm {
            result: McsResult::RT_SUCCESSFUL,
            initiator: USER_CHANNEL,
            requested: IO_CHANNEL,
            channel_id: Some(IO_CHANNEL),
        }),
        MessageKind::McsDisconnectProviderUltimatum => {
            Message::McsDisconnectProviderUltimatum(DisconnectProviderUltimatum {
                reason: McsReason::RN_USER_REQUESTED,
            })
        }
        MessageKind::TsRequest => return specimens(kind).into_iter().next(),
        MessageKind::EarlyUserAuthResult => {
            Message::EarlyUserAuthResult(EarlyUserAuthorizationResult::AUTHZ_ACCESS_DENIED)
        }
        other => return channel::specimen(other),
    };
    Some(message)
}

/// What decodes the specimen of `kind`.
#[must_use]
pub fn context(kind: MessageKind) -> Context {
    let expect = match kind.stage() {
        Stage::Nla if kind == MessageKind::EarlyUserAuthResult => Expect::EarlyUserAuth,
        Stage::Nla => Expect::CredSsp,
        Stage::Tcp | Stage::ConnectionInitiation | Stage::Tls => Expect::X224,
        Stage::BasicSettingsExchange | Stage::ChannelConnection => Expect::Mcs,
        Stage::SecureSettingsExchange => Expect::ClientInfo,
        Stage::Licensing => Expect::Licensing,
        Stage::CapabilitiesExchange | Stage::ConnectionFinalization | Stage::Active => Expect::Share,
    };
    Context {
        from: side(kind),
        io_channel: IO_CHANNEL,
        message_channel: Some(MESSAGE_CHANNEL),
        device_channel: Some(DEVICE_CHANNEL),
        expect,
    }
}

/// Every layer of the specimens of `kind`, innermost first.
#[must_use]
pub fn layers(kind: MessageKind) -> Vec<Layer> {
    let mut layers = Vec::new();
    for sealed in collect(kind) {
        if !layers.contains(&sealed.layer) {
            layers.push(sealed.layer);
        }
    }
    layers
}

/// Every named field of the specimens of `kind`: its layer, its path and its width in bytes.
///
/// A path that occurs several times is listed once, as its first occurrence.
#[must_use]
pub fn fields(kind: MessageKind) -> Vec<(Layer, String, usize)> {
    let mut fields: Vec<(Layer, String, usize)> = Vec::new();
    for sealed in collect(kind) {
        for field in &sealed.fields {
            let path = field.path();
            if !fields.iter().any(|(layer, known, _)| *layer == sealed.layer && *known == path) {
                fields.push((sealed.layer, path, field.range.len()));
            }
        }
    }
    fields
}

fn collect(kind: MessageKind) -> Vec<Layered> {
    let mut layers = Collect::default();
    for message in specimens(kind) {
        let _ = encode(&message, &mut layers);
    }
    layers.0
}

/// Keeps every layer as it was sealed.
#[derive(Debug, Default)]
struct Collect(Vec<Layered>);

impl Tap for Collect {
    fn tap(&mut self, sealed: &mut Layered) {
        self.0.push(sealed.clone());
    }
}

/// The side that sends the specimen of `kind`.
const fn side(kind: MessageKind) -> Side {
    match kind.sender() {
        Sender::Client => Side::Client,
        Sender::Server | Sender::Either => Side::Server,
    }
}

/// Wraps what a channel carries, as its sender does.
fn carried(kind: MessageKind, pdu: ChannelPdu) -> Message {
    let from = side(kind);
    let channel_id = match &pdu {
        ChannelPdu::AutoDetectRequest(_)
        | ChannelPdu::AutoDetectResponse(_)
        | ChannelPdu::InitiateMultitransportRequest(_)
        | ChannelPdu::InitiateMultitransportResponse(_)
        | ChannelPdu::Heartbeat(_) => MESSAGE_CHANNEL,
        ChannelPdu::DeviceRedirection(_) => DEVICE_CHANNEL,
        ChannelPdu::VirtualChannel(_) => VIRTUAL_CHANNEL,
        _ => IO_CHANNEL,
    };
    let initiator = match from {
        Side::Client => USER_CHANNEL,
        Side::Server => SERVER_CHANNEL,
    };
    Message::Data(Data { from, initiator, channel_id, pdu })
}
