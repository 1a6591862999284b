//! The client machine: dispatch by state. What happens in a stage stands in the stage's file.

use core::time::Duration;

use super::auto_detect::{Arrival, Measurement};
use super::config::ClientConfig;
use super::core::Core;
use super::facts::Facts;
use super::port::{Blame, Failure, Input, Machine, Output, Wants};
use crate::pdu::auto_reconnect::ServerCookie;
use crate::pdu::client_info::Secret;
use crate::pdu::redirection::ServerRedirection;
use crate::pdu::share::ShareDataPdu;
use crate::pdu::{ChannelPdu, Context, Expect, Message, Side};
use crate::vocab::codes::ErrorInfo;
use crate::vocab::{MessageKind, Stage};
use crate::wire::Framing;

/// An honest client that goes as far as it can without credentials.
#[derive(Debug)]
pub struct Client {
    pub(super) config: ClientConfig,
    pub(super) core: Core,
    pub(super) state: State,
    /// A licence exchange was declined; the server may go on all the same.
    pub(super) declined_license: bool,
    /// The bandwidth measurement that the server started.
    pub(super) measurement: Option<Measurement>,
    /// Server Announce was answered, and Client ID Confirm is due.
    pub(super) opening_devices: bool,
    /// The frame at hand.
    pub(super) arrival: Arrival,
    /// The auto-reconnect cookie that was received last.
    pub(super) cookie: Option<ServerCookie>,
    /// For the Client Info.
    pub(super) password: Option<Secret>,
    /// Where the server sent this client.
    pub(super) redirection: Option<Box<ServerRedirection>>,
}

/// What the client waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    ConnectionConfirm,
    Tls,
    Nla,
    EarlyUserAuth,
    ConnectResponse,
    AttachUserConfirm,
    /// The nth channel of [`Client::nth_join`].
    ChannelJoinConfirm(usize),
    License,
    /// A new licence was asked for, or an old one presented.
    LicenseChallenge,
    /// The challenge was answered.
    LicenseIssue,
    DemandActive,
    Finalization,
    Active,
    /// Everything was said, and the machine has ended.
    Leaving,
}

impl State {
    const fn stage(self) -> Stage {
        match self {
            Self::ConnectionConfirm => Stage::ConnectionInitiation,
            Self::Tls => Stage::Tls,
            Self::Nla | Self::EarlyUserAuth => Stage::Nla,
            Self::ConnectResponse => Stage::BasicSettingsExchange,
            Self::AttachUserConfirm | Self::ChannelJoinConfirm(_) => Stage::ChannelConnection,
            Self::License | Self::LicenseChallenge | Self::LicenseIssue => Stage::Licensing,
            Self::DemandActive => Stage::CapabilitiesExchange,
            Self::Finalization => Stage::ConnectionFinalization,
            Self::Active | Self::Leaving => Stage::Active,
        }
    }

    pub(super) const fn kinds(self) -> &'static [MessageKind] {
        match self {
            Self::ConnectionConfirm => &[MessageKind::X224ConnectionConfirm],
            Self::Tls => &[MessageKind::TlsServerHello],
            Self::Nla => &[MessageKind::TsRequest],
            Self::EarlyUserAuth => &[MessageKind::EarlyUserAuthResult],
            Self::ConnectResponse => &[MessageKind::McsConnectResponse],
            Self::AttachUserConfirm => &[MessageKind::McsAttachUserConfirm],
            Self::ChannelJoinConfirm(_) => &[MessageKind::McsChannelJoinConfirm],
            Self::License => &[MessageKind::LicenseErrorAlert, MessageKind::LicenseRequest, MessageKind::DemandActive],
            Self::LicenseChallenge => &[MessageKind::PlatformChallenge, MessageKind::LicenseErrorAlert],
            Self::LicenseIssue => {
                &[MessageKind::NewLicense, MessageKind::UpgradeLicense, MessageKind::LicenseErrorAlert]
            }
            Self::DemandActive => &[MessageKind::DemandActive],
            Self::Finalization => &[MessageKind::Synchronize, MessageKind::Control, MessageKind::FontMap],
            Self::Active | Self::Leaving => &[],
        }
    }
}

