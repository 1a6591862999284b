//! NTLM messages: enough to read every field, and to write a challenge.
//!
//! MS-NLMP 2.2.1. A message is kept as its bytes, since the message integrity code covers them.

use core::fmt;

pub mod flags;
mod layout;
mod read;
mod time;
mod write;

pub(super) use layout::harmless;
pub use time::{filetime, unix_seconds};
pub(super) use write::seal;

use crate::wire::DecodeError;
use crate::wire::read::{rest, whole};

/// `Signature`, the first 8 bytes of every message.
pub const SIGNATURE: &[u8; 8] = b"NTLMSSP\0";

/// `MessageType` of the three messages, MS-NLMP 2.2.1.
pub mod message_type {
    /// NEGOTIATE_MESSAGE.
    pub const NEGOTIATE: u32 = 1;
    /// CHALLENGE_MESSAGE.
    pub const CHALLENGE: u32 = 2;
    /// AUTHENTICATE_MESSAGE.
    pub const AUTHENTICATE: u32 = 3;
}

/// `AvId` of an `AV_PAIR`, MS-NLMP 2.2.2.1.
pub mod av_id {
    /// `MsvAvEOL`: the list ends.
    pub const EOL: u16 = 0;
    /// `MsvAvNbComputerName`.
    pub const NB_COMPUTER_NAME: u16 = 1;
    /// `MsvAvNbDomainName`.
    pub const NB_DOMAIN_NAME: u16 = 2;
    /// `MsvAvDnsComputerName`.
    pub const DNS_COMPUTER_NAME: u16 = 3;
    /// `MsvAvDnsDomainName`.
    pub const DNS_DOMAIN_NAME: u16 = 4;
    /// `MsvAvDnsTreeName`.
    pub const DNS_TREE_NAME: u16 = 5;
    /// `MsvAvFlags`.
    pub const FLAGS: u16 = 6;
    /// `MsvAvTimestamp`.
    pub const TIMESTAMP: u16 = 7;
    /// `MsvAvSingleHost`.
    pub const SINGLE_HOST: u16 = 8;
    /// `MsvAvTargetName`: the service that the client believes to talk to.
    pub const TARGET_NAME: u16 = 9;
    /// `MsvAvChannelBindings`: MD5 of the TLS channel's bindings; all zero where there are none.
    pub const CHANNEL_BINDINGS: u16 = 10;
}

/// One NTLM message, as it stands on the wire.
#[derive(Clone, PartialEq, Eq)]
pub struct NtlmToken(pub Vec<u8>);

impl fmt::Debug for NtlmToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NtlmToken(type {}, {} bytes)", self.message_type().unwrap_or(0), self.0.len())
    }
}

/// A message, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NtlmMessage {
    /// MS-NLMP 2.2.1.1.
    Negotiate(Negotiate),
    /// MS-NLMP 2.2.1.2.
    Challenge(Challenge),
    /// MS-NLMP 2.2.1.3.
    Authenticate(Authenticate),
}

/// `VERSION`, MS-NLMP 2.2.2.10.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Version {
    /// `ProductMajorVersion`.
    pub major: u8,
    /// `ProductMinorVersion`.
    pub minor: u8,
    /// `ProductBuild`.
    pub build: u16,
    /// `NTLMRevisionCurrent`, 15 from every known Windows.
    pub revision: u8,
}

/// NEGOTIATE_MESSAGE: the client opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Negotiate {
    /// `NegotiateFlags`, MS-NLMP 2.2.2.5.
    pub flags: u32,
    /// `DomainName` (OEM), if supplied.
    pub domain: Option<String>,
    /// `Workstation` (OEM), if supplied.
    pub workstation: Option<String>,
    /// `Version`, where the flag says so.
    pub version: Option<Version>,
}

/// CHALLENGE_MESSAGE: the server answers with its names and a challenge.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Challenge {
    /// `TargetName`.
    pub target_name: String,
    /// `NegotiateFlags`, MS-NLMP 2.2.2.5.
    pub flags: u32,
    /// `ServerChallenge`.
    pub server_challenge: [u8; 8],
    /// `TargetInfo`.
    pub target_info: TargetInfo,
    /// `Version`, where the flag says so.
    pub version: Option<Version>,
}

