//! `[expect.probe]` and `[expect.client]`.

use badrdp_proto::vocab::Stage;

use super::words::DUTIES;
use crate::keys::{EXPECT, EXPECT_CLIENT, EXPECT_PROBE};
use crate::model::{ClientDuty, ExpectClient, ExpectProbe};
use crate::read::View;
use crate::spec::names_a_section;

/// Both tables; `None` means that mistakes were reported.
pub(super) fn expect(file: &View<'_, '_>) -> Option<(ExpectProbe, ExpectClient)> {
    let Some(view) = file.table("expect", &EXPECT) else {
        if !file.has("expect") {
            file.sink.report(0..0, "[expect.probe] and [expect.client] are missing");
        }
        return None;
    };
    for key in ["probe", "client"] {
        if !view.has(key) {
            view.sink.report(view.span.clone(), format!("[expect.{key}] is missing"));
        }
    }
    let probe = view.table("probe", &EXPECT_PROBE).and_then(|view| probe(&view));
    let client = view.table("client", &EXPECT_CLIENT).map(|view| client(&view));
    Some((probe?, client?))
}

fn probe(view: &View<'_, '_>) -> Option<ExpectProbe> {
    let finding = view.string("finding").map(|(text, span)| {
        if !crate::load::is_name(text) {
            view.sink.report(span, format!("`{text}` is no finding: lower-case letters, digits and hyphens only"));
        }
        text.to_owned()
    });
    let Some((name, span)) = view.string("stage") else {
        if !view.has("stage") {
            view.missing("stage");
        }
        return None;
    };
    let Ok(stage) = name.parse::<Stage>() else {
        let stages = Stage::ALL.iter().map(|stage| stage.name());
        view.sink.unknown(span, format!("unknown stage `{name}`"), name, stages);
        return None;
    };
    if finding.is_none() && !view.has("finding") && stage != Stage::Active {
        let message = format!("a connection that ends at {stage} has a cause: `finding` is missing");
        view.sink.report(view.span.clone(), message);
    }
    Some(ExpectProbe { stage, finding, says: says(view) })
}

/// Words that tell two causes with one finding apart.
fn says(view: &View<'_, '_>) -> Option<String> {
    let (text, span) = view.string("says")?;
    if text.trim().is_empty() {
        view.sink.report(span, "`says` must hold words of the finding's title");
    } else if !view.has("finding") {
        view.sink.report(view.key_span("says"), "`says` needs a `finding` that says it");
    }
    Some(text.to_owned())
}

fn client(view: &View<'_, '_>) -> ExpectClient {
    if !view.has("must") && !view.has("should") {
        view.sink.report(view.span.clone(), "[expect.client] needs `must` or `should`");
    }
    let because = match view.string("because") {
        Some((text, span)) if text.trim().is_empty() => {
            view.sink.report(span, "`because` must give the reason");
            String::new()
        }
        Some((text, span)) => {
            if !names_a_section(text) {
                let example = "for example \"… (MS-RDPBCGR 3.2.5.3.9)\"";
                view.sink.warn(span, "`because` names no section of a specification", example);
            }
            text.trim().to_owned()
        }
        None => {
            if !view.has("because") {
                view.missing("because");
            }
            String::new()
        }
    };
    let (must, should) = (view.word("must", DUTIES), view.word("should", DUTIES));
    if let (Some(ClientDuty::Connect), Some(ClientDuty::Disconnect))
    | (Some(ClientDuty::Disconnect), Some(ClientDuty::Connect)) = (must, should)
    {
        let words = "`must` and `should` ask for opposites: a client cannot both connect and disconnect";
        view.sink.report(view.key_span("should"), words);
    }
    ExpectClient { must, should, because }
}
