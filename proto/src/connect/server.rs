//! The server machine: dispatch by state. What happens in a stage stands in the stage's file.

use std::collections::VecDeque;

use super::auto_detect::Detection;
use super::config::{ServerConfig, Step};
use super::core::Core;
use super::facts::Facts;
use super::port::{Blame, Ending, Failure, Input, Machine, Output, Wants};
use crate::pdu::device::Announce;
use crate::pdu::share::ShareDataPdu;
use crate::pdu::{ChannelPdu, Context, Expect, Message, Side};
use crate::vocab::{MessageKind, Stage};
use crate::wire::Framing;

/// A correct server.
#[derive(Debug)]
pub struct Server {
    pub(super) config: ServerConfig,
    pub(super) core: Core,
    pub(super) state: State,
    /// Steps of the active session that are still to come.
    pub(super) steps: VecDeque<Step>,
    /// Joins seen so far.
    pub(super) joins: u16,
    /// The client's version and number in device redirection.
    pub(super) device_client: Announce,
    /// Measurements of the network.
    pub(super) detection: Detection,
    /// A reconnect cookie was refused, and the client does not know it yet.
    pub(super) owes_status: bool,
}

/// What the server waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    ConnectionRequest,
    Tls,
    Nla,
    ConnectInitial,
    ErectDomain,
    AttachUser,
    /// Joins, until Client Info comes.
    ChannelJoins,
    /// An auto-detect request was sent whose answer is due.
    AutoDetect,
    /// A licensing error was sent that leaves the next word to the client.
    License,
    /// The licence request was sent.
    LicenseAnswer,
    /// The platform challenge was sent.
    LicenseResponse,
    ConfirmActive,
    Finalization,
    Active,
}

impl State {
    const fn stage(self) -> Stage {
        match self {
            Self::ConnectionRequest => Stage::ConnectionInitiation,
            Self::Tls => Stage::Tls,
            Self::Nla => Stage::Nla,
            Self::ConnectInitial => Stage::BasicSettingsExchange,
            Self::ErectDomain | Self::AttachUser | Self::ChannelJoins => Stage::ChannelConnection,
            Self::AutoDetect => Stage::SecureSettingsExchange,
            Self::License | Self::LicenseAnswer | Self::LicenseResponse => Stage::Licensing,
            Self::ConfirmActive => Stage::CapabilitiesExchange,
            Self::Finalization => Stage::ConnectionFinalization,
            Self::Active => Stage::Active,
        }
    }

    pub(super) const fn kinds(self) -> &'static [MessageKind] {
        match self {
            Self::ConnectionRequest => &[MessageKind::X224ConnectionRequest],
            Self::Tls => &[MessageKind::TlsClientHello],
            Self::Nla => &[MessageKind::TsRequest],
            Self::ConnectInitial => &[MessageKind::McsConnectInitial],
            Self::ErectDomain => &[MessageKind::McsErectDomainRequest],
            Self::AttachUser => &[MessageKind::McsAttachUserRequest],
            Self::ChannelJoins => &[MessageKind::McsChannelJoinRequest, MessageKind::ClientInfo],
            Self::AutoDetect => &[MessageKind::RttMeasureResponse, MessageKind::BandwidthMeasureResults],
            Self::License => &[MessageKind::LicenseErrorAlert],
            Self::LicenseAnswer => {
                &[MessageKind::NewLicenseRequest, MessageKind::LicenseInfo, MessageKind::LicenseErrorAlert]
            }
            Self::LicenseResponse => &[MessageKind::PlatformChallengeResponse, MessageKind::LicenseErrorAlert],
            Self::ConfirmActive => &[MessageKind::ConfirmActive],
            Self::Finalization => &[MessageKind::Synchronize, MessageKind::Control, MessageKind::FontList],
            Self::Active => &[],
        }
    }
}

impl Server {
    /// A server on a fresh TCP connection; the client speaks first.
    #[must_use]
    pub fn new(config: ServerConfig) -> Self {
        let steps = config.steps.iter().cloned().collect();
        Self {
            config,
            core: Core::new(Side::Server),
            state: State::ConnectionRequest,
            steps,
            joins: 0,
            detection: Detection::default(),
            device_client: Announce::default(),
            owes_status: false,
        }
    }

    /// What was agreed and learned so far.
    #[must_use]
    pub const fn facts(&self) -> &Facts {
        &self.core.facts
    }

