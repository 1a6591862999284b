//! What can happen at any stage.

use super::{Advice, Evidence, PROTOCOL_ERROR, SOCKET_CLOSED, SOCKET_RESET, mstsc};

pub(in crate::diagnosis) static SILENT: Advice = Advice {
    expected: "an X.224 Connection Confirm",
    causes: &[
        (Evidence::Inferred, "the service accepts and hangs: the listener lives, what should answer does not"),
        (Evidence::Inferred, "another service listens, one that waits for the client to say something else"),
        (Evidence::Inferred, "a firewall or port proxy accepts for a host that is down"),
        (Evidence::Reported, "gnome-remote-desktop 43 goes silent after several refused connections in a row"),
    ],
    remedies: &[
        "Windows: `qwinsta` on the host, then `Restart-Service TermService -Force`",
        "Linux: restart xrdp or gnome-remote-desktop, and look into its log",
        "on a port proxy or load balancer, check that the host behind it is up",
        "probe again with a longer `--timeout`, to tell slow from silent",
    ],
    mstsc: &[mstsc(0x108, 0, Evidence::Inferred), mstsc(0x704, 0, Evidence::Inferred)],
};

pub(in crate::diagnosis) static STALLED: Advice = Advice {
    expected: "the next message of the connection sequence",
    causes: &[
        (Evidence::Inferred, "the host's service hangs at this step"),
        (
            Evidence::Inferred,
            "the network loses packets from here on: large ones first, where the MTU of a VPN is wrong",
        ),
        (Evidence::Inferred, "the host is only slow: the budget was too short for it"),
    ],
    remedies: &[
        "probe again with a longer `--timeout`, to tell slow from stalled",
        "probe from a machine beside the host, to tell the network from the host",
        "look into the host's log at this time, then restart its RDP service",
    ],
    mstsc: &[mstsc(0x704, 0, Evidence::Inferred)],
};

pub(in crate::diagnosis) static CLOSED: Advice = Advice {
    expected: "the next message of the connection sequence, or one that says why not",
    causes: &[
        (
            Evidence::Documented,
            "the name of 0x904 is only \"the socket closed\": any stage can end so, and the reason stands in the host's log",
        ),
        (Evidence::Inferred, "the host's service failed or refused at this step and closed without saying why"),
        (Evidence::Inferred, "a firewall, gateway or load balancer between closed the connection"),
    ],
    remedies: &[
        "Windows: event logs TerminalServices-RemoteConnectionManager, TerminalServices-LocalSessionManager and RdpCoreTS at this time",
        "Linux: the log of xrdp and xrdp-sesman at this time",
        "probe from a machine beside the host, to tell the network from the host",
    ],
    mstsc: SOCKET_CLOSED,
};

pub(in crate::diagnosis) static RESET: Advice = Advice {
    expected: "the next message of the connection sequence, or one that says why not",
    causes: &[
        (Evidence::Inferred, "the host's service crashed or was stopped in the middle of the connection"),
        (Evidence::Inferred, "a firewall, an intrusion prevention system or a load balancer reset the connection"),
    ],
    remedies: &[
        "probe from a machine beside the host: if it works there, look at what stands between",
        "Windows: look for crashes of TermService in the Application log; Linux: `journalctl -u xrdp`",
    ],
    mstsc: SOCKET_RESET,
};

pub(in crate::diagnosis) static CUT_SHORT: Advice = Advice {
    expected: "the whole message",
    causes: &[
        (Evidence::Inferred, "the host's software closed or failed while it wrote the message"),
        (Evidence::Inferred, "a proxy or an inspecting firewall cut the message"),
    ],
    remedies: &[
        "probe the host directly, without what stands between",
        "update the host's RDP software and look into its log",
    ],
    mstsc: PROTOCOL_ERROR,
};

pub(in crate::diagnosis) static MALFORMED: Advice = Advice {
    expected: "a message that can be decoded",
    causes: &[
        (Evidence::Inferred, "the host's software encodes the message wrongly"),
        (Evidence::Inferred, "a proxy or an inspecting firewall changed the bytes"),
    ],
    remedies: &[
        "probe the host directly, without what stands between",
        "update the host's RDP software; the evidence names the field",
    ],
    mstsc: PROTOCOL_ERROR,
};

pub(in crate::diagnosis) static UNEXPECTED: Advice = Advice {
    expected: "the next message of the connection sequence",
    causes: &[(Evidence::Inferred, "the host's software leaves the order or the rules of MS-RDPBCGR 1.3.1.1")],
    remedies: &["update the host's RDP software; the evidence names message and rule"],
    mstsc: PROTOCOL_ERROR,
};
