//! `[server]` and the tables below it, session steps apart.

use badrdp_proto::connect::{IO_CHANNEL, SERVER_CHANNEL};
use badrdp_proto::pdu::x224::Protocols;
use badrdp_proto::vocab::MessageKind;
use badrdp_proto::vocab::codes::{
    ErrorInfo, LicenseErrorCode, LicenseStateTransition, McsResult, NegotiationFailureCode,
};

use super::course::{self, Course, NO_TLS, Part};
use super::words::{
    CIPHERS, FLAGS, KEYS, LICENSE_MESSAGES, OTHERWISE, SIDE_TRANSPORTS, UNKNOWN, VERSIONS, WITHOUT_REQUEST,
};
use super::{again, measure, message_channel, nla, session};
use crate::keys::{LICENSING, MCS, NEGOTIATION, NLA, SERVER, TLS};
use crate::model::{
    Certificate, Exchange, Key, LicenseCertificate, LicensingProfile, McsProfile, Negotiation, ProbeProfile,
    ServerProfile, SideTransport, TlsProfile, TlsVersion, TlsVersionMax,
};
use crate::read::View;

/// `[server]`; every key has a default. What can be reached depends on the probe, too.
pub(super) fn server(file: &View<'_, '_>, probe: &ProbeProfile) -> ServerProfile {
    let Some(view) = file.table("server", &SERVER) else { return ServerProfile::default() };
    let profile = ServerProfile {
        security: security(&view),
        negotiation: view.table("negotiation", &NEGOTIATION).map(|view| negotiation(&view)).unwrap_or_default(),
        tls: view.table("tls", &TLS).map(|view| tls(&view)).unwrap_or_default(),
        nla: nla::nla(&view, probe),
        accounts: nla::accounts(&view),
        mcs: view.table("mcs", &MCS).map(|view| mcs(&view)).unwrap_or_default(),
        auto_detect: measure::auto_detect(&view),
        multitransport: multitransport(&view),
        licensing: view.table("licensing", &LICENSING).map(|view| licensing(&view)).unwrap_or_default(),
        redirection: again::redirection(&view),
        session: session::session(&view),
    };
    message_channel::check(&view, &profile, probe);
    unreachable_parts(&view, &profile, probe);
    profile
}

fn security(view: &View<'_, '_>) -> Protocols {
    if !view.has("security") {
        return ServerProfile::default().security;
    }
    if view.strings("security").is_empty() {
        view.sink.suggest(view.key_span("security"), "`security` accepts nothing", "write [\"rdp\"] or [\"ssl\"]");
    }
    let words = view.words("security", Protocols::NAMES);
    let mut all = Protocols::RDP;
    for (protocol, text, span) in &words {
        let protocol = *protocol;
        if protocol == Protocols::RDP && words.len() > 1 {
            view.sink.report(span.clone(), "\"rdp\" stands alone: a server with TLS refuses standard RDP security");
        } else if protocol == Protocols::RDSTLS || protocol == Protocols::RDSAAD {
            view.sink.report(
                span.clone(),
                format!("the server cannot speak \"{text}\" yet; `negotiation.select` can name it"),
            );
        }
        all = all.union(protocol);
    }
    all
}

fn negotiation(view: &View<'_, '_>) -> Negotiation {
    let number = |number| u32::try_from(number).ok().map(NegotiationFailureCode);
    let failure = view.code("failure", number);
    let select = view.word("select", Protocols::NAMES);
    let silent = view.boolean("answer") == Some(false);
    let flags = view.has("flags").then(|| view.words("flags", FLAGS).into_iter().fold(0, |all, (bit, ..)| all | bit));
    if failure.is_some() {
        contradiction(view, "select", "`failure` refuses every protocol, so none is selected");
        contradiction(view, "flags", "`failure` sends no Negotiation Response, so it has no flags");
    }
    if silent {
        contradiction(view, "failure", "`answer = false` sends no negotiation data, so no failure either");
        contradiction(view, "select", "`answer = false` sends no negotiation data, so nothing is selected");
        contradiction(view, "flags", "`answer = false` sends no Negotiation Response, so it has no flags");
    }
    for key in ["otherwise", "without_request"] {
        let message = format!("`{key}` means nothing where every request gets the same answer");
        if failure.is_some() || select.is_some() || silent {
            contradiction(view, key, &message);
        }
    }
    Negotiation {
        failure,
        select,
        silent,
        flags,
        otherwise: view.word("otherwise", OTHERWISE).unwrap_or_default(),
        without_request: view.word("without_request", WITHOUT_REQUEST).unwrap_or_default(),
        unknown: view.word("unknown", UNKNOWN).unwrap_or_default(),
        source: view.integer("source_reference").and_then(|source| u16::try_from(source).ok()),
    }
}

