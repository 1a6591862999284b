//! What both machines have in common: an outbox and one kept failure.

use std::collections::VecDeque;

use super::facts::{Facts, SERVER_CHANNEL};
use super::port::{Blame, Ending, Failure, Output};
use crate::pdu::credssp::TsRequest;
use crate::pdu::licensing::LicensePdu;
use crate::pdu::share::{ShareData, ShareDataPdu};
use crate::pdu::{ChannelPdu, Data, Message, Side};
use crate::vocab::{MessageKind, Stage};

/// State that every stage reads and writes.
#[derive(Debug)]
pub(super) struct Core {
    side: Side,
    pub(super) stage: Stage,
    /// The stage of the output polled last: what a record of it should say.
    shown: Stage,
    pub(super) facts: Facts,
    outbox: VecDeque<(Stage, Output)>,
    failure: Option<Failure>,
    ended: bool,
    last: Option<MessageKind>,
}

impl Core {
    pub(super) fn new(side: Side) -> Self {
        Self {
            side,
            stage: Stage::ConnectionInitiation,
            shown: Stage::ConnectionInitiation,
            facts: Facts::default(),
            outbox: VecDeque::new(),
            failure: None,
            ended: false,
            last: None,
        }
    }

    pub(super) const fn side(&self) -> Side {
        self.side
    }

    pub(super) const fn ended(&self) -> bool {
        self.ended
    }

    pub(super) const fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }

    pub(super) fn received(&mut self, kind: MessageKind) {
        self.last = Some(kind);
    }

    pub(super) const fn shown(&self) -> Stage {
        self.shown
    }

    pub(super) fn poll(&mut self) -> Option<Output> {
        let next = self.outbox.pop_front();
        self.shown = next.as_ref().map_or(self.stage, |(stage, _)| *stage);
        next.map(|(_, output)| output)
    }

    pub(super) fn push(&mut self, output: Output) {
        if !self.ended {
            self.outbox.push_back((self.stage, output));
        }
    }

    pub(super) fn send(&mut self, message: Message) {
        self.push(Output::Send(Box::new(message)));
    }

    /// Sends a PDU on the I/O channel.
    pub(super) fn send_io(&mut self, pdu: ChannelPdu) {
        let channel_id = self.facts.io_channel;
        self.send_on(channel_id, pdu);
    }

    /// Sends a PDU on a channel.
    pub(super) fn send_on(&mut self, channel_id: u16, pdu: ChannelPdu) {
        let initiator = self.own_channel();
        self.send(Message::Data(Data { from: self.side, initiator, channel_id, pdu }));
    }

    /// Sends a Share Data PDU on the I/O channel.
    pub(super) fn send_share(&mut self, data: ShareDataPdu) {
        let share_id = self.facts.share_id;
        let pdu_source = self.own_channel();
        self.send_io(ChannelPdu::ShareData(ShareData { pdu_source, share_id, stream_id: 1, data }));
    }

    const fn own_channel(&self) -> u16 {
        match self.side {
            Side::Client => self.facts.user_channel,
            Side::Server => SERVER_CHANNEL,
        }
    }

    /// Ends the connection; nothing is pushed after it.
    pub(super) fn end(&mut self, ending: Ending) {
        self.push(Output::End(ending));
        self.ended = true;
    }

    /// Keeps the first failure and ends the connection.
    pub(super) fn fail(&mut self, cause: Blame) {
        self.fail_with(cause, Ending::Fin);
    }

    /// Keeps the first failure and ends the connection in this way.
    pub(super) fn fail_with(&mut self, cause: Blame, ending: Ending) {
        if self.ended {
            return;
        }
        self.failure = Some(Failure { stage: self.stage, cause, after: self.last });
        self.end(ending);
    }

    /// Sends a licensing message, if there is one.
    pub(super) fn send_license(&mut self, message: Option<Box<LicensePdu>>) {
        if let Some(message) = message {
            self.send_io(ChannelPdu::License(*message));
        }
    }

    /// Sends a CredSSP message, if there is one.
    pub(super) fn send_all(&mut self, request: Option<Box<TsRequest>>) {
        if let Some(request) = request {
            self.send(Message::TsRequest(request));
        }
    }
}
