//! `[[connection]]` and `[server.redirection]`: what a client meets that comes again.

use toml::de::{DeTable, DeValue};

use super::{act, course};
use crate::keys::{CONNECTION, FILE, REDIRECTION};
use crate::load::lay_over;
use crate::model::{Later, ProbeProfile, Redirection, ServerProfile, Step};
use crate::read::View;

/// Every `[[connection]]`, in the order of the file.
pub(super) fn later(file: &View<'_, '_>, probe: &ProbeProfile, first: &ServerProfile) -> Vec<Later> {
    let mut all: Vec<Later> = Vec::new();
    for item in file.array("connection").unwrap_or_default() {
        let Some(view) = View::of(item, &CONNECTION, file.sink) else { continue };
        if !view.has("server") && !view.has("fault") {
            let message = "the connection is as the one before it: it has neither `server` nor `fault`";
            view.sink.report(view.span.clone(), message);
        }
        let table = merged(file, &view);
        let (server, faults) = act(&View::new(&table, 0..0, &FILE, file.sink), probe);
        if !view.has("from") {
            view.missing("from");
        }
        let Some(from) = view.integer("from").and_then(|from| u32::try_from(from).ok()) else { continue };
        if all.last().is_some_and(|before| before.from >= from) {
            let message = "each [[connection]] is for later ones than the [[connection]] before it";
            view.sink.report(view.key_span("from"), message);
        }
        unreachable(&view, probe, from);
        let (line, _) = view.sink.position(view.span.start);
        all.push(Later { from, server, faults: faults.into_iter().map(|placed| placed.fault).collect(), line });
    }
    comes_back(file, probe, first);
    all
}

/// The file with this connection's keys laid over it. A redirection stays behind: whoever was sent here has arrived.
fn merged<'i>(file: &View<'_, 'i>, connection: &View<'_, 'i>) -> DeTable<'i> {
    let mut table = file.raw().clone();
    table.remove("connection");
    if let Some(DeValue::Table(server)) = table.get_mut("server").map(|server| server.get_mut()) {
        server.remove("redirection");
    }
    let over = connection.raw().iter().filter(|(key, _)| matches!(&**key.get_ref(), "server" | "fault"));
    lay_over(&mut table, over.map(|(key, value)| (key.clone(), value.clone())).collect());
    table
}

/// Connections that the probe never makes.
fn unreachable(view: &View<'_, '_>, probe: &ProbeProfile, from: u32) {
    if probe.reconnect.is_none() && !probe.follow {
        let message = "[[connection]] is never reached: the probe comes once";
        view.sink.suggest(view.span.clone(), message, "write reconnect = \"cookie\" or follow = true in [probe]");
    } else if !probe.follow && from > 2 {
        view.sink.report(view.key_span("from"), "never reached: a probe that reconnects comes twice");
    }
}

/// A probe that reconnects needs a cookie, and a loss.
fn comes_back(file: &View<'_, '_>, probe: &ProbeProfile, first: &ServerProfile) {
    if probe.reconnect.is_none() || !course::reaches_session(first, probe) {
        return;
    }
    if !first.session.steps.contains(&Step::ReconnectCookie) {
        let span = file.table("probe", &crate::keys::PROBE).map_or(0..0, |probe| probe.key_span("reconnect"));
        let message = "the probe never reconnects: no step of [server.session] is \"reconnect-cookie\"";
        file.sink.report(span, message);
    }
}

/// `[server.redirection]`.
pub(super) fn redirection(server: &View<'_, '_>) -> Option<Redirection> {
    let view = server.table("redirection", &REDIRECTION)?;
    let text = |key| view.string(key).map(|(text, _)| text.to_owned());
    let session = view.integer("session").and_then(|session| u32::try_from(session).ok()).unwrap_or_default();
    Some(Redirection {
        session,
        address: text("address"),
        token: text("token"),
        user: text("user"),
        domain: text("domain"),
        password: text("password"),
    })
}
