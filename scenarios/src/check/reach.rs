//! Which messages an honest server with this profile sends, and so which anchors can be reached.

use badrdp_proto::pdu::x224::Protocols;
use badrdp_proto::vocab::codes::{LicenseErrorCode, LicenseStateTransition};

use badrdp_proto::vocab::{MessageKind, Sender, Stage};

use super::fault::Placed;
use crate::diagnostic::Sink;
use crate::model::{Operator, ServerProfile, Step};

/// A part of the connection that has a table of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Tls,
    Mcs,
    Licensing,
    Session,
}

/// What an honest server sends.
struct Course {
    /// Messages that follow each other without a word from the client, flight by flight.
    flights: Vec<Vec<MessageKind>>,
    parts: Vec<Part>,
    /// Why nothing follows.
    because: &'static str,
}

/// Kinds of which the number depends on the client or the picture.
const REPEATED: &[MessageKind] =
    &[MessageKind::McsChannelJoinConfirm, MessageKind::FastPathOutput, MessageKind::ShutdownDenied];

/// Why there is no TLS.
pub(super) const NO_TLS: &str = "no protocol with TLS is selected";

/// The parts that a connection to this server can reach, and why it reaches no other.
pub(super) fn reached(profile: &ServerProfile) -> (Vec<Part>, &'static str) {
    let course = course(profile);
    (course.parts, course.because)
}

fn course(profile: &ServerProfile) -> Course {
    let mut course = Course {
        flights: vec![vec![MessageKind::X224ConnectionConfirm]],
        parts: Vec::new(),
        because: "a server of this profile never sends it",
    };
    course.because = course.run(profile);
    course
}

impl Course {
    fn flight(&mut self, kinds: &[MessageKind]) {
        self.flights.push(kinds.to_vec());
    }

