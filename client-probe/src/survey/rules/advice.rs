//! Causes and remedies of what a survey finds, as data. Every cause carries how sure it is.

use crate::diagnosis::Evidence;
use crate::diagnosis::advice::{Advice, UNSUPPORTED_FUNCTION, mstsc};

const NLA_POLICY: &str = "Windows: set `UserAuthentication` to 1 under `HKLM\\SYSTEM\\CurrentControlSet\\Control\\Terminal Server\\WinStations\\RDP-Tcp`, or the policy \"Require user authentication for remote connections by using Network Level Authentication\"";
const LAYER_POLICY: &str = "Windows: set `SecurityLayer` to 2 under `HKLM\\SYSTEM\\CurrentControlSet\\Control\\Terminal Server\\WinStations\\RDP-Tcp`, or the policy \"Require use of specific security layer\" to SSL";
const XRDP_LAYER: &str = "xrdp: `security_layer=tls` in xrdp.ini, then restart xrdp";
const XRDP_VERSIONS: &str = "xrdp: `ssl_protocols=TLSv1.2, TLSv1.3` in xrdp.ini, then restart xrdp";
const XRDP_CIPHERS: &str = "xrdp: `tls_ciphers=HIGH` in xrdp.ini, then restart xrdp";
const SCHANNEL: &str = "Windows: under `HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Protocols`, in the version's key `Server`, set `Enabled` to 0 and `DisabledByDefault` to 1, then restart the machine";
const SUITES: &str = "Windows: `Disable-TlsCipherSuite -Name NAME`, or the policy \"SSL Cipher Suite Order\"";
const OLD_CLIENTS: &str =
    "before that, make sure that no client needs it: thin clients and systems before Windows 8 often do";
const UPDATE: &str = "update the host's TLS library";
const RENEW: &str = "make a new certificate: RSA of 2048 bits or more, or ECDSA; signed with SHA-256 or better";

pub(super) static STANDARD: Advice = Advice {
    expected: "TLS or CredSSP on every connection",
    causes: &[
        (
            Evidence::Documented,
            "standard RDP security does not prove who the host is: whoever stands in the path can take its place and read the password",
        ),
        (
            Evidence::Documented,
            "Windows does so with `SecurityLayer` 0 or 1; xrdp with `security_layer=negotiate` or `rdp`",
        ),
    ],
    remedies: &[LAYER_POLICY, XRDP_LAYER, OLD_CLIENTS],
    mstsc: &[],
};

pub(super) static WEAK_METHOD: Advice = Advice {
    expected: "128-bit encryption or better",
    causes: &[(
        Evidence::Documented,
        "the encryption level is low or client compatible: Windows `MinEncryptionLevel` 1 or 2, xrdp `crypt_level=low` or `medium`",
    )],
    remedies: &[
        "best: no standard RDP security at all",
        LAYER_POLICY,
        XRDP_LAYER,
        "else raise the level: Windows `MinEncryptionLevel` 3 beside `SecurityLayer`; xrdp `crypt_level=high`",
    ],
    mstsc: &[],
};

pub(super) static NLA_NOT_ENFORCED: Advice = Advice {
    expected: "clients without NLA refused",
    causes: &[
        (
            Evidence::Documented,
            "NLA is preferred, not required: whoever leaves it out of the request reaches the logon screen without an account",
        ),
        (
            Evidence::Inferred,
            "left so for clients that cannot do NLA, or so that expired passwords can be changed at logon",
        ),
    ],
    remedies: &[NLA_POLICY, "FreeRDP's shadow server: `/sec:nla`"],
    mstsc: &[],
};

pub(super) static NLA_NOT_OFFERED: Advice = Advice {
    expected: "NLA on offer",
    causes: &[
        (Evidence::Documented, "without NLA any stranger reaches the logon screen, and a session is made for each try"),
        (Evidence::Reported, "xrdp has no NLA as of 0.9 and 0.10"),
    ],
    remedies: &[NLA_POLICY, "where the server cannot do NLA: let only a gateway, VPN or SSH tunnel reach the port"],
    mstsc: &[mstsc(0xd09, 0, Evidence::Documented)],
};

pub(super) static OLD_VERSION: Advice = Advice {
    expected: "TLS 1.2 and 1.3 only",
    causes: &[
        (Evidence::Documented, "RFC 8996 forbids TLS 1.0 and 1.1, RFC 7568 forbids SSL 3.0"),
        (Evidence::Inferred, "the system's default of its time, or kept for old clients"),
    ],
    remedies: &[SCHANNEL, XRDP_VERSIONS, OLD_CLIENTS],
    mstsc: &[],
};

