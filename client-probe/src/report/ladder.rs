//! The ladder: one line per entry, or one line per stage.

use core::time::Duration;

use badrdp_proto::connect::{AuthFailure, Blame};
use badrdp_proto::pdu::{Message, Side};
use badrdp_proto::transcript::{CertificateFacts, Direction, Entry, Event, Transcript};
use badrdp_proto::vocab::{MessageKind, Stage};

use super::describe::{Described, Mark, auth_failure, describe};
use super::style::{self, paint};
use super::{day, printable};
use crate::diagnosis::nla::Logon;
use crate::diagnosis::view::View;

/// Longer names than this push the fact to the right.
const NAME_WIDTH: usize = 26;

/// One entry: mark, time, name, length, fact, and what was altered.
///
/// The line carries styles; print it through a stream that strips them where they do not belong.
#[must_use]
pub fn line(entry: &Entry) -> String {
    let Described { mark, name, length, fact, altered } = describe(entry);
    let length = length.map_or_else(String::new, |length| format!("{length} B"));
    let time = milliseconds(entry.at);
    let head = format!("{} {time} {name:<NAME_WIDTH$} {length:>7}", sign(mark));
    let fact = if fact.is_empty() { String::new() } else { format!("  {fact}") };
    let altered = altered.iter().map(|what| paint(style::WARN, format!("  altered: {what}"))).collect::<String>();
    format!("{head}{fact}{altered}").trim_end().to_owned()
}

/// One entry as evidence: arrow, name and fact, without time or styles.
pub(crate) fn quote(entry: &Entry) -> String {
    let Described { mark, name, fact, .. } = describe(entry);
    let separator = if fact.is_empty() { "" } else { ": " };
    match mark {
        Mark::Sent | Mark::Received => format!("{} {name}{separator}{fact}", mark.sign()),
        Mark::Good | Mark::Bad | Mark::Warn => format!("{name}{separator}{fact}"),
    }
}

/// One line per entry, those of further connections behind the entry that tells of them.
#[must_use]
pub fn lines(transcript: &Transcript) -> Vec<String> {
    let below = |entry: &Entry| match &entry.event {
        Event::Again(next) => lines(&next.transcript),
        _ => Vec::new(),
    };
    transcript.entries.iter().flat_map(|entry| std::iter::once(line(entry)).chain(below(entry))).collect()
}

/// One line per stage: mark, name, duration, fact. Further connections follow, each behind a line of its own.
#[must_use]
pub fn stages(transcript: &Transcript) -> Vec<String> {
    let mut lines: Vec<_> = rungs(transcript).iter().map(Rung::line).collect();
    for entry in &transcript.entries {
        match &entry.event {
            Event::Again(next) => {
                lines.push(line(entry));
                lines.extend(stages(&next.transcript));
            }
            Event::StayedAway(_) => lines.push(line(entry)),
            _ => {}
        }
    }
    lines
}

/// One stage of a connection.
#[derive(Debug)]
pub(crate) struct Rung {
    pub(crate) stage: Stage,
    pub(crate) mark: Mark,
    /// Time from the last entry before the stage to its own last.
    pub(crate) took: Duration,
    pub(crate) fact: String,
}

impl Rung {
    fn line(&self) -> String {
        let fact = if self.fact.is_empty() { String::new() } else { format!("  {}", self.fact) };
        format!("{} {:<25} {}{fact}", sign(self.mark), self.stage.name(), milliseconds(self.took))
    }
}

/// The stages that the connection entered, in order.
pub(crate) fn rungs(transcript: &Transcript) -> Vec<Rung> {
    let mut rungs = Vec::new();
    let mut start = Duration::ZERO;
    for stage in Stage::ALL.iter().copied() {
        let entries: Vec<_> = transcript.entries.iter().filter(|entry| entry.stage == stage).collect();
        let Some(end) = working_entries(&entries).map(|entry| entry.at).max() else {
            continue;
        };
        let took = end.saturating_sub(start);
        start = start.max(end);
        let (mark, fact) = outcome(transcript, stage, &entries);
        rungs.push(Rung { stage, mark, took, fact });
    }
    rungs
}

