//! Every word that a value may be, with what it means.

use badrdp_proto::connect::{Ending, Measure, Otherwise, SideTransport, UnknownRequest, WithoutRequest};
use badrdp_proto::vocab::MessageKind;
use badrdp_proto::vocab::codes::NtStatus;

use crate::model::{ClientDuty, Key, Mechanism, PublicKeyAnswer, Reconnect, Refusal, Step, Then, TlsVersion};

pub(crate) const KEYS: &[(&str, Key)] = &[("ecdsa", Key::Ecdsa), ("rsa", Key::Rsa), ("rsa-1024", Key::Rsa1024)];

pub(crate) const VERSIONS: &[(&str, TlsVersion)] = &[("1.2", TlsVersion::V12), ("1.3", TlsVersion::V13)];

/// Versions that only a ServerHello by hand can pick.
pub(crate) const SERVER_HELLOS: &[(&str, u16)] = &[("1.0", 0x0301), ("1.1", 0x0302)];

/// Flags of the Negotiation Response, MS-RDPBCGR 2.2.1.2.1.
pub(crate) const FLAGS: &[(&str, u8)] = &[
    ("extended-client-data", 0x01),
    ("graphics", 0x02),
    ("restricted-admin", 0x08),
    ("redirected-authentication", 0x10),
];

pub(crate) const OTHERWISE: &[(&str, Otherwise)] =
    &[("failure", Otherwise::Refuse), ("rdp-on-request", Otherwise::RdpOnRequest), ("rdp", Otherwise::Rdp)];

pub(crate) const WITHOUT_REQUEST: &[(&str, WithoutRequest)] = &[
    ("negotiate", WithoutRequest::Negotiate),
    ("confirm", WithoutRequest::Confirm),
    ("response", WithoutRequest::Respond),
];

pub(crate) const UNKNOWN: &[(&str, UnknownRequest)] =
    &[("ignore", UnknownRequest::Ignore), ("mcs-disconnect", UnknownRequest::McsDisconnect)];

/// Cipher suites that the server can speak, and the version each belongs to.
pub(crate) const CIPHERS: &[(&str, TlsVersion)] = &[
    ("TLS13_AES_256_GCM_SHA384", TlsVersion::V13),
    ("TLS13_AES_128_GCM_SHA256", TlsVersion::V13),
    ("TLS13_CHACHA20_POLY1305_SHA256", TlsVersion::V13),
    ("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", TlsVersion::V12),
    ("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", TlsVersion::V12),
    ("TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", TlsVersion::V12),
    ("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", TlsVersion::V12),
    ("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", TlsVersion::V12),
    ("TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", TlsVersion::V12),
];

pub(crate) const MECHANISMS: &[(&str, Mechanism)] = &[
    ("any", Mechanism::Any),
    ("ntlm", Mechanism::Ntlm),
    ("spnego", Mechanism::Spnego),
    ("reject", Mechanism::Reject),
    ("kerberos", Mechanism::Kerberos),
];

pub(crate) const PUBLIC_KEYS: &[(&str, PublicKeyAnswer)] = &[
    ("honest", PublicKeyAnswer::Honest),
    ("wrong-key", PublicKeyAnswer::WrongKey),
    ("nonce-ignored", PublicKeyAnswer::NonceIgnored),
    ("not-incremented", PublicKeyAnswer::NotIncremented),
    ("unsealed", PublicKeyAnswer::Unsealed),
    ("missing", PublicKeyAnswer::Missing),
];

pub(crate) const REFUSALS: &[(&str, Refusal)] = &[
    ("error-code", Refusal::ErrorCode),
    ("alert", Refusal::Alert),
    ("fin", Refusal::Fin),
    ("rst", Refusal::Rst),
    ("stall", Refusal::Stall),
];

/// States of an account that have a word; every other is the status that the logon gets.
pub(crate) const STATES: &[(&str, Option<NtStatus>)] = &[
    ("ok", None),
    ("disabled", Some(NtStatus::STATUS_ACCOUNT_DISABLED)),
    ("locked-out", Some(NtStatus::STATUS_ACCOUNT_LOCKED_OUT)),
    ("expired", Some(NtStatus::STATUS_ACCOUNT_EXPIRED)),
    ("password-expired", Some(NtStatus::STATUS_PASSWORD_EXPIRED)),
    ("password-must-change", Some(NtStatus::STATUS_PASSWORD_MUST_CHANGE)),
    ("logon-hours", Some(NtStatus::STATUS_INVALID_LOGON_HOURS)),
    ("workstation", Some(NtStatus::STATUS_INVALID_WORKSTATION)),
    ("logon-type-not-granted", Some(NtStatus::STATUS_LOGON_TYPE_NOT_GRANTED)),
];

