//! From a table to a checked [`Scenario`], a file per part.

mod bytes;
mod conflict;
mod expect;
mod fault;
mod reach;
mod server;
mod session;

use std::path::Path;

use crate::model::Scenario;
use crate::read::View;

/// Checks one scenario: a file without cases, or a base with one case laid over it.
/// `None` means that mistakes were reported.
pub(crate) fn scenario(view: &View<'_, '_>, id: String, path: &Path) -> Option<Scenario> {
    let summary = summary(view);
    let about = view.string("about").map(|(text, _)| text.trim().to_owned()).unwrap_or_default();
    let server = server::server(view);
    let faults = fault::faults(view);
    reach::check(&server, &faults, view.sink);
    conflict::check(&faults, view.sink);
    let (spec, tags) = (spec(view), tags(view));
    // Last, so that all of the file was read when its absence gives the scenario up.
    let (expect_probe, expect_client) = expect::expect(view)?;
    Some(Scenario {
        id,
        summary,
        about,
        spec,
        tags,
        server,
        faults: faults.into_iter().map(|placed| placed.fault).collect(),
        expect_probe,
        expect_client,
        source: path.to_owned(),
    })
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
