//! What the vocabulary does not say about codes of the wire: where they come from and what helps.

use crate::diagnosis::Evidence;

/// A note on one code. What helps against a refused logon stands in the diagnosis' own table.
#[derive(Debug)]
pub(super) struct Note {
    name: &'static str,
    /// Where it comes from. May be empty.
    pub(super) wire: &'static str,
    /// How sure `wire` is.
    pub(super) evidence: Evidence,
    /// Who reports it. May be empty.
    pub(super) reports: &'static str,
    pub(super) remedies: &'static [&'static str],
}

/// The note on a name.
pub(super) fn of(name: &str) -> Option<&'static Note> {
    NOTES.iter().find(|note| note.name == name)
}

/// Every name that has a note; each must exist in the vocabulary.
#[cfg(test)]
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    NOTES.iter().map(|note| note.name)
}

const fn note(name: &'static str, remedies: &'static [&'static str]) -> Note {
    Note { name, wire: "", evidence: Evidence::Documented, reports: "", remedies }
}

impl Note {
    const fn wire(mut self, evidence: Evidence, wire: &'static str) -> Self {
        self.wire = wire;
        self.evidence = evidence;
        self
    }

    const fn reported(mut self, reports: &'static str) -> Self {
        self.reports = reports;
        self
    }
}

const LICENSE_SERVER: &[&str] = &[
    "on the host check licensing mode and licence server (RD Licensing Diagnoser)",
    "check that the host reaches the licence server and that it has free CALs",
];
const CLIENT_STORE: &[&str] = &[
    "on the client delete HKLM\\SOFTWARE\\Microsoft\\MSLicensing (keep a copy) and start mstsc once as administrator",
];
const DENIED: &[&str] = &[
    "check that remote connections are enabled and that the limit of connections is not reached",
    "look at the host's session events of the same second: the server chose to refuse",
];
const DOMAIN: &[&str] =
    &["check that the host reaches a domain controller by name", "check the host's trust (Test-ComputerSecureChannel)"];
const CLOCK: &[&str] = &["synchronize both clocks (w32tm /resync)"];
const DISPLAY: &[&str] = &["update the host's display driver", "try the policy for the WDDM graphics driver disabled"];
const CERTIFICATE: &[&str] = &["renew or replace the host's certificate, from an issuer that the client trusts"];
const KEY: &[&str] = &[
    "let NETWORK SERVICE read the private key of the host's certificate",
    "delete the self-signed certificate in the Remote Desktop store and restart TermService: it makes a new one",
];
const ORACLE: &[&str] =
    &["bring client and host to the same update level (CVE-2018-0886)", "check that both sides share a TLS version"];
const DELEGATION: &[&str] = &["check the policy for delegating credentials on the client"];

const NOTES: &[Note] = &[
    note("SSL_REQUIRED_BY_SERVER", &["offer TLS in the client"])
        .wire(Evidence::Documented, "if the client offered only CredSSP, the server supports only TLS"),
    note(
        "SSL_NOT_ALLOWED_BY_SERVER",
        &["set the host's SecurityLayer to 1 or 2, or allow standard RDP security in the client"],
    )
    .reported("IronRDP#504: that client then stops"),
    note("SSL_CERT_NOT_ON_SERVER", KEY),
    note(
        "INCONSISTENT_FLAGS",
        &["do not begin with TLS or CredSSP before the negotiation unless the server expects it"],
    ),
    note(
        "HYBRID_REQUIRED_BY_SERVER",
        &["enable CredSSP in the client (enablecredsspsupport:i:1)", "give the client credentials"],
    ),
    note("SSL_WITH_USER_AUTH_REQUIRED_BY_SERVER", &["give the client a certificate that the server accepts"]),
    note("ERRINFO_SERVER_DENIED_CONNECTION", DENIED)
        .reported("ironrdp-acceptor sends it when credentials in Client Info do not match (read in its source)"),
    note(
        "ERRINFO_SERVER_INSUFFICIENT_PRIVILEGES",
        &["add the user to Remote Desktop Users", "grant \"Allow log on through Remote Desktop Services\""],
    ),
    note("ERRINFO_SERVER_FRESH_CREDENTIALS_REQUIRED", &["type the password instead of using a saved one"]),
    note("ERRINFO_IDLE_TIMEOUT", &["check the session time limits in policy and in the account"]),
    note("ERRINFO_LOGON_TIMEOUT", &["check the session time limits in policy and in the account"]),
    note("ERRINFO_DISCONNECTED_BY_OTHERCONNECTION", &["find out who else logs on with this account"]),
    note("ERRINFO_SERVER_DWM_CRASH", DISPLAY).reported("seen as 0x3/0x10"),
    note("ERRINFO_CLOSE_STACK_ON_DRIVER_NOT_READY", DISPLAY),
    note("ERRINFO_CLOSE_STACK_ON_DRIVER_FAILURE", DISPLAY)
        .reported("seen as 0x3/0x11; gnome-remote-desktop sends it too"),
    note("ERRINFO_CLOSE_STACK_ON_DRIVER_IFACE_FAILURE", DISPLAY).reported("seen as 0x3/0x12"),
    note("ERRINFO_SERVER_WINLOGON_CRASH", &["look at the host's Application log for the crash"]),
    note("ERRINFO_SERVER_CSRSS_CRASH", &["look at the host's Application log for the crash"]),
    note("ERRINFO_LICENSE_INTERNAL", LICENSE_SERVER),
    note("ERRINFO_LICENSE_NO_LICENSE_SERVER", LICENSE_SERVER),
    note("ERRINFO_LICENSE_NO_LICENSE", LICENSE_SERVER),
    note("ERRINFO_LICENSE_BAD_CLIENT_MSG", CLIENT_STORE),
    note("ERRINFO_LICENSE_HWID_DOESNT_MATCH_LICENSE", CLIENT_STORE),
    note("ERRINFO_LICENSE_BAD_CLIENT_LICENSE", CLIENT_STORE),
    note("ERRINFO_LICENSE_CLIENT_ENDED_PROTOCOL", CLIENT_STORE),
    note("ERRINFO_LICENSE_BAD_CLIENT_ENCRYPTION", CLIENT_STORE),
    note("ERRINFO_LICENSE_CANT_UPGRADE_LICENSE", LICENSE_SERVER),
    note("ERRINFO_LICENSE_NO_REMOTE_CONNECTIONS", LICENSE_SERVER),
    note("ERRINFO_CB_CONNECTION_CANCELLED", &["look at the broker's log"]).reported("gnome-remote-desktop sends it"),
    note("ERRINFO_GRAPHICSSUBSYSTEMFAILED", DISPLAY)
        .reported("users see \"protocol error (code: 0x112f)\"; gnome-remote-desktop sends it"),
    note("ERRINFO_GRAPHICSMODENOTSUPPORTED", DISPLAY).reported("users see \"protocol error (code: 0x112d)\""),
    note("ERRINFO_BADCAPABILITIES", &[]).reported("gnome-remote-desktop sends it"),
    note("ERRINFO_BADMONITORDATA", &["try one monitor"]).reported("gnome-remote-desktop sends it"),
    note("STATUS_VALID_CLIENT", &["nothing to fix: this is success"]),
    note("ERR_INVALID_CLIENT", CLIENT_STORE).reported("FreeRDP#10686, with ST_TOTAL_ABORT"),
    note("ERR_NO_LICENSE_SERVER", LICENSE_SERVER),
    note("STATUS_BAD_BINDINGS", &[])
        .wire(Evidence::Documented, "the channel binding is wrong, or the client sent NTLMv1"),
    note("SEC_E_UNSUPPORTED_FUNCTION", ORACLE).reported("xrdp#2628 and xrdp#3208: no common TLS version"),
    note("SEC_E_INTERNAL_ERROR", &["check the account's name form and that the host reaches its domain controller"])
        .reported("FreeRDP#7769: also logged by a server whose stream broke"),
    note("SEC_E_UNKNOWN_CREDENTIALS", KEY)
        .wire(Evidence::Documented, "in the host's Schannel event 36870: it cannot read its key"),
    note("SEC_E_MESSAGE_ALTERED", &["look for a proxy that ends TLS in between"]).wire(
        Evidence::Inferred,
        "the public key hash of CredSSP does not match: something stands between client and host",
    ),
    note("SEC_E_NO_AUTHENTICATING_AUTHORITY", DOMAIN),
    note("SEC_E_TIME_SKEW", CLOCK),
    note("SEC_E_UNTRUSTED_ROOT", CERTIFICATE),
    note("SEC_E_CERT_EXPIRED", CERTIFICATE),
    note("SEC_E_CERT_WRONG_USAGE", CERTIFICATE),
    note("SEC_E_DELEGATION_POLICY", DELEGATION),
    note("SEC_E_POLICY_NTLM_ONLY", DELEGATION),
    note("E_FAIL", &[]).reported("mRemoteNG#716"),
    note("CO_E_SERVER_EXEC_FAILURE", &[]).reported("mRemoteNG#3088, blamed on KB5074109"),
    note("ERROR_MOD_NOT_FOUND", &[]).reported("PhoenixPE#24: parts of NLA were missing on the client"),
    note("HANDSHAKE_FAILURE", &["compare cipher suites: `badrdp probe HOST` shows what the host accepts"])
        .reported("FreeRDP/Remmina#684; Schannel logs 36874 and 36888"),
    note("CERTIFICATE_EXPIRED", CERTIFICATE),
    note("UNKNOWN_CA", CERTIFICATE),
    note("PROTOCOL_VERSION", &["enable a TLS version that both sides speak"]).reported("xrdp#2628"),
    note("INTERNAL_ERROR", &["bring client and host to the same update level"])
        .reported("FreeRDP#4521: Windows answers failed NLA this way to old CredSSP versions"),
    note(
        "AUTHZ_ACCESS_DENIED",
        &["add the user to Remote Desktop Users", "grant \"Allow log on through Remote Desktop Services\""],
    ),
];
