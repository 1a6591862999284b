//! Numbers that other programs print: xfreerdp's exit codes, FreeRDP's own error numbers, and what the negotiation's
//! bits are called.

use badrdp_proto::vocab::Stage;

use super::row::{Row, Source, row};

const READ: Source = Source::Reports("FreeRDP's source, read and not run");
const SPEC: Source = Source::Specification("MS-RDPBCGR 2.2.1.2.1");
const LOG: &[&str] =
    &["read its log, or freerdp_error_info: before the session runs, many reasons give the same exit code"];
const ACCOUNT: &[&str] = &["check the account's state; `badrdp probe HOST --user NAME --auth-only` says which it is"];
const DNS: &[&str] = &["check the host's name and the client's DNS servers"];

const fn exit(number: u32, name: &'static str, meaning: &'static str) -> Row {
    row(number, name, meaning, READ).fix(LOG)
}

const fn account(number: u32, name: &'static str, meaning: &'static str) -> Row {
    row(number, name, meaning, READ).at(Stage::Nla).fix(ACCOUNT)
}

/// xfreerdp and sdl-freerdp.
pub(super) const EXITS: &[Row] = &[
    exit(32, "", "an ERRINFO from 0x10c9 to 0x1193: the server complains of a PDU"),
    row(128, "", "the arguments are wrong", READ).fix(&["check the command line"]),
    exit(131, "", "the connection failed; before the session runs, any ERRINFO ends so"),
    exit(132, "", "authentication failed").at(Stage::Nla),
    exit(133, "", "no security protocol could be negotiated").at(Stage::ConnectionInitiation),
    account(134, "", "user name or password is wrong"),
    account(135, "", "the account is locked out"),
    exit(137, "", "an undefined connection error; from a shell also SIGKILL"),
    exit(139, "", "the name lookup failed; from a shell also SIGSEGV").at(Stage::Tcp).fix(DNS),
    exit(140, "", "the host's name was not found").at(Stage::Tcp).fix(DNS),
    exit(141, "", "TCP could not be connected").at(Stage::Tcp),
    exit(142, "", "the MCS connection failed").at(Stage::BasicSettingsExchange),
    exit(143, "", "TLS failed; from a shell also SIGTERM").at(Stage::Tls),
    account(144, "", "the user lacks the right to connect"),
    row(145, "", "the user cancelled", READ).fix(&["nothing to fix"]),
    exit(147, "", "the transport failed"),
    account(148, "", "the password has expired"),
    account(149, "", "the password must be changed"),
    account(150, "", "one of the account's states; which is not known here"),
    account(151, "", "the account is disabled"),
    account(152, "", "one of the account's states; which is not known here"),
    account(153, "", "one of the account's states; which is not known here"),
    account(154, "", "the password is wrong"),
    account(155, "", "access is denied"),
    account(156, "", "a rule on the account forbids the logon, or its hours do"),
    account(157, "", "the account has expired"),
    account(158, "", "the type of logon is not granted"),
    account(159, "", "one of the account's states; which is not known here"),
    row(160, "", "the target is starting", READ).fix(&["wait and connect again"]),
    row(161, "", "the host requires NLA, and the client may not do it", READ)
        .at(Stage::ConnectionInitiation)
        .fix(&["allow NLA in the client (/sec:nla) and give it credentials"]),
    exit(255, "", "an unknown reason, or an ERRINFO outside the numbers that have an exit code"),
];

/// `FREERDP_ERROR` of the class CONNECT (2).
pub(super) const CONNECT_ERRORS: &[Row] = &[
    exit(0x0002_0008, "", "TLS failed").at(Stage::Tls),
    exit(0x0002_000c, "", "no security protocol could be negotiated").at(Stage::ConnectionInitiation),
    exit(0x0002_000d, "", "the transport failed"),
    exit(0x0002_001c, "", "the session did not become active in time"),
];

/// FreeRDP's class ERRINFO (1) in the upper half: the lower half is the ERRINFO.
pub(super) const fn error_info(number: u32) -> Option<u32> {
    if number >> 16 == 1 && number & 0xffff != 0 { Some(number & 0xffff) } else { None }
}

const OFFER: &[&str] = &["`badrdp probe HOST` shows what the host selects, `--protocols` what is offered to it"];

/// `requestedProtocols` and `selectedProtocol`.
pub(super) const PROTOCOLS: &[Row] = &[
    row(0x0, "PROTOCOL_RDP", "standard RDP security, neither TLS nor NLA", SPEC)
        .at(Stage::ConnectionInitiation)
        .fix(OFFER),
    row(0x1, "PROTOCOL_SSL", "TLS without a logon before the session", SPEC).at(Stage::ConnectionInitiation).fix(OFFER),
    row(0x2, "PROTOCOL_HYBRID", "CredSSP (NLA) inside TLS", SPEC).at(Stage::ConnectionInitiation).fix(OFFER),
    row(0x4, "PROTOCOL_RDSTLS", "RDSTLS: a logon with what a redirection gave", SPEC)
        .at(Stage::ConnectionInitiation)
        .fix(OFFER),
    row(0x8, "PROTOCOL_HYBRID_EX", "CredSSP (NLA) with an Early User Authorization Result", SPEC)
        .at(Stage::ConnectionInitiation)
        .fix(OFFER),
    row(0x10, "PROTOCOL_RDSAAD", "a logon by Microsoft Entra ID", SPEC).at(Stage::ConnectionInitiation).fix(OFFER),
];

/// `flags` of the negotiation response.
pub(super) const RESPONSE_FLAGS: &[Row] = &[
    row(0x1, "EXTENDED_CLIENT_DATA_SUPPORTED", "the host takes the newer client data blocks", SPEC)
        .at(Stage::ConnectionInitiation),
    row(0x2, "DYNVC_GFX_PROTOCOL_SUPPORTED", "the host speaks the graphics pipeline", SPEC)
        .at(Stage::ConnectionInitiation),
    row(0x8, "RESTRICTED_ADMIN_MODE_SUPPORTED", "the host offers Restricted Admin mode", SPEC)
        .at(Stage::ConnectionInitiation),
    row(0x10, "REDIRECTED_AUTHENTICATION_MODE_SUPPORTED", "the host offers Remote Credential Guard", SPEC)
        .at(Stage::ConnectionInitiation),
];
