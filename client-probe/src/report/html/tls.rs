//! What a survey found in TLS.

use super::finding::sure;
use super::part::Part;
use super::survey::{Block, Row, plain, state};

/// Suites of a version, groups, schemes.
const MOST: usize = 400;

/// The object `survey.tls` of a document.
pub(super) fn block(found: Part<'_>) -> Option<Block> {
    if !found.is_there() {
        return None;
    }
    let mut rows: Vec<Row> = found.get("versions").list().take(MOST).map(version).collect();
    if let Some(asked_with) = found.get("groups_asked_with").text() {
        let more = more(found.get("groups_complete"));
        rows.push(plain(
            "groups",
            format!("{}{more} (asked for with {asked_with})", names(found.get("groups"), |_| true)),
        ));
        let strong = names(found.get("groups"), |group| group.get("post_quantum").flag() == Some(true));
        rows.push(plain("post-quantum", strong));
    }
    if found.get("signature_schemes").list().len() > 0 {
        let more = more(found.get("signature_schemes_complete"));
        rows.push(plain("signatures", format!("{}{more}", names(found.get("signature_schemes"), |_| true))));
    }
    rows.extend(found.get("dh_bits").number().map(|bits| plain("DH prime", format!("{bits} bits"))));
    let facts = [
        ("secure renegotiation", "secure_renegotiation"),
        ("extended master secret", "extended_master_secret"),
        ("compression", "compression"),
    ];
    let known = facts.iter().filter_map(|(label, key)| Some((*label, found.get(key).flag()?)));
    rows.extend(known.map(|(label, yes)| plain(label, if yes { "yes" } else { "no" })));
    Some(Block { title: "TLS".to_owned(), rows })
}

fn names(list: Part<'_>, keep: impl Fn(&Part<'_>) -> bool) -> String {
    let names: Vec<_> = list.list().filter(keep).take(MOST).map(|one| one.get("name").words()).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

fn more(complete: Part<'_>) -> &'static str {
    if complete.flag() == Some(true) { "" } else { ", perhaps others" }
}

fn version(version: Part<'_>) -> Row {
    let label = version.get("version").words();
    let accepted = version.get("accepted").flag();
    let state = Some(state(accepted));
    if accepted != Some(true) {
        let text = Some(sure(version.get("because").words(), version.get("evidence")));
        return Row { label, state, text, ..Row::default() };
    }
    let suites = version.get("suites");
    let count = match suites.list().len() {
        1 => "1 cipher suite".to_owned(),
        many => format!("{many} cipher suites"),
    };
    let order = match version.get("order").text().as_deref() {
        Some("server") => ", in the server's order",
        Some("client") => ", in the client's order",
        Some("mixed") => ", in an order of both sides",
        _ => "",
    };
    let more = more(version.get("complete"));
    Row {
        label,
        state,
        text: Some(sure(format!("{count}{order}{more}"), version.get("suites_evidence"))),
        items: suites.list().take(MOST).map(|suite| suite.get("name").words()).collect(),
        items_are: "cipher suites",
    }
}
