//! What an honest server with this profile sends, message by message, when it meets the scenario's probe.

use badrdp_proto::pdu::x224::Protocols;
use badrdp_proto::vocab::MessageKind;

use super::logon::Logon;
use super::message_channel;
use crate::model::{Exchange, LicenseAnswer, Measure, Otherwise, ProbeProfile, ServerProfile, Step, UnknownRequest};

/// A part of the connection that has a table of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Tls,
    Nla,
    Mcs,
    Licensing,
    Capabilities,
    Session,
}

/// What an honest server sends.
pub(crate) struct Course {
    /// Messages that follow each other without a word from the client, flight by flight.
    pub(crate) flights: Vec<Vec<MessageKind>>,
    pub(crate) parts: Vec<Part>,
    /// What the next flight begins with.
    ahead: Vec<MessageKind>,
    /// Why nothing follows.
    pub(crate) because: &'static str,
}

/// Kinds of which the number depends on the client or the picture.
pub(crate) const REPEATED: &[MessageKind] =
    &[MessageKind::McsChannelJoinConfirm, MessageKind::FastPathOutput, MessageKind::ShutdownDenied];

/// Why there is no TLS.
pub(super) const NO_TLS: &str = "no protocol with TLS is selected";

/// Why there is no CredSSP.
pub(super) const NO_CREDSSP: &str = "no protocol with CredSSP is selected";

/// The protocols that the probe offers where [probe] does not say.
const OFFERED: Protocols = Protocols::SSL.union(Protocols::HYBRID).union(Protocols::HYBRID_EX);

impl Course {
    /// What is sent, and why nothing more.
    pub(crate) fn new(server: &ServerProfile, probe: &ProbeProfile) -> Self {
        let first = if is_unknown(server, probe) {
            MessageKind::McsDisconnectProviderUltimatum
        } else {
            MessageKind::X224ConnectionConfirm
        };
        let flights = vec![vec![first]];
        let mut course =
            Self { flights, parts: Vec::new(), ahead: Vec::new(), because: "a server of this profile never sends it" };
        if let Err(because) = course.run(server, probe) {
            course.because = because;
        }
        course
    }
}

/// What the server's answer to the probe's offer selects.
pub(super) fn selected(server: &ServerProfile, probe: &ProbeProfile) -> Result<Protocols, &'static str> {
    let negotiation = &server.negotiation;
    let offered = probe.protocols.unwrap_or(OFFERED);
    if is_unknown(server, probe) {
        return Err("`negotiation.unknown` ends the connection");
    }
    if negotiation.failure.is_some() {
        return Err("`negotiation.failure` ends the connection");
    }
    if negotiation.silent {
        return Ok(Protocols::RDP);
    }
    if let Some(protocol) = negotiation.select {
        return Ok(protocol);
    }
    let common = |protocol: &Protocols| server.security.contains(*protocol) && offered.contains(*protocol);
    match [Protocols::HYBRID_EX, Protocols::HYBRID, Protocols::SSL].into_iter().find(common) {
        Some(protocol) => Ok(protocol),
        // Clients of standard RDP security can be served, whatever the probe offers.
        None if server.security == Protocols::RDP || negotiation.otherwise == Otherwise::Rdp => Ok(Protocols::RDP),
        None if negotiation.otherwise == Otherwise::RdpOnRequest && offered == Protocols::RDP => Ok(Protocols::RDP),
        None => Err("the probe offers no protocol of `security`"),
    }
}

/// Whether the probe's request gets an MCS disconnect in place of the confirm.
fn is_unknown(server: &ServerProfile, probe: &ProbeProfile) -> bool {
    let new = probe.protocols.is_some_and(|offered| offered.contains(Protocols::RDSAAD)) || probe.remote_guard;
    server.negotiation.unknown == UnknownRequest::McsDisconnect && new
}

impl Course {
    fn flight(&mut self, kinds: &[MessageKind]) {
        let mut flight = core::mem::take(&mut self.ahead);
        flight.extend_from_slice(kinds);
        self.flights.push(flight);
    }

