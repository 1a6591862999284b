//! HRESULTs of a client's authentication error.

use super::codes;

codes! {
    /// An HRESULT or SECURITY_STATUS as shown behind "An authentication error has occurred (Code: …)".
    pub struct SecurityStatus(u32), "HRESULT", "MS-ERREF 2.1.1" {
        E_FAIL = 0x8000_4005, "it failed and no reason is given";
        ERROR_MOD_NOT_FOUND = 0x8007_007e, "a module was not found";
        CO_E_SERVER_EXEC_FAILURE = 0x8008_0005, "a COM server did not start";
        SEC_E_UNSUPPORTED_FUNCTION = 0x8009_0302, "the requested security function is not supported";
        SEC_E_INTERNAL_ERROR = 0x8009_0304, "the Local Security Authority cannot be contacted";
        SEC_E_INVALID_TOKEN = 0x8009_0308, "a security token is invalid";
        SEC_E_LOGON_DENIED = 0x8009_030c, "the logon was denied";
        SEC_E_UNKNOWN_CREDENTIALS = 0x8009_030d, "the security package does not recognize the credentials";
        SEC_E_NO_CREDENTIALS = 0x8009_030e, "the security package has no credentials";
        SEC_E_MESSAGE_ALTERED = 0x8009_030f, "a message was altered or failed verification";
        SEC_E_NO_AUTHENTICATING_AUTHORITY = 0x8009_0311, "no authority could be contacted to authenticate";
        SEC_E_CONTEXT_EXPIRED = 0x8009_0317, "the security context has expired";
        SEC_E_WRONG_PRINCIPAL = 0x8009_0322, "the server is not the principal that was asked for";
        SEC_E_TIME_SKEW = 0x8009_0324, "the clocks of client and server differ too much";
        SEC_E_UNTRUSTED_ROOT = 0x8009_0325, "the certificate chain ends at an issuer that is not trusted";
        SEC_E_ILLEGAL_MESSAGE = 0x8009_0326, "a message was unexpected or badly formatted";
        SEC_E_CERT_UNKNOWN = 0x8009_0327, "an unknown error occurred while the certificate was processed";
        SEC_E_CERT_EXPIRED = 0x8009_0328, "the certificate has expired";
        SEC_E_DECRYPT_FAILURE = 0x8009_0330, "the data could not be decrypted";
        SEC_E_ALGORITHM_MISMATCH = 0x8009_0331, "client and server share no algorithm";
        SEC_E_BAD_BINDINGS = 0x8009_0346, "the channel binding does not match the TLS channel";
        SEC_E_CERT_WRONG_USAGE = 0x8009_0349, "the certificate is not meant for this use";
        SEC_E_DELEGATION_POLICY = 0x8009_035e, "policy forbids delegating credentials to this server";
        SEC_E_POLICY_NTLM_ONLY = 0x8009_035f, "policy forbids delegating credentials where only NTLM authenticates the server";
    }
}
