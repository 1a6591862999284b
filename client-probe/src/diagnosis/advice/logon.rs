//! What a refused logon means and how to mend it: one row per status.

use badrdp_proto::vocab::codes::{NtStatus, SecurityStatus};

use super::nla::EVENTS;
use super::{Advice, Evidence};
use Evidence::{Documented, Inferred, Reported};

/// The row of a status that `TSRequest.errorCode` carried.
pub(in crate::diagnosis) fn of(status: NtStatus) -> &'static Advice {
    known(status).unwrap_or(&OTHER)
}

/// The row of a status, where it has one.
pub(in crate::diagnosis) fn known(status: NtStatus) -> Option<&'static Advice> {
    TABLE.iter().find(|(known, _)| *known == status).map(|(_, advice)| advice)
}

const fn row(
    status: NtStatus,
    causes: &'static [(Evidence, &'static str)],
    remedies: &'static [&'static str],
) -> (NtStatus, Advice) {
    (status, Advice { expected: EXPECTED, causes, remedies, mstsc: &[] })
}

const fn sspi(
    status: SecurityStatus,
    causes: &'static [(Evidence, &'static str)],
    remedies: &'static [&'static str],
) -> (NtStatus, Advice) {
    row(NtStatus(status.0), causes, remedies)
}

const EXPECTED: &str = "pubKeyAuth, by which the host proves that the logon succeeded";
const NAME_FORMS: &str = "write the user as DOMAIN\\NAME, HOST\\NAME for a local account, or NAME@domain.example";
const OTHER_WAY: &str = "check the password by logging on another way, for example at the console";
const PROPERTIES: &str = "look at the account: `net user NAME /domain`, without `/domain` for a local account";
const CHANGE_FIRST: &str = "change the password another way first, since NLA cannot: at a computer of the domain, at the console, or by a web page such as RD Web Access; or let an administrator set a new one";
const NOT_NLA: &str =
    "switching NLA off lets the logon screen change it, and exposes that screen to everyone: not a remedy for one user";
const SECURE_CHANNEL: &str =
    "Windows, on the host: `Test-ComputerSecureChannel -Repair`, or `nltest /sc_verify:DOMAIN`";
const FIND_DC: &str =
    "Windows, on the host: `nltest /dsgetdc:DOMAIN`; check its DNS servers and the firewall to the domain controllers";
const CLOCKS: &str =
    "compare the clocks of host, domain controller and client: `w32tm /query /status`, then `w32tm /resync`";
const CARD: &str = "unblock or reset the card's PIN with the issuer's tool";
const LOCAL: &str = "until then log on with a local account: HOST\\NAME";
const RDP_USERS: &str = "Windows, on the host: `net localgroup \"Remote Desktop Users\" DOMAIN\\NAME /add`";
const USER_RIGHTS: &str = "Windows: `secpol.msc`, User Rights Assignment: the Allow and the Deny rights for the network and for Remote Desktop Services; a domain policy wins over them";
const WITH_KERBEROS: &str = "use a client with Kerberos on a computer of the domain, and the host's full DNS name";
const NTLM_LOG: &str = "Windows: the events of NTLM/Operational on host and domain controller name what was blocked";
const CANNOT_CHANGE: (Evidence, &str) =
    (Documented, "NLA cannot change a password: the host refuses before it could show a screen for that");

/// A status that has no row.
pub(in crate::diagnosis) static OTHER: Advice = Advice {
    expected: EXPECTED,
    causes: &[(Documented, "errorCode is an NTSTATUS: the host's reason why the logon failed")],
    remedies: &[EVENTS, "`badrdp explain CODE` tells what is known of the code", OTHER_WAY],
    mstsc: &[],
};