fn tls(view: &View<'_, '_>) -> TlsProfile {
    let min = view.word("min", VERSIONS).unwrap_or_default();
    let max = view.word("max", VERSIONS).map_or_else(TlsVersionMax::default, TlsVersionMax);
    if min > max.0 {
        contradiction(view, "min", "`min` is above `max`");
    }
    let mut ciphers = Vec::new();
    let mut usable = false;
    let named = view.strings("ciphers").len();
    for (version, text, _) in view.words("ciphers", CIPHERS) {
        usable |= (min..=max.0).contains(&version);
        ciphers.push(text.to_owned());
    }
    if view.has("ciphers") && !usable && ciphers.len() == named {
        contradiction(view, "ciphers", "`ciphers` names no suite of a version between `min` and `max`");
    }
    let certificate = view.word("certificate", Certificate::NAMES).unwrap_or_default();
    let key = view.word("key", KEYS).unwrap_or_default();
    if key == Key::Rsa1024 && min == TlsVersion::V13 {
        contradiction(view, "key", "`rsa-1024` signs for TLS 1.2 only, and `min` is above it");
    }
    if key == Key::Rsa1024 && certificate == Certificate::SelfSigned {
        contradiction(view, "key", "`rsa-1024` signs no certificates, so `certificate` cannot be self-signed");
    }
    let extra_names = view.integer("extra_names").and_then(|count| u16::try_from(count).ok()).unwrap_or_default();
    TlsProfile { certificate, key, min, max, ciphers, extra_names }
}

fn mcs(view: &View<'_, '_>) -> McsProfile {
    let result = |key| view.code(key, |number| u8::try_from(number).ok().filter(|n| *n < 16).map(McsResult));
    let channel = |key| view.integer(key).and_then(|id| u16::try_from(id).ok());
    let profile = McsProfile {
        connect_result: result("connect_result"),
        attach_result: result("attach_result"),
        join_result: result("join_result"),
        join_number: view.integer("join_number").and_then(|n| u16::try_from(n).ok()).unwrap_or(1),
        skip_channel_join: view.flag("skip_channel_join"),
        io_channel: channel("io_channel").unwrap_or(IO_CHANNEL),
        message_channel: channel("message_channel"),
    };
    channel_clashes(view, &profile);
    if profile.connect_result.is_some() {
        contradiction(view, "attach_result", "`connect_result` ends the connection before Attach User");
        contradiction(view, "join_result", "`connect_result` ends the connection before the joins");
    }
    if profile.attach_result.is_some() {
        contradiction(view, "join_result", "`attach_result` ends the connection before the joins");
    }
    if !view.has("join_result") {
        contradiction(view, "join_number", "`join_number` means nothing without `join_result`");
    } else if profile.skip_channel_join {
        contradiction(view, "join_result", "`skip_channel_join` leaves no join to refuse");
    }
    profile
}

/// `multitransport`, of the server or of the probe.
pub(super) fn multitransport(view: &View<'_, '_>) -> Vec<SideTransport> {
    view.words("multitransport", SIDE_TRANSPORTS).into_iter().map(|(transport, ..)| transport).collect()
}