/// Entries that count for the time: tidying up behind the session does not, nor does what another connection told.
fn working_entries<'a>(entries: &'a [&'a Entry]) -> impl Iterator<Item = &'a Entry> {
    let any = entries.iter().any(|entry| !is_farewell(entry));
    entries.iter().copied().filter(move |entry| !any || !is_farewell(entry))
}

fn is_farewell(entry: &Entry) -> bool {
    match &entry.event {
        Event::Closed { .. } | Event::NlaRequirement(_) | Event::Again(_) | Event::StayedAway(_) => true,
        Event::Message { direction, kind, .. } => {
            *direction == Direction::Sent && *kind == MessageKind::McsDisconnectProviderUltimatum
        }
        _ => false,
    }
}

fn outcome(transcript: &Transcript, stage: Stage, entries: &[&Entry]) -> (Mark, String) {
    let described = || entries.iter().rev().map(|entry| (*entry, describe(entry)));
    if transcript.failure.as_ref().is_some_and(|failure| failure.stage == stage) {
        let bad = described().find(|(entry, described)| described.mark == Mark::Bad || is_end(entry));
        let last = bad.or_else(|| described().find(|(entry, _)| !is_farewell(entry)));
        let fact = last.map(|(_, described)| with_name(&described));
        // Where the probe itself cannot go on, the host has not failed.
        return match transcript.failure.as_ref().map(|failure| &failure.cause) {
            Some(Blame::Local(why)) if stage > Stage::Tcp => (Mark::Warn, fact.unwrap_or_else(|| (*why).to_owned())),
            Some(Blame::Auth(failure)) => (auth_mark(failure), printable(&auth_failure(failure))),
            Some(Blame::License(failure)) => (Mark::Bad, printable(&failure.to_string())),
            _ => (Mark::Bad, fact.unwrap_or_default()),
        };
    }
    let warned = described().find(|(_, described)| described.mark == Mark::Warn);
    let mark = if warned.is_some() { Mark::Warn } else { Mark::Good };
    let ready =
        described().find_map(|(entry, described)| matches!(entry.event, Event::TlsReady(_)).then_some(described.fact));
    let fact = match (ready, warned) {
        (None, None) if stage == Stage::Tcp => connected(entries),
        (None, None) if stage == Stage::ChannelConnection => channels(entries),
        (None, None) if stage == Stage::Nla && transcript.side == Side::Client => logged_on(View::new(transcript)),
        // The last message's fact is about fonts, which nobody reads.
        (None, None) if stage == Stage::ConnectionFinalization => last_received(entries),
        (Some(ready), Some((_, certificate))) => format!("{ready}; certificate {}", certificate.fact),
        (Some(ready), None) => match certificate(entries) {
            Some(facts) => format!("{ready}; certificate valid until {}", day(facts.not_after)),
            None => ready,
        },
        (None, _) => {
            let received = described().find(|(entry, described)| is_received(entry) && !described.fact.is_empty());
            let any = received
                .or_else(|| described().find(|(entry, described)| !is_farewell(entry) && !described.fact.is_empty()));
            any.map(|(_, described)| described.fact).unwrap_or_else(|| last_name(entries))
        }
    };
    (mark, fact)
}

/// What stops at the probe, or at a mode that the host may leave out, is no failure of the host.
const fn auth_mark(failure: &AuthFailure) -> Mark {
    match failure {
        AuthFailure::NoCredentials
        | AuthFailure::Withheld
        | AuthFailure::NoRestrictedAdmin
        | AuthFailure::NoRemoteGuard
        | AuthFailure::Local(_) => Mark::Warn,
        _ => Mark::Bad,
    }
}

/// Who logged on, and what that proves.
fn logged_on(view: View<'_>) -> String {
    let user = view.user().unwrap_or_else(|| "nobody".to_owned());
    let version = view.credssp_version(Direction::Received).map(|version| format!(", CredSSP version {version}"));
    let version = version.unwrap_or_default();
    match view.logon() {
        Some(Logon::Accepted) => format!("logged on as {user}{version}"),
        _ => format!("authenticated as {user}{version}"),
    }
}

/// Whom TCP reached.
fn connected(entries: &[&Entry]) -> String {
    let peer = entries.iter().find_map(|entry| match entry.event {
        Event::Connected { peer } => peer,
        _ => None,
    });
    peer.map_or_else(|| "connected".to_owned(), |peer| format!("connected to {peer}"))
}

fn certificate<'a>(entries: &[&'a Entry]) -> Option<&'a CertificateFacts> {
    entries.iter().find_map(|entry| match &entry.event {
        Event::Certificate(facts) => Some(facts),
        _ => None,
    })
}

/// The name of the last message received.
fn last_received(entries: &[&Entry]) -> String {
    let last = entries.iter().rev().find(|entry| is_received(entry));
    last.map_or_else(|| last_name(entries), |entry| format!("{} received", describe(entry).name))
}

/// The user channel and how many channels were joined.
fn channels(entries: &[&Entry]) -> String {
    let messages = || {
        entries.iter().filter_map(|entry| match &entry.event {
            Event::Message { direction: Direction::Received, message: Some(message), .. } => Some(message.as_ref()),
            _ => None,
        })
    };
    let user = messages().find_map(|message| match message {
        Message::McsAttachUserConfirm(confirm) => confirm.initiator,
        _ => None,
    });
    let joined = messages().filter(|message| matches!(message, Message::McsChannelJoinConfirm(_))).count();
    let user = user.map_or_else(|| "no user channel".to_owned(), |user| format!("user channel {user}"));
    if joined == 0 { format!("{user}, joins skipped") } else { format!("{user}, {joined} channels joined") }
}

/// A close by the peer, or a message that refuses.
fn is_end(entry: &Entry) -> bool {
    matches!(entry.event, Event::PeerClosed(_))
}

fn is_received(entry: &Entry) -> bool {
    matches!(
        entry.event,
        Event::Message { direction: Direction::Received, .. } | Event::TlsRecord { direction: Direction::Received, .. }
    )
}

fn last_name(entries: &[&Entry]) -> String {
    let last = working_entries(entries).last().map(describe);
    last.map(|described| described.name.to_owned()).unwrap_or_default()
}

fn with_name(described: &Described) -> String {
    if described.fact.is_empty() {
        described.name.to_owned()
    } else if matches!(described.mark, Mark::Received | Mark::Sent) {
        format!("{} {}: {}", described.mark.sign(), described.name, described.fact)
    } else {
        format!("{}: {}", described.name, described.fact)
    }
}

fn sign(mark: Mark) -> String {
    let style = match mark {
        Mark::Good => style::GOOD,
        Mark::Bad => style::BAD,
        Mark::Warn => style::WARN,
        Mark::Sent | Mark::Received => style::DIM,
    };
    paint(style, mark.sign())
}

fn milliseconds(duration: Duration) -> String {
    let text = format!("{:.1} ms", duration.as_secs_f64() * 1000.0);
    paint(style::DIM, format!("{text:>10}"))
}
