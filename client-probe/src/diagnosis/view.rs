//! What rules ask of a transcript.

use badrdp_proto::connect::{Blame, CloseKind, TlsFailure};
use badrdp_proto::pdu::mcs::DisconnectProviderUltimatum;
use badrdp_proto::pdu::redirection::ServerRedirection;
use badrdp_proto::pdu::session_info::SaveSessionInfo;
use badrdp_proto::pdu::share::ShareDataPdu;
use badrdp_proto::pdu::x224::{NegotiationAnswer, Protocols};
use badrdp_proto::pdu::{ChannelPdu, Message};
use badrdp_proto::transcript::{CertificateFacts, ConnectFailure, Direction, Entry, Event, Transcript};
use badrdp_proto::vocab::codes::{ErrorInfo, LogonErrorData, LogonErrorType};
use badrdp_proto::vocab::{MessageKind, Stage};
use badrdp_proto::wire::FrameError;

use crate::report::ladder;

/// A transcript, with the questions that rules ask of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View<'a> {
    transcript: &'a Transcript,
}

impl<'a> View<'a> {
    pub(crate) const fn new(transcript: &'a Transcript) -> Self {
        Self { transcript }
    }

    pub(crate) const fn transcript(self) -> &'a Transcript {
        self.transcript
    }

    fn entries(self) -> impl DoubleEndedIterator<Item = &'a Entry> {
        self.transcript.entries.iter()
    }

    /// The last entry of which `of` makes something.
    pub(super) fn last<T>(self, of: impl Fn(&'a Event) -> Option<T>) -> Option<(&'a Entry, T)> {
        self.entries().rev().find_map(|entry| Some((entry, of(&entry.event)?)))
    }

    /// The last message received of which `of` makes something.
    pub(crate) fn received<T>(self, of: impl Fn(&'a Message) -> Option<T>) -> Option<(&'a Entry, T)> {
        self.last(|event| match event {
            Event::Message { direction: Direction::Received, message: Some(message), .. } => of(message),
            _ => None,
        })
    }

    /// Whether the peer sent anything at all.
    pub(crate) fn heard_anything(self) -> bool {
        self.entries().any(|entry| {
            matches!(
                entry.event,
                Event::Message { direction: Direction::Received, .. }
                    | Event::TlsRecord { direction: Direction::Received, .. }
                    | Event::Undecodable { .. }
                    | Event::NotAFrame(_)
                    | Event::TlsReady(_)
            )
        })
    }

    /// Whether the connection reached the active stage.
    pub(crate) fn active(self) -> bool {
        self.entries().any(|entry| matches!(entry.event, Event::Activated))
    }

    /// Whether the probe left once it knew the host's settings, as it was told to.
    pub(crate) fn left_after_settings(self) -> bool {
        self.blame().is_none()
            && self.transcript.stage == Stage::BasicSettingsExchange
            && self.last_received() == Some(MessageKind::McsConnectResponse)
    }

    /// Whether TLS came up.
    pub(crate) fn secured(self) -> bool {
        self.entries().any(|entry| matches!(entry.event, Event::TlsReady(_)))
    }

    /// Why TCP could not be connected.
    pub(crate) fn connect_failure(self) -> Option<(&'a Entry, &'a ConnectFailure)> {
        self.last(|event| if let Event::ConnectFailed { failure, .. } = event { Some(failure) } else { None })
    }

    /// Where and why the connection stopped short.
    pub(crate) fn blame(self) -> Option<(Stage, &'a Blame)> {
        self.transcript.failure.as_ref().map(|failure| (failure.stage, &failure.cause))
    }

    /// The protocols that the probe offered.
    pub(crate) fn offered(self) -> Protocols {
        let offered = self.transcript.messages().find_map(|(_, _, message)| match message {
            Some(Message::X224ConnectionRequest(request)) => Some(request.negotiation?.requested_protocols),
            _ => None,
        });
        offered.unwrap_or_default()
    }

    /// The Connection Confirm's negotiation data; the inner `None` where it carries none.
    pub(crate) fn negotiation(self) -> Option<(&'a Entry, Option<NegotiationAnswer>)> {
        self.received(|message| match message {
            Message::X224ConnectionConfirm(confirm) => Some(confirm.negotiation),
            _ => None,
        })
    }

    /// The protocol selected, where the host selected one.
    pub(crate) fn selected(self) -> Option<(&'a Entry, Protocols)> {
        match self.negotiation()? {
            (entry, Some(NegotiationAnswer::Response { selected_protocol, .. })) => Some((entry, selected_protocol)),
            _ => None,
        }
    }

    /// Why TLS failed.
    pub(crate) fn tls_failure(self) -> Option<(&'a Entry, &'a TlsFailure)> {
        self.last(|event| if let Event::TlsFailed(failure) = event { Some(failure) } else { None })
    }

    /// The verdict on the certificate.
    pub(crate) fn certificate(self) -> Option<(&'a Entry, &'a CertificateFacts)> {
        self.last(|event| if let Event::Certificate(facts) = event { Some(facts) } else { None })
    }

    /// Bytes that came where the first frame was due and open none.
    pub(crate) fn foreign_bytes(self) -> Option<(&'a Entry, &'a [u8])> {
        let (entry, head) = self.last(|event| match event {
            Event::NotAFrame(FrameError::NotAFrame { head, .. }) => Some(head.as_ref()),
            _ => None,
        })?;
        let first = !self.entries().any(|entry| {
            matches!(entry.event, Event::Message { direction: Direction::Received, .. } | Event::Undecodable { .. })
        });
        (first && entry.stage <= Stage::ConnectionInitiation).then_some((entry, head))
    }

    /// The last Set Error Info that is not `ERRINFO_NONE`.
    pub(crate) fn error_info(self) -> Option<(&'a Entry, ErrorInfo)> {
        self.share_data(|data| match data {
            ShareDataPdu::SetErrorInfo(code) if *code != ErrorInfo(0) => Some(*code),
            _ => None,
        })
    }

    /// The last logon error notification.
    pub(crate) fn logon_error(self) -> Option<(&'a Entry, (LogonErrorType, LogonErrorData))> {
        self.share_data(|data| match data {
            ShareDataPdu::SaveSessionInfo(SaveSessionInfo::Extended { logon_error, .. }) => *logon_error,
            _ => None,
        })
    }

    /// The last Share Data PDU received of which `of` makes something.
    pub(crate) fn share_data<T>(self, of: impl Fn(&'a ShareDataPdu) -> Option<T>) -> Option<(&'a Entry, T)> {
        self.channel_pdu(|pdu| if let ChannelPdu::ShareData(share) = pdu { of(&share.data) } else { None })
    }

    /// The last PDU received on a channel of which `of` makes something.
    pub(crate) fn channel_pdu<T>(self, of: impl Fn(&'a ChannelPdu) -> Option<T>) -> Option<(&'a Entry, T)> {
        self.received(|message| if let Message::Data(data) = message { of(&data.pdu) } else { None })
    }

    /// Where the host sends the client.
    pub(crate) fn redirection(self) -> Option<(&'a Entry, &'a ServerRedirection)> {
        self.channel_pdu(|pdu| match pdu {
            ChannelPdu::ServerRedirection(redirection) => Some(&**redirection),
            _ => None,
        })
    }

    /// The host's MCS Disconnect Provider Ultimatum.
    pub(crate) fn ultimatum(self) -> Option<(&'a Entry, DisconnectProviderUltimatum)> {
        self.received(|message| match message {
            Message::McsDisconnectProviderUltimatum(ultimatum) => Some(*ultimatum),
            _ => None,
        })
    }

    /// How the host closed.
    pub(crate) fn close(self) -> Option<(&'a Entry, CloseKind)> {
        self.last(|event| if let Event::PeerClosed(kind) = event { Some(*kind) } else { None })
    }

    /// TCP ended inside TLS that was not ended.
    pub(crate) fn no_close_notify(self) -> Option<&'a Entry> {
        self.last(|event| matches!(event, Event::NoCloseNotify).then_some(())).map(|(entry, ())| entry)
    }

    /// Whether the host drew anything.
    pub(crate) fn drawn(self) -> bool {
        self.received(|message| crate::drive::is_picture(message).then_some(())).is_some()
    }

    /// The last frame that could not be decoded.
    pub(crate) fn undecodable(self) -> Option<&'a Entry> {
        self.last(|event| matches!(event, Event::Undecodable { .. }).then_some(())).map(|(entry, ())| entry)
    }

    /// Bytes that open no frame, at any stage.
    pub(crate) fn not_a_frame(self) -> Option<&'a Entry> {
        self.last(|event| matches!(event, Event::NotAFrame(_)).then_some(())).map(|(entry, ())| entry)
    }

    /// The end of a budget.
    pub(crate) fn timed_out(self) -> Option<&'a Entry> {
        self.last(|event| matches!(event, Event::TimedOut).then_some(())).map(|(entry, ())| entry)
    }

    /// The last message sent.
    pub(crate) fn last_sent(self) -> Option<&'a Entry> {
        self.last(|event| matches!(event, Event::Message { direction: Direction::Sent, .. }).then_some(()))
            .map(|(entry, ())| entry)
    }

    /// The last message received, by name, for "after …" phrases.
    pub(crate) fn last_received(self) -> Option<MessageKind> {
        let kinds = self.transcript.messages();
        kinds.filter(|(direction, ..)| *direction == Direction::Received).map(|(_, kind, _)| kind).last()
    }

    /// The entry in one line, as evidence.
    pub(crate) fn quote(self, entry: &Entry) -> String {
        ladder::quote(entry)
    }
}