impl Client {
    /// A client on a fresh TCP connection; it speaks first.
    #[must_use]
    pub fn new(config: ClientConfig) -> Self {
        let mut client = Self {
            config,
            core: Core::new(Side::Client),
            state: State::ConnectionConfirm,
            declined_license: false,
            measurement: None,
            opening_devices: false,
            arrival: Arrival::default(),
            cookie: None,
            password: None,
            redirection: None,
        };
        client.request_connection();
        client
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
            (
                _,
                Message::X224DisconnectRequest(_) | Message::X224Error(_) | Message::McsDisconnectProviderUltimatum(_),
            ) => self.core.fail(Blame::Refused(kind)),
            (State::ConnectionConfirm, Message::X224ConnectionConfirm(confirm)) => self.on_confirm(&confirm),
            (State::Nla, Message::TsRequest(request)) => self.on_ts_request(request),
            (State::EarlyUserAuth, Message::EarlyUserAuthResult(result)) => self.on_early_user_auth(result),
            (State::EarlyUserAuth | State::ConnectResponse, Message::TsRequest(request)) => {
                self.on_late_ts_request(&request);
            }
            (State::ConnectResponse, Message::McsConnectResponse(response)) => self.on_connect_response(&response),
            (State::AttachUserConfirm, Message::McsAttachUserConfirm(confirm)) => self.on_attach(confirm),
            (State::ChannelJoinConfirm(index), Message::McsChannelJoinConfirm(confirm)) => {
                self.on_join(index, confirm);
            }
            (_, Message::Data(data)) => self.channel_pdu(data.pdu, kind),
            (State::Finalization | State::Active, Message::FastPathOutput(_)) => {}
            _ => self.core.fail(Blame::Unexpected { expected: self.state.kinds(), got: kind }),
        }
        self.core.received(kind);
    }

    /// A PDU on an MCS channel, in any state that has channels.
    fn channel_pdu(&mut self, pdu: ChannelPdu, kind: MessageKind) {
        match (self.state, pdu) {
            // A server may say why before it closes, even ahead of Demand Active; the close ends the connection.
            (_, ChannelPdu::ShareData(share)) if matches!(share.data, ShareDataPdu::SetErrorInfo(_)) => {
                if let ShareDataPdu::SetErrorInfo(code) = share.data
                    && code != ErrorInfo(0)
                {
                    self.core.facts.error_info = Some(code);
                }
            }
            (_, ChannelPdu::AutoDetectRequest(request)) => self.on_auto_detect(&request),
            (_, ChannelPdu::InitiateMultitransportRequest(request)) => self.decline_multitransport(request),
            (_, ChannelPdu::Heartbeat(heartbeat)) => self.core.facts.heartbeat = Some(heartbeat),
            (_, ChannelPdu::DeviceRedirection(device)) => self.on_device(&device.message),
            (_, ChannelPdu::VirtualChannel(_) | ChannelPdu::Flow(_)) => {}
            (_, ChannelPdu::ServerRedirection(redirection)) => self.on_redirection(redirection),
            (State::License | State::LicenseChallenge | State::LicenseIssue, ChannelPdu::License(license)) => {
                self.on_license(license);
            }
            (State::License | State::DemandActive, ChannelPdu::DemandActive(demand)) => self.on_demand_active(&demand),
            (State::DemandActive | State::Finalization | State::Active, ChannelPdu::DeactivateAll(_)) => {
                self.go(State::DemandActive);
            }
            // Windows: Save Session Info and other Share Data may stand before or between finalization PDUs.
            (State::DemandActive | State::Active, ChannelPdu::ShareData(share)) => self.keep_cookie(&share.data),
            (State::Finalization, ChannelPdu::ShareData(share)) => {
                self.keep_cookie(&share.data);
                self.on_finalization(&share.data);
            }
            // Old servers send more of T.128 than MS-RDPBCGR knows; none of it moves the connection.
            (State::DemandActive | State::Finalization | State::Active, ChannelPdu::UnknownShareControl(_)) => {}
            _ => self.core.fail(Blame::Unexpected { expected: self.state.kinds(), got: kind }),
        }
    }
}

impl Machine for Client {
    fn side(&self) -> Side {
        self.core.side()
    }

    fn stage(&self) -> Stage {
        self.core.shown()
    }

    fn wants(&self) -> Wants {
        let expect = match self.state {
            State::ConnectionConfirm | State::Tls => Expect::X224,
            State::Nla => Expect::CredSsp,
            State::EarlyUserAuth => Expect::EarlyUserAuth,
            State::ConnectResponse | State::AttachUserConfirm | State::ChannelJoinConfirm(_) => Expect::Mcs,
            State::License | State::LicenseChallenge | State::LicenseIssue => Expect::Licensing,
            State::DemandActive | State::Finalization | State::Active | State::Leaving => Expect::Share,
        };
        // Graphics may come as soon as the server has seen Confirm Active.
        let framing = match self.state {
            State::Nla => Framing::Der,
            State::EarlyUserAuth => Framing::EarlyUserAuth,
            State::ConnectResponse if self.core.facts.logged_on => Framing::TpktOrDer,
            _ if self.core.stage >= Stage::CapabilitiesExchange => Framing::TpktOrFastPath,
            _ => Framing::Tpkt,
        };
        let context = Context {
            from: Side::Server,
            io_channel: self.core.facts.io_channel,
            message_channel: self.core.facts.message_channel,
            device_channel: self.core.facts.device_channel.filter(|_| self.core.stage >= Stage::CapabilitiesExchange),
            expect,
        };
        Wants { framing, context, kinds: self.state.kinds() }
    }

    fn arrived(&mut self, now: Duration, length: usize) {
        self.note_arrival(now, length);
    }

    fn handle(&mut self, input: Input) {
        if self.core.ended() {
            return;
        }
        match (input, self.state) {
            (Input::Message(message), _) => {
                let measured = self.is_measuring();
                self.message(message);
                self.count_frame(measured);
            }
            (Input::TlsReady(_), State::Tls) => self.on_secured(),
            (Input::Auth(reply), State::Nla) => self.on_auth_reply(reply),
            (Input::License(reply), State::License | State::LicenseChallenge | State::LicenseIssue) => {
                self.on_license_reply(reply);
            }
            (Input::TlsReady(_) | Input::Auth(_) | Input::License(_), _) => {}
            (Input::TlsFailed(failure), _) => self.core.fail(Blame::Tls(failure)),
            (Input::Undecodable(error), _) => self.core.fail(Blame::Malformed(error)),
            (Input::NotAFrame(error), _) => self.core.fail(Blame::NotAFrame(error)),
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
