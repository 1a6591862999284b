//! What the server's transcripts show of a client's run: pure.

use std::time::Duration;

use badrdp_proto::connect::{CloseKind, TlsFailureKind};
use badrdp_proto::pdu::share::ShareDataPdu;
use badrdp_proto::pdu::x224::Protocols;
use badrdp_proto::pdu::{ChannelPdu, Context, Expect, Message, Side, decode};
use badrdp_proto::transcript::{Direction, Disclosure, Entry, Event, Proof, Secret, Transcript, disclosures};
use badrdp_proto::vocab::codes::{ErrorInfo, McsReason};
use badrdp_proto::vocab::{MessageKind, Stage};

/// What the connections of one attempt show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// How many there were.
    pub connections: usize,
    /// Whether one of them reached the active stage.
    pub active: bool,
    /// Whether the client, not the server, ended the last one.
    pub left_first: bool,
    /// What the server could not read of what the client sent last, where it therefore ended the connection.
    pub unreadable: Option<String>,
    /// Whether the client left by RST.
    pub reset: bool,
    /// The furthest stage of all connections.
    pub furthest: Stage,
    /// The stage in which the last one ended.
    pub stage: Stage,
    /// What the client offered, by connection; none where its request could not be read.
    pub offers: Vec<Option<Protocols>>,
    /// Whether the client went on without TLS although it had offered it.
    pub dropped_tls: bool,
    /// Whether something that the scenario changed was sent.
    pub lied: bool,
    /// Fatal alerts that the client sent.
    pub alerts: Vec<u8>,
    /// ERRINFO numbers that the server sent; where there are none, those that say what its Ultimatum says.
    pub error_infos: Vec<u32>,
    /// Everything that was given away, by connection from 1.
    pub disclosures: Vec<(usize, Disclosure)>,
    /// From the first lie (the server's last message, where none is marked) to the client's end of that connection.
    pub time_to_detect: Option<Duration>,
}

impl Facts {
    /// Of the connections of one attempt, in order.
    #[must_use]
    pub fn of(connections: &[Transcript]) -> Self {
        let last = connections.last();
        let numbered = connections.iter().enumerate();
        Self {
            connections: connections.len(),
            active: connections.iter().any(|connection| has(connection, |event| *event == Event::Activated)),
            left_first: last.is_some_and(|last| departure(last).is_some()),
            unreadable: last.filter(|last| departure(last).is_none()).and_then(unreadable),
            reset: last.is_some_and(|last| has(last, |event| *event == Event::PeerClosed(CloseKind::Reset))),
            furthest: connections.iter().map(|connection| connection.stage).max().unwrap_or(Stage::Tcp),
            stage: last.map_or(Stage::Tcp, |last| last.stage),
            offers: connections.iter().map(offer).collect(),
            dropped_tls: connections.iter().any(dropped_tls),
            lied: connections.iter().any(|connection| connection.entries.iter().any(is_lie)),
            alerts: connections.iter().flat_map(alerts).collect(),
            error_infos: connections.iter().flat_map(error_infos).collect(),
            disclosures: numbered
                .flat_map(|(place, connection)| {
                    disclosures(connection).into_iter().map(move |given| (place + 1, given))
                })
                .collect(),
            time_to_detect: last.and_then(time_to_detect),
        }
    }

    /// How many of the connections offered less security than the one before.
    #[must_use]
    pub fn fallbacks(&self) -> usize {
        let ranks: Vec<_> = self.offers.iter().flatten().map(|offer| rank(*offer)).collect();
        ranks.windows(2).filter(|pair| matches!(pair, [before, after] if after < before)).count()
    }

    /// What was given away that opens an account, to a server that the client had reason to reject.
    pub fn leaks(&self) -> impl Iterator<Item = &(usize, Disclosure)> {
        self.disclosures.iter().filter(|(_, given)| is_leak(given))
    }
}

/// A response that proves knowledge of a strong password is no leak: it comes before any proof of the server's.
fn is_leak(given: &Disclosure) -> bool {
    let opens = matches!(
        given.secret,
        Secret::NtlmV1Response
            | Secret::DelegatedPassword
            | Secret::DelegatedPin
            | Secret::RemoteGuardCredentials
            | Secret::ClientInfoPassword
    );
    opens && (!given.faced.acceptable || given.faced.proof == Proof::Wrong)
}

fn has(transcript: &Transcript, is: impl Fn(&Event) -> bool) -> bool {
    transcript.entries.iter().any(|entry| is(&entry.event))
}

/// The strongest of the protocols: 2 proves the server's key to the user's logon, 1 encrypts, 0 does neither.
fn rank(offer: Protocols) -> u8 {
    let offers = |protocols: &[Protocols]| protocols.iter().any(|protocol| offer.contains(*protocol));
    if offers(&[Protocols::HYBRID, Protocols::HYBRID_EX, Protocols::RDSTLS, Protocols::RDSAAD]) {
        2
    } else {
        u8::from(offers(&[Protocols::SSL]))
    }
}

