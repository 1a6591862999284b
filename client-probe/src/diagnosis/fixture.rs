//! Hand-built transcripts for tests.

pub(crate) mod nla;

use core::net::{IpAddr, Ipv4Addr};
use core::time::Duration;

use badrdp_proto::connect::{Blame, CloseKind, Ending, Failure, TlsFacts, TlsFailure, TlsFailureKind};
use badrdp_proto::pdu::gcc::{ServerBlock, ServerSecurity};
use badrdp_proto::pdu::licensing::{LicenseMessage, LicensePdu};
use badrdp_proto::pdu::mcs::{
    AttachUserConfirm, ChannelJoinConfirm, ConnectResponse, DisconnectProviderUltimatum, DomainParameters,
};
use badrdp_proto::pdu::message_channel::Heartbeat;
use badrdp_proto::pdu::session_info::SaveSessionInfo;
use badrdp_proto::pdu::share::{ShareData, ShareDataPdu};
use badrdp_proto::pdu::x224::{ConnectionConfirm, ConnectionRequest, NegotiationAnswer, NegotiationRequest, Protocols};
use badrdp_proto::pdu::{ChannelPdu, Data, Message, Side, fast_path};
use badrdp_proto::transcript::{
    CertificateFacts, CertificateProblem, ConnectFailure, Direction, Entry, Event, Transcript,
};
use badrdp_proto::vocab::codes::{ErrorInfo, LicenseErrorCode, LicenseStateTransition, McsReason, McsResult};
use badrdp_proto::vocab::{MessageKind, Stage};
use badrdp_proto::wire::{DecodeError, FrameError, Reason};

/// An address that documentation may use.
const HOST: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7));

pub(crate) const ALL: Protocols = Protocols(1 | 2 | 8);

/// A transcript in the making; every entry comes 1 ms after the one before.
#[derive(Clone, Debug)]
pub(crate) struct Story {
    stage: Stage,
    entries: Vec<Entry>,
    failure: Option<Failure>,
}

impl Story {
    pub(crate) fn unreachable(failure: ConnectFailure) -> Transcript {
        let story = Self { stage: Stage::Tcp, entries: Vec::new(), failure: None };
        let tried = if failure == ConnectFailure::NameNotResolved { Vec::new() } else { vec![HOST] };
        story.event(Event::ConnectFailed { failure, tried }).fail(Blame::Local("TCP could not be connected"))
    }

    /// TCP is connected.
    pub(crate) fn connected() -> Self {
        Self { stage: Stage::Tcp, entries: Vec::new(), failure: None }.event(Event::Connected { peer: Some(HOST) })
    }

    /// TCP is connected and the probe has asked for `protocols`.
    pub(crate) fn asked(requested_protocols: Protocols) -> Self {
        Self::connected().at(Stage::ConnectionInitiation).sent(Message::X224ConnectionRequest(ConnectionRequest {
            negotiation: Some(NegotiationRequest { flags: 0, requested_protocols }),
            ..ConnectionRequest::default()
        }))
    }

    pub(crate) fn answered(self, negotiation: Option<NegotiationAnswer>) -> Self {
        let confirm = ConnectionConfirm { src_ref: 0x1234, negotiation, ..ConnectionConfirm::default() };
        self.got(Message::X224ConnectionConfirm(confirm))
    }

    pub(crate) fn selected(protocol: Protocols) -> Self {
        Self::asked(ALL).answered(Some(NegotiationAnswer::Response { flags: 1, selected_protocol: protocol }))
    }

    /// TLS is up with a certificate that has these problems.
    pub(crate) fn secured_as(protocol: Protocols, problems: Vec<CertificateProblem>) -> Self {
        let facts = TlsFacts {
            version: "TLS 1.3".to_owned(),
            cipher_suite: "TLS_AES_256_GCM_SHA384".to_owned(),
            ..TlsFacts::default()
        };
        Self::selected(protocol)
            .at(Stage::Tls)
            .event(Event::Certificate(certificate(problems)))
            .event(Event::TlsReady(facts))
    }

    pub(crate) fn secured() -> Self {
        Self::secured_as(Protocols::SSL, Vec::new())
    }

    /// MCS and licensing are behind us.
    pub(crate) fn licensed(self) -> Self {
        self.at(Stage::BasicSettingsExchange)
            .got(connect_response(McsResult::RT_SUCCESSFUL, 0, 0))
            .at(Stage::ChannelConnection)
            .got(Message::McsAttachUserConfirm(AttachUserConfirm {
                result: McsResult::RT_SUCCESSFUL,
                initiator: Some(1004),
            }))
            .at(Stage::Licensing)
            .got(license(LicenseErrorCode::STATUS_VALID_CLIENT, LicenseStateTransition::ST_NO_TRANSITION))
    }

    pub(crate) fn active() -> Self {
        Self::secured().licensed().activate()
    }

    pub(crate) fn activate(self) -> Self {
        self.at(Stage::Active).event(Event::Activated)
    }

    pub(crate) fn drawn(self) -> Self {
        let update = fast_path::Update { code: 1, fragmentation: 0, compression_flags: None, data: vec![0; 4] };
        self.got(Message::FastPathOutput(fast_path::Output { flags: 0, updates: vec![update] }))
    }

    pub(crate) const fn at(mut self, stage: Stage) -> Self {
        self.stage = stage;
        self
    }

    pub(crate) fn event(mut self, event: Event) -> Self {
        let at = Duration::from_millis(self.entries.len() as u64 + 1);
        self.entries.push(Entry { at, stage: self.stage, event });
        self
    }

