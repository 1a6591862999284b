//! Basic settings, channels and licensing.

use super::{Advice, Evidence, mstsc};

pub(in crate::diagnosis) static CONNECT_REFUSED: Advice = Advice {
    expected: "an MCS Connect Response with result RT_SUCCESSFUL",
    causes: &[
        (Evidence::Documented, "the host refuses the MCS connection with the result in the evidence"),
        (Evidence::Inferred, "the host is at its limit of connections, or out of resources"),
    ],
    remedies: &[
        "look into the host's log at this time",
        "close unused sessions (`qwinsta`, `logoff ID`) and probe again",
    ],
    mstsc: &[],
};

pub(in crate::diagnosis) static ATTACH_REFUSED: Advice = Advice {
    expected: "an MCS Attach User Confirm with result RT_SUCCESSFUL and a user channel",
    causes: &[
        (Evidence::Documented, "the host refuses a user channel with the result in the evidence"),
        (Evidence::Inferred, "the host is at its limit of users, or out of resources"),
    ],
    remedies: &[
        "look into the host's log at this time",
        "close unused sessions (`qwinsta`, `logoff ID`) and probe again",
    ],
    mstsc: &[],
};

pub(in crate::diagnosis) static JOIN_REFUSED: Advice = Advice {
    expected: "an MCS Channel Join Confirm with result RT_SUCCESSFUL for every channel",
    causes: &[
        (Evidence::Documented, "the host refuses the channel with the result in the evidence"),
        (
            Evidence::Inferred,
            "a policy on the host forbids a virtual channel, and its software refuses the join in place of leaving the channel unused",
        ),
    ],
    remedies: &[
        "look into the host's log at this time",
        "switch off redirection (clipboard, drives) in the client and try again",
    ],
    mstsc: &[],
};

pub(in crate::diagnosis) static DISCONNECTED: Advice = Advice {
    expected: "the next message of the connection sequence",
    causes: &[
        (Evidence::Documented, "the host ends the MCS connection in order; the reason is in the evidence"),
        (Evidence::Inferred, "the host's software could not use the client's settings, and says no more than this"),
    ],
    remedies: &["look into the host's log at this time"],
    mstsc: &[mstsc(3, 0, Evidence::Inferred)],
};

pub(in crate::diagnosis) static LICENSE_REFUSED: Advice = Advice {
    expected: "a licensing error alert that says STATUS_VALID_CLIENT with ST_NO_TRANSITION",
    causes: &[
        (
            Evidence::Documented,
            "no Remote Desktop licence server can be reached, or it has no licences left (RD Licensing mode and server in policy)",
        ),
        (Evidence::Documented, "the 120 days of grace of a new session host are over"),
        (Evidence::Documented, "the licence that the client stored is damaged, or the host refuses it"),
        (
            Evidence::Folklore,
            "0x904 is often blamed on a damaged MSLicensing store; the codes for licensing are 0x808 and 0x908",
        ),
    ],
    remedies: &[
        "on the session host: `lsdiag.msc` (RD Licensing Diagnoser), then set licensing mode and server by policy",
        "on the licence server: check that it runs, is activated and has licences left",
        "on a Windows client, as administrator: delete `HKLM\\SOFTWARE\\Microsoft\\MSLicensing`, then start mstsc once elevated, so that the store is made anew",
    ],
    mstsc: &[mstsc(0x808, 0, Evidence::Documented)],
};
