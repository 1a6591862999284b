//! From a table to a checked [`Scenario`], a file per part.

mod again;
mod bytes;
mod conflict;
pub(crate) mod course;
mod expect;
mod fault;
mod logon;
mod measure;
mod message_channel;
mod nla;
mod probe;
mod reach;
mod server;
mod session;
pub(crate) mod words;

use std::path::Path;

use self::course::{Course, Part};
use self::fault::Placed;
use crate::model::{ProbeProfile, Scenario, ServerProfile};
use crate::read::View;
use crate::suites;

/// Checks one scenario: a file without cases, or a base with one case laid over it.
/// `None` means that mistakes were reported.
pub(crate) fn scenario(view: &View<'_, '_>, id: String, path: &Path) -> Option<Scenario> {
    let summary = summary(view);
    let about = view.string("about").map(|(text, _)| text.trim().to_owned()).unwrap_or_default();
    let probe = probe::probe(view);
    let (server, faults) = act(view, &probe);
    credssp(view, &server, &probe);
    license(view, &server, &probe);
    let later = again::later(view, &probe, &server);
    let (spec, tags, covers) = (spec(view), tags(view), covers(view));
    // Last, so that all of the file was read when its absence gives the scenario up.
    let (expect_probe, expect_client) = expect::expect(view)?;
    Some(Scenario {
        id,
        summary,
        about,
        spec,
        tags,
        covers,
        server,
        faults: faults.into_iter().map(|placed| placed.fault).collect(),
        later,
        probe,
        expect_probe,
        expect_client,
        source: path.to_owned(),
    })
}

/// Who the server is on one connection, and what goes wrong there.
fn act(view: &View<'_, '_>, probe: &ProbeProfile) -> (ServerProfile, Vec<Placed>) {
    let server = server::server(view, probe);
    let faults = fault::faults(view);
    reach::check(&server, probe, &faults, view.sink);
    conflict::check(&faults, view.sink);
    (server, faults)
}

/// Keys of CredSSP where none is spoken.
fn credssp(view: &View<'_, '_>, server: &ServerProfile, probe: &ProbeProfile) {
    let because = match course::selected(server, probe) {
        Ok(_) if Course::new(server, probe).parts.contains(&Part::Nla) => return,
        Ok(_) => course::no_credssp(server, probe),
        Err(because) => because,
    };
    probe::without_credssp(view, because);
}

/// Keys of a licence exchange that never meets them.
fn license(view: &View<'_, '_>, server: &ServerProfile, probe: &ProbeProfile) {
    if server.licensing.exchange.is_none() {
        return probe::without_exchange(view);
    }
    let Some(kind) = server.licensing.alert_at else { return };
    let mut whole = server.clone();
    whole.licensing.alert_at = None;
    let course = Course::new(&whole, probe);
    if course.parts.contains(&Part::Licensing) && course.count(kind) == 0 {
        server::never_replaced(view, kind);
    }
}

fn summary(view: &View<'_, '_>) -> String {
    let Some((text, span)) = view.string("summary") else {
        if !view.has("summary") {
            view.missing("summary");
        }
        return String::new();
    };
    if text.trim().is_empty() || text.contains('\n') {
        view.sink.report(span, "`summary` must be one line that says what is broken");
    }
    text.to_owned()
}

fn spec(view: &View<'_, '_>) -> Vec<String> {
    if !view.has("spec") {
        view.missing("spec");
    }
    let entries = view.strings("spec");
    if entries.is_empty() && view.array("spec").is_some_and(<[_]>::is_empty) {
        view.sink.report(view.key_span("spec"), "`spec` names no section");
    }
    for (text, span) in &entries {
        if text.trim().is_empty() {
            view.sink.report(span.clone(), "`spec` must name a section, for example \"MS-RDPBCGR 2.2.1.4\"");
        }
    }
    entries.into_iter().map(|(text, _)| text.to_owned()).collect()
}

fn tags(view: &View<'_, '_>) -> Vec<String> {
    let entries = view.strings("tags");
    for (text, span) in &entries {
        if !crate::load::is_name(text) {
            view.sink.report(span.clone(), format!("`{text}` is no tag: lower-case letters, digits and hyphens only"));
        }
    }
    entries.into_iter().map(|(text, _)| text.to_owned()).collect()
}

/// Rows of the suites' table.
fn covers(view: &View<'_, '_>) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    for (id, span) in view.strings("covers") {
        if suites::find(id).is_none() {
            let known = suites::rows().iter().map(|row| row.id.as_str());
            view.sink.unknown(span, format!("`{id}` is no row of `badrdp scenario coverage`"), id, known);
        } else if ids.iter().any(|other| other == id) {
            view.sink.report(span, format!("`{id}` comes twice"));
        } else {
            ids.push(id.to_owned());
        }
    }
    ids
}