/// The `AV_PAIR`s of a challenge, MS-NLMP 2.2.2.1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TargetInfo {
    /// `MsvAvNbComputerName`.
    pub netbios_computer: Option<String>,
    /// `MsvAvNbDomainName`.
    pub netbios_domain: Option<String>,
    /// `MsvAvDnsComputerName`.
    pub dns_computer: Option<String>,
    /// `MsvAvDnsDomainName`.
    pub dns_domain: Option<String>,
    /// `MsvAvDnsTreeName`.
    pub dns_tree: Option<String>,
    /// `MsvAvFlags`; [`TargetInfo::HAS_MIC`] is the bit that matters.
    pub flags: Option<u32>,
    /// `MsvAvTimestamp`: 100 ns steps since 1601-01-01 UTC.
    pub timestamp: Option<u64>,
    /// Other pairs: id and value.
    pub other: Vec<(u16, Vec<u8>)>,
}

/// AUTHENTICATE_MESSAGE: the client proves that it knows the password. Secrets are given by where they lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authenticate {
    /// `LmChallengeResponse`: its bytes in the message.
    pub lm_response: core::ops::Range<usize>,
    /// `NtChallengeResponse`: its bytes in the message; 24 bytes are NTLMv1, more are NTLMv2.
    pub nt_response: core::ops::Range<usize>,
    /// `DomainName`.
    pub domain: String,
    /// `UserName`.
    pub user: String,
    /// `Workstation`.
    pub workstation: String,
    /// `EncryptedRandomSessionKey`: its bytes in the message.
    pub session_key: core::ops::Range<usize>,
    /// `NegotiateFlags`.
    pub flags: u32,
    /// `Version`, where the flag says so.
    pub version: Option<Version>,
    /// `MIC`: its bytes in the message, where there is one (MS-NLMP 2.2.1.3; `MsvAvFlags` bit 1 in the response).
    pub mic: Option<core::ops::Range<usize>>,
    /// What the NTLMv2 response says, where it is one.
    pub v2: Option<NtlmV2Response>,
}

/// `NTLMv2_RESPONSE`: the proof, and the client challenge that it covers.
///
/// MS-NLMP 2.2.2.7 and 2.2.2.8.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NtlmV2Response {
    /// `Response` (NTProofStr in MS-NLMP 3.3.2): its 16 bytes in the message.
    pub nt_proof_str: core::ops::Range<usize>,
    /// `NTLMv2_CLIENT_CHALLENGE` (temp in MS-NLMP 3.3.2): its bytes in the message, all of what the proof covers.
    pub client_challenge: core::ops::Range<usize>,
    /// `TimeStamp`: 100 ns steps since 1601-01-01 UTC.
    pub timestamp: u64,
    /// `AvPairs`: what the client took from the challenge, and what it added.
    pub target_info: TargetInfo,
}

impl TargetInfo {
    /// `MsvAvFlags`: the AUTHENTICATE_MESSAGE carries a message integrity code.
    pub const HAS_MIC: u32 = 0x2;

    /// The list's bytes in the order that Windows uses, `MsvAvEOL` last.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        write::av_pairs(self)
    }

    /// Reads a list, from its first pair to `MsvAvEOL`; what stands behind it is padding.
    ///
    /// # Errors
    /// The pair that does not fit, and the byte.
    pub fn read(list: &[u8]) -> Result<Self, DecodeError> {
        whole(list, "", |i| {
            let (_, info) = read::target_info(i)?;
            rest(i).map(|(end, _)| (end, info))
        })
    }
}

impl NtlmToken {
    /// Reads the message.
    ///
    /// # Errors
    /// The field that does not fit, and the byte.
    pub fn read(&self) -> Result<NtlmMessage, DecodeError> {
        whole(&self.0, "", read::message)
    }

    /// `MessageType`, where the message is long enough to have one.
    #[must_use]
    pub fn message_type(&self) -> Option<u32> {
        self.0.get(8..12)?.try_into().ok().map(u32::from_le_bytes)
    }
}

impl Challenge {
    /// The message's bytes: header, version, then target name and target info.
    #[must_use]
    pub fn to_token(&self) -> NtlmToken {
        NtlmToken(write::challenge(self))
    }
}

impl Negotiate {
    /// The message's bytes: header, version, then domain and workstation.
    #[must_use]
    pub fn to_token(&self) -> NtlmToken {
        NtlmToken(write::negotiate(self))
    }
}
