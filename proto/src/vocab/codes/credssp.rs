//! Results that follow CredSSP or RDSTLS.

use super::codes;

codes! {
    /// Early User Authorization Result: 4 bytes without a header, after CredSSP under HYBRID_EX.
    pub struct EarlyUserAuthorizationResult(u32), "authorizationResult", "MS-RDPBCGR 2.2.10.2" {
        AUTHZ_SUCCESS = 0, "the user may connect";
        AUTHZ_ACCESS_DENIED = 5, "the user is authenticated but may not connect";
    }
}

codes! {
    /// Result code of an RDSTLS authentication response.
    pub struct RdstlsResult(u32), "RDSTLS resultCode", "MS-RDPBCGR 2.2.17.4" {
        RDSTLS_RESULT_SUCCESS = 0, "the user is authenticated";
        RDSTLS_RESULT_ACCESS_DENIED = 0x5, "access is denied";
        RDSTLS_RESULT_LOGON_FAILURE = 0x52e, "user name or password is wrong";
        RDSTLS_RESULT_INVALID_LOGON_HOURS = 0x530, "the account may not log on at this hour";
        RDSTLS_RESULT_PASSWORD_EXPIRED = 0x532, "the password has expired";
        RDSTLS_RESULT_ACCOUNT_DISABLED = 0x533, "the account is disabled";
        RDSTLS_RESULT_PASSWORD_MUST_CHANGE = 0x773, "the password must be changed before the first logon";
        RDSTLS_RESULT_ACCOUNT_LOCKED_OUT = 0x775, "the account is locked out";
    }
}
