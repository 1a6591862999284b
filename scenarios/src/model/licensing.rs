//! `[server.licensing]`, and what the probe does about a licence.

use badrdp_proto::vocab::MessageKind;
use badrdp_proto::vocab::codes::{ErrorInfo, LicenseErrorCode, LicenseStateTransition};

/// `[server.licensing]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LicensingProfile {
    /// `error = "ERR_NO_LICENSE_SERVER"`; default STATUS_VALID_CLIENT.
    pub error: LicenseErrorCode,
    /// `transition = "ST_TOTAL_ABORT"`; default ST_NO_TRANSITION.
    pub transition: LicenseStateTransition,
    /// `error_info = "ERRINFO_LICENSE_NO_LICENSE_SERVER"`: send Set Error Info in place of a licensing PDU, then end.
    pub error_info: Option<ErrorInfo>,
    /// `exchange = "new"`: have a licence exchange. Default: none.
    pub exchange: Option<Exchange>,
    /// `alert_at = "PlatformChallenge"`: send the alert (`error`, `transition`) in place of this message of the exchange.
    pub alert_at: Option<MessageKind>,
    /// `certificate = "proprietary"`: the certificate in the request.
    pub certificate: LicenseCertificate,
}

impl Default for LicensingProfile {
    fn default() -> Self {
        Self {
            error: LicenseErrorCode::STATUS_VALID_CLIENT,
            transition: LicenseStateTransition::ST_NO_TRANSITION,
            error_info: None,
            exchange: None,
            alert_at: None,
            certificate: LicenseCertificate::default(),
        }
    }
}

impl LicensingProfile {
    /// Whether the alert of this profile is the one that lets a client go on.
    #[must_use]
    pub fn is_valid_client(&self) -> bool {
        self.error == LicenseErrorCode::STATUS_VALID_CLIENT
            && self.transition == LicenseStateTransition::ST_NO_TRANSITION
    }
}

/// How a licence exchange goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Exchange {
    /// `"new"`: challenge the client that has no licence and issue one; take the licence of one that has.
    New,
    /// `"upgrade"`: as `"new"`, but a licence that a client presents is replaced behind a challenge.
    Upgrade,
    /// `"formality"`: say that no licence is needed, whatever the client answers, as xrdp does.
    Formality,
}

impl Exchange {
    /// Every way, by its word in a file.
    pub const NAMES: &[(&str, Self)] =
        &[("new", Self::New), ("upgrade", Self::Upgrade), ("formality", Self::Formality)];
}

/// The certificate in a licence request, with the key for the client's secret.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum LicenseCertificate {
    /// `"proprietary"`: RSA 512, signed with the key that the specification prints.
    #[default]
    Proprietary,
    /// `"x509"`: a chain of two, RSA 1024.
    X509,
    /// `"other-key"`: proprietary, with a key that is not the host's.
    OtherKey,
    /// `"missing"`: the blob is empty, as it may be where standard RDP security has shown one already.
    Missing,
}

impl LicenseCertificate {
    /// Every kind, by its word in a file.
    pub const NAMES: &[(&str, Self)] = &[
        ("proprietary", Self::Proprietary),
        ("x509", Self::X509),
        ("other-key", Self::OtherKey),
        ("missing", Self::Missing),
    ];
}

/// What the probe does when a host starts a licence exchange.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum LicenseAnswer {
    /// `"decline"`.
    #[default]
    Decline,
    /// `"new"`: ask for a licence, and throw it away.
    New,
    /// `"stored"`: present one, as if it had been kept.
    Stored,
}

impl LicenseAnswer {
    /// Every answer, by its word in a file.
    pub const NAMES: &[(&str, Self)] = &[("decline", Self::Decline), ("new", Self::New), ("stored", Self::Stored)];
}
