//! One question of connection initiation, on a connection of its own, and what came back.

use std::fmt;
use std::io;

use badrdp_capture::Wire;
use badrdp_proto::connect::{Client, ClientConfig, Input, Machine as _, Output};
use badrdp_proto::pdu::gcc::ClientBlock;
use badrdp_proto::pdu::mcs::ConnectResponse;
use badrdp_proto::pdu::x224::{
    ConnectionConfirm, ConnectionRequest, NegotiationAnswer, NegotiationRequest, Protocols, Token,
};
use badrdp_proto::pdu::{Context, Expect, Message, Side, decode};
use badrdp_proto::vocab::codes::{McsReason, McsResult, NegotiationFailureCode};
use badrdp_proto::wire::{FrameBuffer, FrameError, Framing};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::{Instant, timeout_at};

use super::SurveyOptions;
use super::pace::{Pace, StopReason};
use crate::probe::{Options, Target};

/// Every encryption method of MS-RDPBCGR 2.2.1.3.3: 40-bit, 128-bit and 56-bit RC4, FIPS.
pub(super) const ALL_METHODS: u32 = 0x1b;

/// What a Connection Request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Question {
    /// `requestedProtocols`; none: no negotiation request at all, as from clients before RDP 5.2.
    pub protocols: Option<Protocols>,
    /// `flags` of the negotiation request.
    pub flags: u8,
}

impl Question {
    /// Asks for these protocols.
    #[must_use]
    pub const fn of(protocols: Protocols) -> Self {
        Self { protocols: Some(protocols), flags: 0 }
    }
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.protocols {
            None => f.write_str("no negotiation request"),
            Some(protocols) if self.flags == 0 => write!(f, "{protocols}"),
            Some(protocols) => write!(f, "{protocols} with flags {:#04x}", self.flags),
        }
    }
}

/// A question and its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// What was asked.
    pub asked: Question,
    /// What came.
    pub reply: Reply,
    /// `SRC-REF` of the Connection Confirm, where one came.
    pub source: Option<u16>,
    /// Known from the walk: the survey did not ask again.
    pub from_walk: bool,
    /// What the host said on the same connection, where it selected standard RDP security.
    pub settings: Option<Settings>,
}

/// What came where a Connection Confirm was due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// A Negotiation Response.
    Selected {
        /// `selectedProtocol`.
        protocol: Protocols,
        /// `flags`.
        flags: u8,
    },
    /// A Negotiation Failure.
    Refused(NegotiationFailureCode),
    /// A Connection Confirm without negotiation data.
    NoNegotiationData,
    /// An MCS Disconnect Provider Ultimatum.
    McsDisconnect(McsReason),
    /// An X.224 Disconnect Request or TPDU Error.
    X224Disconnect,
    /// A frame of another kind, or one that cannot be read; which.
    Unreadable(String),
    /// Another protocol: its name, as far as the first bytes tell.
    Foreign(&'static str),
    /// The connection was closed.
    Closed,
    /// The connection was reset.
    Reset,
    /// Half an answer, within the budget.
    Stalled,
    /// Nothing, within the budget.
    Silent,
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Selected { protocol, .. } => write!(f, "selected {protocol}"),
            Self::Refused(code) => write!(f, "failure {code}"),
            Self::NoNegotiationData => f.write_str("Connection Confirm without negotiation data"),
            Self::McsDisconnect(_) => f.write_str("MCS Disconnect Provider Ultimatum in place of a Connection Confirm"),
            Self::X224Disconnect => f.write_str("X.224 disconnect in place of a Connection Confirm"),
            Self::Unreadable(why) => write!(f, "an answer that cannot be read: {why}"),
            Self::Foreign(name) => write!(f, "{name}, not RDP"),
            Self::Closed => f.write_str("closed without an answer"),
            Self::Reset => f.write_str("reset without an answer"),
            Self::Stalled => f.write_str("an answer that never came to its end"),
            Self::Silent => f.write_str("no answer"),
        }
    }
}

/// What followed MCS Connect Initial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settings {
    /// A Connect Response that takes the client in.
    Given(Box<ConnectResponse>),
    /// A Connect Response that does not.
    Refused(McsResult),
    /// Anything else, in words.
    Nothing(String),
}

