//! NTSTATUS values that CredSSP carries.

use super::codes;

codes! {
    /// `TSRequest.errorCode`: an NTSTATUS.
    ///
    /// MS-CSSP 2.2.1. Sent only to peers of version 3, 4 and 6 or later; older peers see a close or an alert.
    pub struct NtStatus(u32), "TSRequest.errorCode (NTSTATUS)", "MS-ERREF 2.3.1" {
        STATUS_INVALID_PARAMETER = 0xc000_000d, "a parameter is invalid: the host could not make sense of what it got";
        STATUS_ACCESS_DENIED = 0xc000_0022, "access is denied";
        STATUS_NO_LOGON_SERVERS = 0xc000_005e, "no domain controller is available to check the logon";
        STATUS_NO_SUCH_USER = 0xc000_0064, "the account does not exist";
        STATUS_WRONG_PASSWORD = 0xc000_006a, "the password is wrong";
        STATUS_LOGON_FAILURE = 0xc000_006d, "user name or password is wrong, and the server does not say which";
        STATUS_ACCOUNT_RESTRICTION = 0xc000_006e, "a rule on the account forbids the logon, for example a blank password";
        STATUS_INVALID_LOGON_HOURS = 0xc000_006f, "the account may not log on at this hour";
        STATUS_INVALID_WORKSTATION = 0xc000_0070, "the account may not log on from this computer";
        STATUS_PASSWORD_EXPIRED = 0xc000_0071, "the password has expired";
        STATUS_ACCOUNT_DISABLED = 0xc000_0072, "the account is disabled";
        STATUS_NOT_SUPPORTED = 0xc000_00bb, "the request is not supported, for example NTLM where policy asks for Kerberos";
        STATUS_INTERNAL_ERROR = 0xc000_00e5, "the host ran into an error of its own";
        STATUS_INVALID_LOGON_TYPE = 0xc000_010b, "the type of logon is not valid";
        STATUS_TIME_DIFFERENCE_AT_DC = 0xc000_0133, "the clocks of host and domain controller differ too much";
        STATUS_LOGON_NOT_GRANTED = 0xc000_0155, "the account lacks the right to log on";
        STATUS_LOGON_TYPE_NOT_GRANTED = 0xc000_015b, "the account lacks the right to log on this way";
        STATUS_NO_TRUST_LSA_SECRET = 0xc000_018a, "the host has lost its own domain secret";
        STATUS_NO_TRUST_SAM_ACCOUNT = 0xc000_018b, "the domain has no account for the host";
        STATUS_TRUSTED_DOMAIN_FAILURE = 0xc000_018c, "the trust between two domains failed";
        STATUS_TRUSTED_RELATIONSHIP_FAILURE = 0xc000_018d, "the trust between the host and its domain failed";
        STATUS_NETLOGON_NOT_STARTED = 0xc000_0192, "the host's Netlogon service does not run, so that it cannot ask a domain controller";
        STATUS_ACCOUNT_EXPIRED = 0xc000_0193, "the account has expired";
        STATUS_PASSWORD_MUST_CHANGE = 0xc000_0224, "the password must be changed before the first logon";
        STATUS_DOMAIN_CONTROLLER_NOT_FOUND = 0xc000_0233, "no domain controller was found";
        STATUS_ACCOUNT_LOCKED_OUT = 0xc000_0234, "the account is locked out";
        STATUS_SMARTCARD_LOGON_REQUIRED = 0xc000_02fa, "the account may log on with a smart card only";
        STATUS_BAD_BINDINGS = 0xc000_035b, "the channel binding does not match the TLS channel";
        STATUS_SMARTCARD_WRONG_PIN = 0xc000_0380, "the smart card's PIN is wrong";
        STATUS_SMARTCARD_CARD_BLOCKED = 0xc000_0381, "the smart card is blocked";
        STATUS_DOWNGRADE_DETECTED = 0xc000_0388, "an attempt to downgrade security was detected";
        STATUS_USER2USER_REQUIRED = 0xc000_0408, "Kerberos user-to-user authentication is required";
        STATUS_AUTHENTICATION_FIREWALL_FAILED = 0xc000_0413, "the account may not authenticate to this host across the trust";
        STATUS_NTLM_BLOCKED = 0xc000_0418, "policy blocks NTLM";
    }
}
