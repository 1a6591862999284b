//! CredSSP and what it carries.

use super::{Advice, Evidence, PROTOCOL_ERROR, SOCKET_CLOSED, UNSUPPORTED_FUNCTION, mstsc};

const DIRECTLY: &str = "probe the host directly, without proxy, gateway or load balancer between";
const UPDATE: &str = "update the host's RDP software; the evidence names the message";

/// SEC_E_MESSAGE_ALTERED and SEC_E_INVALID_TOKEN, as the dialog shows them.
const MESSAGE_ALTERED: u32 = 0x8009_030f;
const INVALID_TOKEN: u32 = 0x8009_0308;

pub(in crate::diagnosis) static VERSION_TOO_OLD: Advice = Advice {
    expected: "CredSSP version 5 or later",
    causes: &[
        (
            Evidence::Documented,
            "the host lacks the update of 2018 against CVE-2018-0886: whoever stands between can use the logon for commands of their own",
        ),
        (
            Evidence::Documented,
            "patched Windows clients refuse such hosts, and say that the function requested is not supported and that CredSSP encryption oracle remediation could be the reason",
        ),
        (Evidence::Inferred, "the host is no Windows, and its software speaks an old CredSSP"),
        (Evidence::Folklore, "0x2407 is often said to be the code of this"),
    ],
    remedies: &[
        "update the host: any Windows update since May 2018 holds the fix",
        "do not set AllowEncryptionOracle = 2 on clients: that opens every client to the attack, to reach one host",
        "to update a host that nobody can reach any more, use its console, PowerShell remoting or its hypervisor",
    ],
    mstsc: &[mstsc(UNSUPPORTED_FUNCTION, 0, Evidence::Inferred), mstsc(0x2407, 0, Evidence::Folklore)],
};

pub(in crate::diagnosis) static PUBLIC_KEY_MISMATCH: Advice = Advice {
    expected: "a pubKeyAuth that proves the key of the TLS certificate",
    causes: &[
        (
            Evidence::Documented,
            "TLS ends at another machine than the logon: an attacker in the middle looks like this, and this check is there to find one",
        ),
        (
            Evidence::Inferred,
            "a proxy, gateway, load balancer or inspecting firewall ends TLS and passes on what is inside",
        ),
    ],
    remedies: &[
        "the password was not sent, but an NTLM response was: where nothing is known to stand between, take it for an attack and change the password",
        "compare the certificate in the evidence with the one on the host: they will differ",
        "forward the port as plain TCP (layer 4), without TLS termination",
        DIRECTLY,
    ],
    mstsc: &[mstsc(MESSAGE_ALTERED, 0, Evidence::Inferred)],
};

pub(in crate::diagnosis) static NONCE_IGNORED: Advice = Advice {
    expected: "a pubKeyAuth over the client's nonce, as version 5 and later have it",
    causes: &[
        (Evidence::Inferred, "the host's software says version 5 or later and does not use the nonce"),
        (Evidence::Inferred, "the proof was recorded on another connection and is played again"),
    ],
    remedies: &[UPDATE, DIRECTLY],
    mstsc: &[mstsc(MESSAGE_ALTERED, 0, Evidence::Inferred)],
};

pub(in crate::diagnosis) static NOT_INCREMENTED: Advice = Advice {
    expected: "the public key plus one, as versions 2 to 4 have it",
    causes: &[
        (Evidence::Inferred, "the probe's own message comes back: a reflection, in which the host proves nothing"),
        (Evidence::Inferred, "the host's software leaves out the increment (MS-CSSP 3.1.5)"),
    ],
    remedies: &[UPDATE, DIRECTLY],
    mstsc: &[mstsc(MESSAGE_ALTERED, 0, Evidence::Inferred)],
};

pub(in crate::diagnosis) static ALTERED: Advice = Advice {
    expected: "a message sealed with the key of this logon",
    causes: &[
        (
            Evidence::Inferred,
            "the host does not know the password, and so not the key: it is not the host that it says it is",
        ),
        (Evidence::Inferred, "the host's software counts or seals its messages wrongly"),
        (Evidence::Inferred, "something between changed the message"),
    ],
    remedies: &[DIRECTLY, UPDATE],
    mstsc: &[mstsc(MESSAGE_ALTERED, 0, Evidence::Inferred)],
};