impl Answer {
    /// The protocol that came back selected.
    #[must_use]
    pub const fn selected(&self) -> Option<Protocols> {
        match self.reply {
            Reply::Selected { protocol, .. } => Some(protocol),
            _ => None,
        }
    }

    /// An answer as it came on the wire.
    pub(crate) fn from_confirm(asked: Question, confirm: &ConnectionConfirm) -> Self {
        let reply = match confirm.negotiation {
            Some(NegotiationAnswer::Response { flags, selected_protocol }) => {
                Reply::Selected { protocol: selected_protocol, flags }
            }
            Some(NegotiationAnswer::Failure { failure_code, .. }) => Reply::Refused(failure_code),
            None => Reply::NoNegotiationData,
        };
        Self { asked, reply, source: Some(confirm.src_ref), from_walk: false, settings: None }
    }

    pub(crate) const fn other(asked: Question, reply: Reply) -> Self {
        Self { asked, reply, source: None, from_walk: false, settings: None }
    }
}

/// Asks one question and nothing more: what a test of a host's negotiation needs.
///
/// None where TCP could not be connected.
pub async fn ask(target: &Target, options: &Options, question: Question) -> Option<Answer> {
    let mut pace = Pace::new(target, options, &SurveyOptions::default());
    let (answer, stream) = put(&mut pace, question).await?;
    pace.close(stream, &[]).await;
    Some(answer)
}

/// Asks; where standard RDP security is selected, its settings too. Gives the connection back.
pub(super) async fn put(pace: &mut Pace<'_>, question: Question) -> Option<(Answer, Wire)> {
    put_with(pace, question, ALL_METHODS).await
}

/// As [`put`], with these encryption methods on offer.
pub(super) async fn put_with(pace: &mut Pace<'_>, question: Question, methods: u32) -> Option<(Answer, Wire)> {
    let what = question.to_string();
    let mut stream = pace.open(&what).await?;
    let deadline = pace.deadline();
    let mut frames = FrameBuffer::default();
    let request = request(pace.options(), question);
    let mut answer = match exchange(&mut stream, &mut frames, &request, Expect::X224, deadline).await {
        Ok(Message::X224ConnectionConfirm(confirm)) => Answer::from_confirm(question, &confirm),
        Ok(message) => Answer::other(question, unexpected(&message)),
        Err(reply) => Answer::other(question, reply),
    };
    match (&answer.reply, answer.selected()) {
        (Reply::Silent | Reply::Stalled, _) => pace.stop(StopReason::Silent, &what),
        (Reply::Foreign(_), _) => pace.stop(StopReason::NotRdp, &what),
        // Without negotiation data only standard RDP security is left; whether it is done shows behind it.
        (Reply::NoNegotiationData, _) | (_, Some(Protocols::RDP)) => {
            let found = settings(&mut stream, &mut frames, methods, deadline).await;
            if let Err(Reply::Silent | Reply::Stalled) = found {
                pace.stop(StopReason::Silent, &what);
            }
            answer.settings = Some(found.unwrap_or_else(|reply| Settings::Nothing(reply.to_string())));
        }
        (Reply::Selected { .. }, _) => {}
        _ => pace.refused(),
    }
    Some((answer, stream))
}

fn request(options: &Options, question: Question) -> Message {
    // As on the walk: behind a balancer the token has to lead to the same host.
    let token = match (&options.routing_token, &options.cookie) {
        (Some(token), _) => Some(Token::Routing(token.clone().into_bytes())),
        (None, Some(cookie)) => Some(Token::Cookie(cookie.clone().into_bytes())),
        (None, None) => None,
    };
    let negotiation =
        question.protocols.map(|requested_protocols| NegotiationRequest { flags: question.flags, requested_protocols });
    Message::X224ConnectionRequest(ConnectionRequest { token, negotiation, ..ConnectionRequest::default() })
}