pub(super) static NO_MODERN_VERSION: Advice = Advice {
    expected: "TLS 1.2 or 1.3",
    causes: &[
        (Evidence::Inferred, "the system is older than TLS 1.2, or it is switched off"),
        (Evidence::Inferred, "clients that no longer do TLS 1.0 and 1.1 cannot connect"),
    ],
    remedies: &[
        "Windows 7 and Server 2008 R2: install KB3080079, which lets Remote Desktop use TLS 1.2",
        "Windows: see that TLS 1.2 is not disabled in the key `TLS 1.2\\Server` under `HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Protocols`",
        XRDP_VERSIONS,
        UPDATE,
    ],
    mstsc: &[mstsc(0x904, 0, Evidence::Inferred), mstsc(UNSUPPORTED_FUNCTION, 0, Evidence::Reported)],
};

pub(super) static BROKEN_SUITE: Advice = Advice {
    expected: "cipher suites with AES or ChaCha20, and a host that proves who it is",
    causes: &[(
        Evidence::Documented,
        "RFC 7465 forbids RC4; NULL, export-grade, single DES and anonymous suites do not protect at all",
    )],
    remedies: &[SUITES, XRDP_CIPHERS, OLD_CLIENTS],
    mstsc: &[],
};

pub(super) static TRIPLE_DES: Advice = Advice {
    expected: "cipher suites with blocks of 128 bits",
    causes: &[(Evidence::Documented, "blocks of 64 bits give away text of long connections (CVE-2016-2183)")],
    remedies: &[SUITES, XRDP_CIPHERS, OLD_CLIENTS],
    mstsc: &[],
};

pub(super) static STATIC_RSA: Advice = Advice {
    expected: "only suites with ECDHE or DHE",
    causes: &[(
        Evidence::Documented,
        "with RSA key exchange, whoever gets the host's key later can read what was recorded before (RFC 9325 4.1)",
    )],
    remedies: &[SUITES, "xrdp: `tls_ciphers=HIGH:!kRSA` in xrdp.ini, then restart xrdp"],
    mstsc: &[],
};

pub(super) static WEAK_DH: Advice = Advice {
    expected: "Diffie-Hellman primes of 2048 bits or more, or elliptic curves",
    causes: &[(
        Evidence::Documented,
        "primes of 1024 bits are within reach of large attackers (CVE-2015-4000 and RFC 9325 4.1)",
    )],
    remedies: &[
        "Windows: set `ServerMinKeyBitLength` to 2048 in the key `KeyExchangeAlgorithms\\Diffie-Hellman` under `HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL`, or disable suites with DHE",
        UPDATE,
    ],
    mstsc: &[],
};

pub(super) static RENEGOTIATION: Advice = Advice {
    expected: "secure renegotiation (RFC 5746)",
    causes: &[(
        Evidence::Documented,
        "without it someone in the path can put text in front of a client's (CVE-2009-3555)",
    )],
    remedies: &[UPDATE],
    mstsc: &[],
};

pub(super) static COMPRESSION: Advice = Advice {
    expected: "no TLS compression",
    causes: &[(Evidence::Documented, "the length of compressed records gives away what they hold (CVE-2012-4929)")],
    remedies: &["switch compression off in the host's TLS library", UPDATE],
    mstsc: &[],
};

pub(super) static SHA1_SIGNATURES: Advice = Advice {
    expected: "signatures with SHA-256 or better in the handshake",
    causes: &[(Evidence::Documented, "RFC 9155 forbids MD5 and SHA-1 in the signatures of TLS 1.2")],
    remedies: &[XRDP_CIPHERS, UPDATE],
    mstsc: &[],
};

pub(super) static SHA1_CERTIFICATE: Advice = Advice {
    expected: "a certificate signed with SHA-256 or better",
    causes: &[
        (
            Evidence::Documented,
            "collisions of SHA-1 and MD5 can be made, so that a forged certificate has the same signature",
        ),
        (
            Evidence::Inferred,
            "the signature of a certificate that is its own issuer is checked by nobody: replace it all the same",
        ),
    ],
    remedies: &[RENEW],
    mstsc: &[],
};

pub(super) static EXPIRES_SOON: Advice = Advice {
    expected: "a certificate that is renewed well before its end",
    causes: &[(Evidence::Inferred, "whatever renews it has not run yet, or does not work")],
    remedies: &[
        "see what renews the certificate: Windows renews its self-signed one by itself, others by enrolment policy or by hand",
        RENEW,
    ],
    mstsc: &[],
};
