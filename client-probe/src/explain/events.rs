//! Ids of Windows events that tell of Remote Desktop, on both sides.

use badrdp_proto::pdu::Side;
use badrdp_proto::vocab::Stage;

use super::row::{Row, Source, row};

const fn event(number: u32, log: &'static str, meaning: &'static str) -> Row {
    row(number, "", meaning, Source::Event(log))
}

const CLIENT: &str = "TerminalServices-RDPClient/Operational, on the client";
const CLIENT_UI: &str = "RDPClient ActiveXCore, on the client";
const CORE: &str = "RemoteDesktopServices-RdpCoreTS/Operational, on the host";
const MANAGER: &str = "TerminalServices-RemoteConnectionManager, on the host";
const SESSION: &str = "TerminalServices-LocalSessionManager/Operational, on the host";
const SCHANNEL: &str = "Schannel in the System log, on the host";
const TERMDD: &str = "TermDD in the System log, on the host";
const TERMSERVICE: &str = "TermService in the System log, on the host";
const SECURITY: &str = "the Security log, on the host";
const PROFILE: &str = "User Profile Service in the Application log, on the host";
const NOTHING: &[&str] = &["nothing to fix: it tells how far the connection came"];
const WHY: &[&str] = &["read the reason in the event's text and explain it: `badrdp explain NUMBER`"];
const STREAM: &[&str] = &["run `badrdp probe HOST`: it names the message at which the stream breaks"];

/// By id; an id may stand in several logs.
pub(super) const ROWS: &[Row] = &[
    event(21, SESSION, "a session is logged on").at(Stage::Active).fix(NOTHING),
    event(22, SESSION, "a session's shell starts").at(Stage::Active).fix(NOTHING),
    event(24, SESSION, "a session is disconnected").at(Stage::Active).fix(NOTHING),
    event(25, SESSION, "a session is reconnected").at(Stage::Active).fix(NOTHING),
    event(39, SESSION, "a session was disconnected by another one").at(Stage::Active).fix(WHY),
    event(40, SESSION, "a session was disconnected, with the reason: the number is mstsc's extended one")
        .at(Stage::Active)
        .fix(WHY),
    event(50, TERMDD, "the stream of a connection is not as the protocol says, and the host disconnects").fix(STREAM),
    event(56, TERMDD, "the stream of a connection is broken, and the host disconnects").fix(STREAM),
    event(98, CORE, "a connection over TCP was taken").at(Stage::Tcp).fix(NOTHING),
    event(131, CORE, "a connection over TCP was accepted").at(Stage::Tcp).fix(NOTHING),
    event(140, CORE, "user name or password is wrong, in NLA")
        .at(Stage::Nla)
        .fix(&["check user name and password; event 4625 in the Security log has the status"]),
    event(226, CORE, "the host's side of the connection failed, with an HRESULT such as 0x80070040").fix(WHY),
    event(226, CLIENT_UI, "the client's state machine met an error").fix(WHY),
    event(261, MANAGER, "the listener took a connection").at(Stage::Tcp).fix(NOTHING),
    event(1004, TERMSERVICE, "the host cannot issue a licence to a client").at(Stage::Licensing),
    event(1010, TERMSERVICE, "the host finds no licence server").at(Stage::Licensing),
    event(1024, CLIENT, "the client connects").at(Stage::Tcp).fix(NOTHING),
    event(1025, CLIENT, "the client is connected").fix(NOTHING),
    event(1026, CLIENT, "the client is disconnected; its Reason is discReason in decimal").fix(WHY),
    event(1027, CLIENT, "the client has its session").at(Stage::Active).fix(NOTHING),
    event(1028, CLIENT, "the server supports TLS").at(Stage::ConnectionInitiation).fix(NOTHING),
    event(1029, CLIENT, "a hash of the user's name").fix(NOTHING),
    event(1057, MANAGER, "the host could not make its self-signed certificate").at(Stage::Tls),
    event(1058, MANAGER, "the host could not renew its self-signed certificate").at(Stage::Tls),
    event(1088, TERMSERVICE, "the grace period of licensing is over or ends soon").at(Stage::Licensing),
    event(1102, CLIENT, "the client opens a side transport over UDP").fix(NOTHING),
    event(1103, CLIENT, "the client's side transport is connected").fix(NOTHING),
    event(1105, CLIENT, "the client's side transport is disconnected").fix(NOTHING),
    event(1149, MANAGER, "the user is authenticated").at(Stage::Nla).fix(NOTHING),
    event(1502, PROFILE, "the user's profile cannot be loaded").at(Stage::Active),
    event(1508, PROFILE, "the user's registry hive cannot be loaded").at(Stage::Active),
    event(1511, PROFILE, "the user's profile is not found: a temporary one is used").at(Stage::Active),
    event(1515, PROFILE, "the user's profile was put aside and is tried again at the next logon").at(Stage::Active),
    event(4625, SECURITY, "a logon failed: account, client and status stand in the event")
        .at(Stage::Nla)
        .fix(&["look the event's Status and Sub Status up: `badrdp explain 0xC000006D`"]),
    event(36870, SCHANNEL, "the certificate's private key cannot be used, often with 0x8009030D").at(Stage::Tls),
    event(36871, SCHANNEL, "TLS credentials could not be made; state 10013: TLS is off for servers").at(Stage::Tls),
    event(36872, SCHANNEL, "no certificate is there for TLS")
        .at(Stage::Tls)
        .fix(&["give the host a certificate, or let it make its own"]),
    event(36874, SCHANNEL, "no cipher suite in common").at(Stage::Tls),
    event(36887, SCHANNEL, "the other side sent a fatal alert: the number is TLS's").at(Stage::Tls).fix(WHY),
    event(36888, SCHANNEL, "the host sent a fatal alert: the number is TLS's").at(Stage::Tls).fix(WHY),
];

/// Each event with this id: where it is logged, on which side, and what it says.
pub(crate) fn of(id: u32) -> impl Iterator<Item = (&'static str, Side, &'static str)> {
    ROWS.iter().filter(move |row| row.number == id).filter_map(|row| {
        let Source::Event(place) = row.source else { return None };
        let (log, side) = place.rsplit_once(", on the ")?;
        let side = if side == "client" { Side::Client } else { Side::Server };
        Some((log, side, row.meaning))
    })
}