/// Ids that are taken. User and static channels take what the two leave free, so that they never clash.
fn channel_clashes(view: &View<'_, '_>, profile: &McsProfile) {
    for (key, id) in [("io_channel", Some(profile.io_channel)), ("message_channel", profile.message_channel)] {
        if id == Some(SERVER_CHANNEL) {
            contradiction(view, key, "1002 is the server's own user channel (MS-RDPBCGR 3.3.1.5)");
        }
    }
    if profile.message_channel.is_some_and(|id| id != 0 && id == profile.io_channel) {
        contradiction(view, "message_channel", &format!("{} is the I/O channel", profile.io_channel));
    }
}

fn licensing(view: &View<'_, '_>) -> LicensingProfile {
    let honest = LicensingProfile::default();
    let profile = LicensingProfile {
        error: view.code("error", |number| u32::try_from(number).ok().map(LicenseErrorCode)).unwrap_or(honest.error),
        transition: view
            .code("transition", |number| u32::try_from(number).ok().map(LicenseStateTransition))
            .unwrap_or(honest.transition),
        error_info: view.code("error_info", |number| u32::try_from(number).ok().map(ErrorInfo)),
        exchange: view.word("exchange", Exchange::NAMES),
        alert_at: view.word("alert_at", LICENSE_MESSAGES),
        certificate: view.word("certificate", LicenseCertificate::NAMES).unwrap_or_default(),
    };
    if profile.exchange.is_none() {
        contradiction(view, "alert_at", "`alert_at` needs an `exchange`");
        contradiction(view, "certificate", "`certificate` is sent in an `exchange`, and there is none");
    } else if !view.has("alert_at") {
        let message = "an `exchange` ends with a licence: `alert_at` says where the alert stands in";
        contradiction(view, "error", message);
        contradiction(view, "transition", message);
    }
    if profile.error_info.is_some() {
        contradiction(view, "error", "`error_info` takes the place of the licensing PDU");
        contradiction(view, "transition", "`error_info` takes the place of the licensing PDU");
        contradiction(view, "exchange", "`error_info` takes the place of every licensing PDU");
    }
    profile
}

/// An alert in place of a message that is not due.
pub(super) fn never_replaced(file: &View<'_, '_>, kind: MessageKind) {
    let Some(view) = file.table("server", &SERVER).and_then(|view| view.table("licensing", &LICENSING)) else { return };
    contradiction(&view, "alert_at", &format!("{kind} is never sent to the client that [probe] describes"));
}

/// A key that another one makes senseless.
pub(super) fn contradiction(view: &View<'_, '_>, key: &str, message: &str) {
    if view.has(key) {
        view.sink.report(view.key_span(key), message);
    }
}

/// Tables that describe a part of the connection which is never reached.
fn unreachable_parts(view: &View<'_, '_>, profile: &ServerProfile, probe: &ProbeProfile) {
    let Course { parts: reached, because, .. } = Course::new(profile, probe);
    let parts = [
        ("tls", "[server.tls]", Part::Tls),
        ("nla", "[server.nla]", Part::Nla),
        ("account", "[[server.account]]", Part::Nla),
        ("mcs", "[server.mcs]", Part::Mcs),
        ("auto_detect", "`auto_detect`", Part::Licensing),
        ("multitransport", "`multitransport`", Part::Session),
        ("licensing", "[server.licensing]", Part::Licensing),
        ("redirection", "[server.redirection]", Part::Capabilities),
        ("session", "[server.session]", Part::Session),
    ];
    for (key, table, part) in parts {
        if view.has(key) && !reached.contains(&part) {
            let because = match part {
                Part::Tls if reached.contains(&Part::Mcs) => NO_TLS,
                Part::Nla if course::selected(profile, probe).is_ok() => course::no_credssp(profile, probe),
                _ => because,
            };
            view.sink.report(view.key_span(key), format!("{table} is never reached: {because}"));
        }
    }
    let early = view.table("nla", &NLA).filter(|nla| nla.has("early_user_auth"));
    if let (Some(nla), Ok(Protocols::HYBRID)) = (early, course::selected(profile, probe)) {
        let message = "`early_user_auth` is sent where HYBRID_EX is selected, and HYBRID is";
        nla.sink.suggest(nla.key_span("early_user_auth"), message, "write security = [\"hybrid\", \"hybrid-ex\"]");
    }
}
