//! Logon errors inside Save Session Info.

use super::codes;

codes! {
    /// Type of a logon error notification.
    pub struct LogonErrorType(u32), "ErrorNotificationType", "MS-RDPBCGR 2.2.10.1.1.4.1.1" {
        LOGON_MSG_SESSION_BUSY_OPTIONS = 0xffff_fff8, "no session is free, so the user is asked whose session to take";
        LOGON_MSG_DISCONNECT_REFUSED = 0xffff_fff9, "the other session's user refused to give way";
        LOGON_MSG_NO_PERMISSION = 0xffff_fffa, "the user lacks permission to log on remotely";
        LOGON_MSG_BUMP_OPTIONS = 0xffff_fffb, "another user holds the session, so the user is asked whether to take it";
        LOGON_MSG_RECONNECT_OPTIONS = 0xffff_fffc, "the user is asked which disconnected session to resume";
        LOGON_MSG_SESSION_TERMINATE = 0xffff_fffd, "the logon is over and the session ends";
        LOGON_MSG_SESSION_CONTINUE = 0xffff_fffe, "the logon goes on";
        ERROR_CODE_ACCESS_DENIED = 0xffff_ffff, "access is denied, and the data field says why";
    }
}

codes! {
    /// Data of a logon error notification.
    pub struct LogonErrorData(u32), "ErrorNotificationData", "MS-RDPBCGR 2.2.10.1.1.4.1.1" {
        LOGON_FAILED_BAD_PASSWORD = 0, "the logon failed: bad password";
        LOGON_FAILED_UPDATE_PASSWORD = 1, "the logon failed: the password must be changed first";
        LOGON_FAILED_OTHER = 2, "the logon failed for another reason, which the logon screen shows";
        LOGON_WARNING = 3, "the logon screen shows a message that is not an error";
    }
}
