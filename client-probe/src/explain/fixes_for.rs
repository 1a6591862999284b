//! Which fix is for which code, and how sure that is: the one table.
//!
//! Never more than the evidence: what is only repeated on the web is folklore here, though it may help.

use serde::Serialize;

use super::fixes::{self as fix, Fix};
use super::{Meaning, Space};
use crate::diagnosis::Evidence::{self, Documented, Folklore, Inferred, Reported};

/// A fix, and how sure it is that it helps against this code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Advised {
    /// What to do.
    #[serde(flatten)]
    pub fix: &'static Fix,
    /// How sure.
    #[serde(serialize_with = "super::as_word")]
    pub evidence: Evidence,
    /// Why.
    pub why: &'static str,
}

/// What a row is for.
#[derive(Clone, Copy, Debug)]
pub(super) enum For {
    /// Primary codes of mstsc.
    Mstsc(&'static [u32]),
    /// Extended codes of mstsc.
    Extended(&'static [u32]),
    /// Codes of the wire, by name.
    Named(&'static [&'static str]),
    /// Event ids.
    Events(&'static [u32]),
    /// xfreerdp's exit codes.
    Exits(&'static [u32]),
}

type Row = (For, &'static Fix, Evidence, &'static str);

const LICENSE_NAMES: For = For::Named(&[
    "ERRINFO_LICENSE_INTERNAL",
    "ERRINFO_LICENSE_NO_LICENSE_SERVER",
    "ERRINFO_LICENSE_NO_LICENSE",
    "ERRINFO_LICENSE_CANT_UPGRADE_LICENSE",
    "ERRINFO_LICENSE_NO_REMOTE_CONNECTIONS",
    "ERR_NO_LICENSE_SERVER",
    "ERR_INVALID_SCOPE",
    "ERR_INVALID_PRODUCTID",
]);
const STORE_NAMES: For = For::Named(&[
    "ERRINFO_LICENSE_BAD_CLIENT_MSG",
    "ERRINFO_LICENSE_HWID_DOESNT_MATCH_LICENSE",
    "ERRINFO_LICENSE_BAD_CLIENT_LICENSE",
    "ERRINFO_LICENSE_CLIENT_ENDED_PROTOCOL",
    "ERRINFO_LICENSE_BAD_CLIENT_ENCRYPTION",
    "ERR_INVALID_CLIENT",
]);
const USERS: &str = "users report that it helps; no page of Microsoft with the recipe was found";
const NO_SOURCE: &str = "repeated on the web for this code; no source ties the two together";
const PROFILE: &str = "repeated on the web; by Microsoft's documents a broken profile shows as events 1502, 1508, 1511 and 1515, not as this code";

/// Every row; of one code's fixes the first stands first.
pub(super) const TABLE: &[Row] = &[
    (For::Mstsc(&[0x1b07]), fix::RENEW_ISSUED, Documented, "the code is that of an expired or invalid certificate"),
    (For::Mstsc(&[0x1b07]), fix::NEW_SELF_SIGNED, Inferred, "where the host's certificate is its own"),
    (For::Named(&["SEC_E_CERT_EXPIRED", "CERTIFICATE_EXPIRED"]), fix::RENEW_ISSUED, Inferred, "by the code's meaning"),
    (
        For::Named(&["SEC_E_CERT_EXPIRED", "CERTIFICATE_EXPIRED"]),
        fix::NEW_SELF_SIGNED,
        Inferred,
        "where the certificate is the host's own",
    ),
    (
        For::Named(&[
            "SEC_E_CERT_WRONG_USAGE",
            "SEC_E_UNTRUSTED_ROOT",
            "UNKNOWN_CA",
            "BAD_CERTIFICATE",
            "UNSUPPORTED_CERTIFICATE",
            "CERTIFICATE_UNKNOWN",
            "CERTIFICATE_REVOKED",
            "SEC_E_CERT_UNKNOWN",
        ]),
        fix::RENEW_ISSUED,
        Inferred,
        "a certificate that the client can accept is what lacks",
    ),
    (
        For::Events(&[1057, 1058, 36870]),
        fix::KEY_PERMISSIONS,
        Documented,
        "Microsoft's articles on these events name the key's permissions",
    ),
    (
        For::Named(&["SEC_E_UNKNOWN_CREDENTIALS", "SSL_CERT_NOT_ON_SERVER"]),
        fix::KEY_PERMISSIONS,
        Inferred,
        "the host cannot use its certificate's key",
    ),
    (
        For::Events(&[1057, 1058, 36870]),
        fix::NEW_SELF_SIGNED,
        Inferred,
        "a new certificate brings a new key with the right permissions",
    ),
    (
        For::Named(&["SEC_E_UNKNOWN_CREDENTIALS", "SSL_CERT_NOT_ON_SERVER"]),
        fix::NEW_SELF_SIGNED,
        Inferred,
        "a new certificate brings a new key with the right permissions",
    ),
    (
        For::Mstsc(&[0x904]),
        fix::KEY_PERMISSIONS,
        Inferred,
        "one cause of a close during TLS; `badrdp probe` tells whether the close is there",
    ),
    (
        For::Mstsc(&[0x904]),
        fix::NEW_SELF_SIGNED,
        Folklore,
        "a forum's answer that other pages cite; it can help only where the close comes during TLS",
    ),
    (
        For::Extended(&[0x7]),
        fix::NEW_SELF_SIGNED,
        Folklore,
        "a forum's answer for the pair with 0x904; the 7 itself is sent only once TLS has worked",
    ),
    (For::Mstsc(&[0x2104]), fix::XRDP_CERTIFICATE, Reported, "xrdp#1922"),
    (For::Mstsc(&[0x4]), fix::XRDP_CERTIFICATE, Inferred, "in xrdp#3015 the server's log has a TLS accept that failed"),
    (
        For::Exits(&[143]),
        fix::TLS_POLICY,
        Inferred,
        "TLS could not be set up: both sides need a version and a suite in common",
    ),
    (For::Mstsc(&[0x904]), fix::TLS_POLICY, Inferred, "one cause of a close during TLS"),
    (
        For::Events(&[36871, 36874]),
        fix::TLS_POLICY,
        Documented,
        "Schannel logs 36871 (state 10013) where TLS is off for servers, 36874 without a common suite",
    ),
    (For::Events(&[36887, 36888]), fix::TLS_POLICY, Inferred, "where the alert is 40, 70 or 71"),
    (
        For::Named(&["PROTOCOL_VERSION", "HANDSHAKE_FAILURE", "INSUFFICIENT_SECURITY", "SEC_E_ALGORITHM_MISMATCH"]),
        fix::TLS_POLICY,
        Inferred,
        "version or cipher suite lacks in common",
    ),
    (
        For::Named(&["SEC_E_UNSUPPORTED_FUNCTION"]),
        fix::CREDSSP_UPDATE,
        Reported,
        "users see it where one side lacks the updates of 2018",
    ),
    (
        For::Named(&["SEC_E_UNSUPPORTED_FUNCTION"]),
        fix::TLS_POLICY,
        Reported,
        "xrdp#2628 and xrdp#3208: no common TLS version",
    ),
    (For::Mstsc(&[0x2407]), fix::CREDSSP_UPDATE, Folklore, NO_SOURCE),
    (
        For::Named(&["INTERNAL_ERROR"]),
        fix::CREDSSP_UPDATE,
        Reported,
        "FreeRDP#4521: Windows answers a failed NLA of old CredSSP versions with this alert",
    ),
    (
        For::Mstsc(&[0x808, 0x908]),
        fix::LICENSE_SERVER,
        Documented,
        "the code is that of a failed or overdue licence exchange",
    ),
    (
        For::Extended(&[0x100, 0x101, 0x102, 0x109, 0x10a]),
        fix::LICENSE_SERVER,
        Documented,
        "the code names the server's side of licensing",
    ),
    (LICENSE_NAMES, fix::LICENSE_SERVER, Documented, "the code names the server's side of licensing"),
    (
        For::Events(&[1004, 1010, 1088]),
        fix::LICENSE_SERVER,
        Documented,
        "events of a host that cannot issue or get licences",
    ),
    (For::Extended(&[0x10b]), fix::ELEVATED_ONCE, Inferred, "by the code's name the client may not create its store"),
    (For::Mstsc(&[0x808, 0x908]), fix::MSLICENSING, Reported, USERS),
    (For::Extended(&[0x103, 0x104, 0x105, 0x107, 0x108, 0x10b]), fix::MSLICENSING, Reported, USERS),
    (STORE_NAMES, fix::MSLICENSING, Reported, USERS),
    (
        For::Extended(&[0x7]),
        fix::MSLICENSING,
        Folklore,
        "licensing has codes of its own: 0x808, 0x908 and extended 0x100 to 0x10B",
    ),
    (
        For::Events(&[50, 1004, 1010, 1088]),
        fix::RCM_CERTIFICATES,
        Documented,
        "Microsoft's article on Remote Desktop that disconnects has it for these events",
    ),
    (For::Mstsc(&[0x406]), fix::RCM_CERTIFICATES, Documented, "KB 329896 has it for the text of this code"),
    (
        For::Events(&[1502, 1508, 1511, 1515]),
        fix::PROFILE_LIST,
        Folklore,
        "repeated in guides on these events; the reference at hand has no source for the fix",
    ),
    (
        For::Events(&[1502, 1508, 1511, 1515]),
        fix::NTUSER,
        Folklore,
        "repeated in guides on these events; the reference at hand has no source for the fix",
    ),
    (For::Extended(&[0x7]), fix::PROFILE_LIST, Folklore, PROFILE),
    (For::Extended(&[0x7]), fix::NTUSER, Folklore, PROFILE),
    (For::Named(&["ERRINFO_SERVER_DENIED_CONNECTION"]), fix::PROFILE_LIST, Folklore, PROFILE),
    (For::Named(&["ERRINFO_SERVER_WINLOGON_CRASH", "ERRINFO_SERVER_CSRSS_CRASH"]), fix::SFC, Folklore, NO_SOURCE),
    (For::Named(&["ERRINFO_SERVER_WINLOGON_CRASH"]), fix::PROFILE_LIST, Folklore, PROFILE),
    (For::Mstsc(&[0x904]), fix::SFC, Folklore, NO_SOURCE),
    (For::Extended(&[0x7]), fix::SFC, Folklore, NO_SOURCE),
    (For::Mstsc(&[0x1d07]), fix::TIME_SYNC, Documented, "the code is that of clocks that differ"),
    (For::Mstsc(&[0x1b07]), fix::TIME_SYNC, Documented, "a wrong clock makes a good certificate look expired"),
    (
        For::Named(&["SEC_E_TIME_SKEW", "STATUS_TIME_DIFFERENCE_AT_DC"]),
        fix::TIME_SYNC,
        Documented,
        "the code is that of clocks that differ",
    ),
    (
        For::Named(&["STATUS_LOGON_TYPE_NOT_GRANTED"]),
        fix::USER_RIGHTS,
        Documented,
        "the code is that of a right that lacks",
    ),
    (For::Mstsc(&[0x1307]), fix::USER_RIGHTS, Documented, "Microsoft's article on this text names the two rights"),
    (For::Extended(&[0x9]), fix::USER_RIGHTS, Documented, "the code is that of a right that lacks"),
    (
        For::Named(&[
            "ERRINFO_SERVER_INSUFFICIENT_PRIVILEGES",
            "AUTHZ_ACCESS_DENIED",
            "LOGON_MSG_NO_PERMISSION",
            "RDSTLS_RESULT_ACCESS_DENIED",
        ]),
        fix::USER_RIGHTS,
        Documented,
        "the code is that of a right that lacks",
    ),
    (For::Exits(&[144, 158]), fix::USER_RIGHTS, Inferred, "by the code's name"),
    (For::Named(&["STATUS_BAD_BINDINGS"]), fix::LM_LEVEL, Documented, "KB 2903333, for gateways"),
    (For::Named(&["SEC_E_BAD_BINDINGS"]), fix::LM_LEVEL, Inferred, "the same failure, as the client names it"),
    (For::Mstsc(&[0xf08, 0x1607, 0x1707]), fix::DELEGATION, Documented, "the code is that of this policy"),
    (
        For::Named(&["SEC_E_DELEGATION_POLICY", "SEC_E_POLICY_NTLM_ONLY"]),
        fix::DELEGATION,
        Documented,
        "the code is that of this policy",
    ),
    (
        For::Mstsc(&[0xb09]),
        fix::NLA_OFF,
        Folklore,
        "it does away with the refusal, not with the cause: the client lacks CredSSP",
    ),
    (
        For::Named(&["HYBRID_REQUIRED_BY_SERVER", "SEC_E_INTERNAL_ERROR"]),
        fix::NLA_OFF,
        Folklore,
        "tells whether NLA is where it fails, and mends nothing",
    ),
    (
        For::Exits(&[161]),
        fix::NLA_OFF,
        Folklore,
        "it does away with the refusal, not with the cause: the client lacks CredSSP",
    ),
    (For::Mstsc(&[0x3]), fix::WDDM_OFF, Reported, "web reports of 0x3 with extended 0x10 to 0x12"),
    (
        For::Named(&[
            "ERRINFO_SERVER_DWM_CRASH",
            "ERRINFO_CLOSE_STACK_ON_DRIVER_NOT_READY",
            "ERRINFO_CLOSE_STACK_ON_DRIVER_FAILURE",
            "ERRINFO_CLOSE_STACK_ON_DRIVER_IFACE_FAILURE",
            "ERRINFO_GRAPHICSSUBSYSTEMFAILED",
        ]),
        fix::WDDM_OFF,
        Reported,
        "web reports",
    ),
    (For::Mstsc(&[0x1104]), fix::PORT_OWNER, Reported, "users name another service on the port"),
    (For::Mstsc(&[0x204]), fix::PORT_OWNER, Inferred, "nothing accepted the connection"),
    (For::Exits(&[141]), fix::PORT_OWNER, Inferred, "nothing accepted the connection"),
];

/// The fixes for a meaning, the surest first.
pub(super) fn of(meaning: &Meaning) -> Vec<Advised> {
    let is_for = |key: &For| match (key, meaning.space) {
        (For::Mstsc(codes), Space::Mstsc)
        | (For::Extended(codes), Space::MstscExtended)
        | (For::Events(codes), Space::WindowsEvent)
        | (For::Exits(codes), Space::XfreerdpExit) => codes.contains(&meaning.number),
        (For::Named(names), Space::Wire(_)) => meaning.name.is_some_and(|name| names.contains(&name)),
        _ => false,
    };
    let rows = TABLE.iter().filter(|(key, ..)| is_for(key));
    let mut fixes: Vec<Advised> = rows.map(|&(_, fix, evidence, why)| Advised { fix, evidence, why }).collect();
    fixes.sort_by_key(|advised| advised.evidence);
    fixes
}