    /// Walks the connection and says why it ends.
    fn run(&mut self, profile: &ServerProfile) -> &'static str {
        if profile.negotiation.failure.is_some() {
            return "`negotiation.failure` ends the connection";
        }
        let plain = if profile.negotiation.silent {
            true
        } else {
            profile.negotiation.select.unwrap_or(profile.security) == Protocols::RDP
        };
        if !plain {
            self.parts.push(Part::Tls);
            self.flight(&[MessageKind::TlsServerHello]);
        }
        self.parts.push(Part::Mcs);
        self.flight(&[MessageKind::McsConnectResponse]);
        if profile.mcs.connect_result.is_some() {
            return "`mcs.connect_result` ends the connection";
        }
        self.flight(&[MessageKind::McsAttachUserConfirm]);
        if profile.mcs.attach_result.is_some() {
            return "`mcs.attach_result` ends the connection";
        }
        if !profile.mcs.skip_channel_join {
            self.flight(&[MessageKind::McsChannelJoinConfirm]);
        }
        if profile.mcs.join_result.is_some() {
            return "`mcs.join_result` ends the connection";
        }
        self.parts.push(Part::Licensing);
        let licensing = &profile.licensing;
        if licensing.error_info.is_some() {
            self.flight(&[MessageKind::SetErrorInfo]);
            return "`licensing.error_info` ends the connection";
        }
        let licensed = licensing.error == LicenseErrorCode::STATUS_VALID_CLIENT
            && licensing.transition == LicenseStateTransition::ST_NO_TRANSITION;
        if !licensed {
            self.flight(&[MessageKind::LicenseErrorAlert]);
            return "`licensing` refuses the client";
        }
        self.parts.push(Part::Session);
        self.flight(&[MessageKind::LicenseErrorAlert, MessageKind::DemandActive]);
        self.finalization();
        self.session(&profile.session.steps);
        "a server of this profile never sends it"
    }

    fn finalization(&mut self) {
        self.flight(&[MessageKind::Synchronize, MessageKind::Control, MessageKind::Control, MessageKind::FontMap]);
    }

    /// The steps go out behind Font Map, in its flight.
    fn session(&mut self, steps: &[Step]) {
        let usual = [Step::Logon, Step::Draw];
        let steps = if steps.is_empty() { &usual } else { steps };
        for step in steps {
            match step {
                Step::Logon | Step::LogonLong | Step::LogonPlain | Step::ReconnectCookie | Step::LogonError(..) => {
                    self.push(MessageKind::SaveSessionInfo)
                }
                Step::ErrorInfo(_) => self.push(MessageKind::SetErrorInfo),
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
        self.flight(&[MessageKind::ShutdownDenied]);
    }

    fn push(&mut self, kind: MessageKind) {
        if let Some(flight) = self.flights.last_mut() {
            flight.push(kind);
        }
    }

    fn count(&self, kind: MessageKind) -> usize {
        self.flights.iter().flatten().filter(|sent| **sent == kind).count()
    }

    /// Place of the nth message of a kind in the whole course, and how many follow it in its flight.
    fn find(&self, kind: MessageKind, occurrence: usize) -> Option<(usize, usize)> {
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
}

/// Reports faults that can never strike.
pub(super) fn check(profile: &ServerProfile, faults: &[Placed], sink: &Sink<'_>) {
    let course = course(profile);
    let mut struck: Vec<(usize, &Placed)> = Vec::new();
    for placed in faults {
        let (Some(kind), Some(occurrence)) = (placed.fault.at.kind, placed.fault.at.occurrence) else { continue };
        match course.find(kind, occurrence as usize) {
            Some((place, following)) => {
                follows(placed, kind, following, sink);
                struck.push((place, placed));
            }
            None => absent(&course, placed, kind, sink),
        }
    }
    for (place, placed) in &struck {
        let earlier = struck.iter().find(|(at, other)| at < place && other.fault.then.is_some_and(|then| then.ends()));
        if let Some((_, ending)) = earlier {
            let line = ending.fault.line;
            sink.report(
                placed.at.clone(),
                format!("never reached: the fault at line {line} ends the connection first"),
            );
        }
    }
}

/// `hold` and `merge` wait for later messages, which must come without a word from the client.
fn follows(placed: &Placed, kind: MessageKind, following: usize, sink: &Sink<'_>) {
    let needed = match placed.fault.operator {
        Some(Operator::Hold(count)) => count as usize,
        Some(Operator::Merge) => 1,
        _ => return,
    };
    if following < needed && !REPEATED.contains(&kind) {
        let message = format!(
            "{kind} would wait for ever: {following} messages follow it before the client must answer, {needed} needed"
        );
        sink.report(placed.operator.clone(), message);
    }
}

fn absent(course: &Course, placed: &Placed, kind: MessageKind, sink: &Sink<'_>) {
    let at = placed.at.clone();
    let sent = course.count(kind);
    if sent > 0 {
        let message = format!("{kind} is sent {sent} {} only", if sent == 1 { "time" } else { "times" });
        sink.suggest(placed.occurrence.clone(), message, format!("`occurrence` counts from 1 to {sent}"));
    } else if kind.sender() == Sender::Client {
        let answer = course.flights.iter().flatten().find(|sent| sent.stage() >= kind.stage());
        let message = format!("{kind} is sent by the client; a fault shapes what the server sends");
        match answer {
            Some(answer) => sink.suggest(at, message, format!("its answer is {answer}")),
            None => sink.report(at, message),
        }
    } else if kind == MessageKind::TlsAlert {
        let message = "the server sends no TlsAlert of its own";
        sink.suggest(at, message, "write at = \"TlsServerHello\" and alert = 40");
    } else if kind.stage() == Stage::ConnectionInitiation {
        let message = format!("the server never sends {kind} of its own");
        sink.suggest(at, message, "write at = \"X224ConnectionConfirm\" and replace = { hex = \"…\" }");
    } else {
        let hint = course.hint(kind);
        let message = format!("{kind} is never sent: {}", if hint.is_empty() { course.because } else { hint });
        sink.report(at, message);
    }
}

impl Course {
    /// What would make the server send it, where no profile key stands in the way.
    fn hint(&self, kind: MessageKind) -> &'static str {
        let has_session = self.parts.contains(&Part::Session);
        match kind {
            MessageKind::TlsServerHello if !self.parts.contains(&Part::Tls) && self.parts.contains(&Part::Mcs) => {
                NO_TLS
            }
            MessageKind::McsChannelJoinConfirm if has_session => "`mcs.skip_channel_join` leaves no joins",
            MessageKind::SetErrorInfo if has_session => "no step of [server.session] says `error_info`",
            MessageKind::SaveSessionInfo if has_session => "no step of [server.session] logs on",
            MessageKind::DeactivateAll if has_session => "no step of [server.session] is \"deactivate\"",
            MessageKind::FastPathOutput if has_session => "no step of [server.session] is \"draw\"",
            MessageKind::McsDisconnectProviderUltimatum if has_session => {
                "no step of [server.session] says `disconnect`"
            }
            _ => "",
        }
    }
}
