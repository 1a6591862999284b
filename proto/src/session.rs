//! Bytes in, outputs out: a frame buffer, a machine and a recorder as one thing.

use core::time::Duration;
use std::collections::VecDeque;

use bytes::Bytes;

use crate::connect::{AuthReply, CloseKind, Ending, Input, LicenseReply, Machine, Output, TlsFacts, TlsFailure};
use crate::pdu::{ChannelPdu, Data, Message, Side, decode, may_hold_secret, unbundle};
use crate::transcript::{Direction, Event, Recorder, Transcript};
use crate::vocab::{MessageKind, Stage};
use crate::wire::{DecodeError, FrameBuffer, FrameError, Reason};

/// One side of a connection, without the socket.
///
/// The driver reads bytes and gives them to [`Session::receive`], then takes outputs with
/// [`Session::poll`] until `None`. A frame is decoded only when every earlier output was taken, so
/// that bytes behind a TLS switch are left for [`Session::take_unread`].
#[derive(Debug)]
pub struct Session<M> {
    machine: M,
    frames: FrameBuffer,
    /// What is left of a frame that carried several PDUs.
    bundled: VecDeque<Bytes>,
    recorder: Recorder,
    stuck: bool,
}

impl<M: Machine> Session<M> {
    /// A session at the moment in which TCP is connected.
    pub fn new(machine: M, budget: Duration) -> Self {
        let recorder = Recorder::new(machine.side(), budget);
        Self { machine, frames: FrameBuffer::default(), bundled: VecDeque::new(), recorder, stuck: false }
    }

    /// The machine, to look at.
    pub const fn machine(&self) -> &M {
        &self.machine
    }

    /// The machine, to tell it what its owner decided (such as to leave).
    pub const fn machine_mut(&mut self) -> &mut M {
        &mut self.machine
    }

    /// The record so far.
    pub const fn recorder(&self) -> &Recorder {
        &self.recorder
    }

    /// Adds an event that the driver saw (a TLS record, the connection itself) to the record.
    pub fn note(&mut self, now: Duration, event: Event) {
        // The machine starts behind TCP.
        let stage = if matches!(event, Event::Connected { .. }) { Stage::Tcp } else { self.machine.stage() };
        self.recorder.record(now, stage, event);
    }

    /// Bytes arrived.
    pub fn receive(&mut self, bytes: &[u8]) {
        self.frames.push(bytes);
    }

    /// The next thing to do, decoding the next frame when nothing else is pending.
    pub fn poll(&mut self, now: Duration) -> Option<Output> {
        loop {
            if let Some(output) = self.machine.poll() {
                return Some(output);
            }
            if self.stuck || !self.step(now) {
                return None;
            }
        }
    }

    /// Decodes one frame and hands it to the machine; false when no whole frame is here.
    fn step(&mut self, now: Duration) -> bool {
        let wants = self.machine.wants();
        let stage = self.machine.stage();
        let next = match self.bundled.pop_front() {
            Some(frame) => Ok(Some(frame)),
            None => self.frames.next(wants.framing),
        };
        let frame = match next {
            Ok(Some(frame)) => frame,
            Ok(None) => return false,
            Err(mut error) => {
                if let FrameError::NotAFrame { head, .. } = &mut error
                    && (self.awaits_secret() || may_hold_secret(head, wants.context.from))
                {
                    head.truncate(1);
                }
                // Nothing behind this point can be framed any more.
                self.stuck = true;
                self.recorder.record(now, stage, Event::NotAFrame(error.clone()));
                self.machine.handle(Input::NotAFrame(error));
                return true;
            }
        };
        let frame = match unbundle(&frame, &wants.context) {
            Some(frames) => {
                self.bundled.extend(frames.into_iter().map(Bytes::from));
                self.bundled.pop_front().unwrap_or(frame)
            }
            None => frame,
        };
        match decode(&frame, &wants.context) {
            Ok(message) => {
                self.record_message(now, Direction::Received, message.kind(), Some(&message), &frame, Vec::new());
                self.machine.arrived(now, frame.len());
                self.machine.handle(Input::Message(message));
            }
            Err(error) => {
                let bytes = self.shown(&frame);
                self.recorder.record(
                    now,
                    stage,
                    Event::Undecodable { bytes, length: frame.len(), error: error.clone() },
                );
                self.machine.handle(Input::Undecodable(error));
            }
        }
        true
    }

    /// A frame that could not be decoded, or nothing where it may hold a secret.
    fn shown(&self, frame: &[u8]) -> Vec<u8> {
        let secret = self.awaits_secret() || may_hold_secret(frame, self.machine.wants().context.from);
        if secret { Vec::new() } else { frame.to_vec() }
    }

