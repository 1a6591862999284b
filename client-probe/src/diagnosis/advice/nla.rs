//! NLA: credentials that stay, hosts that end it without a code, and the user's right to connect.

use super::{Advice, Evidence, SOCKET_CLOSED, SOCKET_RESET, mstsc};

/// Where a Windows host writes down why it refused a logon.
pub(super) const EVENTS: &str = "Windows: Security event 4625 on the host names account, status and client; RdpCoreTS event 140 is a wrong user name or password";
const WITH_CREDENTIALS: &str = "to see what lies behind the logon: `badrdp probe HOST --user 'DOMAIN\\NAME'`; the password comes from a prompt, a file or the environment";

pub(in crate::diagnosis) static WITHOUT_CREDENTIALS: Advice = Advice {
    expected: "credentials, which this probe does not have",
    causes: &[(Evidence::Documented, "the host does Network Level Authentication: everything behind it needs a user")],
    remedies: &["nothing to fix: up to here the host works", WITH_CREDENTIALS],
    mstsc: &[],
};

pub(in crate::diagnosis) static WITHHELD: Advice = Advice {
    expected: "a certificate without a problem, before any credentials are sent",
    causes: &[
        (
            Evidence::Inferred,
            "a host whose certificate is not acceptable may be another one, which would get an NTLM response to guess the password from, and the password itself where CredSSP succeeds",
        ),
        (Evidence::Inferred, "the certificate's own finding below says what is wrong with it, and how to mend it"),
    ],
    remedies: &[
        "mend the certificate, or trust its issuer: `--ca ca.pem`",
        "compare its thumbprint with the one on the host; where they agree, `--accept-certificate` sends the credentials all the same",
        "never use `--accept-certificate` across a network that you do not trust: whoever answers there gets the NTLM response",
    ],
    mstsc: &[],
};

pub(in crate::diagnosis) static NOT_CHECKED: Advice = Advice {
    expected: "NLA, in which credentials can be checked before the session",
    causes: &[(
        Evidence::Documented,
        "without NLA the user logs on inside the session, on the host's own screen or by Client Info",
    )],
    remedies: &[
        "the password was not sent, so that nothing is known of it: check it with a client",
        "xrdp has no NLA: its login screen, or sesman, checks the password",
        "Windows: UserAuthentication = 1 under `...\\Terminal Server\\WinStations\\RDP-Tcp`, or the policy \"Require user authentication for remote connections by using Network Level Authentication\"",
    ],
    mstsc: &[],
};

pub(in crate::diagnosis) static RESTRICTED_ADMIN_NOT_OFFERED: Advice = Advice {
    expected: "the flag RESTRICTED_ADMIN_MODE_SUPPORTED in the Negotiation Response",
    causes: &[
        (Evidence::Documented, "the host does not support Restricted Admin mode, or says that it does not"),
        (
            Evidence::Inferred,
            "the host is older than Windows 8.1 and Server 2012 R2 without update KB2871997, or is no Windows",
        ),
        (
            Evidence::Inferred,
            "Restricted Admin mode is switched off: on Windows DisableRestrictedAdmin is missing or 1",
        ),
    ],
    remedies: &[
        "Windows, on the host: DisableRestrictedAdmin = 0 (REG_DWORD) under `HKLM\\SYSTEM\\CurrentControlSet\\Control\\Lsa`; it lets stolen password hashes log on, too",
        "or log on without Restricted Admin mode",
    ],
    mstsc: &[mstsc(0xe09, 0, Evidence::Inferred)],
};

pub(in crate::diagnosis) static REMOTE_GUARD_NOT_OFFERED: Advice = Advice {
    expected: "the flag REDIRECTED_AUTHENTICATION_MODE_SUPPORTED in the Negotiation Response",
    causes: &[
        (
            Evidence::Inferred,
            "the host is older than Remote Credential Guard (Windows 10 1607, Server 2016), or is no Windows",
        ),
        (
            Evidence::Inferred,
            "Windows: the host does not allow delegation of credentials that cannot be exported (DisableRestrictedAdmin is missing or 1)",
        ),
    ],
    remedies: &[
        "Windows, on the host: the policy \"Remote host allows delegation of nonexportable credentials\", or DisableRestrictedAdmin = 0 under `HKLM\\SYSTEM\\CurrentControlSet\\Control\\Lsa`",
        "or log on without Remote Credential Guard",
    ],
    mstsc: &[],
};

pub(in crate::diagnosis) static REMOTE_GUARD_NEEDS_KERBEROS: Advice = Advice {
    expected: "a Kerberos logon, which this probe does not speak",
    causes: &[(
        Evidence::Documented,
        "Remote Credential Guard delegates Kerberos tickets in place of a password, and does not fall back to NTLM",
    )],
    remedies: &[
        "nothing to fix: the host offers what was asked for",
        "to see the logon itself, use mstsc on a computer of the domain: `mstsc /remoteGuard /v:HOST`",
    ],
    mstsc: &[],
};

