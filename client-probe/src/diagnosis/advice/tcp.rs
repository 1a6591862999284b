//! The TCP stage.

use super::{Advice, Evidence, mstsc};

pub(in crate::diagnosis) static NAME_NOT_RESOLVED: Advice = Advice {
    expected: "the name resolves to an address",
    causes: &[
        (Evidence::Documented, "the name is misspelled, or no DNS server that this machine asks knows it"),
        (Evidence::Documented, "a short name needs a DNS suffix that this machine does not add"),
    ],
    remedies: &[
        "probe the address in place of the name; if that works, only the name is at fault",
        "look the name up: `nslookup NAME` or `Resolve-DnsName NAME`",
        "use the full name with its domain, or connect the VPN that serves the domain",
    ],
    mstsc: &[mstsc(0x104, 0, Evidence::Documented), mstsc(0x208, 0, Evidence::Documented)],
};

pub(in crate::diagnosis) static REFUSED: Advice = Advice {
    expected: "the TCP connection is accepted",
    causes: &[
        (Evidence::Documented, "Remote Desktop is off on the host, or its service does not run"),
        (Evidence::Documented, "the host listens on another port (registry value PortNumber, or xrdp.ini `port=`)"),
        (Evidence::Documented, "a firewall rejects the connection"),
    ],
    remedies: &[
        "Windows: `qwinsta` must list rdp-tcp as Listen; else `Get-Service TermService`, and check fDenyTSConnections under `HKLM\\SYSTEM\\CurrentControlSet\\Control\\Terminal Server`",
        "Windows: `netstat -ano | findstr :3389` shows who listens; PortNumber under `...\\Terminal Server\\WinStations\\RDP-Tcp` says where it should",
        "Linux: `ss -ltnp | grep 3389`, `systemctl status xrdp`",
    ],
    mstsc: &[mstsc(0x204, 0, Evidence::Documented)],
};

pub(in crate::diagnosis) static TIMED_OUT: Advice = Advice {
    expected: "the TCP connection is accepted",
    causes: &[
        (Evidence::Documented, "a firewall or a cloud security group drops the packets without an answer"),
        (Evidence::Documented, "the host is off, asleep or has another address"),
        (Evidence::Inferred, "the listener's backlog is full, so that new connections get no answer"),
    ],
    remedies: &[
        "from a machine beside the host: `Test-NetConnection HOST -Port 3389`; if that works, a firewall stands between",
        "Windows: `Enable-NetFirewallRule -DisplayGroup \"Remote Desktop\"`; in a cloud, allow TCP 3389 from your address",
        "check that the host is up and has this address",
    ],
    mstsc: &[mstsc(0x108, 0, Evidence::Documented)],
};

pub(in crate::diagnosis) static UNREACHABLE: Advice = Advice {
    expected: "the network carries the connection to the host",
    causes: &[
        (Evidence::Documented, "there is no route to the host's network: a VPN that is not connected, a wrong subnet"),
        (Evidence::Documented, "a router or the host itself answers that it cannot be reached"),
    ],
    remedies: &[
        "connect the VPN, and check the route: `tracert HOST` or `ip route get ADDRESS`",
        "check that the address belongs to the host",
    ],
    mstsc: &[mstsc(0x204, 0, Evidence::Documented)],
};
