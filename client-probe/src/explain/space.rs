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
    /// Exit codes of xfreerdp and sdl-freerdp.
    XfreerdpExit,
    /// `FREERDP_ERROR`: class and number.
    FreerdpError,
    /// `requestedProtocols` and `selectedProtocol`.
    Protocol,
    /// `flags` of the negotiation response.
    ResponseFlag,
    /// Ids of Windows events.
    WindowsEvent,
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
            Self::XfreerdpExit => "xfreerdp exit code",
            Self::FreerdpError => "FREERDP_ERROR",
            Self::Protocol => "selectedProtocol",
            Self::ResponseFlag => "RDP_NEG_RSP.flags",
            Self::WindowsEvent => "Windows event",
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
            Self::XfreerdpExit => "the exit status of xfreerdp and sdl-freerdp (`echo $?`)",
            Self::FreerdpError => "FreeRDP's log: class and number in one",
            Self::Protocol => "the negotiation: requestedProtocols is a sum of them, selectedProtocol is one",
            Self::ResponseFlag => "the negotiation response: a sum of them",
            Self::WindowsEvent => "Event Viewer; the same id may stand in several logs",
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
    ("LICENSE_ERROR_MESSAGE.dwStateTransition", "a licensing error alert, beside the error code"),
    ("LICENSE_PREAMBLE.bMsgType", "the first byte of a licensing message"),
    ("capabilitySetType", "Demand Active and Confirm Active"),
];

/// Words by which a space is asked for, as in `tls 40`; a word may stand for several spaces.
const WORDS: &[(&[&str], &[Space])] = &[
    (&["mstsc", "discreason", "primary"], &[Space::Mstsc]),
    (&["extended", "ext"], &[Space::MstscExtended]),
    (&["fatal"], &[Space::MstscFatal]),
    (&["xfreerdp", "sdl-freerdp", "exit"], &[Space::XfreerdpExit]),
    (&["freerdp"], &[Space::FreerdpError]),
    (&["protocol"], &[Space::Protocol]),
    (&["event"], &[Space::WindowsEvent]),
    (&["errinfo"], &[Space::Wire("SetErrorInfo.errorInfo")]),
    (&["ntstatus", "status"], &[Space::Wire("TSRequest.errorCode (NTSTATUS)")]),
    (&["hresult"], &[Space::Wire("HRESULT")]),
    (&["negotiation", "neg"], &[Space::Wire("RDP_NEG_FAILURE.failureCode"), Space::ResponseFlag]),
    (&["tls", "alert"], &[Space::Wire("TLS AlertDescription")]),
    (&["rdstls"], &[Space::Wire("RDSTLS resultCode")]),
    (&["authorization"], &[Space::Wire("authorizationResult")]),
    (&["mcs"], &[Space::Wire("MCS Result"), Space::Wire("MCS Reason")]),
    (&["gcc"], &[Space::Wire("GCC ConferenceCreateResponse.result")]),
    (&["x224", "x.224"], &[Space::Wire("X.224 DR reason"), Space::Wire("X.224 ER reject cause")]),
    (&["logon"], &[Space::Wire("ErrorNotificationType"), Space::Wire("ErrorNotificationData")]),
    (
        &["licence", "license", "licensing"],
        &[
            Space::Wire("LICENSE_ERROR_MESSAGE.dwErrorCode"),
            Space::Wire("LICENSE_ERROR_MESSAGE.dwStateTransition"),
            Space::Wire("LICENSE_PREAMBLE.bMsgType"),
        ],
    ),
    (&["capability"], &[Space::Wire("capabilitySetType")]),
];

/// The spaces that a word stands for.
pub(super) fn named(word: &str) -> Option<&'static [Space]> {
    let word = word.to_ascii_lowercase();
    WORDS.iter().find(|(words, _)| words.contains(&word.as_str())).map(|(_, spaces)| *spaces)
}

/// The first word of each space, for help and errors.
pub fn words() -> impl Iterator<Item = &'static str> {
    WORDS.iter().filter_map(|(words, _)| words.first().copied())
}
