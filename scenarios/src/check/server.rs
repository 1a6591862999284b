//! `[server]` and the tables below it, session steps apart.

use badrdp_proto::pdu::x224::Protocols;
use badrdp_proto::vocab::codes::{
    ErrorInfo, LicenseErrorCode, LicenseStateTransition, McsResult, NegotiationFailureCode,
};

use super::reach::{self, NO_TLS, Part};
use super::session;
use crate::keys::{LICENSING, MCS, NEGOTIATION, SERVER, TLS};
use crate::model::{
    Certificate, Key, LicensingProfile, McsProfile, Negotiation, ServerProfile, TlsProfile, TlsVersion, TlsVersionMax,
};
use crate::read::View;

const CERTIFICATES: &[(&str, Certificate)] = &[
    ("good", Certificate::Good),
    ("expired", Certificate::Expired),
    ("not-yet-valid", Certificate::NotYetValid),
    ("wrong-name", Certificate::WrongName),
    ("self-signed", Certificate::SelfSigned),
    ("unknown-ca", Certificate::UnknownCa),
    ("no-server-auth", Certificate::NoServerAuth),
];

const KEYS: &[(&str, Key)] = &[("ecdsa", Key::Ecdsa), ("rsa", Key::Rsa)];

const VERSIONS: &[(&str, TlsVersion)] = &[("1.2", TlsVersion::V12), ("1.3", TlsVersion::V13)];

/// Flags of the Negotiation Response, MS-RDPBCGR 2.2.1.2.1.
const FLAGS: &[(&str, u8)] = &[
    ("extended-client-data", 0x01),
    ("graphics", 0x02),
    ("restricted-admin", 0x08),
    ("redirected-authentication", 0x10),
];

/// Cipher suites that the server can speak, and the version each belongs to.
const CIPHERS: &[(&str, TlsVersion)] = &[
    ("TLS13_AES_256_GCM_SHA384", TlsVersion::V13),
    ("TLS13_AES_128_GCM_SHA256", TlsVersion::V13),
    ("TLS13_CHACHA20_POLY1305_SHA256", TlsVersion::V13),
    ("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", TlsVersion::V12),
    ("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", TlsVersion::V12),
    ("TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", TlsVersion::V12),
    ("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", TlsVersion::V12),
    ("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", TlsVersion::V12),
    ("TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", TlsVersion::V12),
];

/// `[server]`; every key has a default.
pub(super) fn server(file: &View<'_, '_>) -> ServerProfile {
    let Some(view) = file.table("server", &SERVER) else { return ServerProfile::default() };
    let profile = ServerProfile {
        security: security(&view),
        negotiation: view.table("negotiation", &NEGOTIATION).map(|view| negotiation(&view)).unwrap_or_default(),
        tls: view.table("tls", &TLS).map(|view| tls(&view)).unwrap_or_default(),
        mcs: view.table("mcs", &MCS).map(|view| mcs(&view)).unwrap_or_default(),
        licensing: view.table("licensing", &LICENSING).map(|view| licensing(&view)).unwrap_or_default(),
        session: session::session(&view),
    };
    unreachable_parts(&view, &profile);
    profile
}

fn security(view: &View<'_, '_>) -> Protocols {
    if !view.has("security") {
        return ServerProfile::default().security;
    }
    let words = view.strings("security");
    if words.is_empty() {
        view.sink.suggest(view.key_span("security"), "`security` accepts nothing", "write [\"rdp\"] or [\"ssl\"]");
    }
    let mut all = Protocols::RDP;
    for (text, span) in &words {
        let Some(protocol) = view.sink.word("security", text, span.clone(), Protocols::NAMES) else { continue };
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
    let flags = view.has("flags").then(|| {
        let bits = view.strings("flags").into_iter();
        bits.filter_map(|(text, span)| view.sink.word("flags", text, span, FLAGS)).fold(0, |all, bit| all | bit)
    });
    if failure.is_some() {
        contradiction(view, "select", "`failure` refuses every protocol, so none is selected");
        contradiction(view, "flags", "`failure` sends no Negotiation Response, so it has no flags");
    }
    if silent {
        contradiction(view, "failure", "`answer = false` sends no negotiation data, so no failure either");
        contradiction(view, "select", "`answer = false` sends no negotiation data, so nothing is selected");
        contradiction(view, "flags", "`answer = false` sends no Negotiation Response, so it has no flags");
    }
    Negotiation { failure, select, silent, flags }
}

fn tls(view: &View<'_, '_>) -> TlsProfile {
    let min = view.word("min", VERSIONS).unwrap_or_default();
    let max = view.word("max", VERSIONS).map_or_else(TlsVersionMax::default, TlsVersionMax);
    if min > max.0 {
        contradiction(view, "min", "`min` is above `max`");
    }
    let mut ciphers = Vec::new();
    let mut usable = false;
    let words = view.strings("ciphers");
    let named = words.len();
    for (text, span) in words {
        if let Some(version) = view.sink.word("ciphers", text, span, CIPHERS) {
            usable |= (min..=max.0).contains(&version);
            ciphers.push(text.to_owned());
        }
    }
    if view.has("ciphers") && !usable && ciphers.len() == named {
        contradiction(view, "ciphers", "`ciphers` names no suite of a version between `min` and `max`");
    }
    TlsProfile {
        certificate: view.word("certificate", CERTIFICATES).unwrap_or_default(),
        key: view.word("key", KEYS).unwrap_or_default(),
        min,
        max,
        ciphers,
    }
}

fn mcs(view: &View<'_, '_>) -> McsProfile {
    let result = |key| view.code(key, |number| u8::try_from(number).ok().filter(|n| *n < 16).map(McsResult));
    let profile = McsProfile {
        connect_result: result("connect_result"),
        attach_result: result("attach_result"),
        join_result: result("join_result"),
        join_number: view.integer("join_number", 1..=34).and_then(|n| u16::try_from(n).ok()).unwrap_or(1),
        skip_channel_join: view.flag("skip_channel_join"),
    };
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

fn licensing(view: &View<'_, '_>) -> LicensingProfile {
    let honest = LicensingProfile::default();
    let profile = LicensingProfile {
        error: view.code("error", |number| u32::try_from(number).ok().map(LicenseErrorCode)).unwrap_or(honest.error),
        transition: view
            .code("transition", |number| u32::try_from(number).ok().map(LicenseStateTransition))
            .unwrap_or(honest.transition),
        error_info: view.code("error_info", |number| u32::try_from(number).ok().map(ErrorInfo)),
    };
    if profile.error_info.is_some() {
        contradiction(view, "error", "`error_info` takes the place of the licensing PDU");
        contradiction(view, "transition", "`error_info` takes the place of the licensing PDU");
    }
    profile
}

fn contradiction(view: &View<'_, '_>, key: &str, message: &str) {
    if view.has(key) {
        view.sink.report(view.key_span(key), message);
    }
}

/// Tables that describe a part of the connection which this server never reaches.
fn unreachable_parts(view: &View<'_, '_>, profile: &ServerProfile) {
    let (reached, because) = reach::reached(profile);
    let parts = [("tls", Part::Tls), ("mcs", Part::Mcs), ("licensing", Part::Licensing), ("session", Part::Session)];
    for (key, part) in parts {
        if view.has(key) && !reached.contains(&part) {
            let because = if part == Part::Tls && reached.contains(&Part::Mcs) { NO_TLS } else { because };
            view.sink.report(view.key_span(key), format!("[server.{key}] is never reached: {because}"));
        }
    }
}