/// Bytes of a payload where a file does not say: what Microsoft's suite sends, close to the most that MCS carries.
const PAYLOAD: u16 = 15_992;

/// Measurements of the network that are a word.
pub(crate) const MEASURES: &[(&str, Measure)] = &[
    ("rtt", Measure::Rtt),
    ("bandwidth-start", Measure::BandwidthStart),
    ("bandwidth-payload", Measure::BandwidthPayload(PAYLOAD)),
    ("bandwidth-stop", Measure::BandwidthStop(PAYLOAD)),
];

/// The same in a session, where a stop has no payload.
pub(crate) const SESSION_MEASURES: &[(&str, Measure)] = &[
    ("rtt", Measure::Rtt),
    ("bandwidth-start", Measure::BandwidthStart),
    ("bandwidth-payload", Measure::BandwidthPayload(PAYLOAD)),
    ("bandwidth-stop", Measure::BandwidthStop(0)),
];

/// UDP transports beside the main connection.
pub(crate) const SIDE_TRANSPORTS: &[(&str, SideTransport)] =
    &[("reliable", SideTransport::Reliable), ("lossy", SideTransport::Lossy)];

/// Messages of a server in a licence exchange.
pub(crate) const LICENSE_MESSAGES: &[(&str, MessageKind)] = &[
    ("LicenseRequest", MessageKind::LicenseRequest),
    ("PlatformChallenge", MessageKind::PlatformChallenge),
    ("NewLicense", MessageKind::NewLicense),
    ("UpgradeLicense", MessageKind::UpgradeLicense),
];

/// Steps of a session that are a word.
pub(crate) const STEPS: &[(&str, Word)] = &[
    ("logon", Word::Logon),
    ("logon-long", Word::LogonLong),
    ("logon-plain", Word::LogonPlain),
    ("reconnect-cookie", Word::ReconnectCookie),
    ("rtt", Word::Measure(Measure::Rtt)),
    ("bandwidth-start", Word::Measure(Measure::BandwidthStart)),
    ("bandwidth-payload", Word::Measure(Measure::BandwidthPayload(PAYLOAD))),
    ("bandwidth-stop", Word::Measure(Measure::BandwidthStop(0))),
    ("device-redirection", Word::OpenDevices),
    ("draw", Word::Draw),
    ("deactivate", Word::Deactivate),
    ("fin", Word::End(Ending::Fin)),
    ("tcp-fin", Word::End(Ending::TcpFin)),
    ("rst", Word::End(Ending::Rst)),
    ("stall", Word::End(Ending::Stall)),
];

/// See [`STEPS`]; a [`Step`] itself cannot be copied.
#[derive(Clone, Copy)]
pub(crate) enum Word {
    Logon,
    LogonLong,
    LogonPlain,
    ReconnectCookie,
    Measure(Measure),
    OpenDevices,
    Draw,
    Deactivate,
    End(Ending),
}

impl From<Word> for Step {
    fn from(word: Word) -> Self {
        match word {
            Word::Logon => Self::Logon,
            Word::LogonLong => Self::LogonLong,
            Word::LogonPlain => Self::LogonPlain,
            Word::ReconnectCookie => Self::ReconnectCookie,
            Word::Measure(measure) => Self::Measure(measure),
            Word::OpenDevices => Self::OpenDevices,
            Word::Draw => Self::Draw,
            Word::Deactivate => Self::Deactivate,
            Word::End(ending) => Self::End(ending),
        }
    }
}

pub(crate) const RECONNECTS: &[(&str, Reconnect)] =
    &[("cookie", Reconnect::Cookie), ("wrong-cookie", Reconnect::WrongCookie)];

pub(crate) const THEN: &[(&str, Then)] = &[
    ("fin", Then::End(Ending::Fin)),
    ("tcp-fin", Then::End(Ending::TcpFin)),
    ("rst", Then::End(Ending::Rst)),
    ("stall", Then::End(Ending::Stall)),
    ("half-close", Then::HalfClose),
];

pub(crate) const DUTIES: &[(&str, ClientDuty)] =
    &[("connect", ClientDuty::Connect), ("disconnect", ClientDuty::Disconnect), ("warn", ClientDuty::Warn)];
