//! The auth port: what the machines ask of whoever holds keys and passwords, and what comes back.
//!
//! MS-CSSP 3.1.5. The machine sends, receives and orders the messages; the port fills and judges
//! them. No type of an authentication library crosses it.

use crate::pdu::credssp::TsRequest;
use crate::vocab::codes::NtStatus;

/// What the machine asks of the port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuthCall {
    /// TLS is up and CredSSP was selected: the client's first message is due, the server gets ready.
    Begin,
    /// The peer sent this.
    Take(Box<TsRequest>),
}

/// What comes back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuthReply {
    /// Nothing to say; the peer speaks next.
    Wait,
    /// Send this; the peer speaks next.
    Send(Box<TsRequest>),
    /// CredSSP is complete, once this is sent.
    Done {
        /// The last message: the client's credentials. A server has none.
        last: Option<Box<TsRequest>>,
    },
    /// It failed.
    Failed {
        /// What is still said: an error code, from a server to a peer that may have one.
        last: Option<Box<TsRequest>>,
        /// Why.
        failure: AuthFailure,
        /// How the connection ends then.
        ending: super::Ending,
    },
}

/// Why CredSSP failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthFailure {
    /// The peer said so in `errorCode` (client), or the account gets this answer (server).
    #[error("the logon is refused: {0}")]
    Refused(NtStatus),
    /// `pubKeyAuth` is sealed well and proves another key than the one TLS showed.
    #[error("the public key in pubKeyAuth is not the one of the TLS certificate")]
    PublicKeyMismatch,
    /// The proof fits the key, but not the client's nonce (version 5 and later).
    #[error("pubKeyAuth does not cover the client's nonce")]
    NonceIgnored,
    /// The server echoed the key without adding one (before version 5).
    #[error("pubKeyAuth repeats the client's key without the increment")]
    NotIncremented,
    /// A sealed field cannot be opened: its signature is wrong.
    #[error("{0} cannot be unsealed: its signature is wrong")]
    Unsealable(&'static str),
    /// A field that was due is absent.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// The peer changed its version on the way.
    #[error("the peer's version changed from {from} to {to}")]
    VersionChanged {
        /// What it said first.
        from: u32,
        /// What it said then.
        to: u32,
    },
    /// The peer's version is below what policy asks for (encryption oracle remediation, CVE-2018-0886).
    #[error("the peer speaks CredSSP version {0}, which lacks the fix for CVE-2018-0886")]
    VersionTooOld(u32),
    /// SPNEGO was answered with `reject`.
    #[error("SPNEGO is rejected: no mechanism is acceptable")]
    MechanismRejected,
    /// The peer chose or insists on a mechanism that is not spoken here.
    #[error("the peer wants {0}, which is not spoken here")]
    MechanismUnsupported(String),
    /// A token that is no message of the awaited kind; what is wrong, in one phrase.
    #[error("the token cannot be read: {0}")]
    BadToken(String),
    /// `mechListMIC` is absent or wrong.
    #[error("the SPNEGO mechListMIC does not verify")]
    MechListMic,
    /// The NTLM message integrity code is wrong.
    #[error("the NTLM message integrity code does not verify")]
    MessageIntegrity,
    /// The client has no credentials: it asked for the challenge and stops.
    #[error("no credentials were given")]
    NoCredentials,
    /// The client has credentials and keeps them: the certificate was not acceptable.
    #[error("the credentials were kept back: the certificate is not acceptable")]
    Withheld,
    /// The client asked for Restricted Admin mode and the host's flags do not offer it.
    #[error("the host does not offer Restricted Admin mode")]
    NoRestrictedAdmin,
    /// The client asked for Remote Credential Guard and the host's flags do not offer it.
    #[error("the host does not offer Remote Credential Guard")]
    NoRemoteGuard,
    /// The delegated credentials cannot be used; why, in one phrase (server).
    #[error("the delegated credentials cannot be used: {0}")]
    Credentials(&'static str),
    /// This side cannot go on for a reason of its own.
    #[error("{0}")]
    Local(String),
}
