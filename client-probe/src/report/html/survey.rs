//! What a survey found, in blocks of rows.

use serde::Serialize;

use super::entry::Tone;
use super::finding::{self, Finding, Sure, sure};
use super::part::Part;

/// Suites of a version, questions, and other long lists.
const MOST: usize = 400;
/// Certificates of all chains.
const CERTIFICATES: usize = 12;
/// Names of a certificate.
const NAMES: usize = 40;

/// A survey.
#[derive(Debug, Serialize)]
pub(super) struct Survey {
    pub(super) cost: String,
    pub(super) stopped: Option<String>,
    pub(super) blocks: Vec<Block>,
    pub(super) weaknesses: Vec<Finding>,
    /// Weaknesses that are not shown.
    pub(super) left_out: usize,
    /// Whether there is nothing to complain of, and nothing that was not asked.
    pub(super) clean: bool,
}

/// Rows of one kind.
#[derive(Debug, Serialize)]
pub(super) struct Block {
    pub(super) title: String,
    pub(super) rows: Vec<Row>,
}

/// A label and what it says.
#[derive(Debug, Default, Serialize)]
pub(super) struct Row {
    pub(super) label: String,
    /// Accepted, refused, not settled.
    pub(super) state: Option<&'static str>,
    pub(super) text: Option<Sure>,
    /// A list that is folded away where it is long.
    pub(super) items: Vec<String>,
    /// What is folded away.
    pub(super) items_are: &'static str,
}

/// The object `survey` of a document.
pub(super) fn survey(found: Part<'_>) -> Survey {
    let (weaknesses, left_out) = finding::all(found.get("weaknesses"), Tone::Warn);
    let stopped = found.get("stopped");
    let mut blocks = Vec::new();
    blocks.extend(protocols(found.get("protocols")));
    blocks.extend(super::tls::block(found.get("tls")));
    let chains = found.get("certificates").list();
    let certificates = chains.flat_map(|chain| {
        chain.get("chain").list().enumerate().map(move |(index, certificate)| (index, certificate, chain))
    });
    blocks.extend(certificates.take(CERTIFICATES).map(|(index, certificate, chain)| {
        let verdict = (index == 0).then(|| chain.get("verdict"));
        self::certificate(certificate, verdict)
    }));
    blocks.extend(software(found.get("software")));
    Survey {
        cost: cost(found),
        stopped: stopped.is_there().then(|| stopped.get("text").words()),
        clean: weaknesses.is_empty() && !stopped.is_there(),
        blocks,
        weaknesses,
        left_out,
    }
}

fn cost(found: Part<'_>) -> String {
    let Some(connections) = found.get("connections").number() else {
        return String::new();
    };
    let word = if connections == 1 { "connection" } else { "connections" };
    let refused = found.get("refused").number().filter(|refused| *refused > 0);
    let refused = refused.map_or_else(String::new, |refused| format!(", {refused} of them refused"));
    let most = found.get("max_connections").number().map_or_else(String::new, |most| format!(" (at most {most})"));
    let seconds = |key| found.get(key).decimal().map(|took| took / 1000.0);
    let took = seconds("took_ms").map_or_else(String::new, |took| format!(", in {took:.1} s"));
    let paused = seconds("paused_ms").filter(|paused| *paused > 0.0);
    let paused = paused.map_or_else(String::new, |paused| format!(", {paused:.1} s of it pauses"));
    format!("{connections} {word} besides the walk{refused}{most}, one at a time{took}{paused}")
}

pub(super) const fn state(accepted: Option<bool>) -> &'static str {
    match accepted {
        Some(true) => "accepted",
        Some(false) => "refused",
        None => "not settled",
    }
}

/// A row of text that is simply so.
pub(super) fn plain(label: impl Into<String>, text: impl Into<String>) -> Row {
    Row { label: label.into(), text: Some(sure(text.into(), Part::none())), ..Row::default() }
}

