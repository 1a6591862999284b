//! The code spaces in which a bare number may stand.

use serde::{Serialize, Serializer};

/// A code space.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Space {
    /// mstsc's primary code: discReason, event 1026.
    Mstsc,
    /// mstsc's extended code.
    MstscExtended,
    /// `OnFatalError` of the Remote Desktop ActiveX control.
    MstscFatal,
    /// A space of the wire, by its title in the vocabulary.
    Wire(&'static str),
}

impl Space {
    /// What the space is called.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Mstsc => "mstsc discReason",
            Self::MstscExtended => "mstsc extended reason",
            Self::MstscFatal => "mstsc OnFatalError",
            Self::Wire(title) => title,
        }
    }

    /// Where a user meets a number of this space.
    #[must_use]
    pub fn met_in(self) -> &'static str {
        match self {
            Self::Mstsc => "\"Error code\" in mstsc's dialog, and the reason in event 1026 on the client",
            Self::MstscExtended => "\"Extended error code\" in mstsc's dialog",
            Self::MstscFatal => "programs that embed the Remote Desktop ActiveX control",
            Self::Wire(title) => WIRE.iter().find(|(name, _)| *name == title).map_or("the wire", |(_, place)| place),
        }
    }
}

impl Serialize for Space {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.title())
    }
}

/// Spaces of the wire that a bare number is looked up in, the likeliest first, with the place where one meets them.
pub(super) const WIRE: &[(&str, &str)] = &[
    ("SetErrorInfo.errorInfo", "a Set Error Info PDU; FreeRDP logs it as ERRINFO_..."),
    ("LICENSE_ERROR_MESSAGE.dwErrorCode", "a licensing error alert"),
    ("TSRequest.errorCode (NTSTATUS)", "CredSSP (NLA), and event 4625 on the host"),
    ("HRESULT", "\"An authentication error has occurred (Code: ...)\" in mstsc's dialog"),
    ("RDP_NEG_FAILURE.failureCode", "the X.224 Connection Confirm"),
    ("TLS AlertDescription", "a TLS alert; Schannel events 36887 and 36888"),
    ("RDSTLS resultCode", "an RDSTLS authentication response"),
    ("authorizationResult", "the 4 bytes after CredSSP under HYBRID_EX"),
    ("MCS Result", "MCS Connect Response, Attach User Confirm, Channel Join Confirm"),
    ("MCS Reason", "an MCS Disconnect Provider Ultimatum"),
    ("GCC ConferenceCreateResponse.result", "MCS Connect Response"),
    ("ErrorNotificationType", "Save Session Info; OnLogonError in mstsc"),
    ("ErrorNotificationData", "Save Session Info; OnLogonError in mstsc"),
    ("X.224 DR reason", "an X.224 Disconnect Request"),
    ("X.224 ER reject cause", "an X.224 Error"),
];