    /// Walks the connection to its end, or says why it ends early.
    fn run(&mut self, profile: &ServerProfile, probe: &ProbeProfile) -> Result<(), &'static str> {
        let selected = selected(profile, probe)?;
        if selected != Protocols::RDP {
            self.parts.push(Part::Tls);
            self.flight(&[MessageKind::TlsServerHello]);
        }
        if matches!(selected, Protocols::HYBRID | Protocols::HYBRID_EX) {
            self.parts.push(Part::Nla);
            let logon = Logon::new(profile, probe, selected);
            logon.sent.iter().for_each(|kind| self.flight(&[*kind]));
            logon.ends.map_or(Ok(()), Err)?;
        }
        self.parts.push(Part::Mcs);
        self.flight(&[MessageKind::McsConnectResponse]);
        if profile.mcs.connect_result.is_some() {
            return Err("`mcs.connect_result` ends the connection");
        }
        self.flight(&[MessageKind::McsAttachUserConfirm]);
        if profile.mcs.attach_result.is_some() {
            return Err("`mcs.attach_result` ends the connection");
        }
        if !profile.mcs.skip_channel_join {
            self.flight(&[MessageKind::McsChannelJoinConfirm]);
        }
        if profile.mcs.join_result.is_some() {
            return Err("`mcs.join_result` ends the connection");
        }
        self.parts.push(Part::Licensing);
        let reachable = message_channel::absent(profile).is_none();
        if reachable {
            self.detection(&profile.auto_detect);
        }
        let licensing = &profile.licensing;
        if licensing.error_info.is_some() {
            self.flight(&[MessageKind::SetErrorInfo]);
            return Err("`licensing.error_info` ends the connection");
        }
        let last = match licensing.exchange {
            None => MessageKind::LicenseErrorAlert,
            Some(exchange) => self.exchange(exchange, licensing.alert_at, probe.license)?,
        };
        if last == MessageKind::LicenseErrorAlert && !licensing.is_valid_client() {
            self.flight(&[last]);
            return Err("`licensing` refuses the client");
        }
        self.parts.push(Part::Capabilities);
        if profile.redirection.is_some() {
            self.flight(&[MessageKind::LicenseErrorAlert, MessageKind::ServerRedirection]);
            return Err("`redirection` sends the client elsewhere");
        }
        self.parts.push(Part::Session);
        let asked = profile.multitransport.iter().filter(|transport| probe.multitransport.contains(transport));
        let mut flight = vec![last];
        flight.extend(asked.filter(|_| reachable).map(|_| MessageKind::InitiateMultitransportRequest));
        flight.push(MessageKind::DemandActive);
        self.flight(&flight);
        self.finalization();
        self.session(&profile.session.steps, message_channel::has_devices(probe));
        Ok(())
    }

    /// The server waits for the answer to a round-trip request and to a stop behind a start.
    fn detection(&mut self, measures: &[Measure]) {
        let mut started = false;
        for measure in measures {
            self.ahead.push(measured(*measure));
            let answered = match measure {
                Measure::Rtt => true,
                Measure::BandwidthStop(_) => core::mem::take(&mut started),
                Measure::BandwidthStart => {
                    started = true;
                    false
                }
                Measure::BandwidthPayload(_) | Measure::Characteristics(_) => false,
            };
            if answered {
                self.flight(&[]);
            }
        }
    }

    /// A licence exchange up to its last message, which is the value.
    fn exchange(
        &mut self,
        exchange: Exchange,
        alert_at: Option<MessageKind>,
        probe: LicenseAnswer,
    ) -> Result<MessageKind, &'static str> {
        let rest: &[MessageKind] = match (exchange, probe) {
            (Exchange::Formality, _) | (Exchange::New, LicenseAnswer::Stored) => &[MessageKind::LicenseErrorAlert],
            (_, LicenseAnswer::Decline) => &[],
            (_, LicenseAnswer::New) => &[MessageKind::PlatformChallenge, MessageKind::NewLicense],
            (Exchange::Upgrade, LicenseAnswer::Stored) => {
                &[MessageKind::PlatformChallenge, MessageKind::UpgradeLicense]
            }
        };
        let mut sent = vec![MessageKind::LicenseRequest];
        sent.extend(rest);
        if let Some(at) = sent.iter().position(|kind| Some(*kind) == alert_at) {
            sent.truncate(at);
            sent.push(MessageKind::LicenseErrorAlert);
        }
        let last = sent.pop().unwrap_or(MessageKind::LicenseRequest);
        sent.iter().for_each(|kind| self.flight(&[*kind]));
        if last == MessageKind::LicenseRequest {
            self.flight(&[last]);
            return Err("the probe declines the licence exchange: [probe] says no `license`");
        }
        Ok(last)
    }

    fn finalization(&mut self) {
        self.flight(&[MessageKind::Synchronize, MessageKind::Control, MessageKind::Control, MessageKind::FontMap]);
    }

    /// The steps go out behind Font Map, in its flight.
    fn session(&mut self, steps: &[Step], devices: bool) {
        let usual = [Step::Logon, Step::Draw];
        let steps = if steps.is_empty() { &usual } else { steps };
        for step in steps {
            match step {
                Step::Logon | Step::LogonLong | Step::LogonPlain | Step::ReconnectCookie | Step::LogonError(..) => {
                    self.push(MessageKind::SaveSessionInfo)
                }
                Step::ErrorInfo(_) => self.push(MessageKind::SetErrorInfo),
                Step::Measure(measure) => self.push(measured(*measure)),
                Step::Heartbeat { .. } => self.push(MessageKind::Heartbeat),
                Step::OpenDevices if devices => self.push(MessageKind::DeviceServerAnnounce),
                Step::OpenDevices => {}
                Step::Draw => self.push(MessageKind::FastPathOutput),
                Step::Deactivate => {
                    self.push(MessageKind::DeactivateAll);
                    self.push(MessageKind::DemandActive);
                    self.finalization();
                }
                Step::Disconnect(_) => self.push(MessageKind::McsDisconnectProviderUltimatum),
                Step::End(_) => return,
            }
        }
        // Behind the client's name.
        if devices && steps.contains(&Step::OpenDevices) {
            self.flight(&[MessageKind::DeviceServerCapability, MessageKind::DeviceClientIdConfirm]);
        }
        self.flight(&[MessageKind::ShutdownDenied]);
    }

    fn push(&mut self, kind: MessageKind) {
        if let Some(flight) = self.flights.last_mut() {
            flight.push(kind);
        }
    }

    pub(super) fn count(&self, kind: MessageKind) -> usize {
        self.flights.iter().flatten().filter(|sent| **sent == kind).count()
    }

    /// Place of the nth message of a kind in the whole course, and how many follow it in its flight.
    pub(super) fn find(&self, kind: MessageKind, occurrence: usize) -> Option<(usize, usize)> {
        let mut seen = 0;
        let mut place = 0;
        for flight in &self.flights {
            for (at, sent) in flight.iter().enumerate() {
                if *sent == kind {
                    seen += 1;
                    if seen == occurrence || REPEATED.contains(&kind) {
                        return Some((place, flight.len() - at - 1));
                    }
                }
                place += 1;
            }
        }
        None
    }

    /// Why the logon goes no further, where NLA ends the connection.
    pub(super) fn logon_ends(&self) -> Option<&'static str> {
        (self.parts.contains(&Part::Nla) && !self.parts.contains(&Part::Mcs)).then_some(self.because)
    }

    /// What would make the server send it, where no profile key stands in the way.
    pub(super) fn hint(&self, kind: MessageKind) -> &'static str {
        let has_session = self.parts.contains(&Part::Session);
        match kind {
            MessageKind::TlsServerHello if !self.parts.contains(&Part::Tls) && self.parts.contains(&Part::Mcs) => {
                NO_TLS
            }
            MessageKind::TsRequest if !self.parts.contains(&Part::Nla) && self.parts.contains(&Part::Mcs) => NO_CREDSSP,
            MessageKind::EarlyUserAuthResult if self.parts.contains(&Part::Mcs) => "HYBRID_EX is not selected",
            MessageKind::McsChannelJoinConfirm if has_session => "`mcs.skip_channel_join` leaves no joins",
            MessageKind::SetErrorInfo if has_session => "no step of [server.session] says `error_info`",
            MessageKind::SaveSessionInfo if has_session => "no step of [server.session] logs on",
            MessageKind::RttMeasureRequest
            | MessageKind::BandwidthMeasureStart
            | MessageKind::BandwidthMeasurePayload
            | MessageKind::BandwidthMeasureStop
            | MessageKind::NetworkCharacteristicsResult
                if has_session =>
            {
                "neither `auto_detect` nor a step of [server.session] asks for it"
            }
            MessageKind::Heartbeat if has_session => "no step of [server.session] says `heartbeat`",
            MessageKind::DeviceServerAnnounce
            | MessageKind::DeviceServerCapability
            | MessageKind::DeviceClientIdConfirm
                if has_session =>
            {
                "no step of [server.session] is \"device-redirection\""
            }
            MessageKind::DeviceReply if has_session => "the probe lists no device",
            MessageKind::InitiateMultitransportRequest if has_session => "`multitransport` asks for none",
            MessageKind::ServerRedirection if has_session => "[server.redirection] is missing",
            MessageKind::AutoReconnectStatus if has_session => "only a client that comes with a wrong cookie gets it",
            MessageKind::DeactivateAll if has_session => "no step of [server.session] is \"deactivate\"",
            MessageKind::FastPathOutput if has_session => "no step of [server.session] is \"draw\"",
            MessageKind::McsDisconnectProviderUltimatum if has_session => {
                "no step of [server.session] says `disconnect`"
            }
            _ => "",
        }
    }
}

