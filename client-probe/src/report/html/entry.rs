//! What one entry of a document's transcript says.

use serde::Serialize;

use super::part::Part;
use crate::report::describe::Mark;

/// How an entry is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    /// An arrow from the probe to the host.
    Sent,
    /// An arrow from the host to the probe.
    Received,
    /// What the probe notices.
    Note,
    /// Something was reached.
    Milestone,
    /// Where the connection fails or ends.
    End,
}

/// How good the news is, the worst last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Tone {
    #[default]
    Plain,
    Good,
    Warn,
    Bad,
}

/// An entry in words.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) stage: String,
    pub(super) kind: Kind,
    pub(super) tone: Tone,
    pub(super) time: Option<String>,
    pub(super) name: String,
    pub(super) length: Option<String>,
    pub(super) fact: String,
    pub(super) altered: Vec<String>,
    /// The entry as evidence quotes it.
    pub(super) quote: String,
    pub(super) cited: bool,
    /// Whether it only tidies up, or tells of another connection.
    pub(super) farewell: bool,
}

impl Said {
    pub(super) fn milestone(stage: &str, name: &str, fact: String) -> Self {
        Self { kind: Kind::Milestone, ..Self::end(stage, name, Tone::Good, fact) }
    }

    pub(super) fn end(stage: &str, name: &str, tone: Tone, fact: String) -> Self {
        Self {
            stage: stage.to_owned(),
            kind: Kind::End,
            tone,
            time: None,
            name: name.to_owned(),
            length: None,
            fact,
            altered: Vec::new(),
            quote: String::new(),
            cited: false,
            farewell: false,
        }
    }
}

/// Events without a direction: the name that people read, how they are drawn, and how good they are.
const EVENTS: &[(&str, &str, Kind, Tone)] = &[
    ("connected", "connected", Kind::Note, Tone::Good),
    ("connect-failed", "connect failed", Kind::Note, Tone::Bad),
    ("undecodable", "undecodable", Kind::Received, Tone::Bad),
    ("not-a-frame", "not a frame", Kind::Received, Tone::Bad),
    ("tls-ready", "tls ready", Kind::Milestone, Tone::Good),
    ("tls-failed", "tls failed", Kind::Note, Tone::Bad),
    ("certificate", "certificate", Kind::Note, Tone::Good),
    ("chosen", "plays", Kind::Note, Tone::Good),
    ("skipped", "left out", Kind::Note, Tone::Warn),
    ("posture", "shows", Kind::Note, Tone::Good),
    ("delegated", "was given", Kind::Note, Tone::Warn),
    ("credentials", "may log on", Kind::Note, Tone::Good),
    ("nla-requirement", "asked again", Kind::Note, Tone::Good),
    ("identity", "host", Kind::Note, Tone::Good),
    ("cookie-checked", "reconnect", Kind::Note, Tone::Good),
    ("again", "comes again", Kind::Milestone, Tone::Plain),
    ("stayed-away", "does not follow", Kind::Note, Tone::Warn),
    ("activated", "session active", Kind::Milestone, Tone::Good),
    ("no-close-notify", "TLS not ended", Kind::Received, Tone::Bad),
    ("peer-closed", "closed by the peer", Kind::Received, Tone::Plain),
    ("half-closed", "half-closed", Kind::Sent, Tone::Plain),
    ("closed", "closed", Kind::Sent, Tone::Plain),
    ("timed-out", "timed out", Kind::Note, Tone::Bad),
];

/// What tells of the end, or of another connection.
const FAREWELLS: &[&str] = &["closed", "nla-requirement", "again", "stayed-away"];