/// Sends a message and reads the next one.
async fn exchange(
    stream: &mut Wire,
    frames: &mut FrameBuffer,
    message: &Message,
    expect: Expect,
    deadline: Instant,
) -> Result<Message, Reply> {
    let ended = |error: &io::Error| if crate::tls::is_reset(error) { Reply::Reset } else { Reply::Closed };
    let context = Context { from: Side::Server, io_channel: 1003, message_channel: None, device_channel: None, expect };
    let bytes = message.encode();
    match timeout_at(deadline, stream.write_all(&bytes)).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => return Err(ended(&error)),
        Err(_) => return Err(Reply::Silent),
    }
    let mut buffer = vec![0; 16 * 1024];
    loop {
        match frames.next(Framing::Tpkt) {
            Ok(Some(frame)) => {
                return decode(&frame, &context).map_err(|error| Reply::Unreadable(error.to_string()));
            }
            Ok(None) => {}
            Err(FrameError::NotAFrame { head, .. }) => return Err(Reply::Foreign(foreign(&head))),
            Err(error) => return Err(Reply::Unreadable(error.to_string())),
        }
        match timeout_at(deadline, stream.read(&mut buffer)).await {
            Ok(Ok(0)) if frames.pending().is_empty() => return Err(Reply::Closed),
            Ok(Ok(0)) => return Err(Reply::Unreadable("closed within a frame".to_owned())),
            Ok(Ok(count)) => frames.push(buffer.get(..count).unwrap_or_default()),
            Ok(Err(error)) => return Err(ended(&error)),
            Err(_) if frames.pending().is_empty() => return Err(Reply::Silent),
            Err(_) => return Err(Reply::Stalled),
        }
    }
}

fn unexpected(message: &Message) -> Reply {
    match message {
        Message::McsDisconnectProviderUltimatum(ultimatum) => Reply::McsDisconnect(ultimatum.reason),
        Message::X224DisconnectRequest(_) | Message::X224Error(_) => Reply::X224Disconnect,
        other => Reply::Unreadable(format!("{} is not due here", other.kind().name())),
    }
}

/// The service by its first bytes.
pub(super) fn foreign(head: &[u8]) -> &'static str {
    let text = head.trim_ascii_start().to_ascii_lowercase();
    if [&b"http/"[..], b"<html", b"<!doctype html"].iter().any(|opening| text.starts_with(opening)) {
        return "HTTP";
    }
    match head {
        [b'S', b'S', b'H', b'-', ..] => "SSH",
        [0x15 | 0x16, 0x03, 0x00..=0x04, ..] => "TLS from the first byte",
        _ => "an unknown protocol",
    }
}

/// MCS Connect Initial as a client that does standard RDP security sends it.
async fn settings(
    stream: &mut Wire,
    frames: &mut FrameBuffer,
    methods: u32,
    deadline: Instant,
) -> Result<Settings, Reply> {
    let Some(initial) = connect_initial(methods) else {
        return Ok(Settings::Nothing("not asked".to_owned()));
    };
    Ok(match exchange(stream, frames, &initial, Expect::Mcs, deadline).await? {
        Message::McsConnectResponse(response) => settings_of(*response),
        message => Settings::Nothing(message.kind().name().to_owned()),
    })
}

pub(super) fn settings_of(response: ConnectResponse) -> Settings {
    if response.result == McsResult::RT_SUCCESSFUL && response.gcc_result == 0 {
        Settings::Given(Box::new(response))
    } else {
        Settings::Refused(response.result)
    }
}

/// The machine knows how to write it: it is told that standard RDP security was selected.
fn connect_initial(methods: u32) -> Option<Message> {
    let mut client = Client::new(ClientConfig { protocols: Protocols::RDP, ..ClientConfig::default() });
    let negotiation = Some(NegotiationAnswer::Response { flags: 0, selected_protocol: Protocols::RDP });
    client.handle(Input::Message(Message::X224ConnectionConfirm(ConnectionConfirm {
        negotiation,
        ..ConnectionConfirm::default()
    })));
    let mut initial = std::iter::from_fn(|| client.poll()).find_map(|output| match output {
        Output::Send(message) => match *message {
            Message::McsConnectInitial(initial) => Some(initial),
            _ => None,
        },
        _ => None,
    })?;
    for block in &mut initial.blocks {
        if let ClientBlock::Security(security) = block {
            security.encryption_methods = methods;
        }
    }
    Some(Message::McsConnectInitial(initial))
}
