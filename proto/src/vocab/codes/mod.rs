//! Every code space of the connection sequence, a file per layer, all names flat.

mod capability;
mod credssp;
mod error_info;
mod licensing;
mod logon;
mod mcs;
mod negotiation;
mod nt_status;
mod security_status;
mod tls;
mod x224;

pub use capability::CapabilitySetType;
pub use credssp::{EarlyUserAuthorizationResult, RdstlsResult};
pub use error_info::ErrorInfo;
pub use licensing::{LicenseErrorCode, LicenseMessageType, LicenseStateTransition};
pub use logon::{LogonErrorData, LogonErrorType};
pub use mcs::{GccResult, McsReason, McsResult};
pub use negotiation::NegotiationFailureCode;
pub use nt_status::NtStatus;
pub use security_status::SecurityStatus;
pub use tls::TlsAlert;
pub use x224::{X224DisconnectReason, X224RejectCause};

use super::code::{Code, Known, codes};

/// A code space as data: what a lookup over all spaces needs.
#[derive(Clone, Copy, Debug)]
pub struct Space {
    /// [`Code::SPACE`].
    pub title: &'static str,
    /// [`Code::SPEC`].
    pub spec: &'static str,
    /// [`Code::KNOWN`].
    pub known: &'static [Known],
}

impl Space {
    /// The space of one code type.
    #[must_use]
    pub const fn of<C: Code>() -> Self {
        Self { title: C::SPACE, spec: C::SPEC, known: C::KNOWN }
    }
}

/// Every code space, in the order in which a connection meets them.
pub const SPACES: &[Space] = &[
    Space::of::<NegotiationFailureCode>(),
    Space::of::<X224DisconnectReason>(),
    Space::of::<X224RejectCause>(),
    Space::of::<TlsAlert>(),
    Space::of::<NtStatus>(),
    Space::of::<SecurityStatus>(),
    Space::of::<EarlyUserAuthorizationResult>(),
    Space::of::<RdstlsResult>(),
    Space::of::<McsResult>(),
    Space::of::<GccResult>(),
    Space::of::<McsReason>(),
    Space::of::<LicenseMessageType>(),
    Space::of::<LicenseErrorCode>(),
    Space::of::<LicenseStateTransition>(),
    Space::of::<CapabilitySetType>(),
    Space::of::<ErrorInfo>(),
    Space::of::<LogonErrorType>(),
    Space::of::<LogonErrorData>(),
];

#[cfg(test)]
mod tests;
