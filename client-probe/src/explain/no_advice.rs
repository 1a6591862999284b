//! Codes for which there is nothing to advise, each with the reason. All others have advice: a test holds it so.

/// Why there is no advice for a whole space.
const SPACES: &[(&str, &str)] = &[
    ("capabilitySetType", "it names a structure, not an error"),
    ("LICENSE_PREAMBLE.bMsgType", "it names a message, not an error"),
    (
        "LICENSE_ERROR_MESSAGE.dwStateTransition",
        "it says what follows an error; the error code beside it says what is wrong",
    ),
];

/// Why there is none for a code.
const CODES: &[(&str, &str)] = &[
    ("ERRINFO_NONE", "it is no error"),
    ("ERRINFO_RPC_INITIATED_DISCONNECT", "an administrator did it"),
    ("ERRINFO_RPC_INITIATED_LOGOFF", "an administrator did it"),
    ("ERRINFO_RPC_INITIATED_DISCONNECT_BYUSER", "the user did it"),
    ("ERRINFO_LOGOFF_BY_USER", "the user did it"),
    ("ERRINFO_SERVER_SHUTDOWN", "somebody shuts the host down"),
    ("ERRINFO_SERVER_REBOOT", "somebody restarts the host"),
    ("AUTHZ_SUCCESS", "it is success"),
    ("RDSTLS_RESULT_SUCCESS", "it is success"),
    ("RT_SUCCESSFUL", "it is success"),
    ("SUCCESS", "it is success"),
    ("CLOSE_NOTIFY", "it is a polite end"),
    ("USER_CANCELED", "the other side's user did it"),
    ("NORMAL_DISCONNECT", "it is a polite end"),
    ("RN_USER_REQUESTED", "somebody asked for the end"),
    ("LOGON_WARNING", "it is no error"),
    ("LOGON_MSG_SESSION_CONTINUE", "it is no error"),
    ("LOGON_MSG_RECONNECT_OPTIONS", "the logon screen asks the user"),
    ("LOGON_MSG_BUMP_OPTIONS", "the logon screen asks the user"),
    ("LOGON_MSG_SESSION_BUSY_OPTIONS", "the logon screen asks the user"),
    ("LOGON_MSG_DISCONNECT_REFUSED", "another user decided"),
];

/// Why there is no advice for a code of the wire; none where there is advice.
pub(super) fn why(title: &str, name: &str) -> Option<&'static str> {
    let space = SPACES.iter().find(|(space, _)| *space == title);
    space.or_else(|| CODES.iter().find(|(code, _)| *code == name)).map(|(_, why)| *why)
}

/// Every name on the list, and every space.
#[cfg(test)]
pub(super) fn names() -> (impl Iterator<Item = &'static str>, impl Iterator<Item = &'static str>) {
    (CODES.iter().map(|(name, _)| *name), SPACES.iter().map(|(title, _)| *title))
}