fn offer(transcript: &Transcript) -> Option<Protocols> {
    transcript.messages().find_map(|(direction, _, message)| match message {
        Some(Message::X224ConnectionRequest(request)) if direction == Direction::Received => {
            Some(request.negotiation.as_ref().map_or(Protocols::RDP, |asked| asked.requested_protocols))
        }
        _ => None,
    })
}

fn dropped_tls(transcript: &Transcript) -> bool {
    let offered = offer(transcript).is_some_and(|offer| rank(offer) > 0);
    let went_on = transcript
        .messages()
        .any(|(direction, kind, _)| direction == Direction::Received && kind == MessageKind::McsConnectInitial);
    offered && went_on && !has(transcript, |event| matches!(event, Event::TlsReady(_)))
}

fn is_lie(entry: &Entry) -> bool {
    match &entry.event {
        Event::Message { direction: Direction::Sent, altered, .. }
        | Event::TlsRecord { direction: Direction::Sent, altered, .. } => !altered.is_empty(),
        Event::HalfClosed { altered } | Event::Closed { altered, .. } => altered.is_some(),
        _ => false,
    }
}

fn is_sent(entry: &Entry) -> bool {
    matches!(
        entry.event,
        Event::Message { direction: Direction::Sent, .. } | Event::TlsRecord { direction: Direction::Sent, .. }
    )
}

fn alerts(transcript: &Transcript) -> Vec<u8> {
    let of = |entry: &Entry| match &entry.event {
        Event::TlsFailed(failure) => match failure.kind {
            TlsFailureKind::AlertReceived(description) => Some(description),
            _ => None,
        },
        _ => None,
    };
    transcript.entries.iter().filter_map(of).collect()
}

fn error_infos(transcript: &Transcript) -> Vec<u32> {
    let of = |(direction, _, message): (Direction, MessageKind, Option<&Message>)| match message {
        Some(Message::Data(data)) if direction == Direction::Sent => match &data.pdu {
            ChannelPdu::ShareData(share) => match &share.data {
                ShareDataPdu::SetErrorInfo(error) => Some(error.0),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    };
    let sent: Vec<_> = transcript.messages().filter_map(of).collect();
    if !sent.is_empty() {
        return sent;
    }
    transcript.entries.iter().filter_map(ultimatum).flat_map(shown_as).map(|error| error.0).collect()
}

/// Why an Ultimatum of the server ends the connection; a scenario may have put one in place of another message.
fn ultimatum(entry: &Entry) -> Option<McsReason> {
    let Event::Message { direction: Direction::Sent, message, bytes, .. } = &entry.event else { return None };
    let raw =
        Context { from: Side::Server, io_channel: 0, message_channel: None, device_channel: None, expect: Expect::Mcs };
    let decoded = match message {
        Some(_) => None,
        None => decode(bytes, &raw).ok(),
    };
    match message.as_deref().or(decoded.as_ref()) {
        Some(Message::McsDisconnectProviderUltimatum(end)) => Some(end.reason),
        _ => None,
    }
}

/// A client may show its user these two reasons of an Ultimatum, and ignores the others (MS-RDPBCGR 3.1.5.1.2). Which ERRINFO
/// says the same is inferred: clients that have words for ERRINFO alone use these.
const fn shown_as(reason: McsReason) -> &'static [ErrorInfo] {
    match reason {
        McsReason::RN_PROVIDER_INITIATED => &[ErrorInfo::ERRINFO_RPC_INITIATED_DISCONNECT],
        McsReason::RN_USER_REQUESTED => {
            &[ErrorInfo::ERRINFO_RPC_INITIATED_DISCONNECT_BYUSER, ErrorInfo::ERRINFO_LOGOFF_BY_USER]
        }
        _ => &[],
    }
}

fn unreadable(transcript: &Transcript) -> Option<String> {
    transcript.entries.iter().find_map(|entry| match &entry.event {
        Event::Undecodable { error, .. } => Some(error.to_string()),
        _ => None,
    })
}

/// Where the client ends the connection, unless the server does so before.
fn departure(transcript: &Transcript) -> Option<Duration> {
    for entry in &transcript.entries {
        match &entry.event {
            Event::PeerClosed(_)
            | Event::TlsFailed(_)
            | Event::Message {
                direction: Direction::Received,
                kind: MessageKind::McsDisconnectProviderUltimatum | MessageKind::X224DisconnectRequest,
                ..
            } => return Some(entry.at),
            // A server that stalls has not ended the connection.
            Event::Closed { how: badrdp_proto::connect::Ending::Stall, .. } => {}
            Event::Closed { .. } | Event::HalfClosed { .. } | Event::TimedOut => return None,
            _ => {}
        }
    }
    None
}

fn time_to_detect(transcript: &Transcript) -> Option<Duration> {
    let left = departure(transcript)?;
    let before = || transcript.entries.iter().filter(|entry| entry.at <= left);
    let lie = before().find(|entry| is_lie(entry)).or_else(|| before().filter(|entry| is_sent(entry)).last())?;
    Some(left.saturating_sub(lie.at))
}