static TABLE: &[(NtStatus, Advice)] = &[
    row(
        NtStatus::STATUS_LOGON_FAILURE,
        &[
            (Documented, "the user name is unknown or the password is wrong; the host does not say which"),
            (
                Inferred,
                "the account is in another domain than was said: without a domain the host looks at its own accounts",
            ),
            (Reported, "Microsoft Entra accounts need the form AzureAD\\NAME@domain (windowsserverdocs#1955)"),
        ],
        &[NAME_FORMS, OTHER_WAY, EVENTS],
    ),
    row(
        NtStatus::STATUS_WRONG_PASSWORD,
        &[
            (Documented, "the password is wrong"),
            (Inferred, "the account exists: hosts say LOGON_FAILURE of unknown ones, too"),
        ],
        &[OTHER_WAY, "check keyboard layout and Caps Lock of whoever typed it", EVENTS],
    ),
    row(
        NtStatus::STATUS_NO_SUCH_USER,
        &[
            (Documented, "no account of this name exists where the host looked"),
            (
                Inferred,
                "the account is in another domain than was said: without a domain the host looks at its own accounts",
            ),
        ],
        &[NAME_FORMS, PROPERTIES],
    ),
    row(
        NtStatus::STATUS_ACCOUNT_RESTRICTION,
        &[
            (Documented, "a rule forbids the logon: for example a blank password, the hour, or a policy"),
            (
                Inferred,
                "the account may not use NTLM (the group Protected Users, an authentication policy); this probe speaks NTLM alone",
            ),
        ],
        &["give the account a password: blank ones are refused over the network", WITH_KERBEROS, PROPERTIES, EVENTS],
    ),
    row(
        NtStatus::STATUS_INVALID_LOGON_HOURS,
        &[(Documented, "the account's logon hours exclude the present one"), (Inferred, "the host's clock is wrong")],
        &["allow the hour: Logon Hours in the account's properties, or `net user NAME /times:all`", CLOCKS],
    ),
    row(
        NtStatus::STATUS_INVALID_WORKSTATION,
        &[
            (Documented, "the account may log on from listed computers only"),
            (
                Inferred,
                "the list must hold the name of the client, which for this probe is not a computer of the domain",
            ),
        ],
        &["allow the computer: Log On To in the account's properties", "try from a computer in that list", PROPERTIES],
    ),
    row(
        NtStatus::STATUS_PASSWORD_EXPIRED,
        &[(Documented, "the password has expired"), CANNOT_CHANGE],
        &[CHANGE_FIRST, NOT_NLA],
    ),
    row(
        NtStatus::STATUS_PASSWORD_MUST_CHANGE,
        &[(Documented, "the password must be changed at the next logon: a setting of the account"), CANNOT_CHANGE],
        &[CHANGE_FIRST, "or clear \"User must change password at next logon\" on the account", NOT_NLA],
    ),
    row(
        NtStatus::STATUS_ACCOUNT_DISABLED,
        &[(Documented, "the account exists and is switched off")],
        &[
            "switch it on, if it shall be: `Enable-ADAccount NAME`, for a local account `net user NAME /active:yes`",
            "or log on as another user; a disabled account is often disabled for a reason",
            EVENTS,
        ],
    ),
    row(
        NtStatus::STATUS_ACCOUNT_EXPIRED,
        &[
            (Documented, "the account's end date has passed"),
            (Inferred, "the clock of the host or its domain is wrong"),
        ],
        &[
            "set a later end: `Set-ADAccountExpiration NAME`, for a local account `net user NAME /expires:never`",
            PROPERTIES,
        ],
    ),
    row(
        NtStatus::STATUS_ACCOUNT_LOCKED_OUT,
        &[
            (Documented, "too many wrong passwords: the account is locked, and the right password does not help"),
            (Inferred, "a device or service keeps trying an old password, or someone guesses"),
        ],
        &[
            "unlock it: `Unlock-ADAccount NAME`, or wait for the lockout's end (account lockout policy)",
            "find who tries: Security event 4740 on the domain controller names the computer",
            "probe no further with this user meanwhile: every try may count",
        ],
    ),
    row(
        NtStatus::STATUS_LOGON_TYPE_NOT_GRANTED,
        &[
            (Documented, "the user lacks the right to log on to this host in this way"),
            (
                Inferred,
                "the right is \"Access this computer from the network\" or \"Allow log on through Remote Desktop Services\", or one of the Deny rights is set",
            ),
        ],
        &[RDP_USERS, USER_RIGHTS, EVENTS],
    ),
    row(
        NtStatus::STATUS_ACCESS_DENIED,
        &[
            (Documented, "the host denies access, and says no more"),
            (Inferred, "the user lacks a right on the host, or Restricted Admin mode was used by no administrator"),
        ],
        &["add the user to Remote Desktop Users, for Restricted Admin mode to Administrators", EVENTS],
    ),
    row(
        NtStatus::STATUS_NO_LOGON_SERVERS,
        &[(Documented, "the host is in a domain and reaches no domain controller to check the logon")],
        &[FIND_DC, LOCAL],
    ),
    row(
        NtStatus::STATUS_DOMAIN_CONTROLLER_NOT_FOUND,
        &[(Documented, "the host finds no domain controller for the domain that was said")],
        &[FIND_DC, NAME_FORMS],
    ),
    row(
        NtStatus::STATUS_NO_TRUST_LSA_SECRET,
        &[(Documented, "the host has lost the password of its own computer account")],
        &[
            SECURE_CHANNEL,
            "a virtual machine that was set back to an old snapshot is a common case: join it to the domain again",
        ],
    ),
    row(
        NtStatus::STATUS_NO_TRUST_SAM_ACCOUNT,
        &[
            (Documented, "the domain has no account for the host"),
            (Inferred, "it was deleted, or another computer took its name"),
        ],
        &[SECURE_CHANNEL, "else join the host to the domain again"],
    ),
    row(
        NtStatus::STATUS_TRUSTED_DOMAIN_FAILURE,
        &[(Documented, "the trust between the host's domain and the user's domain does not work")],
        &["on a domain controller: `netdom trust` with `/verify`, and DNS between the two domains", NAME_FORMS],
    ),
    row(
        NtStatus::STATUS_TRUSTED_RELATIONSHIP_FAILURE,
        &[
            (Documented, "the trust between the host and its domain does not work"),
            (Inferred, "host and domain have different passwords for the host's account"),
        ],
        &[SECURE_CHANNEL, LOCAL],
    ),
    row(
        NtStatus::STATUS_TIME_DIFFERENCE_AT_DC,
        &[(
            Documented,
            "the clocks of host and domain controller differ by more than Kerberos allows, 5 minutes by default",
        )],
        &[CLOCKS],
    ),
    row(
        NtStatus::STATUS_BAD_BINDINGS,
        &[
            (
                Documented,
                "the channel binding does not fit the TLS connection, or the client sent NTLMv1 (Microsoft KB 2903333)",
            ),
            (Inferred, "a proxy between ends TLS, so that client and host see different certificates"),
        ],
        &[
            "probe the host directly, without proxy or gateway between",
            "Windows clients: LmCompatibilityLevel 3 or more under `HKLM\\SYSTEM\\CurrentControlSet\\Control\\Lsa`",
        ],
    ),
    row(
        NtStatus::STATUS_SMARTCARD_WRONG_PIN,
        &[(Documented, "the smart card's PIN is wrong")],
        &["check the PIN: some wrong ones in a row block the card", CARD],
    ),
    row(
        NtStatus::STATUS_SMARTCARD_CARD_BLOCKED,
        &[(Documented, "the smart card is blocked, after too many wrong PINs")],
        &[CARD],
    ),
    row(
        NtStatus::STATUS_DOWNGRADE_DETECTED,
        &[
            (Documented, "the host suspects that someone weakens the logon"),
            (
                Inferred,
                "more often it only cannot reach a domain controller, and falls from Kerberos to NTLM where that is forbidden",
            ),
        ],
        &[FIND_DC, CLOCKS, "use the host's full DNS name, so that Kerberos is used"],
    ),
    row(
        NtStatus::STATUS_USER2USER_REQUIRED,
        &[
            (Documented, "Kerberos wants the user-to-user exchange"),
            (Inferred, "the service runs under a user's account, or was addressed by a name that is not the host's"),
        ],
        &["connect by the name that the host's computer account has, not by an alias"],
    ),
    row(
        NtStatus::STATUS_AUTHENTICATION_FIREWALL_FAILED,
        &[(
            Documented,
            "selective authentication: the trust lets in named users only, and the host is not among the computers that this user may use",
        )],
        &["in the host's domain, give the user or a group \"Allowed to authenticate\" on the host's computer account"],
    ),
    row(
        NtStatus::STATUS_INVALID_PARAMETER,
        &[(Inferred, "the host could not make sense of the logon message or of the delegated credentials")],
        &["try the other form: `--spnego` wraps NTLM, without it NTLM stands alone", NAME_FORMS, EVENTS],
    ),
    row(
        NtStatus::STATUS_NOT_SUPPORTED,
        &[
            (
                Inferred,
                "a policy on the host or its domain forbids NTLM (\"Restrict NTLM\"); this probe speaks NTLM alone",
            ),
            (Inferred, "the host does not do what was asked for, for example Restricted Admin mode"),
        ],
        &[WITH_KERBEROS, NTLM_LOG],
    ),
    row(
        NtStatus::STATUS_NTLM_BLOCKED,
        &[(Documented, "a policy blocks NTLM; this probe speaks NTLM alone")],
        &[WITH_KERBEROS, NTLM_LOG],
    ),
    row(
        NtStatus::STATUS_INTERNAL_ERROR,
        &[(Documented, "the host's security service failed for a reason of its own")],
        &[EVENTS, "Windows: look for errors of LSA and Kerberos in the System log; restart the host if they persist"],
    ),
    row(
        NtStatus::STATUS_INVALID_LOGON_TYPE,
        &[(Documented, "the host takes the type of logon that was asked for as invalid")],
        &[EVENTS, OTHER_WAY],
    ),
    row(
        NtStatus::STATUS_LOGON_NOT_GRANTED,
        &[(Documented, "the host's security policy does not grant the user this type of logon")],
        &[RDP_USERS, USER_RIGHTS, EVENTS],
    ),
    row(
        NtStatus::STATUS_NETLOGON_NOT_STARTED,
        &[(Documented, "the host's Netlogon service does not run, so that it can ask no domain controller")],
        &["Windows, on the host: `Start-Service Netlogon`; set it to start by itself", LOCAL],
    ),
    row(
        NtStatus::STATUS_SMARTCARD_LOGON_REQUIRED,
        &[(
            Documented,
            "\"Smart card is required for interactive logon\" is set on the account: its password does not count",
        )],
        &["log on with the smart card, in a client that can", "or clear the setting in the account's properties"],
    ),
    sspi(
        SecurityStatus::SEC_E_LOGON_DENIED,
        &[(Documented, "the logon failed, and the host's security service says no more than this")],
        &[NAME_FORMS, OTHER_WAY, EVENTS],
    ),
    sspi(
        SecurityStatus::SEC_E_UNSUPPORTED_FUNCTION,
        &[
            (Documented, "the function that was asked for is not supported"),
            (
                Inferred,
                "policy \"Force Updated Clients\" (CredSSP encryption oracle remediation) has the host refuse clients that lack the fix for CVE-2018-0886",
            ),
            (Inferred, "the host does not do what the logon token asks for, for example NTLM"),
        ],
        &["probe with `--credssp-version 6`; on clients, install updates: any since May 2018 has the fix", EVENTS],
    ),
    sspi(
        SecurityStatus::SEC_E_INVALID_TOKEN,
        &[
            (Documented, "the host cannot read the logon token"),
            (Inferred, "it takes NTLM only inside SPNEGO, or only bare"),
        ],
        &["try the other form: `--spnego` wraps NTLM, without it NTLM stands alone", EVENTS],
    ),
    sspi(
        SecurityStatus::SEC_E_INTERNAL_ERROR,
        &[
            (Documented, "the host's Local Security Authority cannot be contacted"),
            (Inferred, "the form of the user name does not fit, or no domain controller answers"),
            (Reported, "a server says so as well where its stream broke (FreeRDP#7769)"),
        ],
        &[NAME_FORMS, FIND_DC, EVENTS],
    ),
    sspi(
        SecurityStatus::SEC_E_UNKNOWN_CREDENTIALS,
        &[
            (Documented, "the security package does not recognise the credentials that it was given"),
            (Inferred, "they are the host's own: it cannot use the private key of its certificate"),
        ],
        &["Windows: let NETWORK SERVICE read the key of the certificate (Schannel event 36870 says so)", EVENTS],
    ),
    sspi(
        SecurityStatus::SEC_E_NO_CREDENTIALS,
        &[(Documented, "the host's security package has no credentials for this logon")],
        &[NAME_FORMS, EVENTS],
    ),
    sspi(
        SecurityStatus::SEC_E_MESSAGE_ALTERED,
        &[
            (Documented, "a message fails the host's verification"),
            (Inferred, "a proxy between ends TLS: the public keys differ"),
        ],
        &["probe the host directly, without proxy or gateway between", EVENTS],
    ),
    sspi(
        SecurityStatus::SEC_E_NO_AUTHENTICATING_AUTHORITY,
        &[
            (Documented, "no authority can be contacted to check the logon"),
            (Inferred, "the host reaches no domain controller"),
        ],
        &[FIND_DC, NAME_FORMS],
    ),
    sspi(
        SecurityStatus::SEC_E_TIME_SKEW,
        &[(Documented, "the clocks differ by more than Kerberos allows, 5 minutes by default")],
        &[CLOCKS],
    ),
    sspi(
        SecurityStatus::SEC_E_BAD_BINDINGS,
        &[(Documented, "the channel binding does not fit the TLS connection"), (Inferred, "a proxy between ends TLS")],
        &["probe the host directly, without proxy or gateway between"],
    ),
];
