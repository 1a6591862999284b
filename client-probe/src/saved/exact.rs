//! What the words of a report leave open, as data: written by the report, read back here.
//!
//! Each definition mirrors a type of `badrdp_proto`, so that the two sides cannot drift apart: `{ "is": variant,
//! "of": what it holds }`.

use badrdp_proto::connect::{AuthFailure, Blame, CloseKind, Ending, LicenseFailure, TlsFailure, TlsFailureKind};
use badrdp_proto::transcript::{CertificateProblem, ConnectFailure, NlaRequirement};
use badrdp_proto::vocab::MessageKind;
use badrdp_proto::vocab::codes::NtStatus;
use badrdp_proto::wire::{DecodeError, FrameError, Reason};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::keep::kept;

/// A phrase of the machines' own. An alias, so that serde does not ask for input that lives for ever.
type Phrase = &'static str;
/// Kinds that were awaited.
type Kinds = &'static [MessageKind];

/// A value written by its definition; `null` where that fails, which no definition does.
macro_rules! written {
    ($definition:ident, $value:expr) => {
        crate::saved::exact::$definition::serialize($value, serde_json::value::Serializer).unwrap_or_default()
    };
}
pub(crate) use written;

#[derive(Serialize, Deserialize)]
#[serde(remote = "ConnectFailure", tag = "is", content = "of", rename_all = "kebab-case")]
pub(crate) enum ConnectFailureDef {
    NameNotResolved,
    Refused,
    TimedOut,
    Unreachable,
    Other(String),
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "CertificateProblem", tag = "is", content = "of", rename_all = "kebab-case")]
enum CertificateProblemDef {
    Expired,
    NotYetValid,
    NameMismatch,
    SelfSigned,
    UntrustedIssuer,
    NoIntermediate,
    NoServerAuth,
    WeakSignature(String),
    WeakKey(String),
    Unreadable(String),
}

/// A certificate's problem, for lists.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Problem(#[serde(with = "CertificateProblemDef")] pub(crate) CertificateProblem);

#[derive(Serialize, Deserialize)]
#[serde(remote = "NlaRequirement", rename_all = "kebab-case")]
pub(crate) enum NlaRequirementDef {
    Required,
    Optional,
    Unknown,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "CloseKind", tag = "is", content = "of", rename_all = "kebab-case")]
pub(crate) enum CloseKindDef {
    Fin,
    FinMidFrame { have: usize },
    Reset,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Ending", tag = "is", content = "of", rename_all = "kebab-case")]
pub(crate) enum EndingDef {
    Fin,
    TcpFin,
    Rst,
    TlsAlert(u8),
    Stall,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Reason", tag = "is", content = "of", rename_all = "kebab-case")]
enum ReasonDef {
    EndOfInput,
    LeftOver(usize),
    Invalid {
        #[serde(deserialize_with = "kept")]
        expected: Phrase,
        got: u64,
    },
    Length {
        says: usize,
        have: usize,
    },
    TooLarge {
        cap: usize,
        got: usize,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "DecodeError")]
pub(crate) struct DecodeErrorDef {
    path: String,
    offset: usize,
    #[serde(with = "ReasonDef")]
    reason: Reason,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "FrameError", tag = "is", content = "of", rename_all = "kebab-case")]
pub(crate) enum FrameErrorDef {
    NotAFrame {
        #[serde(deserialize_with = "kept")]
        expected: Phrase,
        #[serde(with = "hex_bytes")]
        head: Bytes,
    },
    TooShort {
        says: usize,
        needs: usize,
    },
    TooLarge {
        says: usize,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "TlsFailureKind", tag = "is", content = "of", rename_all = "kebab-case")]
enum TlsFailureKindDef {
    AlertReceived(u8),
    AlertSent(Option<u8>, String),
    LegacyVersion(u16),
    LegacyAccepted(u16),
    #[serde(with = "hex_bytes")]
    NotTls(Vec<u8>),
    #[serde(with = "CloseKindDef")]
    Closed(CloseKind),
    TimedOut,
    Unfinished(usize),
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "TlsFailure")]
pub(crate) struct TlsFailureDef {
    #[serde(with = "TlsFailureKindDef")]
    kind: TlsFailureKind,
    #[serde(with = "kind::optional")]
    after: Option<MessageKind>,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "AuthFailure", tag = "is", content = "of", rename_all = "kebab-case")]
