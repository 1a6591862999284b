//! SPNEGO tokens: which mechanism, and what it says.
//!
//! RFC 4178 4.2; MS-SPNG 2.2.

use core::fmt;

mod codec;

pub use codec::{mech_type_list, to_bytes};
pub(super) use codec::{parse, seal};

use super::{NtlmToken, Opaque, ntlm};

/// A mechanism's object identifier, DER contents without tag and length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mechanism(pub Vec<u8>);

impl Mechanism {
    /// NEGOEX: 1.3.6.1.4.1.311.2.2.30.
    pub const NEGOEX: &'static [u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x02, 0x02, 0x1e];
    /// NTLM: 1.3.6.1.4.1.311.2.2.10.
    pub const NTLM: &'static [u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x02, 0x02, 0x0a];
    /// Kerberos as Windows spelt it first: 1.2.840.48018.1.2.2.
    pub const MS_KERBEROS: &'static [u8] = &[0x2a, 0x86, 0x48, 0x82, 0xf7, 0x12, 0x01, 0x02, 0x02];
    /// Kerberos: 1.2.840.113554.1.2.2.
    pub const KERBEROS: &'static [u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 0x01, 0x02, 0x02];
}

/// The mechanism's name, or its number where it has none here.
impl fmt::Display for Mechanism {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_slice() {
            Self::NTLM => f.write_str("NTLM"),
            Self::KERBEROS => f.write_str("Kerberos"),
            Self::MS_KERBEROS => f.write_str("MS-Kerberos"),
            Self::NEGOEX => f.write_str("NEGOEX"),
            other => {
                f.write_str("OID ")?;
                dotted(f, other.get(..16).unwrap_or(other))
            }
        }
    }
}

/// An object identifier as people write it, X.690 8.19; arcs that end too early are left out.
fn dotted(f: &mut fmt::Formatter<'_>, contents: &[u8]) -> fmt::Result {
    let mut arc = 0_u64;
    let mut first = true;
    for byte in contents {
        arc = arc << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 != 0 {
            continue;
        }
        match (first, arc) {
            (true, 0..80) => write!(f, "{}.{}", arc / 40, arc % 40)?,
            (true, _) => write!(f, "2.{}", arc.saturating_sub(80))?,
            (false, _) => write!(f, ".{arc}")?,
        }
        (first, arc) = (false, 0);
    }
    Ok(())
}

/// `NegState`, RFC 4178 4.2.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NegState(pub u32);

impl NegState {
    /// `accept-completed`.
    pub const ACCEPT_COMPLETED: Self = Self(0);
    /// `accept-incomplete`.
    pub const ACCEPT_INCOMPLETE: Self = Self(1);
    /// `reject`.
    pub const REJECT: Self = Self(2);
    /// `request-mic`.
    pub const REQUEST_MIC: Self = Self(3);
}

/// What a mechanism says inside SPNEGO.
#[derive(Clone, PartialEq, Eq)]
pub enum MechToken {
    /// An NTLM message.
    Ntlm(NtlmToken),
    /// Another mechanism's token, as it came.
    Unknown(Vec<u8>),
}

impl fmt::Debug for MechToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ntlm(token) => token.fmt(f),
            Self::Unknown(bytes) => f.debug_tuple("Unknown").field(&Opaque(bytes)).finish(),
        }
    }
}

impl MechToken {
    /// Sorts a token by its first bytes.
    #[must_use]
    pub fn sort(bytes: &[u8]) -> Self {
        if bytes.starts_with(ntlm::SIGNATURE) {
            Self::Ntlm(NtlmToken(bytes.to_vec()))
        } else {
            Self::Unknown(bytes.to_vec())
        }
    }
}

/// A SPNEGO token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SpnegoToken {
    /// `NegTokenInit` (in its GSS-API frame with the SPNEGO OID): the client opens.
    Init {
        /// `mechTypes`, the preferred one first.
        mech_types: Vec<Mechanism>,
        /// `mechToken` of the first mechanism.
        mech_token: Option<MechToken>,
        /// `mechListMIC`.
        mech_list_mic: Option<Vec<u8>>,
    },
    /// `NegTokenResp`: every later token.
    Resp {
        /// `negState`.
        neg_state: Option<NegState>,
        /// `supportedMech`.
        supported_mech: Option<Mechanism>,
        /// `responseToken`.
        response_token: Option<MechToken>,
        /// `mechListMIC`.
        mech_list_mic: Option<Vec<u8>>,
    },
}

impl SpnegoToken {
    /// The NTLM message inside.
    #[must_use]
    pub const fn ntlm(&self) -> Option<&NtlmToken> {
        match self {
            Self::Init { mech_token: Some(MechToken::Ntlm(token)), .. }
            | Self::Resp { response_token: Some(MechToken::Ntlm(token)), .. } => Some(token),
            _ => None,
        }
    }
}
