//! `[probe]`: what the probe does in a replay, where that is not its default.

use badrdp_proto::pdu::x224::Protocols;

use super::bytes;
use super::server::{contradiction, multitransport};
use super::words::RECONNECTS;
use crate::keys::PROBE;
use crate::model::{LicenseAnswer, ProbeProfile};
use crate::read::View;

/// A Connection Request has 255 bytes at most.
const MOST_SAID: usize = 128;

/// `[probe]`; every key has a default.
pub(super) fn probe(file: &View<'_, '_>) -> ProbeProfile {
    let Some(view) = file.table("probe", &PROBE) else { return ProbeProfile::default() };
    let text = |key| view.string(key).map(|(text, _)| text.to_owned());
    let flag = |key| view.boolean(key).unwrap_or(false);
    let profile = ProbeProfile {
        user: text("user"),
        domain: text("domain").unwrap_or_default(),
        password: text("password").unwrap_or_default(),
        protocols: protocols(&view),
        spnego: flag("spnego"),
        credssp_version: view.integer("credssp_version").and_then(|version| u32::try_from(version).ok()),
        vulnerable: flag("vulnerable"),
        accept_certificate: flag("accept_certificate"),
        restricted_admin: flag("restricted_admin"),
        remote_guard: flag("remote_guard"),
        channels: view.has("channels").then(|| channels(&view)),
        multitransport: multitransport(&view),
        license: view.word("license", LicenseAnswer::NAMES).unwrap_or_default(),
        cookie: said(&view, "cookie"),
        routing_token: said(&view, "routing_token"),
        correlation_id: correlation_id(&view),
        ipv6: flag("ipv6"),
        reconnect: view.word("reconnect", RECONNECTS),
        follow: flag("follow"),
    };
    if let Some(("", span)) = view.string("user") {
        view.sink.suggest(span, "`user` is empty", "leave it out: a probe without credentials");
    }
    if view.has("user") {
        if !view.has("password") {
            view.missing("password");
        }
    } else {
        contradiction(&view, "password", "`password` needs a `user`");
        contradiction(&view, "domain", "`domain` needs a `user`");
        contradiction(&view, "accept_certificate", "a probe without a `user` has no credentials to send");
    }
    if profile.cookie.as_ref().is_some_and(|cookie| !cookie.is_empty()) {
        contradiction(&view, "routing_token", "a routing token takes the cookie's place: keep one of the two");
    }
    if profile.restricted_admin && profile.remote_guard {
        contradiction(&view, "remote_guard", "one logon has one mode: `restricted_admin` or `remote_guard`");
    }
    profile
}

/// Names as `CHANNEL_DEF` can carry them, MS-RDPBCGR 2.2.1.3.4.1.
fn channels(view: &View<'_, '_>) -> Vec<String> {
    let named = view.strings("channels");
    if let Some((_, span)) = named.get(31) {
        view.sink.report(span.clone(), "a client may ask for 31 channels (MS-RDPBCGR 2.2.1.3.4)");
    }
    for (name, span) in &named {
        if name.is_empty() || name.len() > 7 || !name.bytes().all(|byte| byte.is_ascii_graphic()) {
            view.sink.report(span.clone(), format!("`{name}` is no channel: 1 to 7 ASCII characters"));
        }
    }
    named.into_iter().map(|(name, _)| name.to_owned()).collect()
}

/// What stands in a Connection Request ahead of CR LF.
fn said(view: &View<'_, '_>, key: &str) -> Option<String> {
    let (text, span) = view.string(key)?;
    let printable = |byte: u8| byte.is_ascii_graphic() || byte == b' ';
    if text.len() > MOST_SAID || !text.bytes().all(printable) {
        view.sink.report(span, format!("`{key}` has at most {MOST_SAID} printable ASCII characters"));
        return None;
    }
    Some(text.to_owned())
}

fn correlation_id(view: &View<'_, '_>) -> Option<[u8; 16]> {
    let (digits, span) = view.string("correlation_id")?;
    let bytes = bytes::hex(digits, span.clone(), view.sink)?;
    let id = bytes.try_into().ok();
    if id.is_none() {
        view.sink.report(span, "`correlation_id` has 16 bytes");
    }
    id
}

fn protocols(view: &View<'_, '_>) -> Option<Protocols> {
    if !view.has("protocols") {
        return None;
    }
    if view.strings("protocols").is_empty() {
        let message = "`protocols` offers nothing";
        view.sink.suggest(view.key_span("protocols"), message, "write [\"rdp\"], or leave it out");
        return None;
    }
    let named = view.words("protocols", Protocols::NAMES).into_iter().map(|(protocol, ..)| protocol);
    Some(named.fold(Protocols::RDP, Protocols::union))
}

/// The answer to a licence exchange that there is none of.
pub(super) fn without_exchange(file: &View<'_, '_>) {
    let Some(view) = file.table("probe", &PROBE) else { return };
    contradiction(&view, "license", "`license` answers a licence exchange, and [server.licensing] has no `exchange`");
}

/// Keys of CredSSP in a replay that never gets there.
pub(super) fn without_credssp(file: &View<'_, '_>, because: &str) {
    let Some(view) = file.table("probe", &PROBE) else { return };
    for key in ["spnego", "credssp_version", "vulnerable", "restricted_admin", "remote_guard"] {
        contradiction(&view, key, &format!("`{key}` means nothing without CredSSP: {because}"));
    }
}