    /// Whether the next message is one in which a client gives secrets away.
    fn awaits_secret(&self) -> bool {
        let wants = self.machine.wants();
        let secret = [MessageKind::ClientInfo, MessageKind::TsRequest];
        wants.context.from == Side::Client && secret.iter().any(|kind| wants.kinds.contains(kind))
    }

    /// Whether a message may be a Client Info on a channel that is none of the client's yet.
    fn is_stray(&self, direction: Direction, message: &Message) -> bool {
        let stray = matches!(message, Message::Data(Data { pdu: ChannelPdu::VirtualChannel(_), .. }));
        let before_client_info = self.machine.stage() < Stage::Licensing;
        stray && before_client_info && direction == Direction::Received && self.machine.side() == Side::Server
    }

    /// Records bytes that the driver wrote (or held back) for a message.
    pub fn sent(
        &mut self,
        now: Duration,
        kind: MessageKind,
        message: Option<&Message>,
        bytes: &[u8],
        altered: Vec<String>,
    ) {
        self.record_message(now, Direction::Sent, kind, message, bytes, altered);
    }

    fn record_message(
        &mut self,
        now: Duration,
        direction: Direction,
        kind: MessageKind,
        message: Option<&Message>,
        bytes: &[u8],
        altered: Vec<String>,
    ) {
        let mut bytes = bytes.to_vec();
        let stray = message.filter(|message| self.is_stray(direction, message)).is_some();
        if stray {
            bytes.fill(b'*');
        }
        for span in message.map(|message| message.secret_spans(&bytes)).unwrap_or_default() {
            if let Some(secret) = bytes.get_mut(span) {
                secret.fill(b'*');
            }
        }
        let message = message.filter(|_| !stray).map(|message| Box::new(message.redacted()));
        let mut stage = self.machine.stage();
        // A message that opens a stage belongs to it, though the machine has not seen it yet.
        if direction == Direction::Received && self.machine.wants().kinds.contains(&kind) {
            stage = stage.max(kind.stage());
        }
        let event = Event::Message { direction, kind, message, bytes, altered };
        self.recorder.record(now, stage, event);
    }

    /// Bytes received ahead of a TLS switch.
    pub fn take_unread(&mut self) -> Bytes {
        self.frames.take_pending()
    }

    /// TLS is up.
    pub fn tls_ready(&mut self, now: Duration, facts: TlsFacts) {
        self.note(now, Event::TlsReady(facts.clone()));
        self.machine.handle(Input::TlsReady(facts));
    }

    /// The auth port answered [`Output::Authenticate`].
    pub fn auth(&mut self, reply: AuthReply) {
        self.machine.handle(Input::Auth(reply));
    }

    /// The licensing port answered [`Output::License`].
    pub fn license(&mut self, reply: LicenseReply) {
        self.machine.handle(Input::License(reply));
    }

    /// TLS failed.
    pub fn tls_failed(&mut self, now: Duration, failure: TlsFailure) {
        self.note(now, Event::TlsFailed(failure.clone()));
        self.machine.handle(Input::TlsFailed(failure));
    }

    /// The peer closed; bytes of an unfinished frame make it a close in mid-frame.
    pub fn peer_closed(&mut self, now: Duration, reset: bool) {
        let kind = match (reset, self.frames.pending().len()) {
            (true, _) => CloseKind::Reset,
            (false, 0) => CloseKind::Fin,
            (false, have) => CloseKind::FinMidFrame { have },
        };
        self.note(now, Event::PeerClosed(kind));
        self.machine.handle(Input::Closed(kind));
    }

    /// From now on this is the longest silence that is accepted; the transcript has the last one.
    pub const fn set_budget(&mut self, budget: Duration) {
        self.recorder.set_budget(budget);
    }

    /// Nothing arrived within the budget.
    pub fn timed_out(&mut self, now: Duration) {
        self.note_unfinished(now);
        self.note(now, Event::TimedOut);
        self.machine.handle(Input::TimedOut);
    }

    /// A frame that never came to its end is part of the record: half an answer is not silence.
    fn note_unfinished(&mut self, now: Duration) {
        let length = self.frames.pending().len();
        if length == 0 || self.stuck {
            return;
        }
        let bytes = self.shown(self.frames.pending());
        let error = DecodeError { path: "frame".to_owned(), offset: length, reason: Reason::EndOfInput };
        self.note(now, Event::Undecodable { bytes, length, error });
    }

    /// This side closed.
    pub fn closed(&mut self, now: Duration, how: Ending, altered: Option<String>) {
        self.note(now, Event::Closed { how, altered });
    }

    /// Ends the session and gives its transcript.
    pub fn finish(self) -> Transcript {
        let failure = self.machine.failure().cloned();
        let stage = failure.as_ref().map_or_else(|| self.machine.stage(), |failure| failure.stage);
        self.recorder.finish(stage, failure)
    }
}
