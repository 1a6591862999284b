//! Another protocol on the port.

use super::{Advice, Evidence, OTHER_PROTOCOL};

const EXPECTED: &str = "an X.224 Connection Confirm in a TPKT frame (first byte 0x03)";

pub(in crate::diagnosis) static HTTP: Advice = Advice {
    expected: EXPECTED,
    causes: &[
        (Evidence::Observed, "a web server or a web proxy listens on this port"),
        (Evidence::Inferred, "a reverse proxy or load balancer forwards the port as HTTP in place of TCP"),
        (Evidence::Reported, "another service took the port that Remote Desktop should have"),
    ],
    remedies: &[
        "probe the port that Remote Desktop really listens on",
        "on a load balancer, forward the port as plain TCP (layer 4)",
        "Windows: `netstat -ano | findstr :PORT` shows which process listens",
    ],
    mstsc: OTHER_PROTOCOL,
};

pub(in crate::diagnosis) static SSH: Advice = Advice {
    expected: EXPECTED,
    causes: &[
        (Evidence::Observed, "an SSH server listens on this port"),
        (Evidence::Inferred, "a port forward or NAT rule points at the wrong host or port"),
    ],
    remedies: &["probe the port that Remote Desktop really listens on", "correct the port forward"],
    mstsc: OTHER_PROTOCOL,
};

pub(in crate::diagnosis) static TLS: Advice = Advice {
    expected: EXPECTED,
    causes: &[
        (
            Evidence::Observed,
            "a service that speaks TLS from the first byte listens on this port, for example HTTPS or an RD Gateway",
        ),
        (Evidence::Inferred, "a TLS-terminating proxy stands in front of the host"),
    ],
    remedies: &[
        "for an RD Gateway, set it as the gateway in the client and probe the target host's own port",
        "forward the port as plain TCP, without TLS termination",
    ],
    mstsc: OTHER_PROTOCOL,
};

pub(in crate::diagnosis) static NOT_RDP: Advice = Advice {
    expected: EXPECTED,
    causes: &[
        (Evidence::Reported, "another service listens on this port"),
        (Evidence::Inferred, "a middlebox rewrites the stream"),
    ],
    remedies: &[
        "find out what listens: the evidence shows its first bytes; on the host `netstat -ano` or `ss -ltnp`",
        "probe the port that Remote Desktop really listens on",
    ],
    mstsc: OTHER_PROTOCOL,
};
