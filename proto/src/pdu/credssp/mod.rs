//! CredSSP: the `TSRequest`, the tokens inside it, and the Early User Authorization Result.
//!
//! MS-CSSP 2.2.1; MS-RDPBCGR 2.2.10.2. Nothing here encrypts: sealed fields are bytes.

mod codec;
mod fact;
pub mod ntlm;
mod secret;
pub mod spnego;

pub use ntlm::NtlmToken;
pub use spnego::SpnegoToken;

use core::fmt;

use crate::vocab::codes::NtStatus;

pub(super) use codec::{read, read_early_user_auth, seal, seal_early_user_auth};
pub(super) use fact::fact;
pub(super) use secret::{redact, secret_spans};

/// `TSRequest`: the one message of CredSSP.
///
/// MS-CSSP 2.2.1. DER, `SEQUENCE { version [0], negoTokens [1], authInfo [2], pubKeyAuth [3], errorCode [4],
/// clientNonce [5] }`; all but the version are optional. Unknown versions are kept as they came.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct TsRequest {
    /// `version`: 2 to 6 are known.
    pub version: u32,
    /// `negoTokens`: usually one; absent is not empty.
    pub nego_tokens: Option<Vec<NegoToken>>,
    /// `authInfo`: sealed `TSCredentials`. Secret: shown by its length only.
    pub auth_info: Option<Vec<u8>>,
    /// `pubKeyAuth`: the sealed public key, or from version 5 its sealed hash.
    pub pub_key_auth: Option<Vec<u8>>,
    /// `errorCode`: an NTSTATUS from the server.
    pub error_code: Option<NtStatus>,
    /// `clientNonce`: 32 random bytes from version 5 on; other lengths are kept as they came.
    pub client_nonce: Option<Vec<u8>>,
}

/// What one element of `negoTokens` holds.
///
/// MS-CSSP 2.2.1.1.
#[derive(Clone, PartialEq, Eq)]
pub enum NegoToken {
    /// A bare NTLM message.
    Ntlm(NtlmToken),
    /// A SPNEGO token.
    Spnego(Box<SpnegoToken>),
    /// Anything else (Kerberos, rubbish), as it came.
    Unknown(Vec<u8>),
}

impl fmt::Debug for TsRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TsRequest")
            .field("version", &self.version)
            .field("nego_tokens", &self.nego_tokens)
            .field("auth_info", &self.auth_info.as_deref().map(Opaque))
            .field("pub_key_auth", &self.pub_key_auth)
            .field("error_code", &self.error_code)
            .field("client_nonce", &self.client_nonce)
            .finish()
    }
}

impl fmt::Debug for NegoToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ntlm(token) => token.fmt(f),
            Self::Spnego(token) => token.fmt(f),
            Self::Unknown(bytes) => f.debug_tuple("Unknown").field(&Opaque(bytes)).finish(),
        }
    }
}

/// Bytes that may be a secret: shown by their length only.
struct Opaque<'a>(&'a [u8]);

impl fmt::Debug for Opaque<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

impl NegoToken {
    /// Sorts a token by its first bytes: `NTLMSSP\0`, a SPNEGO tag, or neither.
    #[must_use]
    pub fn sort(bytes: &[u8]) -> Self {
        if bytes.starts_with(ntlm::SIGNATURE) {
            return Self::Ntlm(NtlmToken(bytes.to_vec()));
        }
        spnego::parse(bytes).map_or_else(|| Self::Unknown(bytes.to_vec()), |token| Self::Spnego(Box::new(token)))
    }

    /// The NTLM message in this token, bare or inside SPNEGO.
    #[must_use]
    pub fn ntlm(&self) -> Option<&NtlmToken> {
        match self {
            Self::Ntlm(token) => Some(token),
            Self::Spnego(token) => token.ntlm(),
            Self::Unknown(_) => None,
        }
    }
}

impl TsRequest {
    /// The newest version known: 6.
    pub const VERSION: u32 = 6;
    /// The first version whose `pubKeyAuth` is a hash with a nonce (MS-CSSP 3.1.5).
    pub const FIRST_WITH_NONCE: u32 = 5;

    /// The first NTLM message that it carries.
    #[must_use]
    pub fn ntlm(&self) -> Option<&NtlmToken> {
        self.nego_tokens.iter().flatten().find_map(NegoToken::ntlm)
    }

    /// Whether a server may send `errorCode` to a peer of this version (MS-CSSP 2.2.1: 3, 4 and 6 or later).
    #[must_use]
    pub const fn may_get_error_code(peer_version: u32) -> bool {
        peer_version >= 3 && peer_version != 5
    }
}