fn protocols(found: Part<'_>) -> Option<Block> {
    if !found.is_there() {
        return None;
    }
    let one = |one: Part<'_>| Row {
        label: one.get("protocol").words(),
        state: Some(state(one.get("accepted").flag())),
        text: Some(sure(one.get("because").words(), one.get("evidence"))),
        ..Row::default()
    };
    let mut rows: Vec<Row> = found.get("protocols").list().take(MOST).map(one).collect();
    let nla = match found.get("nla").text().as_deref() {
        Some("enforced") => "enforced: the host takes CredSSP and nothing without it".to_owned(),
        Some("offered") => "on offer, not enforced: clients without it are accepted".to_owned(),
        Some("not-offered") => "not on offer".to_owned(),
        Some(other) => other.to_owned(),
        None => "not settled".to_owned(),
    };
    rows.push(plain("NLA", nla));
    if found.get("flags").is_there() {
        let flags = found.get("flags").texts(MOST).join(", ");
        rows.push(plain("flags", if flags.is_empty() { "none".to_owned() } else { flags }));
    }
    let standard = found.get("standard_rdp_security");
    if standard.is_there() {
        let more = if standard.get("complete").flag() == Some(true) { "" } else { ", perhaps others" };
        let methods = standard.get("methods").texts(MOST).join(", ");
        let level = standard.get("level").text().map_or_else(String::new, |level| format!("; level {level}"));
        let says = standard.get("version").text().map_or_else(String::new, |says| format!("; the host says {says}"));
        rows.push(plain("encryption", format!("{methods}{more}{level}{says}")));
    }
    let items: Vec<String> = found.get("answers").list().take(MOST).map(answer).collect();
    if !items.is_empty() {
        rows.push(Row { label: "questions".to_owned(), items, items_are: "questions and answers", ..Row::default() });
    }
    Some(Block { title: "Security protocols".to_owned(), rows })
}

fn answer(answer: Part<'_>) -> String {
    let walk = if answer.get("from_walk").flag() == Some(true) { " (in the walk)" } else { "" };
    format!("{}: {}{walk}", answer.get("asked").words(), answer.get("text").words())
}

/// `verdict` where the certificate is the host's own, and not one of the chain behind it.
fn certificate(found: Part<'_>, verdict: Option<Part<'_>>) -> Block {
    let mut rows = Vec::new();
    let mut put = |label: &'static str, text: Option<String>| rows.extend(text.map(|text| plain(label, text)));
    put("subject", found.get("subject").text());
    let issuer = found.get("issuer").text();
    put("issuer", if found.get("self_issued").flag() == Some(true) { Some("itself".to_owned()) } else { issuer });
    put("valid", validity(found));
    let signature = found.get("signature").text().map_or_else(String::new, |signed| format!(", signed with {signed}"));
    put("key", found.get("key").text().map(|key| format!("{key}{signature}")));
    let usage = found.get("extended_key_usage");
    put("key usage", usage.is_there().then(|| usage.texts(NAMES).join(", ")));
    put("serial", found.get("serial").text());
    put("SHA-256", found.get("sha256").text());
    if let Some(verdict) = verdict {
        put("asked for", verdict.get("checked_name").text());
        let problems = verdict.get("problems").texts(NAMES).join(", ");
        put("problems", Some(if problems.is_empty() { "none".to_owned() } else { problems }));
        let items = verdict.get("names").texts(NAMES);
        if !items.is_empty() {
            rows.push(Row { label: "names".to_owned(), items, items_are: "names", ..Row::default() });
        }
    }
    let title = if verdict.is_some() { "Certificate" } else { "Certificate of the chain" };
    Block { title: title.to_owned(), rows }
}

fn validity(found: Part<'_>) -> Option<String> {
    let (from, to) = (found.get("not_before").number()?, found.get("not_after").number()?);
    let left = match found.get("days_left").number() {
        None => String::new(),
        Some(left @ ..=-1) => format!(": ended {} days ago", left.unsigned_abs()),
        Some(1) => ": 1 day left".to_owned(),
        Some(left) => format!(": {left} days left"),
    };
    Some(format!("{} to {}{left}", crate::report::day(from), crate::report::day(to)))
}

fn software(found: Part<'_>) -> Option<Block> {
    let signs = found.get("signs").list();
    if signs.len() == 0 {
        return None;
    }
    let member = found.get("member").text().map_or_else(String::new, |member| format!(": {member}"));
    let guess = match (found.get("family").text(), found.get("sure").text().as_deref()) {
        (None, _) => "not told apart".to_owned(),
        (Some(family), Some("likely")) => format!("likely {family}"),
        (Some(family), _) => format!("perhaps {family}"),
    };
    let mut rows = vec![plain("guess", format!("{guess}{member}. All of this can be imitated"))];
    rows.extend(signs.take(NAMES).map(|sign| Row {
        label: "sign".to_owned(),
        text: Some(sure(sign.get("text").words(), sign.get("evidence"))),
        ..Row::default()
    }));
    Some(Block { title: "Server software".to_owned(), rows })
}