/// What `entry` says; `by_server` where the server wrote it down.
pub(super) fn said(entry: Part<'_>, by_server: bool) -> Said {
    let event = entry.get("event");
    let sent = match entry.get("direction").text().as_deref() {
        Some("sent") => Some(true),
        Some("received") => Some(false),
        _ => None,
    };
    let row = EVENTS.iter().find(|(id, ..)| event.is(id));
    let (mut name, kind, mut tone) = match (sent, row) {
        (Some(sent), _) => (entry.get("kind").words(), if sent { Kind::Sent } else { Kind::Received }, Tone::Plain),
        (None, Some((_, name, kind, tone))) => ((*name).to_owned(), *kind, *tone),
        // An event of a later version.
        (None, None) => (event.words().replace('-', " "), Kind::Note, Tone::Plain),
    };
    if is_warning(entry) {
        tone = Tone::Warn;
    }
    // Only what the fake server does is a silence.
    let falls_silent = event.is("closed") && entry.get("how").get("is").is("stall");
    if falls_silent {
        "falls silent".clone_into(&mut name);
    }
    let fact = entry.get("fact").words();
    let farewell = FAREWELLS.iter().any(|id| event.is(id))
        || (sent == Some(true) && entry.get("kind").is("McsDisconnectProviderUltimatum"));
    let quote = quote(event, kind, &name, &fact);
    let kind = match kind {
        Kind::Sent if falls_silent => Kind::Note,
        Kind::Sent if by_server => Kind::Received,
        Kind::Received if by_server => Kind::Sent,
        kind => kind,
    };
    Said {
        stage: entry.get("stage").words(),
        kind,
        tone,
        time: entry.get("at_ms").decimal().map(time),
        length: entry.get("length").number().map(|bytes| format!("{bytes} B")),
        name: if name.is_empty() { "?".to_owned() } else { name },
        fact,
        altered: entry.get("altered").texts(4),
        quote,
        cited: false,
        farewell,
    }
}

/// The entry as [`crate::report::ladder::quote`] has it.
fn quote(event: Part<'_>, kind: Kind, name: &str, fact: &str) -> String {
    let separator = if fact.is_empty() { "" } else { ": " };
    let arrow = match kind {
        // These have no arrow in text.
        _ if ["undecodable", "not-a-frame", "no-close-notify"].iter().any(|id| event.is(id)) => "",
        Kind::Sent => Mark::Sent.sign(),
        Kind::Received => Mark::Received.sign(),
        Kind::Note | Kind::Milestone | Kind::End => "",
    };
    format!("{arrow}{}{name}{separator}{fact}", if arrow.is_empty() { "" } else { " " })
}

fn is_warning(entry: Part<'_>) -> bool {
    let event = entry.get("event");
    (event.is("certificate") && entry.get("problems").list().len() > 0)
        || (event.is("chosen") && entry.get("too_late").is_there())
        || (event.is("cookie-checked") && !entry.get("verdict").is("accepted"))
}

/// `2.7 ms`, from ten seconds on `12.3 s`.
fn time(milliseconds: f64) -> String {
    if milliseconds.abs() < 10_000.0 {
        format!("{milliseconds:.1} ms")
    } else {
        format!("{:.1} s", milliseconds / 1000.0)
    }
}

/// Why a transcript failed, in words; `to_blame` where that is the host's fault.
pub(super) fn why(failure: Part<'_>, to_blame: bool) -> String {
    let cause = failure.get("cause").words();
    let words = match cause.as_str() {
        "refused" if to_blame => "the host refuses",
        "refused" => "the host goes no further",
        "malformed" => "what came cannot be decoded",
        "not-a-frame" => "what came is no frame of the protocol",
        "unexpected" => "another message was expected",
        "violated" => "a rule of the protocol is broken",
        "closed" => "the host closes",
        "stalled" => "nothing more came in time",
        "tls" => "the TLS handshake fails",
        "auth" => "NLA",
        "license" => "the licence exchange",
        "local" => "the probe",
        other => other,
    };
    let refusal = failure.get("blame").get("of").text().filter(|_| cause == "refused");
    let why = failure.get("why").text().or(refusal).map_or_else(String::new, |why| format!(": {why}"));
    let after = failure.get("after").text().map_or_else(String::new, |after| format!(", after {after}"));
    format!("{words}{why}{after}")
}
