//! The port of both machines: inputs, outputs, and what is awaited.

use core::time::Duration;

use super::auth::{AuthCall, AuthFailure, AuthReply};
use super::license_port::{LicenseCall, LicenseFailure, LicenseReply};
use crate::pdu::{Context, Message, Side};
use crate::vocab::{MessageKind, Stage};
use crate::wire::{DecodeError, FrameError, Framing};

/// What happens to a machine. Mishaps are inputs like any other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A message arrived.
    Message(Message),
    /// A frame arrived that could not be decoded.
    Undecodable(DecodeError),
    /// The stream holds no frame of the awaited kind.
    NotAFrame(FrameError),
    /// The TLS handshake that [`Output::StartTls`] asked for succeeded.
    TlsReady(TlsFacts),
    /// The TLS handshake failed.
    TlsFailed(TlsFailure),
    /// The auth port's answer to [`Output::Authenticate`].
    Auth(AuthReply),
    /// The licensing port's answer to [`Output::License`].
    License(LicenseReply),
    /// The peer closed the connection.
    Closed(CloseKind),
    /// Nothing arrived within the budget.
    TimedOut,
}

/// How the peer closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CloseKind {
    /// TCP FIN (inside TLS: with or without `close_notify`) between frames.
    Fin,
    /// TCP FIN in the middle of a frame of which this many bytes had arrived.
    FinMidFrame {
        /// Bytes of the unfinished frame.
        have: usize,
    },
    /// TCP RST.
    Reset,
}

/// What a successful TLS handshake showed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TlsFacts {
    /// `TLS 1.2`, `TLS 1.3`.
    pub version: String,
    /// IANA name of the cipher suite.
    pub cipher_suite: String,
    /// The server's certificate chain in DER, leaf first (the client side's view).
    pub chain: Vec<Vec<u8>>,
    /// Server Name Indication that the client sent.
    pub server_name: Option<String>,
}

/// A TLS handshake that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFailure {
    /// How it failed.
    pub kind: TlsFailureKind,
    /// The last handshake record seen from the peer, if any.
    pub after: Option<MessageKind>,
}

/// How a TLS handshake failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TlsFailureKind {
    /// The peer sent a fatal alert with this description (RFC 8446 6).
    AlertReceived(u8),
    /// We refused the peer's handshake; the alert that we sent, and why in one phrase.
    AlertSent(Option<u8>, String),
    /// The peer's ServerHello picked this legacy version (0x0301 TLS 1.0, 0x0302 TLS 1.1).
    LegacyVersion(u16),
    /// The client went on after a ServerHello of ours that picked this legacy version.
    LegacyAccepted(u16),
    /// The peer sent bytes that are no TLS record: the first of them, at most 64.
    NotTls(Vec<u8>),
    /// The peer closed during the handshake.
    Closed(CloseKind),
    /// Nothing arrived within the budget.
    TimedOut,
    /// Bytes kept coming, and the handshake did not come to its end in time; so many of the last record were there.
    Unfinished(usize),
}

/// What a machine wants done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Send a message.
    Send(Box<Message>),
    /// Run the TLS handshake on the connection, then feed [`Input::TlsReady`] or [`Input::TlsFailed`].
    StartTls,
    /// Ask the auth port, then feed [`Input::Auth`].
    Authenticate(AuthCall),
    /// Ask the licensing port, then feed [`Input::License`].
    License(LicenseCall),
    /// The client came with an auto-reconnect cookie, which was looked at (server only).
    CookieChecked(CookieCheck),
    /// The connection reached the active stage.
    Activated,
    /// Draw the session's picture on the client's desktop (server only).
    Draw,
    /// A step is left out, for the record: what it is, and why it does not fit this client (server only).
    Skipped {
        /// The step.
        what: &'static str,
        /// What stands against it.
        because: &'static str,
    },
    /// The machine is done; end the connection in this way.
    End(Ending),
}

/// An auto-reconnect cookie in Client Info, and what became of it (MS-RDPBCGR 5.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CookieCheck {
    /// The logon that it names, where it could be read.
    pub logon_id: Option<u32>,
    /// Whether it opens the session.
    pub verdict: CookieVerdict,
}

/// Whether an auto-reconnect cookie opens the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CookieVerdict {
    /// It does: the client need not log on again.
    Accepted,
    /// It is right, and the server's policy takes none.
    Declined,
    /// Its `SecurityVerifier` is not made from the cookie that the server gave.
    WrongVerifier,
    /// No cookie was given for this logon, or it was used up.
    UnknownLogon,
    /// It is no `ARC_CS_PRIVATE_PACKET`.
    Malformed,
}

/// How to end a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Ending {
    /// Close in order: TLS `close_notify`, TCP FIN.
    #[default]
    Fin,
    /// TCP FIN alone: inside TLS without `close_notify`, so that the peer cannot know whether it got everything
    /// (RFC 8446 6.1).
    TcpFin,
    /// TCP RST.
    Rst,
    /// A fatal TLS alert with this description (RFC 8446 6), then TCP FIN. Without TLS: TCP FIN.
    TlsAlert(u8),
    /// Say nothing more, but keep the connection open until the peer gives up.
    Stall,
}

/// What a machine waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wants {
    /// How the next frame is cut.
    pub framing: Framing,
    /// How it is decoded.
    pub context: Context,
    /// The kinds that would move the machine on, for errors and reports.
    pub kinds: &'static [MessageKind],
}

/// Why a machine stopped short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Where.
    pub stage: Stage,
    /// Who is to blame, and for what.
    pub cause: Blame,
    /// The last message received before it, if any.
    pub after: Option<MessageKind>,
}

/// The cause of a failure, sorted by who is to blame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Blame {
    /// The peer refused with a message made for that: the kind that said so.
    Refused(MessageKind),
    /// The peer sent something that cannot be decoded.
    Malformed(DecodeError),
    /// The peer's stream holds no frame.
    NotAFrame(FrameError),
    /// The peer sent a message that is well-formed and out of place.
    Unexpected {
        /// What would have moved the connection on.
        expected: &'static [MessageKind],
        /// What came.
        got: MessageKind,
    },
    /// The peer sent a message of the awaited kind that breaks a rule: the rule, in one phrase.
    Violated(&'static str),
    /// The peer closed.
    Closed(CloseKind),
    /// The peer said nothing within the budget.
    Stalled,
    /// TLS failed.
    Tls(TlsFailure),
    /// CredSSP failed.
    Auth(AuthFailure),
    /// The licence exchange failed.
    License(LicenseFailure),
    /// This side cannot go on (for example NLA without credentials): why, in one phrase.
    Local(&'static str),
}

/// One side of a connection.
pub trait Machine {
    /// Which side this is.
    fn side(&self) -> Side;
    /// The stage of the output polled last; once `poll` gave `None`, the stage the connection waits in.
    fn stage(&self) -> Stage;
    /// What would move the connection on.
    fn wants(&self) -> Wants;
    /// A frame of this many bytes arrived at this time; its message is handled next.
    fn arrived(&mut self, _now: Duration, _length: usize) {}
    /// Something happened.
    fn handle(&mut self, input: Input);
    /// What to do next; poll until `None`.
    fn poll(&mut self) -> Option<Output>;
    /// Why the machine stopped short, if it did. The first failure is kept.
    fn failure(&self) -> Option<&Failure>;
}
