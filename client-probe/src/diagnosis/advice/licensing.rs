//! The licence exchange.

use super::{Advice, Evidence, mstsc};

pub(in crate::diagnosis) static EXCHANGE_FAILED: Advice = Advice {
    expected: "a licensing message that its MAC fits and that can be read once it is decrypted",
    causes: &[
        (
            Evidence::Inferred,
            "host and client have derived different keys: the host could not decrypt the client's secret, or used another certificate",
        ),
        (Evidence::Inferred, "something between host and client, which ends TLS, has altered the message"),
    ],
    remedies: &[
        "on the session host: `lsdiag.msc` (RD Licensing Diagnoser), and TermService events 1004 and 1010",
        "probe from the same network as the host, to leave out what stands between",
    ],
    mstsc: &[mstsc(0x808, 0, Evidence::Inferred)],
};

pub(in crate::diagnosis) static CERTIFICATE_UNUSABLE: Advice = Advice {
    expected: "a licence request with a certificate that has an RSA key",
    causes: &[(
        Evidence::Documented,
        "the certificate that the session host keeps for licensing is damaged (values Certificate and X509 Certificate under Terminal Server\\RCM)",
    )],
    remedies: &[
        "on the session host, as administrator: keep a copy of `HKLM\\SYSTEM\\CurrentControlSet\\Control\\Terminal Server\\RCM`, delete its values Certificate, X509 Certificate, X509 Certificate ID and X509 Certificate2, then restart the host, so that they are made anew",
        "on the session host: TermDD event 50 and TermService events 1004, 1010 and 1088",
    ],
    mstsc: &[mstsc(0x808, 0, Evidence::Inferred)],
};

pub(in crate::diagnosis) static EXCHANGE_REQUIRED: Advice = Advice {
    expected: "a licensing error alert that says STATUS_VALID_CLIENT",
    causes: &[
        (
            Evidence::Documented,
            "the host issues licences (a session host with the RD Session Host role), and starts the exchange of MS-RDPELE",
        ),
        (Evidence::Inferred, "its licences are for devices: a licence for a user is not handed to the client"),
    ],
    remedies: &[
        "nothing to fix: up to here the host works; this probe takes no licence, so that none is spent on it",
        "`badrdp probe --accept-license` takes part, at the price of a licence for a device that the host's licence server may count",
        "if users are refused at this step, look at RD Licensing: `lsdiag.msc` on the host",
    ],
    mstsc: &[],
};
