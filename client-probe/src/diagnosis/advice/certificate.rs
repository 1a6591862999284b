//! The server's certificate.

use super::{Advice, Evidence, mstsc};

const RENEW: &str = "Windows, self-signed: delete the certificate in certlm.msc, Remote Desktop, Certificates, then `Restart-Service TermService -Force`: the host makes a new one";
const OWN: &str = "Windows, issued: install the new certificate and set its thumbprint (SSLCertificateSHA1Hash of Win32_TSGeneralSetting), and let NETWORK SERVICE read its key";
const XRDP: &str =
    "xrdp: put the new certificate and key where `certificate=` and `key_file=` in xrdp.ini point, then restart xrdp";

pub(crate) static EXPIRED: Advice = Advice {
    expected: "a certificate that is valid now",
    causes: &[
        (Evidence::Observed, "the certificate's end lies in the past"),
        (
            Evidence::Documented,
            "Windows renews its own certificate by itself; where it cannot open the key, it fails with event 1057 or 1058",
        ),
        (Evidence::Inferred, "the clock of this machine is wrong, if the dates in the evidence look right"),
        (
            Evidence::Folklore,
            "0x904 with extended 0x7 is often blamed on an expired certificate; by itself it is no failure on the wire, and clients report it as 0x1B07 or a warning",
        ),
    ],
    remedies: &[RENEW, OWN, XRDP, "check the date on both machines: `w32tm /query /status`, `timedatectl`"],
    mstsc: &[mstsc(0x1b07, 0, Evidence::Documented)],
};

pub(crate) static NOT_YET_VALID: Advice = Advice {
    expected: "a certificate that is valid now",
    causes: &[
        (
            Evidence::Inferred,
            "the clock of the host was ahead when it made the certificate, or this machine's is behind",
        ),
        (Evidence::Inferred, "the certificate was installed before its start"),
    ],
    remedies: &["check the date on both machines: `w32tm /query /status`, `timedatectl`", RENEW, XRDP],
    mstsc: &[mstsc(0x1b07, 0, Evidence::Inferred)],
};

pub(crate) static NAME_MISMATCH: Advice = Advice {
    expected: "a certificate for the name that the client connects to",
    causes: &[
        (Evidence::Observed, "the certificate names other hosts than the one probed"),
        (
            Evidence::Inferred,
            "the client uses an address or an alias, and the host's own certificate knows only its computer name",
        ),
        (Evidence::Inferred, "the name resolves to another host, or a gateway answers in its place"),
    ],
    remedies: &[
        "connect by a name that is in the certificate, or probe with `--server-name NAME` to judge for another name",
        "issue a certificate with every name that users type as a subject alternative name",
        "check that the name resolves to the host that you mean",
    ],
    mstsc: &[],
};

pub(crate) static SELF_SIGNED: Advice = Advice {
    expected: "a certificate from an issuer that this machine trusts",
    causes: &[
        (
            Evidence::Documented,
            "Windows makes a self-signed certificate for itself where none is installed; so does xrdp's package",
        ),
        (Evidence::Inferred, "someone stands between: compare the certificate with the one on the host"),
    ],
    remedies: &[
        "expected on a host that nobody gave a certificate: users see a warning, and must compare the thumbprint",
        "issue a certificate from your own CA (policy \"Server authentication certificate template\"), or trust this one: `--ca FILE.pem`",
    ],
    mstsc: &[],
};

pub(crate) static UNTRUSTED_ISSUER: Advice = Advice {
    expected: "a certificate from an issuer that this machine trusts",
    causes: &[
        (Evidence::Inferred, "the issuer is a private CA whose certificate is not installed on this machine"),
        (Evidence::Inferred, "the host does not send the intermediate certificates"),
        (Evidence::Inferred, "an inspecting proxy issued it in place of the host's own"),
    ],
    remedies: &[
        "probe with the CA: `--ca ca.pem`; if that is clean, install the CA's certificate on the clients (Windows: Trusted Root Certification Authorities)",
        "install the intermediate certificates on the host",
    ],
    mstsc: &[],
};

pub(crate) static NO_INTERMEDIATE: Advice = Advice {
    expected: "the certificates between the host's own and a root that this machine trusts (RFC 8446 4.4.2)",
    causes: &[
        (
            Evidence::Observed,
            "the certificate says where its issuer's certificate can be had, and the host did not send that",
        ),
        (Evidence::Inferred, "the intermediate certificates are not installed on the host"),
        (Evidence::Inferred, "clients that fetch or have the intermediate certificate do not notice; others do"),
    ],
    remedies: &[
        "Windows: import the intermediate certificates into Intermediate Certification Authorities of the local machine, then restart TermService",
        "xrdp: put the intermediate certificates behind the host's own in the file of `certificate=`",
    ],
    mstsc: &[],
};

pub(crate) static WEAK_SIGNATURE: Advice = Advice {
    expected: "a certificate signed with SHA-256 or better (RFC 9155)",
    causes: &[
        (
            Evidence::Documented,
            "clients should end the handshake where they have to validate a SHA-1 signature (RFC 8446 4.4.2.4)",
        ),
        (Evidence::Inferred, "the certificate is old, or its authority's settings are"),
    ],
    remedies: &["issue a new certificate with SHA-256, then set it on the host", OWN, XRDP],
    mstsc: &[],
};

pub(crate) static WEAK_KEY: Advice = Advice {
    expected: "an RSA key of 2048 bits at least (RFC 9325 4.5)",
    causes: &[
        (Evidence::Documented, "servers must have a key of 2048 bits at least (RFC 9325 4.5)"),
        (Evidence::Inferred, "the certificate is old, or its template asks for a short key"),
    ],
    remedies: &["issue a new certificate with a key of 2048 bits or more, then set it on the host", OWN, XRDP],
    mstsc: &[],
};

pub(crate) static NO_SERVER_AUTH: Advice = Advice {
    expected: "a certificate whose extended key usage allows server authentication",
    causes: &[(Evidence::Inferred, "it was issued from a template for another use, for example client authentication")],
    remedies: &[
        "issue a certificate with Server Authentication (1.3.6.1.5.5.7.3.1), then set it on the host",
        OWN,
        XRDP,
    ],
    mstsc: &[],
};

pub(crate) static UNREADABLE: Advice = Advice {
    expected: "an X.509 certificate",
    causes: &[(Evidence::Inferred, "the certificate on the host is damaged, or its software encodes it wrongly")],
    remedies: &[RENEW, XRDP],
    mstsc: &[],
};
