//! The licensing port: what the machines ask of whoever holds keys, random numbers and licences.
//!
//! MS-RDPELE 3.1.5, 5.1. As with [`super::auth`], the machine sends, receives and orders the messages; the port
//! fills and judges them.

use crate::pdu::licensing::LicensePdu;
use crate::vocab::MessageKind;

/// What the machine asks of the port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LicenseCall {
    /// The exchange is due: the server's first message (server only).
    Begin,
    /// The peer sent this, which is a message that was due.
    Take(Box<LicensePdu>),
}

/// What comes back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LicenseReply {
    /// Send this; the peer speaks next.
    Send(Box<LicensePdu>),
    /// The exchange is complete, once this is sent.
    Done {
        /// The licence, or an alert that none is needed. A client has none.
        last: Option<Box<LicensePdu>>,
    },
    /// It failed.
    Failed {
        /// What is still said: an error alert.
        last: Option<Box<LicensePdu>>,
        /// Why.
        failure: LicenseFailure,
    },
}

/// Why the exchange failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LicenseFailure {
    /// The certificate in the request cannot be used; why, in one phrase (client).
    #[error("the certificate of the licence request cannot be used: {0}")]
    Certificate(String),
    /// The request offers no key exchange with RSA (client).
    #[error("the licence request does not offer the RSA key exchange")]
    KeyExchange,
    /// The peer's message does not fit its MAC: it was altered, or the keys differ.
    #[error("the MAC of {0} does not verify")]
    Mac(MessageKind),
    /// The peer's message can be decrypted and not read; why, in one phrase.
    #[error("{0} cannot be read once it is decrypted: {1}")]
    Unreadable(MessageKind, String),
    /// The premaster secret cannot be decrypted (server).
    #[error("the premaster secret cannot be decrypted")]
    Premaster,
    /// The client answered another challenge than the one it got (server).
    #[error("the client answers another challenge")]
    Challenge,
    /// The client names other hardware than it did with its licence (server).
    #[error("the client names other hardware than with its licence")]
    Hardware,
    /// This side cannot go on for a reason of its own.
    #[error("{0}")]
    Local(&'static str),
}
