//! Connection initiation.

use super::{Advice, Evidence, SOCKET_CLOSED, mstsc};

const EXPECTED: &str = "a Negotiation Response that selects one of the protocols offered";

pub(in crate::diagnosis) static SSL_REQUIRED: Advice = Advice {
    expected: EXPECTED,
    causes: &[
        (Evidence::Documented, "the host allows only TLS or CredSSP, and neither that it allows was offered"),
        (Evidence::Documented, "the client offered CredSSP alone and the host does TLS alone"),
    ],
    remedies: &[
        "offer TLS: `--protocols ssl,hybrid`; in a client, do not force standard RDP security or NLA",
        "Windows: SecurityLayer under `...\\Terminal Server\\WinStations\\RDP-Tcp` (0 RDP, 1 negotiate, 2 TLS); xrdp: `security_layer=negotiate` in xrdp.ini",
    ],
    mstsc: &[],
};

pub(in crate::diagnosis) static SSL_NOT_ALLOWED: Advice = Advice {
    expected: EXPECTED,
    causes: &[
        (Evidence::Documented, "the host is set to standard RDP security only"),
        (Evidence::Documented, "the host cannot do TLS, so nothing better is left to it"),
    ],
    remedies: &[
        "Windows: set SecurityLayer to 2 and UserAuthentication to 1 under `...\\Terminal Server\\WinStations\\RDP-Tcp`, or the policy \"Require use of specific security layer for remote (RDP) connections\"",
        "xrdp: `security_layer=negotiate` or `tls` in xrdp.ini, with a readable certificate and key",
        "standard RDP security authenticates no one: do not weaken the client to fit",
    ],
    mstsc: &[],
};

pub(in crate::diagnosis) static NO_SERVER_CERTIFICATE: Advice = Advice {
    expected: EXPECTED,
    causes: &[
        (Evidence::Documented, "the host has no certificate for TLS"),
        (Evidence::Inferred, "it has one, but cannot read its private key"),
        (Evidence::Reported, "xrdp may not read its key file: on Debian the key belongs to the group ssl-cert"),
    ],
    remedies: &[
        "Windows: delete the certificate in certlm.msc, Remote Desktop, Certificates, then `Restart-Service TermService -Force`: the host makes a new one",
        "Windows: events 1057 and 1058 (TerminalServices-RemoteConnectionManager) and Schannel 36870 name the reason",
        "xrdp: check `certificate=` and `key_file=` in xrdp.ini; Debian: `adduser xrdp ssl-cert`, then restart xrdp",
    ],
    mstsc: &[],
};

pub(in crate::diagnosis) static INCONSISTENT_FLAGS: Advice = Advice {
    expected: EXPECTED,
    causes: &[
        (
            Evidence::Documented,
            "the host says that the protocols asked for do not fit what already happened on the connection",
        ),
        (Evidence::Inferred, "a gateway or proxy changed the request on its way"),
    ],
    remedies: &["probe the host directly, without the gateway between", "offer fewer protocols: `--protocols ssl`"],
    mstsc: &[],
};

pub(in crate::diagnosis) static NLA_REQUIRED: Advice = Advice {
    expected: EXPECTED,
    causes: &[(
        Evidence::Documented,
        "the host requires Network Level Authentication and the client did not offer CredSSP",
    )],
    remedies: &[
        "use a client with CredSSP, and do not switch it off (`enablecredsspsupport:i:1` in the .rdp file)",
        "offer it in the probe: `--protocols ssl,hybrid,hybrid-ex`",
        "UserAuthentication = 0 under `...\\WinStations\\RDP-Tcp` would lift the requirement; it exposes the logon screen to everyone",
    ],
    mstsc: &[mstsc(0xb09, 0, Evidence::Inferred)],
};

pub(in crate::diagnosis) static CLIENT_CERTIFICATE_REQUIRED: Advice = Advice {
    expected: EXPECTED,
    causes: &[(
        Evidence::Documented,
        "the host requires TLS with a client certificate (smart card logon without CredSSP)",
    )],
    remedies: &["connect with the smart card or certificate that the host's administrator issued"],
    mstsc: &[],
};

pub(in crate::diagnosis) static OTHER: Advice = Advice {
    expected: EXPECTED,
    causes: &[
        (Evidence::Inferred, "the host is newer than the specification that this probe knows"),
        (Evidence::Inferred, "a gateway, a proxy or a product of its own sends a code of its own"),
    ],
    remedies: &[
        "look into the log of the host or of the gateway that answers for it",
        "offer fewer protocols: `--protocols ssl`",
    ],
    mstsc: &[],
};

pub(in crate::diagnosis) static NO_NEGOTIATION_DATA: Advice = Advice {
    expected: "a Connection Confirm with a Negotiation Response",
    causes: &[
        (
            Evidence::Documented,
            "the host is older than security negotiation (before Windows Server 2003 SP1), so it does standard RDP security only",
        ),
        (Evidence::Inferred, "a proxy answers for the host, or strips the negotiation from the answer"),
    ],
    remedies: &[
        "probe the host directly; if the data appears, the proxy strips it",
        "a client that requires TLS or NLA cannot connect to such a host: update the host or put an RD Gateway in front of it",
    ],
    mstsc: &[],
};

pub(in crate::diagnosis) static PROTOCOL_NOT_OFFERED: Advice = Advice {
    expected: "a selectedProtocol that is one of the protocols offered, and only one",
    causes: &[
        (Evidence::Inferred, "the host's software breaks MS-RDPBCGR 2.2.1.2.1"),
        (Evidence::Inferred, "a gateway or proxy offered more to the host than the client offered to it"),
    ],
    remedies: &["update the host's RDP software", "probe the host directly, without the gateway between"],
    mstsc: &[],
};

pub(in crate::diagnosis) static X224_DISCONNECTED: Advice = Advice {
    expected: EXPECTED,
    causes: &[
        (Evidence::Documented, "the reason or cause in the message says what the host objects to"),
        (
            Evidence::Reported,
            "Windows itself rarely says this much: it closes, so a gateway or another RDP server is likely",
        ),
    ],
    remedies: &["look into the log of the host or gateway at this time"],
    mstsc: SOCKET_CLOSED,
};

pub(in crate::diagnosis) static STANDARD_RDP_SECURITY_ONLY: Advice = Advice {
    expected: "one of the protocols offered: each is better than standard RDP security",
    causes: &[
        (
            Evidence::Documented,
            "the host is set to standard RDP security (Windows: SecurityLayer 0; xrdp: `security_layer=rdp`)",
        ),
        (Evidence::Reported, "xrdp falls back to it where it cannot read its certificate or key"),
    ],
    remedies: &[
        "Windows: set SecurityLayer to 2 and UserAuthentication to 1 under `...\\Terminal Server\\WinStations\\RDP-Tcp`",
        "xrdp: `security_layer=negotiate` or `tls`, and a key that xrdp may read (Debian: `adduser xrdp ssl-cert`)",
        "until then treat the connection as open to anyone on the path: standard RDP security does not authenticate the host",
    ],
    mstsc: &[],
};