pub(in crate::diagnosis) static EARLY_DENIED: Advice = Advice {
    expected: "the Early User Authorization Result AUTHZ_SUCCESS",
    causes: &[
        (
            Evidence::Documented,
            "the user is authenticated and not authorized: the host told so before the session, as HYBRID_EX lets it",
        ),
        (
            Evidence::Inferred,
            "the user is neither an administrator nor in Remote Desktop Users on the host, or lacks the right \"Allow log on through Remote Desktop Services\"",
        ),
        (Evidence::Inferred, "\"Deny log on through Remote Desktop Services\" names the user or a group of the user"),
    ],
    remedies: &[
        "Windows, on the host: `net localgroup \"Remote Desktop Users\" DOMAIN\\NAME /add`",
        "Windows: `secpol.msc`, User Rights Assignment: the Allow and the Deny right for Remote Desktop Services; a domain policy wins over both",
        "a group membership counts from the user's next logon on",
        EVENTS,
    ],
    mstsc: &[],
};

pub(in crate::diagnosis) static EARLY_UNDEFINED: Advice = Advice {
    expected: "the Early User Authorization Result: 0 (AUTHZ_SUCCESS) or 5 (AUTHZ_ACCESS_DENIED)",
    causes: &[
        (Evidence::Documented, "MS-RDPBCGR 2.2.10.2 defines 0 and 5 alone, and the host sends another number"),
        (
            Evidence::Inferred,
            "the host selected HYBRID_EX and goes on as for HYBRID: the bytes are those of another message",
        ),
    ],
    remedies: &["update the host's RDP software", "until then offer HYBRID alone: `--protocols ssl,hybrid`"],
    mstsc: &[],
};

pub(in crate::diagnosis) static ALERT: Advice = Advice {
    expected: "the next TSRequest",
    causes: &[
        (
            Evidence::Reported,
            "old Windows hosts refuse a logon by TLS alert 80 in place of an error code (FreeRDP#4521)",
        ),
        (Evidence::Inferred, "the host's security service failed in the middle of the logon"),
    ],
    remedies: &[
        EVENTS,
        "check user name, password and the state of the account; then probe with `--credssp-version 6`, so that the host may say a code",
        "Windows: Schannel event 36888 (alert sent) at this time",
    ],
    mstsc: SOCKET_CLOSED,
};

pub(in crate::diagnosis) static CLOSED: Advice = Advice {
    expected: "the next TSRequest",
    causes: &[(
        Evidence::Inferred,
        "the host's service failed at this step, or something between host and probe closed the connection",
    )],
    remedies: &[
        EVENTS,
        "check user name, password and the state of the account",
        "FreeRDP-based servers: their own log names the failed step of the logon",
        "probe from a machine beside the host, to tell the network from the host",
    ],
    mstsc: SOCKET_CLOSED,
};

pub(in crate::diagnosis) static RESET: Advice = Advice {
    expected: "the next TSRequest",
    causes: &[(
        Evidence::Inferred,
        "the host's service crashed at this step, or a firewall or load balancer reset the connection",
    )],
    remedies: &[
        EVENTS,
        "probe from a machine beside the host: if it works there, look at what stands between",
        "Windows: look for crashes of lsass or TermService in the Application log",
    ],
    mstsc: SOCKET_RESET,
};

pub(in crate::diagnosis) static STALLED: Advice = Advice {
    expected: "the next TSRequest",
    causes: &[
        (Evidence::Inferred, "the host waits for a domain controller that does not answer"),
        (Evidence::Inferred, "the host is only slow: the budget was too short for it"),
    ],
    remedies: &[
        "probe again with a longer `--timeout`, to tell slow from stalled",
        "Windows: `nltest /sc_verify:DOMAIN` on the host shows whether it reaches its domain",
        EVENTS,
    ],
    mstsc: &[mstsc(0x704, 0, Evidence::Inferred)],
};

pub(in crate::diagnosis) static CLOCK_SKEW: Advice = Advice {
    expected: "clocks that differ by less than 5 minutes",
    causes: &[
        (
            Evidence::Documented,
            "Kerberos refuses tickets where clocks differ by more than 5 minutes, unless policy says otherwise (\"Maximum tolerance for computer clock synchronization\")",
        ),
        (Evidence::Inferred, "the host's time service does not run, or a virtual machine was resumed or cloned"),
        (Evidence::Inferred, "the clock of this machine is the wrong one"),
    ],
    remedies: &[
        "Windows: `w32tm /query /status` on both, then `w32tm /resync`; Linux: `timedatectl`",
        "in a domain every member takes its time from the domain: look at the domain controller first",
        "users may see 0x1D07 where Kerberos is used; NTLM, which this probe speaks, works all the same",
    ],
    mstsc: &[mstsc(0x1d07, 0, Evidence::Inferred)],
};
