//! The session: error info, logon, drawing, redirection.

use super::{Advice, Evidence, SOCKET_CLOSED};

pub(in crate::diagnosis) static SERVER_DENIED: Advice = Advice {
    expected: "a session",
    causes: &[
        (
            Evidence::Documented,
            "the host denied the connection: remote connections are not enabled, or the limit of connections is reached",
        ),
        (Evidence::Reported, "a server built on IronRDP sends this code where user name or password is wrong"),
        (Evidence::Reported, "it is seen where a bastion or gateway stands between client and a newer Windows"),
        (
            Evidence::Inferred,
            "0x904 with 0x7 means that TLS and logon had worked: this code can be sent only after MCS",
        ),
        (
            Evidence::Folklore,
            "a damaged user profile (NTUSER.DAT, ProfileList, SID) or a damaged MSLicensing store; no source ties either to this code",
        ),
    ],
    remedies: &[
        "Windows: allow remote connections (SystemPropertiesRemote.exe, fDenyTSConnections = 0), and check the policies \"Allow users to connect remotely\" and \"Limit number of connections\"",
        "Windows: the user must be in Remote Desktop Users; `qwinsta` shows the sessions that fill the limit",
        "Windows: TerminalServices-LocalSessionManager event 40 holds the reason with the same number",
        "check user name and password where the server is not Windows",
    ],
    mstsc: &[],
};

pub(in crate::diagnosis) static ERROR_INFO: Advice = Advice {
    expected: "a session",
    causes: &[(Evidence::Documented, "the host names its reason in the Set Error Info PDU")],
    remedies: &[
        "`badrdp explain CODE` tells what is known of the code",
        "Windows: TerminalServices-LocalSessionManager event 40 holds the reason with the same number",
    ],
    mstsc: &[],
};

pub(in crate::diagnosis) static HEARTBEAT_LOST: Advice = Advice {
    expected: "a heartbeat, or anything else, within the time that the host promised",
    causes: &[
        (
            Evidence::Documented,
            "the connection is lost: after as many missing heartbeats as the host named, a client is to reconnect",
        ),
        (Evidence::Inferred, "the network drops the connection without a word, as a firewall does that forgets it"),
        (Evidence::Inferred, "the host hangs, or was suspended"),
    ],
    remedies: &[
        "probe again: whether the host answers tells a lost connection from a dead host",
        "check idle timeouts and failovers of the firewalls and gateways between",
    ],
    mstsc: &[],
};

pub(in crate::diagnosis) static LOGON_ERROR: Advice = Advice {
    expected: "a logon",
    causes: &[(Evidence::Documented, "Winlogon on the host reports the error in the evidence to the client")],
    remedies: &[
        "check the account on the host: password, lock, logon rights (Allow log on through Remote Desktop Services)",
        "where sessions contend, end one: `qwinsta`, `logoff ID`",
    ],
    mstsc: &[],
};

pub(in crate::diagnosis) static SESSION_ENDED: Advice = Advice {
    expected: "a session that stays until the client leaves",
    causes: &[
        (
            Evidence::Inferred,
            "the session could not be built behind the handshake: the desktop, its driver or the user's profile failed, and the host said no more",
        ),
        (Evidence::Inferred, "an administrator or a policy ended the session"),
        (Evidence::Inferred, "a gateway between closed the connection"),
    ],
    remedies: &[
        "Windows: TerminalServices-LocalSessionManager events 23, 24, 40, and User Profile Service events 1502, 1508, 1511, 1515",
        "Linux: the log of xrdp-sesman and the user's ~/.xsession-errors",
    ],
    mstsc: SOCKET_CLOSED,
};

pub(in crate::diagnosis) static NOTHING_DRAWN: Advice = Advice {
    expected: "a picture soon after the session starts",
    causes: &[
        (
            Evidence::Reported,
            "the logon screen waits for a choice that the client is not shown, for example which session to end",
        ),
        (Evidence::Inferred, "the desktop or its display driver hangs"),
        (Evidence::Inferred, "the host waits for the graphics pipeline, which this probe does not offer"),
        (Evidence::Inferred, "the host is only slow to draw"),
    ],
    remedies: &[
        "connect with a client; a black screen confirms it",
        "Windows: check the display driver and the policy \"Use WDDM graphics display driver for Remote Desktop Connections\"",
        "Linux: the log of xrdp-sesman and the X server",
    ],
    mstsc: &[],
};

pub(in crate::diagnosis) static REDIRECTED: Advice = Advice {
    expected: "a session on this host",
    causes: &[(Evidence::Documented, "a connection broker sends the client on to the host that shall serve it")],
    remedies: &[
        "probe the host named in the evidence: this one only passes clients on",
        "`badrdp probe --follow` goes where the host sends it, as long as that is the same host; `--follow-to HOST` allows another",
    ],
    mstsc: &[],
};

pub(in crate::diagnosis) static TOKEN_TOO_LONG: Advice = Advice {
    expected: "a routing token that fits into a Connection Request: 238 bytes beside a negotiation request",
    causes: &[
        (
            Evidence::Documented,
            "the limit is the protocol's, no client's: X.224 13.2.1 gives the length of a Connection Request one byte",
        ),
        (Evidence::Inferred, "the broker or balancer puts more than its own number into the token"),
    ],
    remedies: &[
        "shorten the token where the broker or balancer makes it: a number that it knows again is enough (`msts=…`)",
        "or redirect by address: on an RD Connection Broker \"Use IP Address Redirection\"",
    ],
    mstsc: &[],
};

pub(in crate::diagnosis) static REDIRECTION_LOOP: Advice = Advice {
    expected: "a session on the host that the client was sent to",
    causes: &[
        (Evidence::Inferred, "the broker sends the client to a host that asks the broker again"),
        (
            Evidence::Inferred,
            "a balancer in front does not understand the routing token, and chooses another host each time",
        ),
    ],
    remedies: &[
        "RD Connection Broker: the user's session must exist on the host that the redirection names: `Get-RDUserSession`",
        "balancers: they must honour the routing token, or redirection must go by address (\"Use IP Address Redirection\")",
    ],
    mstsc: &[],
};

pub(in crate::diagnosis) static COOKIE_REFUSED: Advice = Advice {
    expected: "the session, without another logon",
    causes: &[
        (
            Evidence::Documented,
            "a cookie is good for one connection: it is replaced when a client connects to the session, and every hour",
        ),
        (Evidence::Inferred, "the connection went to another host than the first one, or the host was started anew"),
    ],
    remedies: &[
        "log on again: the session is still there",
        "Windows: the policy \"Automatic reconnection\" (Remote Session Environment, Connections) switches it off",
    ],
    mstsc: &[],
};

pub(in crate::diagnosis) static CERTIFICATE_CHANGED: Advice = Advice {
    expected: "the certificate that the host showed before",
    causes: &[
        (Evidence::Inferred, "the name leads to several hosts, each with a certificate of its own"),
        (Evidence::Inferred, "the host's certificate was replaced between the two connections"),
        (Evidence::Inferred, "somebody stands between: whoever sees the first connection cut can answer the second"),
    ],
    remedies: &[
        "compare both with what the host has: Windows: certlm.msc, Remote Desktop, Certificates",
        "give the hosts of a farm one certificate, for the farm's name",
    ],
    mstsc: &[],
};