    pub(crate) fn got(self, message: Message) -> Self {
        self.message(Direction::Received, message)
    }

    pub(crate) fn sent(self, message: Message) -> Self {
        self.message(Direction::Sent, message)
    }

    fn message(self, direction: Direction, message: Message) -> Self {
        let kind = message.kind();
        let bytes = vec![0; 11];
        self.event(Event::Message { direction, kind, message: Some(Box::new(message)), bytes, altered: Vec::new() })
    }

    /// The probe had what it came for.
    pub(crate) fn done(self) -> Transcript {
        let story = self.event(Event::Closed { how: Ending::Fin, altered: None });
        story.finish()
    }

    pub(crate) fn fail(mut self, cause: Blame) -> Transcript {
        let after = self.entries.iter().rev().find_map(|entry| match &entry.event {
            Event::Message { direction: Direction::Received, kind, .. } => Some(*kind),
            _ => None,
        });
        self.failure = Some(Failure { stage: self.stage, cause, after });
        self.finish()
    }

    pub(crate) fn refused(self, kind: MessageKind) -> Transcript {
        self.fail(Blame::Refused(kind))
    }

    pub(crate) fn closed(self, kind: CloseKind) -> Transcript {
        self.event(Event::PeerClosed(kind)).fail(Blame::Closed(kind))
    }

    pub(crate) fn stalled(self) -> Transcript {
        self.event(Event::TimedOut).fail(Blame::Stalled)
    }

    pub(crate) fn foreign(self, head: &[u8]) -> Transcript {
        let error = FrameError::NotAFrame { expected: "a TPKT header (0x03)", head: head.to_vec().into() };
        self.event(Event::NotAFrame(error.clone())).fail(Blame::NotAFrame(error))
    }

    pub(crate) fn undecodable(self, reason: Reason) -> Transcript {
        let error = DecodeError { path: "TS_UD_SC_NET.channelCount".to_owned(), offset: 90, reason };
        let event = Event::Undecodable { bytes: vec![3, 0, 0, 90], length: 90, error: error.clone() };
        self.event(event).fail(Blame::Malformed(error))
    }

    pub(crate) fn tls(kind: TlsFailureKind) -> Transcript {
        let failure = TlsFailure { kind, after: None };
        let story = Self::selected(Protocols::SSL).at(Stage::Tls).event(Event::TlsFailed(failure.clone()));
        story.fail(Blame::Tls(failure))
    }

    fn finish(self) -> Transcript {
        Transcript {
            side: Side::Client,
            budget: Duration::from_secs(10),
            entries: self.entries,
            dropped: 0,
            stage: self.stage,
            failure: self.failure,
        }
    }
}

pub(crate) fn connect_response(result: McsResult, gcc_result: u8, encryption_method: u32) -> Message {
    Message::McsConnectResponse(Box::new(ConnectResponse {
        result,
        called_connect_id: 0,
        domain_parameters: DomainParameters::RESPONSE,
        node_id: 0x79f3,
        tag: 1,
        gcc_result,
        h221_key: *b"McDn",
        blocks: vec![ServerBlock::Security(ServerSecurity { encryption_method, ..ServerSecurity::default() })],
    }))
}

pub(crate) fn join_confirm(result: McsResult) -> Message {
    Message::McsChannelJoinConfirm(ChannelJoinConfirm { result, initiator: 1004, requested: 1003, channel_id: None })
}

pub(crate) fn ultimatum() -> Message {
    Message::McsDisconnectProviderUltimatum(DisconnectProviderUltimatum { reason: McsReason::RN_PROVIDER_INITIATED })
}

pub(crate) fn channel(pdu: ChannelPdu) -> Message {
    Message::Data(Data { from: Side::Server, initiator: 1002, channel_id: 1003, pdu })
}

pub(crate) fn license(code: LicenseErrorCode, transition: LicenseStateTransition) -> Message {
    channel(ChannelPdu::License(LicensePdu::error_alert(code, transition)))
}

pub(crate) fn license_request() -> Message {
    let message = LicenseMessage::Request(Box::default());
    channel(ChannelPdu::License(LicensePdu::new(message)))
}

pub(crate) fn declined() -> Message {
    license(LicenseErrorCode::ERR_NO_LICENSE, LicenseStateTransition::ST_TOTAL_ABORT)
}

pub(crate) fn share(data: ShareDataPdu) -> Message {
    channel(ChannelPdu::ShareData(ShareData { pdu_source: 1002, share_id: 1, stream_id: 1, data }))
}

pub(crate) fn error_info(code: u32) -> Message {
    share(ShareDataPdu::SetErrorInfo(ErrorInfo(code)))
}

/// A heartbeat every so many seconds; as many may fail to come before the client reconnects.
pub(crate) fn heartbeat(period: u8, count2: u8) -> Message {
    channel(ChannelPdu::Heartbeat(Heartbeat { reserved: 0, period, count1: 1, count2 }))
}

pub(crate) fn logon() -> Message {
    share(ShareDataPdu::SaveSessionInfo(SaveSessionInfo::PlainNotify))
}

pub(crate) fn certificate(problems: Vec<CertificateProblem>) -> CertificateFacts {
    CertificateFacts {
        subject: "CN=host.test".to_owned(),
        issuer: "CN=test ca".to_owned(),
        not_before: 1_735_689_600,
        not_after: 1_764_547_200,
        names: vec!["host.test".to_owned()],
        names_left_out: 0,
        key: "RSA 2048".to_owned(),
        checked_name: "other.test".to_owned(),
        checked_at: 1_767_225_600,
        problems,
    }
}