pub(in crate::diagnosis) static FIELD_MISSING: Advice = Advice {
    expected: "a TSRequest with the field that is due",
    causes: &[
        (Evidence::Inferred, "the host's software leaves the order of MS-CSSP 3.1.5"),
        (Evidence::Inferred, "the host refuses the logon by leaving out its proof, and does not say so by a code"),
    ],
    remedies: &[UPDATE, super::nla::EVENTS],
    mstsc: PROTOCOL_ERROR,
};

pub(in crate::diagnosis) static VERSION_CHANGED: Advice = Advice {
    expected: "one version in every TSRequest of a connection",
    causes: &[
        (Evidence::Inferred, "something between lowers the version: a downgrade"),
        (Evidence::Inferred, "two hosts behind one address answer in turn, or something between changed the message"),
        (Evidence::Inferred, "the host's software says its own version first and the agreed one then"),
    ],
    remedies: &[DIRECTLY, UPDATE],
    mstsc: SOCKET_CLOSED,
};

pub(in crate::diagnosis) static SPNEGO_REJECTED: Advice = Advice {
    expected: "a SPNEGO answer that selects NTLM",
    causes: &[
        (
            Evidence::Inferred,
            "the host accepts Kerberos alone: a policy forbids NTLM (\"Restrict NTLM: Incoming NTLM traffic\")",
        ),
        (Evidence::Inferred, "the host's software has no NTLM"),
    ],
    remedies: &[
        "use a client on a computer of the domain, and the host's full DNS name, so that Kerberos is used",
        "Windows: the events of NTLM/Operational on the host name what was blocked",
        "this probe speaks NTLM alone: the host may work for clients with Kerberos",
    ],
    mstsc: &[mstsc(UNSUPPORTED_FUNCTION, 0, Evidence::Inferred)],
};

pub(in crate::diagnosis) static LOGON_REJECTED: Advice = Advice {
    expected: "a SPNEGO answer that accepts, or the errorCode of a refused logon",
    causes: &[
        (
            Evidence::Inferred,
            "the host refuses the logon (user name, password or state of the account), and does not say so by a code",
        ),
        (Evidence::Inferred, "the host's software finds fault with the NTLM message or with the mechListMIC"),
    ],
    remedies: &[super::nla::EVENTS, "probe with bare NTLM, where a host can say a code: without `--spnego`"],
    mstsc: SOCKET_CLOSED,
};

pub(in crate::diagnosis) static MECHANISM_UNSUPPORTED: Advice = Advice {
    expected: "a SPNEGO answer that selects NTLM, the one mechanism that was offered",
    causes: &[
        (Evidence::Inferred, "the host prefers a mechanism that the probe does not speak, offered or not"),
        (Evidence::Documented, "RFC 4178 lets a host choose among the offered mechanisms only"),
    ],
    remedies: &[
        "use a client on a computer of the domain, and the host's full DNS name, so that Kerberos is used",
        "probe with bare NTLM: without `--spnego`",
    ],
    mstsc: &[mstsc(INVALID_TOKEN, 0, Evidence::Inferred)],
};

pub(in crate::diagnosis) static TOKEN_MALFORMED: Advice = Advice {
    expected: "a SPNEGO or NTLM message of the awaited kind",
    causes: &[
        (
            Evidence::Inferred,
            "the host's software encodes the token wrongly, or answers in another form than it was asked in",
        ),
        (Evidence::Inferred, "a proxy or an inspecting firewall changed the bytes"),
    ],
    remedies: &["try the other form: `--spnego` wraps NTLM, without it NTLM stands alone", UPDATE, DIRECTLY],
    mstsc: &[mstsc(INVALID_TOKEN, 0, Evidence::Inferred)],
};

pub(in crate::diagnosis) static MECH_LIST_MIC_WRONG: Advice = Advice {
    expected: "a mechListMIC over the list of mechanisms that the probe sent",
    causes: &[
        (Evidence::Documented, "RFC 4178 has it to show that nobody took the better mechanisms out of the list"),
        (Evidence::Inferred, "something between changed the list: a downgrade"),
        (Evidence::Inferred, "the host's software computes it wrongly, or leaves it out"),
    ],
    remedies: &[DIRECTLY, UPDATE, "probe with bare NTLM, which has no such list: without `--spnego`"],
    mstsc: &[mstsc(MESSAGE_ALTERED, 0, Evidence::Inferred)],
};