enum AuthFailureDef {
    #[serde(with = "status")]
    Refused(NtStatus),
    PublicKeyMismatch,
    NonceIgnored,
    NotIncremented,
    #[serde(deserialize_with = "kept")]
    Unsealable(Phrase),
    #[serde(deserialize_with = "kept")]
    Missing(Phrase),
    VersionChanged {
        from: u32,
        to: u32,
    },
    VersionTooOld(u32),
    MechanismRejected,
    MechanismUnsupported(String),
    BadToken(String),
    MechListMic,
    MessageIntegrity,
    NoCredentials,
    Withheld,
    NoRestrictedAdmin,
    NoRemoteGuard,
    #[serde(deserialize_with = "kept")]
    Credentials(Phrase),
    Local(String),
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "LicenseFailure", tag = "is", content = "of", rename_all = "kebab-case")]
enum LicenseFailureDef {
    Certificate(String),
    KeyExchange,
    #[serde(with = "kind")]
    Mac(MessageKind),
    Unreadable(#[serde(with = "kind")] MessageKind, String),
    Premaster,
    Challenge,
    Hardware,
    #[serde(deserialize_with = "kept")]
    Local(Phrase),
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Blame", tag = "is", content = "of", rename_all = "kebab-case")]
pub(crate) enum BlameDef {
    #[serde(with = "kind")]
    Refused(MessageKind),
    #[serde(with = "DecodeErrorDef")]
    Malformed(DecodeError),
    #[serde(with = "FrameErrorDef")]
    NotAFrame(FrameError),
    Unexpected {
        #[serde(with = "kind::list")]
        expected: Kinds,
        #[serde(with = "kind")]
        got: MessageKind,
    },
    #[serde(deserialize_with = "kept")]
    Violated(Phrase),
    #[serde(with = "CloseKindDef")]
    Closed(CloseKind),
    Stalled,
    #[serde(with = "TlsFailureDef")]
    Tls(TlsFailure),
    #[serde(with = "AuthFailureDef")]
    Auth(AuthFailure),
    #[serde(with = "LicenseFailureDef")]
    License(LicenseFailure),
    #[serde(deserialize_with = "kept")]
    Local(Phrase),
}

/// A kind of message, by its name.
pub(super) mod kind {
    use badrdp_proto::vocab::MessageKind;
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(kind: &MessageKind, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(kind.name())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<MessageKind, D::Error> {
        named(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }

    pub(in crate::saved) fn named(name: &str) -> Result<MessageKind, String> {
        name.parse().map_err(|_| format!("{name:?} is no kind of message that is known here"))
    }

    pub(super) mod optional {
        use super::{Deserializer, MessageKind, Serializer, named};
        use serde::de::Error as _;
        use serde::{Deserialize as _, Serialize as _};

        pub(in crate::saved::exact) fn serialize<S: Serializer>(
            kind: &Option<MessageKind>,
            serializer: S,
        ) -> Result<S::Ok, S::Error> {
            kind.map(MessageKind::name).serialize(serializer)
        }

        pub(in crate::saved::exact) fn deserialize<'de, D: Deserializer<'de>>(
            deserializer: D,
        ) -> Result<Option<MessageKind>, D::Error> {
            let name = Option::<String>::deserialize(deserializer)?;
            name.map(|name| named(&name)).transpose().map_err(D::Error::custom)
        }
    }

    pub(super) mod list {
        use super::{Deserializer, MessageKind, Serializer, named};
        use crate::saved::keep;
        use serde::Deserialize as _;
        use serde::de::Error as _;

        pub(in crate::saved::exact) fn serialize<S: Serializer>(
            kinds: &&'static [MessageKind],
            serializer: S,
        ) -> Result<S::Ok, S::Error> {
            serializer.collect_seq(kinds.iter().map(|kind| kind.name()))
        }

        pub(in crate::saved::exact) fn deserialize<'de, D: Deserializer<'de>>(
            deserializer: D,
        ) -> Result<&'static [MessageKind], D::Error> {
            let names = Vec::<String>::deserialize(deserializer)?;
            let kinds: Result<Vec<_>, _> = names.iter().map(|name| named(name)).collect();
            keep::kinds(kinds.map_err(D::Error::custom)?).map_err(D::Error::custom)
        }
    }
}

/// An NTSTATUS, by its number.
mod status {
    use badrdp_proto::vocab::codes::NtStatus;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(status: &NtStatus, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(status.0)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NtStatus, D::Error> {
        u32::deserialize(deserializer).map(NtStatus)
    }
}

/// Bytes, in hex.
mod hex_bytes {
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(bytes: &impl AsRef<[u8]>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&super::hex(bytes.as_ref()))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>, T: From<Vec<u8>>>(deserializer: D) -> Result<T, D::Error> {
        let text = String::deserialize(deserializer)?;
        super::bytes(&text).map(T::from).map_err(D::Error::custom)
    }
}

/// Lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    let digit = |value: u8| DIGITS.get(usize::from(value)).copied().unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 0x0f)]).collect()
}

/// Bytes of a hex string.
pub(super) fn bytes(text: &str) -> Result<Vec<u8>, String> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pair = |pair: &[u8]| match *pair {
        [high, low] => Some(digit(high)? << 4 | digit(low)?),
        _ => None,
    };
    let bytes: Option<Vec<u8>> = text.as_bytes().chunks(2).map(pair).collect();
    bytes.ok_or_else(|| "not hex: pairs of the digits 0 to 9 and a to f".to_owned())
}

/// A value read by its definition.
pub(super) fn read<T>(value: &Value, definition: fn(Value) -> Result<T, serde_json::Error>) -> Result<T, String> {
    definition(value.clone()).map_err(|error| error.to_string())
}
