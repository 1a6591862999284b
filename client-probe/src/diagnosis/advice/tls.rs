//! The TLS stage.

use super::{Advice, Evidence, OTHER_PROTOCOL, SOCKET_CLOSED, UNSUPPORTED_FUNCTION, mstsc};

pub(in crate::diagnosis) static VERSION_MISMATCH: Advice = Advice {
    expected: "a ServerHello that picks TLS 1.2 or 1.3",
    causes: &[
        (
            Evidence::Documented,
            "TLS 1.2 is switched off for servers on the host (SCHANNEL\\Protocols, or a hardening tool); Schannel event 36871 with state 10013 says so",
        ),
        (Evidence::Documented, "the host is too old for TLS 1.2 (Windows 7 and Server 2008 R2 before their updates)"),
        (
            Evidence::Reported,
            "clients show it as an authentication error with code 0x80090302, or as a closed connection",
        ),
    ],
    remedies: &[
        "Windows: Enabled = 1 and DisabledByDefault = 0 under `HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Protocols\\TLS 1.2\\Server`, then restart",
        "xrdp: `ssl_protocols=TLSv1.2, TLSv1.3` in xrdp.ini",
    ],
    mstsc: &[mstsc(0x904, 0, Evidence::Inferred), mstsc(UNSUPPORTED_FUNCTION, 0, Evidence::Reported)],
};

pub(in crate::diagnosis) static HANDSHAKE_FAILURE: Advice = Advice {
    expected: "a ServerHello that picks a cipher suite offered",
    causes: &[
        (
            Evidence::Documented,
            "no cipher suite in common: a policy on the host leaves only suites that this client does not offer (Schannel events 36874, 36888)",
        ),
        (
            Evidence::Inferred,
            "the host's certificate fits none of the suites left: an RSA certificate where only ECDSA suites are allowed, or the reverse",
        ),
    ],
    remedies: &[
        "Windows: `Get-TlsCipherSuite` on the host; allow the ECDHE suites with AES-GCM (policy \"SSL Cipher Suite Order\")",
        "xrdp: `tls_ciphers=` in xrdp.ini",
        "use an RSA 2048 or ECDSA P-256 certificate",
    ],
    mstsc: SOCKET_CLOSED,
};

pub(in crate::diagnosis) static ALERT: Advice = Advice {
    expected: "a TLS handshake to its end",
    causes: &[
        (Evidence::Observed, "one side ended TLS with the alert in the evidence"),
        (
            Evidence::Reported,
            "Windows answers a failed NLA logon with alert 80 where the client speaks an old CredSSP version",
        ),
    ],
    remedies: &[
        "Windows: Schannel events 36887 (alert received) and 36888 (alert sent) at this time name the reason",
        "xrdp: its log names the TLS error of OpenSSL",
    ],
    mstsc: SOCKET_CLOSED,
};

pub(in crate::diagnosis) static TOO_LARGE: Advice = Advice {
    expected: "a TLS handshake whose messages have 65535 bytes each at most",
    causes: &[
        (Evidence::Inferred, "the host's certificate has very many names, or many certificates come with it"),
        (
            Evidence::Documented,
            "TLS itself lets a message have 16 MiB (RFC 8446 4); each client sets a limit of its own, and this probe's is that of rustls",
        ),
    ],
    remedies: &[
        "look at the certificate: `badrdp probe HOST --survey tls` reads longer ones",
        "issue a certificate with the names that users type, and no others",
    ],
    mstsc: &[],
};

pub(in crate::diagnosis) static CLOSED: Advice = Advice {
    expected: "a ServerHello, or at least an alert that says why not",
    causes: &[
        (
            Evidence::Documented,
            "the host cannot use the private key of its certificate: wrong permissions on the MachineKeys file, or a damaged key (Schannel event 36870 with 0x8009030D, then 1057 or 1058)",
        ),
        (Evidence::Documented, "TLS is switched off for servers on the host (Schannel event 36871, state 10013)"),
        (Evidence::Inferred, "no common TLS version or cipher: Schannel often closes without an alert"),
        (Evidence::Inferred, "a middlebox cuts TLS on this port"),
    ],
    remedies: &[
        "Windows: look for Schannel events 36870 to 36888 and for 1057, 1058 at this time",
        "Windows: the key's file `C:\\ProgramData\\Microsoft\\Crypto\\RSA\\MachineKeys\\f686aace6942fb7f7ceb231212eef4a4_*` needs Read for NETWORK SERVICE and Full Control for SYSTEM",
        "Windows: delete the certificate in certlm.msc, Remote Desktop, Certificates, then `Restart-Service TermService -Force`: certificate and key are made anew",
        "xrdp: `key_file=` must be readable by xrdp (Debian: `adduser xrdp ssl-cert`)",
    ],
    mstsc: SOCKET_CLOSED,
};

pub(in crate::diagnosis) static PLAIN_TEXT: Advice = Advice {
    expected: "a ServerHello",
    causes: &[
        (Evidence::Observed, "the host selected TLS and then sent bytes that are no TLS record"),
        (Evidence::Inferred, "a proxy terminates or strips TLS, or the host's software failed and printed a message"),
    ],
    remedies: &[
        "probe the host directly, without the proxy between",
        "update the host's RDP software and look into its log",
    ],
    mstsc: OTHER_PROTOCOL,
};

pub(in crate::diagnosis) static STALLED: Advice = Advice {
    expected: "a ServerHello",
    causes: &[
        (Evidence::Inferred, "the host's service hangs, often on its private key or a key store on the network"),
        (Evidence::Inferred, "a firewall that inspects traffic holds back TLS, or drops large packets (MTU of a VPN)"),
    ],
    remedies: &[
        "Windows: `Restart-Service TermService -Force`; check that the services KeyIso and CryptSvc run",
        "from a machine beside the host: if it works there, look at the firewall and the MTU between",
        "probe again with a longer `--timeout`, to tell slow from stalled",
    ],
    mstsc: &[mstsc(0x704, 0, Evidence::Inferred)],
};