/// The message that asks for a measurement.
const fn measured(measure: Measure) -> MessageKind {
    match measure {
        Measure::Rtt => MessageKind::RttMeasureRequest,
        Measure::BandwidthStart => MessageKind::BandwidthMeasureStart,
        Measure::BandwidthPayload(_) => MessageKind::BandwidthMeasurePayload,
        Measure::BandwidthStop(_) => MessageKind::BandwidthMeasureStop,
        Measure::Characteristics(_) => MessageKind::NetworkCharacteristicsResult,
    }
}

/// Whether the connection gets to a session.
pub(super) fn reaches_session(server: &ServerProfile, probe: &ProbeProfile) -> bool {
    Course::new(server, probe).parts.contains(&Part::Session)
}

/// Why CredSSP is not spoken, although something is selected.
pub(super) fn no_credssp(server: &ServerProfile, probe: &ProbeProfile) -> &'static str {
    let credssp = [Protocols::HYBRID, Protocols::HYBRID_EX];
    if server.negotiation.select.is_some() || server.negotiation.silent {
        return NO_CREDSSP;
    }
    match probe.protocols {
        Some(_) if credssp.iter().any(|protocol| server.security.contains(*protocol)) => {
            "the probe does not offer CredSSP"
        }
        _ => "`security` has neither \"hybrid\" nor \"hybrid-ex\"",
    }
}