    /// Whether the connection is active.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.state == State::Active
    }

    pub(super) fn go(&mut self, state: State) {
        self.state = state;
        self.core.stage = state.stage();
    }

    fn message(&mut self, message: Message) {
        let kind = message.kind();
        match (self.state, message) {
            // The client leaves: in the active stage that is how a session ends.
            (State::Active, Message::McsDisconnectProviderUltimatum(_)) => self.core.end(Ending::Fin),
            (_, Message::McsDisconnectProviderUltimatum(_) | Message::X224DisconnectRequest(_)) => {
                self.core.fail(Blame::Refused(kind));
            }
            (State::ConnectionRequest, Message::X224ConnectionRequest(request)) => self.on_request(&request),
            (State::Nla, Message::TsRequest(request)) => self.on_ts_request(request),
            (State::ConnectInitial, Message::McsConnectInitial(initial)) => self.on_connect_initial(&initial),
            (State::ErectDomain, Message::McsErectDomainRequest(_)) => self.go(State::AttachUser),
            (State::AttachUser, Message::McsAttachUserRequest) => self.on_attach(),
            (State::ChannelJoins, Message::McsChannelJoinRequest(request)) => self.on_join(request),
            (_, Message::Data(data)) => self.channel_pdu(data.channel_id, data.pdu, kind),
            // A client that was deactivated may still have input under way.
            (State::ConfirmActive | State::Finalization | State::Active, Message::FastPathInput(_)) => {}
            _ => self.core.fail(Blame::Unexpected { expected: self.state.kinds(), got: kind }),
        }
        self.core.received(kind);
    }

    /// A PDU on an MCS channel, in any state that has channels.
    fn channel_pdu(&mut self, channel: u16, pdu: ChannelPdu, kind: MessageKind) {
        match (self.state, pdu) {
            (State::ChannelJoins, ChannelPdu::ClientInfo(info)) => self.on_client_info(&info),
            (_, ChannelPdu::VirtualChannel(_)) if channel != self.core.facts.io_channel => {}
            (_, ChannelPdu::DeviceRedirection(device)) => self.on_device(device.message),
            (_, ChannelPdu::AutoDetectResponse(response)) => self.on_auto_detect_response(&response),
            (_, ChannelPdu::InitiateMultitransportResponse(_)) => {}
            // The client answers a refusal in its own words; the next word is the client's close.
            (State::License, ChannelPdu::License(_)) => {}
            (State::LicenseAnswer | State::LicenseResponse, ChannelPdu::License(license)) => self.on_license(license),
            (State::ConfirmActive, ChannelPdu::ConfirmActive(confirm)) => self.on_confirm_active(&confirm),
            (_, ChannelPdu::Flow(_)) => {}
            // A client that was deactivated may still have input and requests under way.
            (State::ConfirmActive, ChannelPdu::ShareData(_)) => {}
            (State::Finalization, ChannelPdu::ShareData(share)) => self.on_finalization(&share.data),
            (State::Active, ChannelPdu::ShareData(share)) => match share.data {
                // The user is logged on, so the client must ask before it disconnects (MS-RDPBCGR 1.3.1.4.1).
                ShareDataPdu::ShutdownRequest => self.core.send_share(ShareDataPdu::ShutdownDenied),
                ShareDataPdu::RefreshRect(_) => self.core.push(Output::Draw),
                _ => {}
            },
            _ => self.core.fail(Blame::Unexpected { expected: self.state.kinds(), got: kind }),
        }
    }
}

impl Machine for Server {
    fn side(&self) -> Side {
        self.core.side()
    }

    fn stage(&self) -> Stage {
        self.core.shown()
    }

    fn wants(&self) -> Wants {
        let expect = match self.state {
            State::ConnectionRequest | State::Tls => Expect::X224,
            State::Nla => Expect::CredSsp,
            State::ConnectInitial | State::ErectDomain | State::AttachUser => Expect::Mcs,
            State::ChannelJoins => Expect::ClientInfo,
            State::AutoDetect | State::License | State::LicenseAnswer | State::LicenseResponse => Expect::Licensing,
            State::ConfirmActive | State::Finalization | State::Active => Expect::Share,
        };
        let framing = match self.state {
            State::Nla => Framing::Der,
            _ if self.core.stage >= Stage::CapabilitiesExchange => Framing::TpktOrFastPath,
            _ => Framing::Tpkt,
        };
        let context = Context {
            from: Side::Client,
            io_channel: self.core.facts.io_channel,
            message_channel: self.core.facts.message_channel,
            device_channel: self.core.facts.device_channel.filter(|_| self.core.stage >= Stage::CapabilitiesExchange),
            expect,
        };
        Wants { framing, context, kinds: self.state.kinds() }
    }

    fn handle(&mut self, input: Input) {
        if self.core.ended() {
            return;
        }
        match (input, self.state) {
            (Input::Message(message), _) => self.message(message),
            (Input::TlsReady(facts), State::Tls) => self.on_secured(&facts),
            (Input::Auth(reply), State::Nla) => self.on_auth_reply(reply),
            (Input::License(reply), State::LicenseAnswer | State::LicenseResponse) => self.on_license_reply(reply),
            (Input::TlsReady(_) | Input::Auth(_) | Input::License(_), _) => {}
            (Input::TlsFailed(failure), _) => self.core.fail(Blame::Tls(failure)),
            (Input::Undecodable(error), _) => self.core.fail(Blame::Malformed(error)),
            (Input::NotAFrame(error), _) => self.core.fail(Blame::NotAFrame(error)),
            // A client may close an active session without a word; many do.
            (Input::Closed(_), State::Active) => self.core.end(Ending::Fin),
            (Input::Closed(kind), _) => self.core.fail(Blame::Closed(kind)),
            (Input::TimedOut, _) => self.core.fail(Blame::Stalled),
        }
    }

    fn poll(&mut self) -> Option<Output> {
        self.core.poll()
    }

    fn failure(&self) -> Option<&Failure> {
        self.core.failure()
    }
}
